//! The form without labels: name, place, category, one sentence, in this order. The category is the anchor: where it
//! stands as a part of its own, what comes before it and behind it is known by its place.

use super::{CategoryWords, ShortMessage, category, marks, name, place, summary};
use crate::domain::category::CategoryCode;

/// More parts before the category than a name and a long address have are prose.
const MOST_BEFORE: usize = 5;

/// A part of the text, with the places where it begins and ends.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    from: usize,
    to: usize,
}

/// Reads a text without labels.
pub(super) fn parse(text: &str, categories: &[CategoryWords]) -> ShortMessage {
    // White space may belong to a part (`江汉区 2 号`, `John Smith`), so it separates only where nothing else does.
    let strong = parts(text, marks::is_strong);
    let any = parts(text, marks::is_any);
    let of_strong = anchor(&strong, categories).filter(|(at, _)| *at >= 2);
    let of_any = anchor(&any, categories);
    match (of_strong, of_any) {
        (Some((at, code)), _) => anchored(text, &strong, (at, code)),
        (None, Some((at, code))) => anchored(text, &any, (at, code)),
        (None, None) if strong.len() >= 3 => unanchored(text, &strong),
        (None, None) => unanchored(text, &any),
    }
}

/// The parts between separators, empty ones left out.
fn parts(text: &str, separates: impl Fn(char) -> bool) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut from = 0;
    let ends = text.char_indices().filter(|(_, c)| separates(*c)).map(|(at, c)| (at, at + c.len_utf8()));
    for (to, next) in ends.chain([(text.len(), text.len())]) {
        let part = text.get(from..to).unwrap_or_default();
        // `推荐：张三，…` begins with 张三.
        let opening = if parts.is_empty() { opening(part) } else { 0 };
        let part = part.get(opening..).unwrap_or_default();
        if !part.trim().is_empty() {
            parts.push(Part { text: part.trim(), from: from + opening, to });
        }
        from = next;
    }
    parts
}

/// How much of a first part comes before the form.
fn opening(part: &str) -> usize {
    let blank = part.len() - part.trim_start().len();
    match marks::opening_length(part.trim()) {
        0 => 0,
        length => blank + length,
    }
}

/// The first part that names a category.
fn anchor(parts: &[Part<'_>], categories: &[CategoryWords]) -> Option<(usize, CategoryCode)> {
    parts.iter().enumerate().find_map(|(at, part)| Some((at, category(part.text, categories)?)))
}

fn anchored(text: &str, parts: &[Part<'_>], (at, code): (usize, CategoryCode)) -> ShortMessage {
    let (before, behind) = parts.split_at_checked(at).unwrap_or_default();
    let sentence = behind.get(1).and_then(|first| text.get(first.from..)).and_then(summary);
    let mut read = if sentence.is_none() && behind.len() == 1 && before.len() > 2 {
        // The category stands last: the sentence is among what comes before.
        unanchored(text, before)
    } else {
        let (name, place) = who_and_where(text, before);
        ShortMessage { name, place, category: None, summary: sentence }
    };
    read.category = Some(code);
    read
}

/// Name and place before the category.
fn who_and_where(text: &str, before: &[Part<'_>]) -> (Option<String>, Option<String>) {
    let fits = |part: &Part<'_>| name(part.text).filter(|_| marks::fits_name(part.text));
    match before {
        [only] if marks::is_place(only.text) => (None, place(only.text)),
        [only] if marks::may_be_place(only.text) || !marks::is_name_shaped(only.text) => (None, None),
        [only] => (fits(only), None),
        [first, second] if marks::is_place(first.text) && marks::is_name_shaped(second.text) => {
            // Turned round, unless the second may be a place as well: then nobody knows which is which.
            if marks::may_be_place(second.text) { (None, None) } else { (fits(second), place(first.text)) }
        }
        [first, ..] if marks::is_place(first.text) => (None, None),
        [first, second] => (fits(first), place(second.text)),
        [first, second, ..] if before.len() <= MOST_BEFORE && marks::is_place(second.text) => {
            (fits(first), place(span(text, before.get(1..).unwrap_or_default())))
        }
        [] | [_, _, ..] => (None, None),
    }
}

/// Without a category only this is certain: a part shaped like a name, places behind it, and the rest is the sentence.
fn unanchored(text: &str, parts: &[Part<'_>]) -> ShortMessage {
    let Some((first, rest)) = parts.split_first() else { return ShortMessage::default() };
    let places = rest.iter().take_while(|part| marks::is_place(part.text)).count();
    let (places, sentence) = rest.split_at_checked(places).unwrap_or_default();
    let is_name = marks::is_name_shaped(first.text) && !marks::is_place(first.text);
    if !is_name || places.is_empty() || sentence.is_empty() {
        return ShortMessage::default();
    }
    ShortMessage {
        name: name(first.text),
        place: place(span(text, places)),
        category: None,
        summary: summary(span(text, sentence)),
    }
}

/// The text from the first of some parts to the last.
fn span<'a>(text: &'a str, parts: &[Part<'_>]) -> &'a str {
    match (parts.first(), parts.last()) {
        (Some(first), Some(last)) => text.get(first.from..last.to).unwrap_or_default(),
        _ => "",
    }
}

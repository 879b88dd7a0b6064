//! The national short-message form of a recommendation: name, place, category, one sentence; `张三，江汉区，助，…`.
//!
//! People separate the parts as they like, write the category as one character or in full, and some put a label before
//! each. What is certain is read; what is not stays where it is, in the text. Nothing is ever added: every field is a part
//! of the text, and the category one of those given.

mod labelled;
mod marks;
mod positional;

use super::{category::CategoryCode, person_name, recommendation::SUMMARY_MAX_CHARS, text};

/// A category as people may write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryWords {
    /// Its code.
    pub code: CategoryCode,
    /// Its one-character short form, such as 助.
    pub short: String,
    /// Its full name, such as 助人为乐.
    pub name: String,
}

/// What could be read from a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortMessage {
    /// Who is recommended.
    pub name: Option<String>,
    /// Where that person lives or works, as written.
    pub place: Option<String>,
    /// The category.
    pub category: Option<CategoryCode>,
    /// The deed in one sentence.
    pub summary: Option<String>,
}

/// The longest place that is taken for one, in characters.
const PLACE_MAX_CHARS: usize = 60;

/// Reads a text as far as it is certain.
#[must_use]
pub fn parse(text: &str, categories: &[CategoryWords]) -> ShortMessage {
    labelled::parse(text, categories).unwrap_or_else(|| positional::parse(text, categories))
}

/// The category that a part of the text names: its short form or its full name, in brackets, with 类 behind or a label
/// before as it may be.
fn category(part: &str, categories: &[CategoryWords]) -> Option<CategoryCode> {
    let word = text::fold(marks::bare(labelled::without_category_label(part)));
    let word = word.strip_suffix('类').unwrap_or(&word);
    let named = |one: &&CategoryWords| text::fold(&one.short) == word || text::fold(&one.name) == word;
    let mut found = categories.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(only), None) if !word.is_empty() => Some(only.code.clone()),
        _ => None,
    }
}

/// A part that can be a name of somebody.
fn name(part: &str) -> Option<String> {
    let name = marks::trim(part);
    person_name::check(name).is_empty().then(|| name.to_owned())
}

/// A part that can be a place.
fn place(part: &str) -> Option<String> {
    let place = marks::trim(part);
    text::line(place, PLACE_MAX_CHARS).is_empty().then(|| place.to_owned())
}

/// A part that can be the one sentence: its first line, if it is not longer than a summary may be.
fn summary(part: &str) -> Option<String> {
    let line = marks::trim(part).lines().next().map(marks::trim)?;
    text::line(line, SUMMARY_MAX_CHARS).is_empty().then(|| line.to_owned())
}

#[cfg(test)]
mod tests;

//! What a text may consist of: the checks that every text a user sends passes, and its forms for storing and searching.
//!
//! Rare characters of the supplementary planes, variation sequences and the interpuncts of names are welcome; what can
//! hide or reorder text is not. Texts are kept composed (NFC), with one exception: compatibility ideographs are kept as
//! typed, since NFC would make another character of them, which a name is not to suffer. Searching compares folded forms,
//! in which they are equal.

mod sequence;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::fault::{Code, Fault};

/// At most so many forbidden characters are named in one text.
const FORBIDDEN_NAMED: usize = 8;

/// Checks a text of one line, such as a name: not blank, at most `max_chars` characters, nothing forbidden.
/// The faults' pointers are empty; put them under the field's.
#[must_use]
pub fn line(text: &str, max_chars: usize) -> Vec<Fault> {
    check(&tidy_line(text), max_chars, Breaks::None)
}

/// Checks a text of paragraphs, such as a deed: like a line, and line breaks and tabs are allowed.
#[must_use]
pub fn paragraphs(text: &str, max_chars: usize) -> Vec<Fault> {
    check(&tidy_paragraphs(text), max_chars, Breaks::Allowed)
}

/// The text in composed form (NFC), compatibility ideographs as they are: `e` with a combining acute becomes `é`, while
/// U+F900 stays what it is. Doing it twice changes nothing.
#[must_use]
pub fn compose(text: &str) -> String {
    if is_nfc(text) {
        return text.to_owned();
    }
    let mut composed = String::with_capacity(text.len());
    // No character composes with a compatibility ideograph, so what lies between them can be composed piece by piece.
    for piece in text.split_inclusive(is_compatibility_ideograph) {
        let kept = piece.chars().next_back().filter(|last| is_compatibility_ideograph(*last));
        let rest = kept.and_then(|last| piece.strip_suffix(last)).unwrap_or(piece);
        composed.extend(rest.nfc());
        composed.extend(kept);
    }
    composed
}

/// The form of a line that is kept: composed, without white space at the ends.
#[must_use]
pub fn tidy_line(text: &str) -> String {
    compose(text).trim().to_owned()
}

/// The form of paragraphs that is kept: composed, without white space at the ends, every line break a `\n`.
#[must_use]
pub fn tidy_paragraphs(text: &str) -> String {
    compose(text).replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

/// Han characters of every plane, those that a later Unicode will name too.
#[must_use]
pub const fn is_han(character: char) -> bool {
    matches!(character, '々' | '〇' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}')
}

/// Picks the form of the character before it, and is no character of its own.
#[must_use]
pub const fn is_selector(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180D}' | '\u{180F}')
}

const fn is_compatibility_ideograph(character: char) -> bool {
    matches!(character, '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

/// The form that is searched and compared: compatibility forms, variants, letter case and runs of white space do not
/// count. Interpuncts, which every keyboard types differently, become one.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain = text.chars().filter(|character| !is_selector(*character));
    let lowered = plain.nfkc().flat_map(char::to_lowercase).map(one_interpunct).nfkc().collect::<String>();
    lowered.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn one_interpunct(character: char) -> char {
    match character {
        '•' | '‧' | '・' | '∙' | '⋅' | '･' => '·',
        other => other,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    None,
    Allowed,
}

fn check(text: &str, max_chars: usize, breaks: Breaks) -> Vec<Fault> {
    let mut faults = Vec::new();
    let actual = text.chars().count();
    if text.chars().all(is_blank) {
        faults.push(Fault::of(Code::TooShort).with("minimum", 1).with("actual", 0));
    }
    if actual > max_chars {
        faults.push(Fault::of(Code::TooLong).with("limit", max_chars).with("actual", actual));
    }
    faults.extend(forbidden(text, breaks));
    faults
}

/// One fault for each distinct forbidden character, with the place where it stands first.
fn forbidden(text: &str, breaks: Breaks) -> Vec<Fault> {
    let chars: Vec<char> = text.chars().collect();
    let mut seen: Vec<char> = Vec::new();
    let mut faults = Vec::new();
    for (position, &character) in chars.iter().enumerate() {
        if is_allowed(&chars, (position, character), breaks) || seen.contains(&character) {
            continue;
        }
        seen.push(character);
        let code_point = format!("U+{:04X}", u32::from(character));
        faults.push(Fault::of(Code::ForbiddenCharacter).with("character", code_point).with("position", position));
        if faults.len() == FORBIDDEN_NAMED {
            break;
        }
    }
    faults
}

fn is_allowed(chars: &[char], (position, character): (usize, char), breaks: Breaks) -> bool {
    match character {
        '\n' | '\t' => breaks == Breaks::Allowed,
        other if sequence::is_part(other) => sequence::belongs(chars, position),
        other => !is_control(other) && !is_invisible(other) && !is_reserved(other),
    }
}

/// Control characters, and the separators of lines and paragraphs that no editor shows.
pub(super) fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Characters without a width of their own and those that turn the direction of writing.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E001F}' | '\u{E0080}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}')
}

/// Private use, whose look depends on the reader's fonts, and code points that are no characters.
fn is_reserved(character: char) -> bool {
    let point = u32::from(character);
    let private =
        matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}');
    private || point & 0xFFFE == 0xFFFE || matches!(point, 0xFDD0..=0xFDEF)
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{2800}' || is_invisible(character) || is_control(character)
}

#[cfg(test)]
mod tests;

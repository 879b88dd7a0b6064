//! What a text may consist of: the checks that every text a user sends passes, and its forms for storing and searching.
//!
//! Rare characters of the supplementary planes, variation selectors and the interpuncts of names are welcome; what can
//! hide or reorder text is not. What was typed is kept; searching compares folded forms.

use unicode_normalization::UnicodeNormalization as _;

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

/// The form of a line that is kept: as typed, without white space at the ends.
#[must_use]
pub fn tidy_line(text: &str) -> String {
    text.trim().to_owned()
}

/// The form of paragraphs that is kept: as typed, without white space at the ends, every line break a `\n`.
#[must_use]
pub fn tidy_paragraphs(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

/// The form that is searched and compared: compatibility forms, letter case and runs of white space do not count.
/// Interpuncts, which every keyboard types differently, become one.
#[must_use]
pub fn fold(text: &str) -> String {
    let lowered = text.nfkc().flat_map(char::to_lowercase).map(one_interpunct).nfkc().collect::<String>();
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
        let before = position.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(position + 1).copied();
        if is_allowed(character, before, after, breaks) || seen.contains(&character) {
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

fn is_allowed(character: char, before: Option<char>, after: Option<char>, breaks: Breaks) -> bool {
    match character {
        '\n' | '\t' => breaks == Breaks::Allowed,
        // A joiner holds a family of emoji together; anywhere else it is invisible.
        '\u{200D}' => before.is_some_and(is_emoji_part) && after.is_some_and(is_emoji_part),
        // A variation selector picks the form of the character before it, which names need.
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => before.is_some_and(|c| !c.is_whitespace()),
        // The tags that spell a regional flag follow the black flag.
        '\u{E0020}'..='\u{E007F}' => before.is_some_and(|c| c == '🏴' || matches!(c, '\u{E0020}'..='\u{E007E}')),
        other => !is_control(other) && !is_invisible(other) && !is_reserved(other),
    }
}

/// Control characters, and the separators of lines and paragraphs that no editor shows.
fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Characters without a width of their own and those that turn the direction of writing.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E001F}' | '\u{E0080}'..='\u{E00FF}' | '\u{E01F0}'..='\u{E0FFF}')
}

/// Private use, whose look depends on the reader's fonts, and code points that are no characters.
fn is_reserved(character: char) -> bool {
    let point = u32::from(character);
    let private =
        matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}');
    private || point & 0xFFFE == 0xFFFE || matches!(point, 0xFDD0..=0xFDEF)
}

fn is_emoji_part(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{FE0F}' | '\u{E007F}')
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{2800}' || is_invisible(character) || is_control(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(faults: &[Fault]) -> Vec<Code> {
        faults.iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn what_people_write_is_accepted() {
        for text in
            ["张三", "𬭎", "㛃", "𠀀𫝀㐀", "阿卜杜拉·艾力", "买买提•吐尔逊", "那‧仁", "O'Brien-Smith", "葛\u{E0100}城"]
        {
            assert_eq!(line(text, 20), [], "{text}");
        }
        assert_eq!(line("👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈 👍🏽", 20), []);
        assert_eq!(paragraphs("第一段\r\n\t第二段\n\n第三段", 20), []);
    }

    #[test]
    fn what_hides_or_reorders_is_refused() {
        let refused = [
            "张\u{0}三",
            "张\n三",
            "张\t三",
            "张\u{7F}三",
            "张\u{85}三",
            "a\u{202E}b",
            "a\u{2066}b",
            "a\u{200E}b",
            "a\u{061C}b",
            "张\u{200B}三",
            "张\u{200C}三",
            "张\u{200D}三",
            "张\u{2060}三",
            "张\u{FEFF}三",
            "张\u{AD}三",
            "张\u{E000}三",
            "张\u{F0000}三",
            "张\u{10FFFD}三",
            "张\u{FFFE}三",
            "张\u{1FFFF}三",
            "张\u{FDD0}三",
            "张\u{2028}三",
            "张\u{E0041}三",
            "张 \u{FE0F}三",
        ];
        for text in refused {
            assert_eq!(codes(&line(text, 20)), [Code::ForbiddenCharacter], "{text:?}");
        }
        assert_eq!(codes(&paragraphs("第一段\u{B}第二段", 20)), [Code::ForbiddenCharacter]);
    }

    #[test]
    fn a_forbidden_character_is_named_with_its_place() {
        let faults = line("张\u{202E}三\u{200B}\u{202E}", 20);
        let expected = [("U+202E", 1), ("U+200B", 3)].map(|(character, position)| {
            Fault::of(Code::ForbiddenCharacter).with("character", character).with("position", position)
        });
        assert_eq!(faults, expected);
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(line("𬭎㛃张", 3), []);
        assert_eq!(line("  𬭎㛃张\u{3000}", 3), []);
        assert_eq!(line("𬭎㛃张三", 3), [Fault::of(Code::TooLong).with("limit", 3).with("actual", 4)]);
        for blank in ["", " ", "\u{3000}", "\u{A0}", "\u{2800}", "\t\n"] {
            assert_eq!(line(blank, 3), [Fault::of(Code::TooShort).with("minimum", 1).with("actual", 0)], "{blank:?}");
        }
    }

    #[test]
    fn all_faults_of_a_text_are_reported() {
        assert_eq!(
            codes(&line("\u{200B}\u{202E}", 1)),
            [Code::TooShort, Code::TooLong, Code::ForbiddenCharacter, Code::ForbiddenCharacter]
        );
    }

    #[test]
    fn what_is_kept_is_what_was_typed() {
        assert_eq!(tidy_line(" 凞\u{F900} "), "凞\u{F900}");
        assert_eq!(tidy_paragraphs("一\r\n二\r三\n"), "一\n二\n三");
    }

    #[test]
    fn folding_makes_spellings_equal() {
        let pairs = [
            ("ＡＢＣ　１２", "abc 12"),
            ("阿里•木", "阿里·木"),
            ("\u{F900}", "豈"),
            ("e\u{301}", "é"),
            ("İ", "i\u{307}"),
        ];
        for (one, other) in pairs {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_eq!(fold(&fold("Ｓtraße ﬁ Ǆ")), fold("Ｓtraße ﬁ Ǆ"));
    }
}

//! 字数 as a word processor counts them, in which the length of a deed is measured.

use super::text;

/// How many 字 a text has: each Han character (or other character of East Asian scripts) and each full-width punctuation
/// mark is one, each run of Latin letters or digits is one, white space is none.
///
/// Narrow punctuation counts nothing; inside a run, as in `3.5`, `10,000` or `2026-11-25`, it does not end the run.
#[must_use]
pub fn count(text: &str) -> usize {
    let mut total = 0;
    let mut in_run = false;
    for character in text.chars() {
        match kind(character) {
            Kind::Single => {
                total += 1;
                in_run = false;
            }
            Kind::Letter => {
                total += usize::from(!in_run);
                in_run = true;
            }
            Kind::Space => in_run = false,
            Kind::Other => {}
        }
    }
    total
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Single,
    Letter,
    Space,
    Other,
}

fn kind(character: char) -> Kind {
    if character.is_whitespace() {
        Kind::Space
    } else if text::is_selector(character) {
        Kind::Other
    } else if is_east_asian(character) || is_wide_punctuation(character) {
        Kind::Single
    } else if character.is_alphanumeric() {
        Kind::Letter
    } else {
        Kind::Other
    }
}

fn is_east_asian(character: char) -> bool {
    matches!(character,
        '\u{2E80}'..='\u{2FDF}' | '々' | '〇' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303B}'
        | '\u{3041}'..='\u{3096}' | '\u{309D}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{31FF}'
        | '\u{3200}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{A000}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

fn is_wide_punctuation(character: char) -> bool {
    matches!(character,
        '\u{3001}'..='\u{3004}' | '\u{3006}' | '\u{3008}'..='\u{3020}' | '\u{302A}'..='\u{3037}' | '\u{303C}'..='\u{303F}'
        | '\u{30A0}' | '\u{30FB}' | '\u{FE10}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF01}'..='\u{FF0F}'
        | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}' | '\u{FFE0}'..='\u{FFE6}'
        | '·' | '—' | '―' | '‖' | '‘' | '“' | '”' | '…' | '‥' | '‧' | '•' | '※' | '′' | '″' | '℃' | '℉' | '×' | '÷')
        || character == '’'
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn words_are_counted_as_a_word_processor_does() {
        let table = [
            ("", 0),
            (" \n\t\u{3000}", 0),
            ("好人", 2),
            ("好人，好事。", 6),
            ("“我推荐、我评议身边好人”", 13),
            ("2026年11月25日", 6),
            ("COVID19 疫情", 3),
            ("hello world", 2),
            ("3.5元", 2),
            ("10,000人", 2),
            ("don't stop", 2),
            ("a, b", 2),
            (" - , . ! ", 0),
            ("ＡＢＣ１２３", 1),
            ("他说……", 4),
            ("——", 2),
            ("阿卜杜拉·艾力", 7),
            ("𬭎㛃𠀀", 3),
            ("葛\u{E0100}城", 2),
            ("〇〇七", 3),
            ("第一段\r\n第二段", 6),
            ("好👍人", 2),
        ];
        for (text, expected) in table {
            assert_eq!(count(text), expected, "{text:?}");
        }
    }
}

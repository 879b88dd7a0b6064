//! Which characters can be written by setting one glyph beside the other.

use crate::domain::text::is_han;

/// Whether a character is written alone, from left to right, with a glyph of its own. Letters that join, stack or turn
/// (Arabic, Tibetan, Mongolian, combining marks) are not: without shaping they would be drawn, and wrongly.
#[must_use]
pub const fn stands_alone(character: char) -> bool {
    is_han(character)
        || matches!(character,
            ' '..='~'
            | '\u{A0}'..='\u{24F}'   // Latin
            | '\u{370}'..='\u{482}'  // Greek, Cyrillic; not its combining marks
            | '\u{48A}'..='\u{52F}'
            | '\u{1E00}'..='\u{1FFF}' // Latin and Greek with marks
            | '\u{2010}'..='\u{2027}' // punctuation
            | '\u{2030}'..='\u{205E}'
            | '\u{2070}'..='\u{20CF}'
            | '\u{2100}'..='\u{2BFF}' // letter-like forms, numbers, arrows, signs
            | '\u{2E80}'..='\u{3029}' // radicals, Chinese punctuation; not its tone marks
            | '\u{3030}'..='\u{3098}' // kana; not their combining marks
            | '\u{309B}'..='\u{33FF}'
            | '\u{A000}'..='\u{A4CF}' // Yi
            | '\u{FE30}'..='\u{FE4F}'
            | '\u{FF01}'..='\u{FFEE}')
}

/// A code point as it is written: `U+30EDD`.
#[must_use]
pub fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_joins_or_stacks_does_not_stand_alone() {
        for alone in "王𠀀𰻝々〇A9é·•・‧　．－ёΩあꀀ㐀\u{F900}\u{2F800}".chars() {
            assert!(stands_alone(alone), "{}", code_point(alone));
        }
        for joined in ['\u{301}', 'م', 'ཀ', 'ᠮ', 'ท', 'क', '\u{302A}', '\u{3099}', '\u{200D}', '\u{E0100}', '\u{1F600}']
        {
            assert!(!stands_alone(joined), "{}", code_point(joined));
        }
    }

    #[test]
    fn code_points_have_four_digits_at_least() {
        assert_eq!((code_point('·'), code_point('𰻝')), ("U+00B7".to_owned(), "U+30EDD".to_owned()));
    }
}

//! What two texts have in common: the character 3-grams of what is left of them when form, letter case, punctuation,
//! white space and the difference between traditional and simplified characters do not count.

use super::{simplified::simplified, text};

/// The characters of a text that are compared.
#[must_use]
pub fn compared(text: &str) -> Vec<char> {
    // Most texts have nothing that folding changes, and folding costs more than all the rest.
    if text.chars().all(is_plain) {
        letters(text.chars().map(|character| character.to_ascii_lowercase()))
    } else {
        letters(text::fold(text).chars())
    }
}

fn letters(characters: impl Iterator<Item = char>) -> Vec<char> {
    characters.filter(|character| character.is_alphanumeric()).map(simplified).collect()
}

/// Characters that folding leaves alone, apart from ASCII's letter case and punctuation that is dropped anyway.
const fn is_plain(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{7F}' | '\u{4E00}'..='\u{9FFF}' | '，' | '。' | '、' | '；' | '：' | '？' | '！' | '（' | '）' | '《'
        | '》' | '“' | '”' | '‘' | '’' | '—' | '·' | '\u{3000}')
}

/// The set of a text's 3-grams. A text of one or two characters is one gram; one of none has none.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Grams(Vec<u64>);

/// A character has 21 bits, so that three of them are one number.
const CHAR_BITS: u32 = 21;

impl Grams {
    /// The grams of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let characters = compared(text);
        let mut grams: Vec<u64> = match characters.as_slice() {
            [] => Vec::new(),
            short @ ([_] | [_, _]) => vec![packed(short)],
            longer => longer.windows(3).map(packed).collect(),
        };
        grams.sort_unstable();
        grams.dedup();
        Self(grams)
    }

    /// The grams in order, each once.
    #[must_use]
    pub fn as_slice(&self) -> &[u64] {
        &self.0
    }

    /// How many different grams the text has.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing of the text is compared.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What two texts have in common, exactly.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Overlap {
        let (mut mine, mut theirs) = (self.0.as_slice(), other.0.as_slice());
        let mut shared = 0;
        while let ([one, mine_left @ ..], [another, theirs_left @ ..]) = (mine, theirs) {
            let order = one.cmp(another);
            if order.is_le() {
                mine = mine_left;
            }
            if order.is_ge() {
                theirs = theirs_left;
            }
            shared += usize::from(order.is_eq());
        }
        Overlap { shared, all: self.len() + other.len() - shared }
    }
}

fn packed(characters: &[char]) -> u64 {
    characters.iter().fold(0, |packed, character| (packed << CHAR_BITS) | u64::from(u32::from(*character)))
}

/// What two sets of grams have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// Grams of both.
    pub shared: usize,
    /// Grams of either.
    pub all: usize,
}

impl Overlap {
    /// Jaccard's measure: the part of all grams that both have, 0 to 1. Of two texts without grams, 0.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a text has fewer grams than a float has exact numbers")]
    pub fn jaccard(self) -> f64 {
        if self.all == 0 { 0.0 } else { self.shared as f64 / self.all as f64 }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "halves and wholes are exact")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jaccard(one: &str, other: &str) -> f64 {
        Grams::of(one).overlap(&Grams::of(other)).jaccard()
    }

    #[test]
    fn what_does_not_count_is_dropped() {
        let table = [
            ("他每天清晨，为老人送去早餐。", "他每天清晨为老人送去早餐"),
            ("他每天清晨\n\t为老人　送去早餐！", "他每天清晨为老人送去早餐"),
            ("ＡＢＣ１２３", "abc123"),
            ("為老人送去早餐", "为老人送去早餐"),
            ("①㎡", "1m2"),
            ("……", ""),
        ];
        for (text, expected) in table {
            assert_eq!(compared(text).into_iter().collect::<String>(), expected, "{text}");
            assert_eq!(Grams::of(text), Grams::of(expected), "{text}");
        }
    }

    #[test]
    fn short_texts_have_a_gram_too() {
        assert!(Grams::of("").is_empty());
        assert!(Grams::of("，。").is_empty());
        assert_eq!(Grams::of("好").len(), 1);
        assert_eq!(Grams::of("好人").len(), 1);
        assert_eq!(Grams::of("好人").len(), 1);
        assert_ne!(Grams::of("好"), Grams::of("好好"));
        assert_eq!(Grams::of("好好好好").len(), 1);
        assert_eq!(jaccard("", ""), 0.0);
        assert_eq!(jaccard("好人", "好人"), 1.0);
        assert_eq!(jaccard("好人", "坏人"), 0.0);
    }

    #[test]
    fn the_measure_is_exact() {
        // abc bcd cde | bcd cde def: two of four.
        assert_eq!(jaccard("abcde", "bcdef"), 0.5);
        assert_eq!(Grams::of("abcde").overlap(&Grams::of("bcdef")), Overlap { shared: 2, all: 4 });
    }

    proptest! {
        #[test]
        fn a_text_is_identical_to_itself(text in "\\PC{1,60}") {
            let grams = Grams::of(&text);
            let expected = if grams.is_empty() { 0.0 } else { 1.0 };
            prop_assert_eq!(grams.overlap(&grams).jaccard(), expected);
        }

        #[test]
        fn which_text_comes_first_does_not_matter(one in "[一-十]{0,40}", other in "[一-十]{0,40}") {
            prop_assert_eq!(jaccard(&one, &other), jaccard(&other, &one));
        }

        /// The short way for plain texts gives what the long way gives.
        #[test]
        fn both_ways_to_fold_agree(text in "[一-龥，。、；：？！（）《》“”‘’—·\u{3000} A-Za-z0-9\n]{0,40}") {
            prop_assert_eq!(compared(&text), letters(text::fold(&text).chars()));
        }
    }
}

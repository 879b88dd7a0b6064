//! Whether two names may be the same person's: written alike, written in another way, or with one character different.

use super::{shingle::compared, text};

/// Names of fewer characters with one of them different are different names.
const MIN_EDITED_CHARS: usize = 3;
/// In longer names, of groups, one character different is not looked for.
const MAX_EDITED_CHARS: usize = 20;

/// How two names are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameLikeness {
    /// Typed alike, but for letter case, width and the kind of interpunct.
    Same,
    /// The same in traditional and simplified characters, or with interpunct, spaces, brackets or without.
    Variant,
    /// One character added, left out or replaced in a name of at least three.
    OneOff,
}

/// How two names are alike, if they are.
#[must_use]
pub fn compare(one: &str, other: &str) -> Option<NameLikeness> {
    if text::fold(one) == text::fold(other) {
        return Some(NameLikeness::Same);
    }
    let (one, other) = (compared(one), compared(other));
    if one == other && !one.is_empty() {
        return Some(NameLikeness::Variant);
    }
    let edited = [&one, &other].iter().all(|name| (MIN_EDITED_CHARS..=MAX_EDITED_CHARS).contains(&name.len()));
    (edited && is_one_edit(&one, &other)).then_some(NameLikeness::OneOff)
}

/// Whether one character added, left out or replaced makes one text of the other: what follows the common beginning and
/// precedes the common end is at most one character in each.
fn is_one_edit(one: &[char], other: &[char]) -> bool {
    let head = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let rest = one.len().min(other.len()) - head;
    let tail = one.iter().rev().zip(other.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    one.len().max(other.len()) - head - tail == 1
}

/// By what a name is found: equal keys are looked at, and [`compare`] decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameKeys {
    /// Of the name as a whole; variants have the same.
    pub whole: i64,
    /// Of the name without one of its characters: names with one character different have one of these in common, or one
    /// of them with the other's whole.
    pub shortened: Vec<i64>,
}

impl NameKeys {
    /// The keys of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let characters = compared(name);
        let mut shortened = Vec::new();
        if (MIN_EDITED_CHARS..=MAX_EDITED_CHARS).contains(&characters.len()) {
            shortened.extend((0..characters.len()).map(|left_out| {
                let kept = characters.iter().enumerate().filter(|(at, _)| *at != left_out);
                key(kept.map(|(_, character)| *character))
            }));
            shortened.sort_unstable();
            shortened.dedup();
        }
        Self { whole: key(characters.into_iter()), shortened }
    }

    /// All of them, as they are stored.
    #[must_use]
    pub fn all(&self) -> Vec<i64> {
        let mut all = self.shortened.clone();
        all.push(self.whole);
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A hash of the characters: FNV-1a over code points. Part of the stored form.
fn key(characters: impl Iterator<Item = char>) -> i64 {
    let hash = characters.fold(0xCBF2_9CE4_8422_2325_u64, |hash, character| {
        (hash ^ u64::from(u32::from(character))).wrapping_mul(0x0000_0100_0000_01B3)
    });
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{
        NameLikeness::{OneOff, Same, Variant},
        *,
    };

    #[rstest]
    #[case("张三", "张三", Some(Same))]
    #[case("John Smith", "john  smith", Some(Same))]
    #[case("阿卜杜拉·艾力", "阿卜杜拉•艾力", Some(Same))]
    #[case("阿卜杜拉·艾力", "阿卜杜拉艾力", Some(Variant))]
    #[case("阿卜杜拉·艾力", "阿卜杜拉 艾力", Some(Variant))]
    #[case("扎西 顿珠", "扎西顿珠", Some(Variant))]
    #[case("張國榮", "张国荣", Some(Variant))]
    #[case("葛\u{E0100}城", "葛城", Some(Same))]
    #[case("救援队（三组）", "救援队三组", Some(Variant))]
    #[case("张国荣", "张国容", Some(OneOff))]
    #[case("張國榮", "张国容", Some(OneOff))]
    #[case("欧阳娜娜", "欧阳娜", Some(OneOff))]
    #[case("欧阳娜", "欧阳娜娜", Some(OneOff))]
    #[case("章国荣", "张国荣", Some(OneOff))]
    #[case("阿卜杜拉·艾力", "阿卜杜拉·艾里", Some(OneOff))]
    #[case("张三", "张四", None)]
    #[case("张三", "张三丰", None)]
    #[case("张国荣", "张荣国", None)]
    #[case("张国荣", "李国容", None)]
    #[case("欧阳娜娜", "欧阳", None)]
    #[case("一二三四五六七八九十一二三四五六七八九十一", "一二三四五六七八九十一二三四五六七八九十二", None)]
    #[case("", "", Some(Same))]
    #[case("·", "(", None)]
    fn names_are_compared(#[case] one: &str, #[case] other: &str, #[case] expected: Option<NameLikeness>) {
        assert_eq!(compare(one, other), expected);
        assert_eq!(compare(other, one), expected);
    }

    proptest! {
        /// Whatever is alike has a key in common, so that nothing alike is missed.
        #[test]
        fn what_is_alike_is_found(one in "[一二三四·]{1,6}", other in "[一二三四·]{1,6}") {
            if compare(&one, &other).is_some_and(|_| !compared(&one).is_empty()) {
                let (mine, theirs) = (NameKeys::of(&one).all(), NameKeys::of(&other).all());
                prop_assert!(mine.iter().any(|key| theirs.contains(key)), "{} {}", one, other);
            }
        }

        #[test]
        fn one_edit_is_one_off(name in "[一-龥]{4,12}", at in 0_usize..12, other in proptest::char::range('a', 'z')) {
            let mut edited: Vec<char> = name.chars().collect();
            let at = at % edited.len();
            edited[at] = other;
            prop_assert_eq!(compare(&name, &edited.iter().collect::<String>()), Some(OneOff));
            edited.remove(at);
            prop_assert_eq!(compare(&name, &edited.iter().collect::<String>()), Some(OneOff));
        }
    }
}

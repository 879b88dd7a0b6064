#![expect(
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "what is equal is exactly equal, and counts are small"
)]

use proptest::prelude::*;

use super::*;

fn signature(text: &str) -> Option<Signature> {
    Signature::of(&Grams::of(text))
}

fn jaccard(one: &str, other: &str) -> f64 {
    Grams::of(one).overlap(&Grams::of(other)).jaccard()
}

/// A stored signature must be found again by every later version: these numbers do not change.
#[test]
fn the_stored_form_is_fixed() {
    let bands = bands_of("他每天清晨为老人送去早餐，风雨无阻。");
    assert_eq!(bands.len(), BANDS);
    assert_eq!((BANDS, BAND_VALUES, VALUES), (32, 4, 128));
    let digest = bands.iter().fold(0_u64, |digest, band| mixed(digest ^ band.hash.cast_unsigned()));
    assert_eq!(digest, FIXED, "the stored form has changed: the tables must be emptied and filled again");
    let numbers: Vec<i16> = bands.iter().map(|band| band.number).collect();
    assert_eq!(numbers, (0..32).collect::<Vec<i16>>());
}

/// What [`the_stored_form_is_fixed`] found when the form was made.
const FIXED: u64 = 13_796_686_607_828_451_096;

#[test]
fn what_has_nothing_to_compare_has_no_bands() {
    for text in ["", "  \n", "……", "，。"] {
        assert_eq!(bands_of(text), [], "{text:?}");
    }
    for short in ["好", "好人", "好人好", "好人好事"] {
        assert_eq!(bands_of(short).len(), BANDS, "{short}");
        assert_eq!(bands_of(short), bands_of(&format!("“{short}。”")));
    }
    assert_ne!(bands_of("好人"), bands_of("坏人"));
}

#[test]
fn strangers_share_no_band() {
    let one = "外卖骑手跃入长江，顶着回流把一名落水女青年托举十一分钟，直到救生艇赶到。";
    let other = "她三十年如一日照顾社区里的孤寡老人，每天清晨为老人送去早餐，风雨无阻。";
    let bands = bands_of(one);
    assert!(bands_of(other).iter().all(|band| !bands.contains(band)));
}

/// Of how many characters of a text another one is made: the first `kept` ones, and others in the place of the rest.
fn tail_replaced(text: &[char], kept: usize) -> String {
    let (head, tail) = text.split_at(kept.min(text.len()));
    let replaced = tail.iter().map(|c| char::from_u32(u32::from(*c) + 0x2000).unwrap());
    head.iter().copied().chain(replaced).collect()
}

proptest! {
    #[test]
    fn a_text_is_identical_to_itself(text in "\\PC{1,80}") {
        if let Some(signature) = signature(&text) {
            prop_assert_eq!(signature.estimate(&signature), 1.0);
            prop_assert_eq!(signature.bands().len(), BANDS);
            prop_assert_eq!(signature.bands(), bands_of(&text));
        }
    }

    /// The grams are a set: saying everything twice adds only the seam.
    #[test]
    fn what_is_repeated_counts_once(text in "[一-丿]{3,40}") {
        let doubled = format!("{text}{text}{text}");
        let tripled = format!("{doubled}{text}");
        prop_assert_eq!(signature(&doubled), signature(&tripled));
    }

    /// The estimate is off by about √(j (1 − j) / 128), at most 0.045: here it may be by five times that.
    #[test]
    fn the_estimate_is_near_the_true_measure(
        text in proptest::collection::vec(proptest::char::range('一', '龥'), 300..700),
        kept in 0_usize..700,
    ) {
        let original: String = text.iter().collect();
        let changed = tail_replaced(&text, kept);
        let estimate = signature(&original).unwrap().estimate(&signature(&changed).unwrap());
        let exact = jaccard(&original, &changed);
        prop_assert!((estimate - exact).abs() < 0.225, "{} for {}", estimate, exact);
    }

    /// Short texts borrow most of their numbers; what they have in common is still seen, if less exactly.
    #[test]
    fn short_texts_are_estimated_too(text in proptest::collection::vec(proptest::char::range('一', '龥'), 20..40)) {
        let original: String = text.iter().collect();
        let half = tail_replaced(&text, text.len() / 2);
        let estimate = signature(&original).unwrap().estimate(&signature(&half).unwrap());
        prop_assert!((estimate - jaccard(&original, &half)).abs() < 0.6);
        let none = tail_replaced(&text, 0);
        prop_assert!(signature(&original).unwrap().estimate(&signature(&none).unwrap()) < 0.05);
    }
}

/// Copies with a tenth of their characters changed are found: the recall that the module promises, on 10,000 of them.
#[test]
fn nineteen_of_twenty_edited_copies_share_a_band() {
    const COPIES: usize = 10_000;
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state.wrapping_add(GRAM_SEED);
        usize::try_from(mixed(state) % below).unwrap()
    };
    let mut found = 0;
    for _ in 0..COPIES {
        let length = 150 + next(200);
        // Common characters are frequent, as in a language: the smaller of two draws.
        let mut character = || char::from_u32(0x4E00 + u32::try_from(next(3000).min(next(3000))).unwrap()).unwrap();
        let text: Vec<char> = (0..length).map(|_| character()).collect();
        let mut copy = text.clone();
        for edit in 0..length / 10 {
            let other = character();
            let at = usize::try_from(mixed(u64::from(u32::from(other)) ^ edit as u64) % copy.len() as u64).unwrap();
            match edit % 4 {
                0 => copy.insert(at, other),
                1 => drop(copy.remove(at)),
                _ => copy[at] = other,
            }
        }
        let bands = bands_of(&text.iter().collect::<String>());
        let of_copy = bands_of(&copy.iter().collect::<String>());
        found += usize::from(bands.iter().zip(&of_copy).any(|(one, other)| one == other));
    }
    let recall = found as f64 / COPIES as f64;
    assert!(recall >= 0.95, "{recall}");
}

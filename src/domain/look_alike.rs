//! Look-alikes: what speaks for two candidates being the same person, or their deeds the same text, and how strongly.
//!
//! Nothing follows by itself: staff read the reasons and decide.

use super::{name_likeness::NameLikeness, shingle::Overlap};

/// Most look-alikes that are shown of a candidate.
pub const MOST_SHOWN: usize = 50;

text_enum! {
    /// Why two candidates look alike.
    pub enum Reason {
        /// The same telephone number.
        SamePhone = "same_phone",
        /// The same name.
        SameName = "same_name",
        /// A name written in another way, or with one character different.
        SimilarName = "similar_name",
        /// Much of the deed's text is the same.
        SimilarDeed = "similar_deed",
        /// The other one is on the list of an earlier month.
        ListedBefore = "listed_before",
    }
}

/// What is known of two candidates together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence {
    /// Whether their telephone numbers are equal.
    pub same_phone: bool,
    /// How their names are alike.
    pub name: Option<NameLikeness>,
    /// Whether they are of one district.
    pub same_district: bool,
    /// What their deeds have in common, where they were compared.
    pub deed: Option<Overlap>,
    /// Whether the other is on the list of an earlier month.
    pub listed_before: bool,
}

/// How strongly two candidates look alike, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// 0 to 1.
    pub score: f64,
    /// The reasons with what each of them weighs alone, in the order of [`Reason`].
    pub reasons: Vec<(Reason, f64)>,
}

/// A number belongs to one person or to a family.
const SAME_PHONE: f64 = 0.9;
/// In one district; many people have the same name.
const SAME_NAME: f64 = 0.6;
/// The same name in other characters, or with another interpunct, in one district.
const NAME_VARIANT: f64 = 0.55;
/// One character different, in one district.
const NAME_ONE_OFF: f64 = 0.3;
/// A name of another district; looked at only when it was on a list.
const NAME_ELSEWHERE: f64 = 0.4;
/// Who was on the list is looked at first.
const LISTED_BEFORE: f64 = 0.1;
/// Deeds with less in common are strangers': two deeds of one kind share about 3 % of their 3-grams.
const LEAST_JACCARD: f64 = 0.4;
/// Texts of fewer different 3-grams prove less, by so much: two deeds 助人为乐 are no copies.
const TELLING_GRAMS: usize = 40;

/// What speaks for two candidates being alike; none where nothing does. Having been listed is no reason of its own.
///
/// The score is the probability that one of the reasons is right, if they were independent: `1 - Π (1 - weight)`.
#[must_use]
pub fn judge(evidence: &Evidence) -> Option<Judgement> {
    let mut reasons = Vec::new();
    if evidence.same_phone {
        reasons.push((Reason::SamePhone, SAME_PHONE));
    }
    reasons.extend(evidence.name.and_then(|name| name_reason(name, evidence)));
    if let Some(weight) = evidence.deed.and_then(deed_weight) {
        reasons.push((Reason::SimilarDeed, weight));
    }
    if reasons.is_empty() {
        return None;
    }
    if evidence.listed_before {
        reasons.push((Reason::ListedBefore, LISTED_BEFORE));
    }
    let doubt: f64 = reasons.iter().map(|(_, weight)| 1.0 - weight).product();
    Some(Judgement { score: 1.0 - doubt, reasons })
}

fn name_reason(name: NameLikeness, evidence: &Evidence) -> Option<(Reason, f64)> {
    match (name, evidence.same_district, evidence.listed_before) {
        (NameLikeness::Same, true, _) => Some((Reason::SameName, SAME_NAME)),
        (NameLikeness::Variant, true, _) => Some((Reason::SimilarName, NAME_VARIANT)),
        (NameLikeness::OneOff, true, _) => Some((Reason::SimilarName, NAME_ONE_OFF)),
        (NameLikeness::Same, false, true) => Some((Reason::SameName, NAME_ELSEWHERE)),
        (NameLikeness::Variant, false, true) => Some((Reason::SimilarName, NAME_ELSEWHERE)),
        (NameLikeness::OneOff, false, true) | (_, false, false) => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a text has fewer grams than a float has exact numbers")]
fn deed_weight(overlap: Overlap) -> Option<f64> {
    let jaccard = overlap.jaccard();
    let telling = (overlap.all as f64 / TELLING_GRAMS as f64).min(1.0);
    (jaccard >= LEAST_JACCARD).then_some(jaccard * telling)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(evidence: Evidence) -> (String, Vec<&'static str>) {
        let judgement = judge(&evidence).unwrap();
        assert!((0.0..=1.0).contains(&judgement.score));
        let reasons = judgement.reasons.iter().map(|(reason, _)| reason.as_str()).collect();
        (format!("{:.3}", judgement.score), reasons)
    }

    #[test]
    fn each_reason_and_all_together() {
        let none = Evidence { same_district: true, ..Evidence::default() };
        let elsewhere = Evidence::default();
        let (same, variant, one_off) =
            (Some(NameLikeness::Same), Some(NameLikeness::Variant), Some(NameLikeness::OneOff));
        let overlap = |shared, all| Some(Overlap { shared, all });
        let table = [
            (Evidence { same_phone: true, ..none }, "0.900", vec!["same_phone"]),
            (Evidence { name: same, ..none }, "0.600", vec!["same_name"]),
            (Evidence { name: variant, ..none }, "0.550", vec!["similar_name"]),
            (Evidence { name: one_off, ..none }, "0.300", vec!["similar_name"]),
            (Evidence { deed: overlap(574, 1000), ..none }, "0.574", vec!["similar_deed"]),
            (Evidence { deed: overlap(700, 700), ..none }, "1.000", vec!["similar_deed"]),
            (Evidence { deed: overlap(1, 1), ..none }, "0.025", vec!["similar_deed"]),
            (Evidence { same_phone: true, name: same, ..none }, "0.960", vec!["same_phone", "same_name"]),
            (Evidence { name: same, listed_before: true, ..none }, "0.640", vec!["same_name", "listed_before"]),
            (Evidence { name: same, listed_before: true, ..elsewhere }, "0.460", vec!["same_name", "listed_before"]),
            (
                Evidence { name: variant, listed_before: true, ..elsewhere },
                "0.460",
                vec!["similar_name", "listed_before"],
            ),
            (
                Evidence { same_phone: true, name: one_off, deed: overlap(50, 100), listed_before: true, ..none },
                // 1 - 0.1 * 0.7 * 0.5 * 0.9
                "0.969",
                vec!["same_phone", "similar_name", "similar_deed", "listed_before"],
            ),
        ];
        for (evidence, score, reasons) in table {
            assert_eq!(shown(evidence), (score.to_owned(), reasons), "{evidence:?}");
        }
    }

    #[test]
    fn nothing_is_no_look_alike() {
        let nothing = [
            Evidence::default(),
            Evidence { same_district: true, listed_before: true, ..Evidence::default() },
            Evidence { name: Some(NameLikeness::Same), ..Evidence::default() },
            Evidence { name: Some(NameLikeness::OneOff), listed_before: true, ..Evidence::default() },
            Evidence { deed: Some(Overlap { shared: 399, all: 1000 }), ..Evidence::default() },
            Evidence { deed: Some(Overlap { shared: 0, all: 0 }), ..Evidence::default() },
        ];
        for evidence in nothing {
            assert_eq!(judge(&evidence), None, "{evidence:?}");
        }
    }
}

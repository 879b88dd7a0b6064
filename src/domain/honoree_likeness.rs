//! What speaks for a candidate being somebody who was honoured before. Staff read the reasons and decide.

use super::name_likeness::NameLikeness;

/// Most honorees that are suggested for a candidate.
pub const MOST_SHOWN: usize = 20;

text_enum! {
    /// Why a candidate may be an honoree.
    pub enum Reason {
        /// The same telephone number.
        SamePhone = "same_phone",
        /// The same name.
        SameName = "same_name",
        /// A name written in another way, or with one character different.
        SimilarName = "similar_name",
        /// Born in the same year.
        SameBirthYear = "same_birth_year",
        /// Of the same district.
        SameDistrict = "same_district",
    }
}

/// What is known of a candidate and an honoree together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How the candidate's name is like one of the honoree's.
    pub name: Option<NameLikeness>,
    /// Whether the telephone number is that of one of the honours.
    pub same_phone: bool,
    /// Whether both were born in the same year; none where that is not known of both.
    pub same_birth_year: Option<bool>,
    /// Whether one of the honours is of the candidate's district.
    pub same_district: bool,
}

impl Evidence {
    /// What two candidates of one honoree speak for together: of each the stronger.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let stronger = |one: Option<NameLikeness>, other: Option<NameLikeness>| match (one, other) {
            (Some(NameLikeness::Same), _) | (_, Some(NameLikeness::Same)) => Some(NameLikeness::Same),
            (Some(NameLikeness::Variant), _) | (_, Some(NameLikeness::Variant)) => Some(NameLikeness::Variant),
            (Some(NameLikeness::OneOff), _) | (_, Some(NameLikeness::OneOff)) => Some(NameLikeness::OneOff),
            (None, None) => None,
        };
        Self {
            name: stronger(self.name, other.name),
            same_phone: self.same_phone || other.same_phone,
            same_birth_year: self.same_birth_year.max(other.same_birth_year),
            same_district: self.same_district || other.same_district,
        }
    }
}

/// How strongly it speaks, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// 0 to 1.
    pub score: f64,
    /// The reasons, in the order of [`Reason`].
    pub reasons: Vec<Reason>,
}

/// A number belongs to one person or to a family.
const SAME_PHONE: f64 = 0.9;
const SAME_NAME: f64 = 0.5;
const SIMILAR_NAME: f64 = 0.3;
/// Beside a name.
const SAME_BIRTH_YEAR: f64 = 0.5;
const SAME_DISTRICT: f64 = 0.3;
/// A year that differs speaks against it, so much is left.
const OTHER_BIRTH_YEAR: f64 = 0.5;

/// What speaks for it; none where neither name nor telephone does. The score is the probability that one of the reasons is
/// right, if they were independent: `1 - Π (1 - weight)`.
#[must_use]
pub fn judge(evidence: &Evidence) -> Option<Judgement> {
    if !evidence.same_phone && evidence.name.is_none() {
        return None;
    }
    let name = evidence.name.map(|name| match name {
        NameLikeness::Same => (Reason::SameName, SAME_NAME),
        NameLikeness::Variant | NameLikeness::OneOff => (Reason::SimilarName, SIMILAR_NAME),
    });
    let found = [
        evidence.same_phone.then_some((Reason::SamePhone, SAME_PHONE)),
        name,
        (evidence.same_birth_year == Some(true)).then_some((Reason::SameBirthYear, SAME_BIRTH_YEAR)),
        evidence.same_district.then_some((Reason::SameDistrict, SAME_DISTRICT)),
    ];
    let doubt: f64 = found.iter().flatten().map(|(_, weight)| 1.0 - weight).product();
    let left = if evidence.same_birth_year == Some(false) { OTHER_BIRTH_YEAR } else { 1.0 };
    let reasons = found.into_iter().flatten().map(|(reason, _)| reason).collect();
    Some(Judgement { score: (1.0 - doubt) * left, reasons })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_year_nor_district_is_a_reason_of_its_own() {
        let beside = Evidence { same_birth_year: Some(true), same_district: true, ..Evidence::default() };
        assert_eq!(judge(&beside), None);
    }

    #[test]
    fn more_reasons_weigh_more_and_another_year_weighs_against() {
        let name = Evidence { name: Some(NameLikeness::Same), ..Evidence::default() };
        let alike = Evidence { name: Some(NameLikeness::OneOff), ..Evidence::default() };
        let here = Evidence { same_district: true, ..name };
        let year = Evidence { same_birth_year: Some(true), ..here };
        let other = Evidence { same_birth_year: Some(false), ..here };
        let phone = Evidence { same_phone: true, ..year };
        let score = |evidence: &Evidence| judge(evidence).unwrap().score;
        let scores = [score(&alike), score(&name), score(&here), score(&year), score(&phone)];
        assert!(scores.is_sorted() && scores.iter().all(|score| (0.0..1.0).contains(score)), "{scores:?}");
        assert!(score(&other) < score(&name));
        let reasons = judge(&phone).unwrap().reasons;
        assert_eq!(reasons, [Reason::SamePhone, Reason::SameName, Reason::SameBirthYear, Reason::SameDistrict]);
    }
}

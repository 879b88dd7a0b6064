//! Whether a candidate's materials meet the cycle's policy. The same code reports at any time and guards the unit's
//! verification, so that what is reported missing is exactly what is refused.

use serde_json::{Value, json};

use super::{
    fault::{Code, Fault},
    photo::{PhotoFacts, PhotoLimits},
    policy::Policy,
    word_count,
};

text_enum! {
    /// One thing that is looked at.
    pub enum ReadinessCode {
        /// The length of the deed, in 字.
        DeedLength = "deed_length",
        /// The number of photos.
        PhotoCount = "photo_count",
        /// Every photo is within the policy's limits of size.
        PhotoSize = "photo_size",
        /// A telephone number under which the candidate, or who speaks for them, can be reached.
        ContactPhone = "contact_phone",
        /// The number of records in the verification file that confirm the deed.
        VerificationRecords = "verification_records",
        /// The consent to publication and forwarding; needed from the screening on, not to verify.
        Consent = "consent",
    }
}

impl ReadinessCode {
    /// The guard that fails where the item is missing.
    const fn missing(self) -> Code {
        match self {
            Self::VerificationRecords => Code::VerificationMissing,
            Self::DeedLength | Self::PhotoCount | Self::PhotoSize | Self::ContactPhone | Self::Consent => {
                Code::MaterialsIncomplete
            }
        }
    }
}

/// What of a candidate's file the policy speaks about.
#[derive(Clone, Debug, Default)]
pub struct Materials<'a> {
    /// The deed as kept.
    pub deed: Option<&'a str>,
    /// The photos as stored.
    pub photos: &'a [PhotoFacts],
    /// Whether a contact number is on file.
    pub has_contact_phone: bool,
    /// Records of the verification file that stand and confirm the deed.
    pub confirming_records: u32,
    /// Whether a consent stands.
    pub has_consent: bool,
}

/// What the policy asks of the materials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaterialLimits {
    /// The least length of the deed, in 字.
    pub deed_min: u32,
    /// The greatest length of the deed, in 字.
    pub deed_max: u32,
    /// Exactly so many photos.
    pub photo_count: u32,
    /// What each photo must be.
    pub photo: PhotoLimits,
    /// The fewest confirming records of the verification file.
    pub verification_records_min: u32,
}

impl From<&Policy> for MaterialLimits {
    fn from(policy: &Policy) -> Self {
        Self {
            deed_min: policy.deed_min_chars,
            deed_max: policy.deed_max_chars,
            photo_count: policy.photo_count,
            photo: PhotoLimits::from(policy),
            verification_records_min: policy.verification_records_min,
        }
    }
}

/// One thing with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadinessItem {
    /// What was looked at.
    pub code: ReadinessCode,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What is there.
    pub actual: Value,
    /// What should be there.
    pub required: Value,
    /// Whether the unit's verification needs it.
    pub needed_to_verify: bool,
}

/// The report on a candidate's materials.
#[derive(Clone, Debug, PartialEq)]
pub struct Readiness {
    /// Every item, good or not, in the order of [`ReadinessCode::ALL`].
    pub items: Vec<ReadinessItem>,
}

impl Readiness {
    /// Holds the materials against the limits.
    #[must_use]
    pub fn of(materials: &Materials<'_>, limits: &MaterialLimits) -> Self {
        let items = ReadinessCode::ALL.iter().map(|&code| item(code, materials, limits)).collect();
        Self { items }
    }

    /// Whether nothing that verification needs is missing.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.items.iter().all(|item| item.ok || !item.needed_to_verify)
    }

    /// The report as nominators read it: what the unit found out is none of their business.
    #[must_use]
    pub fn for_nominators(mut self) -> Self {
        self.items.retain(|item| item.code != ReadinessCode::VerificationRecords);
        self
    }

    /// The guard of verification: one fault for each needed item that is missing, with its figures.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let missing = self.items.iter().filter(|item| item.needed_to_verify && !item.ok);
        missing
            .map(|item| {
                let fault = Fault::of(item.code.missing()).with("item", item.code.as_str());
                fault.with("actual", item.actual.clone()).with("required", item.required.clone())
            })
            .collect()
    }
}

fn item(code: ReadinessCode, materials: &Materials<'_>, limits: &MaterialLimits) -> ReadinessItem {
    let (ok, actual, required) = match code {
        ReadinessCode::DeedLength => deed_length(materials, limits),
        ReadinessCode::PhotoCount => {
            let actual = materials.photos.len();
            let wanted = usize::try_from(limits.photo_count).unwrap_or(usize::MAX);
            (actual == wanted, json!(actual), json!(limits.photo_count))
        }
        ReadinessCode::PhotoSize => {
            let outside = materials.photos.iter().filter(|photo| !photo.faults(limits.photo).is_empty()).count();
            let required = json!({ "max_bytes": limits.photo.max_bytes, "min_side_px": limits.photo.min_side_px });
            (outside == 0, json!({ "outside_limits": outside }), required)
        }
        ReadinessCode::ContactPhone => (materials.has_contact_phone, json!(materials.has_contact_phone), json!(true)),
        ReadinessCode::VerificationRecords => {
            let (actual, required) = (materials.confirming_records, limits.verification_records_min);
            (actual >= required, json!(actual), json!(required))
        }
        ReadinessCode::Consent => (materials.has_consent, json!(materials.has_consent), json!(true)),
    };
    ReadinessItem { code, ok, actual, required, needed_to_verify: code != ReadinessCode::Consent }
}

fn deed_length(materials: &Materials<'_>, limits: &MaterialLimits) -> (bool, Value, Value) {
    let actual = materials.deed.map_or(0, word_count::count);
    let min = usize::try_from(limits.deed_min).unwrap_or(usize::MAX);
    let max = usize::try_from(limits.deed_max).unwrap_or(usize::MAX);
    ((min..=max).contains(&actual), json!(actual), json!({ "min": min, "max": max }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: MaterialLimits = MaterialLimits {
        deed_min: 500,
        deed_max: 1000,
        photo_count: 2,
        photo: PhotoLimits { max_bytes: 393_216, min_side_px: 300 },
        verification_records_min: 1,
    };
    const GOOD: PhotoFacts = PhotoFacts { bytes: 393_216, width_px: 300, height_px: 300 };
    const HEAVY: PhotoFacts = PhotoFacts { bytes: 393_217, width_px: 300, height_px: 300 };

    fn missing(deed_chars: usize, photos: &[PhotoFacts], has_contact_phone: bool) -> Vec<ReadinessCode> {
        let deed = "好".repeat(deed_chars);
        let materials =
            Materials { deed: Some(&deed), photos, has_contact_phone, confirming_records: 1, has_consent: false };
        let readiness = Readiness::of(&materials, &LIMITS);
        assert_eq!(readiness.is_ready(), readiness.faults().is_empty());
        let needed = readiness.items.into_iter().filter(|item| item.needed_to_verify && !item.ok);
        needed.map(|item| item.code).collect()
    }

    #[test]
    fn every_limit_holds_at_its_edge() {
        use ReadinessCode::{ContactPhone, DeedLength, PhotoCount, PhotoSize};
        let two = [GOOD, GOOD];
        assert_eq!(missing(500, &two, true), []);
        assert_eq!(missing(1000, &two, true), []);
        assert_eq!(missing(499, &two, true), [DeedLength]);
        assert_eq!(missing(1001, &two, true), [DeedLength]);
        assert_eq!(missing(500, &[GOOD], true), [PhotoCount]);
        assert_eq!(missing(500, &[GOOD, GOOD, GOOD], true), [PhotoCount]);
        assert_eq!(missing(500, &[GOOD, HEAVY], true), [PhotoSize]);
        assert_eq!(missing(500, &two, false), [ContactPhone]);
    }

    #[test]
    fn all_that_is_missing_is_named_with_its_figures() {
        let readiness = Readiness::of(&Materials::default(), &LIMITS);
        assert_eq!(readiness.items.len(), ReadinessCode::ALL.len());
        let faults = readiness.faults();
        assert_eq!(faults.len(), 4);
        let records = Fault::of(Code::VerificationMissing).with("item", "verification_records").with("actual", 0);
        assert_eq!(faults[3], records.with("required", 1));
        assert!(
            readiness
                .clone()
                .for_nominators()
                .items
                .iter()
                .all(|item| item.code.missing() != Code::VerificationMissing)
        );
        let deed = Fault::of(Code::MaterialsIncomplete).with("item", "deed_length").with("actual", 0);
        assert_eq!(faults[0], deed.with("required", json!({ "min": 500, "max": 1000 })));
    }

    #[test]
    fn consent_is_shown_and_not_needed_to_verify() {
        let deed = "好".repeat(500);
        let photos = [GOOD, GOOD];
        let materials = Materials {
            deed: Some(&deed),
            photos: &photos,
            has_contact_phone: true,
            confirming_records: 1,
            has_consent: false,
        };
        let readiness = Readiness::of(&materials, &LIMITS);
        assert!(readiness.is_ready());
        assert!(readiness.items.iter().any(|item| item.code == ReadinessCode::Consent && !item.ok));
    }
}

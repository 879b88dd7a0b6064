//! Whether a candidate's materials meet the cycle's policy. The same code reports at any time and guards the unit's
//! verification, so that what is reported missing is exactly what is refused.

use serde_json::{Value, json};

use super::{
    consent::ConsentScope,
    fault::{Code, Fault},
    id::PhotoId,
    photo::{PhotoFacts, PhotoLimits},
    policy::Policy,
    word_count,
};

text_enum! {
    /// One thing that is looked at.
    pub enum ReadinessCode {
        /// The length of the deed, in 字.
        DeedLength = "deed_length",
        /// The number of photos: neither too few nor, after a merger, too many.
        PhotoCount = "photo_count",
        /// A photo is within the policy's limits of size. Each that is not has an item of its own.
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
    /// The photos as stored, in their order.
    pub photos: &'a [FiledPhoto],
    /// Whether a contact number is on file.
    pub has_contact_phone: bool,
    /// Records of the verification file that stand and confirm the deed.
    pub confirming_records: u32,
    /// What the consent that stands covers; nothing where none stands.
    pub consented: &'a [ConsentScope],
}

/// A photo of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiledPhoto {
    /// By which it is removed.
    pub id: PhotoId,
    /// What the policy speaks about.
    pub facts: PhotoFacts,
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
    /// Every item, good or not, in the order of [`ReadinessCode::ALL`]; one for each photo outside the limits.
    pub items: Vec<ReadinessItem>,
    /// What the consent does not cover, of all that screening and forwarding need.
    pub missing_scopes: Vec<ConsentScope>,
}

impl Readiness {
    /// Holds the materials against the limits.
    #[must_use]
    pub fn of(materials: &Materials<'_>, limits: &MaterialLimits) -> Self {
        let items = ReadinessCode::ALL.iter().flat_map(|&code| items(code, materials, limits)).collect();
        let is_missing = |scope: &ConsentScope| !materials.consented.contains(scope);
        Self { items, missing_scopes: ConsentScope::ALL.iter().copied().filter(is_missing).collect() }
    }

    /// The names of what the consent does not cover.
    #[must_use]
    pub fn missing_scopes(&self) -> Vec<&'static str> {
        self.missing_scopes.iter().map(|scope| scope.as_str()).collect()
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

/// The items of one code: one, or one for each photo that has something wrong.
fn items(code: ReadinessCode, materials: &Materials<'_>, limits: &MaterialLimits) -> Vec<ReadinessItem> {
    let found = match code {
        ReadinessCode::DeedLength => vec![deed_length(materials, limits)],
        ReadinessCode::PhotoCount => {
            let actual = materials.photos.len();
            let wanted = usize::try_from(limits.photo_count).unwrap_or(usize::MAX);
            vec![(actual == wanted, json!(actual), json!(limits.photo_count))]
        }
        ReadinessCode::PhotoSize => photo_sizes(materials, limits.photo),
        ReadinessCode::ContactPhone => {
            vec![(materials.has_contact_phone, json!(materials.has_contact_phone), json!(true))]
        }
        ReadinessCode::Consent => {
            let given: Vec<_> = materials.consented.iter().map(|scope| scope.as_str()).collect();
            let required: Vec<_> = ConsentScope::ALL.iter().map(|scope| scope.as_str()).collect();
            vec![(required.iter().all(|scope| given.contains(scope)), json!(given), json!(required))]
        }
        ReadinessCode::VerificationRecords => {
            let (actual, required) = (materials.confirming_records, limits.verification_records_min);
            vec![(actual >= required, json!(actual), json!(required))]
        }
    };
    let needed_to_verify = code != ReadinessCode::Consent;
    found
        .into_iter()
        .map(|(ok, actual, required)| ReadinessItem { code, ok, actual, required, needed_to_verify })
        .collect()
}

/// Each photo outside the limits, by its id and its place in the order shown, from 1; where none is, that.
fn photo_sizes(materials: &Materials<'_>, limits: PhotoLimits) -> Vec<(bool, Value, Value)> {
    let required = json!({ "max_bytes": limits.max_bytes, "min_side_px": limits.min_side_px });
    let outside: Vec<_> = (1..)
        .zip(materials.photos)
        .filter(|(_, photo)| !photo.facts.faults(limits).is_empty())
        .map(|(position, photo): (usize, _)| {
            let (bytes, shorter) = (photo.facts.bytes, photo.facts.shorter_side_px());
            let id = photo.id.to_string();
            let actual = json!({ "photo_id": id, "position": position, "bytes": bytes, "shorter_side_px": shorter });
            (false, actual, required.clone())
        })
        .collect();
    if outside.is_empty() { vec![(true, json!({ "outside_limits": 0 }), required)] } else { outside }
}

fn deed_length(materials: &Materials<'_>, limits: &MaterialLimits) -> (bool, Value, Value) {
    let actual = materials.deed.map_or(0, word_count::count);
    let min = usize::try_from(limits.deed_min).unwrap_or(usize::MAX);
    let max = usize::try_from(limits.deed_max).unwrap_or(usize::MAX);
    ((min..=max).contains(&actual), json!(actual), json!({ "min": min, "max": max }))
}

#[cfg(test)]
mod tests;

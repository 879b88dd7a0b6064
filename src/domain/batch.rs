//! Batches: what is forwarded to the provincial portal together, frozen as it was, and the receipt for it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    candidate::{Gender, Subject},
    category::CategoryCode,
    consent::{ConsentMethod, ConsentScope, GivenBy},
    fault::{Code, Fault},
    id::{BatchId, CandidateId, OrganizationId, PhotoId, UserId},
    month::Month,
    organization::OrganizationKind,
    photo::PhotoType,
    review::Decision,
    stage::StageCode,
};

text_enum! {
    /// How a batch stands with the portal.
    pub enum BatchStatus {
        /// Forwarded; no receipt yet.
        Pending = "pending",
        /// Received, and every item accepted.
        Accepted = "accepted",
        /// Received, and some items refused.
        PartlyRefused = "partly_refused",
        /// Received, and every item refused.
        Refused = "refused",
    }
}

text_enum! {
    /// How one item of a batch stands.
    pub enum ItemStatus {
        /// Forwarded; no receipt yet.
        Sent = "sent",
        /// Taken by the portal.
        Accepted = "accepted",
        /// Refused by the portal, with a reason.
        Refused = "refused",
    }
}

/// A package of one cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its identifier.
    pub id: BatchId,
    /// The cycle.
    pub cycle: Month,
    /// 1, 2, … in the cycle.
    pub sequence: u32,
    /// How it stands.
    pub status: BatchStatus,
    /// Who forwarded it.
    pub forwarded_by: UserId,
    /// When it was forwarded.
    pub forwarded_at: DateTime<Utc>,
    /// When the receipt came; the last one, where there were several.
    pub received_at: Option<DateTime<Utc>>,
    /// Grows with each receipt.
    pub version: i64,
}

/// A candidate in a batch: the frozen copy, and what the portal said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchItem {
    /// What was forwarded; never changed afterwards.
    pub snapshot: Snapshot,
    /// What the portal said.
    pub status: ItemStatus,
    /// Why the portal refused it, if it did.
    pub reason: Option<String>,
}

/// A candidate as it was when forwarded. Contacts are not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Who.
    pub candidate_id: CandidateId,
    /// In which category.
    pub category: CategoryCode,
    /// Name of the person or group.
    pub name: String,
    /// A person or a group.
    pub subject: Subject,
    /// The members of a group, by name.
    pub members: Vec<String>,
    /// Whether the person has died.
    pub posthumous: bool,
    /// One sentence on the deed.
    pub summary: String,
    /// The deed statement.
    pub deed: String,
    /// Occupation, when given.
    pub occupation: Option<String>,
    /// The unit that carried it, and its name then.
    pub unit: Place,
    /// The district of its endorsement, and its name then.
    pub district: Place,
    /// The photos, in order, each with the SHA-256 of its file in hexadecimal.
    pub photos: Vec<PhotoSnapshot>,
    /// When the consent was given.
    pub consent_given_at: Option<DateTime<Utc>>,
    /// What else of the file goes into the package; none in batches from before packages were built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileSnapshot>,
}

/// What only the package shows of a candidate's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSnapshot {
    /// The category's Chinese name then.
    pub category_name: String,
    /// Sex, when given.
    pub gender: Option<Gender>,
    /// Year of birth, when given.
    pub birth_year: Option<i32>,
    /// Ethnicity, when given.
    pub ethnicity: Option<String>,
    /// The consent; who gave it is not named.
    pub consent: Option<ConsentSnapshot>,
    /// Every decision on the candidate, in their order.
    pub reviews: Vec<ReviewSnapshot>,
}

/// A consent as it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentSnapshot {
    /// In what quality it was given.
    pub given_by: GivenBy,
    /// How.
    pub method: ConsentMethod,
    /// To what.
    pub scope: Vec<ConsentScope>,
    /// Which wording.
    pub text_version: String,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// A decision on a candidate. Whose it was is not said, only for which organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewSnapshot {
    /// At which stage.
    pub stage: StageCode,
    /// What was decided.
    pub decision: Decision,
    /// The opinion.
    pub opinion: String,
    /// The organization's name then.
    pub organization: Option<String>,
    /// In whose place it decided.
    pub acting_for: Option<OrganizationKind>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

impl FileSnapshot {
    /// The approval of a stage that stands: a candidate that was forwarded has passed all of them, the last time for good.
    #[must_use]
    pub fn approval(&self, stage: StageCode) -> Option<&ReviewSnapshot> {
        self.reviews.iter().rfind(|review| review.stage == stage && review.decision == Decision::Approve)
    }
}

/// An organization by id and the name it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its identifier.
    pub id: OrganizationId,
    /// Its name at that time.
    pub name: String,
}

/// A photo as it was when forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoSnapshot {
    /// Its identifier.
    pub id: PhotoId,
    /// SHA-256 of the stored file, in hexadecimal.
    pub sha256: String,
    /// Its type; not said in batches from before packages were built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<PhotoType>,
}

/// How a forwarded candidate can be reached. Never part of the snapshot: it is kept sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Who is called.
    pub name: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// What that person is to the candidate.
    pub relationship: Option<String>,
}

/// The number of the next batch of a cycle.
#[must_use]
pub fn next_sequence(last: Option<u32>) -> u32 {
    last.map_or(1, |last| last.saturating_add(1))
}

/// What the portal says to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Whether it took the batch as a whole.
    pub accepted: bool,
    /// The items it refused, each with a reason; none when accepted, at least one when not.
    pub refused: Vec<Refused>,
}

/// One refused item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Who.
    pub candidate_id: CandidateId,
    /// Why.
    pub reason: String,
}

/// What a receipt changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Nothing: it says what was said before.
    Known,
    /// The batch takes this status, and these items become refused.
    New {
        /// The status of the batch.
        status: BatchStatus,
        /// Who is refused now and was not before.
        refused: Vec<Refused>,
    },
}

/// Faults of the receipt's form that show without the batch: acceptance and refusals contradict each other, or an item
/// is named twice.
#[must_use]
pub fn judge_receipt(receipt: &Receipt) -> Vec<Fault> {
    let mut faults = Vec::new();
    if receipt.accepted != receipt.refused.is_empty() {
        let code = if receipt.accepted { Code::Inconsistent } else { Code::TooFew };
        faults.push(Fault::at("/refused", code));
    }
    let mut seen = BTreeMap::new();
    for (index, item) in receipt.refused.iter().enumerate() {
        if seen.insert(item.candidate_id, index).is_some() {
            faults.push(Fault::at(format!("/refused/{index}/candidate_id"), Code::Duplicate));
        }
    }
    faults
}

/// Holds a receipt that was not taken before against the batch. What it says again changes nothing; it may refuse more
/// items than an earlier one, and what is refused stays so with its first reason. `items` are all candidates of the batch with whether each is refused.
pub fn receive(
    status: BatchStatus,
    items: &BTreeMap<CandidateId, bool>,
    receipt: &Receipt,
) -> Result<Received, Vec<Fault>> {
    let faults: Vec<_> = (0..)
        .zip(&receipt.refused)
        .filter(|(_, item)| !items.contains_key(&item.candidate_id))
        .map(|(index, _): (usize, _)| Fault::at(format!("/refused/{index}/candidate_id"), Code::UnknownReference))
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let refused_before = items.values().filter(|refused| **refused).count();
    if receipt.accepted && refused_before > 0 {
        return Err(vec![Fault::of(Code::AlreadyDecided).with("status", status.as_str())]);
    }
    let is_new = |item: &&Refused| items.get(&item.candidate_id) == Some(&false);
    let refused: Vec<_> = receipt.refused.iter().filter(is_new).cloned().collect();
    if refused.is_empty() && status != BatchStatus::Pending {
        return Ok(Received::Known);
    }
    Ok(Received::New { status: status_of(items.len(), refused_before + refused.len()), refused })
}

fn status_of(items: usize, refused: usize) -> BatchStatus {
    match refused {
        0 => BatchStatus::Accepted,
        some if some < items => BatchStatus::PartlyRefused,
        _ => BatchStatus::Refused,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> CandidateId {
        CandidateId(Uuid::from_u128(number))
    }

    fn receipt(refused: &[u128]) -> Receipt {
        let refused: Vec<_> =
            refused.iter().map(|&n| Refused { candidate_id: id(n), reason: "材料不全".to_owned() }).collect();
        Receipt { accepted: refused.is_empty(), refused }
    }

    #[test]
    fn sequences_count_from_one() {
        assert_eq!(next_sequence(None), 1);
        assert_eq!(next_sequence(Some(1)), 2);
    }

    #[test]
    fn a_receipt_must_not_contradict_itself() {
        let reason = "x".to_owned();
        let one = Refused { candidate_id: id(1), reason };
        let cases = [
            (true, vec![], vec![]),
            (false, vec![one.clone()], vec![]),
            (true, vec![one.clone()], vec![("/refused", Code::Inconsistent)]),
            (false, vec![], vec![("/refused", Code::TooFew)]),
            (false, vec![one.clone(), one], vec![("/refused/1/candidate_id", Code::Duplicate)]),
        ];
        for (accepted, refused, expected) in cases {
            let faults = judge_receipt(&Receipt { accepted, refused });
            let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_receipt_is_taken_once_and_may_be_replayed() {
        use BatchStatus::{Accepted, PartlyRefused, Pending, Refused};
        let fresh = BTreeMap::from([(id(1), false), (id(2), false)]);
        let partly = BTreeMap::from([(id(1), true), (id(2), false)]);
        let new = |status, refused: &[u128]| Ok(Received::New { status, refused: receipt(refused).refused });
        let cases = [
            (Pending, &fresh, receipt(&[]), new(Accepted, &[])),
            (Pending, &fresh, receipt(&[1]), new(PartlyRefused, &[1])),
            (Pending, &fresh, receipt(&[1, 2]), new(Refused, &[1, 2])),
            (Accepted, &fresh, receipt(&[]), Ok(Received::Known)),
            (Accepted, &fresh, receipt(&[1]), new(PartlyRefused, &[1])),
            (PartlyRefused, &partly, receipt(&[1]), Ok(Received::Known)),
            (PartlyRefused, &partly, receipt(&[1, 2]), new(Refused, &[2])),
        ];
        for (status, items, receipt, expected) in cases {
            assert_eq!(receive(status, items, &receipt), expected, "{status} {receipt:?}");
        }
        let faults = receive(PartlyRefused, &partly, &receipt(&[])).unwrap_err();
        assert_eq!(faults[0].code, Code::AlreadyDecided);
        let faults = receive(Pending, &fresh, &receipt(&[1, 9])).unwrap_err();
        assert_eq!((faults[0].pointer.as_str(), faults[0].code), ("/refused/1/candidate_id", Code::UnknownReference));
    }
}

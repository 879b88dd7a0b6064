//! What the guards look at, loaded from the storage.

use chrono::{DateTime, Utc};

use super::standing::{Relation, relations};
use crate::{
    domain::{
        allowed::{AllowedAction, allowed_actions},
        candidate::Candidate,
        cycle::Cycle,
        guard::Facts,
        photo::{PhotoFacts, PhotoLimits},
        policy::Policy,
        readiness::{MaterialLimits, Materials, Readiness},
    },
    service::{caller::Caller, error::Error},
    storage::{self, Connection},
};

/// A candidate with all that is known for a decision by one caller.
pub struct Loaded {
    /// The candidate.
    pub candidate: Candidate,
    /// The cycle in which it runs.
    pub cycle: Cycle,
    /// Where the caller stands to it.
    pub relation: Relation,
    /// How its materials stand.
    pub readiness: Readiness,
    /// Whether the consent to publication and forwarding stands.
    pub has_consent: bool,
    /// Confirming records of the verification file; there are no verification files yet.
    pub confirming_records: u32,
    /// Places of its district in use.
    pub quota_used: u32,
}

impl Loaded {
    /// Loads what concerns a candidate and a caller.
    pub fn of(db: &mut Connection, caller: &Caller, candidate: Candidate) -> Result<Self, Error> {
        let cycle = storage::cycles::find(db, candidate.cycle)?
            .ok_or_else(|| Error::Internal(format!("cycle {} is missing", candidate.cycle)))?;
        let relation = relations(db, caller, std::slice::from_ref(&candidate))?
            .pop()
            .ok_or_else(|| Error::Internal("a candidate without a relation".to_owned()))?;
        let readiness = readiness(db, &candidate, &cycle.policy)?;
        let has_consent = storage::consents::complete_among(db, &[candidate.id])?.contains(&candidate.id);
        let quota_used = storage::district_quotas::used(db, (candidate.cycle, candidate.district_id))?;
        Ok(Self { candidate, cycle, relation, readiness, has_consent, confirming_records: 0, quota_used })
    }

    /// Whether the caller knows of the candidate other than from its public page.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.relation.standing.is_inside
            || self.relation.standing.part.is_proven()
            || self.relation.is_portal && self.candidate.status.is_public()
    }

    /// Holds the counter of the district's places and reads it again.
    pub(super) fn lock_quota(&mut self, db: &mut Connection) -> Result<(), Error> {
        let key = (self.candidate.cycle, self.candidate.district_id);
        self.quota_used = storage::district_quotas::lock(db, key, self.cycle.policy.district_quota)?;
        Ok(())
    }

    /// The facts at a moment.
    #[must_use]
    pub fn facts(&self, now: DateTime<Utc>) -> Facts<'_> {
        Facts {
            now,
            candidate: &self.candidate,
            cycle: &self.cycle,
            standing: self.relation.standing,
            decided: &self.relation.decided,
            readiness: &self.readiness,
            confirming_records: self.confirming_records,
            has_consent: self.has_consent,
            quota_used: self.quota_used,
            other_nomination_stands: self.relation.other_nomination_stands,
        }
    }

    /// What the caller may do now, and for the rest why not.
    #[must_use]
    pub fn allowed_actions(&self, now: DateTime<Utc>) -> Vec<AllowedAction> {
        allowed_actions(&self.facts(now))
    }
}

/// How a candidate's materials stand against a policy.
pub fn readiness(db: &mut Connection, candidate: &Candidate, policy: &Policy) -> Result<Readiness, Error> {
    let photos: Vec<PhotoFacts> =
        storage::photos::list_of(db, candidate.id)?.iter().map(storage::photos::PhotoRow::facts).collect();
    let contacts = storage::contacts::find(db, candidate.id)?;
    let materials = Materials {
        deed: candidate.deed.as_deref(),
        photos: &photos,
        has_contact_phone: contacts.is_some_and(|contacts| contacts.phone_cipher.is_some()),
        has_consent: storage::consents::complete_among(db, &[candidate.id])?.contains(&candidate.id),
    };
    Ok(Readiness::of(&materials, &limits(policy)))
}

/// What a policy asks of the materials.
#[must_use]
pub fn limits(policy: &Policy) -> MaterialLimits {
    MaterialLimits {
        deed_min: policy.deed_min_chars,
        deed_max: policy.deed_max_chars,
        photo_count: policy.photo_count,
        photo: PhotoLimits { max_bytes: u64::from(policy.photo_max_bytes), min_side_px: policy.photo_min_side_px },
    }
}

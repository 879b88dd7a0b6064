//! What the guards look at, loaded from the storage.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    mergers::mergers,
    standing::{Relation, relations},
};
use crate::{
    domain::{
        allowed::{AllowedAction, allowed_actions},
        candidate::Candidate,
        consent::{ConsentScope, covers_all},
        cycle::Cycle,
        guard::Facts,
        id::CandidateId,
        merger::Merger,
        month::Month,
        policy::Policy,
        readiness::{FiledPhoto, MaterialLimits, Materials, Readiness},
        verification::{Records, Refuting},
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
    /// The refuting records that stand in its verification file.
    pub refuting: Vec<Refuting>,
    /// Places of its district in use.
    pub quota_used: u32,
    /// Whether votes were cast for it, in whatever cycle.
    pub has_votes: bool,
    /// The merger by which it was withdrawn, if it was.
    pub merger: Option<Merger>,
}

impl Loaded {
    /// Loads what concerns a candidate and a caller.
    pub fn of(db: &mut Connection, caller: &Caller, candidate: Candidate) -> Result<Self, Error> {
        Self::of_all(db, caller, vec![candidate])?
            .pop()
            .ok_or_else(|| Error::Internal("a candidate that could not be loaded".to_owned()))
    }

    /// Loads what concerns several candidates and a caller, in their order, by a number of queries that does not grow
    /// with theirs.
    pub fn of_all(db: &mut Connection, caller: &Caller, candidates: Vec<Candidate>) -> Result<Vec<Self>, Error> {
        let relations = relations(db, caller, &candidates)?;
        let cycles = cycles_of(db, &candidates)?;
        let files = Files::of(db, &candidates)?;
        let places = candidates.iter().map(|candidate| (candidate.cycle, candidate.district_id)).collect();
        let used = storage::district_quotas::used_of(db, &places)?;
        let numbers: Vec<i64> = candidates.iter().map(|candidate| candidate.number).collect();
        let voted = storage::tallies::voted_among(db, &numbers)?;
        let mergers = mergers(db, caller, &candidates)?;
        let loaded = candidates.into_iter().zip(relations).map(|(candidate, relation)| {
            let cycle = cycles.get(&candidate.cycle).cloned().ok_or_else(|| missing(&candidate))?;
            Ok(Self {
                readiness: files.readiness(&candidate, &cycle.policy),
                has_consent: files.has_consent(&candidate),
                refuting: files.refuting(&candidate),
                quota_used: used.get(&(candidate.cycle, candidate.district_id)).copied().unwrap_or_default(),
                has_votes: voted.contains(&candidate.number),
                merger: mergers.get(&candidate.id).copied(),
                relation,
                cycle,
                candidate,
            })
        });
        loaded.collect()
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
            refuting: &self.refuting,
            has_consent: self.has_consent,
            quota_used: self.quota_used,
            other_nomination_stands: self.relation.other_nomination_stands,
            has_votes: self.has_votes,
            merger: self.merger,
        }
    }

    /// What the caller may do now, and for the rest why not.
    #[must_use]
    pub fn allowed_actions(&self, now: DateTime<Utc>) -> Vec<AllowedAction> {
        allowed_actions(&self.facts(now))
    }
}

fn missing(candidate: &Candidate) -> Error {
    Error::Internal(format!("cycle {} is missing", candidate.cycle))
}

/// The cycles in which candidates run.
pub fn cycles_of(db: &mut Connection, candidates: &[Candidate]) -> Result<BTreeMap<Month, Cycle>, Error> {
    let months: BTreeSet<Month> = candidates.iter().map(|candidate| candidate.cycle).collect();
    Ok(storage::cycles::find_all(db, &months.into_iter().collect::<Vec<_>>())?)
}

/// What the files of candidates hold beside their own rows.
pub struct Files {
    photos: BTreeMap<CandidateId, Vec<FiledPhoto>>,
    with_phone: BTreeSet<CandidateId>,
    records: BTreeMap<CandidateId, Records>,
    consented: BTreeMap<CandidateId, Vec<ConsentScope>>,
}

impl Files {
    /// Loads the files of several candidates.
    pub fn of(db: &mut Connection, candidates: &[Candidate]) -> Result<Self, Error> {
        let ids: Vec<CandidateId> = candidates.iter().map(|candidate| candidate.id).collect();
        let mut photos: BTreeMap<CandidateId, Vec<FiledPhoto>> = BTreeMap::new();
        for photo in storage::photos::list_of_all(db, &ids)? {
            photos.entry(photo.candidate_id).or_default().push(FiledPhoto { id: photo.id, facts: photo.facts() });
        }
        let contacts = storage::contacts::list_of(db, &ids)?;
        let with_phone = contacts.into_iter().filter(|row| row.phone_cipher.is_some()).map(|row| row.candidate_id);
        let with_phone = with_phone.collect();
        let records = storage::verifications::standing_of(db, &ids)?;
        let consented = storage::consents::scopes_of(db, &ids)?;
        Ok(Self { photos, with_phone, records, consented })
    }

    /// The refuting records of one of them.
    #[must_use]
    pub fn refuting(&self, candidate: &Candidate) -> Vec<Refuting> {
        self.records.get(&candidate.id).map(|records| records.refuting.clone()).unwrap_or_default()
    }

    /// How the materials of one of them stand against a policy.
    #[must_use]
    pub fn readiness(&self, candidate: &Candidate, policy: &Policy) -> Readiness {
        let materials = Materials {
            deed: candidate.deed.as_deref(),
            photos: self.photos.get(&candidate.id).map_or(&[], Vec::as_slice),
            has_contact_phone: self.with_phone.contains(&candidate.id),
            confirming_records: self.records.get(&candidate.id).map_or(0, |records| records.confirming),
            consented: self.consented.get(&candidate.id).map_or(&[], Vec::as_slice),
        };
        Readiness::of(&materials, &MaterialLimits::from(policy))
    }

    /// Whether one of them has consented to publication and to forwarding.
    #[must_use]
    pub fn has_consent(&self, candidate: &Candidate) -> bool {
        self.consented.get(&candidate.id).is_some_and(|scope| covers_all(scope))
    }
}

/// How a candidate's materials stand against a policy.
pub fn readiness(db: &mut Connection, candidate: &Candidate, policy: &Policy) -> Result<Readiness, Error> {
    Ok(Files::of(db, std::slice::from_ref(candidate))?.readiness(candidate, policy))
}

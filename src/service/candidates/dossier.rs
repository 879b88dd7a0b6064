//! Everything that an answer on a candidate shows, gathered for one or for a page of them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::access::Sight;
use crate::{
    domain::{
        allowed::AllowedAction,
        candidate::Candidate,
        id::{CandidateId, OrganizationId},
    },
    service::{caller::Caller, error::Error, transitions::Loaded},
    storage::{self, Connection, contacts::ContactRow, nominations::NominationRow, photos::PhotoRow},
};

/// A candidate with what is shown beside it.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The candidate.
    pub candidate: Candidate,
    /// With whose eyes.
    pub sight: Sight,
    /// Name of the unit.
    pub unit_name: Option<String>,
    /// Name of the district.
    pub district_name: String,
    /// The photos in their order.
    pub photos: Vec<PhotoRow>,
    /// The contact details; none in the public view and for a tracking code.
    pub contact: Option<ContactRow>,
    /// The nominations; for reviewers and administrators only.
    pub nominations: Vec<NominationRow>,
    /// Whether a complete consent stands.
    pub has_consent: bool,
    /// The candidate into which it was merged; for reviewers and administrators only.
    pub merged_into: Option<CandidateId>,
    /// The candidates that were merged into it; for reviewers and administrators only.
    pub merged_from: Vec<CandidateId>,
    /// What the caller may do, for who is signed in.
    pub allowed: Option<Vec<AllowedAction>>,
}

/// Gathers what is shown of several candidates, in their order.
pub fn gather(db: &mut Connection, seen: Vec<(Candidate, Sight)>) -> Result<Vec<Dossier>, Error> {
    let all: Vec<CandidateId> = seen.iter().map(|(candidate, _)| candidate.id).collect();
    let full: Vec<CandidateId> =
        seen.iter().filter(|(_, sight)| sight.is_full()).map(|(candidate, _)| candidate.id).collect();
    let mut organizations: Vec<OrganizationId> =
        seen.iter().flat_map(|(candidate, _)| [Some(candidate.district_id), candidate.unit_id]).flatten().collect();
    organizations.sort_unstable();
    organizations.dedup();
    let names: HashMap<_, _> = storage::organizations::names(db, &organizations)?.into_iter().collect();
    let mut photos = grouped(storage::photos::list_of_all(db, &all)?, |photo| photo.candidate_id);
    let mut contacts: HashMap<_, _> =
        storage::contacts::list_of(db, &full)?.into_iter().map(|row| (row.candidate_id, row)).collect();
    let mut nominations = grouped(storage::nominations::list_of_all(db, &full)?, |row| row.candidate_id);
    let consented = storage::consents::complete_among(db, &full)?;
    let merged_into = storage::merges::standing_of(db, &full)?;
    let mut merged_from = grouped(storage::merges::merged_into(db, &full)?, |(survivor, _)| *survivor);
    let dossiers = seen.into_iter().map(|(candidate, sight)| Dossier {
        sight,
        unit_name: candidate.unit_id.and_then(|unit| names.get(&unit).cloned()),
        district_name: names.get(&candidate.district_id).cloned().unwrap_or_default(),
        photos: photos.remove(&candidate.id).unwrap_or_default(),
        contact: contacts.remove(&candidate.id).filter(|_| shows_contact(sight)),
        nominations: nominations.remove(&candidate.id).filter(|_| shows_nominations(sight)).unwrap_or_default(),
        has_consent: consented.contains(&candidate.id),
        merged_into: merged_into.get(&candidate.id).filter(|_| shows_nominations(sight)).map(|row| row.survivor_id),
        merged_from: merged_from
            .remove(&candidate.id)
            .filter(|_| shows_nominations(sight))
            .unwrap_or_default()
            .into_iter()
            .map(|(_, merged)| merged)
            .collect(),
        allowed: None,
        candidate,
    });
    Ok(dossiers.collect())
}

/// Gathers what is shown of one candidate.
pub fn gather_one(db: &mut Connection, candidate: Candidate, sight: Sight) -> Result<Dossier, Error> {
    gather(db, vec![(candidate, sight)])?.pop().ok_or_else(Error::not_found)
}

/// Adds what the caller may do, and for the rest why not: for who is signed in.
pub fn add_allowed(
    db: &mut Connection,
    caller: &Caller,
    dossiers: &mut [Dossier],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if caller.account.is_some() {
        let candidates = dossiers.iter().map(|dossier| dossier.candidate.clone()).collect();
        for (dossier, loaded) in dossiers.iter_mut().zip(Loaded::of_all(db, caller, candidates)?) {
            dossier.allowed = Some(loaded.allowed_actions(now));
        }
    }
    Ok(())
}

fn shows_contact(sight: Sight) -> bool {
    matches!(sight, Sight::Nominator | Sight::Inside | Sight::Admin)
}

/// Nominators never learn of each other.
fn shows_nominations(sight: Sight) -> bool {
    matches!(sight, Sight::Inside | Sight::Admin)
}

fn grouped<T>(rows: Vec<T>, key: impl Fn(&T) -> CandidateId) -> HashMap<CandidateId, Vec<T>> {
    let mut groups: HashMap<CandidateId, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

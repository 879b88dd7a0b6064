//! Look-alikes of a candidate: the same telephone, the same or a similar name, a similar deed, listed before.
//!
//! A reviewer is shown what lies in the own subtree and what everybody may read; all else is left out and not counted, so
//! that nothing is learned of it: the level above, whose subtree it is, finds it there. That a telephone number is the
//! same is said within the subtree only, as it would betray the number of somebody public. A fixed number of queries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::access;
use crate::{
    domain::{
        candidate::{Candidate, Status},
        id::{CandidateId, OrganizationId},
        look_alike::{Evidence, Judgement, MOST_SHOWN, judge},
        minhash::Signature,
        month::Month,
        name_likeness::{self, NameKeys},
        role::Role,
        scope::Scope,
        shingle::{Grams, Overlap},
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::Error,
        transitions::sight,
    },
    storage::{self, Connection, look_alikes::Found},
};

/// So many deeds are compared exactly, those that share most bands first.
const MOST_COMPARED: usize = 200;
/// So many candidates that share a band are looked at: more than are compared, as some lie outside the subtree.
const MOST_SHARING: usize = 1_000;
/// So many candidates are read for each of: the same telephone, the same name, a similar one, the same name elsewhere.
const MOST_FOUND: i64 = 1_000;

/// A candidate that looks like another.
#[derive(Clone, Debug)]
pub struct LookAlike {
    /// What is shown of it.
    pub found: Found,
    /// Whether it lies in the caller's subtree; else it is public.
    pub is_inside: bool,
    /// Name of its unit.
    pub unit_name: Option<String>,
    /// Name of its district.
    pub district_name: String,
    /// How strongly it looks alike, and why.
    pub judgement: Judgement,
}

/// What look-alikes are sought of: a candidate as far as it is compared.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Itself, which is not its own look-alike.
    pub id: Option<CandidateId>,
    /// The cycle in which it runs.
    pub cycle: Month,
    /// Its district.
    pub district_id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The blind index of its telephone number.
    pub phone_index: Option<Vec<u8>>,
    /// Its deed.
    pub deed: Option<String>,
}

/// The look-alikes of a candidate, the likeliest first: for reviewers of the subtree, and administrators.
pub async fn list_similar(service: &Service, caller: &Caller, id: CandidateId) -> Result<Vec<LookAlike>, Error> {
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service.store.read(move |db| read_similar(db, &caller, id, now)).await
}

/// The same on a connection, at a moment of campaign time.
pub fn read_similar(
    db: &mut Connection,
    caller: &Caller,
    id: CandidateId,
    now: DateTime<Utc>,
) -> Result<Vec<LookAlike>, Error> {
    let candidate = sight::to_read_within(db, caller, id)?;
    let scope = inner_scope(caller.account()?);
    let recent = access::recently_published(db, now)?;
    let probe = probe(db, candidate)?;
    find(db, &scope, &recent, &probe)
}

/// Whether the caller is shown the look-alikes of a candidate.
#[must_use]
pub fn may_read(caller: &Caller, candidate: &Candidate) -> bool {
    let covers = |account: &Account| inner_scope(account).covers(candidate.district_id, candidate.unit_id);
    caller.account.as_ref().is_some_and(covers)
}

/// The part of the tree whose inner records an account reads.
fn inner_scope(account: &Account) -> Scope {
    match account.role {
        Role::Admin => Scope::City,
        Role::UnitReviewer | Role::DistrictReviewer | Role::CityReviewer => account.scope.clone(),
        Role::Citizen | Role::Portal => Scope::Nowhere,
    }
}

fn probe(db: &mut Connection, candidate: Candidate) -> Result<Probe, Error> {
    let contact = storage::contacts::find(db, candidate.id)?;
    Ok(Probe {
        id: Some(candidate.id),
        cycle: candidate.cycle,
        district_id: candidate.district_id,
        name: candidate.name,
        phone_index: contact.and_then(|contact| contact.phone_index),
        deed: candidate.deed,
    })
}

/// The look-alikes of a probe within a scope and, beside it, among what everybody may read; `recent` are the cycles whose
/// not listed candidates still are.
pub fn find(db: &mut Connection, scope: &Scope, recent: &[Month], probe: &Probe) -> Result<Vec<LookAlike>, Error> {
    let same_phone: BTreeSet<i64> = match &probe.phone_index {
        Some(index) => storage::look_alikes::with_phone(db, index, MOST_FOUND)?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    let grams = Grams::of(probe.deed.as_deref().unwrap_or_default());
    let sharing = sharing(db, &grams)?;
    let mut numbers = named_alike(db, probe)?;
    numbers.extend(same_phone.iter().chain(&sharing));
    let is_inside = |found: &Found| scope.covers(found.district_id, found.unit_id);
    let is_seen =
        |found: &Found| is_inside(found) || access::is_shown((found.status, found.visibility), found.cycle, recent);
    let found = storage::look_alikes::list(db, &numbers.into_iter().collect::<Vec<_>>())?;
    let found = found.into_iter().filter(|found| Some(found.id) != probe.id && is_seen(found));
    let found: BTreeMap<i64, Found> = found.map(|found| (found.number, found)).collect();
    let compared = sharing.iter().filter_map(|number| found.get(number)).take(MOST_COMPARED).map(|found| found.id);
    let overlaps = overlaps(db, &grams, &compared.collect::<Vec<_>>())?;
    let judged = found.into_values().filter_map(|found| {
        let evidence = Evidence {
            // Of somebody public this would betray the telephone number.
            same_phone: same_phone.contains(&found.number) && is_inside(&found),
            name: name_likeness::compare(&probe.name, &found.name),
            same_district: found.district_id == probe.district_id,
            deed: overlaps.get(&found.id).copied(),
            listed_before: found.status == Status::Listed && found.cycle < probe.cycle,
        };
        judge(&evidence).map(|judgement| (found, judgement))
    });
    let mut judged: Vec<(Found, Judgement)> = judged.collect();
    // Of equally likely ones the latest first.
    judged.sort_by(|(one, of_one), (other, of_other)| {
        of_other.score.total_cmp(&of_one.score).then(other.number.cmp(&one.number))
    });
    judged.truncate(MOST_SHOWN);
    named(db, scope, judged)
}

/// The numbers of candidates whose names may be alike: in the district, and in every district where they are the same, as
/// they may have been listed.
fn named_alike(db: &mut Connection, probe: &Probe) -> Result<BTreeSet<i64>, Error> {
    let keys = NameKeys::of(&probe.name);
    let (whole, district) = ([keys.whole], Some(probe.district_id));
    let mut numbers = BTreeSet::new();
    for asked in [(&whole[..], district), (&keys.shortened, district), (&whole[..], None)] {
        numbers.extend(storage::look_alikes::named(db, asked, MOST_FOUND)?);
    }
    Ok(numbers)
}

/// The numbers of candidates whose deeds may be similar, those that share most bands first.
fn sharing(db: &mut Connection, grams: &Grams) -> Result<Vec<i64>, Error> {
    let Some(signature) = Signature::of(grams) else { return Ok(Vec::new()) };
    let sharing = storage::deed_bands::sharing(db, &signature.bands(), MOST_SHARING)?;
    Ok(sharing.into_iter().map(|(number, _)| number).collect())
}

/// What a deed has in common with those of some candidates, exactly.
fn overlaps(db: &mut Connection, grams: &Grams, ids: &[CandidateId]) -> Result<HashMap<CandidateId, Overlap>, Error> {
    let deeds = storage::look_alikes::deeds(db, ids)?;
    Ok(deeds.into_iter().map(|(id, deed)| (id, grams.overlap(&Grams::of(&deed)))).collect())
}

/// Adds the names of units and districts.
fn named(db: &mut Connection, scope: &Scope, judged: Vec<(Found, Judgement)>) -> Result<Vec<LookAlike>, Error> {
    let organizations: BTreeSet<OrganizationId> =
        judged.iter().flat_map(|(found, _)| found.unit_id.into_iter().chain([found.district_id])).collect();
    let organizations: Vec<OrganizationId> = organizations.into_iter().collect();
    let names: HashMap<_, _> = storage::organizations::names(db, &organizations)?.into_iter().collect();
    let shown = judged.into_iter().map(|(found, judgement)| LookAlike {
        is_inside: scope.covers(found.district_id, found.unit_id),
        unit_name: found.unit_id.and_then(|unit| names.get(&unit).cloned()),
        district_name: names.get(&found.district_id).cloned().unwrap_or_default(),
        found,
        judgement,
    });
    Ok(shown.collect())
}

//! Who of those who were honoured before a candidate may be, with the reasons. A fixed number of queries, but for the few who
//! were merged.

use std::collections::BTreeMap;

use super::{
    linking::{self, Linked},
    read::{self, HonouredOne},
};
use crate::{
    domain::{
        candidate::Candidate,
        honoree_likeness::{Evidence, Judgement, MOST_SHOWN, judge},
        id::{CandidateId, HonoreeId},
        name_likeness::{self, NameKeys, NameLikeness},
        role::Role,
    },
    service::{Caller, Error, Service},
    storage::{self, Connection, honorees::Kin},
};

/// So many candidates of honorees are looked at for each of: the same telephone, an alike name.
const MOST_FOUND: i64 = 500;

/// A candidate, and who it may be.
#[derive(Clone, Debug)]
pub struct Suggestions {
    /// The candidate with its link.
    pub of: Linked,
    /// The likeliest first.
    pub items: Vec<(HonouredOne, Judgement)>,
}

/// Who a candidate may be, for the city.
pub async fn suggest(service: &Service, caller: &Caller, id: CandidateId) -> Result<Suggestions, Error> {
    caller.require(&[Role::CityReviewer])?;
    service
        .store
        .read(move |db| {
            let of = linking::linked(db, id)?;
            let judged = judged(db, &of.candidate)?;
            let ids: Vec<HonoreeId> = judged.iter().map(|(id, _)| *id).collect();
            let found = storage::honorees::list_of(db, &ids)?;
            let mut found: BTreeMap<HonoreeId, HonouredOne> =
                read::gather(db, found, true)?.into_iter().map(|one| (one.honoree.id, one)).collect();
            let items = judged.into_iter().filter_map(|(id, judgement)| Some((found.remove(&id)?, judgement)));
            Ok(Suggestions { of, items: items.collect() })
        })
        .await
}

/// The honorees that look like a candidate, the likeliest first.
fn judged(db: &mut Connection, candidate: &Candidate) -> Result<Vec<(HonoreeId, Judgement)>, Error> {
    let phone = storage::contacts::find(db, candidate.id)?.and_then(|contact| contact.phone_index);
    let of_phone = match &phone {
        Some(index) => storage::honorees::kin_with_phone(db, index, MOST_FOUND)?,
        None => Vec::new(),
    };
    let same_phone: Vec<CandidateId> = of_phone.iter().map(|kin| kin.candidate).collect();
    let mut all = storage::honorees::kin_named(db, &NameKeys::of(&candidate.name).all(), MOST_FOUND)?;
    all.extend(of_phone);
    let mut evidence: BTreeMap<HonoreeId, Evidence> = BTreeMap::new();
    for kin in all.iter().filter(|kin| kin.candidate != candidate.id && kin.subject == candidate.subject) {
        let of_one = evidence.entry(kin.honoree).or_default();
        add(of_one, candidate, kin);
        of_one.same_phone |= same_phone.contains(&kin.candidate);
    }
    let mut merged: BTreeMap<HonoreeId, Evidence> = BTreeMap::new();
    for honoree in storage::honorees::list_of(db, &evidence.keys().copied().collect::<Vec<_>>())? {
        let goes_on = if honoree.merged_into.is_some() { read::survivor(db, honoree.id)?.id } else { honoree.id };
        if let Some(found) = evidence.get(&honoree.id) {
            let of_one = merged.entry(goes_on).or_default();
            *of_one = of_one.with(found);
        }
    }
    let mut judged: Vec<(HonoreeId, Judgement)> =
        merged.into_iter().filter_map(|(id, evidence)| Some((id, judge(&evidence)?))).collect();
    judged.sort_by(|(one, of_one), (other, of_other)| of_other.score.total_cmp(&of_one.score).then(other.cmp(one)));
    judged.truncate(MOST_SHOWN);
    Ok(judged)
}

/// What one candidate of an honoree speaks for.
fn add(evidence: &mut Evidence, candidate: &Candidate, kin: &Kin) {
    let name: Option<NameLikeness> = name_likeness::compare(&candidate.name, &kin.name);
    let same_birth_year = candidate.birth_year.zip(kin.birth_year).map(|(one, other)| one == other);
    let same_district = candidate.district_id == kin.district;
    *evidence = evidence.with(&Evidence { name, same_phone: false, same_birth_year, same_district });
}

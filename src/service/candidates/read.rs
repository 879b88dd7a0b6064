//! Reading candidates: one, pages of them, their contact details, their readiness.

use chrono::{DateTime, Utc};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    access::{self, Sight},
    dossier::{self, Dossier},
    reach, verifications,
};
use crate::{
    domain::{
        candidate::{Channel, Status},
        category::CategoryCode,
        fault::Code,
        id::{CandidateId, NominationId, OrganizationId, VerificationId},
        month::Month,
        readiness::Readiness,
        role::Role,
        text,
        verification::Heard,
    },
    service::{
        Service,
        caller::Caller,
        error::Error,
        record::{self, Deed},
        transitions,
    },
    storage::{
        self, Connection,
        candidates::{CandidateFilter, Shown},
        contacts::ContactRow,
        nominations::NominationRow,
    },
};

/// Reads a candidate as the caller sees it, or 404.
pub async fn get_candidate(service: &Service, caller: &Caller, id: CandidateId) -> Result<Dossier, Error> {
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service
        .store
        .read(move |db| {
            let (candidate, sight) = access::find_seen(db, &caller, id, now)?;
            let mut dossier = dossier::gather_one(db, candidate, sight)?;
            dossier::add_allowed(db, &caller, std::slice::from_mut(&mut dossier), now)?;
            Ok(dossier)
        })
        .await
}

/// What is asked of the list. An empty list asks for everything.
#[derive(Clone, Debug, Default)]
pub struct ListRequest {
    /// Only what everybody sees.
    pub public_only: bool,
    /// Of these cycles.
    pub cycles: Vec<Month>,
    /// Of these categories.
    pub categories: Vec<CategoryCode>,
    /// In these states.
    pub statuses: Vec<Status>,
    /// Of these districts.
    pub districts: Vec<OrganizationId>,
    /// Of these units and the units under them.
    pub units: Vec<OrganizationId>,
    /// Through these channels.
    pub channels: Vec<Channel>,
    /// A text in name or summary.
    pub q: Option<String>,
    /// The latest first.
    pub descending: bool,
}

/// One page of what the caller sees: reviewers their subtree, administrators all, everybody else the public ones.
pub async fn list_candidates(
    service: &Service,
    caller: &Caller,
    request: ListRequest,
    after: Option<(DateTime<Utc>, CandidateId)>,
    rows: i64,
) -> Result<Vec<Dossier>, Error> {
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service
        .store
        .read(move |db| {
            let mut dossiers = page(db, &caller, request, (now, after), rows)?;
            dossier::add_allowed(db, &caller, &mut dossiers, now)?;
            Ok(dossiers)
        })
        .await
}

/// The same without what the caller may do, for whoever only writes the files down.
pub async fn list_files(
    service: &Service,
    caller: &Caller,
    request: ListRequest,
    after: Option<(DateTime<Utc>, CandidateId)>,
    rows: i64,
) -> Result<Vec<Dossier>, Error> {
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service.store.read(move |db| page(db, &caller, request, (now, after), rows)).await
}

/// How many the caller sees.
pub async fn count_files(service: &Service, caller: &Caller, request: ListRequest) -> Result<usize, Error> {
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    let count = service.store.read(move |db| {
        let (filter, _) = filter(db, &caller, request, now)?;
        Ok::<_, Error>(storage::candidates::count(db, &filter)?)
    });
    Ok(usize::try_from(count.await?).unwrap_or(usize::MAX))
}

fn page(
    db: &mut Connection,
    caller: &Caller,
    request: ListRequest,
    (now, after): (DateTime<Utc>, Option<(DateTime<Utc>, CandidateId)>),
    rows: i64,
) -> Result<Vec<Dossier>, Error> {
    let (filter, sight) = filter(db, caller, request, now)?;
    let found = storage::candidates::list(db, &filter, after, rows)?;
    dossier::gather(db, found.into_iter().map(|one| (one, sight)).collect())
}

fn filter(
    db: &mut Connection,
    caller: &Caller,
    request: ListRequest,
    now: DateTime<Utc>,
) -> Result<(CandidateFilter, Sight), Error> {
    let recent = access::recently_published(db, now)?;
    let (shown, sight) = shown(caller, request.public_only, recent);
    // The channel is no public fact, and a filter by it would make it one.
    if matches!(shown, Shown::Public { .. }) && !request.channels.is_empty() {
        return Err(Error::of(Code::InvalidQuery));
    }
    let filter = CandidateFilter {
        shown,
        cycles: request.cycles,
        categories: request.categories,
        statuses: request.statuses,
        districts: request.districts,
        units: with_children(db, request.units)?,
        channels: request.channels,
        q: request.q.as_deref().map(text::fold),
        descending: request.descending,
    };
    Ok((filter, sight))
}

fn shown(caller: &Caller, public_only: bool, recent: Vec<Month>) -> (Shown, Sight) {
    match &caller.account {
        Some(account) if !public_only => match account.role {
            Role::Admin => (Shown::All, Sight::Admin),
            Role::UnitReviewer | Role::DistrictReviewer | Role::CityReviewer => {
                (Shown::Within(account.scope.clone()), Sight::Inside)
            }
            Role::Citizen | Role::Portal => (Shown::Public { recent }, Sight::Public),
        },
        _ => (Shown::Public { recent }, Sight::Public),
    }
}

/// Units with the units under them.
pub fn with_children(db: &mut Connection, mut units: Vec<OrganizationId>) -> Result<Vec<OrganizationId>, Error> {
    if !units.is_empty() {
        units.extend(storage::organizations::child_ids_of(db, &units)?);
    }
    Ok(units)
}

/// How the materials stand: for reviewers of the subtree, administrators and the nominator.
pub async fn get_readiness(service: &Service, caller: &Caller, id: CandidateId) -> Result<Readiness, Error> {
    if caller.account.is_none() && caller.tracking_code.is_none() {
        return Err(caller.lacks_account());
    }
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service
        .store
        .read(move |db| {
            let (candidate, sight) = access::find_seen(db, &caller, id, now)?;
            if !sight.is_full() {
                return Err(Error::not_found());
            }
            let cycle = storage::cycles::find(db, candidate.cycle)?.ok_or_else(Error::not_found)?;
            let readiness = transitions::readiness(db, &candidate, &cycle.policy)?;
            Ok(match sight {
                Sight::Inside | Sight::Admin => readiness,
                Sight::Nominator | Sight::Code | Sight::Public => readiness.for_nominators(),
            })
        })
        .await
}

/// How somebody can be reached, in clear.
#[derive(Clone, Debug, Default)]
pub struct ClearReach {
    /// The name.
    pub name: Option<Zeroizing<String>>,
    /// The number.
    pub phone: Option<Zeroizing<String>>,
    /// What the person is to the candidate.
    pub relationship: Option<String>,
}

/// A nominator in clear.
#[derive(Clone, Debug)]
pub struct ClearNominator {
    /// The nomination.
    pub nomination_id: NominationId,
    /// By what way it came.
    pub channel: Channel,
    /// How the nominator can be reached.
    pub reach: ClearReach,
}

/// Who was heard for a verification record, in clear.
#[derive(Clone, Debug)]
pub struct ClearHeard {
    /// The record.
    pub verification_id: VerificationId,
    /// Who was heard.
    pub heard: Vec<Heard>,
}

/// The contact details of a candidate and of its nominators, and who was heard about the deed.
#[derive(Clone, Debug)]
pub struct Contacts {
    /// The candidate's, or of who speaks for them.
    pub contact: ClearReach,
    /// The nominators'.
    pub nominators: Vec<ClearNominator>,
    /// Who was heard, by record.
    pub heard: Vec<ClearHeard>,
}

/// Reads contact details in clear: for reviewers of the subtree, and never without an audit event.
pub async fn get_contacts(service: &Service, caller: &Caller, id: CandidateId) -> Result<Contacts, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let found = storage::candidates::find(db, id)?;
            let candidate = found.filter(|found| account.scope.covers(found.district_id, found.unit_id));
            let candidate = candidate.ok_or_else(Error::not_found)?;
            let contact = storage::contacts::find(db, id)?.unwrap_or_else(|| ContactRow::empty(id));
            let nominations = storage::nominations::list_of(db, id)?;
            let records = storage::verifications::list_heard(db, id)?;
            let details = json!({
                "cycle": candidate.cycle, "nominations": nominations.len(), "verifications": records.len(),
            });
            let deed = Deed::new("candidate.contacts_read", "candidate", id).with(details);
            record::audit(&service, db, &caller, &deed)?;
            let nominators = nominations.iter().map(|row| clear_nominator(&service, row));
            let heard = records.iter().map(|record| {
                let heard = verifications::open_heard(&service, record)?;
                Ok(ClearHeard { verification_id: record.id, heard })
            });
            Ok(Contacts {
                contact: clear_contact(&service, &contact)?,
                nominators: nominators.collect::<Result<_, Error>>()?,
                heard: heard.collect::<Result<_, Error>>()?,
            })
        })
        .await
}

fn clear_contact(service: &Service, row: &ContactRow) -> Result<ClearReach, Error> {
    let at = |column| (storage::contacts::TABLE, column, row.candidate_id);
    Ok(ClearReach {
        name: reach::open(service, at("name_cipher"), row.name_cipher.as_deref())?,
        phone: reach::open(service, at("phone_cipher"), row.phone_cipher.as_deref())?,
        relationship: row.relationship.clone(),
    })
}

fn clear_nominator(service: &Service, row: &NominationRow) -> Result<ClearNominator, Error> {
    let at = |column| (storage::nominations::TABLE, column, row.id);
    Ok(ClearNominator {
        nomination_id: row.id,
        channel: row.channel,
        reach: ClearReach {
            name: reach::open(service, at("name_cipher"), row.name_cipher.as_deref())?,
            phone: reach::open(service, at("phone_cipher"), row.phone_cipher.as_deref())?,
            relationship: row.relationship.clone(),
        },
    })
}

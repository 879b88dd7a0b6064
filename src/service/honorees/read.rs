//! Reading honorees: everybody those with an honour of a list that stands and is shown, reviewers those of their subtree.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        honour::{Honoree, Standing},
        id::{HonoreeId, OrganizationId},
        month::Month,
        outside_honour::OutsideHonour,
        pool::PoolEntry,
        text,
    },
    service::{
        Error, Service,
        caller::{Account, Caller},
        candidates::read::with_children,
    },
    storage::{
        self, Connection,
        honorees::{HonoreeFilter, Shown, Terms},
        honours::{Entry, Which},
    },
};

/// An honoree with honours.
#[derive(Clone, Debug)]
pub struct HonouredOne {
    /// Who.
    pub honoree: Honoree,
    /// The honours of our lists: in the public's view those that stand and are shown, never none; in the inner view all.
    pub honours: Vec<Entry>,
    /// The honours of others: in the public's view those that stand.
    pub outside: Vec<OutsideHonour>,
    /// The stay in the pool of moral models, where there is one.
    pub pool: Option<PoolEntry>,
    /// What reviewers see beside.
    pub inner: Option<Inner>,
}

/// What reviewers see of an honoree beside the honours.
#[derive(Clone, Debug)]
pub struct Inner {
    /// What has become of the honours of our lists.
    pub standing: StandingOf,
    /// Those who were merged into it.
    pub absorbed: Vec<HonoreeId>,
}

/// What has become of the honours of somebody, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingOf {
    /// At least one stands and is shown: everybody sees the honoree.
    Shown,
    /// None is shown, and at least one stands.
    Withheld,
    /// All are revoked.
    Revoked,
}

/// What is asked of the list. Empty asks for everything.
#[derive(Clone, Debug, Default)]
pub struct HonoreeRequest {
    /// The inner view, for reviewers.
    pub inner: bool,
    /// Only those in the pool of moral models.
    pub in_pool: bool,
    /// On the lists of these cycles.
    pub cycles: Vec<Month>,
    /// Listed for these districts.
    pub districts: Vec<OrganizationId>,
    /// Listed for these units and the units under them.
    pub units: Vec<OrganizationId>,
    /// A text in name or summary of who was listed.
    pub q: Option<String>,
    /// What is asked of an honour, be it of a list or of others.
    pub terms: Terms,
}

/// Lists honorees, the latest first.
pub async fn list_honorees(
    service: &Service,
    caller: &Caller,
    request: HonoreeRequest,
    after: Option<(DateTime<Utc>, HonoreeId)>,
    limit: i64,
) -> Result<Vec<HonouredOne>, Error> {
    let shown = if request.inner { Shown::Within(caller.require_reviewer()?.scope.clone()) } else { Shown::Public };
    service
        .store
        .read(move |db| {
            let filter = HonoreeFilter {
                shown,
                in_pool: request.in_pool,
                cycles: request.cycles,
                districts: request.districts,
                units: with_children(db, request.units)?,
                q: request.q.as_deref().map(text::fold),
                terms: request.terms,
            };
            let found = storage::honorees::list(db, &filter, after, limit)?;
            gather(db, found, request.inner)
        })
        .await
}

/// Reads an honoree, or whom it was merged into; 404 when none of the honours stands and is shown, and in the inner view
/// outside the caller's subtree.
pub async fn get_honoree(service: &Service, caller: &Caller, id: HonoreeId, inner: bool) -> Result<HonouredOne, Error> {
    let account = if inner { Some(caller.require_reviewer()?.clone()) } else { None };
    service
        .store
        .read(move |db| {
            let honoree = match &account {
                Some(account) => find_inside(db, account, id)?,
                None => survivor(db, id)?,
            };
            let found = gather(db, vec![honoree], inner)?.pop();
            found.filter(|found| inner || !found.honours.is_empty()).ok_or_else(Error::not_found)
        })
        .await
}

/// The honoree as whom one goes on; 404 where there is none.
pub fn survivor(db: &mut Connection, id: HonoreeId) -> Result<Honoree, Error> {
    storage::honorees::survivor(db, id)?.ok_or_else(Error::not_found)
}

/// The same, if it belongs to the account's subtree; else 404.
pub fn find_inside(db: &mut Connection, account: &Account, id: HonoreeId) -> Result<Honoree, Error> {
    let honoree = survivor(db, id)?;
    if account.scope.covers_place(honoree.district, honoree.unit) { Ok(honoree) } else { Err(Error::not_found()) }
}

/// Some honorees in the inner view, by id.
pub fn find_all(db: &mut Connection, ids: &[HonoreeId]) -> Result<BTreeMap<HonoreeId, HonouredOne>, Error> {
    let found = storage::honorees::list_of(db, ids)?;
    Ok(gather(db, found, true)?.into_iter().map(|one| (one.honoree.id, one)).collect())
}

/// Honorees with what belongs to them, by a number of queries that does not grow with theirs.
pub fn gather(db: &mut Connection, honorees: Vec<Honoree>, inner: bool) -> Result<Vec<HonouredOne>, Error> {
    let ids: Vec<HonoreeId> = honorees.iter().map(|honoree| honoree.id).collect();
    let mut honours: BTreeMap<HonoreeId, Vec<Entry>> = BTreeMap::new();
    for entry in storage::honours::list(db, Which::Honorees(ids.clone()))? {
        if inner || entry.honour.standing == Standing::Shown {
            honours.entry(entry.honour.honoree).or_default().push(entry);
        }
    }
    let mut outside: BTreeMap<HonoreeId, Vec<OutsideHonour>> = BTreeMap::new();
    for honour in storage::outside_honours::list_of(db, &ids)? {
        if inner || honour.struck.is_none() {
            outside.entry(honour.honoree).or_default().push(honour);
        }
    }
    let mut pool = storage::pool_entries::inside_of(db, &ids)?;
    let mut absorbed = if inner { storage::honorees::absorbed_by(db, &ids)? } else { BTreeMap::new() };
    let of = |honoree: Honoree| {
        let honours = honours.remove(&honoree.id).unwrap_or_default();
        let absorbed = absorbed.remove(&honoree.id).unwrap_or_default();
        HonouredOne {
            inner: inner.then(|| Inner { standing: standing_of(&honours), absorbed }),
            outside: outside.remove(&honoree.id).unwrap_or_default(),
            pool: pool.remove(&honoree.id),
            honours,
            honoree,
        }
    };
    Ok(honorees.into_iter().map(of).collect())
}

/// What has become of somebody's honours, as a whole.
#[must_use]
pub fn standing_of(honours: &[Entry]) -> StandingOf {
    let any = |standing: &Standing| honours.iter().any(|entry| entry.honour.standing == *standing);
    if any(&Standing::Shown) {
        StandingOf::Shown
    } else if any(&Standing::Withheld) {
        StandingOf::Withheld
    } else {
        StandingOf::Revoked
    }
}

//! Visits: recorded in the subtree, corrected and struck by who recorded them and by whoever is in charge. The facts of a
//! hardship are read one at a time, and each reading is audited.

use chrono::NaiveDate;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    access::{self, Cared},
    planning,
};
use crate::{
    domain::{
        fault::Code,
        id::{HonoreeId, UserId, VisitId},
        local_day, text,
        visit::{Visit, VisitKind},
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed},
    },
    storage::{
        self, Connection,
        sql_values::{At, OnDay, Stored},
        vault::Place,
        visits::{TABLE, VisitRow},
    },
};

/// A visit with what is shown beside it.
#[derive(Clone, Debug)]
pub struct ShownVisit {
    /// The visit.
    pub row: VisitRow,
    /// How the honoree fares, in clear.
    pub situation: Zeroizing<String>,
    /// The name shown of who recorded it.
    pub recorder_name: String,
}

fn shown(service: &Service, db: &mut Connection, rows: Vec<VisitRow>) -> Result<Vec<ShownVisit>, Error> {
    let recorders: Vec<UserId> = rows.iter().map(|row| row.recorded_by).collect();
    let names = storage::reviewers::names(db, &recorders)?;
    rows.into_iter()
        .map(|row| {
            let situation = open(service, "situation_cipher", row.id, &row.situation_cipher)?;
            let recorder_name = names.get(&row.recorded_by).cloned().unwrap_or_default();
            Ok(ShownVisit { row, situation, recorder_name })
        })
        .collect()
}

fn open(service: &Service, column: &'static str, id: VisitId, cipher: &[u8]) -> Result<Zeroizing<String>, Error> {
    Ok(service.vault.open_text(Place::new(TABLE, column, id), cipher)?)
}

/// One page of the visits to an honoree, the last recorded first.
pub async fn list_visits(
    service: &Service,
    id: HonoreeId,
    after: Option<VisitId>,
    limit: i64,
) -> Result<Vec<ShownVisit>, Error> {
    let here = service.clone();
    service
        .store
        .read(move |db| {
            let rows = storage::visits::list_of(db, id, after, limit)?;
            shown(&here, db, rows)
        })
        .await
}

/// The visit, if the account sees the aftercare of the honoree; else 404.
fn find_inside(db: &mut Connection, account: &Account, id: VisitId) -> Result<(VisitRow, Cared), Error> {
    let row = storage::visits::find(db, id)?.ok_or_else(Error::not_found)?;
    let cared = access::inside(db, account, row.honoree_id)?;
    Ok((row, cared))
}

/// Reads a visit of the caller's subtree.
pub async fn get_visit(service: &Service, caller: &Caller, id: VisitId) -> Result<ShownVisit, Error> {
    let account = caller.require_reviewer()?.clone();
    let here = service.clone();
    service
        .store
        .read(move |db| {
            let (row, _) = find_inside(db, &account, id)?;
            shown(&here, db, vec![row])?.pop().ok_or_else(Error::not_found)
        })
        .await
}

/// Reads a visit that the caller may correct: who recorded it, and whoever is in charge. 404 or 403 else.
pub async fn find_kept(service: &Service, caller: &Caller, id: VisitId) -> Result<VisitRow, Error> {
    let account = caller.require_reviewer()?.clone();
    service
        .store
        .read(move |db| {
            let (row, cared) = find_inside(db, &account, id)?;
            refuse_other(&row, &cared, &account)?;
            Ok(row)
        })
        .await
}

fn refuse_other(row: &VisitRow, cared: &Cared, account: &Account) -> Result<(), Error> {
    if account.involves(row.recorded_by) { Ok(()) } else { access::refuse_bystander(cared, account) }
}

/// 422 for a day outside of the time in which there was somebody to be visited.
fn refuse_untimely(service: &Service, db: &mut Connection, (id, visit): (HonoreeId, &Visit)) -> Result<(), Error> {
    let (first, _) = storage::honours::awards(db, id)?;
    let first = first.map_or(NaiveDate::MIN, |at| local_day::day_of(at, service.time_zone));
    refuse_invalid(visit.time_faults(first, planning::today(service)))
}

fn row_of(service: &Service, visit: &Visit, blank: VisitRow) -> Result<VisitRow, Error> {
    let seal = |column, text: &str| service.vault.seal_text(Place::new(TABLE, column, blank.id), text);
    Ok(VisitRow {
        visited_on: OnDay(visit.visited_on),
        kind: visit.kind,
        reached: visit.reached,
        visitors: Stored(visit.visitors.clone()),
        situation_cipher: seal("situation_cipher", &visit.situation)?,
        hardship_cipher: visit.hardship.as_deref().map(|facts| seal("hardship_cipher", facts)).transpose()?,
        next_on: visit.next_on.map(OnDay),
        ..blank
    })
}

fn blank(service: &Service, account: &Account, honoree_id: HonoreeId) -> Result<VisitRow, Error> {
    let now = At(service.clocks.campaign());
    Ok(VisitRow {
        id: generator::new_id(&service.clocks)?,
        honoree_id,
        visited_on: OnDay(NaiveDate::MIN),
        kind: VisitKind::Other,
        reached: false,
        visitors: Stored(Vec::new()),
        situation_cipher: Vec::new(),
        hardship_cipher: None,
        next_on: None,
        recorded_by: account.id,
        organization_id: account.organization_id(),
        version: 1,
        created_at: now,
        updated_at: now,
        struck_by: None,
        struck_at: None,
        struck_reason: None,
    })
}

/// Records a visit. Who was reached is lost no more, and what is due next is planned anew.
pub async fn create_visit(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    input: Visit,
    attempt: Option<Attempt>,
) -> Result<ShownVisit, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(input.faults())?;
    let input = input.tidied();
    let row = row_of(service, &input, blank(service, &account, id)?)?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            access::hold_inside(db, &account, id)?;
            refuse_untimely(&service, db, (id, &input))?;
            storage::visits::insert(db, &row)?;
            settle(&service, db, &caller, (&row, "visit.recorded"))?;
            let first = FirstAnswer { status: 201, resource_id: row.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            shown(&service, db, vec![row])?.pop().ok_or_else(Error::not_found)
        })
        .await
}

/// Plans anew after a change of a visit, and notes what was done.
fn settle(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (row, action): (&VisitRow, &str),
) -> Result<(), Error> {
    let planned = planning::replan(service, db, caller, row.honoree_id)?;
    let details = json!({
        "honoree_id": row.honoree_id, "kind": row.kind, "reached": row.reached,
        "has_hardship": row.hardship_cipher.is_some(),
    });
    let deed = Deed::new(action, "visit", row.id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, planned.cared.place())
}

/// What a correction says; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct VisitChange {
    /// When.
    pub visited_on: Option<NaiveDate>,
    /// What kind.
    pub kind: Option<VisitKind>,
    /// Whether the honoree, or the family, was reached.
    pub reached: Option<bool>,
    /// Who came.
    pub visitors: Option<Vec<String>>,
    /// How the honoree fares.
    pub situation: Option<String>,
    /// The facts of a hardship; `Some(None)` says that there is none.
    pub hardship: Option<Option<String>>,
    /// The day that was agreed on; `Some(None)` takes it away.
    pub next_on: Option<Option<NaiveDate>>,
}

impl VisitChange {
    fn applied(self, service: &Service, row: &VisitRow) -> Result<Visit, Error> {
        let old = |column, cipher: &[u8]| open(service, column, row.id, cipher).map(|text| text.as_str().to_owned());
        Ok(Visit {
            visited_on: self.visited_on.unwrap_or(row.visited_on.0),
            kind: self.kind.unwrap_or(row.kind),
            reached: self.reached.unwrap_or(row.reached),
            visitors: self.visitors.unwrap_or_else(|| row.visitors.0.clone()),
            situation: match self.situation {
                Some(situation) => situation,
                None => old("situation_cipher", &row.situation_cipher)?,
            },
            hardship: match self.hardship {
                Some(hardship) => hardship,
                None => row.hardship_cipher.as_deref().map(|cipher| old("hardship_cipher", cipher)).transpose()?,
            },
            next_on: self.next_on.unwrap_or(row.next_on.map(|day| day.0)),
        })
    }
}

/// Corrects a visit that was not struck.
pub async fn update_visit(
    service: &Service,
    caller: &Caller,
    (id, version): (VisitId, i64),
    change: VisitChange,
) -> Result<ShownVisit, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let row = hold_kept(db, &account, id)?;
            if row.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let visit = change.applied(&service, &row)?;
            refuse_invalid(visit.faults())?;
            refuse_untimely(&service, db, (row.honoree_id, &visit))?;
            if row.struck_at.is_some() {
                return Err(Error::of(Code::AlreadyDecided));
            }
            let new = row_of(&service, &visit.tidied(), VisitRow { updated_at: At(service.clocks.campaign()), ..row })?;
            if !storage::visits::update_if(db, &new)? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            settle(&service, db, &caller, (&new, "visit.updated"))?;
            let row = storage::visits::find(db, id)?.ok_or_else(Error::not_found)?;
            shown(&service, db, vec![row])?.pop().ok_or_else(Error::not_found)
        })
        .await
}

/// The visit that an account may correct, with the honoree held.
fn hold_kept(db: &mut Connection, account: &Account, id: VisitId) -> Result<VisitRow, Error> {
    let found = storage::visits::find(db, id)?.ok_or_else(Error::not_found)?;
    let cared = access::hold_inside(db, account, found.honoree_id)?;
    let row = storage::visits::find(db, id)?.ok_or_else(Error::not_found)?;
    refuse_other(&row, &cared, account)?;
    Ok(row)
}

/// Strikes a visit that was recorded in error; it stays to be read and counts for nothing.
pub async fn strike_visit(
    service: &Service,
    caller: &Caller,
    id: VisitId,
    reason: String,
    attempt: Option<Attempt>,
) -> Result<ShownVisit, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let row = hold_kept(db, &account, id)?;
            let at = At(service.clocks.campaign());
            if !storage::visits::strike(db, id, (account.id, at, &text::tidy_paragraphs(&reason)))? {
                return Err(Error::of(Code::AlreadyDecided));
            }
            settle(&service, db, &caller, (&row, "visit.struck"))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            let row = storage::visits::find(db, id)?.ok_or_else(Error::not_found)?;
            shown(&service, db, vec![row])?.pop().ok_or_else(Error::not_found)
        })
        .await
}

/// Reads the facts of a hardship; none where there is none. Never without an audit event.
pub async fn get_hardship(service: &Service, caller: &Caller, id: VisitId) -> Result<Option<Zeroizing<String>>, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let (row, _) = find_inside(db, &account, id)?;
            let deed = Deed::new("visit.hardship_read", "visit", id).with(json!({ "honoree_id": row.honoree_id }));
            record::audit(&service, db, &caller, &deed)?;
            row.hardship_cipher.as_deref().map(|cipher| open(&service, "hardship_cipher", id, cipher)).transpose()
        })
        .await
}

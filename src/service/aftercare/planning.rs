//! Plans anew what is due of an honoree, and ends a loss once the honoree was reached: in the transaction of whatever has
//! changed.

use super::{access::Cared, losses};
use crate::{
    domain::{
        aftercare::{
            charge::district_of,
            contact::{self, Level, Loss},
            plan::{self, Facts, Rules},
        },
        id::HonoreeId,
        local_day,
        month::Month,
        policy::Policy,
    },
    service::{Service, caller::Caller, error::Error, generator},
    storage::{
        self, Connection,
        care::{CareRow, CareTermRow, PlanRow},
        sql_values::{At, OnDay},
    },
};
use chrono::NaiveDate;

/// What was planned, and from what.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The honoree.
    pub cared: Cared,
    /// The care as it is stored now.
    pub care: CareRow,
    /// The rules that were followed.
    pub rules: Rules,
    /// What was known.
    pub facts: Facts,
    /// Who is alarmed first.
    pub first: Level,
}

/// The local day.
#[must_use]
pub fn today(service: &Service) -> NaiveDate {
    local_day::day_of(service.clocks.campaign(), service.time_zone)
}

/// The rules that hold now: those of the running month's policy.
pub fn rules(service: &Service, db: &mut Connection) -> Result<Rules, Error> {
    let month = Month::of(service.clocks.campaign(), service.time_zone);
    let cycle = storage::cycles::find_before(db, month.next())?;
    Ok(Rules::of(&cycle.map_or_else(Policy::default, |cycle| cycle.policy)))
}

/// Plans anew, for whoever has changed something; nobody in particular in a round. The honoree's row is held from here on.
pub fn replan(service: &Service, db: &mut Connection, caller: &Caller, id: HonoreeId) -> Result<Planned, Error> {
    storage::locks::honoree(db, id)?;
    let cared = Cared::find(db, id)?.ok_or_else(Error::not_found)?;
    take_charge(service, db, &cared)?;
    let rules = rules(service, db)?;
    let facts = facts(service, db, id)?;
    let first = Level::of(cared.charge().map(|charge| charge.kind));
    let loss = losses::standing(service, db, caller, (&cared, &facts))?;
    write_plan(service, db, &cared, (&rules, &facts, first), loss)?;
    let care = storage::care::find(db, id)?.ok_or_else(Error::not_found)?;
    Ok(Planned { cared, care, rules, facts, first })
}

/// Makes the row of the honoree where there is none, and notes where another organization has come to be in charge.
fn take_charge(service: &Service, db: &mut Connection, cared: &Cared) -> Result<(), Error> {
    let (id, now) = (cared.honoree.id, service.clocks.campaign());
    let known = storage::care::find(db, id)?;
    if known.is_none() {
        let cipher_id: uuid::Uuid = generator::new_id(&service.clocks)?;
        storage::care::insert_if_absent(db, (id, cipher_id), now)?;
    }
    let charge = cared.charge().map(|charge| charge.id);
    if known.as_ref().is_none_or(|known| known.charge_id != charge) {
        if known.is_some_and(|known| known.charge_id.is_some()) {
            storage::care::clear_responsible(db, id)?;
        }
        let term = CareTermRow {
            id: generator::new_id(&service.clocks)?,
            honoree_id: id,
            organization_id: charge,
            responsible_id: None,
            responsible_name: None,
            changed_by: None,
            since_at: At(now),
        };
        storage::care::insert_term(db, &term)?;
    }
    Ok(())
}

pub(super) fn facts(service: &Service, db: &mut Connection, id: HonoreeId) -> Result<Facts, Error> {
    let (_, standing) = storage::honours::awards(db, id)?;
    let (last_reached_on, agreed_on) = storage::visits::last(db, id)?;
    let awarded_on = standing.map(|at| local_day::day_of(at, service.time_zone));
    Ok(Facts { awarded_on, last_reached_on, agreed_on })
}

/// Writes what is due, who is in charge and when the next alarm is, with a loss as it stands.
pub(super) fn write_plan(
    service: &Service,
    db: &mut Connection,
    cared: &Cared,
    (rules, facts, first): (&Rules, &Facts, Level),
    loss: Option<Loss>,
) -> Result<PlanRow, Error> {
    let due = plan::next_due(rules, facts, today(service));
    let alarm = contact::next_alarm(rules, facts, (first, loss));
    let row = PlanRow {
        due_on: due.map(|due| OnDay(due.on)),
        due_reason: due.map(|due| due.reason),
        recheck_on: due.and_then(|due| due.recheck_on()).map(OnDay),
        last_reached_on: facts.last_reached_on.map(OnDay),
        planned_by: rules.mark(),
        alarm_on: alarm.map(|alarm| OnDay(alarm.on)),
        ..PlanRow::default()
    }
    .with_loss(loss);
    let charge = cared.charge();
    let place = (charge.map(|charge| charge.id), charge.and_then(district_of));
    storage::care::set_plan(db, cared.honoree.id, place, &row)?;
    Ok(row)
}

/// Plans an honoree of whom nothing was planned yet, before a reading use case.
pub async fn ensure_planned(service: &Service, id: HonoreeId) -> Result<(), Error> {
    if service.store.read(move |db| Ok::<_, Error>(storage::care::find(db, id)?)).await?.is_some() {
        return Ok(());
    }
    let here = service.clone();
    service.store.write(move |db| replan(&here, db, &Caller::default(), id).map(|_| ())).await
}

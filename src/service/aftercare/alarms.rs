//! That somebody cannot be found: told by the days that have passed, or by a reviewer.

use chrono::NaiveDate;
use serde_json::json;

use super::{
    access, losses,
    planning::{self, Planned},
};
use crate::{
    domain::{
        aftercare::contact::{self, Alarm, Loss},
        fault::{Code, Fault},
        id::{AlarmId, HonoreeId},
        text,
    },
    service::{
        Service,
        caller::Caller,
        error::Error,
        generator,
        honorees::{self, HonouredOne},
        idempotency::{self, Attempt, FirstAnswer},
    },
    storage::{
        self, Connection,
        contact_alarms::{NewAlarm, TABLE},
        sql_values::At,
        vault::Place,
    },
};

/// Raises the alarm of an honoree that is due by today; false when none is, or another process was faster.
pub(super) fn raise_due(service: &Service, db: &mut Connection, id: HonoreeId) -> Result<bool, Error> {
    let planned = planning::replan(service, db, &Caller::default(), id)?;
    let loss = planned.care.plan.loss();
    let alarm = contact::next_alarm(&planned.rules, &planned.facts, (planned.first, loss));
    let Some(alarm) = alarm.filter(|alarm| alarm.on <= planning::today(service)) else { return Ok(false) };
    let loss = contact::raised(&planned.facts, loss, alarm);
    sound(service, db, &Caller::default(), &planned, (loss, None))
}

/// Writes a loss that has risen to a level, and tells that level: once, whoever does it.
fn sound(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    planned: &Planned,
    (loss, reason): (Loss, Option<&str>),
) -> Result<bool, Error> {
    let (id, cared) = (planned.cared.honoree.id, &planned.cared);
    planning::write_plan(service, db, cared, (&planned.rules, &planned.facts, planned.first), Some(loss))?;
    let alarm: AlarmId = generator::new_id(&service.clocks)?;
    let seal = |reason: &str| service.vault.seal_text(Place::new(TABLE, "reason_cipher", alarm), reason);
    let row = NewAlarm {
        id: alarm,
        honoree_id: id,
        told: loss.into(),
        reason_cipher: reason.map(seal).transpose()?,
        raised_by: caller.id(),
        raised_at: At(service.clocks.campaign()),
    };
    if !storage::contact_alarms::insert_once(db, &row)? {
        return Ok(false);
    }
    let details = json!({ "level": loss.level, "cause": loss.cause, "alarm_id": alarm });
    losses::tell(service, db, caller, (cared, loss), details)?;
    Ok(true)
}

/// How an honoree can be reached, as far as is known.
#[derive(Clone, Copy, Debug)]
pub struct ContactState {
    /// Whose.
    pub honoree: HonoreeId,
    /// That the honoree is lost; none while in contact.
    pub loss: Option<Loss>,
    /// The next alarm, if nobody is reached before.
    pub next: Option<Alarm>,
}

impl ContactState {
    fn of(planned: &Planned) -> Self {
        let loss = planned.care.plan.loss();
        let next = contact::next_alarm(&planned.rules, &planned.facts, (planned.first, loss));
        Self { honoree: planned.cared.honoree.id, loss, next }
    }
}

/// A reviewer says that somebody cannot be found: the level in charge is alarmed now, the others in their time.
pub async fn report_loss(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    reason: String,
    attempt: Option<Attempt>,
) -> Result<ContactState, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            access::hold_inside(db, &account, id)?;
            let planned = planning::replan(&service, db, &caller, id)?;
            if planned.facts.awarded_on.is_none() {
                return Err(Error::fault(Fault::of(Code::NoHonourStands)));
            }
            if let Some(loss) = planned.care.plan.loss() {
                let fault = Fault::of(Code::AlreadyLost).with("level", loss.level.as_str());
                return Err(Error::fault(fault.with("since", loss.lost_on.to_string())));
            }
            let loss = contact::reported(planned.first, &planned.facts, planning::today(&service));
            sound(&service, db, &caller, &planned, (loss, Some(&text::tidy_paragraphs(&reason))))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            state(&service, db, id)
        })
        .await
}

fn state(service: &Service, db: &mut Connection, id: HonoreeId) -> Result<ContactState, Error> {
    Ok(ContactState::of(&planning::replan(service, db, &Caller::default(), id)?))
}

/// How an honoree can be reached, to give an answer again.
pub async fn get_state(service: &Service, id: HonoreeId) -> Result<ContactState, Error> {
    let here = service.clone();
    service.store.write(move |db| state(&here, db, id)).await
}

/// One page of those who are lost and of whom an organization of the caller's subtree is in charge, the longest first.
pub async fn list_lost(
    service: &Service,
    caller: &Caller,
    after: Option<(NaiveDate, HonoreeId)>,
    limit: i64,
) -> Result<Vec<(HonouredOne, Loss)>, Error> {
    let account = caller.require_reviewer()?.clone();
    service
        .store
        .read(move |db| {
            let within = access::within(db, &account, None)?;
            let lost = storage::due_visits::list_lost(db, &within, after, limit)?;
            let ids: Vec<HonoreeId> = lost.iter().map(|(id, _)| *id).collect();
            let mut found = honorees::find_all(db, &ids)?;
            Ok(lost.into_iter().filter_map(|(id, loss)| Some((found.remove(&id)?, loss))).collect())
        })
        .await
}

//! What the days bring: plans that are out of date, alarms of lost contact, and the reminder of the week. Safe in several
//! processes at once, and wherever one was broken off.

use std::time::Duration;

use chrono::{Datelike as _, Days, NaiveDate};

use super::{alarms, planning, recipients};
use crate::{
    domain::{
        id::{HonoreeId, UserId},
        notification::{Notification, NotificationKind},
        scope::Scope,
    },
    service::{Service, caller::Caller, cycles, error::Error, notifications},
    storage::{self, Connection},
};

/// How often the server looks.
pub const EVERY: Duration = Duration::from_mins(1);
/// So many honorees are looked for at once.
const PAGE: i64 = 200;
/// Visits that are due within so many days are reminded of.
const AHEAD_DAYS: u64 = 7;

/// What was done in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Honorees planned anew.
    pub planned: usize,
    /// Alarms raised.
    pub alarms: usize,
    /// Reviewers reminded.
    pub reminded: usize,
}

/// Plans anew what is out of date, raises the alarms that are due, and reminds of visits once a week.
pub async fn tend(service: &Service) -> Result<Tended, Error> {
    cycles::ensure_exist(service).await?;
    let planned = plan_stale(service).await?;
    let alarms = raise_due(service).await?;
    let reminded = remind(service).await?;
    Ok(Tended { planned, alarms, reminded })
}

async fn plan_stale(service: &Service) -> Result<usize, Error> {
    let mut planned = 0;
    loop {
        let here = service.clone();
        let found: Vec<HonoreeId> = service
            .store
            .read(move |db| {
                let mark = planning::rules(&here, db)?.mark();
                Ok::<_, Error>(storage::care::stale(db, (&mark, planning::today(&here)), PAGE)?)
            })
            .await?;
        let before = planned;
        let is_last = i64::try_from(found.len()).is_ok_and(|count| count < PAGE);
        for id in found {
            let here = service.clone();
            let work = move |db: &mut Connection| planning::replan(&here, db, &Caller::default(), id).map(|_| ());
            match service.store.write(work).await {
                Ok(()) => planned += 1,
                Err(error) => log::warn!("honoree {id} could not be planned anew: {error}"),
            }
        }
        // One that fails does not keep the others from being looked after.
        if is_last || planned == before {
            return Ok(planned);
        }
    }
}

async fn raise_due(service: &Service) -> Result<usize, Error> {
    let mut raised = 0;
    loop {
        let today = planning::today(service);
        let find = move |db: &mut Connection| Ok::<_, Error>(storage::care::alarms_due(db, today, PAGE)?);
        let found = service.store.read(find).await?;
        let before = raised;
        for id in found {
            let here = service.clone();
            match service.store.write(move |db| alarms::raise_due(&here, db, id)).await {
                Ok(is_raised) => raised += usize::from(is_raised),
                Err(error) => log::warn!("no alarm could be raised for honoree {id}: {error}"),
            }
        }
        // Each level is an alarm of its own: who was not looked at for long is told of to all of them, one after the other.
        if raised == before {
            return Ok(raised);
        }
    }
}

/// The week of a day, by which reminders are told apart.
fn week(day: NaiveDate) -> String {
    let week = day.iso_week();
    format!("visits_due/{}-W{:02}", week.year(), week.week())
}

/// Reminds the reviewers in charge of what is due within a week or overdue: once in each calendar week. Where an organization
/// has no reviewer, those above it are reminded.
async fn remind(service: &Service) -> Result<usize, Error> {
    let today = planning::today(service);
    let notice = week(today);
    let here = service.clone();
    let write = service.store.write(move |db| {
        if storage::notifications::is_round_done(db, &notice)? {
            return Ok(0);
        }
        let until = today.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(today);
        let due = storage::due_visits::count_due(db, &[Scope::City], until)?;
        let mut told = 0;
        for (reviewers, waiting) in recipients::of_charges(db, &due)? {
            for reviewer in reviewers {
                tell(&here, db, (reviewer, waiting), &notice)?;
                told += 1;
            }
        }
        storage::notifications::set_round_done(db, &notice, here.clocks.campaign())?;
        Ok::<_, Error>(told)
    });
    write.await
}

fn tell(service: &Service, db: &mut Connection, (user, waiting): (UserId, i64), notice: &str) -> Result<(), Error> {
    let told =
        Notification { waiting: Some(waiting), ..notifications::blank(service, user, NotificationKind::VisitsDue)? };
    Ok(storage::notifications::insert_once(db, &told, notice)?)
}

//! Deadlines: three days and one day before a window closes, each reviewer is told how many decisions still wait.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    Caller, Error, Service,
    caller::{self, Account},
    inbox, notifications,
};
use crate::{
    domain::{
        cycle::Cycle,
        id::UserId,
        notification::{Notification, NotificationKind, due_reminder},
        role::Role,
        window::WindowKind,
    },
    storage::{self, Connection, users::UserFilter},
};

/// How often the server looks.
pub const EVERY: Duration = Duration::from_mins(1);
/// Cycles that are looked at, the latest first.
const CYCLES: i64 = 6;
/// Reviewers that are read together.
const PAGE: i64 = 100;
/// So many decisions are counted for one reviewer at most.
const MOST_COUNTED: i64 = 1000;
/// The windows by which decisions have to be taken.
const WINDOWS: [WindowKind; 3] = [WindowKind::Reporting, WindowKind::Screening, WindowKind::Forwarding];

/// A window that closes soon.
#[derive(Clone, Debug)]
struct Round {
    cycle: Cycle,
    window: WindowKind,
    closes_at: DateTime<Utc>,
    notice: String,
}

/// Reminds whoever has decisions left before a window closes; returns how many were told. Each is told once a round, whatever process
/// does it and wherever one was broken off.
pub async fn remind(service: &Service) -> Result<usize, Error> {
    let now = service.clocks.campaign();
    let mut told = 0;
    for round in service.store.read(move |db| due(db, now)).await? {
        told += remind_all(service, &round).await?;
        let of_service = service.clone();
        let write = service.store.write(move |db| {
            let now = of_service.clocks.campaign();
            Ok::<_, Error>(storage::notifications::set_round_done(db, &round.notice, now)?)
        });
        write.await?;
    }
    Ok(told)
}

fn due(db: &mut Connection, now: DateTime<Utc>) -> Result<Vec<Round>, Error> {
    let mut rounds = Vec::new();
    for cycle in storage::cycles::list(db, None, CYCLES)? {
        for window in WINDOWS {
            let closes_at = cycle.windows.get(window).closes_at;
            let Some(days) = due_reminder(closes_at, now) else { continue };
            // A window that is moved is another deadline.
            let notice = format!("deadline/{}/{}/{closes_at}/{days}", cycle.month, window.as_str());
            if !storage::notifications::is_round_done(db, &notice)? {
                rounds.push(Round { cycle: cycle.clone(), window, closes_at, notice });
            }
        }
    }
    Ok(rounds)
}

async fn remind_all(service: &Service, round: &Round) -> Result<usize, Error> {
    let roles = vec![Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer];
    let filter = UserFilter { roles, organization_id: None, active: Some(true) };
    let (mut after, mut told) = (None, 0);
    loop {
        let (of_page, round_of_page) = (filter.clone(), round.clone());
        let read = service.store.read(move |db| {
            let users = storage::users::list(db, &of_page, after, PAGE)?;
            let last = users.last().map(|user| (user.created_at, user.id));
            let mut waiting = Vec::new();
            for user in &users {
                let Some(account) = caller::find_account(db, user.id, user.auth_version)? else { continue };
                waiting.push((user.id, count(db, account, &round_of_page)?));
            }
            Ok::<_, Error>((last, waiting))
        });
        let (last, waiting) = read.await?;
        let Some(last) = last else { return Ok(told) };
        after = Some(last);
        let waiting: Vec<_> = waiting.into_iter().filter(|(_, waiting)| *waiting > 0).collect();
        told += waiting.len();
        let (of_service, round) = (service.clone(), round.clone());
        service.store.write(move |db| tell(&of_service, db, &round, &waiting)).await?;
    }
}

/// How many decisions wait for an account until the window of the round closes.
fn count(db: &mut Connection, account: Account, round: &Round) -> Result<i64, Error> {
    let caller = Caller { account: Some(account), ..Caller::default() };
    let waiting = inbox::collect(db, &caller, None, MOST_COUNTED)?;
    let of_round =
        |one: &&inbox::Waiting| one.candidate.cycle == round.cycle.month && one.awaited.window == round.window;
    Ok(i64::try_from(waiting.iter().filter(of_round).count()).unwrap_or(MOST_COUNTED))
}

fn tell(service: &Service, db: &mut Connection, round: &Round, waiting: &[(UserId, i64)]) -> Result<(), Error> {
    for (user, waiting) in waiting {
        let told = Notification {
            cycle: Some(round.cycle.month),
            deadline_at: Some(round.closes_at),
            waiting: Some(*waiting),
            ..notifications::blank(service, *user, NotificationKind::Deadline)?
        };
        storage::notifications::insert_once(db, &told, &round.notice)?;
    }
    Ok(())
}

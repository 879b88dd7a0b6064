//! The numbers of the campaign: of a reviewer's subtree, and for administrators of the city. They are read from sums that
//! are kept by cycle and place and follow what happens within seconds ([`recount`]).

mod follow_ups;
mod groups;
mod page;
mod reach;
mod reading;
pub mod recount;

use chrono::{DateTime, NaiveDate, Utc};

use self::reading::Selection;
use super::{Caller, Error, Service};
use crate::{
    domain::{local_day, month::Month, scope::Scope, statistics::GroupKey},
    storage::Connection,
};

pub use follow_ups::FollowUps;
pub use page::{Group, Statistics};
pub use reach::{Coverage, Quotas, Units};
pub use reading::{StatisticsRequest, may_read};

/// So many changes are counted while a reader waits: a few milliseconds each. Where more wait, or they cannot be counted at
/// once, the answer says so.
const AT_ONCE: i64 = 200;

/// When the numbers are read.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// By the campaign's clock.
    pub now: DateTime<Utc>,
    /// The local day.
    pub today: NaiveDate,
    /// The month where none is named.
    pub current: Month,
}

/// The sum of what is selected, and a page of its groups.
pub async fn read_statistics(
    service: &Service,
    caller: &Caller,
    request: StatisticsRequest,
    (after, limit): (Option<GroupKey>, i64),
) -> Result<Statistics, Error> {
    let scope = reading::scope_of(caller)?;
    let now = service.clocks.campaign();
    let current = Month::of(now, service.time_zone);
    // What is asked wrongly is refused before anything is counted.
    request.said.judge(current).map_err(reading::refused)?;
    prepare(service).await;
    let limit = usize::try_from(limit).unwrap_or(0);
    let at = Moment { now, today: local_day::day_of(now, service.time_zone), current };
    let read = service.store.view(move |db| read_page_in(db, (&scope, &request), at, (after, limit)));
    read.await
}

/// Counts what changed, where that is little and can be done at once, for who is about to read.
pub async fn prepare(service: &Service) {
    recount::catch_up_few(service, AT_ONCE).await;
}

/// The sum and all groups of a part of the tree, in a view of the caller's.
pub fn read_in(
    db: &mut Connection,
    scope: &Scope,
    request: &StatisticsRequest,
    at: Moment,
) -> Result<Statistics, Error> {
    read_page_in(db, (scope, request), at, (None, usize::MAX))
}

/// The same with at most `limit` groups after a key.
pub fn read_page_in(
    db: &mut Connection,
    (scope, request): (&Scope, &StatisticsRequest),
    at: Moment,
    (after, limit): (Option<GroupKey>, usize),
) -> Result<Statistics, Error> {
    let months = request.said.judge(at.current).map_err(reading::refused)?;
    let selection = Selection::of(db, scope, months, request)?;
    page::read(db, &selection, at, (after, limit))
}

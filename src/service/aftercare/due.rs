//! What is due: who is to be visited by when, and how much of it each organization has.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{access, planning};
use crate::{
    domain::{
        aftercare::{
            festival::Festival,
            ledger::{self, Line, Load},
        },
        id::{HonoreeId, OrganizationId},
        scope::Scope,
    },
    service::{Service, caller::Caller, error::Error},
    storage::{
        self, Connection,
        due_visits::{DueFilter, DueRow},
    },
};

/// Where nothing is said, what is due within so many days is listed.
const AHEAD_DAYS: u64 = 30;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct DueQuery {
    /// Of this organization and all below it.
    pub organization: Option<OrganizationId>,
    /// Due by this day.
    pub until: Option<NaiveDate>,
    /// Overdue ones alone, or those alone that are not.
    pub overdue: Option<bool>,
}

impl DueQuery {
    fn until(self, today: NaiveDate) -> NaiveDate {
        self.until.or_else(|| today.checked_add_days(Days::new(AHEAD_DAYS))).unwrap_or(today)
    }
}

/// A visit that is due, with what is shown beside it.
#[derive(Clone, Debug)]
pub struct ShownDue {
    /// The visit.
    pub row: DueRow,
    /// Whether it should have been made before today.
    pub is_overdue: bool,
    /// The name of the organization in charge.
    pub charge_name: Option<String>,
    /// The name shown of the responsible account.
    pub account_name: Option<String>,
    /// The festival for which it is due.
    pub festival: Option<Festival>,
}

/// One page of the visits that are due, the earliest first.
pub async fn list_due(
    service: &Service,
    caller: &Caller,
    query: DueQuery,
    after: Option<(NaiveDate, HonoreeId)>,
    limit: i64,
) -> Result<Vec<ShownDue>, Error> {
    let account = caller.require_reviewer()?.clone();
    let here = service.clone();
    service
        .store
        .read(move |db| {
            let today = planning::today(&here);
            let yesterday = today.pred_opt().unwrap_or(today);
            let until = query.until(today);
            let filter = DueFilter {
                within: access::within(db, &account, query.organization)?,
                until: if query.overdue == Some(true) { until.min(yesterday) } else { until },
                from: (query.overdue == Some(false)).then_some(today),
            };
            let rows = storage::due_visits::list_due(db, &filter, after, limit)?;
            let festivals = planning::rules(&here, db)?.festivals;
            shown(db, rows, (today, &festivals))
        })
        .await
}

fn shown(
    db: &mut Connection,
    rows: Vec<DueRow>,
    (today, festivals): (NaiveDate, &[Festival]),
) -> Result<Vec<ShownDue>, Error> {
    let charges: Vec<OrganizationId> = rows.iter().filter_map(|row| row.charge).collect();
    let charges: BTreeMap<_, _> = storage::organizations::names(db, &charges)?.into_iter().collect();
    let accounts: Vec<_> = rows.iter().filter_map(|row| row.responsible).collect();
    let accounts = storage::reviewers::names(db, &accounts)?;
    let show = |row: DueRow| ShownDue {
        is_overdue: row.plan.due_on.is_some_and(|day| day.0 < today),
        charge_name: row.charge.and_then(|id| charges.get(&id).cloned()),
        account_name: row.responsible.and_then(|id| accounts.get(&id).cloned()),
        festival: row.plan.due_on.and_then(|day| Festival::on(festivals, day.0)),
        row,
    };
    Ok(rows.into_iter().map(show).collect())
}

/// How much is due of each organization that the caller sees, and of those above it there; the sum of what all have of their
/// own is what the list has.
pub async fn due_totals(service: &Service, caller: &Caller, query: DueQuery) -> Result<(Vec<Line<Load>>, Load), Error> {
    let account = caller.require_reviewer()?.clone();
    let here = service.clone();
    service
        .store
        .read(move |db| {
            let today = planning::today(&here);
            let yesterday = today.pred_opt().unwrap_or(today);
            let within = access::within(db, &account, query.organization)?;
            let own = loads(db, &within, (query.until(today), yesterday))?;
            let mut all = Load::default();
            for load in own.values() {
                all += *load;
            }
            let tree = storage::participation::nodes(db, &account.scope, None)?;
            Ok((ledger::lines(tree, &own), all))
        })
        .await
}

fn loads(
    db: &mut Connection,
    within: &[Scope],
    (until, yesterday): (NaiveDate, NaiveDate),
) -> Result<BTreeMap<OrganizationId, Load>, Error> {
    let mut own: BTreeMap<OrganizationId, Load> = BTreeMap::new();
    for (id, due) in storage::due_visits::count_due(db, within, until)? {
        own.entry(id).or_default().due = due;
    }
    for (id, overdue) in storage::due_visits::count_due(db, within, until.min(yesterday))? {
        own.entry(id).or_default().overdue = overdue;
    }
    for (id, lost) in storage::due_visits::count_lost(db, within)? {
        own.entry(id).or_default().lost = lost;
    }
    Ok(own)
}

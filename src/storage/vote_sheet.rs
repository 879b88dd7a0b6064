//! Votes as a reviewer of the city reads them, and those that a signal points at.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl, dsl::sql, sql_types::BigInt,
};

use super::{
    Connection, StoreError,
    held_votes::Wanted,
    schema::{candidates, held_votes, quarantines, users, vote_logs, vote_traces, voters, votes},
    sql_values::At,
};
use crate::domain::{
    month::Month,
    quarantine::{QuarantineStatus, VoteState},
    signal::{self, Subject},
};

mod row;

pub use row::SheetRow;

/// The votes that a signal points at, within its first and last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// What it points at.
    pub subject: Subject,
    /// The first of its votes.
    pub first_seq: i64,
    /// The last of them.
    pub last_seq: i64,
}

/// Which votes are wanted.
#[derive(Clone, Debug, Default)]
pub struct SheetFilter {
    /// For this candidate, by number.
    pub candidate: Option<i64>,
    /// Those of a signal.
    pub signal: Option<Pointed>,
    /// These, by number.
    pub seqs: Option<Vec<i64>>,
    /// Standing so.
    pub state: Option<VoteState>,
}

/// The votes of a cycle with traces; the filters of a signal fit on every query over it.
macro_rules! joined {
    () => {
        votes::table
            .left_join(vote_traces::table.on(vote_traces::cycle.eq(votes::cycle).and(vote_traces::seq.eq(votes::seq))))
    };
}

/// The voters with an account, by number. They are looked for first: of a unit there are few, and votes are found by voter.
macro_rules! voters_where {
    ($filter:expr) => {
        voters::table
            .inner_join(users::table.on(voters::user_id.eq(users::id.nullable())))
            .filter($filter)
            .select(voters::id)
    };
}

macro_rules! filtered {
    ($query:expr, $cycle:expr, $filter:expr, $after:expr) => {{
        let mut query = $query.filter(votes::cycle.eq($cycle)).filter(votes::seq.gt($after)).into_boxed();
        if let Some(candidate) = $filter.candidate {
            query = query.filter(votes::candidate.eq(candidate));
        }
        if let Some(seqs) = &$filter.seqs {
            query = query.filter(votes::seq.eq_any(seqs.clone()));
        }
        if let Some(pointed) = $filter.signal {
            query = query.filter(votes::seq.between(pointed.first_seq, pointed.last_seq));
            query = match pointed.subject {
                Subject::Prefix { prefix, .. } => query.filter(vote_traces::prefix.eq(prefix)),
                Subject::Candidate { candidate, .. } => query.filter(votes::candidate.eq(candidate)),
                Subject::Minute(minute) => {
                    let from = users::created_at.ge(At(signal::minute_start(minute)));
                    let made = from.and(users::created_at.lt(At(signal::minute_start(minute + 1))));
                    query.filter(votes::voter.eq_any(voters_where!(made)))
                }
                Subject::Unit(unit) => {
                    query.filter(votes::voter.eq_any(voters_where!(users::organization_id.eq(unit))))
                }
                // Which of a person's votes are meant is said by `seqs`.
                Subject::Person(_) => query,
            };
            if let Subject::Prefix { bucket, .. } = pointed.subject {
                query = query
                    .filter(votes::cast_at.ge(At(signal::bucket_start(bucket))))
                    .filter(votes::cast_at.lt(At(signal::bucket_start(bucket + 1))));
            }
        }
        query
    }};
}

/// The number of a vote, as it is named where votes of few voters are looked for: SQLite would walk the index over numbers, and
/// is told to find them by voter and put them in order afterwards. PostgreSQL weighs both.
const fn seq_of_few(connection: &Connection) -> &'static str {
    match connection {
        Connection::Sqlite(_) => "+votes.seq",
        Connection::Postgres(_) => "votes.seq",
    }
}

/// The votes of a cycle that a signal points at by who cast them; none where it points otherwise.
macro_rules! votes_of_voters {
    ($connection:expr, $cycle:expr, $filter:expr, $after:expr, $pointed:expr) => {{
        let seq = || sql::<BigInt>(seq_of_few($connection));
        let mut query = votes::table
            .filter(votes::cycle.eq($cycle))
            .filter(seq().gt($after.max($pointed.first_seq - 1)))
            .filter(seq().le($pointed.last_seq))
            .into_boxed();
        query = match $pointed.subject {
            Subject::Minute(minute) => {
                let from = users::created_at.ge(At(signal::minute_start(minute)));
                let made = from.and(users::created_at.lt(At(signal::minute_start(minute + 1))));
                query.filter(votes::voter.eq_any(voters_where!(made)))
            }
            Subject::Unit(unit) => query.filter(votes::voter.eq_any(voters_where!(users::organization_id.eq(unit)))),
            Subject::Prefix { .. } | Subject::Candidate { .. } | Subject::Person(_) => query,
        };
        if let Some(candidate) = $filter.candidate {
            query = query.filter(votes::candidate.eq(candidate));
        }
        query.order(seq())
    }};
}

/// So many votes that are looked for elsewhere than in the log are looked at in one query.
const FEW_AT_ONCE: i64 = 200;

/// So many votes of the log are looked through for one page. There is no index by candidate, for which every vote would pay.
pub const LOOKED_THROUGH: i64 = 50_000;

/// A page of votes.
#[derive(Clone, Debug)]
pub struct SheetPage {
    /// The votes.
    pub rows: Vec<SheetRow>,
    /// Up to which number the log was looked through, where the page is not full and the log goes on.
    pub through: Option<i64>,
}

/// Where the votes of a page are looked for.
enum Source {
    /// In the log, in its order.
    Log,
    /// Among those that quarantines of a status hold: what does not count is little among all votes.
    Held(QuarantineStatus),
    /// Among those of the voters that a signal points at.
    Voters(Pointed),
}

impl SheetFilter {
    fn source(&self) -> Source {
        match (self.state.and_then(VoteState::held_by), self.of_voters()) {
            (Some(status), _) => Source::Held(status),
            (None, Some(pointed)) => Source::Voters(pointed),
            (None, None) => Source::Log,
        }
    }

    /// The signal, if it points at votes by who cast them.
    fn of_voters(&self) -> Option<Pointed> {
        let pointed = self.signal.filter(|_| self.seqs.is_none())?;
        match pointed.subject {
            Subject::Minute(_) | Subject::Unit(_) => Some(pointed),
            Subject::Prefix { .. } | Subject::Candidate { .. } | Subject::Person(_) => None,
        }
    }
}

/// One page by number, after one. It may be shorter than asked for although the log goes on: see [`SheetPage::through`].
pub fn list(
    connection: &mut Connection,
    cycle: Month,
    filter: &SheetFilter,
    after: i64,
    limit: i64,
) -> Result<SheetPage, StoreError> {
    match filter.source() {
        Source::Log => look_through(connection, (cycle, filter), after, limit),
        Source::Held(status) => {
            let rows =
                pick(connection, (cycle, filter), after, limit, |db, after| held_votes_of(db, (cycle, status), after))?;
            Ok(SheetPage { rows, through: None })
        }
        Source::Voters(pointed) => {
            // Whose votes they are is said by their numbers.
            let rest = SheetFilter { signal: None, ..filter.clone() };
            let rows = pick(connection, (cycle, &rest), after, limit, |db, after| {
                Ok(votes_of_voters!(db, cycle, filter, after, pointed)
                    .limit(FEW_AT_ONCE)
                    .select(votes::seq)
                    .load(db)?)
            })?;
            Ok(SheetPage { rows, through: None })
        }
    }
}

/// Looks through the log, no further than [`LOOKED_THROUGH`] where votes are picked out of it.
fn look_through(
    connection: &mut Connection,
    (cycle, filter): (Month, &SheetFilter),
    after: i64,
    limit: i64,
) -> Result<SheetPage, StoreError> {
    if filter.candidate.is_none() || filter.signal.is_some() || filter.seqs.is_some() {
        return Ok(SheetPage { rows: page(connection, (cycle, filter), (after, i64::MAX), limit)?, through: None });
    }
    let until = after.saturating_add(LOOKED_THROUGH);
    let rows = page(connection, (cycle, filter), (after, until), limit)?;
    let size: Option<i64> = vote_logs::table.find(cycle).select(vote_logs::size).first(connection).optional()?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
    let goes_on = !is_full && until < size.unwrap_or(0) - 1;
    Ok(SheetPage { rows, through: goes_on.then_some(until) })
}

/// A page of the votes whose numbers `next` finds, some at a time.
fn pick(
    connection: &mut Connection,
    (cycle, filter): (Month, &SheetFilter),
    after: i64,
    limit: i64,
    next: impl Fn(&mut Connection, i64) -> Result<Vec<i64>, StoreError>,
) -> Result<Vec<SheetRow>, StoreError> {
    let (mut after, mut found) = (after, Vec::new());
    let last_seq = filter.signal.map_or(i64::MAX, |pointed| pointed.last_seq);
    if let Some(pointed) = filter.signal {
        after = after.max(pointed.first_seq - 1);
    }
    loop {
        let missing = limit - i64::try_from(found.len()).unwrap_or(limit);
        let seqs = next(connection, after)?;
        let Some(last) = seqs.last().copied().filter(|_| missing > 0 && after < last_seq) else { return Ok(found) };
        let asked = |seq: &i64| filter.seqs.as_ref().is_none_or(|asked| asked.contains(seq));
        let few = SheetFilter { seqs: Some(seqs.into_iter().filter(asked).collect()), ..filter.clone() };
        found.extend(page(connection, (cycle, &few), (after, i64::MAX), missing)?);
        after = last;
    }
}

/// The next votes that quarantines of a status hold.
fn held_votes_of(
    connection: &mut Connection,
    (cycle, status): (Month, QuarantineStatus),
    after: i64,
) -> Result<Vec<i64>, StoreError> {
    Ok(held_votes::table
        .inner_join(quarantines::table.on(quarantines::id.eq(held_votes::quarantine_id)))
        .filter(held_votes::cycle.eq(cycle))
        .filter(held_votes::seq.gt(after))
        .filter(held_votes::active.eq(true))
        .filter(quarantines::status.eq(status))
        .order(held_votes::seq)
        .limit(FEW_AT_ONCE)
        .select(held_votes::seq)
        .load(connection)?)
}

fn page(
    connection: &mut Connection,
    (cycle, filter): (Month, &SheetFilter),
    (after, until): (i64, i64),
    limit: i64,
) -> Result<Vec<SheetRow>, StoreError> {
    let holding =
        held_votes::cycle.eq(votes::cycle).and(held_votes::seq.eq(votes::seq)).and(held_votes::active.eq(true));
    let query = joined!()
        .inner_join(candidates::table.on(candidates::number.eq(votes::candidate)))
        .left_join(held_votes::table.on(holding))
        .left_join(quarantines::table.on(quarantines::id.eq(held_votes::quarantine_id)))
        .select((
            votes::seq,
            candidates::id,
            votes::voter,
            votes::day,
            votes::cast_at,
            votes::state,
            vote_traces::prefix.nullable(),
            vote_traces::client.nullable(),
            vote_traces::tier.nullable(),
            quarantines::id.nullable(),
            quarantines::status.nullable(),
        ));
    let mut query = filtered!(query, cycle, filter, after);
    if until < i64::MAX {
        query = query.filter(votes::seq.le(until));
    }
    query = match filter.state.map(VoteState::held_by) {
        None => query,
        Some(Some(status)) => query.filter(quarantines::status.eq(status)),
        Some(None) => {
            let status = quarantines::status.nullable();
            let holding = [QuarantineStatus::Open, QuarantineStatus::Invalidated];
            query.filter(status.is_null().or(status.ne_all(holding)))
        }
    };
    Ok(query.order(votes::seq).limit(limit).load(connection)?)
}

/// One page of votes that are to be held.
pub fn wanted(
    connection: &mut Connection,
    cycle: Month,
    filter: &SheetFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<Wanted>, StoreError> {
    let columns = (votes::seq, votes::candidate, votes::state);
    let rows: Vec<(i64, i64, i16)> = if let Some(pointed) = filter.of_voters() {
        votes_of_voters!(connection, cycle, filter, after, pointed).limit(limit).select(columns).load(connection)?
    } else {
        let query = joined!().select(columns);
        filtered!(query, cycle, filter, after).order(votes::seq).limit(limit).load(connection)?
    };
    Ok(rows.into_iter().map(|(seq, candidate, state)| Wanted { seq, candidate, state }).collect())
}

//! The logs of votes: their size, and the secret of their pseudonyms. The row of a log is taken by [`super::votes::lock_log`].

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl, dsl::not,
};

use super::{
    Connection, StoreError,
    schema::{cycles, vote_log_heads, vote_log_trees, vote_logs},
    sql_values::At,
};
use crate::domain::month::Month;

/// The secret of a log as it lies in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogSecret {
    /// None was made yet.
    None,
    /// Wrapped by the master key.
    Wrapped(Vec<u8>),
    /// It was destroyed, and no pseudonym can be made or traced any more.
    Destroyed(DateTime<Utc>),
}

/// How a log stands.
#[derive(Clone, Debug)]
pub struct LogState {
    /// The cycle.
    pub cycle: Month,
    /// Entries.
    pub size: i64,
    /// The secret of its pseudonyms.
    pub secret: LogSecret,
}

type StateColumns = (Month, i64, Option<Vec<u8>>, Option<DateTime<Utc>>);

fn state((cycle, size, wrapped, destroyed_at): StateColumns) -> LogState {
    let secret = match (wrapped, destroyed_at) {
        (_, Some(at)) => LogSecret::Destroyed(at),
        (Some(wrapped), None) => LogSecret::Wrapped(wrapped),
        (None, None) => LogSecret::None,
    };
    LogState { cycle, size, secret }
}

/// How the log of a cycle stands; none where there is no log.
pub fn find(connection: &mut Connection, cycle: Month) -> Result<Option<LogState>, StoreError> {
    let columns: Option<StateColumns> = vote_logs::table
        .find(cycle)
        .select((vote_logs::cycle, vote_logs::size, vote_logs::wrapped_secret, vote_logs::secret_destroyed_at))
        .first(connection)
        .optional()?;
    Ok(columns.map(state))
}

/// Takes the log's row of a cycle as [`super::votes::lock_log`] does, and tells how the log stands; none where there is none.
pub fn lock(connection: &mut Connection, cycle: Month) -> Result<Option<LogState>, StoreError> {
    let Connection::Postgres(inner) = connection else { return find(connection, cycle) };
    let columns: Option<StateColumns> = vote_logs::table
        .find(cycle)
        .select((vote_logs::cycle, vote_logs::size, vote_logs::wrapped_secret, vote_logs::secret_destroyed_at))
        .for_update()
        .first(inner)
        .optional()?;
    Ok(columns.map(state))
}

/// How every log stands: one a month.
pub fn list(connection: &mut Connection) -> Result<Vec<LogState>, StoreError> {
    let columns: Vec<StateColumns> = vote_logs::table
        .order(vote_logs::cycle)
        .select((vote_logs::cycle, vote_logs::size, vote_logs::wrapped_secret, vote_logs::secret_destroyed_at))
        .load(connection)?;
    Ok(columns.into_iter().map(state).collect())
}

/// The logs whose tree does not cover all entries, or whose head does not cover the whole tree.
pub fn lagging(connection: &mut Connection) -> Result<Vec<Month>, StoreError> {
    let rows: Vec<(Month, i64, Option<i64>, Option<i64>)> = vote_logs::table
        .left_join(vote_log_trees::table.on(vote_log_trees::cycle.eq(vote_logs::cycle)))
        .left_join(
            vote_log_heads::table.on(vote_log_heads::cycle
                .eq(vote_logs::cycle)
                .and(vote_log_heads::origin.nullable().eq(vote_log_trees::origin.nullable()))),
        )
        .select((vote_logs::cycle, vote_logs::size, vote_log_trees::size.nullable(), vote_log_heads::size.nullable()))
        .load(connection)?;
    let lags = |size: i64, tree: Option<i64>, head: Option<i64>| tree != Some(size) || head != Some(size);
    Ok(rows.into_iter().filter(|(_, size, tree, head)| lags(*size, *tree, *head)).map(|row| row.0).collect())
}

/// Makes the log and gives it a secret, unless it has one or has had one. Who comes second finds that of the first.
pub fn give_secret(connection: &mut Connection, cycle: Month, wrapped: &[u8]) -> Result<(), StoreError> {
    on_either!(connection, inner => diesel::insert_into(vote_logs::table)
        .values((vote_logs::cycle.eq(cycle), vote_logs::size.eq(0_i64), vote_logs::wrapped_secret.eq(Some(wrapped))))
        .on_conflict_do_nothing()
        .execute(inner)?);
    let without = vote_logs::table
        .find(cycle)
        .filter(vote_logs::wrapped_secret.is_null())
        .filter(vote_logs::secret_destroyed_at.is_null());
    diesel::update(without).set(vote_logs::wrapped_secret.eq(Some(wrapped))).execute(connection)?;
    Ok(())
}

/// Grows a log by entries that are no votes. `size` is what [`super::votes::lock_log`] returned.
pub fn grow(connection: &mut Connection, cycle: Month, (size, by): (i64, i64)) -> Result<(), StoreError> {
    diesel::update(vote_logs::table.find(cycle)).set(vote_logs::size.eq(size + by)).execute(connection)?;
    Ok(())
}

/// The published cycles whose log still has its secret.
pub fn published_with_secret(connection: &mut Connection) -> Result<Vec<Month>, StoreError> {
    Ok(vote_logs::table
        .inner_join(cycles::table.on(cycles::month.eq(vote_logs::cycle)))
        .filter(vote_logs::secret_destroyed_at.is_null())
        .filter(not(cycles::published_at.is_null()))
        .order(vote_logs::cycle)
        .select(vote_logs::cycle)
        .load(connection)?)
}

/// The cycles that were not published and whose log has its secret.
pub fn unpublished_with_secret(connection: &mut Connection) -> Result<Vec<Month>, StoreError> {
    Ok(vote_logs::table
        .inner_join(cycles::table.on(cycles::month.eq(vote_logs::cycle)))
        .filter(vote_logs::wrapped_secret.is_not_null())
        .filter(vote_logs::secret_destroyed_at.is_null())
        .filter(cycles::published_at.is_null())
        .order(vote_logs::cycle)
        .select(vote_logs::cycle)
        .load(connection)?)
}

/// Destroys the secret of a log; false when it was destroyed before.
pub fn destroy_secret(connection: &mut Connection, cycle: Month, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let held = vote_logs::table.find(cycle).filter(vote_logs::secret_destroyed_at.is_null());
    let changed = diesel::update(held)
        .set((vote_logs::wrapped_secret.eq(None::<Vec<u8>>), vote_logs::secret_destroyed_at.eq(Some(At(now)))))
        .execute(connection)?;
    Ok(changed == 1)
}

//! Long work: how far it is, and with what it ended.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};
use serde_json::Value;

use super::{
    Connection, StoreError,
    schema::{operations, staged_rows},
    sql_values::{At, Stored},
};
use crate::domain::{
    actor::Actor,
    id::{OperationId, UserId},
    operation::{OperationKind, OperationStatus},
};

/// Work as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = operations, treat_none_as_default_value = false)]
pub struct OperationRow {
    /// Its id.
    pub id: OperationId,
    /// What is worked on.
    pub kind: OperationKind,
    /// Where it stands.
    pub status: OperationStatus,
    /// Who follows it.
    pub started_by: UserId,
    /// In whose place it was begun.
    pub on_behalf_of: Option<UserId>,
    /// What was asked for.
    pub options: Stored<Value>,
    /// How much is done.
    pub done: i64,
    /// Of how much.
    pub total: i64,
    /// With what it ended.
    pub result: Option<Stored<Value>>,
    /// Why it could not be carried out.
    pub problem: Option<Stored<Value>>,
    /// Until when whoever works on it has promised to be heard of; machine time.
    pub lease_until: At,
    /// When its effect came into being; what is left then is finished by whoever finds it.
    pub taken_at: Option<At>,
    /// Grows with each change.
    pub version: i64,
    /// When it was started.
    pub created_at: At,
    /// When it ended.
    pub finished_at: Option<At>,
}

/// Adds work.
pub fn insert(connection: &mut Connection, row: &OperationRow) -> Result<(), StoreError> {
    diesel::insert_into(operations::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds work.
pub fn find(connection: &mut Connection, id: OperationId) -> Result<Option<OperationRow>, StoreError> {
    Ok(operations::table.find(id).select(OperationRow::as_select()).first(connection).optional()?)
}

/// Notes how far it is, and that it is still worked on; false when it was given up meanwhile.
pub fn beat(
    connection: &mut Connection,
    id: OperationId,
    done: i64,
    lease_until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(operations::table.find(id))
        .filter(operations::status.eq(OperationStatus::Running))
        .set((
            operations::done.eq(done),
            operations::lease_until.eq(At(lease_until)),
            operations::version.eq(operations::version + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Notes that its effect has come into being, with the result; in the same transaction. False when it was given up.
pub fn set_taken_if(
    connection: &mut Connection,
    id: OperationId,
    result: Value,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(operations::table.find(id))
        .filter(operations::status.eq(OperationStatus::Running))
        .set((
            operations::taken_at.eq(Some(At(now))),
            operations::result.eq(Some(Stored(result))),
            operations::version.eq(operations::version + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// With what work ends.
#[derive(Clone, Debug)]
pub enum Ending {
    /// It came to its end with this result.
    Result(Value),
    /// It came to its end, and the result was noted before.
    ResultNoted,
    /// It could not be carried out.
    Problem(Value),
}

/// Ends work that is running; false when it has ended already. What has taken effect ends with no problem.
pub fn finish_if(
    connection: &mut Connection,
    id: OperationId,
    ending: Ending,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let running = diesel::update(operations::table.find(id)).filter(operations::status.eq(OperationStatus::Running));
    let ended = (operations::finished_at.eq(Some(At(now))), operations::version.eq(operations::version + 1));
    let changed = match ending {
        Ending::Result(result) => running
            .set((
                operations::status.eq(OperationStatus::Succeeded),
                operations::done.eq(operations::total),
                operations::result.eq(Some(Stored(result))),
                ended,
            ))
            .execute(connection)?,
        Ending::ResultNoted => running
            .set((operations::status.eq(OperationStatus::Succeeded), operations::done.eq(operations::total), ended))
            .execute(connection)?,
        Ending::Problem(problem) => running
            .filter(operations::taken_at.is_null())
            .set((operations::status.eq(OperationStatus::Failed), operations::problem.eq(Some(Stored(problem))), ended))
            .execute(connection)?,
    };
    Ok(changed == 1)
}

/// Work that nobody has been heard of since its lease ran out.
pub fn list_abandoned(connection: &mut Connection, now: DateTime<Utc>) -> Result<Vec<OperationRow>, StoreError> {
    Ok(operations::table
        .filter(operations::status.eq(OperationStatus::Running))
        .filter(operations::lease_until.lt(At(now)))
        .order(operations::lease_until)
        .select(OperationRow::as_select())
        .limit(100)
        .load(connection)?)
}

/// Lets every lease run out: for the only process that works on a database, when it starts.
pub fn expire_all(connection: &mut Connection) -> Result<usize, StoreError> {
    Ok(diesel::update(operations::table)
        .filter(operations::status.eq(OperationStatus::Running))
        .set(operations::lease_until.eq(At(DateTime::UNIX_EPOCH)))
        .execute(connection)?)
}

/// Notes that somebody still works on it.
pub fn lengthen(connection: &mut Connection, id: OperationId, lease_until: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(operations::table.find(id))
        .filter(operations::status.eq(OperationStatus::Running))
        .set(operations::lease_until.eq(At(lease_until)))
        .execute(connection)?;
    Ok(())
}

/// The work of a kind that somebody has going on in one place.
pub fn list_running(
    connection: &mut Connection,
    begun_by: Actor,
    kind: OperationKind,
) -> Result<Vec<OperationRow>, StoreError> {
    let running: Vec<OperationRow> = operations::table
        .filter(operations::status.eq(OperationStatus::Running))
        .filter(operations::started_by.eq(begun_by.id))
        .filter(operations::kind.eq(kind))
        .order(operations::lease_until)
        .select(OperationRow::as_select())
        .limit(100)
        .load(connection)?;
    Ok(running.into_iter().filter(|row| row.on_behalf_of == begun_by.on_behalf_of).collect())
}

/// Which of these are exports that go on, or have ended well and were worked on since a moment of the machine's clock.
pub fn exported_among(
    connection: &mut Connection,
    ids: &[OperationId],
    since: DateTime<Utc>,
) -> Result<Vec<OperationId>, StoreError> {
    Ok(operations::table
        .filter(operations::id.eq_any(ids.to_vec()))
        .filter(operations::kind.eq_any([OperationKind::CandidateExport, OperationKind::CertificateExport]))
        .filter(operations::status.ne(OperationStatus::Failed))
        .filter(operations::lease_until.gt(At(since)))
        .select(operations::id)
        .load(connection)?)
}

/// Forgets work that ended and was last heard of before a moment of the machine's clock, once its rows are gone; returns how
/// much.
pub fn sweep(connection: &mut Connection, before: DateTime<Utc>, most: i64) -> Result<usize, StoreError> {
    let has_rows = staged_rows::table.filter(staged_rows::operation_id.eq(operations::id));
    let old: Vec<OperationId> = operations::table
        .filter(operations::status.ne(OperationStatus::Running))
        .filter(operations::lease_until.lt(At(before)))
        .filter(diesel::dsl::not(diesel::dsl::exists(has_rows)))
        .select(operations::id)
        .limit(most)
        .load(connection)?;
    Ok(diesel::delete(operations::table.filter(operations::id.eq_any(old))).execute(connection)?)
}

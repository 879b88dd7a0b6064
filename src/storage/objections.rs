//! Objections to published candidates. What identifies the objector is stored encrypted.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{Connection, StoreError, locks, schema::objections, sql_values::At};
use crate::domain::{
    id::{CandidateId, ObjectionId, UserId},
    month::Month,
    objection::{Decision, Objection, ObjectionStatus},
};

/// An objection to be inserted.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = objections, treat_none_as_default_value = false)]
pub struct NewObjection {
    /// Its id.
    pub id: ObjectionId,
    /// Against whom.
    pub candidate_id: CandidateId,
    /// In which cycle.
    pub cycle: Month,
    /// What is objected.
    pub text: String,
    /// How to reach the objector, encrypted.
    pub contact_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub contact_masked: Option<String>,
    /// The objector's name, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub name_masked: Option<String>,
    /// The objector's account, if signed in.
    pub user_id: Option<UserId>,
    /// Starts open.
    pub status: ObjectionStatus,
    /// Starts at 1.
    pub version: i64,
    /// Campaign time.
    pub created_at: At,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = objections)]
struct ObjectionRow {
    id: ObjectionId,
    candidate_id: CandidateId,
    cycle: Month,
    text: String,
    contact_masked: Option<String>,
    name_masked: Option<String>,
    status: ObjectionStatus,
    reason: Option<String>,
    decided_by: Option<UserId>,
    decided_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
}

impl From<ObjectionRow> for Objection {
    fn from(row: ObjectionRow) -> Self {
        let decision = match (row.decided_by, row.reason, row.decided_at) {
            (Some(by), Some(reason), Some(at)) => Some(Decision { by, reason, at }),
            _ => None,
        };
        Self {
            id: row.id,
            candidate: row.candidate_id,
            cycle: row.cycle,
            text: row.text,
            contact_masked: row.contact_masked,
            name_masked: row.name_masked,
            status: row.status,
            created_at: row.created_at,
            decision,
            version: row.version,
        }
    }
}

/// Adds an objection.
pub fn insert(connection: &mut Connection, row: &NewObjection) -> Result<(), StoreError> {
    diesel::insert_into(objections::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds an objection.
pub fn find(connection: &mut Connection, id: ObjectionId) -> Result<Option<Objection>, StoreError> {
    let row = objections::table.find(id).select(ObjectionRow::as_select()).first(connection).optional()?;
    Ok(row.map(Objection::from))
}

/// Holds an objection against other decisions and returns it.
pub fn find_locked(connection: &mut Connection, id: ObjectionId) -> Result<Option<Objection>, StoreError> {
    locks::objection(connection, id)?;
    find(connection, id)
}

/// How an objector can be reached, encrypted.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = objections)]
pub struct ObjectorRow {
    /// The contact.
    pub contact_cipher: Option<Vec<u8>>,
    /// The name.
    pub name_cipher: Option<Vec<u8>>,
}

/// Finds how the objector can be reached.
pub fn find_objector(connection: &mut Connection, id: ObjectionId) -> Result<Option<ObjectorRow>, StoreError> {
    Ok(objections::table.find(id).select(ObjectorRow::as_select()).first(connection).optional()?)
}

/// Filters of the list of objections.
#[derive(Clone, Debug, Default)]
pub struct ObjectionFilter {
    /// In one of these states.
    pub statuses: Vec<ObjectionStatus>,
    /// Of this cycle.
    pub cycle: Option<Month>,
    /// Against this candidate.
    pub candidate: Option<CandidateId>,
}

/// One page in the order of arrival.
pub fn list(
    connection: &mut Connection,
    filter: &ObjectionFilter,
    after: Option<(DateTime<Utc>, ObjectionId)>,
    limit: i64,
) -> Result<Vec<Objection>, StoreError> {
    let mut query = objections::table.select(ObjectionRow::as_select()).into_boxed();
    if !filter.statuses.is_empty() {
        query = query.filter(objections::status.eq_any(filter.statuses.clone()));
    }
    if let Some(cycle) = filter.cycle {
        query = query.filter(objections::cycle.eq(cycle));
    }
    if let Some(candidate) = filter.candidate {
        query = query.filter(objections::candidate_id.eq(candidate));
    }
    if let Some((created_at, id)) = after {
        query = query.filter(
            objections::created_at
                .gt(At(created_at))
                .or(objections::created_at.eq(At(created_at)).and(objections::id.gt(id))),
        );
    }
    let rows = query.order((objections::created_at, objections::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Objection::from).collect())
}

/// How many objections of a cycle bar publication, and the first of them.
pub fn open_of(connection: &mut Connection, cycle: Month, first: i64) -> Result<(i64, Vec<ObjectionId>), StoreError> {
    let open =
        || objections::table.filter(objections::cycle.eq(cycle)).filter(objections::status.eq(ObjectionStatus::Open));
    let count = open().count().get_result(connection)?;
    let ids = open().order(objections::id).select(objections::id).limit(first).load(connection)?;
    Ok((count, ids))
}

/// Notes a decision.
pub fn set_decision(
    connection: &mut Connection,
    id: ObjectionId,
    status: ObjectionStatus,
    decision: &Decision,
) -> Result<(), StoreError> {
    diesel::update(objections::table.find(id))
        .set((
            objections::status.eq(status),
            objections::reason.eq(Some(&decision.reason)),
            objections::decided_by.eq(Some(decision.by)),
            objections::decided_at.eq(Some(At(decision.at))),
            objections::version.eq(objections::version + 1),
        ))
        .execute(connection)?;
    Ok(())
}

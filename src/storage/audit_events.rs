//! The audit: rows are only ever added, and numbered and chained (sealed) after the commit. The database itself refuses to change
//! a sealed one and to take any away.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper, TextExpressionMethods, dsl::exists, select,
};
use serde_json::Value;

use super::{
    Connection, StoreError,
    schema::{audit_events, audit_seals},
    sql_values::{At, Stored},
};
use crate::domain::{
    audit::{AuditEvent, AuditHash, ChainedEvent, Head},
    id::{AuditId, OrganizationId, UserId},
    role::Role,
};

/// An audit event to be written.
#[derive(Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub struct NewAuditEvent<'a> {
    /// Its id.
    pub id: AuditId,
    /// Campaign time.
    pub at: At,
    /// Who acted; none for the public and the program itself.
    pub actor_id: Option<UserId>,
    /// In what role.
    pub actor_role: Option<Role>,
    /// For which organization.
    pub organization_id: Option<OrganizationId>,
    /// What was done.
    pub action: &'a str,
    /// To what kind of thing.
    pub subject_kind: &'a str,
    /// To which one.
    pub subject_id: &'a str,
    /// Under which request.
    pub request_id: &'a str,
    /// Figures and codes, no personal data.
    pub details: Stored<Value>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_events)]
struct EventRow {
    id: AuditId,
    at: At,
    actor_id: Option<UserId>,
    actor_role: Option<Role>,
    organization_id: Option<OrganizationId>,
    action: String,
    subject_kind: String,
    subject_id: String,
    request_id: String,
    details: Stored<Value>,
}

impl From<EventRow> for AuditEvent {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            at: row.at.0,
            actor: row.actor_id,
            role: row.actor_role,
            organization: row.organization_id,
            action: row.action,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            request_id: row.request_id,
            details: row.details.0,
        }
    }
}

/// A row with its place in the chain, as it is read.
type SealedRow = (EventRow, Option<i64>, Option<Vec<u8>>);

fn hash(bytes: Vec<u8>) -> Result<AuditHash, StoreError> {
    bytes.try_into().map(AuditHash).map_err(|_| StoreError::Missing("hash of an audit event"))
}

fn chained((row, number, bytes): SealedRow) -> Result<ChainedEvent, StoreError> {
    let (Some(number), Some(bytes)) = (number, bytes) else {
        return Err(StoreError::Missing("number of a sealed audit event"));
    };
    Ok(ChainedEvent { event: row.into(), number, hash: hash(bytes)? })
}

/// Adds an event.
pub fn insert(connection: &mut Connection, row: &NewAuditEvent<'_>) -> Result<(), StoreError> {
    diesel::insert_into(audit_events::table).values(row).execute(connection)?;
    Ok(())
}

/// Whether an event waits for its number.
pub fn is_any_waiting(connection: &mut Connection) -> Result<bool, StoreError> {
    let waiting = audit_events::table.filter(audit_events::number.is_null());
    Ok(select(exists(waiting)).get_result(connection)?)
}

/// The end of the chain.
pub fn head(connection: &mut Connection) -> Result<Head, StoreError> {
    let row = audit_seals::table.find(0_i16).select((audit_seals::last, audit_seals::hash));
    let found: Option<(i64, Vec<u8>)> = row.first(connection).optional()?;
    let (number, bytes) = found.ok_or(StoreError::Missing("seal of the audit"))?;
    Ok(Head { number, hash: hash(bytes)? })
}

/// The end of the chain, held for the rest of the transaction; none while another process holds it.
pub fn hold_head(connection: &mut Connection) -> Result<Option<Head>, StoreError> {
    let row = audit_seals::table.find(0_i16).select((audit_seals::last, audit_seals::hash));
    let found: Option<(i64, Vec<u8>)> = match connection {
        Connection::Postgres(inner) => row.for_update().skip_locked().first(inner).optional()?,
        Connection::Sqlite(inner) => row.first(inner).optional()?,
    };
    found.map(|(number, bytes)| Ok(Head { number, hash: hash(bytes)? })).transpose()
}

/// What waits for its number, in the order in which it was written, at most `limit`, each with what it is sealed by.
pub fn list_waiting(connection: &mut Connection, limit: i64) -> Result<Vec<(i64, AuditEvent)>, StoreError> {
    let rows: Vec<(i64, EventRow)> = audit_events::table
        .filter(audit_events::number.is_null())
        .order(audit_events::arrived)
        .limit(limit)
        .select((audit_events::arrived, EventRow::as_select()))
        .load(connection)?;
    Ok(rows.into_iter().map(|(arrived, row)| (arrived, row.into())).collect())
}

/// Gives an event its place in the chain. The end of the chain is held.
pub fn set_sealed(connection: &mut Connection, arrived: i64, place: &Head) -> Result<(), StoreError> {
    diesel::update(audit_events::table.find(arrived))
        .set((audit_events::number.eq(Some(place.number)), audit_events::hash.eq(Some(place.hash.0.to_vec()))))
        .execute(connection)?;
    Ok(())
}

/// Notes how far the chain goes.
pub fn set_head(connection: &mut Connection, head: &Head) -> Result<(), StoreError> {
    diesel::update(audit_seals::table.find(0_i16))
        .set((audit_seals::last.eq(head.number), audit_seals::hash.eq(head.hash.0.to_vec())))
        .execute(connection)?;
    Ok(())
}

/// What of the audit is asked for; everything where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// By this account.
    pub actor: Option<UserId>,
    /// This was done.
    pub action: Option<String>,
    /// To things of this kind.
    pub subject_kind: Option<String>,
    /// To this one of them.
    pub subject_id: Option<String>,
    /// At this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
    /// The latest first.
    pub descending: bool,
}

/// The place of an event in the list: its moment, and among those of one moment its arrival. It never changes.
pub type ListKey = (DateTime<Utc>, i64);

/// One page of what is sealed, by the moment.
pub fn list(
    connection: &mut Connection,
    filter: &AuditFilter,
    after: Option<ListKey>,
    limit: i64,
) -> Result<Vec<(ListKey, ChainedEvent)>, StoreError> {
    let shown = (EventRow::as_select(), audit_events::number, audit_events::hash);
    let mut query = audit_events::table
        .filter(audit_events::number.is_not_null())
        .select((audit_events::arrived, shown))
        .into_boxed();
    if let Some(actor) = filter.actor {
        query = query.filter(audit_events::actor_id.eq(actor));
    }
    if let Some(action) = &filter.action {
        query = query.filter(audit_events::action.eq(action));
    }
    query = match (&filter.subject_kind, &filter.subject_id) {
        (None, None) => query,
        (Some(kind), None) => query.filter(audit_events::subject_kind.eq(kind)),
        (None, Some(id)) => query.filter(audit_events::subject_id.eq(id)),
        // The id alone says nearly all: joined to an empty text, the kind does not tempt SQLite to go by it.
        (Some(kind), Some(id)) => {
            query.filter(audit_events::subject_id.eq(id)).filter(audit_events::subject_kind.concat("").eq(kind))
        }
    };
    if let Some(from) = filter.from {
        query = query.filter(audit_events::at.ge(At(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit_events::at.lt(At(until)));
    }
    // The moment alone bounds the range of the index; the rest decides within the moment.
    query = match (after, filter.descending) {
        (None, _) => query,
        (Some((at, arrived)), true) => query
            .filter(audit_events::at.le(At(at)))
            .filter(audit_events::at.lt(At(at)).or(audit_events::arrived.lt(arrived))),
        (Some((at, arrived)), false) => query
            .filter(audit_events::at.ge(At(at)))
            .filter(audit_events::at.gt(At(at)).or(audit_events::arrived.gt(arrived))),
    };
    query = if filter.descending {
        query.order((audit_events::at.desc(), audit_events::arrived.desc()))
    } else {
        query.order((audit_events::at, audit_events::arrived))
    };
    let rows: Vec<(i64, SealedRow)> = query.limit(limit).load(connection)?;
    let keyed = |(arrived, row)| chained(row).map(|event| ((event.event.at, arrived), event));
    rows.into_iter().map(keyed).collect()
}

/// What is sealed behind a number, in the order of the chain, at most `limit`.
pub fn list_chain(connection: &mut Connection, after: i64, limit: i64) -> Result<Vec<ChainedEvent>, StoreError> {
    let rows: Vec<SealedRow> = audit_events::table
        .filter(audit_events::number.gt(after))
        .order(audit_events::number)
        .limit(limit)
        .select((EventRow::as_select(), audit_events::number, audit_events::hash))
        .load(connection)?;
    rows.into_iter().map(chained).collect()
}

/// Finds an event that is sealed.
pub fn find(connection: &mut Connection, id: AuditId) -> Result<Option<ChainedEvent>, StoreError> {
    let row: Option<SealedRow> = audit_events::table
        .filter(audit_events::id.eq(id))
        .filter(audit_events::number.is_not_null())
        .select((EventRow::as_select(), audit_events::number, audit_events::hash))
        .first(connection)
        .optional()?;
    row.map(chained).transpose()
}

/// The hashes of the events with some numbers.
pub fn hashes(connection: &mut Connection, numbers: &[i64]) -> Result<BTreeMap<i64, AuditHash>, StoreError> {
    let rows: Vec<(Option<i64>, Option<Vec<u8>>)> = audit_events::table
        .filter(audit_events::number.eq_any(numbers.to_vec()))
        .select((audit_events::number, audit_events::hash))
        .load(connection)?;
    let sealed = rows.into_iter().filter_map(|(number, bytes)| Some((number?, bytes?)));
    sealed.map(|(number, bytes)| Ok((number, hash(bytes)?))).collect()
}

/// How many events wait for their number, and which of them has waited longest.
pub fn waiting(connection: &mut Connection) -> Result<(i64, Option<AuditId>), StoreError> {
    let waiting = || audit_events::table.filter(audit_events::number.is_null());
    let count = waiting().count().get_result(connection)?;
    let first = waiting().order(audit_events::arrived).select(audit_events::id).first(connection).optional()?;
    Ok((count, first))
}

//! Outgoing events, written in the transaction that causes them and numbered after the commit.

use diesel::{Insertable, RunQueryDsl};
use serde_json::Value;

use super::{
    Connection, StoreError,
    schema::outbox_events,
    sql_values::{At, Stored},
};
use crate::domain::{
    id::{EventId, OrganizationId},
    month::Month,
};

/// An event to be written.
#[derive(Insertable)]
#[diesel(table_name = outbox_events, treat_none_as_default_value = false)]
pub struct NewOutboxEvent<'a> {
    /// Its id.
    pub id: EventId,
    /// Campaign time.
    pub at: At,
    /// What happened, such as `candidate.verified`.
    pub kind: &'a str,
    /// To what kind of thing.
    pub subject_kind: &'a str,
    /// To which one.
    pub subject_id: &'a str,
    /// In which cycle.
    pub cycle: Option<Month>,
    /// In which district.
    pub district_id: Option<OrganizationId>,
    /// In which unit.
    pub unit_id: Option<OrganizationId>,
    /// Figures and codes, no personal data.
    pub payload: Stored<Value>,
}

/// Adds an event.
pub fn insert(connection: &mut Connection, row: &NewOutboxEvent<'_>) -> Result<(), StoreError> {
    diesel::insert_into(outbox_events::table).values(row).execute(connection)?;
    Ok(())
}

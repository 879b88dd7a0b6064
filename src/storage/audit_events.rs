//! The audit: rows are only ever added, and numbered after the commit.

use diesel::{Insertable, RunQueryDsl};
use serde_json::Value;

use super::{
    Connection, StoreError,
    schema::audit_events,
    sql_values::{At, Stored},
};
use crate::domain::{
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

/// Adds an event.
pub fn insert(connection: &mut Connection, row: &NewAuditEvent<'_>) -> Result<(), StoreError> {
    diesel::insert_into(audit_events::table).values(row).execute(connection)?;
    Ok(())
}

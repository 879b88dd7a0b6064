//! The tree of organizations.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::organizations, sql_values::At};
use crate::domain::{
    id::OrganizationId,
    organization::{Organization, OrganizationKind},
};

/// An organization as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
struct OrganizationRow {
    id: OrganizationId,
    kind: OrganizationKind,
    parent_id: Option<OrganizationId>,
    district_id: Option<OrganizationId>,
    code: Option<String>,
    name: String,
    headcount: Option<i32>,
    responsible_name: Option<String>,
    active: bool,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            parent_id: row.parent_id,
            district_id: row.district_id,
            code: row.code,
            name: row.name,
            headcount: row.headcount.and_then(|count| u32::try_from(count).ok()),
            responsible_name: row.responsible_name,
            active: row.active,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

impl From<&Organization> for OrganizationRow {
    fn from(organization: &Organization) -> Self {
        Self {
            id: organization.id,
            kind: organization.kind,
            parent_id: organization.parent_id,
            district_id: organization.district_id,
            code: organization.code.clone(),
            name: organization.name.clone(),
            headcount: organization.headcount.and_then(|count| i32::try_from(count).ok()),
            responsible_name: organization.responsible_name.clone(),
            active: organization.active,
            version: organization.version,
            created_at: organization.created_at.into(),
            updated_at: organization.updated_at.into(),
        }
    }
}

/// Adds an organization.
pub fn insert(connection: &mut Connection, organization: &Organization) -> Result<(), StoreError> {
    diesel::insert_into(organizations::table).values(OrganizationRow::from(organization)).execute(connection)?;
    Ok(())
}

/// Finds an organization.
pub fn find(connection: &mut Connection, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
    let row = organizations::table.find(id).select(OrganizationRow::as_select()).first(connection).optional()?;
    Ok(row.map(Organization::from))
}

/// The organizations directly below one.
pub fn child_ids(connection: &mut Connection, id: OrganizationId) -> Result<Vec<OrganizationId>, StoreError> {
    Ok(organizations::table.filter(organizations::parent_id.eq(id)).select(organizations::id).load(connection)?)
}

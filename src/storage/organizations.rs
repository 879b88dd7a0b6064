//! The tree of organizations.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{candidates, organizations},
    sql_values::At,
    statistics,
};
use crate::domain::{
    candidate::Status,
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
    list_title: Option<String>,
    list_issuer: Option<String>,
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
            list_title: row.list_title,
            list_issuer: row.list_issuer,
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
            list_title: organization.list_title.clone(),
            list_issuer: organization.list_issuer.clone(),
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

/// Several organizations, in no order.
pub fn list_of(connection: &mut Connection, ids: &BTreeSet<OrganizationId>) -> Result<Vec<Organization>, StoreError> {
    let rows: Vec<OrganizationRow> = organizations::table
        .filter(organizations::id.eq_any(ids.clone()))
        .select(OrganizationRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(Organization::from).collect())
}

/// The root of the tree, if there is one yet.
pub fn find_root(connection: &mut Connection) -> Result<Option<Organization>, StoreError> {
    let row = organizations::table
        .filter(organizations::kind.eq(OrganizationKind::City))
        .select(OrganizationRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Organization::from))
}

/// The organizations directly below one.
pub fn child_ids(connection: &mut Connection, id: OrganizationId) -> Result<Vec<OrganizationId>, StoreError> {
    Ok(organizations::table.filter(organizations::parent_id.eq(id)).select(organizations::id).load(connection)?)
}

/// The organizations directly below several ones.
pub fn child_ids_of(connection: &mut Connection, ids: &[OrganizationId]) -> Result<Vec<OrganizationId>, StoreError> {
    let above: Vec<Option<OrganizationId>> = ids.iter().copied().map(Some).collect();
    Ok(organizations::table
        .filter(organizations::parent_id.eq_any(above))
        .select(organizations::id)
        .load(connection)?)
}

/// The organizations above several ones.
pub fn parents(
    connection: &mut Connection,
    ids: &BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, OrganizationId>, StoreError> {
    let rows: Vec<(OrganizationId, Option<OrganizationId>)> = organizations::table
        .filter(organizations::id.eq_any(ids.clone()))
        .select((organizations::id, organizations::parent_id))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, parent)| Some((id, parent?))).collect())
}

/// Filters of the list of organizations.
#[derive(Clone, Debug, Default)]
pub struct OrganizationFilter {
    /// Of these kinds.
    pub kinds: Vec<OrganizationKind>,
    /// Directly below this one.
    pub parent_id: Option<OrganizationId>,
    /// This district and all below it.
    pub district_id: Option<OrganizationId>,
    /// Open or closed.
    pub active: Option<bool>,
}

/// One page in the order of entry, after the key of the last row seen.
pub fn list(
    connection: &mut Connection,
    filter: &OrganizationFilter,
    after: Option<(DateTime<Utc>, OrganizationId)>,
    limit: i64,
) -> Result<Vec<Organization>, StoreError> {
    let mut query = organizations::table.select(OrganizationRow::as_select()).into_boxed();
    if !filter.kinds.is_empty() {
        query = query.filter(organizations::kind.eq_any(filter.kinds.clone()));
    }
    if let Some(parent) = filter.parent_id {
        query = query.filter(organizations::parent_id.eq(parent));
    }
    if let Some(district) = filter.district_id {
        query = query.filter(organizations::district_id.eq(district).or(organizations::id.eq(district)));
    }
    if let Some(active) = filter.active {
        query = query.filter(organizations::active.eq(active));
    }
    if let Some((created_at, id)) = after {
        let same_moment = organizations::created_at.eq(At(created_at)).and(organizations::id.gt(id));
        query = query.filter(organizations::created_at.gt(At(created_at)).or(same_moment));
    }
    let rows: Vec<OrganizationRow> =
        query.order((organizations::created_at, organizations::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Organization::from).collect())
}

/// Writes the fields if the version is still that of the organization given; false when it is not.
pub fn update_if(
    connection: &mut Connection,
    organization: &Organization,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = OrganizationRow::from(organization);
    let target = organizations::table
        .filter(organizations::id.eq(organization.id))
        .filter(organizations::version.eq(organization.version));
    // Of all that can change here, what is kept of statistics knows the district alone.
    let is_moved =
        find(connection, organization.id)?.is_some_and(|before| before.district_id != organization.district_id);
    if is_moved {
        statistics::changes::note_leads_of(connection, organization.id)?;
    }
    let changed = diesel::update(target)
        .set((
            organizations::parent_id.eq(row.parent_id),
            organizations::district_id.eq(row.district_id),
            organizations::code.eq(row.code),
            organizations::name.eq(row.name),
            organizations::headcount.eq(row.headcount),
            organizations::responsible_name.eq(row.responsible_name),
            organizations::active.eq(row.active),
            organizations::list_title.eq(row.list_title),
            organizations::list_issuer.eq(row.list_issuer),
            organizations::version.eq(organizations::version + 1),
            organizations::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    if is_moved {
        statistics::changes::note_leads_of(connection, organization.id)?;
    }
    Ok(changed == 1)
}

/// Brings the organizations directly below one into another district.
pub fn set_district_below(
    connection: &mut Connection,
    id: OrganizationId,
    district: Option<OrganizationId>,
) -> Result<(), StoreError> {
    statistics::changes::note_leads_below(connection, id)?;
    diesel::update(organizations::table.filter(organizations::parent_id.eq(id)))
        .set((organizations::district_id.eq(district), organizations::version.eq(organizations::version + 1)))
        .execute(connection)?;
    statistics::changes::note_leads_below(connection, id)
}

/// How many candidates on whom something is still to be decided an organization or one below it carries.
pub fn count_open_candidates(connection: &mut Connection, id: OrganizationId) -> Result<i64, StoreError> {
    let open: Vec<Status> = Status::ALL.iter().copied().filter(|status| status.is_open()).collect();
    let mut carriers = child_ids(connection, id)?;
    carriers.push(id);
    Ok(candidates::table
        .filter(candidates::status.eq_any(open))
        .filter(candidates::district_id.eq(id).or(candidates::unit_id.eq_any(carriers)))
        .count()
        .get_result(connection)?)
}

/// How many open organizations stand directly below one.
pub fn count_active_below(connection: &mut Connection, id: OrganizationId) -> Result<i64, StoreError> {
    Ok(organizations::table
        .filter(organizations::parent_id.eq(id))
        .filter(organizations::active.eq(true))
        .count()
        .get_result(connection)?)
}

/// The names of several organizations.
pub fn names(connection: &mut Connection, ids: &[OrganizationId]) -> Result<Vec<(OrganizationId, String)>, StoreError> {
    Ok(organizations::table
        .filter(organizations::id.eq_any(ids.to_vec()))
        .select((organizations::id, organizations::name))
        .load(connection)?)
}

/// The active districts, and the active units that have one of the names: among them is what a place can mean.
pub fn named(connection: &mut Connection, units: &[String]) -> Result<Vec<Organization>, StoreError> {
    let is_unit = organizations::kind.eq(OrganizationKind::Unit).and(organizations::name.eq_any(units.to_vec()));
    let rows: Vec<OrganizationRow> = organizations::table
        .filter(organizations::active.eq(true))
        .filter(organizations::kind.eq(OrganizationKind::District).or(is_unit))
        .select(OrganizationRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(Organization::from).collect())
}

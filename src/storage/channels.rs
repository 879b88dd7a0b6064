//! Recommendation channels in use.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError, locks,
    schema::channels,
    sql_values::{At, Stored},
};
use crate::domain::{
    candidate::Channel,
    channel::ChannelInUse,
    id::{ChannelId, OrganizationId},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = channels, treat_none_as_default_value = false)]
struct ChannelRow {
    id: ChannelId,
    kind: Channel,
    name: String,
    outlet: Option<String>,
    url: Option<String>,
    phones: Stored<Vec<String>>,
    address: Option<String>,
    organization_id: OrganizationId,
    responsible_name: Option<String>,
    active: bool,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<ChannelRow> for ChannelInUse {
    fn from(row: ChannelRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name,
            outlet: row.outlet,
            url: row.url,
            phones: row.phones.0,
            address: row.address,
            organization_id: row.organization_id,
            responsible_name: row.responsible_name,
            active: row.active,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

impl From<&ChannelInUse> for ChannelRow {
    fn from(channel: &ChannelInUse) -> Self {
        Self {
            id: channel.id,
            kind: channel.kind,
            name: channel.name.clone(),
            outlet: channel.outlet.clone(),
            url: channel.url.clone(),
            phones: Stored(channel.phones.clone()),
            address: channel.address.clone(),
            organization_id: channel.organization_id,
            responsible_name: channel.responsible_name.clone(),
            active: channel.active,
            version: channel.version,
            created_at: At(channel.created_at),
            updated_at: At(channel.updated_at),
        }
    }
}

/// Adds a channel.
pub fn insert(connection: &mut Connection, channel: &ChannelInUse) -> Result<(), StoreError> {
    diesel::insert_into(channels::table).values(ChannelRow::from(channel)).execute(connection)?;
    Ok(())
}

/// Finds a channel.
pub fn find(connection: &mut Connection, id: ChannelId) -> Result<Option<ChannelInUse>, StoreError> {
    let row = channels::table.find(id).select(ChannelRow::as_select()).first(connection).optional()?;
    Ok(row.map(ChannelInUse::from))
}

/// Holds a channel against every other writer and returns it.
pub fn find_locked(connection: &mut Connection, id: ChannelId) -> Result<Option<ChannelInUse>, StoreError> {
    locks::channel(connection, id)?;
    find(connection, id)
}

/// The names of several channels.
pub fn names(connection: &mut Connection, ids: &[ChannelId]) -> Result<BTreeMap<ChannelId, String>, StoreError> {
    let rows: Vec<(ChannelId, String)> = channels::table
        .filter(channels::id.eq_any(ids.to_vec()))
        .select((channels::id, channels::name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Filters of the list of channels.
#[derive(Clone, Debug, Default)]
pub struct ChannelFilter {
    /// Of these kinds.
    pub kinds: Vec<Channel>,
    /// Minded by this organization.
    pub organization_id: Option<OrganizationId>,
    /// Open or closed.
    pub active: Option<bool>,
}

/// One page in the order of entry, after the key of the last row seen.
pub fn list(
    connection: &mut Connection,
    filter: &ChannelFilter,
    after: Option<(DateTime<Utc>, ChannelId)>,
    limit: i64,
) -> Result<Vec<ChannelInUse>, StoreError> {
    let mut query = channels::table.select(ChannelRow::as_select()).into_boxed();
    if !filter.kinds.is_empty() {
        query = query.filter(channels::kind.eq_any(filter.kinds.clone()));
    }
    if let Some(organization) = filter.organization_id {
        query = query.filter(channels::organization_id.eq(organization));
    }
    if let Some(active) = filter.active {
        query = query.filter(channels::active.eq(active));
    }
    if let Some((at, id)) = after {
        let same_moment = channels::created_at.eq(At(at)).and(channels::id.gt(id));
        query = query.filter(channels::created_at.gt(At(at)).or(same_moment));
    }
    let rows: Vec<ChannelRow> = query.order((channels::created_at, channels::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(ChannelInUse::from).collect())
}

/// Writes the fields if the version is still that of the channel given; false when it is not. The kind stays.
pub fn update_if(connection: &mut Connection, channel: &ChannelInUse, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = ChannelRow::from(channel);
    let target = channels::table.filter(channels::id.eq(channel.id)).filter(channels::version.eq(channel.version));
    let changed = diesel::update(target)
        .set((
            channels::name.eq(row.name),
            channels::outlet.eq(row.outlet),
            channels::url.eq(row.url),
            channels::phones.eq(row.phones),
            channels::address.eq(row.address),
            channels::organization_id.eq(row.organization_id),
            channels::responsible_name.eq(row.responsible_name),
            channels::active.eq(row.active),
            channels::version.eq(channels::version + 1),
            channels::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

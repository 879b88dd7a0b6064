//! The leadership groups 活动领导小组, one per organization.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::leadership_groups,
    sql_values::{At, Stored},
};
use crate::domain::{id::OrganizationId, leadership::Leadership};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = leadership_groups, treat_none_as_default_value = false)]
struct LeadershipRow {
    organization_id: OrganizationId,
    head: Option<String>,
    deputies: Stored<Vec<String>>,
    members: Stored<Vec<String>>,
    office_director: Option<String>,
    office_phone: Option<String>,
    version: i64,
    updated_at: At,
}

/// Finds an organization's group with its version; none when it was never entered.
pub fn find(connection: &mut Connection, id: OrganizationId) -> Result<Option<(Leadership, i64)>, StoreError> {
    let row = leadership_groups::table.find(id).select(LeadershipRow::as_select()).first(connection).optional()?;
    Ok(row.map(|row| {
        let group = Leadership {
            head: row.head,
            deputies: row.deputies.0,
            members: row.members.0,
            office_director: row.office_director,
            office_phone: row.office_phone,
        };
        (group, row.version)
    }))
}

/// Puts a group in the place of the one of that version, 1 meaning none yet; false when it is another by now.
pub fn replace_if(
    connection: &mut Connection,
    (id, version): (OrganizationId, i64),
    group: &Leadership,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = LeadershipRow {
        organization_id: id,
        head: group.head.clone(),
        deputies: Stored(group.deputies.clone()),
        members: Stored(group.members.clone()),
        office_director: group.office_director.clone(),
        office_phone: group.office_phone.clone(),
        version: version + 1,
        updated_at: At(now),
    };
    let changed = if version == 1 {
        super::on_either!(connection, inner => {
            diesel::insert_into(leadership_groups::table).values(row).on_conflict_do_nothing().execute(inner)
        })?
    } else {
        let target = leadership_groups::table
            .filter(leadership_groups::organization_id.eq(id))
            .filter(leadership_groups::version.eq(version));
        diesel::update(target)
            .set((
                leadership_groups::head.eq(row.head),
                leadership_groups::deputies.eq(row.deputies),
                leadership_groups::members.eq(row.members),
                leadership_groups::office_director.eq(row.office_director),
                leadership_groups::office_phone.eq(row.office_phone),
                leadership_groups::version.eq(row.version),
                leadership_groups::updated_at.eq(At(now)),
            ))
            .execute(connection)?
    };
    Ok(changed == 1)
}

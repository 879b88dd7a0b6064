//! The persons and groups who hold honours.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, dsl::exists,
};

use super::{
    Connection, StoreError,
    schema::{candidates, honorees, honours},
    sql_values::{At, Stored},
};
use crate::domain::{
    candidate::{Subject, Visibility},
    honour::Honoree,
    id::{CandidateId, HonoreeId, OrganizationId},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = honorees)]
struct HonoreeRow {
    id: HonoreeId,
    name: String,
    subject: Subject,
    members: Stored<Vec<String>>,
    posthumous: bool,
    version: i64,
    #[diesel(serialize_as = At)]
    created_at: DateTime<Utc>,
    #[diesel(serialize_as = At)]
    updated_at: DateTime<Utc>,
    district_id: Option<OrganizationId>,
    unit_id: Option<OrganizationId>,
}

impl From<HonoreeRow> for Honoree {
    fn from(row: HonoreeRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            subject: row.subject,
            members: row.members.0,
            posthumous: row.posthumous,
            created_at: row.created_at,
            version: row.version,
            district: row.district_id,
            unit: row.unit_id,
        }
    }
}

/// The honoree whom a reviewer has linked the candidate to, if any.
pub fn find_linked(connection: &mut Connection, candidate: CandidateId) -> Result<Option<HonoreeId>, StoreError> {
    let linked: Option<Option<HonoreeId>> = candidates::table
        .filter(candidates::id.eq(candidate))
        .select(candidates::honoree_id)
        .first(connection)
        .optional()?;
    Ok(linked.flatten())
}

/// Adds an honoree with the name and members of a candidate, and links the candidate to it.
pub fn insert_of(
    connection: &mut Connection,
    id: HonoreeId,
    candidate: CandidateId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (name, subject, members, posthumous, district, unit_id) = candidates::table
        .filter(candidates::id.eq(candidate))
        .select((
            candidates::name,
            candidates::subject,
            candidates::members,
            candidates::posthumous,
            candidates::district_id,
            candidates::unit_id,
        ))
        .first::<(_, _, _, _, OrganizationId, _)>(connection)?;
    let district_id = Some(district);
    let (created_at, updated_at) = (now, now);
    let row =
        HonoreeRow { id, name, subject, members, posthumous, version: 1, created_at, updated_at, district_id, unit_id };
    diesel::insert_into(honorees::table).values(row).execute(connection)?;
    diesel::update(candidates::table.filter(candidates::id.eq(candidate)))
        .set(candidates::honoree_id.eq(Some(id)))
        .execute(connection)?;
    Ok(())
}

/// Finds an honoree.
pub fn find(connection: &mut Connection, id: HonoreeId) -> Result<Option<Honoree>, StoreError> {
    let row = honorees::table.find(id).select(HonoreeRow::as_select()).first(connection).optional()?;
    Ok(row.map(Honoree::from))
}

/// Finds some honorees, in no order.
pub fn list_of(connection: &mut Connection, ids: &[HonoreeId]) -> Result<Vec<Honoree>, StoreError> {
    let rows: Vec<HonoreeRow> =
        honorees::table.filter(honorees::id.eq_any(ids.to_vec())).select(HonoreeRow::as_select()).load(connection)?;
    Ok(rows.into_iter().map(Honoree::from).collect())
}

/// One page of those who hold an honour that stands and is shown, the latest first.
pub fn list_shown(
    connection: &mut Connection,
    after: Option<(DateTime<Utc>, HonoreeId)>,
    limit: i64,
) -> Result<Vec<Honoree>, StoreError> {
    let standing = honours::table
        .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
        .filter(honours::honoree_id.eq(honorees::id))
        .filter(honours::revoked_at.is_null())
        .filter(candidates::visibility.eq(Visibility::Shown));
    let mut query = honorees::table.filter(exists(standing)).select(HonoreeRow::as_select()).into_boxed();
    if let Some((created_at, id)) = after {
        query = query.filter(
            honorees::created_at
                .lt(At(created_at))
                .or(honorees::created_at.eq(At(created_at)).and(honorees::id.lt(id))),
        );
    }
    let rows = query.order((honorees::created_at.desc(), honorees::id.desc())).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Honoree::from).collect())
}

//! The persons and groups who hold honours.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper,
};

mod kin;
mod list;

pub use kin::{Kin, named as kin_named, with_phone as kin_with_phone};
pub use list::{HonoreeFilter, Shown, Terms, list};

use super::{
    Connection, StoreError, locks,
    schema::{candidates, honorees, honours},
    sql_values::{At, Stored},
};
use crate::domain::{
    candidate::Subject,
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
    merged_into: Option<HonoreeId>,
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
            merged_into: row.merged_into,
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
    let row = HonoreeRow {
        id,
        name,
        subject,
        members,
        posthumous,
        version: 1,
        created_at,
        updated_at,
        district_id,
        unit_id,
        merged_into: None,
    };
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

/// Finds several honorees, in no order.
pub fn list_of(connection: &mut Connection, ids: &[HonoreeId]) -> Result<Vec<Honoree>, StoreError> {
    let rows: Vec<HonoreeRow> =
        honorees::table.filter(honorees::id.eq_any(ids.to_vec())).select(HonoreeRow::as_select()).load(connection)?;
    Ok(rows.into_iter().map(Honoree::from).collect())
}

/// Holds an honoree against every other writer and returns it. Several are held in the order of their ids.
pub fn find_locked(connection: &mut Connection, id: HonoreeId) -> Result<Option<Honoree>, StoreError> {
    locks::honoree(connection, id)?;
    find(connection, id)
}

/// A chain of mergers is never longer.
const LONGEST_CHAIN: usize = 64;

/// The honoree as whom one goes on: itself, or where the pointers of mergers lead.
pub fn survivor(connection: &mut Connection, id: HonoreeId) -> Result<Option<Honoree>, StoreError> {
    let mut found = find(connection, id)?;
    for _ in 0..LONGEST_CHAIN {
        match found.as_ref().and_then(|honoree| honoree.merged_into) {
            Some(next) => found = find(connection, next)?,
            None => return Ok(found),
        }
    }
    Err(StoreError::Missing("the end of a chain of mergers"))
}

/// Those who go on as some honorees: merged into them, directly or through another.
pub fn absorbed(connection: &mut Connection, ids: &[HonoreeId]) -> Result<Vec<HonoreeId>, StoreError> {
    let (mut all, mut front) = (Vec::new(), ids.to_vec());
    for _ in 0..LONGEST_CHAIN {
        let into: Vec<Option<HonoreeId>> = front.into_iter().map(Some).collect();
        front = honorees::table.filter(honorees::merged_into.eq_any(into)).select(honorees::id).load(connection)?;
        if front.is_empty() {
            break;
        }
        all.extend(&front);
    }
    Ok(all)
}

/// Those who were merged into some honorees directly, by honoree.
pub fn absorbed_by(
    connection: &mut Connection,
    ids: &[HonoreeId],
) -> Result<BTreeMap<HonoreeId, Vec<HonoreeId>>, StoreError> {
    let into: Vec<Option<HonoreeId>> = ids.iter().copied().map(Some).collect();
    let rows: Vec<(Option<HonoreeId>, HonoreeId)> = honorees::table
        .filter(honorees::merged_into.eq_any(into))
        .order(honorees::id)
        .select((honorees::merged_into, honorees::id))
        .load(connection)?;
    let mut absorbed: BTreeMap<HonoreeId, Vec<HonoreeId>> = BTreeMap::new();
    for (into, id) in rows {
        if let Some(into) = into {
            absorbed.entry(into).or_default().push(id);
        }
    }
    Ok(absorbed)
}

/// Sets or takes away the pointer of a merger, and raises the version.
pub fn set_merged_into(
    connection: &mut Connection,
    (id, into): (HonoreeId, Option<HonoreeId>),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(honorees::table.find(id))
        .set((
            honorees::merged_into.eq(into),
            honorees::version.eq(honorees::version + 1),
            honorees::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Raises the version if it is the one given; false when it is not. Whatever changes the honours of an honoree does this.
pub fn touch_if(
    connection: &mut Connection,
    (id, version): (HonoreeId, i64),
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let target = honorees::table.filter(honorees::id.eq(id)).filter(honorees::version.eq(version));
    let changed = diesel::update(target)
        .set((honorees::version.eq(honorees::version + 1), honorees::updated_at.eq(At(now))))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Lets the honoree belong where the latest honour of a list was earned; one without any stays where it is. Who had died when
/// one of them was given is dead.
pub fn settle(connection: &mut Connection, id: HonoreeId) -> Result<(), StoreError> {
    let has_died = honours::table
        .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
        .filter(honours::honoree_id.eq(id))
        .filter(candidates::posthumous.eq(true));
    if diesel::select(diesel::dsl::exists(has_died)).get_result(connection)? {
        diesel::update(honorees::table.find(id)).set(honorees::posthumous.eq(true)).execute(connection)?;
    }
    let latest: Option<(OrganizationId, Option<OrganizationId>)> = honours::table
        .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
        .filter(honours::honoree_id.eq(id))
        .order((honours::cycle.desc(), honours::id.desc()))
        .select((candidates::district_id, candidates::unit_id))
        .first(connection)
        .optional()?;
    if let Some((district, unit)) = latest {
        diesel::update(honorees::table.find(id))
            .set((honorees::district_id.eq(Some(district)), honorees::unit_id.eq(unit)))
            .execute(connection)?;
    }
    Ok(())
}

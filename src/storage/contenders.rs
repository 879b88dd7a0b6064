//! Candidates as forwarding and voting see them.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl};

use super::{
    Connection, StoreError,
    schema::{candidate_materials, candidates, consents, organizations, photos},
    sql_values::Stored,
};
use crate::domain::{
    batch::{PhotoSnapshot, Place, Snapshot},
    candidate::{Status, Subject, Visibility},
    category::CategoryCode,
    id::{CandidateId, OrganizationId, PhotoId},
    month::Month,
};

/// What a vote has to know of its candidate.
#[derive(Clone, Debug, Queryable)]
pub struct Contender {
    /// The integer key of votes.
    pub number: i64,
    /// The cycle.
    pub cycle: Month,
    /// The category.
    pub category: CategoryCode,
    /// How it stands.
    pub status: Status,
    /// Whether it is shown.
    pub visibility: Visibility,
    /// When it came into its status.
    pub status_changed_at: DateTime<Utc>,
}

macro_rules! contender {
    () => {
        candidates::table.select((
            candidates::id,
            (
                candidates::number,
                candidates::cycle,
                candidates::category,
                candidates::status,
                candidates::visibility,
                candidates::status_changed_at,
            ),
        ))
    };
}

/// Finds a candidate.
pub fn find(connection: &mut Connection, id: CandidateId) -> Result<Option<Contender>, StoreError> {
    let found: Option<(CandidateId, Contender)> =
        contender!().filter(candidates::id.eq(id)).first(connection).optional()?;
    Ok(found.map(|(_, contender)| contender))
}

/// Finds several candidates, in no order; those that do not exist are left out.
pub fn find_all(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<(CandidateId, Contender)>, StoreError> {
    type Row = (CandidateId, Contender);
    Ok(match connection {
        Connection::Postgres(inner) => contender!().filter(candidates::id.eq_any(ids)).load::<Row>(inner)?,
        Connection::Sqlite(inner) => {
            let each = ids.iter().map(|id| contender!().filter(candidates::id.eq(id)).first::<Row>(inner).optional());
            each.filter_map(Result::transpose).collect::<QueryResult<_>>()?
        }
    })
}

/// The categories of candidates by the numbers by which votes name them.
pub fn categories(connection: &mut Connection, numbers: &[i64]) -> Result<Vec<(i64, CategoryCode)>, StoreError> {
    Ok(candidates::table
        .filter(candidates::number.eq_any(numbers.to_vec()))
        .select((candidates::number, candidates::category))
        .load(connection)?)
}

/// The candidates of a cycle in a state, by id.
pub fn ids(connection: &mut Connection, cycle: Month, status: Status) -> Result<Vec<CandidateId>, StoreError> {
    Ok(candidates::table
        .filter(candidates::cycle.eq(cycle))
        .filter(candidates::status.eq(status))
        .order(candidates::id)
        .select(candidates::id)
        .load(connection)?)
}

/// The frozen copy of a candidate as it is now; an error when it does not exist or has no unit.
pub fn snapshot(connection: &mut Connection, id: CandidateId) -> Result<Snapshot, StoreError> {
    let row: SnapshotRow = candidates::table
        .filter(candidates::id.eq(id))
        .select((
            candidates::category,
            candidates::name,
            candidates::subject,
            candidates::members,
            candidates::posthumous,
            candidates::summary,
            candidates::occupation,
            candidates::unit_id,
            candidates::district_id,
        ))
        .first(connection)
        .optional()?
        .ok_or(StoreError::Missing("candidate"))?;
    let deed: Option<Option<String>> =
        candidate_materials::table.find(id).select(candidate_materials::deed).first(connection).optional()?;
    let consent_given_at = consents::table.find(id).select(consents::given_at).first(connection).optional()?;
    let unit_id = row.unit_id.ok_or(StoreError::Missing("unit"))?;
    Ok(Snapshot {
        candidate_id: id,
        category: row.category,
        name: row.name,
        subject: row.subject,
        members: row.members.0,
        posthumous: row.posthumous,
        summary: row.summary,
        deed: deed.flatten().unwrap_or_default(),
        occupation: row.occupation,
        unit: place(connection, unit_id)?,
        district: place(connection, row.district_id)?,
        photos: photos_of(connection, id)?,
        consent_given_at,
    })
}

#[derive(Queryable)]
struct SnapshotRow {
    category: CategoryCode,
    name: String,
    subject: Subject,
    members: Stored<Vec<String>>,
    posthumous: bool,
    summary: String,
    occupation: Option<String>,
    unit_id: Option<OrganizationId>,
    district_id: OrganizationId,
}

fn place(connection: &mut Connection, id: OrganizationId) -> Result<Place, StoreError> {
    let name = organizations::table.find(id).select(organizations::name).first(connection)?;
    Ok(Place { id, name })
}

fn photos_of(connection: &mut Connection, id: CandidateId) -> Result<Vec<PhotoSnapshot>, StoreError> {
    let rows: Vec<(PhotoId, Vec<u8>)> = photos::table
        .filter(photos::candidate_id.eq(id))
        .order(photos::position)
        .select((photos::id, photos::sha256))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, digest)| PhotoSnapshot { id, sha256: hex::encode(digest) }).collect())
}

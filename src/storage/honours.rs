//! The entries of published lists.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, dsl::count_star,
};

use super::{
    Connection, StoreError,
    schema::{candidates, honours, lists, organizations},
    sql_values::At,
};
use crate::domain::{
    candidate::{Subject, Visibility},
    category::CategoryCode,
    honour::{Honour, Standing},
    id::{CandidateId, HonoreeId, HonourId, OrganizationId},
    month::Month,
    outside_honour::HonourLevel,
    policy::ResultSource,
};

#[derive(Insertable)]
#[diesel(table_name = honours, treat_none_as_default_value = false)]
struct NewHonour {
    id: HonourId,
    cycle: Month,
    category: CategoryCode,
    sequence: i32,
    certificate_number: String,
    honoree_id: HonoreeId,
    candidate_id: CandidateId,
    rank: i32,
    votes: i64,
    version: i64,
    created_at: At,
}

/// An honour with what is shown of its candidate. Names are as stored: what may be shown of them the domain decides.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The honour.
    pub honour: Honour,
    /// The candidate's name.
    pub name: String,
    /// A person or a group.
    pub subject: Subject,
    /// Whether the person had died.
    pub posthumous: bool,
    /// The deed in a sentence.
    pub summary: String,
    /// Occupation, when given.
    pub occupation: Option<String>,
    /// Name of the unit that carried the candidate.
    pub unit: Option<String>,
    /// Name of the district of the endorsement.
    pub district: String,
    /// The level of the list.
    pub level: HonourLevel,
}

#[derive(Queryable)]
struct HonourRow {
    id: HonourId,
    category: CategoryCode,
    certificate_number: String,
    honoree_id: HonoreeId,
    candidate_id: CandidateId,
    rank: i32,
    votes: i64,
    revoked_at: Option<DateTime<Utc>>,
    revoked_reason: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
}

#[derive(Queryable)]
struct CandidateRow {
    name: String,
    visibility: Visibility,
    subject: Subject,
    posthumous: bool,
    summary: String,
    occupation: Option<String>,
    unit_id: Option<OrganizationId>,
    district_id: OrganizationId,
}

/// Adds an honour.
pub fn insert(connection: &mut Connection, honour: &Honour) -> Result<(), StoreError> {
    let row = NewHonour {
        id: honour.id,
        cycle: honour.number.month,
        category: honour.category.clone(),
        sequence: i32::try_from(honour.number.serial).unwrap_or(i32::MAX),
        certificate_number: honour.number.to_string(),
        honoree_id: honour.honoree,
        candidate_id: honour.candidate,
        rank: i32::try_from(honour.rank).unwrap_or(i32::MAX),
        votes: honour.votes,
        version: honour.version,
        created_at: At(honour.awarded_at),
    };
    diesel::insert_into(honours::table).values(row).execute(connection)?;
    Ok(())
}

/// Which honours.
#[derive(Clone, Debug)]
pub enum Which {
    /// Those of a cycle's list.
    Cycle(Month),
    /// Those of the lists of some cycles.
    Cycles(Vec<Month>),
    /// Those of some honorees.
    Honorees(Vec<HonoreeId>),
    /// The one with this certificate number.
    Number(String),
    /// That of a candidate.
    Candidate(CandidateId),
}

/// The honours asked for, the latest cycle first, in a cycle by category and number.
pub fn list(connection: &mut Connection, which: Which) -> Result<Vec<Entry>, StoreError> {
    let mut query = honours::table
        .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
        .inner_join(lists::table.on(lists::cycle.eq(honours::cycle)))
        .select((
            (
                honours::id,
                honours::category,
                honours::certificate_number,
                honours::honoree_id,
                honours::candidate_id,
                honours::rank,
                honours::votes,
                honours::revoked_at,
                honours::revoked_reason,
                honours::version,
                honours::created_at,
            ),
            (
                candidates::name,
                candidates::visibility,
                candidates::subject,
                candidates::posthumous,
                candidates::summary,
                candidates::occupation,
                candidates::unit_id,
                candidates::district_id,
            ),
            lists::result_source,
        ))
        .into_boxed();
    query = match which {
        Which::Cycle(month) => query.filter(honours::cycle.eq(month)),
        Which::Cycles(months) => query.filter(honours::cycle.eq_any(months)),
        Which::Honorees(ids) => query.filter(honours::honoree_id.eq_any(ids)),
        Which::Number(number) => query.filter(honours::certificate_number.eq(number)),
        Which::Candidate(candidate) => query.filter(honours::candidate_id.eq(candidate)),
    };
    let rows: Vec<(HonourRow, CandidateRow, ResultSource)> =
        query.order((honours::cycle.desc(), honours::category, honours::sequence)).load(connection)?;
    let places = rows.iter().flat_map(|(_, row, _)| row.unit_id.into_iter().chain([row.district_id])).collect();
    let names = names(connection, places)?;
    rows.into_iter().map(|row| entry(row, &names)).collect()
}

fn names(
    connection: &mut Connection,
    ids: BTreeSet<OrganizationId>,
) -> Result<BTreeMap<OrganizationId, String>, StoreError> {
    let ids: Vec<_> = ids.into_iter().collect();
    let rows: Vec<(OrganizationId, String)> = organizations::table
        .filter(organizations::id.eq_any(ids))
        .select((organizations::id, organizations::name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

fn entry(
    (honour, candidate, source): (HonourRow, CandidateRow, ResultSource),
    names: &BTreeMap<OrganizationId, String>,
) -> Result<Entry, StoreError> {
    let number = honour.certificate_number.parse().map_err(|_| StoreError::Missing("certificate number"))?;
    let standing = match (honour.revoked_at, candidate.visibility) {
        (Some(at), visibility) => Standing::Revoked {
            at,
            reason: honour.revoked_reason.unwrap_or_default(),
            is_withheld: visibility == Visibility::Withheld,
        },
        (None, Visibility::Shown) => Standing::Shown,
        (None, Visibility::Withheld) => Standing::Withheld,
    };
    Ok(Entry {
        honour: Honour {
            id: honour.id,
            number,
            category: honour.category,
            candidate: honour.candidate_id,
            honoree: honour.honoree_id,
            rank: u32::try_from(honour.rank).unwrap_or_default(),
            votes: honour.votes,
            awarded_at: honour.created_at,
            standing,
            version: honour.version,
        },
        name: candidate.name,
        subject: candidate.subject,
        posthumous: candidate.posthumous,
        summary: candidate.summary,
        occupation: candidate.occupation,
        unit: candidate.unit_id.and_then(|id| names.get(&id).cloned()),
        district: names.get(&candidate.district_id).cloned().unwrap_or_default(),
        level: HonourLevel::of_list(source),
    })
}

/// Notes that something of an honour has changed; false when it has another version.
pub fn advance_if(connection: &mut Connection, id: HonourId, version: i64) -> Result<bool, StoreError> {
    let changed = diesel::update(honours::table.find(id))
        .filter(honours::version.eq(version))
        .set(honours::version.eq(version + 1))
        .execute(connection)?;
    Ok(changed == 1)
}

/// How many entries the lists of some cycles have, and how many of them are revoked. A list without entries is not
/// among them.
pub fn counts(connection: &mut Connection, cycles: &[Month]) -> Result<BTreeMap<Month, (i64, i64)>, StoreError> {
    let rows: Vec<(Month, i64, i64)> = honours::table
        .filter(honours::cycle.eq_any(cycles.to_vec()))
        .group_by(honours::cycle)
        .select((honours::cycle, count_star(), diesel::dsl::count(honours::revoked_at)))
        .load(connection)?;
    Ok(rows.into_iter().map(|(cycle, all, revoked)| (cycle, (all, revoked))).collect())
}

/// When an entry of each of these lists was withheld last; lists of which none was are left out.
pub fn withheld_last(
    connection: &mut Connection,
    cycles: &[Month],
) -> Result<BTreeMap<Month, DateTime<Utc>>, StoreError> {
    let rows: Vec<(Month, Option<DateTime<Utc>>)> = honours::table
        .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
        .filter(honours::cycle.eq_any(cycles.to_vec()))
        .filter(candidates::withheld_at.is_not_null())
        .group_by(honours::cycle)
        .select((honours::cycle, diesel::dsl::max(candidates::withheld_at)))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(cycle, at)| Some((cycle, at?))).collect())
}

/// Two moments, each perhaps none.
type Moments = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// When the first honour was given, and the first of those that stand.
pub fn awards(connection: &mut Connection, honoree: HonoreeId) -> Result<Moments, StoreError> {
    let rows: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)> = honours::table
        .filter(honours::honoree_id.eq(honoree))
        .select((honours::created_at, honours::revoked_at))
        .load(connection)?;
    let first = rows.iter().map(|(given, _)| *given).min();
    let standing = rows.iter().filter(|(_, revoked)| revoked.is_none()).map(|(given, _)| *given).min();
    Ok((first, standing))
}

/// Who holds the honour of a candidate, if it has one.
pub fn holder_of(connection: &mut Connection, candidate: CandidateId) -> Result<Option<HonoreeId>, StoreError> {
    Ok(honours::table
        .filter(honours::candidate_id.eq(candidate))
        .select(honours::honoree_id)
        .first(connection)
        .optional()?)
}

/// Marks the honour of a candidate as revoked, in the transaction that revokes the candidate.
pub fn set_revoked(
    connection: &mut Connection,
    candidate: CandidateId,
    at: DateTime<Utc>,
    reason: &str,
) -> Result<(), StoreError> {
    diesel::update(honours::table.filter(honours::candidate_id.eq(candidate)))
        .set((
            honours::revoked_at.eq(Some(At(at))),
            honours::revoked_reason.eq(Some(reason)),
            honours::version.eq(honours::version + 1),
        ))
        .execute(connection)?;
    Ok(())
}

/// How many honours of an honoree stand, withheld ones too.
pub fn count_standing(connection: &mut Connection, honoree: HonoreeId) -> Result<i64, StoreError> {
    let standing = honours::table.filter(honours::honoree_id.eq(honoree)).filter(honours::revoked_at.is_null());
    Ok(standing.count().get_result(connection)?)
}

//! Study records: one for each person and candidate.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{organizations, study_records, users},
    sql_values::At,
};
use crate::domain::{
    id::{CandidateId, OrganizationId, StudyRecordId, UserId},
    month::Month,
    scope::Scope,
    study::StudyRecord,
};

/// A record to be inserted.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = study_records, treat_none_as_default_value = false)]
pub struct NewStudyRecord {
    /// Its id.
    pub id: StudyRecordId,
    /// Whose story.
    pub candidate_id: CandidateId,
    /// The candidate's cycle.
    pub cycle: Month,
    /// Who.
    pub user_id: UserId,
    /// What the person has to say of it.
    pub reflection: Option<String>,
    /// Starts at 1.
    pub version: i64,
    /// Campaign time.
    pub created_at: At,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = study_records)]
struct StudyRecordRow {
    id: StudyRecordId,
    candidate_id: CandidateId,
    cycle: Month,
    user_id: UserId,
    reflection: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
}

impl From<StudyRecordRow> for StudyRecord {
    fn from(row: StudyRecordRow) -> Self {
        Self {
            id: row.id,
            candidate: row.candidate_id,
            cycle: row.cycle,
            user: row.user_id,
            reflection: row.reflection,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// Adds a record, unless the person has one of the candidate already; false then.
pub fn insert_first(connection: &mut Connection, row: &NewStudyRecord) -> Result<bool, StoreError> {
    let inserted = on_either!(connection, inner => diesel::insert_into(study_records::table)
        .values(row)
        .on_conflict((study_records::candidate_id, study_records::user_id))
        .do_nothing()
        .execute(inner)?);
    Ok(inserted == 1)
}

/// Finds a record.
pub fn find(connection: &mut Connection, id: StudyRecordId) -> Result<Option<StudyRecord>, StoreError> {
    let row = study_records::table.find(id).select(StudyRecordRow::as_select()).first(connection).optional()?;
    Ok(row.map(StudyRecord::from))
}

/// Finds a person's record of a candidate.
pub fn find_of(
    connection: &mut Connection,
    candidate: CandidateId,
    user: UserId,
) -> Result<Option<StudyRecord>, StoreError> {
    let row = study_records::table
        .filter(study_records::candidate_id.eq(candidate))
        .filter(study_records::user_id.eq(user))
        .select(StudyRecordRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(StudyRecord::from))
}

/// Takes the reflection out of a record whose version is still the one given; false when it is not.
pub fn clear_reflection_if(
    connection: &mut Connection,
    (id, version): (StudyRecordId, i64),
) -> Result<bool, StoreError> {
    let target = study_records::table.find(id).filter(study_records::version.eq(version));
    let changed = diesel::update(target)
        .set((study_records::reflection.eq(None::<String>), study_records::version.eq(study_records::version + 1)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// One page of a person's records, the latest first.
pub fn list_of(
    connection: &mut Connection,
    user: UserId,
    cycle: Option<Month>,
    after: Option<(DateTime<Utc>, StudyRecordId)>,
    limit: i64,
) -> Result<Vec<StudyRecord>, StoreError> {
    let mut query =
        study_records::table.filter(study_records::user_id.eq(user)).select(StudyRecordRow::as_select()).into_boxed();
    if let Some(cycle) = cycle {
        query = query.filter(study_records::cycle.eq(cycle));
    }
    if let Some((created_at, id)) = after {
        let same_moment = study_records::created_at.eq(At(created_at)).and(study_records::id.lt(id));
        query = query.filter(study_records::created_at.lt(At(created_at)).or(same_moment));
    }
    let rows = query.order((study_records::created_at.desc(), study_records::id.desc())).limit(limit);
    Ok(rows.load::<StudyRecordRow>(connection)?.into_iter().map(StudyRecord::from).collect())
}

/// Which reflections are read.
#[derive(Clone, Debug)]
pub struct ReflectionFilter {
    /// Of authors who belong here now.
    pub scope: Scope,
    /// Of this cycle.
    pub cycle: Option<Month>,
    /// Of this candidate.
    pub candidate: Option<CandidateId>,
    /// Of authors at this organization.
    pub organization: Option<OrganizationId>,
}

/// A record with a reflection, and its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reflection {
    /// The record.
    pub record: StudyRecord,
    /// The author's name as it is shown.
    pub author_name: String,
    /// Where the author belongs.
    pub organization: Option<OrganizationId>,
}

/// One page of the records that have a reflection, the latest first.
pub fn list_reflections(
    connection: &mut Connection,
    filter: &ReflectionFilter,
    after: Option<(DateTime<Utc>, StudyRecordId)>,
    limit: i64,
) -> Result<Vec<Reflection>, StoreError> {
    let mut query = study_records::table
        .inner_join(users::table.on(users::id.eq(study_records::user_id)))
        .filter(study_records::reflection.is_not_null())
        .select((StudyRecordRow::as_select(), users::display_name, users::organization_id))
        .into_boxed();
    match &filter.scope {
        Scope::City => {}
        Scope::Nowhere => return Ok(Vec::new()),
        Scope::Units(ids) => query = query.filter(users::organization_id.eq_any(ids.clone())),
        Scope::District(district) => {
            let inside = organizations::table
                .filter(organizations::id.eq(*district).or(organizations::district_id.eq(*district)))
                .select(organizations::id.nullable());
            query = query.filter(users::organization_id.eq_any(inside));
        }
    }
    if let Some(cycle) = filter.cycle {
        query = query.filter(study_records::cycle.eq(cycle));
    }
    if let Some(candidate) = filter.candidate {
        query = query.filter(study_records::candidate_id.eq(candidate));
    }
    if let Some(organization) = filter.organization {
        query = query.filter(users::organization_id.eq(organization));
    }
    if let Some((created_at, id)) = after {
        let same_moment = study_records::created_at.eq(At(created_at)).and(study_records::id.lt(id));
        query = query.filter(study_records::created_at.lt(At(created_at)).or(same_moment));
    }
    let rows: Vec<(StudyRecordRow, String, Option<OrganizationId>)> =
        query.order((study_records::created_at.desc(), study_records::id.desc())).limit(limit).load(connection)?;
    let read = |(row, author_name, organization): (StudyRecordRow, String, Option<OrganizationId>)| Reflection {
        record: row.into(),
        author_name,
        organization,
    };
    Ok(rows.into_iter().map(read).collect())
}

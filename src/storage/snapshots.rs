//! The frozen copies of candidates, by a number of queries that does not grow with theirs.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl, Queryable, RunQueryDsl};

use super::{
    Connection, StoreError, organizations, photos, reviews,
    schema::{candidate_materials, candidates, categories, consents},
    sql_values::{At, Stored},
};
use crate::domain::{
    batch::{ConsentSnapshot, FileSnapshot, PhotoSnapshot, Place, ReviewSnapshot, Snapshot},
    candidate::{Gender, Subject},
    category::CategoryCode,
    consent::{ConsentMethod, ConsentScope, GivenBy},
    id::{CandidateId, OrganizationId},
    review::Review,
};

#[derive(Queryable)]
struct CandidateRow {
    id: CandidateId,
    category: CategoryCode,
    name: String,
    subject: Subject,
    members: Stored<Vec<String>>,
    posthumous: bool,
    summary: String,
    occupation: Option<String>,
    gender: Option<Gender>,
    birth_year: Option<i32>,
    ethnicity: Option<String>,
    unit_id: Option<OrganizationId>,
    district_id: OrganizationId,
}

/// What stands beside the candidates' rows.
struct Beside {
    deeds: HashMap<CandidateId, Option<String>>,
    consents: HashMap<CandidateId, ConsentSnapshot>,
    photos: HashMap<CandidateId, Vec<PhotoSnapshot>>,
    reviews: HashMap<CandidateId, Vec<Review>>,
    organizations: HashMap<OrganizationId, String>,
    categories: HashMap<CategoryCode, String>,
}

/// The frozen copies of candidates as they are now, in the order of their ids as given; an error when one does not exist or
/// has no unit.
pub fn of_candidates(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<Snapshot>, StoreError> {
    let rows = rows(connection, ids)?;
    let beside = Beside::load(connection, ids, &rows)?;
    let mut snapshots = HashMap::with_capacity(rows.len());
    for row in rows {
        snapshots.insert(row.id, beside.snapshot(row)?);
    }
    ids.iter().map(|id| snapshots.remove(id).ok_or(StoreError::Missing("candidate"))).collect()
}

/// The frozen copy of one candidate.
pub fn of_candidate(connection: &mut Connection, id: CandidateId) -> Result<Snapshot, StoreError> {
    of_candidates(connection, &[id])?.pop().ok_or(StoreError::Missing("candidate"))
}

fn rows(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<CandidateRow>, StoreError> {
    Ok(candidates::table
        .filter(candidates::id.eq_any(ids.to_vec()))
        .select((
            candidates::id,
            candidates::category,
            candidates::name,
            candidates::subject,
            candidates::members,
            candidates::posthumous,
            candidates::summary,
            candidates::occupation,
            candidates::gender,
            candidates::birth_year,
            candidates::ethnicity,
            candidates::unit_id,
            candidates::district_id,
        ))
        .load(connection)?)
}

impl Beside {
    fn load(connection: &mut Connection, ids: &[CandidateId], rows: &[CandidateRow]) -> Result<Self, StoreError> {
        let deeds: Vec<(CandidateId, Option<String>)> = candidate_materials::table
            .filter(candidate_materials::candidate_id.eq_any(ids.to_vec()))
            .select((candidate_materials::candidate_id, candidate_materials::deed))
            .load(connection)?;
        let categories: Vec<(CategoryCode, String)> =
            categories::table.select((categories::code, categories::name_zh)).load(connection)?;
        let reviews = grouped(reviews::list_of_all(connection, ids)?, |review| review.candidate_id, |review| review);
        let mut organizations: Vec<OrganizationId> =
            rows.iter().flat_map(|row| [row.unit_id, Some(row.district_id)]).flatten().collect();
        organizations.extend(reviews.values().flatten().filter_map(|review| review.organization_id));
        organizations.sort_unstable();
        organizations.dedup();
        let photos = photos::list_of_all(connection, ids)?;
        Ok(Self {
            deeds: deeds.into_iter().collect(),
            consents: consents_of(connection, ids)?,
            photos: grouped(
                photos,
                |photo| photo.candidate_id,
                |photo| PhotoSnapshot {
                    id: photo.id,
                    sha256: hex::encode(photo.sha256),
                    media_type: Some(photo.media_type),
                },
            ),
            reviews,
            organizations: organizations::names(connection, &organizations)?.into_iter().collect(),
            categories: categories.into_iter().collect(),
        })
    }

    fn snapshot(&self, row: CandidateRow) -> Result<Snapshot, StoreError> {
        let consent = self.consents.get(&row.id).cloned();
        let reviews = self.reviews.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let category = self.categories.get(&row.category);
        let file = FileSnapshot {
            category_name: category.ok_or(StoreError::Missing("category"))?.clone(),
            gender: row.gender,
            birth_year: row.birth_year,
            ethnicity: row.ethnicity,
            consent: consent.clone(),
            reviews: reviews.iter().map(|review| self.review(review)).collect(),
        };
        Ok(Snapshot {
            candidate_id: row.id,
            category: row.category,
            name: row.name,
            subject: row.subject,
            members: row.members.0,
            posthumous: row.posthumous,
            summary: row.summary,
            deed: self.deeds.get(&row.id).cloned().flatten().unwrap_or_default(),
            occupation: row.occupation,
            unit: self.place(row.unit_id.ok_or(StoreError::Missing("unit"))?)?,
            district: self.place(row.district_id)?,
            photos: self.photos.get(&row.id).cloned().unwrap_or_default(),
            consent_given_at: consent.map(|consent| consent.given_at),
            file: Some(file),
        })
    }

    fn place(&self, id: OrganizationId) -> Result<Place, StoreError> {
        let name = self.organizations.get(&id).cloned().ok_or(StoreError::Missing("organization"))?;
        Ok(Place { id, name })
    }

    fn review(&self, review: &Review) -> ReviewSnapshot {
        ReviewSnapshot {
            stage: review.stage,
            decision: review.decision,
            opinion: review.opinion.clone(),
            organization: review.organization_id.and_then(|id| self.organizations.get(&id).cloned()),
            acting_for: review.acting_for,
            decided_at: review.created_at,
        }
    }
}

fn consents_of(
    connection: &mut Connection,
    ids: &[CandidateId],
) -> Result<HashMap<CandidateId, ConsentSnapshot>, StoreError> {
    type Row = (CandidateId, GivenBy, ConsentMethod, Stored<Vec<ConsentScope>>, String, At);
    let rows: Vec<Row> = consents::table
        .filter(consents::candidate_id.eq_any(ids.to_vec()))
        .select((
            consents::candidate_id,
            consents::given_by,
            consents::method,
            consents::scope,
            consents::text_version,
            consents::given_at,
        ))
        .load(connection)?;
    let consents = rows.into_iter().map(|(id, given_by, method, scope, text_version, given_at)| {
        (id, ConsentSnapshot { given_by, method, scope: scope.0, text_version, given_at: given_at.0 })
    });
    Ok(consents.collect())
}

fn grouped<T, U>(
    rows: Vec<T>,
    key: impl Fn(&T) -> CandidateId,
    value: impl Fn(T) -> U,
) -> HashMap<CandidateId, Vec<U>> {
    let mut groups: HashMap<CandidateId, Vec<U>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(value(row));
    }
    groups
}

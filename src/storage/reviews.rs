//! Reviewers' decisions. They are only ever added.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{review_answers, reviews},
    sql_values::{At, Stored},
};
use crate::domain::{
    candidate::Status,
    id::{CandidateId, OrganizationId, ReviewId, UserId, VerificationId},
    month::Month,
    organization::OrganizationKind,
    review::{Decision, Review},
    stage::StageCode,
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = reviews, treat_none_as_default_value = false)]
struct ReviewRow {
    id: ReviewId,
    candidate_id: CandidateId,
    cycle: Month,
    stage: StageCode,
    decision: Decision,
    opinion: String,
    checklist: Stored<BTreeMap<String, bool>>,
    reviewer_id: UserId,
    organization_id: Option<OrganizationId>,
    acting_for: Option<OrganizationKind>,
    on_behalf_of: Option<UserId>,
    from_status: Status,
    to_status: Status,
    candidate_version: i64,
    created_at: At,
}

impl From<&Review> for ReviewRow {
    fn from(review: &Review) -> Self {
        Self {
            id: review.id,
            candidate_id: review.candidate_id,
            cycle: review.cycle,
            stage: review.stage,
            decision: review.decision,
            opinion: review.opinion.clone(),
            checklist: Stored(review.checklist.clone()),
            reviewer_id: review.reviewer_id,
            organization_id: review.organization_id,
            acting_for: review.acting_for,
            on_behalf_of: review.on_behalf_of,
            from_status: review.from_status,
            to_status: review.to_status,
            candidate_version: review.candidate_version,
            created_at: review.created_at.into(),
        }
    }
}

impl From<ReviewRow> for Review {
    fn from(row: ReviewRow) -> Self {
        Self {
            id: row.id,
            candidate_id: row.candidate_id,
            cycle: row.cycle,
            stage: row.stage,
            decision: row.decision,
            opinion: row.opinion,
            checklist: row.checklist.0,
            reviewer_id: row.reviewer_id,
            organization_id: row.organization_id,
            acting_for: row.acting_for,
            on_behalf_of: row.on_behalf_of,
            from_status: row.from_status,
            to_status: row.to_status,
            candidate_version: row.candidate_version,
            created_at: row.created_at.0,
        }
    }
}

/// Adds a decision.
pub fn insert(connection: &mut Connection, review: &Review) -> Result<(), StoreError> {
    diesel::insert_into(reviews::table).values(ReviewRow::from(review)).execute(connection)?;
    Ok(())
}

/// Keeps that the opinion of a decision answers a refuting record.
pub fn insert_answer(
    connection: &mut Connection,
    review: ReviewId,
    verification: VerificationId,
) -> Result<(), StoreError> {
    let columns = (review_answers::review_id.eq(review), review_answers::verification_id.eq(verification));
    diesel::insert_into(review_answers::table).values(columns).execute(connection)?;
    Ok(())
}

/// The refuting records that some decisions answer, by decision.
pub fn answers_of(
    connection: &mut Connection,
    reviews: &[ReviewId],
) -> Result<Vec<(ReviewId, VerificationId)>, StoreError> {
    let columns = (review_answers::review_id, review_answers::verification_id);
    Ok(review_answers::table
        .filter(review_answers::review_id.eq_any(reviews.to_vec()))
        .select(columns)
        .order(columns)
        .load(connection)?)
}

/// Finds a decision.
pub fn find(connection: &mut Connection, id: ReviewId) -> Result<Option<Review>, StoreError> {
    let row = reviews::table.find(id).select(ReviewRow::as_select()).first(connection).optional()?;
    Ok(row.map(Review::from))
}

/// A page of the decisions on a candidate, in the order in which they were taken: after the one on a version.
pub fn list_of(
    connection: &mut Connection,
    candidate: CandidateId,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<Review>, StoreError> {
    let mut query = reviews::table
        .filter(reviews::candidate_id.eq(candidate))
        .order(reviews::candidate_version)
        .select(ReviewRow::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(version) = after {
        query = query.filter(reviews::candidate_version.gt(version));
    }
    let rows: Vec<ReviewRow> = query.load(connection)?;
    Ok(rows.into_iter().map(Review::from).collect())
}

/// The decisions on several candidates, of each in the order in which they were taken.
pub fn list_of_all(connection: &mut Connection, candidates: &[CandidateId]) -> Result<Vec<Review>, StoreError> {
    let rows: Vec<ReviewRow> = reviews::table
        .filter(reviews::candidate_id.eq_any(candidates.to_vec()))
        .order((reviews::candidate_id, reviews::candidate_version))
        .select(ReviewRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(Review::from).collect())
}

/// Who has decided which stage of some candidates, in whatever cycle; where somebody stood in for somebody else, both have.
pub fn deciders_of(
    connection: &mut Connection,
    candidates: &[CandidateId],
) -> Result<Vec<(CandidateId, UserId, StageCode)>, StoreError> {
    let columns = (reviews::candidate_id, reviews::reviewer_id, reviews::on_behalf_of, reviews::stage);
    let rows: Vec<(CandidateId, UserId, Option<UserId>, StageCode)> = reviews::table
        .filter(reviews::candidate_id.eq_any(candidates.to_vec()))
        .select(columns)
        .distinct()
        .order(columns)
        .load(connection)?;
    let both = rows.into_iter().flat_map(|(candidate, reviewer, behalf, stage)| {
        std::iter::once(reviewer).chain(behalf).map(move |person| (candidate, person, stage))
    });
    Ok(both.collect())
}

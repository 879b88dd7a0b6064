//! The history of candidates. Steps are only ever added.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::transitions, sql_values::At, statistics};
use crate::domain::{
    candidate::Status,
    history::{NOMINATE, Step},
    id::{CandidateId, OrganizationId, ReviewId, TransitionId, UserId},
    month::Month,
    role::Role,
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = transitions, treat_none_as_default_value = false)]
struct TransitionRow {
    id: TransitionId,
    candidate_id: CandidateId,
    cycle: Month,
    action: String,
    from_status: Option<Status>,
    to_status: Status,
    actor_id: Option<UserId>,
    actor_role: Option<Role>,
    organization_id: Option<OrganizationId>,
    reason: Option<String>,
    review_id: Option<ReviewId>,
    candidate_version: i64,
    at: At,
    other_candidate_id: Option<CandidateId>,
    on_behalf_of: Option<UserId>,
}

impl From<&Step> for TransitionRow {
    fn from(step: &Step) -> Self {
        Self {
            id: step.id,
            candidate_id: step.candidate_id,
            cycle: step.cycle,
            action: step.action_text().to_owned(),
            from_status: step.from_status,
            to_status: step.to_status,
            actor_id: step.actor_id,
            actor_role: step.actor_role,
            organization_id: step.organization_id,
            reason: step.reason.clone(),
            review_id: step.review_id,
            candidate_version: step.candidate_version,
            at: step.at.into(),
            other_candidate_id: step.other_candidate_id,
            on_behalf_of: step.on_behalf_of,
        }
    }
}

impl TransitionRow {
    fn into_domain(self) -> Result<Step, StoreError> {
        let action = match self.action.as_str() {
            NOMINATE => None,
            action => Some(action.parse().map_err(|_| StoreError::Schema(format!("{action} is no transition")))?),
        };
        Ok(Step {
            id: self.id,
            candidate_id: self.candidate_id,
            cycle: self.cycle,
            action,
            from_status: self.from_status,
            to_status: self.to_status,
            actor_id: self.actor_id,
            actor_role: self.actor_role,
            organization_id: self.organization_id,
            reason: self.reason,
            review_id: self.review_id,
            candidate_version: self.candidate_version,
            at: self.at.0,
            other_candidate_id: self.other_candidate_id,
            on_behalf_of: self.on_behalf_of,
        })
    }
}

/// Adds a step.
pub fn insert(connection: &mut Connection, step: &Step) -> Result<(), StoreError> {
    diesel::insert_into(transitions::table).values(TransitionRow::from(step)).execute(connection)?;
    statistics::changes::note_candidate(connection, step.candidate_id)
}

/// Finds a step.
pub fn find(connection: &mut Connection, id: TransitionId) -> Result<Option<Step>, StoreError> {
    let row: Option<TransitionRow> =
        transitions::table.find(id).select(TransitionRow::as_select()).first(connection).optional()?;
    row.map(TransitionRow::into_domain).transpose()
}

/// A page of a candidate's history, in the order in which it happened.
pub fn list_of(
    connection: &mut Connection,
    candidate: CandidateId,
    after: Option<(i64, TransitionId)>,
    limit: i64,
) -> Result<Vec<Step>, StoreError> {
    let mut query = transitions::table
        .filter(transitions::candidate_id.eq(candidate))
        .order((transitions::candidate_version, transitions::id))
        .select(TransitionRow::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((version, id)) = after {
        let later = transitions::candidate_version.gt(version);
        let same = transitions::candidate_version.eq(version).and(transitions::id.gt(id));
        query = query.filter(later.or(same));
    }
    let rows: Vec<TransitionRow> = query.load(connection)?;
    rows.into_iter().map(TransitionRow::into_domain).collect()
}

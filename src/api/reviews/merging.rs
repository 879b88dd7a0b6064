//! Merging a candidate into another, and undoing it.

use actix_web::{delete, post, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::{
    terms::{CandidateAction, CandidateStatus},
    wire::spoken,
};
use crate::{
    api::{
        answer::{Answer, Representation, representations},
        body::Body,
        once::once,
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{
        candidate::Candidate,
        fault::{Code, Fault},
        id::CandidateId,
        text,
        transition::Action,
    },
    service::{
        Caller,
        merging::{self, Merged, NewMerger},
        transitions::sight,
    },
};

/// The most characters of the reason for undoing, which is sent in the query.
const QUERY_REASON_MAX_CHARS: usize = 500;

/// Into whom a candidate is merged, and why.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// The candidate that goes on: of the same district, `nominated`, `verified` or `returned`.
    pub into: Uuid,
    /// Why; kept in the history of both.
    #[schema(min_length = 1, max_length = 2000, examples("两份推荐为同一人。"))]
    #[validate(custom(function = spoken))]
    pub reason: String,
}

/// What came of a merger or of its undoing.
#[derive(Serialize, ToSchema)]
pub struct MergeResult {
    /// The row of the history of the merged candidate.
    pub id: Uuid,
    /// The candidate that was merged, or that came back.
    pub candidate_id: Uuid,
    /// What was done.
    pub action: CandidateAction,
    /// The status before.
    pub from: CandidateStatus,
    /// The status now.
    pub status: CandidateStatus,
    /// The cycle in which the candidate runs.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// The unit that carries it now.
    pub unit_id: Option<Uuid>,
    /// The candidate that goes on.
    pub survivor: MergeSurvivor,
    /// The tag of the merged candidate, to be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}

/// The candidate that goes on.
#[derive(Serialize, ToSchema)]
pub struct MergeSurvivor {
    /// Its id.
    pub id: Uuid,
    /// Its status now. A `verified` one that was given photos is `nominated` again.
    pub status: CandidateStatus,
    /// The cycle in which it runs.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// Its tag, to be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(MergeResult, MergeSurvivor);

impl From<Candidate> for MergeSurvivor {
    fn from(candidate: Candidate) -> Self {
        Self {
            id: candidate.id.into(),
            status: candidate.status.into(),
            cycle: candidate.cycle.to_string(),
            etag: String::new(),
            version: candidate.version,
        }
    }
}

impl MergeResult {
    fn of(merged: Merged) -> Result<Self, Problem> {
        let Merged { outcome, survivor } = merged;
        let mut survivor = MergeSurvivor::from(survivor);
        survivor.tag()?;
        Ok(Self {
            id: outcome.id,
            candidate_id: outcome.candidate_id.into(),
            action: outcome.action.into(),
            from: outcome.from.into(),
            status: outcome.to.into(),
            cycle: outcome.cycle.to_string(),
            unit_id: outcome.unit_id.map(Into::into),
            survivor,
            etag: String::new(),
            version: outcome.version,
        })
    }
}

/// Merge a candidate into another
///
/// Of two candidates who are one person one goes on. The other is withdrawn; its nominations and tracking codes follow the
/// survivor, and its photos may be chosen from. For `nominated`, `verified` and `returned` candidates of one district for
/// whom nobody has voted, by the unit for its own and by the district. A `verified` survivor that is given photos is
/// verified again. `If-Match` names the candidate of the path; the survivor's version grows too.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The id of the candidate that is merged."), responses::IfMatchHeader, responses::IdempotencyHeader),
    request_body = MergeRequest,
    responses((status = 201, description = "What came of it.", body = MergeResult), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/merge")]
pub async fn merge_candidate(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<MergeRequest>,
) -> Result<Answer, Problem> {
    sight::require_part(&caller, &[Action::Merge])?;
    let id = id.value()?;
    let seen = sight::to_act_on(&state, &caller, id, &[Action::Merge]).await?;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| {
            let version = if_match.matches(seen.candidate.version)?;
            let MergeRequest { into, reason } = body.read()?;
            let input = NewMerger { into: into.into(), reason: text::tidy_paragraphs(&reason), version };
            created(merging::merge(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(merging::outcome(&state, id, first.resource_id).await?),
    )
    .await
}

fn created(merged: Merged) -> Result<Answer, Problem> {
    let location = format!("/api/v1/candidates/{}", merged.survivor.id);
    Answer::created(MergeResult::of(merged)?, location)
}

/// Why a merger is undone.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UndoMergeQuery {
    /// Kept in the history of both.
    #[param(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// Undo a merger
///
/// Until the survivor is endorsed. The candidate comes back in its cycle and its former status with the nominations and
/// photos that it brought; a photo that was removed meanwhile stays removed, a nomination that was withdrawn stays withdrawn.
/// Where its cycle has closed meanwhile it is carried over as any other.
#[utoipa::path(
    tag = "reviews",
    params(("id" = uuid::Uuid, Path, description = "The id of the candidate that was merged."), responses::IfMatchHeader, UndoMergeQuery),
    responses((status = 200, description = "What came of it.", body = MergeResult), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Conflict, responses::Common)
)]
#[delete("/candidates/{id}/merge")]
pub async fn undo_merge(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    (if_match, query): (IfMatch, Query<UndoMergeQuery>),
) -> Result<Answer, Problem> {
    sight::require_part(&caller, &[Action::Unmerge])?;
    let id = id.value()?;
    let seen = sight::to_act_on(&state, &caller, id, &[Action::Unmerge]).await?;
    let version = if_match.matches(seen.candidate.version)?;
    let reason = query.read()?.reason;
    let faults: Vec<Fault> =
        reason.iter().flat_map(|reason| text::paragraphs(reason, QUERY_REASON_MAX_CHARS)).collect();
    if !faults.is_empty() {
        let faults = faults.into_iter().map(|fault| fault.under("/reason")).collect();
        return Err(Problem::with(Code::InvalidQuery, faults));
    }
    let reason = reason.map(|words| text::tidy_paragraphs(&words));
    Answer::of(MergeResult::of(merging::undo(&state, &caller, (id, version), reason).await?)?)
}

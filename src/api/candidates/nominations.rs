//! Several recommenders of one candidate, as the reviewers of its subtree see and type them in.

use actix_web::{HttpRequest, get, post, put, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use super::{input::NominatorInput, names::ChannelName, wire::NominationSummary};
use crate::{
    api::{
        answer::{Answer, representations},
        body::Body,
        judged::to_validation,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{
        id::{CandidateId, NominationId},
        role::Role,
    },
    service::{
        Caller,
        candidates::nominations::{self, NewNomination, NominationOf},
    },
};

/// A further recommendation of a candidate, typed in for somebody.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddNominationRequest {
    /// By what way it came; this or `channel_id` is needed.
    #[serde(default)]
    pub channel: Option<ChannelName>,
    /// Through which channel in use, whose kind is then the way.
    #[serde(default)]
    pub channel_id: Option<Uuid>,
    /// Who recommends.
    pub nominator: NominatorInput,
}

impl From<AddNominationRequest> for NewNomination {
    fn from(input: AddNominationRequest) -> Self {
        Self {
            channel: input.channel.map(Into::into),
            channel_id: input.channel_id.map(Into::into),
            nominator: input.nominator.reach(),
        }
    }
}

impl Validate for AddNominationRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(NewNomination::from(self.clone()).faults())
    }
}

/// A nomination of a candidate.
#[derive(Serialize, ToSchema)]
pub struct CandidateNomination {
    /// The nomination.
    #[serde(flatten)]
    pub nomination: NominationSummary,
    /// Who is recommended.
    pub candidate_id: Uuid,
    /// Who typed it in for somebody else.
    pub operator_id: Option<Uuid>,
    /// Whether the nominator has an account and follows by that.
    pub has_account: bool,
    /// The nominator's tracking code, to be handed on; shown once, when it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("7KQM-3XWD-PR9T-H4VA"))]
    pub tracking_code: Option<String>,
    /// To be sent as `If-Match`: the candidate's, which grows with every nomination.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(CandidateNomination);

impl From<NominationOf> for CandidateNomination {
    fn from(NominationOf { nomination, version, tracking_code }: NominationOf) -> Self {
        Self {
            candidate_id: nomination.candidate_id.into(),
            operator_id: nomination.operator_id.map(Into::into),
            has_account: nomination.user_id.is_some(),
            nomination: nomination.into(),
            tracking_code: tracking_code.map(|code| code.to_string()),
            etag: String::new(),
            version,
        }
    }
}

/// Paging of a candidate's nominations.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListNominationsQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List a candidate's nominations
///
/// In the order in which they were made, nominators masked; for reviewers of the subtree and administrators.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), ListNominationsQuery),
    responses((status = 200, description = "A page of nominations.", body = Page<CandidateNomination>), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/candidates/{id}/nominations")]
pub async fn list_candidate_nominations(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
    query: Query<ListNominationsQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer, Role::Admin])?;
    let (id, query) = (id.value()?, query.read());
    nominations::may_read(&state, &caller, id).await?;
    let query = query?;
    let page = PageRequest::<(DateTime<Utc>, NominationId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = nominations::list_nominations(&state, &caller, id, page.after, page.rows()).await?;
    let key = |row: &NominationOf| (row.nomination.created_at.0, row.nomination.id);
    page.answer(rows, key, |row| Ok(CandidateNomination::from(row)))
}

/// Add a nomination to a candidate
///
/// Typed in by a reviewer of the subtree for somebody else who recommends the same person; not for a candidate that has
/// come to its end. The answer carries the nominator's tracking code, once. The file stays the first nominator's.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IdempotencyHeader),
    request_body = AddNominationRequest,
    responses((status = 201, description = "The nomination.", body = CandidateNomination), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/nominations")]
pub async fn add_candidate_nomination(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    body: Body<AddNominationRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    nominations::may_read(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let input = body.read()?.into();
            created(nominations::add_nomination(&state, &caller, id, input, attempt).await?)
        },
        async |first| created(nominations::find_added(&state, id, first).await?),
    )
    .await
}

fn created(made: NominationOf) -> Result<Answer, Problem> {
    let address = format!("/api/v1/candidates/{}/nominations", made.nomination.candidate_id);
    Answer::created(CandidateNomination::from(made), address)
}

/// Give a nominator a tracking code
///
/// For a nomination that staff typed in or imported for somebody: the answer carries a code, this once, to be handed on, and
/// one given before no longer works. Nominators with an account, or with a code of their own, keep what they have: 409.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id."), ("nomination_id" = Uuid, Path, description = "The nomination's id.")),
    responses((status = 200, description = "The nomination, with its code.", body = CandidateNomination), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::Common)
)]
#[put("/candidates/{id}/nominations/{nomination_id}/tracking-code")]
pub async fn renew_tracking_code(
    state: State,
    caller: Caller,
    path: Path<(Segment<CandidateId>, Segment<NominationId>)>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let (id, nomination_id) = path.into_inner();
    let at = (id.value()?, nomination_id.value()?);
    Answer::of(CandidateNomination::from(nominations::renew_tracking_code(&state, &caller, at).await?))
}

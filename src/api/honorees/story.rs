//! An honoree's whole story.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        reviews::reviews::NestedQuery,
        state::State,
    },
    domain::{id::HonoreeId, story::Place},
    service::{
        Caller,
        honorees::story::{self, Told},
    },
};

/// An entry of a story.
#[derive(Serialize, ToSchema)]
pub struct StoryEntry {
    /// The id of what it tells of.
    pub id: Uuid,
    /// What it tells, such as `nominated`, `reviewed`, `listed`, `revoked`, `pool_entered`. New kinds will be added.
    #[schema(examples("listed"))]
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The candidate concerned.
    pub candidate_id: Option<Uuid>,
    /// The organization that acted.
    pub organization_id: Option<Uuid>,
    /// Its name.
    pub organization: Option<String>,
    /// What belongs to the kind; docs/honorees.md has the members.
    #[schema(value_type = Object, examples(json!({ "cycle": "2026-11", "category": "dedication", "certificate_number": "2026-11-DED-0001", "rank": 1, "votes": 1204, "level": "municipal" })))]
    pub details: Map<String, Value>,
}

impl From<Told> for StoryEntry {
    fn from(told: Told) -> Self {
        let Told { entry, organization, .. } = told;
        Self {
            id: entry.id,
            kind: entry.kind.to_string(),
            at: entry.at,
            candidate_id: entry.candidate.map(Into::into),
            organization_id: entry.organization.map(Into::into),
            organization,
            details: entry.details,
        }
    }
}

/// Read an honoree's story
///
/// For reviewers of the subtree: recommendations by channel, stages of the review, forwarding, lists with rank and valid
/// votes, honours of others, the pool of moral models, revocations, mergers, in the order in which they happened.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The honoree's id."), NestedQuery),
    responses((status = 200, description = "A page of the story.", body = Page<StoryEntry>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/honorees/{id}/story")]
pub async fn get_honoree_story(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<HonoreeId>>,
    query: Query<NestedQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    story::require_sight(&state, &caller, id).await?;
    let query = query.read()?;
    let page = PageRequest::<Place>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = story::read_story(&state, &caller, id, page.after, page.rows()).await?;
    page.answer_plain(rows, |row| row.place, |row| Ok(StoryEntry::from(row)))
}

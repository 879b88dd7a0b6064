//! Studying candidates, and reflections.

use actix_web::{HttpRequest, delete, get, http::StatusCode, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub mod wire;

use wire::{ReflectionView, StudyCount, StudyRecordView, StudyRequest};

use crate::{
    api::{
        answer::Answer,
        body::Body,
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{
        fault::Code,
        id::{CandidateId, StudyRecordId},
        month::Month,
        study::StudyRecord,
    },
    service::{
        Caller,
        study::{self, ReflectionRequest},
    },
    storage::study_records::Reflection,
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_study_record)
        .service(get_study_count)
        .service(list_my_study_records)
        .service(list_reflections)
        .service(delete_reflection);
}

/// State that one has studied a candidate
///
/// Within the voting window, wherever the vote itself is held; once for each person and candidate: stated again, the answer
/// is 200 with the first record, and a reflection sent with it changes nothing. The reflection is never public: it is shown
/// to its author and to the reviewers in whose subtree the author belongs.
#[utoipa::path(
    tag = "participation",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IdempotencyHeader),
    request_body = StudyRequest,
    responses((status = 201, description = "The record.", body = StudyRecordView), (status = 200, description = "It was stated before: the first record.", body = StudyRecordView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/candidates/{id}/study-records")]
pub async fn create_study_record(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    body: Body<StudyRequest>,
) -> Result<Answer, Problem> {
    study::require_person(&caller)?;
    let id = id.value()?;
    study::require_seen(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let reflection = body.read()?.reflection;
            let studied = study::create_study_record(&state, &caller, id, reflection, attempt).await?;
            let status = if studied.is_new { StatusCode::CREATED } else { StatusCode::OK };
            Ok(Answer::of(StudyRecordView::from(studied.record))?.with_status(status))
        },
        async |first| {
            let record = study::get_own(&state, &caller, first.resource_id.into()).await?;
            Answer::of(StudyRecordView::from(record))
        },
    )
    .await
}

/// Read how many people have studied a candidate
///
/// Public, as the candidate is.
#[utoipa::path(
    tag = "participation",
    params(("id" = Uuid, Path, description = "The candidate's id.")),
    responses((status = 200, description = "The number of people.", body = StudyCount), responses::NotFound, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/candidates/{id}/study-count")]
pub async fn get_study_count(state: State, id: Path<Segment<CandidateId>>) -> Result<Answer, Problem> {
    let id = id.value()?;
    let people = study::count_people(&state, id).await?;
    Ok(Answer::plain(&StudyCount { candidate_id: id.into(), people })?.public(0))
}

/// Filters of one's own study records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MyStudyRecordsQuery {
    /// Of this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List one's own study records
///
/// The latest first.
#[utoipa::path(
    tag = "participation",
    params(MyStudyRecordsQuery),
    responses((status = 200, description = "A page of records.", body = Page<StudyRecordView>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/me/study-records")]
pub async fn list_my_study_records(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<MyStudyRecordsQuery>,
) -> Result<Answer, Problem> {
    caller.account()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, StudyRecordId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = study::list_mine(&state, &caller, query.cycle, page.after, page.rows()).await?;
    let key = |row: &StudyRecord| (row.created_at, row.id);
    page.answer(rows, key, |row| Ok(StudyRecordView::from(row)))
}

/// Filters of the list of reflections.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListReflectionsQuery {
    /// Of this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// Of this candidate.
    candidate: Option<Uuid>,
    /// Of authors who belong to this organization, the ones below aside.
    organization: Option<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List reflections
///
/// 心得 of those who belong to the reviewer's subtree now, the latest first. A record without a reflection is not among them.
#[utoipa::path(
    tag = "participation",
    params(ListReflectionsQuery),
    responses((status = 200, description = "A page of records that have a reflection.", body = Page<ReflectionView>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/study-records")]
pub async fn list_reflections(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListReflectionsQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, StudyRecordId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = ReflectionRequest {
        cycle: query.cycle,
        candidate: query.candidate.map(Into::into),
        organization: query.organization.map(Into::into),
    };
    let rows = study::list_reflections(&state, &caller, wanted, page.after, page.rows()).await?;
    let key = |row: &Reflection| (row.record.created_at, row.record.id);
    page.answer_plain(rows, key, |row| Ok(ReflectionView::from(row)))
}

/// Take one's own reflection back
///
/// At any time. The record stays, and counts as before.
#[utoipa::path(
    tag = "participation",
    params(("id" = Uuid, Path, description = "The record's id."), responses::IfMatchHeader),
    responses((status = 204, description = "It is gone."), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Precondition, responses::Common)
)]
#[delete("/study-records/{id}/reflection")]
pub async fn delete_reflection(
    state: State,
    caller: Caller,
    id: Path<Segment<StudyRecordId>>,
    if_match: IfMatch,
) -> Result<Answer, Problem> {
    study::require_person(&caller)?;
    let id = id.value()?;
    let record = study::get_own(&state, &caller, id).await?;
    if record.reflection.is_none() {
        return Err(Problem::of(Code::NotFound));
    }
    let version = if_match.matches(record.version)?;
    study::delete_reflection(&state, &caller, (id, version)).await?;
    Ok(Answer::nothing())
}

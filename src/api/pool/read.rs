//! Who is in the pool: read by everybody, exported and kept by reviewers.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    api::{
        answer::Answer,
        body::Body,
        download::{self, XLSX},
        honorees::{
            KEPT_SECONDS,
            wire::{HonoreeView, HonourLevelName},
        },
        once::once,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        reviews::wire::ReasonRequest,
        state::State,
    },
    domain::{category::CategoryCode, id::HonoreeId, role::Role},
    service::{
        Caller, exports,
        honorees::{self, HonoreeRequest, HonouredOne},
        pool,
    },
    storage::honorees::Terms,
};

/// Which part of the pool.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPoolQuery {
    /// With an honour of these levels; may be repeated.
    #[serde(default)]
    level: Vec<HonourLevelName>,
    /// With an honour of these years; may be repeated.
    #[serde(default)]
    year: Vec<u16>,
    /// With an honour in these categories; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>)]
    category: Vec<CategoryCode>,
    /// Listed for these districts, by id; may be repeated.
    #[serde(default)]
    district: Vec<Uuid>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which part of the pool is exported.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportPoolQuery {
    /// With an honour of these levels; may be repeated.
    #[serde(default)]
    level: Vec<HonourLevelName>,
    /// With an honour of these years; may be repeated.
    #[serde(default)]
    year: Vec<u16>,
    /// With an honour in these categories; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>)]
    category: Vec<CategoryCode>,
}

fn terms(level: Vec<HonourLevelName>, year: Vec<u16>, categories: Vec<CategoryCode>) -> Terms {
    let (levels, years) = (level.into_iter().map(Into::into).collect(), year.into_iter().map(Into::into).collect());
    Terms { years, categories, levels }
}

/// List the pool of moral models
///
/// 道德模范储备库: who of the lists is in it now, with the honours that stand. Whoever is withheld or revoked is not shown.
#[utoipa::path(
    tag = "moral-model pool",
    params(ListPoolQuery),
    responses((status = 200, description = "A page of the pool.", body = Page<HonoreeView>), responses::Unchanged, responses::BadQuery, responses::Common),
    security(())
)]
#[get("/moral-model-pool")]
pub async fn list_moral_model_pool(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListPoolQuery>,
) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, HonoreeId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = HonoreeRequest {
        in_pool: true,
        districts: query.district.into_iter().map(Into::into).collect(),
        terms: terms(query.level, query.year, query.category),
        ..HonoreeRequest::default()
    };
    let rows = honorees::list_honorees(&state, &caller, wanted, page.after, page.rows()).await?;
    let key = |row: &HonouredOne| (row.honoree.created_at, row.honoree.id);
    Ok(page.answer(rows, key, HonoreeView::of)?.public(KEPT_SECONDS))
}

/// Export the pool of moral models as a workbook
///
/// 道德模范储备库名册: those of the subtree, for reviewers of the city and the districts, at most 20,000; a second sheet
/// explains the columns. Each export is an audit event.
#[utoipa::path(
    tag = "moral-model pool",
    params(ExportPoolQuery),
    responses((status = 200, description = "A workbook.", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = String), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::Common)
)]
#[get("/exports/moral-model-pool.xlsx")]
pub async fn export_moral_model_pool(
    state: State,
    caller: Caller,
    query: Query<ExportPoolQuery>,
) -> Result<HttpResponse, Problem> {
    caller.require(&[Role::DistrictReviewer, Role::CityReviewer])?;
    let query = query.read()?;
    let file = exports::export_pool(&state, &caller, terms(query.level, query.year, query.category)).await?;
    Ok(download::file(file, XLSX, ("moral-model-pool.xlsx", "道德模范储备库名册.xlsx")))
}

/// Take somebody out of the pool
///
/// By the city, with a reason. The rule does not bring the person back; an approved recommendation does. What was recommended
/// lapses.
#[utoipa::path(
    tag = "moral-model pool",
    params(("honoree_id" = Uuid, Path, description = "The honoree's id."), responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "The honoree, who is in the pool no more.", body = HonoreeView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/moral-model-pool/{honoree_id}/removal")]
pub async fn remove_from_pool(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    pool::require_entry(&state, &caller, id).await?;
    let removed = |found| Ok(Answer::of(HonoreeView::of(found)?)?.with_status(StatusCode::CREATED));
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| removed(pool::remove(&state, &caller, id, &body.read()?.reason, attempt).await?),
        async |_| removed(honorees::get_honoree(&state, &caller, id, true).await?),
    )
    .await
}

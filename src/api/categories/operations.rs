//! Categories: read by everybody, kept by administrators.

use actix_web::{get, patch, post, web::Path};

use super::wire::{Category, CreateCategoryRequest, UpdateCategoryRequest};
use crate::{
    api::{
        answer::{Answer, Representation},
        body::Body,
        once::once,
        page::Page,
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        responses,
        state::State,
    },
    domain::{
        category::{self, CategoryCode},
        role::Role,
    },
    service::{Caller, categories},
};

/// List the categories
///
/// All of them, in the order in which they are shown.
#[utoipa::path(
    tag = "categories",
    responses((status = 200, description = "The categories.", body = Page<Category>), responses::Unchanged, responses::Common),
    security(())
)]
#[get("/categories")]
pub async fn list_categories(state: State) -> Result<Answer, Problem> {
    let tagged = |category| {
        let mut shown = Category::from(category);
        shown.tag().map(|()| shown)
    };
    let all = categories::list_categories(&state).await?;
    let items = all.into_iter().map(tagged).collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::plain(&Page { items, next_cursor: None })?.public(0))
}

/// Enter a category
///
/// Its code and mark stay as they are entered.
#[utoipa::path(
    tag = "categories",
    params(responses::IdempotencyHeader),
    request_body = CreateCategoryRequest,
    responses((status = 201, description = "The category.", body = Category), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/categories")]
pub async fn create_category(
    state: State,
    caller: Caller,
    body: Body<CreateCategoryRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let attempt = body.attempt(&caller)?;
    once(
        &state,
        attempt,
        async |attempt| {
            let input = body.read()?.into();
            created(categories::create_category(&state, &caller, input, attempt).await?)
        },
        async |first| created(categories::find_replayed(&state, first.resource_id).await?),
    )
    .await
}

fn created(category: category::Category) -> Result<Answer, Problem> {
    let address = format!("/api/v1/categories/{}", category.code);
    Answer::created(Category::from(category), address)
}

/// Read a category
///
/// With its criteria in Chinese and in English.
#[utoipa::path(
    tag = "categories",
    params(("code" = String, Path, description = "The category's code.")),
    responses((status = 200, description = "The category.", body = Category), responses::NotFound, responses::Unchanged, responses::Common),
    security(())
)]
#[get("/categories/{code}")]
pub async fn get_category(state: State, code: Path<Segment<CategoryCode>>) -> Result<Answer, Problem> {
    Ok(Answer::of(Category::from(categories::get_category(&state, code.value()?).await?))?.public(0))
}

/// Change a category
///
/// Its code and mark stay, because certificates carry them.
#[utoipa::path(
    tag = "categories",
    params(("code" = String, Path, description = "The category's code."), responses::IfMatchHeader),
    request_body(content = UpdateCategoryRequest, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The category as it is now.", body = Category), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[patch("/categories/{code}")]
pub async fn update_category(
    state: State,
    caller: Caller,
    code: Path<Segment<CategoryCode>>,
    if_match: IfMatch,
    body: Body<UpdateCategoryRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::Admin])?;
    let code = code.value()?;
    let version = if_match.matches(categories::get_category(&state, code.clone()).await?.version)?;
    let patch = body.read()?.into();
    Answer::of(Category::from(categories::update_category(&state, &caller, (code, version), patch).await?))
}

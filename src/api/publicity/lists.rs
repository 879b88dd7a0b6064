//! Records of publicity in lists and totals.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    operations::KEPT_SECONDS,
    wire::{PublicityKindName, PublicityRecord, PublicityTotals},
};
use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{
        category::CategoryCode,
        fault::{Code, Fault},
        id::{HonoreeId, PublicityId},
        month::Month,
    },
    service::{Caller, publicity},
    storage::publicity::{PublicityFilter, Recorded},
};

type Key = (DateTime<Utc>, PublicityId);

fn key(row: &Recorded) -> Key {
    (row.record.created_at, row.record.id)
}

/// A year that can be meant, or 400.
fn year(said: Option<i32>) -> Result<Option<i32>, Problem> {
    match said {
        Some(year) if Month::new(year, 1).is_none() => {
            Err(Problem::with(Code::InvalidQuery, vec![Fault::at("/year", Code::Malformed)]))
        }
        said => Ok(said),
    }
}

/// A page of an honoree's records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListHonoreePublicityQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the publicity of an honoree
///
/// What was entered last comes first. Everybody reads what is public; the reviewers of the honoree's subtree all of it, with
/// notes and who entered it. 404 where no honour of the honoree's stands and is shown.
#[utoipa::path(
    tag = "publicity",
    params(("id" = Uuid, Path, description = "The honoree's id."), ListHonoreePublicityQuery),
    responses((status = 200, description = "A page of records.", body = Page<PublicityRecord>), responses::Unchanged, responses::Unauthenticated, responses::NotFound, responses::BadQuery, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/honorees/{id}/publicity")]
pub async fn list_honoree_publicity(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    request: HttpRequest,
    query: Query<ListHonoreePublicityQuery>,
) -> Result<Answer, Problem> {
    let id = id.value()?;
    let query = query.read()?;
    let page = PageRequest::<Key>::read(&request, query.limit, query.cursor.as_deref())?;
    let read = publicity::list_honoree_publicity(&state, &caller, id, page.after, page.rows()).await?;
    let is_inner = read.is_inner;
    let answer = page.answer(read.rows, key, |row| Ok(PublicityRecord::of(row, is_inner)))?;
    Ok(if is_inner { answer } else { answer.public(KEPT_SECONDS) })
}

/// Filters of the list of publicity.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPublicityQuery {
    /// Published in this year.
    #[param(minimum = 2000, maximum = 2999, example = 2026)]
    year: Option<i32>,
    /// In outlets of these kinds; may be repeated.
    #[serde(default)]
    kind: Vec<PublicityKindName>,
    /// Of honorees of this district, by id.
    district: Option<Uuid>,
    /// Of honorees with an honour of this category.
    #[param(value_type = Option<String>, example = "dedication")]
    category: Option<CategoryCode>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List publicity
///
/// Of all honorees, what was entered last first. A record is public while an honour of its honoree's stands and is shown; one
/// that is of a certain honour, while that one does.
#[utoipa::path(
    tag = "publicity",
    params(ListPublicityQuery),
    responses((status = 200, description = "A page of records.", body = Page<PublicityRecord>), responses::Unchanged, responses::BadQuery, responses::Common),
    security(())
)]
#[get("/publicity")]
pub async fn list_publicity(
    state: State,
    request: HttpRequest,
    query: Query<ListPublicityQuery>,
) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<Key>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = PublicityFilter {
        year: year(query.year)?,
        kinds: query.kind.into_iter().map(Into::into).collect(),
        district: query.district.map(Into::into),
        category: query.category,
        ..PublicityFilter::default()
    };
    let rows = publicity::list_publicity(&state, filter, page.after, page.rows()).await?;
    Ok(page.answer(rows, key, |row| Ok(PublicityRecord::of(row, false)))?.public(KEPT_SECONDS))
}

/// What is counted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PublicityTotalsQuery {
    /// Of the honorees of this cycle's list.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// Published in this year; the current one where neither cycle nor year is named.
    #[param(minimum = 2000, maximum = 2999, example = 2026)]
    year: Option<i32>,
    /// Of honorees of this district, by id.
    district: Option<Uuid>,
}

/// Count publicity
///
/// The records of the caller's subtree, public or not, by kind of outlet and by month of publication.
#[utoipa::path(
    tag = "publicity",
    params(PublicityTotalsQuery),
    responses((status = 200, description = "The totals.", body = PublicityTotals), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/publicity/totals")]
pub async fn get_publicity_totals(
    state: State,
    caller: Caller,
    query: Query<PublicityTotalsQuery>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let query = query.read()?;
    let span = (query.cycle, year(query.year)?);
    let totals = publicity::count_publicity(&state, &caller, span, query.district.map(Into::into)).await?;
    Answer::plain(&PublicityTotals::from(totals))
}

//! Honorees: listed and read.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    KEPT_SECONDS,
    wire::{HonoreeView, HonourLevelName},
};
use crate::{
    api::{
        aftercare::contact::{ContactFilter, list_lost},
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
        id::HonoreeId,
        month::Month,
        text,
    },
    service::{
        Caller,
        honorees::{self, HonoreeRequest},
    },
    storage::honorees::Terms,
};

/// The longest text that is searched for, in characters.
const Q_MAX_CHARS: usize = 50;

/// Which view is asked for.
#[derive(Clone, Copy, Deserialize)]
pub(in crate::api) enum ScopeName {
    /// That of reviewers.
    #[serde(rename = "inner")]
    Inner,
}

/// Which part of the honorees.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListHonoreesQuery {
    /// `inner`, for reviewers: all who belong to their subtree, those whose honours are withheld or revoked too.
    #[param(value_type = Option<String>, pattern = "^inner$")]
    scope: Option<ScopeName>,
    /// `lost`: those who cannot be found, the longest first; for the reviewers of the organizations in charge and above
    /// alone, and beside no other filter.
    #[param(inline)]
    contact: Option<ContactFilter>,
    /// On the lists of these cycles; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>, example = json!(["2026-11"]))]
    cycle: Vec<Month>,
    /// With an honour of these years; may be repeated.
    #[serde(default)]
    year: Vec<u16>,
    /// With an honour in these categories; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>)]
    category: Vec<CategoryCode>,
    /// With an honour of these levels; may be repeated.
    #[serde(default)]
    level: Vec<HonourLevelName>,
    /// Listed for these districts, by id; may be repeated.
    #[serde(default)]
    district: Vec<Uuid>,
    /// Listed for these units and the units under them, by id; may be repeated.
    #[serde(default)]
    unit: Vec<Uuid>,
    /// A text in name or summary of who was listed, at least one character.
    #[param(min_length = 1, max_length = 50)]
    q: Option<String>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ListHonoreesQuery {
    /// 400 where `contact` stands beside another filter.
    fn refuse_beside_contact(&self) -> Result<(), Problem> {
        let others = [
            ("scope", self.scope.is_some()),
            ("cycle", !self.cycle.is_empty()),
            ("year", !self.year.is_empty()),
            ("category", !self.category.is_empty()),
            ("level", !self.level.is_empty()),
            ("district", !self.district.is_empty()),
            ("unit", !self.unit.is_empty()),
            ("q", self.q.is_some()),
        ];
        let faults: Vec<Fault> = others
            .into_iter()
            .filter(|(_, is_there)| *is_there)
            .map(|(name, _)| Fault::at(format!("/{name}"), Code::Inconsistent))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Problem::with(Code::InvalidQuery, faults)) }
    }

    fn request(self) -> Result<HonoreeRequest, Problem> {
        if let Some(q) = &self.q {
            let faults: Vec<Fault> = text::line(q, Q_MAX_CHARS).into_iter().map(|fault| fault.under("/q")).collect();
            if !faults.is_empty() {
                return Err(Problem::with(Code::InvalidQuery, faults));
            }
        }
        Ok(HonoreeRequest {
            inner: self.scope.is_some(),
            in_pool: false,
            cycles: self.cycle,
            districts: self.district.into_iter().map(Into::into).collect(),
            units: self.unit.into_iter().map(Into::into).collect(),
            q: self.q,
            terms: Terms {
                years: self.year.into_iter().map(Into::into).collect(),
                categories: self.category,
                levels: self.level.into_iter().map(Into::into).collect(),
            },
        })
    }
}

/// List honorees
///
/// Those with an honour that stands, the latest first. One honour is all that is asked for together; years, categories and
/// levels may also be those of an honour that others have given. Reviewers ask for `scope=inner` to see all of their subtree.
#[utoipa::path(
    tag = "honorees",
    params(ListHonoreesQuery),
    responses((status = 200, description = "A page of honorees.", body = Page<HonoreeView>), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/honorees")]
pub async fn list_honorees(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListHonoreesQuery>,
) -> Result<Answer, Problem> {
    let query = query.read()?;
    if query.contact == Some(ContactFilter::Lost) {
        query.refuse_beside_contact()?;
        return list_lost(&state, &caller, &request, (query.limit, query.cursor.as_deref())).await;
    }
    let page = PageRequest::<(DateTime<Utc>, HonoreeId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let wanted = query.request()?;
    let inner = wanted.inner;
    let rows = honorees::list_honorees(&state, &caller, wanted, page.after, page.rows()).await?;
    let answer = page.answer(rows, |row| (row.honoree.created_at, row.honoree.id), HonoreeView::of)?;
    Ok(if inner { answer } else { answer.public(KEPT_SECONDS) })
}

/// Which view of an honoree.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GetHonoreeQuery {
    /// `inner`, for reviewers of the subtree: with all honours and what has become of them.
    #[param(value_type = Option<String>, pattern = "^inner$")]
    scope: Option<ScopeName>,
}

/// Read an honoree
///
/// With the honours that stand; 404 when there is none. Who was merged into another is answered as that one, under its id.
/// Reviewers of the subtree ask for `scope=inner` to see all honours.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The honoree's id."), GetHonoreeQuery),
    responses((status = 200, description = "The honoree.", body = HonoreeView), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/honorees/{id}")]
pub async fn get_honoree(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    query: Query<GetHonoreeQuery>,
) -> Result<Answer, Problem> {
    let inner = query.read()?.scope.is_some();
    let answer = Answer::of(HonoreeView::of(honorees::get_honoree(&state, &caller, id.value()?, inner).await?)?)?;
    Ok(if inner { answer } else { answer.public(KEPT_SECONDS) })
}

//! Pages of candidates.

use actix_web::{HttpRequest, get};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{names::ChannelName, wire::Candidate};
use crate::{
    api::{
        answer::Answer,
        context::Context,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        reviews::terms::CandidateStatus,
        state::State,
    },
    domain::{
        category::CategoryCode,
        fault::{Code, Fault},
        id::CandidateId,
        month::Month,
        text,
    },
    service::{
        Caller,
        candidates::read::{self, ListRequest},
    },
};

/// The longest text that is searched for, in characters.
const Q_MAX_CHARS: usize = 50;

#[derive(Clone, Copy, Deserialize)]
enum ScopeName {
    #[serde(rename = "public")]
    Public,
}

#[derive(Clone, Copy, Deserialize)]
enum SortName {
    #[serde(rename = "created_at")]
    Ascending,
    #[serde(rename = "-created_at")]
    Descending,
}

/// Filters of the list of candidates.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCandidatesQuery {
    /// `public`: only what everybody sees.
    #[param(value_type = Option<String>, pattern = "^public$")]
    scope: Option<ScopeName>,
    /// Of these cycles; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>, example = json!(["2026-11"]))]
    cycle: Vec<Month>,
    /// Of these categories; may be repeated.
    #[serde(default)]
    #[param(value_type = Vec<String>)]
    category: Vec<CategoryCode>,
    /// In these states; may be repeated.
    #[serde(default)]
    status: Vec<CandidateStatus>,
    /// Of these districts, by id; may be repeated.
    #[serde(default)]
    district: Vec<Uuid>,
    /// Of these units and the units under them, by id; may be repeated.
    #[serde(default)]
    unit: Vec<Uuid>,
    /// Recommended through these channels; may be repeated.
    #[serde(default)]
    channel: Vec<ChannelName>,
    /// A text in name or summary, at least one character.
    #[param(min_length = 1, max_length = 50)]
    q: Option<String>,
    /// `created_at` or `-created_at`, the latest first, which is what nothing said means.
    #[param(value_type = Option<String>, pattern = "^-?created_at$", default = "-created_at")]
    sort: Option<SortName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ListCandidatesQuery {
    fn request(self) -> Result<ListRequest, Problem> {
        if let Some(q) = &self.q {
            let faults: Vec<Fault> = text::line(q, Q_MAX_CHARS).into_iter().map(|fault| fault.under("/q")).collect();
            if !faults.is_empty() {
                return Err(Problem::with(Code::InvalidQuery, faults));
            }
        }
        Ok(ListRequest {
            public_only: self.scope.is_some(),
            cycles: self.cycle,
            categories: self.category,
            statuses: self.status.into_iter().map(Into::into).collect(),
            districts: self.district.into_iter().map(Into::into).collect(),
            units: self.unit.into_iter().map(Into::into).collect(),
            channels: self.channel.into_iter().map(Into::into).collect(),
            q: self.q,
            descending: !matches!(self.sort, Some(SortName::Ascending)),
        })
    }
}

/// List candidates
///
/// Reviewers see those of their subtree in full, administrators all, everybody else those that are public.
#[utoipa::path(
    tag = "candidates",
    params(ListCandidatesQuery),
    responses((status = 200, description = "A page of candidates.", body = Page<Candidate>), responses::Unauthenticated, responses::BadQuery, responses::Unchanged, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/candidates")]
pub async fn list_candidates(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListCandidatesQuery>,
) -> Result<Answer, Problem> {
    let language = Context::of(&request).language;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, CandidateId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = read::list_candidates(&state, &caller, query.request()?, page.after, page.rows()).await?;
    let answer =
        page.answer(rows, |row| (row.candidate.created_at, row.candidate.id), |row| Ok(Candidate::of(row, language)))?;
    Ok(if caller.account.is_none() { answer.public(0) } else { answer })
}

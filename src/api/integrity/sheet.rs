//! Votes as reviewers of the city read them.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        role::mirrored,
        state::State,
    },
    domain::{fault::Code, month::Month, quarantine::VoteState, role::Role, vote},
    service::{
        Caller, Service,
        vote_sheet::{self, SheetQuery},
    },
    storage::vote_sheet::SheetRow,
};

mirrored! {
    /// Whether a vote counts.
    VoteStateName = VoteState {
        /// It counts.
        Valid,
        /// Held back until it is decided.
        Quarantined,
        /// It does not count.
        Invalid,
    }
}

/// A vote, with where it came from and no word of who cast it.
#[derive(Serialize, ToSchema)]
pub struct SheetVote {
    /// Its place in the log of the cycle, from 0.
    pub sequence: i64,
    /// Whom it supports.
    pub candidate_id: Uuid,
    /// The local day that it counts for, where one may vote daily.
    pub day: Option<NaiveDate>,
    /// When it was cast.
    pub cast_at: DateTime<Utc>,
    /// Whether it counts.
    pub state: VoteStateName,
    /// The voter, by a keyed hash that differs from cycle to cycle.
    pub voter: String,
    /// How well the voter is known: 0 self-declared, 1 by telephone, 2 by real name. Null once the traces are removed.
    pub tier: Option<i16>,
    /// The network it came from, by a keyed hash; removed when the objection period ends.
    pub prefix: Option<String>,
    /// Network and client program, by a keyed hash; removed when the objection period ends.
    pub client: Option<String>,
    /// The quarantine that holds it.
    pub quarantine_id: Option<Uuid>,
}

impl SheetVote {
    fn of(service: &Service, month: Month, row: &SheetRow) -> Result<Self, Problem> {
        let state = row.standing().ok_or(Problem::of(Code::Internal))?;
        let hex = |hash: i64| format!("{hash:016x}");
        Ok(Self {
            sequence: row.seq,
            candidate_id: row.candidate.into(),
            day: vote::date_of(row.day),
            cast_at: row.cast_at,
            state: state.into(),
            voter: vote_sheet::voter_hash(service, month, row.voter),
            tier: row.tier,
            prefix: row.prefix.map(hex),
            client: row.client.map(hex),
            quarantine_id: row
                .quarantine
                .filter(|_| row.quarantine_status.is_some_and(|status| status.state().is_some()))
                .map(Into::into),
        })
    }
}

/// Filters of a cycle's votes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCycleVotesQuery {
    /// For this candidate.
    candidate_id: Option<Uuid>,
    /// Those that this signal points at.
    signal_id: Option<Uuid>,
    /// In this state.
    state: Option<VoteStateName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the votes of a cycle
///
/// By their place in the log. Voters, networks and clients are keyed hashes: equal for equal ones, and nobody's name. With
/// `candidate_id` alone 50,000 votes of the log are looked through for a page, which may then be short, or empty, and still have
/// a `next_cursor`.
#[utoipa::path(
    tag = "votes",
    params(("month" = String, Path, description = "The cycle, such as 2026-11."), ListCycleVotesQuery),
    responses((status = 200, description = "A page of votes.", body = Page<SheetVote>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/cycles/{month}/votes")]
pub async fn list_cycle_votes(
    state: State,
    caller: Caller,
    month: Path<Segment<Month>>,
    request: HttpRequest,
    query: Query<ListCycleVotesQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let month = month.value()?;
    let query = query.read()?;
    let page = PageRequest::<i64>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = SheetQuery {
        candidate: query.candidate_id.map(Into::into),
        signal: query.signal_id.map(Into::into),
        state: query.state.map(Into::into),
    };
    let found = vote_sheet::list_votes(&state, &caller, (month, filter), page.after, page.rows()).await?;
    page.answer_through(found.rows, found.through, |row| row.seq, |row| SheetVote::of(&state, month, &row))
}

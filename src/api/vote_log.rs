//! The public log of votes: its signed head, its entries, and proofs.

mod wire;

use actix_web::{HttpRequest, get, http::header, web::Path};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::wire::{ConsistencyProof, InclusionProof, LogHead};
use crate::{
    api::{answer::Answer, path::Segment, problem::Problem, query::Query, responses, state::State},
    domain::{
        fault::{Code, Fault},
        month::Month,
    },
    service::{
        Caller,
        vote_log::{self, MAX_ENTRIES},
    },
};

/// For how many seconds anybody may keep a head.
const HEAD_SECONDS: u32 = 1;
/// For how many seconds anybody may keep entries and proofs. They never change while the log's origin is the same.
const ENTRIES_SECONDS: u32 = 300;
/// Entries of an answer where nothing is said.
const DEFAULT_ENTRIES: u64 = 1024;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_log_head).service(list_log_entries).service(get_log_proof).service(get_log_consistency);
}

/// Read the signed head of a vote log
///
/// The last tree head, signed at least every minute while voting is open: how many entries there are, and the root of the
/// Merkle tree over them. `note` is the checkpoint (C2SP) to the byte; `Accept: text/plain` gets it alone. Where the log had
/// to begin anew after a restore, `earlier` has the last heads of its former origins. 404 before the first head.
#[utoipa::path(
    tag = "vote log",
    params(("month" = String, Path, description = "The cycle, such as 2026-11.")),
    responses((status = 200, description = "The head.", content((LogHead = "application/json"), (String = "text/plain"))), responses::Unchanged, responses::NotFound, responses::Conflict, responses::Common),
    security(())
)]
#[get("/cycles/{month}/log/head")]
pub async fn get_log_head(state: State, request: HttpRequest, month: Path<Segment<Month>>) -> Result<Answer, Problem> {
    let head = vote_log::get_head(&state, month.value()?).await?;
    if prefers_text(&request) {
        return Ok(Answer::text(head.current.note, "text/plain; charset=utf-8").public(HEAD_SECONDS));
    }
    Ok(Answer::plain(&LogHead::try_from(head)?)?.public(HEAD_SECONDS))
}

fn prefers_text(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.trim_start().starts_with("text/plain"))
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogEntriesQuery {
    /// The number of the first entry; 0 when nothing is said.
    #[param(minimum = 0, default = 0)]
    from: Option<u64>,
    /// The number of the entry after the last one; the size of the head when nothing is said.
    #[param(minimum = 0)]
    to: Option<u64>,
    /// Entries of an answer, 1–4096.
    #[param(minimum = 1, maximum = 4096, default = 1024)]
    limit: Option<u64>,
}

/// List the entries of a vote log
///
/// One entry a line (NDJSON), in order, none beyond the signed head; the bytes of a line without its end are what is hashed.
/// `Link` names the next page. With results that are hidden (`after_close`, `reviewers_only`) this is 403 to the public;
/// heads and proofs are not.
#[utoipa::path(
    tag = "vote log",
    params(("month" = String, Path, description = "The cycle, such as 2026-11."), LogEntriesQuery),
    responses((status = 200, description = "Entries, one a line.", body = String, content_type = "application/x-ndjson"), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Conflict, responses::BadQuery, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/cycles/{month}/log/entries")]
pub async fn list_log_entries(
    state: State,
    caller: Caller,
    request: HttpRequest,
    month: Path<Segment<Month>>,
    query: Query<LogEntriesQuery>,
) -> Result<Answer, Problem> {
    let (month, query) = (month.value()?, query.read()?);
    let limit = query.limit.unwrap_or(DEFAULT_ENTRIES);
    if !(1..=MAX_ENTRIES).contains(&limit) {
        let fault = Fault::at("/limit", Code::TooLarge).with("minimum", 1).with("limit", MAX_ENTRIES);
        return Err(Problem::with(Code::InvalidQuery, vec![fault]));
    }
    let from = query.from.unwrap_or(0);
    if query.to.is_some_and(|to| to < from) {
        return Err(Problem::with(Code::InvalidQuery, vec![Fault::at("/to", Code::TooSmall).with("minimum", from)]));
    }
    let entries = vote_log::list_entries(&state, &caller, month, (from, query.to), limit).await?;
    let link = entries.next.map(|next| {
        let to = query.to.map(|to| format!("&to={to}")).unwrap_or_default();
        format!("<{}?from={next}{to}&limit={limit}>; rel=\"next\"", request.path())
    });
    let answer = Answer::text(entries.lines, "application/x-ndjson").with_link(link);
    if !entries.is_public {
        return Ok(answer);
    }
    // What is asked for up to a number is the same tomorrow; what is asked for up to the head grows.
    let is_settled = query.to.is_some() || entries.next.is_some();
    Ok(answer.public(if is_settled { ENTRIES_SECONDS } else { HEAD_SECONDS }))
}

/// Of which entry, in which tree.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogProofQuery {
    /// The number of the entry, as the receipt has it.
    #[param(required = true, minimum = 0)]
    sequence: Option<u64>,
    /// Entries of the tree; the size of the head when nothing is said.
    #[param(minimum = 0)]
    size: Option<u64>,
}

/// Prove that an entry is in a vote log
///
/// The inclusion proof of RFC 6962, for the tree of the signed head or an earlier one. 404 `beyond_head` for an entry that
/// the head does not cover yet: it does within a second.
#[utoipa::path(
    tag = "vote log",
    params(("month" = String, Path, description = "The cycle, such as 2026-11."), LogProofQuery),
    responses((status = 200, description = "The proof.", body = InclusionProof), responses::Unchanged, responses::NotFound, responses::Conflict, responses::BadQuery, responses::Common),
    security(())
)]
#[get("/cycles/{month}/log/proof")]
pub async fn get_log_proof(
    state: State,
    month: Path<Segment<Month>>,
    query: Query<LogProofQuery>,
) -> Result<Answer, Problem> {
    let (month, query) = (month.value()?, query.read()?);
    let sequence = query.sequence.ok_or_else(|| required("/sequence"))?;
    let proof = vote_log::get_inclusion(&state, month, sequence, query.size).await?;
    let keep = if query.size.is_some() { ENTRIES_SECONDS } else { HEAD_SECONDS };
    Ok(Answer::plain(&InclusionProof::of(sequence, &proof))?.public(keep))
}

/// From which tree to which.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogConsistencyQuery {
    /// Entries of the smaller tree.
    #[param(required = true, minimum = 0)]
    from: Option<u64>,
    /// Entries of the larger tree; the size of the head when nothing is said.
    #[param(minimum = 0)]
    to: Option<u64>,
}

/// Prove that a vote log was only added to
///
/// The consistency proof of RFC 6962 from one tree to a later one: that nothing of the earlier one was changed or removed.
#[utoipa::path(
    tag = "vote log",
    params(("month" = String, Path, description = "The cycle, such as 2026-11."), LogConsistencyQuery),
    responses((status = 200, description = "The proof.", body = ConsistencyProof), responses::Unchanged, responses::NotFound, responses::Conflict, responses::BadQuery, responses::Common),
    security(())
)]
#[get("/cycles/{month}/log/consistency")]
pub async fn get_log_consistency(
    state: State,
    month: Path<Segment<Month>>,
    query: Query<LogConsistencyQuery>,
) -> Result<Answer, Problem> {
    let (month, query) = (month.value()?, query.read()?);
    let from = query.from.ok_or_else(|| required("/from"))?;
    let proof = vote_log::get_consistency(&state, month, from, query.to).await?;
    let keep = if query.to.is_some() { ENTRIES_SECONDS } else { HEAD_SECONDS };
    Ok(Answer::plain(&ConsistencyProof::of(from, &proof))?.public(keep))
}

fn required(parameter: &str) -> Problem {
    Problem::with(Code::InvalidQuery, vec![Fault::at(parameter, Code::Required)])
}

//! Events as a stream (server-sent events), and the tickets by which browsers open one.

use std::{collections::BTreeSet, convert::Infallible, fmt::Write as _};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, get,
    http::{
        StatusCode,
        header::{self, ContentEncoding, HeaderName},
    },
    post,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    api::{answer::Answer, context::HeadOnly, problem::Problem, query::Query, responses, state::State},
    domain::{
        event::EventKind,
        fault::{Code, Fault},
    },
    service::{
        Caller,
        accounts::stream_tickets,
        events::{self, Reader, Step, Told},
    },
};

/// By which a reader tells the last event that it has seen.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Most kinds of events that one stream may ask for by name.
const MAX_TYPES: usize = 100;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(follow_events).service(create_event_ticket);
}

/// A ticket for one stream.
#[derive(Serialize, ToSchema)]
pub struct EventTicket {
    /// To be sent as `GET /events?ticket=…`.
    pub ticket: String,
    /// Until when a stream may be opened with it, by the machine's clock.
    pub expires_at: DateTime<Utc>,
}

/// Get a ticket for a stream of events
///
/// `EventSource` in browsers sends no `Authorization` header: with a ticket a stream is opened by its address alone, within one minute. It stands for the
/// account and its rights as they are then, and opens nothing else.
#[utoipa::path(
    tag = "events",
    responses((status = 201, description = "The ticket.", body = EventTicket), responses::Unauthenticated, responses::Forbidden, responses::Common),
    security(("bearer" = []))
)]
#[post("/events/tickets")]
pub async fn create_event_ticket(state: State, caller: Caller) -> Result<Answer, Problem> {
    let (ticket, expires_at) = stream_tickets::issue(&state, caller.account()?)?;
    Ok(Answer::plain(&EventTicket { ticket, expires_at })?.with_status(StatusCode::CREATED))
}

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// A ticket (`POST /events/tickets`), where no `Authorization` header can be sent.
    ticket: Option<String>,
    /// Only events of these types, separated by commas; all that the caller may see when nothing is said.
    #[param(example = "candidate.forwarded,list.published")]
    types: Option<String>,
    /// Begin behind the event with this `id`; as `Last-Event-ID`, which goes first.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// Follow events
///
/// What happens, as server-sent events (`text/event-stream`), in the caller's view: reviewers see what happens in their
/// subtree, the portal its batches, everybody what is public. Each has `id` (its number), `event` (its type) and `data`: a
/// JSON object with `id`, `type`, `at`, `subject` `{kind, id}`, `cycle`; for the inner view also `district_id`, `unit_id` and `details`. No personal data:
/// whoever wants to know more reads the resource.
///
/// A stream begins now, or behind `Last-Event-ID`, for 7 days: nothing is missed and nothing comes twice. 410 `events_expired` when what
/// follows is no more there; read the resources anew then, and begin without it. A comment comes every 15 seconds; with it the account is looked at
/// again. An account has 20 streams at most (429). A stream is ended when the account may no more, when its reader is too slow, when the server stops, and after an hour: take it up again with the last `id`.
#[utoipa::path(
    tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The `id` of the last event that was seen.")),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), responses::Unauthenticated, responses::Forbidden, responses::Gone, responses::Limited, responses::BadQuery, responses::Common),
    security(("bearer" = []), ())
)]
#[get("/events")]
pub async fn follow_events(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<EventsQuery>,
) -> Result<HttpResponse, Problem> {
    let EventsQuery { ticket, types, after } = query_or_signed_out(&caller, &query)?;
    let account = match ticket {
        // Whoever brings one is who it says, or nobody, whatever else is brought.
        Some(ticket) => stream_tickets::redeem(&state, &ticket).await?,
        None => caller.account()?.clone(),
    };
    if after.is_some_and(|after| after < 0) {
        return Err(Problem::with(Code::InvalidQuery, vec![Fault::at("/after", Code::TooSmall).with("minimum", 0)]));
    }
    let kinds = types.as_deref().map(kinds).transpose()?;
    let reader = events::follow(&state, &account, last_seen(&request)?.or(after), kinds).await?;
    // A stream without a body would keep its connection for an hour, and nobody would hear it.
    let reader = Some(reader).filter(|_| request.extensions().get::<HeadOnly>().is_none());
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        // Compressed, events would wait for one another; and proxies are asked not to collect them.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(reader, go_on)))
}

/// Whoever is signed out and brings no ticket is told so before any fault of the query.
fn query_or_signed_out(caller: &Caller, query: &Query<EventsQuery>) -> Result<EventsQuery, Problem> {
    let read = query.read();
    match &read {
        Ok(EventsQuery { ticket: Some(_), .. }) => read,
        Ok(_) | Err(_) => caller.account().map_err(Problem::from).and(read),
    }
}

fn last_seen(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    let Some(value) = request.headers().get(LAST_EVENT_ID) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.parse().ok()).filter(|number| *number >= 0);
    let malformed = || Problem::with(Code::InvalidHeader, vec![Fault::at("Last-Event-ID", Code::Malformed)]);
    number.map(Some).ok_or_else(malformed)
}

fn kinds(types: &str) -> Result<BTreeSet<EventKind>, Problem> {
    let names: Vec<&str> = types.split(',').map(str::trim).collect();
    let refused = |code| Problem::with(Code::InvalidQuery, vec![Fault::at("/types", code)]);
    if names.len() > MAX_TYPES {
        return Err(refused(Code::TooMany));
    }
    names.into_iter().map(|name| name.parse().map_err(|_| refused(Code::UnknownValue))).collect()
}

async fn go_on(reader: Option<Reader>) -> Option<(Result<Bytes, Infallible>, Option<Reader>)> {
    let mut reader = reader?;
    loop {
        let text = match reader.next().await {
            Step::Events(told) => told.iter().map(written).collect::<Result<String, _>>(),
            // An id alone raises no event; a browser that comes back tells it.
            Step::Beat(number) => Ok(format!(": \nid: {number}\n\n")),
            Step::End => return None,
        };
        match text {
            Ok(text) if text.is_empty() => {}
            Ok(text) => return Some((Ok(Bytes::from(text)), Some(reader))),
            Err(error) => {
                log::error!("an event could not be written: {error}");
                return None;
            }
        }
    }
}

fn written(told: &Told) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    // A string takes whatever is written into it.
    let _ = write!(text, "id: {}\nevent: {}\ndata: {}\n\n", told.number, told.kind, serde_json::to_string(told)?);
    Ok(text)
}

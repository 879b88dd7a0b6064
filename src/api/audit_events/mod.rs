//! The audit, for auditors.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub mod wire;

use wire::{AuditChain, AuditEvent, Named, Subject};

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
    domain::id::AuditId,
    service::{Caller, audit_events},
    storage::audit_events::{AuditFilter, ListKey},
};

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_events).service(list_audit_chain).service(get_audit_event);
}

#[derive(Clone, Copy, Deserialize)]
enum SortName {
    #[serde(rename = "at")]
    Ascending,
    #[serde(rename = "-at")]
    Descending,
}

/// Filters of the audit.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAuditEventsQuery {
    /// Done by this account, in its own name or in somebody's place.
    actor_id: Option<Uuid>,
    /// This was done, such as `candidate.contacts_read`.
    #[param(value_type = Option<String>, pattern = "^[a-z_.]+$", max_length = 100, example = "candidate.contacts_read")]
    action: Option<Named>,
    /// To things of this kind, such as `visit`.
    #[param(value_type = Option<String>, pattern = "^[a-z_.]+$", max_length = 100, example = "candidate")]
    subject_kind: Option<Named>,
    /// To this one of them: its id, its code, or its month. Asked for together with `subject_kind`.
    #[param(value_type = Option<String>, min_length = 1, max_length = 100)]
    subject_id: Option<Subject>,
    /// At this moment or later.
    #[param(example = "2026-11-25T00:00:00Z")]
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    #[param(example = "2026-11-26T00:00:00Z")]
    until: Option<DateTime<Utc>>,
    /// `at` or `-at`, the latest first, which is what nothing said means.
    #[param(value_type = Option<String>, pattern = "^-?at$", default = "-at")]
    sort: Option<SortName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List audit events
///
/// 审计记录：谁、何时、以何身份、对什么做了什么。 What was done, by whom, when and to what, every reading of personal data in clear
/// included; the latest first. For reviewers of the city and administrators. Events hold ids, figures and codes, never a name, a number or a
/// text; the names beside them are those that the accounts show now. An event is here within a second of its commit. Reading the audit is
/// not audited.
#[utoipa::path(
    tag = "audit",
    params(ListAuditEventsQuery),
    responses((status = 200, description = "A page of events.", body = Page<AuditEvent>), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/audit-events")]
pub async fn list_audit_events(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListAuditEventsQuery>,
) -> Result<Answer, Problem> {
    caller.require(audit_events::AUDITORS)?;
    let query = query.read()?;
    let page = PageRequest::<ListKey>::read(&request, query.limit, query.cursor.as_deref())?;
    let filter = AuditFilter {
        actor: query.actor_id.map(Into::into),
        action: query.action.map(Into::into),
        subject_kind: query.subject_kind.map(Into::into),
        subject_id: query.subject_id.map(Into::into),
        from: query.from,
        until: query.until,
        descending: !matches!(query.sort, Some(SortName::Ascending)),
    };
    let rows = audit_events::list_audit_events(&state, &caller, filter, page.after, page.rows()).await?;
    page.answer_plain(rows, |(key, _)| *key, |(_, event)| Ok(AuditEvent::from(event)))
}

/// From where on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAuditChainQuery {
    /// Behind the event with this number; from the first event on when nothing is said.
    #[param(minimum = 0, default = 0)]
    after: Option<u32>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the chain of the audit
///
/// 审计链：按编号顺序，每条记录的哈希包含前一条的哈希。 Every event in the order of the numbers, none left out, with the end of the chain: what is needed
/// to check it (see docs/audit.md), and to follow it. `hash` is the SHA-256 of the canonical JSON (RFC 8785) of an object with the members
/// `number`, `previous_hash`, `id`, `at`, `actor_id`, `actor_role`, `organization_id`, `action`, `subject_kind`, `subject_id`, `request_id` and
/// `details` of the event, as they stand in the answer. Whoever has kept a number with its hash goes on behind it, and knows that nothing
/// before it has changed.
#[utoipa::path(
    tag = "audit",
    params(ListAuditChainQuery),
    responses((status = 200, description = "A part of the chain.", body = AuditChain), responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common)
)]
#[get("/audit-events/chain")]
pub async fn list_audit_chain(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListAuditChainQuery>,
) -> Result<Answer, Problem> {
    caller.require(audit_events::AUDITORS)?;
    let query = query.read()?;
    let page = PageRequest::<i64>::read(&request, query.limit, query.cursor.as_deref())?;
    let after = page.after.unwrap_or_else(|| query.after.unwrap_or(0).into());
    let (rows, head) = audit_events::list_chain(&state, &caller, after, page.rows()).await?;
    let (items, next_cursor, link) = page.parts(rows, |row| row.chained.number, |row| Ok(AuditEvent::from(row)))?;
    Ok(Answer::plain(&AuditChain { items, next_cursor, head: head.into() })?.with_link(link))
}

/// Read an audit event
///
/// 404 until it is chained, within a second of its commit.
#[utoipa::path(
    tag = "audit",
    params(("id" = Uuid, Path, description = "The event's id.")),
    responses((status = 200, description = "The event.", body = AuditEvent), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/audit-events/{id}")]
pub async fn get_audit_event(state: State, caller: Caller, id: Path<Segment<AuditId>>) -> Result<Answer, Problem> {
    caller.require(audit_events::AUDITORS)?;
    Answer::plain(&AuditEvent::from(audit_events::get_audit_event(&state, &caller, id.value()?).await?))
}

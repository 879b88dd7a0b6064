//! What is or was to be sent to webhooks, who sends it, and what became of each attempt.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, QueryableByName, RunQueryDsl, Selectable,
    SelectableHelper, sql_query,
    sql_types::BigInt,
};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{webhook_attempts, webhook_deliveries, webhooks},
    sql_types::{Id, Instant},
    sql_values::{AnyId, At},
};
use crate::domain::{
    id::{DeliveryId, WebhookId},
    webhook::{Attempt, AttemptFailure, Delivery, DeliveryStatus, WebhookStatus},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
struct DeliveryRow {
    sequence: i64,
    id: DeliveryId,
    webhook_id: WebhookId,
    event_id: Uuid,
    event_number: Option<i64>,
    kind: String,
    subject_kind: String,
    subject_id: String,
    status: DeliveryStatus,
    attempts: i32,
    failures: i32,
    due_at: Option<At>,
    created_at: At,
    ended_at: Option<At>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            sequence: row.sequence,
            id: row.id,
            webhook: row.webhook_id,
            event: row.event_id,
            event_number: row.event_number,
            kind: row.kind,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            status: row.status,
            attempts: row.attempts,
            failures: row.failures,
            due_at: row.due_at.map(|at| at.0),
            created_at: row.created_at.0,
            ended_at: row.ended_at.map(|at| at.0),
        }
    }
}

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where to.
    pub webhook: WebhookId,
    /// The event's id.
    pub event: Uuid,
    /// The event's number.
    pub event_number: Option<i64>,
    /// The event's type.
    pub kind: String,
    /// The kind of thing that it happened to.
    pub subject_kind: String,
    /// Which one.
    pub subject_id: String,
    /// When it is sent first.
    pub due_at: DateTime<Utc>,
    /// Who sends it already, until then.
    pub claim: Option<Uuid>,
}

#[derive(Insertable)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
struct NewRow {
    id: DeliveryId,
    webhook_id: WebhookId,
    event_id: AnyId,
    event_number: Option<i64>,
    kind: String,
    subject_kind: String,
    subject_id: String,
    status: DeliveryStatus,
    attempts: i32,
    failures: i32,
    due_at: Option<At>,
    claim: Option<AnyId>,
    created_at: At,
}

/// Adds what is to be sent. What follows something to the same subject that waits for another attempt is not due before that.
pub fn insert(connection: &mut Connection, new: &NewDelivery, now: DateTime<Utc>) -> Result<(), StoreError> {
    let before: Option<Option<At>> = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(new.webhook))
        .filter(webhook_deliveries::subject_kind.eq(&new.subject_kind))
        .filter(webhook_deliveries::subject_id.eq(&new.subject_id))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .order(webhook_deliveries::sequence)
        .select(webhook_deliveries::due_at)
        .first(connection)
        .optional()?;
    let due_at = before.flatten().map_or(new.due_at, |before| before.0.max(new.due_at));
    let row = NewRow {
        id: new.id,
        webhook_id: new.webhook,
        event_id: AnyId(new.event),
        event_number: new.event_number,
        kind: new.kind.clone(),
        subject_kind: new.subject_kind.clone(),
        subject_id: new.subject_id.clone(),
        status: DeliveryStatus::Waiting,
        attempts: i32::from(new.claim.is_some()),
        failures: 0,
        due_at: Some(At(due_at)),
        claim: new.claim.map(AnyId),
        created_at: At(now),
    };
    diesel::insert_into(webhook_deliveries::table).values(row).execute(connection)?;
    Ok(())
}

/// How many deliveries to a webhook wait.
pub fn count_waiting(connection: &mut Connection, webhook: WebhookId) -> Result<i64, StoreError> {
    Ok(webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .count()
        .get_result(connection)?)
}

/// How many deliveries to each of some webhooks wait.
pub fn count_all_waiting(
    connection: &mut Connection,
    webhooks: &[WebhookId],
) -> Result<BTreeMap<WebhookId, i64>, StoreError> {
    let rows: Vec<(WebhookId, i64)> = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq_any(webhooks.to_vec()))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .group_by(webhook_deliveries::webhook_id)
        .select((webhook_deliveries::webhook_id, diesel::dsl::count_star()))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Finds a delivery; none of a webhook that was taken away.
pub fn find(connection: &mut Connection, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let row: Option<DeliveryRow> = webhook_deliveries::table
        .inner_join(webhooks::table)
        .filter(webhook_deliveries::id.eq(id))
        .filter(webhooks::removed_at.is_null())
        .select(DeliveryRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Delivery::from))
}

/// One page of a webhook's deliveries, the latest first.
pub fn list(
    connection: &mut Connection,
    (webhook, status): (WebhookId, Option<DeliveryStatus>),
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .select(DeliveryRow::as_select())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(webhook_deliveries::status.eq(status));
    }
    if let Some(before) = before {
        query = query.filter(webhook_deliveries::sequence.lt(before));
    }
    let rows: Vec<DeliveryRow> =
        query.order(webhook_deliveries::sequence.desc()).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Delivery::from).collect())
}

/// The attempts at some deliveries, in their order.
pub fn attempts_of(
    connection: &mut Connection,
    ids: &[DeliveryId],
) -> Result<BTreeMap<DeliveryId, Vec<Attempt>>, StoreError> {
    type Row = (DeliveryId, i32, At, i32, Option<i32>, Option<AttemptFailure>, Option<String>);
    let rows: Vec<Row> = webhook_attempts::table
        .filter(webhook_attempts::delivery_id.eq_any(ids.to_vec()))
        .order((webhook_attempts::delivery_id, webhook_attempts::number))
        .load(connection)?;
    let mut attempts: BTreeMap<DeliveryId, Vec<Attempt>> = BTreeMap::new();
    for (id, number, at, millis, answer, failure, excerpt) in rows {
        let answer = answer.and_then(|answer| u16::try_from(answer).ok());
        attempts.entry(id).or_default().push(Attempt { number, at: at.0, millis, answer, failure, excerpt });
    }
    Ok(attempts)
}

/// Which webhooks have something due at a moment.
pub fn with_due(connection: &mut Connection, now: DateTime<Utc>) -> Result<Vec<WebhookId>, StoreError> {
    use diesel::dsl::exists;
    let due = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhooks::id))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::due_at.le(At(now)));
    Ok(webhooks::table
        .filter(webhooks::status.eq(WebhookStatus::Active))
        .filter(webhooks::removed_at.is_null())
        .filter(exists(due))
        .select(webhooks::id)
        .load(connection)?)
}

/// A delivery that one process sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// As it stood when it was taken up, this attempt counted.
    pub delivery: Delivery,
    /// By which this process's work on it is told from another's.
    pub token: Uuid,
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    sequence: i64,
}

/// Takes up what is due to a webhook, at most `limit`, and nothing before what waits for the same subject from earlier; others leave it alone
/// until `lease_until`. What was taken up before and not heard of again counts as a failed attempt.
pub fn claim(
    connection: &mut Connection,
    webhook: WebhookId,
    (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
    (token, limit): (Uuid, i64),
) -> Result<Vec<Claim>, StoreError> {
    let due: Vec<Place> = sql_query(
        "SELECT own.sequence FROM webhook_deliveries own \
         WHERE own.webhook_id = $1 AND own.status = 'waiting' AND own.due_at <= $2 AND NOT EXISTS ( \
             SELECT 1 FROM webhook_deliveries earlier WHERE earlier.webhook_id = own.webhook_id \
             AND earlier.subject_kind = own.subject_kind AND earlier.subject_id = own.subject_id \
             AND earlier.status = 'waiting' AND earlier.sequence < own.sequence) \
         ORDER BY own.due_at, own.sequence LIMIT $3",
    )
    .bind::<Id, _>(AnyId(webhook.0))
    .bind::<Instant, _>(At(now))
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    let mut claims = Vec::new();
    for Place { sequence } in due {
        let row: Option<(DeliveryRow, Option<Uuid>)> = webhook_deliveries::table
            .find(sequence)
            .select((DeliveryRow::as_select(), webhook_deliveries::claim))
            .first(connection)
            .optional()?;
        let Some((row, former)) = row else { continue };
        let failures = row.failures.saturating_add(i32::from(former.is_some()));
        let is_ours = diesel::update(webhook_deliveries::table.find(sequence))
            .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
            .filter(webhook_deliveries::due_at.le(At(now)))
            .set((
                webhook_deliveries::claim.eq(Some(AnyId(token))),
                webhook_deliveries::due_at.eq(Some(At(lease_until))),
                webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1),
                webhook_deliveries::failures.eq(failures),
            ))
            .execute(connection)?;
        if is_ours == 1 {
            if former.is_some() {
                note_broken_off(connection, &row, now)?;
            }
            let mut delivery = Delivery::from(row);
            delivery.attempts += 1;
            delivery.failures = failures;
            claims.push(Claim { delivery, token });
        }
    }
    Ok(claims)
}

/// The attempt that was not heard of again is told of too.
fn note_broken_off(connection: &mut Connection, row: &DeliveryRow, now: DateTime<Utc>) -> Result<(), StoreError> {
    let attempt = Attempt {
        number: row.attempts,
        at: now,
        millis: 0,
        answer: None,
        failure: Some(AttemptFailure::BrokenOff),
        excerpt: None,
    };
    insert_attempt(connection, row.id, &attempt)
}

fn insert_attempt(connection: &mut Connection, id: DeliveryId, attempt: &Attempt) -> Result<(), StoreError> {
    diesel::insert_into(webhook_attempts::table)
        .values((
            webhook_attempts::delivery_id.eq(id),
            webhook_attempts::number.eq(attempt.number),
            webhook_attempts::at.eq(At(attempt.at)),
            webhook_attempts::millis.eq(attempt.millis),
            webhook_attempts::answer.eq(attempt.answer.map(i32::from)),
            webhook_attempts::failure.eq(attempt.failure),
            webhook_attempts::excerpt.eq(attempt.excerpt.clone()),
        ))
        .execute(connection)?;
    Ok(())
}

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It has arrived.
    Delivered,
    /// It is sent again at a moment.
    Again(DateTime<Utc>),
    /// It is given up.
    Failed,
}

/// Notes what became of an attempt; false when another process has taken the delivery up, or it is gone. Whatever else waits for the same subject
/// follows.
pub fn settle(
    connection: &mut Connection,
    claim: &Claim,
    (attempt, next): (&Attempt, Next),
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (status, due_at, ended_at) = match next {
        Next::Delivered => (DeliveryStatus::Delivered, None, Some(At(now))),
        Next::Again(at) => (DeliveryStatus::Waiting, Some(At(at)), None),
        Next::Failed => (DeliveryStatus::Failed, None, Some(At(now))),
    };
    let none: Option<AnyId> = None;
    let own = &claim.delivery;
    let target = webhook_deliveries::table
        .find(own.sequence)
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::claim.eq(Some(AnyId(claim.token))));
    let failures = own.failures.saturating_add(i32::from(next != Next::Delivered));
    let settled = diesel::update(target)
        .set((
            webhook_deliveries::status.eq(status),
            webhook_deliveries::due_at.eq(due_at),
            webhook_deliveries::ended_at.eq(ended_at),
            webhook_deliveries::claim.eq(none),
            webhook_deliveries::failures.eq(failures),
        ))
        .execute(connection)?;
    if settled == 0 {
        return Ok(false);
    }
    insert_attempt(connection, own.id, attempt)?;
    let due_at = match next {
        Next::Again(at) => at,
        Next::Delivered | Next::Failed => now,
    };
    let followers = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(own.webhook))
        .filter(webhook_deliveries::subject_kind.eq(&own.subject_kind))
        .filter(webhook_deliveries::subject_id.eq(&own.subject_id))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::sequence.gt(own.sequence))
        .filter(webhook_deliveries::claim.is_null());
    diesel::update(followers).set(webhook_deliveries::due_at.eq(Some(At(due_at)))).execute(connection)?;
    Ok(true)
}

/// Lets a delivery be sent at once, with all its attempts before it; false while it is being sent.
pub fn send_again(connection: &mut Connection, id: DeliveryId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let none: Option<At> = None;
    let nobody: Option<AnyId> = None;
    let changed = diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::id.eq(id))
        .filter(webhook_deliveries::claim.is_null())
        .set((
            webhook_deliveries::status.eq(DeliveryStatus::Waiting),
            webhook_deliveries::failures.eq(0),
            webhook_deliveries::due_at.eq(Some(At(now))),
            webhook_deliveries::ended_at.eq(none),
            webhook_deliveries::claim.eq(nobody),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Makes everything that waits for a webhook due, with all its attempts before it. What is being sent is left alone.
pub fn begin_anew(connection: &mut Connection, webhook: WebhookId, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::claim.is_null())
        .set((webhook_deliveries::failures.eq(0), webhook_deliveries::due_at.eq(Some(At(now)))))
        .execute(connection)?)
}

/// Takes back what waits for a webhook of events behind a number, for they are followed again from there.
pub fn remove_waiting_behind(
    connection: &mut Connection,
    webhook: WebhookId,
    number: i64,
) -> Result<usize, StoreError> {
    let ids: Vec<DeliveryId> = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::event_number.gt(number))
        .select(webhook_deliveries::id)
        .load(connection)?;
    remove(connection, ids)
}

/// Frees everything that is being sent: for the only process of a database, when it starts. It keeps its claim, so that it counts as broken off.
pub fn release_all(connection: &mut Connection, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::claim.is_not_null())
        .set(webhook_deliveries::due_at.eq(Some(At(now))))
        .execute(connection)?)
}

/// Removes deliveries that ended before a moment, and those of webhooks that were taken away, at most `limit`; returns how many.
pub fn sweep(connection: &mut Connection, ended_before: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let mut ids: Vec<DeliveryId> = webhook_deliveries::table
        .filter(webhook_deliveries::ended_at.lt(At(ended_before)))
        .order(webhook_deliveries::ended_at)
        .limit(limit)
        .select(webhook_deliveries::id)
        .load(connection)?;
    if ids.is_empty() {
        ids = webhook_deliveries::table
            .inner_join(webhooks::table)
            .filter(webhooks::removed_at.is_not_null())
            .limit(limit)
            .select(webhook_deliveries::id)
            .load(connection)?;
    }
    remove(connection, ids)
}

fn remove(connection: &mut Connection, ids: Vec<DeliveryId>) -> Result<usize, StoreError> {
    let attempts = webhook_attempts::table.filter(webhook_attempts::delivery_id.eq_any(ids.clone()));
    diesel::delete(attempts).execute(connection)?;
    let deliveries = webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(ids));
    Ok(diesel::delete(deliveries).execute(connection)?)
}

//! What is or was to be sent to webhooks, who sends it, and what became of each attempt.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper, alias,
    dsl::{exists, not},
    select,
};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{webhook_attempts, webhook_deliveries, webhooks},
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
    created_at: At,
    ended_at: Option<At>,
}

/// What waits for a webhook of one subject: of something that names both.
macro_rules! waiting_of_subject {
    ($of:expr) => {
        webhook_deliveries::table
            .filter(webhook_deliveries::webhook_id.eq($of.webhook))
            .filter(webhook_deliveries::subject_kind.eq(&$of.subject_kind))
            .filter(webhook_deliveries::subject_id.eq(&$of.subject_id))
            .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
    };
}

fn row(new: &NewDelivery, now: DateTime<Utc>) -> NewRow {
    NewRow {
        id: new.id,
        webhook_id: new.webhook,
        event_id: AnyId(new.event),
        event_number: new.event_number,
        kind: new.kind.clone(),
        subject_kind: new.subject_kind.clone(),
        subject_id: new.subject_id.clone(),
        status: DeliveryStatus::Waiting,
        attempts: 0,
        failures: 0,
        due_at: None,
        created_at: At(now),
        ended_at: None,
    }
}

/// Adds what is to be sent: at once, or after what waits for the same subject. The webhook is held.
pub fn insert(connection: &mut Connection, new: &NewDelivery, now: DateTime<Utc>) -> Result<(), StoreError> {
    let must_wait: bool = select(exists(waiting_of_subject!(new))).get_result(connection)?;
    let due_at = (!must_wait).then_some(At(now));
    diesel::insert_into(webhook_deliveries::table).values(NewRow { due_at, ..row(new, now) }).execute(connection)?;
    Ok(())
}

/// Adds a test, which nobody sends but whoever asked for it: it has failed unless its end is noted.
pub fn insert_test(connection: &mut Connection, new: &NewDelivery, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = NewRow { status: DeliveryStatus::Failed, ended_at: Some(At(now)), ..row(new, now) };
    diesel::insert_into(webhook_deliveries::table).values(row).execute(connection)?;
    Ok(())
}

/// Notes what became of a test.
pub fn end_test(connection: &mut Connection, id: DeliveryId, attempt: &Attempt) -> Result<(), StoreError> {
    let has_arrived = attempt.failure.is_none();
    let status = if has_arrived { DeliveryStatus::Delivered } else { DeliveryStatus::Failed };
    let changed = diesel::update(webhook_deliveries::table.filter(webhook_deliveries::id.eq(id)))
        .set((webhook_deliveries::status.eq(status), webhook_deliveries::attempts.eq(attempt.number)))
        .execute(connection)?;
    // Its webhook may have been taken away and swept meanwhile.
    if changed == 1 { insert_attempt(connection, id, attempt) } else { Ok(()) }
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
        .inner_join(webhooks::table.on(webhooks::id.eq(webhook_deliveries::webhook_id)))
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
    let rows: Vec<DeliveryRow> = query.order(webhook_deliveries::sequence.desc()).limit(limit).load(connection)?;
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

/// Which webhooks have something due at a moment, and whether nothing arrives there at present.
pub fn with_due(connection: &mut Connection, now: DateTime<Utc>) -> Result<Vec<(WebhookId, bool)>, StoreError> {
    let due = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhooks::id))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::due_at.le(At(now)));
    Ok(webhooks::table
        .filter(webhooks::status.eq(WebhookStatus::Active))
        .filter(webhooks::removed_at.is_null())
        .filter(exists(due))
        .order(webhooks::id)
        .select((webhooks::id, webhooks::failing_since.is_not_null()))
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

/// Takes up what is due to a webhook, at most `limit`, and nothing before what waits for the same subject from earlier; others leave it alone
/// until `lease_until`. What was taken up before and not heard of again is told of as broken off. The webhook is held.
pub fn claim(
    connection: &mut Connection,
    webhook: WebhookId,
    (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
    (token, limit): (Uuid, i64),
) -> Result<Vec<Claim>, StoreError> {
    let earlier = alias!(webhook_deliveries as earlier);
    let before = earlier
        .filter(earlier.field(webhook_deliveries::webhook_id).eq(webhook_deliveries::webhook_id))
        .filter(earlier.field(webhook_deliveries::subject_kind).eq(webhook_deliveries::subject_kind))
        .filter(earlier.field(webhook_deliveries::subject_id).eq(webhook_deliveries::subject_id))
        .filter(earlier.field(webhook_deliveries::status).eq(DeliveryStatus::Waiting))
        .filter(earlier.field(webhook_deliveries::sequence).lt(webhook_deliveries::sequence));
    let due: Vec<(DeliveryRow, Option<Uuid>)> = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::due_at.le(At(now)))
        .filter(not(exists(before)))
        .order((webhook_deliveries::due_at, webhook_deliveries::sequence))
        .limit(limit)
        .select((DeliveryRow::as_select(), webhook_deliveries::claim))
        .load(connection)?;
    let mut claims = Vec::new();
    for (row, former) in due {
        diesel::update(webhook_deliveries::table.find(row.sequence))
            .set((
                webhook_deliveries::claim.eq(Some(AnyId(token))),
                webhook_deliveries::due_at.eq(Some(At(lease_until))),
                webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1),
            ))
            .execute(connection)?;
        if former.is_some() {
            note_broken_off(connection, &row, now)?;
        }
        let mut delivery = Delivery::from(row);
        delivery.attempts += 1;
        claims.push(Claim { delivery, token });
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

/// When the attempt before the one that is under way was made; none when it is the first.
pub fn attempted_before(connection: &mut Connection, claim: &Claim) -> Result<Option<DateTime<Utc>>, StoreError> {
    let found: Option<At> = webhook_attempts::table
        .filter(webhook_attempts::delivery_id.eq(claim.delivery.id))
        .order(webhook_attempts::number.desc())
        .select(webhook_attempts::at)
        .first(connection)
        .optional()?;
    Ok(found.map(|at| at.0))
}

/// Notes what became of an attempt; false when another process has taken the delivery up, or it is gone. What has arrived has arrived, whoever
/// else has taken it up. What waits next for the same subject follows. The webhook is held.
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
    let own = &claim.delivery;
    let holder: Option<Option<Uuid>> = webhook_deliveries::table
        .find(own.sequence)
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .select(webhook_deliveries::claim)
        .first(connection)
        .optional()?;
    match holder {
        Some(holder) if holder == Some(claim.token) || next == Next::Delivered => {}
        Some(_) | None => return Ok(false),
    }
    let nobody: Option<AnyId> = None;
    diesel::update(webhook_deliveries::table.find(own.sequence))
        .set((
            webhook_deliveries::status.eq(status),
            webhook_deliveries::due_at.eq(due_at),
            webhook_deliveries::ended_at.eq(ended_at),
            webhook_deliveries::claim.eq(nobody),
            webhook_deliveries::failures.eq(own.failures.saturating_add(i32::from(next != Next::Delivered))),
        ))
        .execute(connection)?;
    insert_attempt(connection, own.id, attempt)?;
    if !matches!(next, Next::Again(_)) {
        let follower: Option<i64> = waiting_of_subject!(own)
            .order(webhook_deliveries::sequence)
            .select(webhook_deliveries::sequence)
            .first(connection)
            .optional()?;
        let follower = webhook_deliveries::table.filter(webhook_deliveries::sequence.nullable().eq(follower));
        diesel::update(follower.filter(webhook_deliveries::due_at.is_null()))
            .set(webhook_deliveries::due_at.eq(Some(At(now))))
            .execute(connection)?;
    }
    Ok(true)
}

/// Leaves a delivery that was taken up to whoever comes next, as if it had not been.
pub fn give_back(connection: &mut Connection, claim: &Claim, now: DateTime<Utc>) -> Result<(), StoreError> {
    let nobody: Option<AnyId> = None;
    diesel::update(webhook_deliveries::table.find(claim.delivery.sequence))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::claim.eq(Some(AnyId(claim.token))))
        .set((
            webhook_deliveries::claim.eq(nobody),
            webhook_deliveries::due_at.eq(Some(At(now))),
            webhook_deliveries::attempts.eq(webhook_deliveries::attempts - 1),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lets a delivery be sent at once, or after what waits for the same subject from earlier, with all its attempts before it; false while it is being
/// sent. The webhook is held.
pub fn send_again(connection: &mut Connection, own: &Delivery, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let earlier = waiting_of_subject!(own).filter(webhook_deliveries::sequence.lt(own.sequence));
    let must_wait: bool = select(exists(earlier)).get_result(connection)?;
    let none: Option<At> = None;
    let changed = diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::sequence.eq(own.sequence))
        .filter(webhook_deliveries::claim.is_null())
        .set((
            webhook_deliveries::status.eq(DeliveryStatus::Waiting),
            webhook_deliveries::failures.eq(0),
            webhook_deliveries::due_at.eq((!must_wait).then_some(At(now))),
            webhook_deliveries::ended_at.eq(none),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Makes everything that waits for its next attempt due, with all its attempts before it. What is being sent is left alone.
pub fn begin_anew(connection: &mut Connection, webhook: WebhookId, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(diesel::update(webhook_deliveries::table)
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Waiting))
        .filter(webhook_deliveries::claim.is_null())
        .filter(webhook_deliveries::due_at.is_not_null())
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
            .inner_join(webhooks::table.on(webhooks::id.eq(webhook_deliveries::webhook_id)))
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

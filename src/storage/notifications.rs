//! What accounts are told of.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, dsl::exists, select,
};

use super::{
    Connection, StoreError,
    schema::{notifications, reminder_rounds},
    sql_values::At,
};
use crate::domain::{
    id::{BatchId, CandidateId, CommentId, DelegationId, HonoreeId, NotificationId, UserId, WebhookId},
    month::Month,
    notification::{Notification, NotificationKind},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = notifications, treat_none_as_default_value = false)]
struct NotificationRow {
    id: NotificationId,
    user_id: UserId,
    kind: NotificationKind,
    comment_id: Option<CommentId>,
    candidate_id: Option<CandidateId>,
    reason: Option<String>,
    cycle: Option<Month>,
    deadline_at: Option<At>,
    waiting: Option<i64>,
    batch_id: Option<BatchId>,
    webhook_id: Option<WebhookId>,
    honoree_id: Option<HonoreeId>,
    delegation_id: Option<DelegationId>,
    created_at: At,
    read_at: Option<At>,
}

impl From<&Notification> for NotificationRow {
    fn from(told: &Notification) -> Self {
        Self {
            id: told.id,
            user_id: told.user,
            kind: told.kind,
            comment_id: told.comment,
            candidate_id: told.candidate,
            reason: told.reason.clone(),
            cycle: told.cycle,
            deadline_at: told.deadline_at.map(At),
            waiting: told.waiting,
            batch_id: told.batch,
            webhook_id: told.webhook,
            honoree_id: told.honoree,
            delegation_id: told.delegation,
            created_at: At(told.created_at),
            read_at: told.read_at.map(At),
        }
    }
}

/// Adds a notification.
pub fn insert(connection: &mut Connection, told: &Notification) -> Result<(), StoreError> {
    diesel::insert_into(notifications::table).values(NotificationRow::from(told)).execute(connection)?;
    Ok(())
}

/// Adds a notification unless its account was told under the same name before.
pub fn insert_once(connection: &mut Connection, told: &Notification, notice: &str) -> Result<(), StoreError> {
    let row = (NotificationRow::from(told), notifications::notice.eq(Some(notice)));
    on_either!(connection, inner => {
        diesel::insert_into(notifications::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(())
}

/// Whether everybody was told in a round of reminders.
pub fn is_round_done(connection: &mut Connection, notice: &str) -> Result<bool, StoreError> {
    Ok(select(exists(reminder_rounds::table.find(notice))).get_result(connection)?)
}

/// Notes that everybody was told in a round of reminders.
pub fn set_round_done(connection: &mut Connection, notice: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = (reminder_rounds::notice.eq(notice), reminder_rounds::done_at.eq(At(now)));
    on_either!(connection, inner => {
        diesel::insert_into(reminder_rounds::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(())
}

impl From<NotificationRow> for Notification {
    fn from(row: NotificationRow) -> Self {
        Self {
            id: row.id,
            user: row.user_id,
            kind: row.kind,
            comment: row.comment_id,
            candidate: row.candidate_id,
            reason: row.reason,
            cycle: row.cycle,
            deadline_at: row.deadline_at.map(|at| at.0),
            waiting: row.waiting,
            batch: row.batch_id,
            webhook: row.webhook_id,
            honoree: row.honoree_id,
            delegation: row.delegation_id,
            created_at: row.created_at.0,
            read_at: row.read_at.map(|at| at.0),
        }
    }
}

/// One page of an account's notifications, the latest first; those not read alone, if that is asked.
pub fn list(
    connection: &mut Connection,
    (user, unread): (UserId, bool),
    after: Option<(DateTime<Utc>, NotificationId)>,
    limit: i64,
) -> Result<Vec<Notification>, StoreError> {
    let mut query =
        notifications::table.filter(notifications::user_id.eq(user)).select(NotificationRow::as_select()).into_boxed();
    if unread {
        query = query.filter(notifications::read_at.is_null());
    }
    if let Some((at, id)) = after {
        let same_moment = notifications::created_at.eq(At(at)).and(notifications::id.lt(id));
        query = query.filter(notifications::created_at.lt(At(at)).or(same_moment));
    }
    let order = (notifications::created_at.desc(), notifications::id.desc());
    let rows: Vec<NotificationRow> = query.order(order).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Notification::from).collect())
}

/// Which of some notifications are an account's.
pub fn own(
    connection: &mut Connection,
    user: UserId,
    ids: &[NotificationId],
) -> Result<Vec<NotificationId>, StoreError> {
    Ok(notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::id.eq_any(ids.to_vec()))
        .select(notifications::id)
        .load(connection)?)
}

/// Marks some of an account's notifications as read. The first mark stays.
pub fn mark_read(
    connection: &mut Connection,
    user: UserId,
    ids: &[NotificationId],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let target = notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::id.eq_any(ids.to_vec()))
        .filter(notifications::read_at.is_null());
    diesel::update(target).set(notifications::read_at.eq(Some(At(at)))).execute(connection)?;
    Ok(())
}

/// How many of an account's notifications are not read.
pub fn count_unread(connection: &mut Connection, user: UserId) -> Result<i64, StoreError> {
    Ok(notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::read_at.is_null())
        .count()
        .get_result(connection)?)
}

//! Webhooks, their secrets, and how far each has followed the events.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError, locks,
    schema::{webhook_deliveries, webhooks},
    sql_values::{At, Stored},
};
use crate::domain::{
    event::EventKind,
    id::{UserId, WebhookId},
    text_enum::TextEnum,
    webhook::{PauseReason, Webhook, WebhookStatus},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
struct WebhookRow {
    id: WebhookId,
    owner_id: UserId,
    url: String,
    description: Option<String>,
    kinds: Option<Stored<Vec<String>>>,
    status: WebhookStatus,
    paused_because: Option<PauseReason>,
    failing_since: Option<At>,
    delivered_at: Option<At>,
    former_until: Option<At>,
    place: i64,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<WebhookRow> for Webhook {
    fn from(row: WebhookRow) -> Self {
        // What only a later version of the program knows is not asked for by this one.
        let known = |names: Vec<String>| names.iter().filter_map(|name| EventKind::find(name)).collect();
        Self {
            id: row.id,
            owner: row.owner_id,
            url: row.url,
            description: row.description,
            kinds: row.kinds.map(|names| known(names.0)),
            status: row.status,
            paused_because: row.paused_because,
            failing_since: row.failing_since.map(|at| at.0),
            delivered_at: row.delivered_at.map(|at| at.0),
            former_until: row.former_until.map(|at| at.0),
            place: row.place,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

fn names(kinds: Option<&BTreeSet<EventKind>>) -> Option<Stored<Vec<String>>> {
    kinds.map(|kinds| Stored(kinds.iter().map(|kind| kind.as_str().to_owned()).collect()))
}

impl From<&Webhook> for WebhookRow {
    fn from(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id,
            owner_id: webhook.owner,
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            kinds: names(webhook.kinds.as_ref()),
            status: webhook.status,
            paused_because: webhook.paused_because,
            failing_since: webhook.failing_since.map(At),
            delivered_at: webhook.delivered_at.map(At),
            former_until: webhook.former_until.map(At),
            place: webhook.place,
            version: webhook.version,
            created_at: At(webhook.created_at),
            updated_at: At(webhook.updated_at),
        }
    }
}

/// Adds a webhook with its sealed secret.
pub fn insert(connection: &mut Connection, webhook: &Webhook, secret: Vec<u8>) -> Result<(), StoreError> {
    let row = (WebhookRow::from(webhook), webhooks::secret.eq(secret));
    diesel::insert_into(webhooks::table).values(row).execute(connection)?;
    Ok(())
}

/// How many webhooks an account has.
pub fn count_of(connection: &mut Connection, owner: UserId) -> Result<i64, StoreError> {
    Ok(webhooks::table
        .filter(webhooks::owner_id.eq(owner))
        .filter(webhooks::removed_at.is_null())
        .count()
        .get_result(connection)?)
}

/// Finds a webhook.
pub fn find(connection: &mut Connection, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    let row = webhooks::table
        .filter(webhooks::id.eq(id))
        .filter(webhooks::removed_at.is_null())
        .select(WebhookRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Webhook::from))
}

/// Holds a webhook against every other writer and returns it.
pub fn find_locked(connection: &mut Connection, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    locks::webhook(connection, id)?;
    find(connection, id)
}

/// One page in the order of their making, of an account or of all.
pub fn list(
    connection: &mut Connection,
    owner: Option<UserId>,
    after: Option<(DateTime<Utc>, WebhookId)>,
    limit: i64,
) -> Result<Vec<Webhook>, StoreError> {
    let mut query = webhooks::table.filter(webhooks::removed_at.is_null()).select(WebhookRow::as_select()).into_boxed();
    if let Some(owner) = owner {
        query = query.filter(webhooks::owner_id.eq(owner));
    }
    if let Some((at, id)) = after {
        let same_moment = webhooks::created_at.eq(At(at)).and(webhooks::id.gt(id));
        query = query.filter(webhooks::created_at.gt(At(at)).or(same_moment));
    }
    let rows: Vec<WebhookRow> = query.order((webhooks::created_at, webhooks::id)).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Webhook::from).collect())
}

/// Writes what its owner says of a webhook, if the version is still the one given; false when it is not.
pub fn update_if(connection: &mut Connection, webhook: &Webhook, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = WebhookRow::from(webhook);
    let target = webhooks::table.filter(webhooks::id.eq(webhook.id)).filter(webhooks::version.eq(webhook.version));
    let changed = diesel::update(target)
        .set((
            webhooks::url.eq(row.url),
            webhooks::description.eq(row.description),
            webhooks::kinds.eq(row.kinds),
            webhooks::status.eq(row.status),
            webhooks::paused_because.eq(row.paused_because),
            webhooks::failing_since.eq(row.failing_since),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Pauses a webhook.
pub fn pause(
    connection: &mut Connection,
    id: WebhookId,
    because: PauseReason,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::status.eq(WebhookStatus::Paused),
            webhooks::paused_because.eq(Some(because)),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes that something has arrived, or has not.
pub fn note_attempt(
    connection: &mut Connection,
    id: WebhookId,
    (has_arrived, now): (bool, DateTime<Utc>),
) -> Result<(), StoreError> {
    let target = webhooks::table.find(id);
    if has_arrived {
        let none: Option<At> = None;
        diesel::update(target)
            .set((webhooks::failing_since.eq(none), webhooks::delivered_at.eq(Some(At(now)))))
            .execute(connection)?;
    } else {
        diesel::update(target.filter(webhooks::failing_since.is_null()))
            .set(webhooks::failing_since.eq(Some(At(now))))
            .execute(connection)?;
    }
    Ok(())
}

/// The sealed secrets that sign: the one that holds, and the former one with its end.
pub type Secrets = (Vec<u8>, Option<(Vec<u8>, DateTime<Utc>)>);

/// The secrets of a webhook.
pub fn secrets(connection: &mut Connection, id: WebhookId) -> Result<Option<Secrets>, StoreError> {
    type Row = (Vec<u8>, Option<Vec<u8>>, Option<At>);
    let found: Option<Row> = webhooks::table
        .find(id)
        .select((webhooks::secret, webhooks::former_secret, webhooks::former_until))
        .first(connection)
        .optional()?;
    Ok(found.map(|(secret, former, until)| (secret, former.zip(until.map(|at| at.0)))))
}

/// Puts a new secret in the place of the one that holds, which signs too until its end.
pub fn rotate(
    connection: &mut Connection,
    id: WebhookId,
    (secret, former, until): (Vec<u8>, Vec<u8>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::secret.eq(secret),
            webhooks::former_secret.eq(Some(former)),
            webhooks::former_until.eq(Some(At(until))),
            webhooks::version.eq(webhooks::version + 1),
            webhooks::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes a webhook away; what it was sent is swept later.
pub fn remove(connection: &mut Connection, id: WebhookId, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(webhooks::table.find(id)).set(webhooks::removed_at.eq(Some(At(now)))).execute(connection)?;
    Ok(())
}

/// Which webhooks have events to follow behind their place, the one that is farthest behind first.
pub fn behind(connection: &mut Connection, last: i64, limit: i64) -> Result<Vec<WebhookId>, StoreError> {
    Ok(webhooks::table
        .filter(webhooks::status.eq(WebhookStatus::Active))
        .filter(webhooks::removed_at.is_null())
        .filter(webhooks::place.lt(last))
        .order((webhooks::place, webhooks::id))
        .limit(limit)
        .select(webhooks::id)
        .load(connection)?)
}

/// Lets a webhook follow the events anew from a place.
pub fn go_back(
    connection: &mut Connection,
    id: WebhookId,
    place: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(place) = place {
        set_place(connection, id, place)?;
    }
    diesel::update(webhooks::table.find(id))
        .set((webhooks::version.eq(webhooks::version + 1), webhooks::updated_at.eq(At(now))))
        .execute(connection)?;
    Ok(())
}

/// Notes how far a webhook has followed the events.
pub fn set_place(connection: &mut Connection, id: WebhookId, place: i64) -> Result<(), StoreError> {
    diesel::update(webhooks::table.find(id)).set(webhooks::place.eq(place)).execute(connection)?;
    Ok(())
}

/// Removes webhooks that were taken away and of which nothing is left, at most `limit`; returns how many.
pub fn forget_removed(connection: &mut Connection, limit: i64) -> Result<usize, StoreError> {
    use diesel::dsl::{exists, not};
    let left = webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(webhooks::id));
    let gone: Vec<WebhookId> = webhooks::table
        .filter(webhooks::removed_at.is_not_null())
        .filter(not(exists(left)))
        .limit(limit)
        .select(webhooks::id)
        .load(connection)?;
    Ok(diesel::delete(webhooks::table.filter(webhooks::id.eq_any(gone))).execute(connection)?)
}

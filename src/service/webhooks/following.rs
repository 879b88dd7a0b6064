//! From events to deliveries: each webhook follows the numbered events from its own place.

use serde_json::json;

use super::OWNERS;
use crate::{
    domain::{
        event::Viewer,
        id::{UserId, WebhookId},
        notification::{Notification, NotificationKind},
        role::Role,
        webhook::{PauseReason, Webhook, WebhookStatus},
    },
    service::{
        Caller, Error, Service, caller,
        events::Told,
        generator, notifications,
        record::{self, Deed},
    },
    storage::{self, Connection, outbox_events::OutboxEvent, webhook_deliveries::NewDelivery},
};

/// Events that a webhook follows in one transaction.
const PAGE: i64 = 200;
/// With so many deliveries waiting a webhook follows no further: events are kept anyhow, and a receiver that is away should not fill the database.
const MOST_WAITING: i64 = 1_000;
/// So many administrators are told of a pause at most.
const MOST_TOLD: i64 = 20;
/// Webhooks that are looked for together.
const AT_ONCE: i64 = 1_000;

/// Lets every webhook follow the events; returns how many deliveries were made. Safe in several processes at once.
pub(super) async fn follow(service: &Service) -> Result<usize, Error> {
    let read = service.store.read(|db| {
        let last = storage::outbox_events::last_number(db)?;
        let behind = storage::webhooks::behind(db, last, AT_ONCE)?;
        let waiting = storage::webhook_deliveries::count_all_waiting(db, &behind)?;
        let has_place = |id: &WebhookId| waiting.get(id).is_none_or(|waiting| *waiting < MOST_WAITING);
        Ok::<_, Error>(behind.into_iter().filter(has_place).collect::<Vec<_>>())
    });
    let mut made = 0;
    for id in read.await? {
        let of_service = service.clone();
        match service.store.write(move |db| follow_page(&of_service, db, id)).await {
            Ok(of_this) => made += of_this,
            // It is no matter of the others.
            Err(error) => log::warn!("webhook {id} could not follow the events: {error}"),
        }
    }
    Ok(made)
}

fn follow_page(service: &Service, db: &mut Connection, id: WebhookId) -> Result<usize, Error> {
    let Some(webhook) = storage::webhooks::find_locked(db, id)? else { return Ok(0) };
    let waiting = storage::webhook_deliveries::count_waiting(db, id)?;
    if webhook.status != WebhookStatus::Active || waiting >= MOST_WAITING {
        return Ok(0);
    }
    let Some(viewer) = viewer(db, webhook.owner)? else {
        pause(service, db, &webhook, PauseReason::Owner)?;
        return Ok(0);
    };
    // Before the page, so that nothing is passed over that is sealed meanwhile.
    let last = storage::outbox_events::last_number(db)?;
    let page = storage::outbox_events::after(db, webhook.place, PAGE.min(MOST_WAITING - waiting))?;
    let now = service.clocks.machine();
    let mut made = 0;
    for event in page.iter().filter(|event| webhook.wants(event.kind)) {
        if Told::to(&viewer, event).is_some() {
            let delivery = delivery_of(service, id, event)?;
            storage::webhook_deliveries::insert(db, &delivery, now)?;
            made += 1;
        }
    }
    let place = page.last().and_then(|event| event.number).unwrap_or(last);
    storage::webhooks::set_place(db, id, place)?;
    Ok(made)
}

fn delivery_of(service: &Service, webhook: WebhookId, event: &OutboxEvent) -> Result<NewDelivery, Error> {
    Ok(NewDelivery {
        id: generator::new_id(&service.clocks)?,
        webhook,
        event: event.id.into(),
        event_number: event.number,
        kind: event.kind.as_str().to_owned(),
        subject_kind: event.subject_kind.clone(),
        subject_id: event.subject_id.clone(),
    })
}

/// As whom a webhook is told: its owner as the account is now; none when that has no webhooks any more.
pub(super) fn viewer(db: &mut Connection, owner: UserId) -> Result<Option<Viewer>, Error> {
    let Some(user) = storage::users::find(db, owner)? else { return Ok(None) };
    let account = caller::find_account(db, owner, user.auth_version)?;
    let account = account.filter(|account| OWNERS.contains(&account.role));
    Ok(account.map(|account| Viewer { role: account.role, scope: account.scope }))
}

/// Pauses a webhook by itself, and tells its owner. What happens meanwhile waits. An owner who may have none is not told; the administrators
/// see it in the list.
pub(super) fn pause(
    service: &Service,
    db: &mut Connection,
    webhook: &Webhook,
    because: PauseReason,
) -> Result<(), Error> {
    storage::webhooks::pause(db, webhook.id, because, service.clocks.machine())?;
    let details = json!({ "because": because.as_str() });
    let deed = Deed::new("webhook.paused", "webhook", webhook.id).with(details);
    record::audit(service, db, &Caller::default(), &deed)?;
    if because == PauseReason::Owner {
        return Ok(());
    }
    for user in recipients(db, webhook.owner)? {
        let told = Notification {
            webhook: Some(webhook.id),
            ..notifications::blank(service, user, NotificationKind::WebhookPaused)?
        };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}

/// Its owner, and the administrators: nobody sits before the portal's account.
fn recipients(db: &mut Connection, owner: UserId) -> Result<Vec<UserId>, Error> {
    let mut told = storage::users::active_in(db, Role::Admin, MOST_TOLD)?;
    if !told.contains(&owner) {
        told.push(owner);
    }
    Ok(told)
}

//! What was sent, for whoever looks for a fault; sending it again; and a test.

use serde_json::json;

use super::{
    post::{self, Message},
    secrets, subscriptions,
};
use crate::{
    domain::{
        fault::Code,
        id::{DeliveryId, WebhookId},
        webhook::{Attempt, Delivery, DeliveryStatus, TEST_KIND, WebhookStatus},
    },
    service::{
        Caller, Error, Service, generator,
        record::{self, Deed},
    },
    storage::{self, Connection, webhook_deliveries::NewDelivery},
};

/// A delivery with its attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedDelivery {
    /// The delivery.
    pub delivery: Delivery,
    /// What became of each attempt.
    pub attempts: Vec<Attempt>,
}

/// One page of what was or is to be sent to a webhook, the latest first.
pub async fn list_deliveries(
    service: &Service,
    caller: &Caller,
    (id, status): (WebhookId, Option<DeliveryStatus>),
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<LoggedDelivery>, Error> {
    let account = super::require_owner(caller)?.clone();
    service
        .store
        .read(move |db| {
            let webhook = storage::webhooks::find(db, id)?.ok_or_else(Error::not_found)?;
            subscriptions::refuse_strangers(&account, &webhook)?;
            let deliveries = storage::webhook_deliveries::list(db, (id, status), before, limit)?;
            logged(db, deliveries)
        })
        .await
}

/// Sends something at once: what waits, what was given up, and what has arrived. Its attempts are counted anew. What still waits for
/// the same subject from earlier goes before it.
pub async fn retry_delivery(service: &Service, caller: &Caller, id: DeliveryId) -> Result<LoggedDelivery, Error> {
    let account = super::require_owner(caller)?.clone();
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let delivery = storage::webhook_deliveries::find(db, id)?.ok_or_else(Error::not_found)?;
        let webhook = subscriptions::hold(db, &account, delivery.webhook)?;
        if webhook.status != WebhookStatus::Active {
            return Err(Error::of(Code::WebhookPaused));
        }
        let event = delivery.event_number.map(|number| storage::outbox_events::find(db, number)).transpose()?;
        if event.flatten().is_none() {
            return Err(Error::of(Code::EventGone));
        }
        if !storage::webhook_deliveries::send_again(db, &delivery, of_service.clocks.machine())? {
            return Err(Error::of(Code::RequestInProgress));
        }
        record::audit(&of_service, db, &caller, &Deed::new("webhook.delivery_retried", "delivery", id))?;
        one_logged(db, id)
    });
    write.await
}

/// Sends a test and waits for what becomes of it. It is sent once, to a webhook that is paused too.
pub async fn test_webhook(service: &Service, caller: &Caller, id: WebhookId) -> Result<LoggedDelivery, Error> {
    let account = super::require_owner(caller)?.clone();
    let delivery: DeliveryId = generator::new_id(&service.clocks)?;
    let at = service.clocks.machine();
    let new = NewDelivery {
        id: delivery,
        webhook: id,
        event: generator::new_id(&service.clocks)?,
        event_number: None,
        kind: TEST_KIND.to_owned(),
        subject_kind: "webhook".to_owned(),
        subject_id: id.to_string(),
    };
    let data = json!({
        "id": new.event,
        "type": TEST_KIND,
        "at": at,
        "subject": { "kind": &new.subject_kind, "id": &new.subject_id },
    });
    let message = Message::new(new.event, TEST_KIND, at, &data)?;
    let of_service = service.clone();
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let webhook = subscriptions::hold(db, &account, id)?;
        storage::webhook_deliveries::insert_test(db, &new, at)?;
        Ok::<_, Error>((webhook.url, secrets::signing(&of_service, db, id, at)?))
    });
    let (url, secrets) = write.await?;
    let attempt = post::send(&service.webhooks, &url, &secrets, (&message, at)).await?.attempt(1, at);
    let write = service.store.write(move |db| {
        storage::webhook_deliveries::end_test(db, delivery, &attempt)?;
        one_logged(db, delivery)
    });
    write.await
}

fn one_logged(db: &mut Connection, id: DeliveryId) -> Result<LoggedDelivery, Error> {
    let delivery = storage::webhook_deliveries::find(db, id)?.ok_or_else(Error::not_found)?;
    logged(db, vec![delivery])?.pop().ok_or_else(Error::not_found)
}

fn logged(db: &mut Connection, deliveries: Vec<Delivery>) -> Result<Vec<LoggedDelivery>, Error> {
    let ids: Vec<DeliveryId> = deliveries.iter().map(|delivery| delivery.id).collect();
    let mut attempts = storage::webhook_deliveries::attempts_of(db, &ids)?;
    let logged =
        |delivery: Delivery| LoggedDelivery { attempts: attempts.remove(&delivery.id).unwrap_or_default(), delivery };
    Ok(deliveries.into_iter().map(logged).collect())
}

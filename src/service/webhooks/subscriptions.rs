//! Webhooks as their owners keep them.

use chrono::{DateTime, Utc};
use serde_json::json;
use url::Url;

use super::secrets::Secret;
use crate::{
    domain::{
        fault::{Code, Fault},
        id::WebhookId,
        role::Role,
        text,
        webhook::{self, MOST_OF_ONE, PauseReason, Webhook, WebhookFields, WebhookStatus},
    },
    service::{
        Caller, Error, Service,
        caller::Account,
        error::refuse_invalid,
        first_answer::FirstAnswer,
        generator,
        idempotency::{self, Attempt},
        record::{self, Deed},
    },
    storage::{self, Connection},
};

/// A webhook and how much waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The webhook.
    pub webhook: Webhook,
    /// How many deliveries wait.
    pub waiting: i64,
}

/// A webhook that was made, with the secret that is shown this once.
#[derive(Clone, Debug)]
pub struct Made {
    /// The webhook.
    pub kept: Kept,
    /// Its secret.
    pub secret: Secret,
}

/// One page of webhooks in the order of their making: the portal's own, and every one for an administrator.
pub async fn list_webhooks(
    service: &Service,
    caller: &Caller,
    after: Option<(DateTime<Utc>, WebhookId)>,
    limit: i64,
) -> Result<Vec<Kept>, Error> {
    let account = super::require_owner(caller)?;
    let owner = (account.role != Role::Admin).then_some(account.id);
    service
        .store
        .read(move |db| {
            let webhooks = storage::webhooks::list(db, owner, after, limit)?;
            let ids: Vec<WebhookId> = webhooks.iter().map(|webhook| webhook.id).collect();
            let waiting = storage::webhook_deliveries::count_all_waiting(db, &ids)?;
            let kept = |webhook: Webhook| Kept { waiting: waiting.get(&webhook.id).copied().unwrap_or(0), webhook };
            Ok(webhooks.into_iter().map(kept).collect())
        })
        .await
}

/// Reads a webhook of the caller's.
pub async fn find_webhook(service: &Service, caller: &Caller, id: WebhookId) -> Result<Kept, Error> {
    let account = super::require_owner(caller)?.clone();
    service
        .store
        .read(move |db| {
            let kept = kept(db, id)?;
            refuse_strangers(&account, &kept.webhook)?;
            Ok(kept)
        })
        .await
}

/// Makes a webhook. It is told of what happens from now on.
pub async fn create_webhook(
    service: &Service,
    caller: &Caller,
    fields: WebhookFields,
    attempt: Option<Attempt>,
) -> Result<Made, Error> {
    let account = super::require_owner(caller)?.clone();
    refuse_invalid(fields.faults(&service.webhooks.terms().rules, account.role))?;
    let id: WebhookId = generator::new_id(&service.clocks)?;
    let secret = Secret::make()?;
    let sealed = secret.seal(service, id)?;
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        let now = of_service.clocks.machine();
        // Two at once are counted one after the other.
        storage::locks::user(db, account.id)?;
        account.recheck(db)?;
        idempotency::claim(db, attempt.as_ref(), now)?;
        let count = usize::try_from(storage::webhooks::count_of(db, account.id)?).unwrap_or(usize::MAX);
        if count >= MOST_OF_ONE {
            return Err(Error::fault(Fault::of(Code::WebhookLimit).with("limit", MOST_OF_ONE)));
        }
        let blank = Webhook {
            id,
            owner: account.id,
            url: String::new(),
            description: None,
            kinds: None,
            status: WebhookStatus::Active,
            paused_because: None,
            failing_since: None,
            delivered_at: None,
            former_until: None,
            place: storage::outbox_events::last_number(db)?,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let webhook = applied(fields, &blank);
        storage::webhooks::insert(db, &webhook, sealed.clone())?;
        record(&of_service, db, &caller, &webhook, "webhook.created")?;
        let first = FirstAnswer { status: 201, resource_id: id.into(), secret: Some(sealed) };
        idempotency::keep(db, attempt.as_ref(), &first)?;
        Ok(Kept { webhook, waiting: 0 })
    });
    Ok(Made { kept: write.await?, secret })
}

/// What was made by a request that is sent again.
pub async fn made_before(service: &Service, caller: &Caller, first: &FirstAnswer) -> Result<Made, Error> {
    let kept = find_webhook(service, caller, first.resource_id.into()).await?;
    let sealed = first.secret.as_deref().ok_or_else(|| Error::Internal("a first answer without secret".to_owned()))?;
    Ok(Made { secret: Secret::open(service, kept.webhook.id, sealed)?, kept })
}

/// Changes a webhook. One that is resumed goes on where it stopped; then, and when it has moved, what waits is sent at once.
pub async fn update_webhook(
    service: &Service,
    caller: &Caller,
    (id, version): (WebhookId, i64),
    fields: WebhookFields,
) -> Result<Kept, Error> {
    let account = super::require_owner(caller)?.clone();
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        let now = of_service.clocks.machine();
        account.recheck(db)?;
        let old = hold(db, &account, id)?;
        if old.version != version {
            return Err(Error::of(Code::PreconditionFailed));
        }
        let owner = storage::users::find(db, old.owner)?.map_or(account.role, |owner| owner.role);
        refuse_invalid(fields.faults(&of_service.webhooks.terms().rules, owner))?;
        let mut new = applied(fields, &old);
        if new != old {
            let is_resumed = new.status == WebhookStatus::Active && old.status == WebhookStatus::Paused;
            if is_resumed || new.url != old.url {
                new.failing_since = None;
                storage::webhook_deliveries::begin_anew(db, id, now)?;
            }
            if !storage::webhooks::update_if(db, &new, now)? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            record(&of_service, db, &caller, &new, "webhook.updated")?;
        }
        kept(db, id)
    });
    write.await
}

/// Takes a webhook away, with all that waits for it.
pub async fn delete_webhook(service: &Service, caller: &Caller, (id, version): (WebhookId, i64)) -> Result<(), Error> {
    let account = super::require_owner(caller)?.clone();
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let webhook = hold(db, &account, id)?;
        if webhook.version != version {
            return Err(Error::of(Code::PreconditionFailed));
        }
        storage::webhooks::remove(db, id, of_service.clocks.machine())?;
        record(&of_service, db, &caller, &webhook, "webhook.deleted")
    });
    write.await
}

/// Sends what has happened since a moment of the machine's clock once more, as far as it is kept. What waits comes in its order.
pub async fn replay(
    service: &Service,
    caller: &Caller,
    (id, version): (WebhookId, i64),
    since: DateTime<Utc>,
) -> Result<Kept, Error> {
    let account = super::require_owner(caller)?.clone();
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let webhook = hold(db, &account, id)?;
        if webhook.version != version {
            return Err(Error::of(Code::PreconditionFailed));
        }
        let first = storage::outbox_events::first_since(db, since)?.filter(|first| *first <= webhook.place);
        if let Some(first) = first {
            storage::webhook_deliveries::remove_waiting_behind(db, id, first - 1)?;
        }
        // A new version in any case: a request that is sent again is told that it was heard.
        storage::webhooks::go_back(db, id, first.map(|first| first - 1), of_service.clocks.machine())?;
        let details = json!({ "since": since });
        record::audit(&of_service, db, &caller, &Deed::new("webhook.replayed", "webhook", id).with(details))?;
        kept(db, id)
    });
    write.await
}

/// A webhook as it is now, with what waits for it.
pub(super) fn kept(db: &mut Connection, id: WebhookId) -> Result<Kept, Error> {
    let webhook = storage::webhooks::find(db, id)?.ok_or_else(Error::not_found)?;
    Ok(Kept { waiting: storage::webhook_deliveries::count_waiting(db, id)?, webhook })
}

/// A webhook of the account's, held against every other writer.
pub(super) fn hold(db: &mut Connection, account: &Account, id: WebhookId) -> Result<Webhook, Error> {
    let webhook = storage::webhooks::find_locked(db, id)?.ok_or_else(Error::not_found)?;
    refuse_strangers(account, &webhook)?;
    Ok(webhook)
}

/// 404 for whom a webhook is no business of.
pub(super) fn refuse_strangers(account: &Account, webhook: &Webhook) -> Result<(), Error> {
    let is_theirs = account.role == Role::Admin || webhook.owner == account.id;
    if is_theirs { Ok(()) } else { Err(Error::not_found()) }
}

fn applied(fields: WebhookFields, to: &Webhook) -> Webhook {
    let kinds = fields.kinds();
    let status = fields.status.unwrap_or(to.status);
    let paused_because = match status {
        WebhookStatus::Active => None,
        WebhookStatus::Paused => to.paused_because.or(Some(PauseReason::Asked)),
    };
    Webhook {
        url: fields.url.as_deref().map_or_else(|| to.url.clone(), webhook::canonical),
        description: fields
            .description
            .map_or_else(|| to.description.clone(), |said| said.as_deref().map(text::tidy_line)),
        kinds: kinds.unwrap_or_else(|| to.kinds.clone()),
        status,
        paused_because,
        ..to.clone()
    }
}

/// An address may hold a secret in its path, so the audit has its host alone.
fn record(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    webhook: &Webhook,
    action: &str,
) -> Result<(), Error> {
    let host = Url::parse(&webhook.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let details = json!({ "host": host, "status": webhook.status.as_str(), "owner": webhook.owner });
    record::audit(service, db, caller, &Deed::new(action, "webhook", webhook.id).with(details))
}

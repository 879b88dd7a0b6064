//! The job that sends. Every process runs it: what one has taken up the others leave alone, and take up themselves when they do not hear of
//! it again. A slow receiver holds up nobody else.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    sync::watch,
    task::{self, JoinError, JoinSet},
};
use uuid::Uuid;

use super::{
    following,
    post::{self, Message, Outcome},
    secrets::{self, Secret},
};
use crate::{
    domain::{
        id::WebhookId,
        webhook::{AttemptFailure, PauseReason, TEST_KIND, Webhook, WebhookStatus},
    },
    service::{Error, Service, events::Told, generator},
    storage::{
        self, Connection,
        webhook_deliveries::{Claim, Next},
    },
};

/// How often the job looks. Looking costs two small queries while nothing is to be done.
pub const EVERY: Duration = Duration::from_millis(250);
/// So much is sent to one webhook at the same time.
const AT_ONCE_TO_ONE: usize = 4;
/// So much is sent by one process at the same time.
const AT_ONCE: usize = 64;

/// Sends what is due, as one process.
pub struct Sender {
    service: Service,
    /// Each a task of its own: one that waits for its turn to write must not wait for the others to be looked after.
    under_way: JoinSet<()>,
    to: HashMap<task::Id, WebhookId>,
}

impl Sender {
    /// A sender that has nothing under way.
    #[must_use]
    pub fn new(service: &Service) -> Self {
        Self { service: service.clone(), under_way: JoinSet::new(), to: HashMap::new() }
    }

    /// Sends until it is told to stop; then nothing more is begun, and what is under way comes to its end.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !*stop.borrow() {
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { break },
                _ = ticks.tick() => {}
                Some(ended) = self.under_way.join_next_with_id() => {
                    self.note_end(ended);
                    while let Some(ended) = self.under_way.try_join_next_with_id() {
                        self.note_end(ended);
                    }
                }
            }
            if let Err(error) = self.look().await {
                log::warn!("webhooks could not be sent: {error}");
            }
        }
        while self.under_way.join_next().await.is_some() {}
    }

    /// Sends what is due by now, and what becomes due through that; returns how many attempts were made.
    pub async fn run_until_idle(&mut self) -> Result<usize, Error> {
        let mut attempts = 0;
        loop {
            self.look().await?;
            let Some(ended) = self.under_way.join_next_with_id().await else { return Ok(attempts) };
            self.note_end(ended);
            attempts += 1;
        }
    }

    fn note_end(&mut self, ended: Result<(task::Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                log::error!("a delivery was broken off: {error}");
                error.id()
            }
        };
        self.to.remove(&id);
    }

    /// Follows the events, and takes up as much as there is place for.
    async fn look(&mut self) -> Result<(), Error> {
        following::follow(&self.service).await?;
        let now = self.service.clocks.machine();
        let due = self.service.store.read(move |db| Ok::<_, Error>(storage::webhook_deliveries::with_due(db, now)?));
        for webhook in due.await? {
            let busy = self.to.values().filter(|other| **other == webhook).count();
            let places = AT_ONCE_TO_ONE.saturating_sub(busy).min(AT_ONCE.saturating_sub(self.to.len()));
            if places == 0 {
                continue;
            }
            for claim in take_up(&self.service, webhook, places).await? {
                let begun = self.under_way.spawn(carry(self.service.clone(), claim));
                self.to.insert(begun.id(), webhook);
            }
        }
        Ok(())
    }
}

/// How long the others leave alone what one process has taken up.
fn lease(service: &Service) -> TimeDelta {
    TimeDelta::from_std(service.webhooks.terms().patience.saturating_mul(2)).unwrap_or(TimeDelta::MAX)
}

/// The moment until which a delivery that is sent now is left alone.
pub(super) fn lease_until(service: &Service) -> DateTime<Utc> {
    service.clocks.machine() + lease(service)
}

async fn take_up(service: &Service, webhook: WebhookId, places: usize) -> Result<Vec<Claim>, Error> {
    let now = service.clocks.machine();
    let until = lease_until(service);
    let token: Uuid = generator::new_id(&service.clocks)?;
    let places = i64::try_from(places).unwrap_or(1);
    let write = service
        .store
        .write(move |db| Ok::<_, Error>(storage::webhook_deliveries::claim(db, webhook, (now, until), (token, places))?));
    write.await
}

async fn carry(service: Service, claim: Claim) {
    if let Err(error) = carry_out(&service, &claim).await {
        // It is taken up again when its lease has run out.
        log::warn!("delivery {} to webhook {} was broken off: {error}", claim.delivery.id, claim.delivery.webhook);
    }
}

/// What is to be sent where, signed by what.
struct Letter {
    url: String,
    secrets: Vec<Secret>,
    message: Message,
}

/// Makes one attempt at a delivery that was taken up, and notes what became of it.
pub(super) async fn carry_out(service: &Service, claim: &Claim) -> Result<(), Error> {
    let (of_service, of_claim) = (service.clone(), claim.clone());
    let letter = service.store.read(move |db| letter(&of_service, db, &of_claim)).await?;
    let at = service.clocks.machine();
    let outcome = match letter {
        Some(Letter { url, secrets, message }) => post::send(&service.webhooks, &url, &secrets, (&message, at)).await?,
        None => Outcome::of(AttemptFailure::Withheld),
    };
    let chance = f64::from(u32::from_be_bytes(generator::random::<4>()?)) / f64::from(u32::MAX);
    let (of_service, of_claim) = (service.clone(), claim.clone());
    service.store.write(move |db| settle(&of_service, db, &of_claim, (&outcome, at, chance))).await
}

/// None when the event is no more kept, or its owner may no more see it.
fn letter(service: &Service, db: &mut Connection, claim: &Claim) -> Result<Option<Letter>, Error> {
    let delivery = &claim.delivery;
    let Some(webhook) = storage::webhooks::find(db, delivery.webhook)? else { return Ok(None) };
    let Some(message) = message(db, claim, &webhook)? else { return Ok(None) };
    let secrets = secrets::signing(service, db, webhook.id, service.clocks.machine())?;
    Ok(Some(Letter { url: webhook.url, secrets, message }))
}

fn message(db: &mut Connection, claim: &Claim, webhook: &Webhook) -> Result<Option<Message>, Error> {
    let delivery = &claim.delivery;
    let Some(number) = delivery.event_number else {
        let data = serde_json::json!({
            "id": delivery.event,
            "type": TEST_KIND,
            "at": delivery.created_at,
            "subject": { "kind": delivery.subject_kind, "id": delivery.subject_id },
        });
        return Message::new(delivery.event, TEST_KIND, delivery.created_at, &data).map(Some);
    };
    let Some(viewer) = following::viewer(db, webhook.owner)? else { return Ok(None) };
    let Some(event) = storage::outbox_events::find(db, number)? else { return Ok(None) };
    let Some(told) = Told::to(&viewer, &event) else { return Ok(None) };
    Message::new(told.id, told.kind.as_str(), told.at, &told).map(Some)
}

/// Notes what became of an attempt: for the delivery, for what follows it, and for the webhook as a whole.
fn settle(
    service: &Service,
    db: &mut Connection,
    claim: &Claim,
    (outcome, at, chance): (&Outcome, DateTime<Utc>, f64),
) -> Result<(), Error> {
    let delivery = &claim.delivery;
    let Some(webhook) = storage::webhooks::find_locked(db, delivery.webhook)? else { return Ok(()) };
    let now = service.clocks.machine();
    let pause = service.webhooks.terms().retries.pause(delivery.failures.saturating_add(1), chance, outcome.asked);
    let is_test = delivery.event_number.is_none();
    // Nothing at all has arrived since this one was made: it is the receiver, not the message.
    let is_silent = webhook.delivered_at.is_none_or(|last| last <= delivery.created_at);
    let (next, paused) = match (outcome.failure, pause) {
        (None, _) => (Next::Delivered, None),
        (Some(AttemptFailure::Withheld), _) => (Next::Failed, None),
        (Some(_), _) if is_test => (Next::Failed, None),
        // What waits is kept for when the receiver is there again.
        (Some(AttemptFailure::Gone), _) => (Next::Again(now), Some(PauseReason::Gone)),
        (Some(_), None) if is_silent => (Next::Again(now), Some(PauseReason::Failing)),
        (Some(_), Some(pause)) => (Next::Again(now + pause), None),
        (Some(_), None) => (Next::Failed, None),
    };
    let attempt = outcome.attempt(delivery.attempts, at);
    if !storage::webhook_deliveries::settle(db, claim, (&attempt, next), now)? || is_test {
        return Ok(());
    }
    if outcome.failure != Some(AttemptFailure::Withheld) {
        storage::webhooks::note_attempt(db, webhook.id, (next == Next::Delivered, now))?;
    }
    match paused.filter(|_| webhook.status == WebhookStatus::Active) {
        Some(because) => following::pause(service, db, &webhook, because),
        None => Ok(()),
    }
}

/// Frees what a process that died had taken up, when the only process of a database starts.
pub async fn release_at_start(service: &Service) -> Result<usize, Error> {
    if !service.store.address().is_sqlite() {
        return Ok(0);
    }
    let now = service.clocks.machine();
    service.store.write(move |db| Ok(storage::webhook_deliveries::release_all(db, now)?)).await
}

//! The job that sends. Every process runs it: what one has taken up the others leave alone, and take up themselves when they do not hear of
//! it again. A receiver that does not answer holds up its own deliveries, and few of the places of all.

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
        webhook::{AttemptFailure, PauseReason, WebhookStatus},
    },
    service::{Error, Service, events::Told, generator},
    storage::{
        self, Connection,
        webhook_deliveries::{Claim, Next},
    },
};

/// How often the job looks. Looking costs three small queries while nothing is to be done.
pub const EVERY: Duration = Duration::from_millis(250);
/// So much is sent to one webhook at the same time.
const AT_ONCE_TO_ONE: usize = 4;
/// So much of it while nothing arrives there.
const AT_ONCE_TO_A_FAILING_ONE: usize = 1;
/// So much is sent by one process at the same time.
const AT_ONCE: usize = 64;
/// What an attempt may take beside the receiver's time: waiting for the database before and after it.
const SPARE: TimeDelta = TimeDelta::seconds(15);
/// After so many attempts a delivery is given up, whatever broke them off.
const MOST_ATTEMPTS: i32 = 1_000;

/// Sends what is due, as one process.
pub struct Sender {
    service: Service,
    /// Each a task of its own: one that waits for its turn to write must not wait for the others to be looked after.
    under_way: JoinSet<()>,
    to: HashMap<task::Id, WebhookId>,
    /// Grows with each look, so that another webhook comes first each time.
    looks: usize,
}

impl Sender {
    /// A sender that has nothing under way.
    #[must_use]
    pub fn new(service: &Service) -> Self {
        Self { service: service.clone(), under_way: JoinSet::new(), to: HashMap::new(), looks: 0 }
    }

    /// Sends until it is told to stop; then nothing more is begun, and what is under way comes to its end.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
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
            if *stop.borrow() {
                break;
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

    /// Follows the events, and takes up as much as there is place for. What goes wrong with one webhook is no matter of the others.
    async fn look(&mut self) -> Result<(), Error> {
        following::follow(&self.service).await?;
        let now = self.service.clocks.machine();
        let due = self.service.store.read(move |db| Ok::<_, Error>(storage::webhook_deliveries::with_due(db, now)?));
        let mut due = due.await?;
        self.looks = self.looks.wrapping_add(1);
        let first = self.looks.checked_rem(due.len()).unwrap_or(0);
        due.rotate_left(first);
        for (webhook, is_failing) in due {
            let most = if is_failing { AT_ONCE_TO_A_FAILING_ONE } else { AT_ONCE_TO_ONE };
            let busy = self.to.values().filter(|other| **other == webhook).count();
            let places = most.saturating_sub(busy).min(AT_ONCE.saturating_sub(self.to.len()));
            if places == 0 {
                continue;
            }
            match take_up(&self.service, webhook, places).await {
                Ok(claims) => {
                    for claim in claims {
                        let begun = self.under_way.spawn(carry(self.service.clone(), claim));
                        self.to.insert(begun.id(), webhook);
                    }
                }
                Err(error) => log::warn!("nothing could be taken up for webhook {webhook}: {error}"),
            }
        }
        Ok(())
    }
}

async fn take_up(service: &Service, webhook: WebhookId, places: usize) -> Result<Vec<Claim>, Error> {
    let token: Uuid = generator::new_id(&service.clocks)?;
    let places = i64::try_from(places).unwrap_or(1);
    let patience = TimeDelta::from_std(service.webhooks.terms().patience).unwrap_or(TimeDelta::MAX);
    let of_service = service.clone();
    let write = service.store.write(move |db| {
        let held = storage::webhooks::find_locked(db, webhook)?;
        if held.is_none_or(|held| held.status != WebhookStatus::Active) {
            return Ok(Vec::new());
        }
        let now = of_service.clocks.machine();
        let lease_until = now + patience + patience + SPARE;
        Ok(storage::webhook_deliveries::claim(db, webhook, (now, lease_until), (token, places))?)
    });
    write.await
}

async fn carry(service: Service, claim: Claim) {
    if let Err(error) = carry_out(&service, &claim).await {
        // It is taken up again when its lease has run out.
        log::warn!("delivery {} to webhook {} was broken off: {error}", claim.delivery.id, claim.delivery.webhook);
    }
}

/// What is to be done about a delivery.
enum Task {
    /// It is to be sent there, signed by these.
    Send { url: String, secrets: Vec<Secret>, message: Message },
    /// The event is no more kept, or its owner may no more see it.
    Withhold,
    /// Its owner may have no webhooks any more.
    Pause,
    /// Its webhook is gone.
    Nothing,
}

/// Makes one attempt at a delivery that was taken up, and notes what became of it.
async fn carry_out(service: &Service, claim: &Claim) -> Result<(), Error> {
    let (of_service, of_claim) = (service.clone(), claim.clone());
    let task = service.store.read(move |db| task(&of_service, db, &of_claim)).await?;
    let at = service.clocks.machine();
    let (url, outcome) = match task {
        Task::Nothing => return Ok(()),
        Task::Pause => return pause_for_owner(service, claim).await,
        Task::Withhold => (None, Outcome::of(AttemptFailure::Withheld)),
        Task::Send { .. } if claim.delivery.attempts > MOST_ATTEMPTS => (None, Outcome::of(AttemptFailure::BrokenOff)),
        Task::Send { url, secrets, message } => {
            let outcome = post::send(&service.webhooks, &url, &secrets, (&message, at)).await?;
            (Some(url), outcome)
        }
    };
    let chance = f64::from(u32::from_be_bytes(generator::random::<4>()?)) / f64::from(u32::MAX);
    let (of_service, of_claim) = (service.clone(), claim.clone());
    let made = Made { url, outcome, at, chance };
    service.store.write(move |db| settle(&of_service, db, &of_claim, &made)).await
}

fn task(service: &Service, db: &mut Connection, claim: &Claim) -> Result<Task, Error> {
    let Some(webhook) = storage::webhooks::find(db, claim.delivery.webhook)? else { return Ok(Task::Nothing) };
    let Some(viewer) = following::viewer(db, webhook.owner)? else { return Ok(Task::Pause) };
    let number = claim.delivery.event_number.unwrap_or_default();
    let event = storage::outbox_events::find(db, number)?;
    let Some(told) = event.and_then(|event| Told::to(&viewer, &event)) else { return Ok(Task::Withhold) };
    let message = Message::new(told.id, told.kind.as_str(), told.at, &told)?;
    let secrets = secrets::signing(service, db, webhook.id, service.clocks.machine())?;
    Ok(Task::Send { url: webhook.url, secrets, message })
}

/// What waits is kept for when the owner is back.
async fn pause_for_owner(service: &Service, claim: &Claim) -> Result<(), Error> {
    let (of_service, of_claim) = (service.clone(), claim.clone());
    let write = service.store.write(move |db| {
        let now = of_service.clocks.machine();
        let Some(webhook) = storage::webhooks::find_locked(db, of_claim.delivery.webhook)? else { return Ok(()) };
        storage::webhook_deliveries::give_back(db, &of_claim, now)?;
        if webhook.status == WebhookStatus::Active {
            following::pause(&of_service, db, &webhook, PauseReason::Owner)?;
        }
        Ok(())
    });
    write.await
}

/// An attempt that was made.
struct Made {
    /// Where to, if it was sent at all.
    url: Option<String>,
    outcome: Outcome,
    at: DateTime<Utc>,
    /// By which the next one is put off a little, from 0 to 1.
    chance: f64,
}

/// Notes what became of an attempt: for the delivery, for what follows it, and for the webhook as a whole.
fn settle(service: &Service, db: &mut Connection, claim: &Claim, made: &Made) -> Result<(), Error> {
    let delivery = &claim.delivery;
    let Some(webhook) = storage::webhooks::find_locked(db, delivery.webhook)? else { return Ok(()) };
    let now = service.clocks.machine();
    let Made { url, outcome, at, chance } = made;
    let pause = service.webhooks.terms().retries.pause(delivery.failures.saturating_add(1), *chance, outcome.asked);
    let before = storage::webhook_deliveries::attempted_before(db, claim)?.unwrap_or(delivery.created_at);
    // Nothing at all has arrived since it was tried before: it is the receiver, not the message.
    let is_silent = webhook.delivered_at.is_none_or(|last| last <= before);
    let (next, paused) = match (outcome.failure, pause) {
        (None, _) => (Next::Delivered, None),
        (Some(AttemptFailure::Withheld), _) => (Next::Failed, None),
        // What waits is kept for when the receiver is there again.
        (Some(AttemptFailure::Gone), _) => (Next::Again(now), Some(PauseReason::Gone)),
        (Some(_), _) if url.is_none() => (Next::Failed, None),
        (Some(_), None) if is_silent => (Next::Again(now), Some(PauseReason::Failing)),
        (Some(_), Some(pause)) => (Next::Again(now + pause), None),
        (Some(_), None) => (Next::Failed, None),
    };
    let attempt = outcome.attempt(delivery.attempts, *at);
    if !storage::webhook_deliveries::settle(db, claim, (&attempt, next), now)? {
        return Ok(());
    }
    if url.is_some() {
        storage::webhooks::note_attempt(db, webhook.id, (next == Next::Delivered, now))?;
    }
    // Whoever has moved away from an address is not judged by it.
    let is_there = url.as_ref().is_none_or(|url| *url == webhook.url);
    match paused.filter(|_| is_there && webhook.status == WebhookStatus::Active) {
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

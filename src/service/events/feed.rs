//! The job that numbers events and hands them on. Every process runs it: one at a time numbers, each hands on to its own
//! streams.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex, broadcast, watch};

use crate::{
    domain::id::UserId,
    service::{Error, Service},
    storage::{self, outbox_events::OutboxEvent},
};

/// How often the job looks. Short, for this is what a reader of a stream waits; looking costs one read of two small queries.
pub const EVERY: Duration = Duration::from_millis(50);
/// Events that are numbered in one transaction and handed on together.
const AT_ONCE: i64 = 500;
/// So many hands-on a stream may lag behind before it is ended; it is taken up again by number.
const LAG: usize = 256;

/// A sign of life is sent so often, and the account is looked at again.
const BEAT: Duration = Duration::from_secs(15);

/// Streams of one account at most.
const MOST_OF_ONE: usize = 20;

/// What is handed on together.
pub(super) type Page = Arc<[OutboxEvent]>;

/// The way of events to the streams of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pages: broadcast::Sender<Page>,
    /// Up to which number events were handed on; none before the first turn.
    told: Mutex<Option<i64>>,
    closed: watch::Sender<bool>,
    beat: Duration,
    seats: Seats,
}

/// How many streams each account has open.
type Seats = Arc<std::sync::Mutex<HashMap<UserId, usize>>>;

/// The place of a stream among those of its account, given back when it ends.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    account: UserId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = seats.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                seats.remove(&self.account);
            }
        }
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self::new(BEAT)
    }
}

impl Feed {
    /// With signs of life so often.
    #[must_use]
    pub fn new(beat: Duration) -> Self {
        let inner = Inner {
            pages: broadcast::Sender::new(LAG),
            told: Mutex::default(),
            closed: watch::Sender::new(false),
            beat,
            seats: Seats::default(),
        };
        Self(Arc::new(inner))
    }

    /// Ends all streams, for the server stops.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    pub(super) fn subscribe(&self) -> (broadcast::Receiver<Page>, watch::Receiver<bool>) {
        (self.0.pages.subscribe(), self.0.closed.subscribe())
    }

    /// A place for a stream of an account; none when it has as many as one may have.
    pub(super) fn seat(&self, account: UserId) -> Option<Seat> {
        let mut seats = self.0.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let count = seats.entry(account).or_default();
        if *count >= MOST_OF_ONE {
            return None;
        }
        *count += 1;
        Some(Seat { seats: Arc::clone(&self.0.seats), account })
    }

    pub(super) fn beat(&self) -> Duration {
        self.0.beat
    }

    /// How many streams are open.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.0.pages.receiver_count()
    }
}

/// Numbers what waits and hands on what was numbered since the last turn, by whichever process.
pub async fn turn(service: &Service) -> Result<(), Error> {
    let feed = &service.events.0;
    let mut told = feed.told.lock().await;
    let mut from = begun(service, &mut told).await?;
    loop {
        // Nearly always the answer to both is nothing, so they are asked together.
        let read = service.store.read(move |db| {
            let page = storage::outbox_events::after(db, from, AT_ONCE)?;
            Ok::<_, Error>((page, storage::outbox_events::is_any_unsealed(db)?))
        });
        let (page, is_any_unsealed) = read.await?;
        if let Some(last) = page.last().and_then(|event| event.number) {
            (*told, from) = (Some(last), last);
            // Nobody may be listening.
            drop(feed.pages.send(page.into()));
        } else if !is_any_unsealed || seal(service).await? == 0 {
            // Nothing waits, or another process is at it.
            return Ok(());
        }
    }
}

async fn seal(service: &Service) -> Result<usize, Error> {
    let now = service.clocks.machine();
    service.store.write(move |db| Ok::<_, Error>(storage::outbox_events::seal(db, now, AT_ONCE)?)).await
}

/// Makes sure that everything from now on is handed on: a stream that is opened reads up to here, or further, by itself.
pub(super) async fn begin(service: &Service) -> Result<(), Error> {
    let mut told = service.events.0.told.lock().await;
    begun(service, &mut told).await.map(drop)
}

async fn begun(service: &Service, told: &mut Option<i64>) -> Result<i64, Error> {
    if let Some(last) = *told {
        return Ok(last);
    }
    let last = service.store.read(|db| Ok::<_, Error>(storage::outbox_events::last_number(db)?)).await?;
    *told = Some(last);
    Ok(last)
}

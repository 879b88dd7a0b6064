//! A stream of events for one account: first what it missed, then what happens, without a gap and without a repetition.

use std::collections::BTreeSet;

use tokio::sync::{broadcast, watch};

use super::{
    RESUMABLE, Told,
    feed::{self, Page, Seat},
};
use crate::{
    domain::{
        event::{EventKind, Viewer},
        fault::Code,
        id::UserId,
    },
    service::{
        Error, Service,
        caller::{self, Account},
        generator,
    },
    storage,
};

/// A stream is ended after so many signs of life, an hour; the reader takes it up again with a credential of today.
const MOST_BEATS: u32 = 240;
/// Events that are read together while a stream catches up.
const PAGE: i64 = 200;
/// Streams of one process at most.
const MOST_READERS: usize = 10_000;

/// What a stream goes on with.
#[derive(Debug)]
pub enum Step {
    /// Events, in their order; perhaps none for this reader.
    Events(Vec<Told>),
    /// A sign of life, with the number up to which everything was told.
    Beat(i64),
    /// The end: the server stops, the reader was too slow, the account may no more, or an hour is over.
    End,
}

/// A stream. Nothing is kept for it but its place.
pub struct Reader {
    service: Service,
    account: (UserId, i64),
    viewer: Viewer,
    kinds: Option<BTreeSet<EventKind>>,
    /// Up to which number everything was told.
    place: i64,
    /// Whether what was missed is told, and the feed goes on from there.
    is_level: bool,
    beats: u32,
    _seat: Seat,
    /// Whether the reader was told where the stream begins.
    has_begun: bool,
    /// Whether the account could not be looked at the last time.
    is_unsure: bool,
    pages: broadcast::Receiver<Page>,
    closed: watch::Receiver<bool>,
    beat: tokio::time::Interval,
}

fn viewer(account: &Account) -> Viewer {
    Viewer { role: account.role, scope: account.scope.clone() }
}

/// Opens a stream behind the event with a number, or from now on; of some kinds of events, or all. 410 `events_expired` when what follows
/// the number is no more kept for streams, or the number was never given.
pub async fn follow(
    service: &Service,
    account: &Account,
    after: Option<i64>,
    kinds: Option<BTreeSet<EventKind>>,
) -> Result<Reader, Error> {
    if service.events.readers() >= MOST_READERS {
        return Err(Error::Unavailable("too many streams of events".to_owned()));
    }
    let seat = service.events.seat(account.id).ok_or_else(|| Error::of(Code::RateLimited))?;
    // Before the place is read, so that nothing falls between.
    let (pages, closed) = service.events.subscribe();
    feed::begin(service).await?;
    let since = service.clocks.machine() - RESUMABLE;
    let (last, first) = service
        .store
        .read(move |db| {
            let last = storage::outbox_events::last_number(db)?;
            let first = if after.is_some() { storage::outbox_events::first_since(db, since)? } else { None };
            Ok::<_, Error>((last, first))
        })
        .await?;
    let place = after.unwrap_or(last);
    if place > last || (place < last && place + 1 < first.unwrap_or(last + 1)) {
        return Err(Error::of(Code::EventsExpired));
    }
    let every = service.events.beat();
    // Thousands who come at the same moment, after a restart, do not have all their accounts looked at at the same moment ever after.
    let first = every.mul_f64(f64::from(u16::from_be_bytes(generator::random()?)) / f64::from(u16::MAX));
    let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + first, every);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    Ok(Reader {
        service: service.clone(),
        account: (account.id, account.auth_version),
        viewer: viewer(account),
        kinds,
        place,
        is_level: false,
        beats: 0,
        has_begun: false,
        _seat: seat,
        is_unsure: false,
        pages,
        closed,
        beat,
    })
}

impl Reader {
    /// Waits for what comes next.
    pub async fn next(&mut self) -> Step {
        if *self.closed.borrow() {
            return Step::End;
        }
        if !self.has_begun {
            // Whoever is cut off before the first event knows from where to go on.
            self.has_begun = true;
            return Step::Beat(self.place);
        }
        let step = if self.is_level { self.wait().await } else { self.catch_up().await };
        step.unwrap_or_else(|error| {
            log::warn!("a stream of events was ended: {error}");
            Step::End
        })
    }

    async fn catch_up(&mut self) -> Result<Step, Error> {
        let place = self.place;
        let page =
            self.service.store.read(move |db| Ok::<_, Error>(storage::outbox_events::after(db, place, PAGE)?)).await?;
        self.is_level = page.is_empty();
        Ok(Step::Events(self.take(&page)))
    }

    async fn wait(&mut self) -> Result<Step, Error> {
        tokio::select! {
            biased;
            page = self.pages.recv() => Ok(match page {
                Ok(page) => Step::Events(self.take(&page)),
                // Too slow, or nobody hands on any more.
                Err(_) => Step::End,
            }),
            _ = self.closed.changed() => Ok(Step::End),
            _ = self.beat.tick() => self.look_again().await,
        }
    }

    /// What of these events is for this reader and was not told yet.
    fn take(&mut self, page: &[storage::outbox_events::OutboxEvent]) -> Vec<Told> {
        let place = self.place;
        let new = page.iter().filter(|event| event.number.is_some_and(|number| number > place));
        let wanted = new.filter(|event| self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind)));
        let told = wanted.filter_map(|event| Told::to(&self.viewer, event)).collect();
        if let Some(last) = page.last().and_then(|event| event.number) {
            self.place = self.place.max(last);
        }
        told
    }

    async fn look_again(&mut self) -> Result<Step, Error> {
        self.beats += 1;
        let (id, auth_version) = self.account;
        let found = self.service.store.read(move |db| caller::find_account(db, id, auth_version)).await;
        let account = match found {
            // A short absence of the database is no reason to have everybody come back at once.
            Err(_) if !self.is_unsure && self.beats < MOST_BEATS => {
                self.is_unsure = true;
                return Ok(Step::Beat(self.place));
            }
            found => found?,
        };
        self.is_unsure = false;
        Ok(match account {
            Some(account) if self.beats < MOST_BEATS => {
                self.viewer = viewer(&account);
                Step::Beat(self.place)
            }
            Some(_) | None => Step::End,
        })
    }
}

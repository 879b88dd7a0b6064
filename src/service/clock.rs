//! The two clocks: the machine's, and the campaign's, which the sandbox and tests can set.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, DurationRound, Utc};

/// What the machine's clock says. Tokens, limits, idempotency keys and leases follow it.
pub trait MachineTime: Send + Sync {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTime;

impl MachineTime for SystemTime {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands until it is set, for tests.
#[derive(Clone, Debug)]
pub struct ManualTime(Arc<AtomicI64>);

impl ManualTime {
    /// A clock that stands at a moment.
    #[must_use]
    pub fn at(moment: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(moment.timestamp_micros())))
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}

impl MachineTime for ManualTime {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// Both clocks. The campaign's runs at a distance from the machine's.
#[derive(Clone)]
pub struct Clocks {
    machine: Arc<dyn MachineTime>,
    distance: Arc<AtomicI64>,
}

impl std::fmt::Debug for Clocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clocks").field("campaign", &self.campaign()).finish_non_exhaustive()
    }
}

impl AsRef<Self> for Clocks {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Clocks {
    /// Both clocks on the machine's time.
    #[must_use]
    pub fn new(machine: Arc<dyn MachineTime>) -> Self {
        Self { machine, distance: Arc::new(AtomicI64::new(0)) }
    }

    /// Campaign time: windows, days, cycles and everything named `*_at`. To the microsecond, as it is stored.
    #[must_use]
    pub fn campaign(&self) -> DateTime<Utc> {
        whole_microseconds(self.machine.now() + Duration::microseconds(self.distance.load(Ordering::SeqCst)))
    }

    /// Machine time: expiry of tokens, keys, limits and leases.
    #[must_use]
    pub fn machine(&self) -> DateTime<Utc> {
        whole_microseconds(self.machine.now())
    }

    /// Sets the campaign clock, which runs on from there; `None` brings it back to the machine's.
    pub fn set_campaign(&self, moment: Option<DateTime<Utc>>) {
        let distance = moment.map_or(0, |moment| (moment - self.machine()).num_microseconds().unwrap_or(0));
        self.distance.store(distance, Ordering::SeqCst);
    }

    /// True while the campaign clock is set apart from the machine's.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.distance.load(Ordering::SeqCst) != 0
    }
}

fn whole_microseconds(moment: DateTime<Utc>) -> DateTime<Utc> {
    moment.duration_trunc(Duration::microseconds(1)).unwrap_or(moment)
}

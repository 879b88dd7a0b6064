//! Long work beside the requests: a few threads of its own, so that it neither holds up whoever answers requests nor ends
//! with one of them. Where the work stands lies in the database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Semaphore, watch};

use super::error::Error;

/// So much long work is done at once; what comes besides waits.
const AT_ONCE: usize = 2;
/// So long a server that stops waits for what is being worked on.
const PATIENCE: Duration = Duration::from_secs(10);

/// The long work of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Background {
    stopping: Arc<AtomicBool>,
    running: watch::Sender<usize>,
    places: Arc<Semaphore>,
}

impl Default for Background {
    fn default() -> Self {
        Self { stopping: Arc::default(), running: watch::Sender::new(0), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Background {
    /// Begins with work, on a thread of its own.
    pub fn begin(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::Unavailable(format!("no thread for long work: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(failed)?;
        let (running, places) = (self.running.clone(), Arc::clone(&self.places));
        running.send_modify(|count| *count += 1);
        let counted = Counted(running);
        let thread = std::thread::Builder::new().name("long-work".to_owned()).spawn(move || {
            let _counted = counted;
            runtime.block_on(async move {
                let _place = places.acquire_owned().await;
                work.await;
            });
        });
        thread.map(drop).map_err(failed)
    }

    /// Whether the server is about to stop, so that what can be broken off is.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Lets what is being worked on come to an end, or be broken off where that is in order.
    pub async fn wind_up(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        let mut running = self.running.subscribe();
        let ended = running.wait_for(|count| *count == 0);
        if tokio::time::timeout(PATIENCE, ended).await.is_err() {
            log::warn!("long work was still going on when the server stopped; it will be found broken off");
        }
    }
}

/// Counts its work as running for as long as it lives, a panic included.
struct Counted(watch::Sender<usize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

//! Long work beside the requests: a few threads of its own, so that it neither holds up whoever answers requests nor ends
//! with one of them. Where the work stands lies in the database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::error::Error;

/// So much long work is done at once; what comes besides waits.
const AT_ONCE: usize = 2;
/// So much is taken on, what waits included: each may hold a table of many megabytes.
const TAKEN_ON: usize = 8;
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
    /// Takes work on, before anything is noted of it; refused when too much was taken on already.
    pub fn take_on(&self) -> Result<TakenOn, Error> {
        let taken = self.running.send_if_modified(|count| {
            let is_free = *count < TAKEN_ON;
            *count += usize::from(is_free);
            is_free
        });
        if taken {
            Ok(TakenOn(self.running.clone()))
        } else {
            Err(Error::Unavailable("too much long work is waiting".to_owned()))
        }
    }

    /// Waits for a place among what is worked on at once.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        let places = Arc::clone(&self.places);
        places.acquire_owned().await.map_err(|_| Error::Unavailable("long work was broken off".to_owned()))
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

/// Work that was taken on; counts as running for as long as it lives, a panic included.
#[derive(Debug)]
pub struct TakenOn(watch::Sender<usize>);

impl TakenOn {
    /// Begins with it, on a thread of its own.
    pub fn begin(self, work: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let failed = |error: std::io::Error| Error::Unavailable(format!("no thread for long work: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let thread = std::thread::Builder::new().name("long-work".to_owned()).spawn(move || {
            let _counted = self;
            runtime.block_on(work);
        });
        thread.map(drop).map_err(failed)
    }
}

impl Drop for TakenOn {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_much_is_taken_on_and_no_more() {
        let background = Background::default();
        let taken: Vec<TakenOn> = (0..TAKEN_ON).map(|_| background.take_on().unwrap()).collect();
        assert!(background.take_on().is_err());
        drop(taken);
        assert!(background.take_on().is_ok());
    }

    /// As a file store over the network wants it.
    #[tokio::test]
    async fn long_work_may_use_sockets_and_clocks() {
        let (background, (done, told)) = (Background::default(), tokio::sync::oneshot::channel());
        let work = async move {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
            tokio::time::sleep(Duration::ZERO).await;
            let _ = done.send(listener.is_ok());
        };
        background.take_on().unwrap().begin(work).unwrap();
        assert!(told.await.unwrap());
    }
}

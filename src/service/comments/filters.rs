//! The word filter of this process: built once for each version of the lists, and never while a comment is being written.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{
    domain::{
        word_filter::WordFilter,
        word_list::{KeptWordLists, WordLists},
    },
    service::error::Error,
    storage::{Store, word_lists},
};

/// The filter of one version of the lists.
#[derive(Debug)]
pub struct ReadyFilter {
    /// The version.
    pub version: i64,
    /// The filter.
    pub filter: WordFilter,
}

/// Remembers the filter that was built last. The lists themselves lie in the database: whoever writes a comment compares
/// the version there, so a process that did not change them notices.
#[derive(Clone, Default)]
pub struct WordFilters {
    last: Arc<RwLock<Option<Arc<ReadyFilter>>>>,
    building: Arc<tokio::sync::Mutex<()>>,
}

impl WordFilters {
    /// The filter to try a comment with: the one remembered, which may have been overtaken, or the present one.
    pub async fn any(&self, store: &Store) -> Result<Arc<ReadyFilter>, Error> {
        match self.remembered() {
            Some(known) => Ok(known),
            None => self.newer_than(store, 0).await,
        }
    }

    /// The filter of the present lists, which are known to be newer than a version. Built by one request at a time; the
    /// others wait for it.
    pub async fn newer_than(&self, store: &Store, version: i64) -> Result<Arc<ReadyFilter>, Error> {
        let _turn = self.building.lock().await;
        if let Some(known) = self.remembered().filter(|known| known.version > version) {
            return Ok(known);
        }
        let kept = store.read(|db| Ok::<_, Error>(word_lists::get(db)?)).await?;
        let filter = build(kept.lists.clone()).await?;
        Ok(self.remember(&kept, filter))
    }

    /// Remembers the filter of lists that were just written, unless a newer one is known.
    pub fn remember(&self, kept: &KeptWordLists, filter: WordFilter) -> Arc<ReadyFilter> {
        let ready = Arc::new(ReadyFilter { version: kept.version, filter });
        let mut last = self.last.write().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref().is_none_or(|known| known.version < ready.version) {
            *last = Some(Arc::clone(&ready));
        }
        ready
    }

    fn remembered(&self) -> Option<Arc<ReadyFilter>> {
        self.last.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Builds a filter on the blocking pool.
pub async fn build(lists: WordLists) -> Result<WordFilter, Error> {
    tokio::task::spawn_blocking(move || WordFilter::new(&lists))
        .await
        .map_err(|error| Error::Internal(format!("building the word filter broke off: {error}")))?
        .map_err(|error| Error::Internal(error.to_string()))
}

//! Why the demo could not be built.

use crate::{service::Error, storage::StoreError};

/// Why the demo could not be built.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A use case refused what the demo does: the demo's content and the rules disagree.
    #[error("{0}: {1:?}")]
    Refused(String, Error),
    /// A use case was expected to refuse, and did not.
    #[error("{0} was not refused")]
    NotRefused(String),
    /// The content does not hold together.
    #[error("the demo's content lacks {0}")]
    Missing(String),
    /// A file of the content cannot be read.
    #[error("the demo's content: {0}")]
    Content(#[from] serde_json::Error),
    /// A photo cannot be drawn.
    #[error("a photo could not be drawn: {0}")]
    Drawing(#[from] image::ImageError),
    /// The database is in use.
    #[error("{0} is in use already; the demo wants an empty database")]
    Inhabited(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything else of the service.
    #[error(transparent)]
    Service(#[from] Error),
}

/// Says what was being done when a use case refused.
pub trait During<T> {
    /// The outcome, with these words around a refusal.
    fn during(self, doing: impl FnOnce() -> String) -> Result<T, DemoError>;
}

impl<T> During<T> for Result<T, Error> {
    fn during(self, doing: impl FnOnce() -> String) -> Result<T, DemoError> {
        self.map_err(|error| DemoError::Refused(doing(), error))
    }
}

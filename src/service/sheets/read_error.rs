//! Why a file could not be read as a table.

pub use crate::domain::sheet::Reason;
use crate::{
    domain::fault::{Code, Fault},
    service::error::Error,
};

/// A file that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is no table.
    Unreadable(Reason),
    /// It unpacks to more bytes than are taken.
    TooLarge {
        /// How many are.
        limit: usize,
    },
    /// It has more rows than are taken.
    TooManyRows {
        /// How many are.
        limit: usize,
    },
}

impl From<Reason> for ReadError {
    fn from(reason: Reason) -> Self {
        Self::Unreadable(reason)
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        let at = |code| Fault::at("/file", code);
        Self::fault(match error {
            ReadError::Unreadable(reason) => at(Code::SheetUnreadable).with("reason", reason.as_str()),
            ReadError::TooLarge { limit } => at(Code::SheetTooLarge).with("limit", limit),
            ReadError::TooManyRows { limit } => return Self::invalid(vec![at(Code::TooMany).with("limit", limit)]),
        })
    }
}

//! Why a use case was not carried out. Knows codes and figures, nothing of HTTP.

use chrono::Duration;

use crate::{
    domain::fault::{Code, Fault},
    storage::{Constraint, StoreError, vault::VaultError},
};

/// A use case that was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be granted; the client is told why.
    #[error("{}", .0.code)]
    Refused(Box<Refusal>),
    /// A request with the same idempotency key was answered before: the answer is to be given again.
    #[error("answered before")]
    AnsweredBefore(Box<super::first_answer::FirstAnswer>),
    /// The server cannot do it now.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of the server; the text is for the log alone.
    #[error("internal: {0}")]
    Internal(String),
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The answer's code.
    pub code: Code,
    /// Every single failure, with its place and figures.
    pub faults: Vec<Fault>,
    /// After what time another attempt makes sense.
    pub retry_after: Option<Duration>,
}

impl Error {
    /// A refusal with nothing more to say than its code.
    #[must_use]
    pub fn of(code: Code) -> Self {
        Self::Refused(Box::new(Refusal { code, faults: Vec::new(), retry_after: None }))
    }

    /// A refusal with one failure, whose code is the answer's.
    #[must_use]
    pub fn fault(fault: Fault) -> Self {
        Self::Refused(Box::new(Refusal { code: fault.code, faults: vec![fault], retry_after: None }))
    }

    /// A refusal for a time.
    #[must_use]
    pub fn retry_after(code: Code, after: Duration) -> Self {
        Self::Refused(Box::new(Refusal { code, faults: Vec::new(), retry_after: Some(after) }))
    }

    /// Input that breaks rules of its own.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::Refused(Box::new(Refusal { code: Code::ValidationFailed, faults, retry_after: None }))
    }

    /// A refusal whose code is not that of input in general, with all its failures.
    #[must_use]
    pub fn refused(code: Code, faults: Vec<Fault>) -> Self {
        Self::Refused(Box::new(Refusal { code, faults, retry_after: None }))
    }

    /// The failing guards of one action: the first in the order of [`Code`] names the answer.
    #[must_use]
    pub fn guards(mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.code);
        let code = faults.first().map_or(Code::Internal, |first| first.code);
        Self::Refused(Box::new(Refusal { code, faults, retry_after: None }))
    }

    /// Absent, or none of the caller's business.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of(Code::NotFound)
    }

    /// Whether it is certain that nothing was written: the use case itself refused, and its transaction was rolled back.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::AnsweredBefore(_))
    }

    /// The code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::AnsweredBefore(_) | Self::Unavailable(_) | Self::Internal(_) => None,
        }
    }
}

/// `Ok` when there are no faults, else the refusal that names them all.
pub fn refuse_invalid(faults: Vec<Fault>) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

/// `Ok` when no guard fails, else the refusal that names all that do.
pub fn refuse_guarded(faults: Vec<Fault>) -> Result<(), Error> {
    if faults.is_empty() { Ok(()) } else { Err(Error::guards(faults)) }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Violated(constraint) => violated(constraint),
            StoreError::Busy(why) | StoreError::Away(why) => Self::Unavailable(why),
            StoreError::Missing(_) | StoreError::Query(_) | StoreError::Schema(_) | StoreError::Interrupted => {
                Self::Internal(error.to_string())
            }
        }
    }
}

impl From<VaultError> for Error {
    fn from(error: VaultError) -> Self {
        Self::Internal(error.to_string())
    }
}

fn violated(constraint: Constraint) -> Error {
    let taken = |pointer: &str| Error::fault(Fault::at(pointer, Code::AlreadyExists));
    match constraint {
        Constraint::OrganizationRoot => Error::of(Code::RootExists),
        Constraint::OrganizationCode | Constraint::CategoryCode => taken("/code"),
        Constraint::OrganizationName | Constraint::ChannelName => taken("/name"),
        Constraint::Username => taken("/username"),
        Constraint::CategoryMark => taken("/mark"),
        Constraint::CategoryShort => taken("/short"),
        Constraint::List => Error::of(Code::AlreadyPublished),
        Constraint::Quota => Error::of(Code::QuotaExceeded),
        Constraint::IdempotencyKey => Error::of(Code::RequestInProgress),
        Constraint::Cycle
        | Constraint::Vote
        | Constraint::Voter
        | Constraint::BatchSequence
        | Constraint::Reference
        | Constraint::Other => Error::Internal(format!("unexpected violation of {constraint:?}")),
    }
}

//! Why a step of the exchange failed, by what can be done about it.

use std::{io, path::Path};

/// A step that failed. What was done before it stays done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Something on this side.
    #[error("{0}")]
    Local(String),
    /// The server said no, or something that does not fit.
    #[error("{0}")]
    Refused(String),
    /// The server was not reached, or had no answer in time.
    #[error("无法连接服务器 the server is away: {0}")]
    Away(String),
    /// A package is not what was promised.
    #[error("材料包未通过校验 the package is not sound: {}", .0.join("; "))]
    Unsound(Vec<String>),
}

impl Failure {
    /// As `--help` lists them.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Local(_) => 1,
            Self::Refused(_) => 3,
            Self::Away(_) => 4,
            Self::Unsound(_) => 5,
        }
    }

    /// A file of this side.
    #[must_use]
    pub fn of_file(path: &Path, error: &io::Error) -> Self {
        Self::Local(format!("{}: {error}", path.display()))
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Away(chain(&error))
    }
}

/// An error with its causes: the outermost one alone says only that a request failed.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

//! One line of the doctor's report.

use std::fmt;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Good,
    /// It works, but somebody should look.
    Doubtful,
    /// It keeps the program from serving.
    Broken,
}

/// What was looked at, what was found, and how to mend it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// What was looked at, such as `database`.
    pub subject: &'static str,
    /// What was found.
    pub found: String,
    /// What to do.
    pub mend: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    pub fn good(subject: &'static str, found: impl Into<String>) -> Self {
        Self { level: Level::Good, subject, found: found.into(), mend: None }
    }

    /// Something to look at.
    pub fn doubtful(subject: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { level: Level::Doubtful, subject, found: found.into(), mend: Some(mend.into()) }
    }

    /// Something to mend.
    pub fn broken(subject: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { level: Level::Broken, subject, found: found.into(), mend: Some(mend.into()) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.level {
            Level::Good => "ok  ",
            Level::Doubtful => "look",
            Level::Broken => "MEND",
        };
        write!(f, "{mark}  {:<10}  {}", self.subject, self.found)?;
        match &self.mend {
            Some(mend) => write!(f, "\n      {:<10}  → {mend}", ""),
            None => Ok(()),
        }
    }
}

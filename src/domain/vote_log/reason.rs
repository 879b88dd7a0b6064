//! Why a vote was invalidated, as the public reads it.

use std::{fmt, str::FromStr};

/// 1 to 200 characters of one line. It stands in the log for good, so it must not name anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// The text is empty, too long, or has control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reason is 1 to 200 characters on one line, without white space at its ends")]
pub struct NotAReason;

impl Reason {
    /// Most characters of a reason.
    pub const MAX_CHARS: usize = 200;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reason {
    type Err = NotAReason;
    fn from_str(text: &str) -> Result<Self, NotAReason> {
        let is_good = (1..=Self::MAX_CHARS).contains(&text.chars().count())
            && text.trim() == text
            && !text.chars().any(char::is_control);
        if is_good { Ok(Self(text.to_owned())) } else { Err(NotAReason) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_of_at_most_200_characters() {
        for good in ["x", "同一人的重复投票", &"长".repeat(200)] {
            assert_eq!(good.parse::<Reason>().unwrap().as_str(), good);
        }
        for bad in ["", " ", " x", "x ", "a\nb", "a\u{7f}b", &"长".repeat(201)] {
            assert_eq!(bad.parse::<Reason>(), Err(NotAReason), "{bad:?}");
        }
    }
}

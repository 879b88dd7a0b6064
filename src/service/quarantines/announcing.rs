//! What the public is told of a vote that does not count any more.

use crate::{
    domain::{month::Month, vote_log::Reason},
    service::{Error, Service, vote_log},
    storage::Connection,
};

/// Announces that a vote was found invalid, in the transaction in which its row becomes so and under the cycle's log.
pub(super) fn announce_invalidation(
    service: &Service,
    db: &mut Connection,
    cycle: Month,
    vote_sequence: i64,
    reason: &str,
) -> Result<(), Error> {
    vote_log::append_invalidation(service, db, cycle, vote_sequence, &public(reason)?).map(drop)
}

/// A reviewer's reason on one line, as far as the log has room for it.
fn public(reason: &str) -> Result<Reason, Error> {
    let words = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = words.chars().filter(|character| !character.is_control()).take(Reason::MAX_CHARS).collect();
    line.trim().parse().map_err(|error| Error::Internal(format!("an invalidation without a reason: {error}")))
}

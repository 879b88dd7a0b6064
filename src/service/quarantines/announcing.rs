//! What the public is told of votes that do not count any more.

use crate::{
    domain::{month::Month, quarantine::Decision, vote_log::Reason},
    service::{Error, Service, vote_log},
    storage::Connection,
};

/// Announces that votes were found invalid, in the transaction in which their rows become so and under the cycle's log.
pub(super) fn announce_invalidations(
    service: &Service,
    db: &mut Connection,
    cycle: Month,
    votes: &[i64],
    decision: &Decision,
) -> Result<(), Error> {
    let reason = public(&decision.reason)?;
    vote_log::append_invalidations(service, db, cycle, votes, (&reason, decision.at)).map(drop)
}

/// A reviewer's reason on one line, as far as the log has room for it.
fn public(reason: &str) -> Result<Reason, Error> {
    let words = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = words.chars().filter(|character| !character.is_control()).take(Reason::MAX_CHARS).collect();
    line.trim().parse().map_err(|error| Error::Internal(format!("an invalidation without a reason: {error}")))
}

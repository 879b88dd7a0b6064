//! Voting: ballots go through the box, which writes and answers; one's own votes are read here.

use chrono::{DateTime, Utc};

use super::{
    Error, Service,
    ballot_box::{Ballot, Choice, TakenVote, Trace},
    caller::Caller,
    voter::Elector,
};
use crate::{
    domain::{
        cycle::Cycle,
        fault::{Code, Fault},
        id::CandidateId,
        month::Month,
    },
    storage::{self, votes::Logged},
};

/// Casts a vote for a candidate, or finds the one that was cast before.
pub async fn cast_vote(
    service: &Service,
    elector: Elector,
    candidate: CandidateId,
    trace: Trace,
) -> Result<TakenVote, Error> {
    let ballot = Ballot { elector, choice: Choice::One(candidate), trace };
    let taken = service.ballot_box.put(ballot).await?.into_iter().next();
    taken.ok_or_else(|| Error::Internal("a ballot of one vote was answered with none".to_owned()))
}

/// Casts votes for several candidates, all or none, in the order given; those cast before come back as they were.
pub async fn cast_ballot(
    service: &Service,
    elector: Elector,
    candidates: Vec<CandidateId>,
    trace: Trace,
) -> Result<Vec<TakenVote>, Error> {
    service.ballot_box.put(Ballot { elector, choice: Choice::Several(candidates), trace }).await
}

/// That the vote is held on the national site, with its address.
#[must_use]
pub fn elsewhere(cycle: &Cycle) -> Fault {
    let fault = Fault::of(Code::VotingElsewhere);
    match &cycle.policy.voting_url {
        Some(url) => fault.with("voting_url", url.as_str()),
        None => fault,
    }
}

/// Lists the caller's own votes, the latest first.
pub async fn list_my_votes(
    service: &Service,
    caller: &Caller,
    cycle: Option<Month>,
    after: Option<(DateTime<Utc>, CandidateId)>,
    limit: i64,
) -> Result<Vec<Logged>, Error> {
    let id = caller.account()?.id;
    service
        .store
        .read(move |db| {
            let Some(voter) = storage::voters::find(db, id)? else { return Ok(Vec::new()) };
            Ok(storage::votes::list(db, voter, cycle, after, limit)?)
        })
        .await
}

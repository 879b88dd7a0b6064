//! Voting: one vote is one transaction that leaves vote, count and log together or nothing.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Error, Service,
    caller::{Account, Caller},
    candidates::access,
};
use crate::{
    domain::{
        candidate::Status,
        cycle::Cycle,
        fault::{Code, Fault},
        id::CandidateId,
        month::Month,
        policy::ResultSource,
        role::Role,
        vote::{self, Outcome, Situation, Vote},
        window::WindowKind,
    },
    storage::{self, Connection, contenders::Contender, votes::VoteKey},
};

/// Those who vote.
const VOTERS: &[Role] = &[Role::Citizen, Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer];

/// A vote with whether it is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastVote {
    /// The vote, as it was first cast.
    pub vote: Vote,
    /// False when it was cast before.
    pub is_new: bool,
}

/// Casts the caller's vote for a candidate, or finds the one that was cast before.
pub async fn cast_vote(service: &Service, caller: &Caller, candidate: CandidateId) -> Result<CastVote, Error> {
    let account = caller.require(VOTERS)?.clone();
    let (service, store) = (service.clone(), service.store.clone());
    store.write(move |db| cast(&service, db, &account, candidate)).await
}

fn cast(service: &Service, db: &mut Connection, account: &Account, candidate: CandidateId) -> Result<CastVote, Error> {
    account.recheck(db)?;
    let seen = storage::contenders::find(db, candidate)?.ok_or_else(Error::not_found)?;
    storage::locks::cycle_shared(db, seen.cycle)?;
    let now = service.clocks.campaign();
    let cycle = storage::cycles::find(db, seen.cycle)?.ok_or_else(Error::not_found)?;
    let voter = storage::votes::voter(db, account.id, now)?;
    let number = seen.number;
    let key_at = |now| {
        let day = vote::day(cycle.policy.repeat, now, service.time_zone);
        VoteKey { cycle: cycle.month, voter, candidate: number, day }
    };
    // A repeated vote, the commonest of retries, is answered whatever has become of the candidate, and without the log.
    let before = storage::votes::find_cast_at(db, key_at(now))?;
    let (size, contender, now) = if before.is_some() {
        (0, seen, now)
    } else {
        let size = storage::votes::lock_log(db, cycle.month)?;
        // The log may have kept us waiting, over midnight even; what counts is the moment of writing.
        let now = service.clocks.campaign();
        (size, access::published(db, candidate, now)?, now)
    };
    let key = key_at(now);
    let situation = situation(db, &cycle, &contender, (key, before), now)?;
    let category = || contender.category.clone();
    let vote = |cast_at| Vote { candidate, cycle: cycle.month, category: category(), day: key.day, cast_at };
    match vote::decide(situation) {
        Outcome::Cast => {
            storage::votes::insert(db, key, now, size)?;
            Ok(CastVote { vote: vote(now), is_new: true })
        }
        Outcome::Before(cast_at) => Ok(CastVote { vote: vote(cast_at), is_new: false }),
        Outcome::LimitReached { limit, used } => {
            let fault = Fault::at("/candidate_id", Code::CategoryLimitReached);
            let category = contender.category.as_str();
            Err(Error::fault(fault.with("category", category).with("limit", limit).with("used", used)))
        }
        Outcome::Closed => Err(Error::fault(closed(&cycle))),
        Outcome::Elsewhere => Err(Error::fault(elsewhere(&cycle))),
    }
}

fn situation(
    db: &mut Connection,
    cycle: &Cycle,
    contender: &Contender,
    (key, before): (VoteKey, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<Situation<DateTime<Utc>>, Error> {
    let (before, used) = match before {
        Some(before) => (Some(before), 0),
        None => (storage::votes::find_cast_at(db, key)?, storage::votes::count_used(db, key, &contender.category)?),
    };
    Ok(Situation {
        elsewhere: cycle.policy.result_source == ResultSource::Portal,
        open: cycle.windows.voting.contains(now)
            && cycle.published_at.is_none()
            && contender.status == Status::Forwarded,
        before,
        used,
        limit: cycle.policy.votes_per_category,
    })
}

fn closed(cycle: &Cycle) -> Fault {
    let voting = cycle.windows.voting;
    Fault::of(Code::VotingClosed)
        .with("window", WindowKind::Voting.as_str())
        .with("opens_at", json!(voting.opens_at))
        .with("closes_at", json!(voting.closes_at))
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
) -> Result<Vec<Vote>, Error> {
    let id = caller.account()?.id;
    service
        .store
        .read(move |db| {
            let Some(voter) = storage::votes::find_voter(db, id)? else { return Ok(Vec::new()) };
            Ok(storage::votes::list(db, voter, cycle, after, limit)?)
        })
        .await
}

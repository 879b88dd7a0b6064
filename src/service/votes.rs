//! Voting: ballots go through the box, which writes and answers; one's own votes are read here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Error, Service,
    ballot_box::{Ballot, Choice, TakenVote},
    caller::Caller,
    vote_log::{self, VoteFacts},
    voter::{Elector, RequestTraits},
};
use crate::{
    domain::{
        cycle::Cycle,
        fault::{Code, Fault},
        id::CandidateId,
        month::Month,
        vote::Vote,
        vote_log::Receipt,
        window::WindowKind,
    },
    storage::{self, Connection, StoreError, foreign_voters::Subject, votes::Logged},
};

/// Casts a vote for a candidate, or finds the one that was cast before.
pub async fn cast_vote(
    service: &Service,
    elector: Elector,
    candidate: CandidateId,
    traits: &RequestTraits,
) -> Result<TakenVote, Error> {
    let ballot = Ballot { elector, choice: Choice::One(candidate), trace: service.origins.trace(traits) };
    let taken = service.ballot_box.put(ballot).await?.into_iter().next();
    taken.ok_or_else(|| Error::Internal("a ballot of one vote was answered with none".to_owned()))
}

/// Casts votes for several candidates, all or none, in the order given; those cast before come back as they were.
pub async fn cast_ballot(
    service: &Service,
    elector: Elector,
    candidates: Vec<CandidateId>,
    traits: &RequestTraits,
) -> Result<Vec<TakenVote>, Error> {
    let ballot = Ballot { elector, choice: Choice::Several(candidates), trace: service.origins.trace(traits) };
    service.ballot_box.put(ballot).await
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

/// That voting is not open, with its window.
#[must_use]
pub fn closed(cycle: &Cycle) -> Fault {
    let voting = cycle.windows.voting;
    Fault::of(Code::VotingClosed)
        .with("window", WindowKind::Voting.as_str())
        .with("opens_at", json!(voting.opens_at))
        .with("closes_at", json!(voting.closes_at))
}

/// A vote of the caller's own, with its receipt where the policy gives one.
pub type OwnVote = (Vote, Option<Receipt>);

/// Lists the caller's own votes, the latest first.
pub async fn list_my_votes(
    service: &Service,
    caller: &Caller,
    cycle: Option<Month>,
    after: Option<(DateTime<Utc>, CandidateId)>,
    limit: i64,
) -> Result<Vec<OwnVote>, Error> {
    let elector = Elector::of(caller)?;
    let of_service = service.clone();
    service
        .store
        .read(move |db| {
            let numbers = numbers(db, &elector)?;
            let votes = storage::votes::list(db, &numbers, cycle, after, limit)?;
            let months: BTreeSet<Month> = votes.iter().map(|one| one.vote.cycle).collect();
            let mut logs = BTreeMap::new();
            for (month, of) in storage::cycles::find_all(db, &months.into_iter().collect::<Vec<_>>())? {
                if of.policy.receipts {
                    logs.extend(vote_log::living(&of_service.vote_logs, db, month)?.map(|log| (month, log)));
                }
            }
            let with_receipt = |one: Logged| {
                let log = logs.get(&one.vote.cycle);
                let receipt = log.map(|log| log.receipt(one.seq, &VoteFacts::of(&one.vote, one.voter)));
                (one.vote, receipt)
            };
            Ok(votes.into_iter().map(with_receipt).collect())
        })
        .await
}

/// The numbers by which somebody has voted.
fn numbers(db: &mut Connection, elector: &Elector) -> Result<Vec<i64>, StoreError> {
    match elector {
        Elector::Account { id, .. } => Ok(storage::voters::find(db, *id)?.into_iter().collect()),
        Elector::Foreign(foreign) => {
            let subject = Subject { issuer: foreign.issuer.clone(), hash: foreign.subject_hash.to_vec() };
            let own = storage::foreign_voters::find(db, &[subject])?;
            let persons: Vec<Vec<u8>> = match own.iter().find_map(|row| row.person.clone()) {
                Some(person) => vec![person],
                None => foreign.person_hash.iter().map(|hash| hash.to_vec()).collect(),
            };
            let of_person = storage::foreign_voters::of_persons(db, &persons)?;
            let mut numbers: Vec<i64> = own.iter().chain(&of_person).map(|row| row.number).collect();
            numbers.sort_unstable();
            numbers.dedup();
            Ok(numbers)
        }
    }
}

//! The voters of a batch: whether they may vote now, and the numbers by which they do.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Ballot;
use crate::{
    domain::{fault::Code, id::UserId, policy::Voters, vote},
    service::{error::Error, voter::Elector},
    storage::{self, Connection, StoreError, voters::Standing},
};

/// The voters of a batch, each once.
pub(super) struct Electors {
    accounts: HashMap<UserId, usize>,
    list: Vec<Voter>,
}

/// A voter as it stands in this transaction.
pub(super) struct Voter {
    account: UserId,
    /// None when there is no such account.
    standing: Option<Standing>,
    /// None before the first vote.
    pub(super) number: Option<i64>,
}

impl Electors {
    /// Reads how the voters of these ballots stand now.
    pub(super) fn call(db: &mut Connection, ballots: &[&Ballot]) -> Result<Self, StoreError> {
        let (mut accounts, mut list) = (HashMap::with_capacity(ballots.len()), Vec::with_capacity(ballots.len()));
        for ballot in ballots {
            let Elector::Account { id, .. } = ballot.elector;
            accounts.entry(id).or_insert_with(|| {
                list.push(Voter { account: id, standing: None, number: None });
                list.len() - 1
            });
        }
        let ids: Vec<UserId> = list.iter().map(|voter| voter.account).collect();
        for standing in storage::voters::standings(db, &ids)? {
            if let Some(voter) = accounts.get(&standing.user).and_then(|place| list.get_mut(*place)) {
                voter.number = standing.voter;
                voter.standing = Some(standing);
            }
        }
        Ok(Self { accounts, list })
    }

    /// The voter of a ballot, by its place among those of the batch; 401 when the token has ended, 403 when the role
    /// never votes.
    pub(super) fn admit(&self, elector: &Elector) -> Result<usize, Error> {
        let Elector::Account { id, auth_version } = elector;
        let place = self.accounts.get(id).copied();
        let standing = place.and_then(|place| self.list.get(place)?.standing);
        let ended = || Error::of(Code::Unauthenticated);
        let standing = standing.filter(|one| one.active && one.auth_version == *auth_version).ok_or_else(ended)?;
        if vote::may_vote(standing.role, standing.active) {
            place.ok_or_else(ended)
        } else {
            Err(Error::of(Code::Forbidden))
        }
    }

    /// The voter at a place.
    pub(super) fn get(&self, place: usize) -> Option<&Voter> {
        self.list.get(place)
    }

    /// Gives numbers to those of these voters that have none.
    pub(super) fn number(
        &mut self,
        db: &mut Connection,
        voting: &[usize],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_new = |place: &&usize| self.list.get(**place).is_some_and(|voter| voter.number.is_none());
        let mut new: Vec<UserId> =
            voting.iter().filter(is_new).filter_map(|place| Some(self.list.get(*place)?.account)).collect();
        // In one order in every process, so that none waits for another in a ring.
        new.sort_unstable();
        new.dedup();
        if new.is_empty() {
            return Ok(());
        }
        for (account, number) in storage::voters::insert(db, &new, now)? {
            if let Some(voter) = self.accounts.get(&account).and_then(|place| self.list.get_mut(*place)) {
                voter.number = Some(number);
            }
        }
        Ok(())
    }
}

impl Voter {
    /// Whether the policy lets this voter vote.
    pub(super) fn is_eligible(&self, voters: Voters) -> bool {
        match voters {
            Voters::Any => true,
            Voters::Organizations => self.standing.is_some_and(|standing| standing.organization.is_some()),
            // Nobody vouches for the real name behind an account of our own.
            Voters::Verified => false,
        }
    }
}

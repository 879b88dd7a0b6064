//! The voters of a batch: whether they may vote now, and the numbers by which they do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::{Ballot, same_person};
use crate::{
    domain::{
        fault::Code,
        id::UserId,
        identity::{ForeignVoter, Tier},
        policy::Voters,
        vote,
    },
    service::{clock::Clocks, error::Error, voter::Elector},
    storage::{
        self, Connection, StoreError,
        foreign_voters::{Known, Subject},
        voters::Standing,
    },
};

/// The voters of a batch, each once; several accounts of one person are one voter.
#[derive(Default)]
pub(super) struct Electors {
    accounts: HashMap<UserId, usize>,
    subjects: HashMap<Subject, usize>,
    list: Vec<Voter>,
}

/// A voter as it stands in this transaction.
pub(super) struct Voter {
    who: Who,
    /// The numbers that votes of this voter may have, in order; the first is that of new ones. None before the first vote.
    numbers: Vec<i64>,
}

enum Who {
    /// With its standing; none when there is no such account.
    Account(UserId, Option<Standing>),
    /// Known by an identity provider; with the numbers of accounts there whose person is told for the first time, and
    /// the accounts that have no row.
    Foreign { person: Option<Vec<u8>>, untold: Vec<i64>, new: Vec<Subject> },
}

impl Electors {
    /// Reads how the voters of these ballots stand now.
    pub(super) fn call(db: &mut Connection, ballots: &[&Ballot]) -> Result<Self, StoreError> {
        let mut called = Self::default();
        called.call_accounts(db, ballots)?;
        called.call_foreign(db, ballots)?;
        Ok(called)
    }

    fn call_accounts(&mut self, db: &mut Connection, ballots: &[&Ballot]) -> Result<(), StoreError> {
        for ballot in ballots {
            if let Elector::Account { id, .. } = ballot.elector {
                self.accounts.entry(id).or_insert_with(|| {
                    self.list.push(Voter { who: Who::Account(id, None), numbers: Vec::new() });
                    self.list.len() - 1
                });
            }
        }
        let ids: Vec<UserId> = self.accounts.keys().copied().collect();
        for found in storage::voters::standings(db, &ids)? {
            if let Some(voter) = self.accounts.get(&found.user).and_then(|place| self.list.get_mut(*place)) {
                voter.numbers.extend(found.voter);
                voter.who = Who::Account(found.user, Some(found));
            }
        }
        Ok(())
    }

    fn call_foreign(&mut self, db: &mut Connection, ballots: &[&Ballot]) -> Result<(), StoreError> {
        let mut told: BTreeMap<Subject, Option<Vec<u8>>> = BTreeMap::new();
        for ballot in ballots {
            if let Elector::Foreign(foreign) = &ballot.elector {
                let person = foreign.person_hash.map(|hash| hash.to_vec());
                let known = told.entry(subject(foreign)).or_default();
                *known = known.take().or(person);
            }
        }
        if told.is_empty() {
            return Ok(());
        }
        let subjects: Vec<Subject> = told.keys().cloned().collect();
        let find = |db: &mut Connection| -> Result<HashMap<Subject, Known>, StoreError> {
            let rows = storage::foreign_voters::find(db, &subjects)?;
            Ok(rows.into_iter().map(|row| (row.subject.clone(), row)).collect())
        };
        let mut rows = find(db)?;
        let is_news = |(subject, told): (&Subject, &Option<Vec<u8>>)| {
            told.is_some() && rows.get(subject).is_none_or(|row| row.person.is_none())
        };
        if told.iter().any(is_news) {
            // Those of another cycle learn beside us: what they have written is read once they are done.
            storage::same_person::lock(db)?;
            rows = find(db)?;
        }
        // What was told first stands: nobody becomes another person by another token.
        let person_of = |subject: &Subject, told: &Option<Vec<u8>>| {
            rows.get(subject).and_then(|row| row.person.clone()).or_else(|| told.clone())
        };
        let persons: BTreeSet<Vec<u8>> = told.iter().filter_map(|(subject, told)| person_of(subject, told)).collect();
        let mut numbers: HashMap<Vec<u8>, Vec<i64>> = HashMap::new();
        for row in storage::foreign_voters::of_persons(db, &persons.into_iter().collect::<Vec<_>>())? {
            numbers.entry(row.person.unwrap_or_default()).or_default().push(row.number);
        }
        let mut places: HashMap<Vec<u8>, usize> = HashMap::new();
        for (subject, told) in &told {
            let (row, person) = (rows.get(subject), person_of(subject, told));
            let known = person.as_ref().and_then(|person| places.get(person)).copied();
            let place = known.unwrap_or(self.list.len());
            if known.is_none() {
                let of_person = person.as_ref().and_then(|person| numbers.remove(person)).unwrap_or_default();
                let who = Who::Foreign { person: person.clone(), untold: Vec::new(), new: Vec::new() };
                self.list.push(Voter { who, numbers: of_person });
                places.extend(person.map(|person| (person, place)));
            }
            if let Some(voter) = self.list.get_mut(place) {
                voter.join(subject, row);
            }
            self.subjects.insert(subject.clone(), place);
        }
        Ok(())
    }

    /// The voter of a ballot, by its place among those of the batch; 401 when the token has ended, 403 when the role
    /// never votes.
    pub(super) fn admit(&self, elector: &Elector) -> Result<usize, Error> {
        let ended = || Error::of(Code::Unauthenticated);
        match elector {
            Elector::Foreign(foreign) => self.subjects.get(&subject(foreign)).copied().ok_or_else(ended),
            Elector::Account { id, auth_version } => {
                let place = self.accounts.get(id).copied().ok_or_else(ended)?;
                let standing = self.list.get(place).and_then(Voter::standing);
                let standing = standing.filter(|one| one.active && one.auth_version == *auth_version);
                let may = vote::may_vote(standing.ok_or_else(ended)?.role, true);
                if may { Ok(place) } else { Err(Error::of(Code::Forbidden)) }
            }
        }
    }

    /// The voter at a place.
    pub(super) fn get(&self, place: usize) -> Option<&Voter> {
        self.list.get(place)
    }

    /// Notes what is told of the persons of those who have voted before, whatever becomes of their ballots: from now on
    /// they are one voter with whoever else is that person.
    pub(super) fn note_persons(&self, clocks: &Clocks, db: &mut Connection) -> Result<(), Error> {
        for voter in &self.list {
            let Who::Foreign { person: Some(person), untold, .. } = &voter.who else { continue };
            for number in untold {
                storage::foreign_voters::set_person(db, *number, person)?;
            }
            if !untold.is_empty() && voter.numbers.len() > 1 {
                same_person::tell_repeated(clocks, db, &voter.numbers)?;
            }
        }
        Ok(())
    }

    /// Gives numbers to those of these voters that have none.
    pub(super) fn number(
        &mut self,
        db: &mut Connection,
        voting: impl Iterator<Item = usize>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (mut accounts, mut subjects) = (Vec::new(), Vec::new());
        for place in voting.collect::<BTreeSet<usize>>() {
            match self.list.get(place).map(|voter| (&voter.who, voter.numbers.is_empty())) {
                Some((Who::Account(id, _), true)) => accounts.push(*id),
                Some((Who::Foreign { person, new, .. }, _)) => {
                    subjects.extend(new.iter().map(|subject| (subject.clone(), person.clone())));
                }
                Some((Who::Account(..), false)) | None => {}
            }
        }
        if !accounts.is_empty() {
            // In one order in every process, so that none waits for another in a ring.
            accounts.sort_unstable();
            for (account, number) in storage::voters::insert(db, &accounts, now)? {
                let place = self.accounts.get(&account).copied();
                self.add_number(place, number);
            }
        }
        if !subjects.is_empty() {
            subjects.sort_unstable();
            for row in storage::foreign_voters::insert(db, &subjects, now)? {
                let place = self.subjects.get(&row.subject).copied();
                self.add_number(place, row.number);
            }
        }
        Ok(())
    }

    fn add_number(&mut self, place: Option<usize>, number: i64) {
        if let Some(voter) = place.and_then(|place| self.list.get_mut(place)) {
            voter.numbers.push(number);
            voter.numbers.sort_unstable();
        }
    }
}

fn subject(foreign: &ForeignVoter) -> Subject {
    Subject { issuer: foreign.issuer.clone(), hash: foreign.subject_hash.to_vec() }
}

/// How sure it is who casts a ballot.
pub(super) fn tier(elector: &Elector) -> Tier {
    match elector {
        Elector::Account { .. } => Tier::SelfDeclared,
        Elector::Foreign(foreign) => foreign.tier,
    }
}

/// Whether the policy lets whoever casts a ballot vote.
pub(super) fn is_eligible(voter: &Voter, elector: &Elector, voters: Voters) -> bool {
    match voters {
        Voters::Any => true,
        Voters::Organizations => voter.standing().is_some_and(|standing| standing.organization.is_some()),
        Voters::Verified => tier(elector) == Tier::RealName,
    }
}

impl Voter {
    /// The number by which new votes are cast; none before the first.
    pub(super) fn number(&self) -> Option<i64> {
        self.numbers.first().copied()
    }

    /// The numbers that earlier votes may have.
    pub(super) fn numbers(&self) -> &[i64] {
        &self.numbers
    }

    fn standing(&self) -> Option<Standing> {
        match &self.who {
            Who::Account(_, standing) => *standing,
            Who::Foreign { .. } => None,
        }
    }

    /// Takes an account of another provider to this voter.
    fn join(&mut self, subject: &Subject, row: Option<&Known>) {
        let Who::Foreign { person, untold, new } = &mut self.who else { return };
        match row {
            None => new.push(subject.clone()),
            Some(row) => {
                if person.is_some() && row.person.is_none() {
                    untold.push(row.number);
                }
                self.numbers.push(row.number);
            }
        }
        self.numbers.sort_unstable();
        self.numbers.dedup();
    }
}

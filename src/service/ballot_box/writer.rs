//! The thread that writes what is in the box, batch by batch, over a connection of its own.

use std::sync::mpsc::Receiver;

use super::{
    Ballot, Desk, Outcome, Waiting,
    batch::{self, Source, Taken},
    courier::Post,
};
use crate::{
    service::error::Error,
    storage::{Connection, StoreError, store},
};

/// Writes and answers until nobody can put anything in any more and the box is empty.
pub(super) fn run(desk: &Desk, incoming: &Receiver<Waiting>) {
    let mut writer =
        Writer { desk, connection: None, logs: batch::Logs::default(), known: batch::KnownCycles::default() };
    while let Ok(first) = incoming.recv() {
        let mut gathered = Gathered::behind(first, incoming, desk.most_at_once);
        let outcomes = writer.write(&mut gathered);
        let mut post = Post::default();
        for (waiting, outcome) in gathered.waiting.into_iter().zip(outcomes) {
            post.add(waiting.courier, (waiting.answer, outcome));
        }
        post.send();
    }
}

/// What is written together.
struct Gathered<'a> {
    waiting: Vec<Waiting>,
    votes: usize,
    incoming: &'a Receiver<Waiting>,
    most: usize,
}

impl<'a> Gathered<'a> {
    fn behind(first: Waiting, incoming: &'a Receiver<Waiting>, most: usize) -> Self {
        let votes = first.ballot.choice.as_slice().len();
        Self { waiting: vec![first], votes, incoming, most }
    }
}

impl Source for Gathered<'_> {
    /// All that lies in the box by now, as far as there is room.
    fn ballots(&mut self) -> Vec<&Ballot> {
        while self.votes < self.most
            && let Ok(next) = self.incoming.try_recv()
        {
            self.votes += next.ballot.choice.as_slice().len();
            self.waiting.push(next);
        }
        self.waiting.iter().map(|waiting| &waiting.ballot).collect()
    }
}

/// A ballot that is written alone.
struct Alone<'a>(&'a Ballot);

impl Source for Alone<'_> {
    fn ballots(&mut self) -> Vec<&Ballot> {
        vec![self.0]
    }
}

struct Writer<'a> {
    desk: &'a Desk,
    connection: Option<Connection>,
    logs: batch::Logs,
    known: batch::KnownCycles,
}

impl Writer<'_> {
    /// Writes the ballots in one transaction. When that fails for a reason that lies in the data, each is written in a
    /// transaction of its own, so that none suffers from another.
    fn write(&mut self, gathered: &mut Gathered<'_>) -> Vec<Outcome> {
        match self.commit(gathered) {
            Err(Error::Internal(why)) if gathered.waiting.len() > 1 => {
                log::error!("a batch of {} ballots could not be written together: {why}", gathered.waiting.len());
                let one_by_one = gathered.waiting.iter().map(|waiting| self.commit(&mut Alone(&waiting.ballot)));
                one_by_one.flat_map(|outcome| spread(outcome, 1)).collect()
            }
            outcome => spread(outcome, gathered.waiting.len()),
        }
    }

    fn commit(&mut self, source: &mut dyn Source) -> Result<Vec<Outcome>, Error> {
        loop {
            // Before the connection is touched, as every writer of this process does.
            let _turn = self.desk.store.blocking_turn();
            let connection = match &mut self.connection {
                Some(connection) => connection,
                empty @ None => empty.insert(open(self.desk)?),
            };
            let (desk, logs, known) = (self.desk, &self.logs, &mut self.known);
            let taken = store::in_transaction(connection, |db| batch::take(desk, db, (logs, known), source));
            match taken {
                Ok(Taken { outcomes, logs }) => {
                    self.logs = logs;
                    return Ok(outcomes);
                }
                Err(batch::Failure::OtherLogs(logs)) => self.logs = logs,
                Err(batch::Failure::Failed(error)) => {
                    // Whatever it is, a fresh connection has it not.
                    self.connection = None;
                    return Err(error);
                }
            }
        }
    }
}

/// What each of so many ballots is told of a transaction.
fn spread(outcome: Result<Vec<Outcome>, Error>, count: usize) -> Vec<Outcome> {
    outcome.unwrap_or_else(|error| {
        let why = error.to_string();
        let others = std::iter::repeat_with(|| Err(Error::Unavailable(why.clone())));
        std::iter::once(Err(error)).chain(others).take(count).collect()
    })
}

fn open(desk: &Desk) -> Result<Connection, StoreError> {
    Connection::open_for_keys(desk.store.address()).map_err(|error| StoreError::Away(error.to_string()))
}

//! The thread that writes what is in the box, batch by batch, over a connection of its own.

use std::sync::mpsc::Receiver;

use super::{
    Ballot, Desk, Outcome, Waiting,
    batch::{self, Taken},
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
        let batch = gather(first, incoming, desk.most_at_once);
        let ballots: Vec<&Ballot> = batch.iter().map(|waiting| &waiting.ballot).collect();
        let outcomes = writer.write(&ballots);
        let mut post = Post::default();
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            post.add(waiting.courier, (waiting.answer, outcome));
        }
        post.send();
    }
}

/// What has gathered behind the first ballot.
fn gather(first: Waiting, incoming: &Receiver<Waiting>, most: usize) -> Vec<Waiting> {
    let mut votes = first.ballot.choice.as_slice().len();
    let mut batch = vec![first];
    while votes < most
        && let Ok(next) = incoming.try_recv()
    {
        votes += next.ballot.choice.as_slice().len();
        batch.push(next);
    }
    batch
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
    fn write(&mut self, ballots: &[&Ballot]) -> Vec<Outcome> {
        match self.commit(ballots) {
            Ok(outcomes) => outcomes,
            Err(Error::Internal(why)) if ballots.len() > 1 => {
                log::error!("a batch of {} ballots could not be written together: {why}", ballots.len());
                ballots.iter().flat_map(|ballot| self.write(std::slice::from_ref(ballot))).collect()
            }
            Err(error) => {
                let why = error.to_string();
                let others = std::iter::repeat_with(|| Err(Error::Unavailable(why.clone())));
                std::iter::once(Err(error)).chain(others).take(ballots.len()).collect()
            }
        }
    }

    fn commit(&mut self, ballots: &[&Ballot]) -> Result<Vec<Outcome>, Error> {
        loop {
            // Before the connection is touched, as every writer of this process does.
            let _turn = self.desk.store.blocking_turn();
            let connection = match &mut self.connection {
                Some(connection) => connection,
                empty @ None => empty.insert(open(self.desk)?),
            };
            let (desk, logs, known) = (self.desk, &self.logs, &mut self.known);
            let taken = store::in_transaction(connection, |db| batch::take(desk, db, (logs, known), ballots));
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

fn open(desk: &Desk) -> Result<Connection, StoreError> {
    Connection::open_for_keys(desk.store.address()).map_err(|error| StoreError::Away(error.to_string()))
}

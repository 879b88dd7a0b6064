//! Answers on their way back. To wake a request of another thread costs a system call, so the answers of a batch that go
//! to one thread go together, and are handed out there.

use std::cell::RefCell;

use tokio::sync::{
    mpsc::{UnboundedSender, unbounded_channel},
    oneshot,
};

use super::Outcome;

/// An answer, with the way to whoever waits for it.
pub(super) type Letter = (oneshot::Sender<Outcome>, Outcome);

/// Hands out the answers of one runtime.
#[derive(Clone)]
pub(super) struct Courier(UnboundedSender<Vec<Letter>>);

thread_local! {
    static HERE: RefCell<Option<Courier>> = const { RefCell::new(None) };
}

impl Courier {
    /// The courier of this thread; begins its task where there is none yet. Called within a runtime.
    pub(super) fn here() -> Self {
        HERE.with_borrow_mut(|here| match here {
            // That of a runtime that has ended is of no use.
            Some(courier) if !courier.0.is_closed() => courier.clone(),
            _ => here.insert(Self::begin()).clone(),
        })
    }

    fn begin() -> Self {
        let (way, mut letters) = unbounded_channel();
        tokio::spawn(async move {
            while let Some(several) = letters.recv().await {
                hand_out(several);
            }
        });
        Self(way)
    }
}

fn hand_out(letters: Vec<Letter>) {
    for (recipient, outcome) in letters {
        // Whoever has gone away meanwhile finds the vote when asking again.
        drop(recipient.send(outcome));
    }
}

/// The answers of a batch, sorted by their couriers, of which there are as many as threads that serve.
#[derive(Default)]
pub(super) struct Post(Vec<(Courier, Vec<Letter>)>);

impl Post {
    /// Adds an answer for a courier.
    pub(super) fn add(&mut self, courier: Courier, letter: Letter) {
        match self.0.iter_mut().find(|(known, _)| known.0.same_channel(&courier.0)) {
            Some((_, letters)) => letters.push(letter),
            None => self.0.push((courier, vec![letter])),
        }
    }

    /// Sends everything.
    pub(super) fn send(self) {
        for (courier, letters) in self.0 {
            if let Err(returned) = courier.0.send(letters) {
                hand_out(returned.0);
            }
        }
    }
}

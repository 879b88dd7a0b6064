//! What follows when somebody who has voted by two numbers turns out to be one person. From then on there is one voter;
//! of the votes that both had cast for a candidate the later ones are told by a signal. They are held back behind the
//! writer, which no other voter is to wait for (see [`crate::service::quarantines::hold_repeated`]).

use crate::{
    domain::signal::{self, Counts, Subject},
    service::{clock::Clocks, error::Error, signals},
    storage::{self, Connection},
};

/// Raises a signal in every cycle without a list in which votes of these numbers repeat others of them.
pub(super) fn tell_repeated(clocks: &Clocks, db: &mut Connection, numbers: &[i64]) -> Result<(), Error> {
    let Some(first) = numbers.first() else { return Ok(()) };
    for (month, seqs) in storage::same_person::repeated(db, numbers, None)? {
        let counts = Counts { votes: counted(seqs.len()), voters: counted(numbers.len()) };
        let (Some(figures), Some(from), Some(to)) = (signal::same_person(counts), seqs.first(), seqs.last()) else {
            continue;
        };
        // A person whose third number has only now been found keeps the signal that was raised for two.
        let person = storage::signals::of_person(db, month, numbers)?.unwrap_or(*first);
        signals::raise(clocks, db, month, (Subject::Person(person), (*from, *to), figures))?;
    }
    Ok(())
}

fn counted(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

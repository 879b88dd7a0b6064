//! Voters who have turned out to be one person after each had voted: their numbers, and the votes that repeat others.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{
    Connection, StoreError, held_votes, locks,
    schema::{cycles, voters, votes},
};
use crate::domain::{month::Month, quarantine::QuarantineStatus};

/// One at a time learns whose numbers belong together.
const LEARNING: i64 = 0x6861_6f72_7065_7273;

/// Lets one transaction at a time learn of persons: of two that learn of the same, the second finds what the first wrote.
pub fn lock(connection: &mut Connection) -> Result<(), StoreError> {
    locks::advisory(connection, LEARNING)
}

/// All numbers of the person who votes by one of them.
pub fn numbers(connection: &mut Connection, number: i64) -> Result<Vec<i64>, StoreError> {
    let person: Option<Option<Vec<u8>>> =
        voters::table.find(number).select(voters::person_hash).first(connection).optional()?;
    let Some(person) = person.flatten() else { return Ok(vec![number]) };
    Ok(voters::table.filter(voters::person_hash.eq(Some(person))).select(voters::id).load(connection)?)
}

/// The places in the log of those votes of a person's numbers that are for a candidate for whom one of them has voted
/// before in the same span with a vote that was not found invalid, in order; of one cycle, or of all whose list is not published.
pub fn repeated(
    connection: &mut Connection,
    numbers: &[i64],
    cycle: Option<Month>,
) -> Result<BTreeMap<Month, Vec<i64>>, StoreError> {
    let mut query = cycles::table
        .inner_join(votes::table.on(votes::cycle.eq(cycles::month)))
        .filter(votes::voter.eq_any(numbers.to_vec()))
        .order((votes::cycle, votes::seq))
        .select((votes::cycle, votes::candidate, votes::day, votes::seq))
        .into_boxed();
    query = match cycle {
        Some(cycle) => query.filter(cycles::month.eq(cycle)),
        None => query.filter(cycles::published_at.is_null()),
    };
    let rows: Vec<(Month, i64, i32, i64)> = query.load(connection)?;
    let mut invalid = BTreeSet::new();
    for cycle in rows.iter().map(|row| row.0).collect::<BTreeSet<Month>>() {
        let seqs: Vec<i64> = rows.iter().filter(|row| row.0 == cycle).map(|row| row.3).collect();
        let holders = held_votes::holders(connection, cycle, &seqs)?.into_iter();
        let found = holders.filter(|holder| holder.status == QuarantineStatus::Invalidated);
        invalid.extend(found.map(|holder| (cycle, holder.seq)));
    }
    let (mut seen, mut found) = (BTreeSet::new(), BTreeMap::<Month, Vec<i64>>::new());
    for (cycle, candidate, day, seq) in rows {
        if seen.contains(&(cycle, candidate, day)) {
            found.entry(cycle).or_default().push(seq);
        } else if !invalid.contains(&(cycle, seq)) {
            seen.insert((cycle, candidate, day));
        }
    }
    Ok(found)
}

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::vote_log::Reason;

const ENTRIES: u64 = 10_000;

fn candidate(number: u64) -> CandidateId {
    CandidateId(Uuid::from_u128(0x019a_b500_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

/// Votes of many voters for twenty candidates; every hundredth entry invalidates the vote before it.
fn entry(sequence: u64) -> Entry {
    let begin: DateTime<chrono::Utc> = "2026-11-25T00:00:00Z".parse().unwrap();
    let event = if sequence % 100 == 99 {
        Event::Invalidation { vote: sequence - 1, reason: "同一人的重复投票".parse::<Reason>().unwrap() }
    } else {
        let voter = Pseudonym(u128::from(sequence / 20).to_be_bytes());
        Event::Vote { candidate: candidate(sequence % 20), day: None, voter }
    };
    Entry { sequence, minute: begin + TimeDelta::minutes(i64::try_from(sequence / 60).unwrap()), event }
}

/// A log of ten thousand entries, and its head.
static LOG: LazyLock<(Vec<u8>, Checkpoint)> = LazyLock::new(|| {
    let (mut log, mut frontier) = (Vec::new(), Frontier::default());
    for entry in (0..ENTRIES).map(entry) {
        frontier.push(entry.leaf_hash());
        log.extend_from_slice(entry.line().as_bytes());
        log.push(b'\n');
    }
    let head = Checkpoint {
        origin: "haoren/test/2026-11/1".to_owned(),
        size: ENTRIES,
        root: frontier.root(),
        signed_at: None,
    };
    (log, head)
});

fn verify(log: &[u8], receipts: &[Receipt]) -> Result<Verified, LogFault> {
    let mut verification = Verification::new(receipts);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        verification.take(line)?;
    }
    verification.finish(&LOG.1)
}

fn lines() -> Vec<&'static [u8]> {
    LOG.0.split_inclusive(|byte| *byte == b'\n').collect()
}

#[test]
fn a_whole_log_is_counted() {
    let receipt = |sequence| Receipt { sequence, leaf_hash: entry(sequence).leaf_hash() };
    let verified = verify(&LOG.0, &[receipt(0), receipt(4711), receipt(4711)]).unwrap();
    assert_eq!((verified.size, verified.votes, verified.invalidations), (ENTRIES, 9900, 100));
    assert_eq!((verified.root, verified.receipts), (LOG.1.root, 3));
    assert_eq!(verified.tally.iter().map(|one| one.1).sum::<u64>(), 9800);
    // Number 19 loses a hundred votes to invalidations in its place, number 18 those that were invalidated.
    assert_eq!(verified.tally.first(), Some(&(candidate(0), 500)));
    assert_eq!(verified.tally.last(), Some(&(candidate(19), 400)));
}

#[test]
fn a_receipt_for_another_entry_is_told() {
    let of_another = Receipt { sequence: 7, leaf_hash: entry(8).leaf_hash() };
    assert_eq!(verify(&LOG.0, &[of_another]), Err(LogFault::Receipt { sequence: 7 }));
    let beyond = Receipt { sequence: ENTRIES, leaf_hash: [0; 32] };
    assert_eq!(verify(&LOG.0, &[beyond]), Err(LogFault::ReceiptBeyond { sequence: ENTRIES, size: ENTRIES }));
}

/// Logs that break the rules of voting, in whatever tree.
#[test]
fn what_no_honest_log_says_is_named() {
    let vote = |sequence, voter: u8, day: Option<&str>| {
        let day = day.map(|day| day.parse().unwrap());
        let event = Event::Vote { candidate: candidate(1), day, voter: Pseudonym([voter; 16]) };
        Entry { sequence, event, ..entry(0) }
    };
    let invalidation = |sequence, vote| Entry {
        event: Event::Invalidation { vote, reason: "x".parse().unwrap() },
        sequence,
        ..entry(0)
    };
    let read = |entries: &[Entry]| {
        let mut verification = Verification::new(&[]);
        entries.iter().try_for_each(|entry| verification.take(format!("{}\n", entry.line()).as_bytes()))
    };
    let (one, other) = (Some("2026-11-25"), Some("2026-11-26"));
    assert_eq!(read(&[vote(0, 1, None), vote(1, 1, None)]), Err(LogFault::VotedBefore { line: 2 }));
    assert_eq!(read(&[vote(0, 1, one), vote(1, 1, other), vote(2, 2, one)]), Ok(()));
    assert_eq!(read(&[vote(0, 1, one), vote(1, 1, one)]), Err(LogFault::VotedBefore { line: 2 }));
    assert_eq!(read(&[vote(0, 1, None), invalidation(1, 0)]), Ok(()));
    assert_eq!(read(&[invalidation(0, 0)]), Err(LogFault::NoSuchVote { line: 1, vote: 0 }));
    assert_eq!(read(&[vote(0, 1, None), invalidation(1, 2)]), Err(LogFault::NoSuchVote { line: 2, vote: 2 }));
    let twice = [vote(0, 1, None), invalidation(1, 0), invalidation(2, 0)];
    assert_eq!(read(&twice), Err(LogFault::InvalidatedBefore { line: 3, vote: 0 }));
    let of_itself = [vote(0, 1, None), invalidation(1, 0), invalidation(2, 1)];
    assert_eq!(read(&of_itself), Err(LogFault::NoSuchVote { line: 3, vote: 1 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_byte_changed_is_found(place: prop::sample::Index, to: u8) {
        let mut log = LOG.0.clone();
        let place = place.index(log.len());
        prop_assume!(log[place] != to);
        log[place] = to;
        prop_assert!(verify(&log, &[]).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_entry_removed_or_repeated_is_found(place: prop::sample::Index) {
        let mut lines = lines();
        let place = place.index(lines.len());
        lines.insert(place, lines[place]);
        prop_assert!(verify(&lines.concat(), &[]).is_err());
        lines.remove(place);
        prop_assert!(verify(&lines.concat(), &[]).is_ok());
        lines.remove(place);
        prop_assert!(verify(&lines.concat(), &[]).is_err());
    }

    #[test]
    fn entries_in_another_order_are_found(one: prop::sample::Index, other: prop::sample::Index) {
        let mut lines = lines();
        let (one, other) = (one.index(lines.len()), other.index(lines.len()));
        prop_assume!(one != other);
        lines.swap(one, other);
        prop_assert!(verify(&lines.concat(), &[]).is_err());
    }

    #[test]
    fn a_log_cut_off_anywhere_is_found(place: prop::sample::Index) {
        let cut = &LOG.0[..place.index(LOG.0.len())];
        prop_assert!(verify(cut, &[]).is_err());
    }

    /// A forger who changes an entry into another good one, numbers included, is found by the root.
    #[test]
    fn entries_renumbered_after_a_removal_are_found(place in 0..ENTRIES - 1) {
        let mut forged = Vec::new();
        for sequence in 0..ENTRIES {
            let from = if sequence < place { sequence } else { (sequence + 1) % ENTRIES };
            let entry = Entry { sequence, ..entry(from) };
            forged.extend_from_slice(entry.line().as_bytes());
            forged.push(b'\n');
        }
        prop_assert!(verify(&forged, &[]).is_err());
    }
}

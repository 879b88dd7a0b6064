//! Thresholds by tables, and sums kept one by one against sums made at once.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case(29, 399, false)]
#[case(30, 30, true)]
#[case(0, 400, true)]
fn a_burst_is_many_voters_or_very_many_votes(#[case] voters: i64, #[case] votes: i64, #[case] raised: bool) {
    let found = burst(Counts { votes, voters });
    assert_eq!(found.is_some(), raised);
    assert!(found.is_none_or(|figures| figures.votes == votes && figures.voters == Some(voters)));
}

#[rstest]
#[case(19, false)]
#[case(20, true)]
fn accounts_of_one_minute(#[case] voters: i64, #[case] raised: bool) {
    assert_eq!(same_minute(Counts { votes: 500, voters }).is_some(), raised);
}

#[rstest]
#[case(120, Some(120), None)]
#[case(121, Some(120), Some(120))]
#[case(1, Some(0), Some(0))]
#[case(100_000, None, None)]
fn voters_of_a_unit(#[case] voters: i64, #[case] headcount: Option<i64>, #[case] told: Option<i64>) {
    let found = above_headcount(Counts { votes: voters * 3, voters }, headcount);
    assert_eq!(found.and_then(|figures| figures.headcount), told);
}

fn paced(counts: &[i64]) -> Pace {
    (100..).zip(counts).fold(Pace::starting(100), |pace, (bucket, votes)| pace.and(bucket, *votes))
}

#[rstest]
#[case::small_numbers_raise_nothing(&[1, 1, 1, 1, 1, 1, 49], false)]
#[case::the_floor(&[1, 1, 1, 1, 1, 1, 50], true)]
#[case::too_short_a_past(&[1, 1, 1, 1, 1, 500], false)]
#[case::a_busy_candidate(&[1000, 1040, 960, 1000, 1010, 990, 1100], false)]
#[case::a_busy_candidate_surges(&[1000, 1040, 960, 1000, 1010, 990, 1400], true)]
#[case::a_restless_past(&[10, 300, 20, 250, 0, 280, 400], false)]
fn surges(#[case] counts: &[i64], #[case] raised: bool) {
    assert_eq!(paced(counts).surge().is_some(), raised, "{:?}", paced(counts).surge());
}

#[test]
fn the_figures_of_a_surge_explain_it() {
    let figures = paced(&[4, 4, 4, 4, 4, 4, 64]).surge().unwrap();
    assert_eq!((figures.votes, figures.buckets), (64, Some(6)));
    assert_eq!((figures.mean, figures.deviation, figures.z), (Some(4.0), Some(2.0), Some(30.0)));
}

#[test]
fn moments_and_buckets() {
    let at: DateTime<Utc> = "2026-11-26T02:19:59.999Z".parse().unwrap();
    assert_eq!(bucket_start(bucket(at)).to_rfc3339(), "2026-11-26T02:10:00+00:00");
    assert_eq!(minute_start(minute(at)).to_rfc3339(), "2026-11-26T02:19:00+00:00");
    assert_eq!(Subject::read(SignalKind::PrefixBurst, "removed"), None);
}

proptest! {
    #[test]
    fn a_subject_is_read_as_it_was_written(a in any::<i64>(), b in any::<i64>(), id in any::<u128>()) {
        let unit = OrganizationId(Uuid::from_u128(id));
        for subject in [
            Subject::Prefix { prefix: a, bucket: b }, Subject::Candidate { candidate: a, bucket: b },
            Subject::Minute(a), Subject::Unit(unit), Subject::Person(b),
        ] {
            prop_assert_eq!(Subject::read(subject.kind(), &subject.key()), Some(subject));
        }
    }

    #[test]
    fn votes_one_by_one_and_at_once_make_the_same_pace(counts in prop::collection::vec(0_i64..200, 1..30)) {
        let mut one_by_one = Pace::starting(100);
        for (bucket, votes) in (100..).zip(&counts) {
            for _ in 0..*votes {
                one_by_one = one_by_one.and(bucket, 1);
            }
            one_by_one = one_by_one.and(bucket, 0);
        }
        prop_assert_eq!(one_by_one, paced(&counts));
        let (last, earlier) = counts.split_last().unwrap();
        prop_assert_eq!(one_by_one.votes, *last);
        prop_assert_eq!(one_by_one.earlier_votes, earlier.iter().sum::<i64>());
        prop_assert_eq!(one_by_one.earlier_squares, earlier.iter().map(|votes| votes * votes).sum::<i64>());
    }

    #[test]
    fn a_surge_stays_one_when_more_comes(
        counts in prop::collection::vec(0_i64..200, 7..30), surge in 0_i64..3000, more in 0_i64..500,
    ) {
        let pace = paced(&counts).and(200, surge);
        if let Some(figures) = pace.surge() {
            let later = pace.and(200, more).surge();
            prop_assert!(later.is_some_and(|later| later.z >= figures.z));
        }
    }

    #[test]
    fn a_steady_candidate_never_surges(votes in 0_i64..100_000, buckets in 1_usize..40) {
        prop_assert_eq!(paced(&vec![votes; buckets]).surge(), None);
    }
}

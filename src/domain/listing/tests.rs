use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const RULES: Rules = Rules { per_category: 3, min_votes: 1, order: Order::Rank };

fn id(number: u128) -> CandidateId {
    CandidateId(Uuid::from_u128(number))
}

fn code(text: &str) -> CategoryCode {
    text.parse().unwrap()
}

/// Candidates 1, 2, 3 … of one category with these votes.
fn votes(votes: &[i64]) -> Vec<Contender> {
    (1..).zip(votes).map(|(n, &votes)| Contender { candidate: id(n), category: code("bravery"), votes }).collect()
}

fn break_with(names: &[u128], reason: &str) -> TieBreak {
    let candidate_ids = names.iter().copied().map(id).collect();
    TieBreak { category: code("bravery"), candidate_ids, reason: reason.to_owned() }
}

fn listed(listing: &Listing) -> Vec<(u32, u32, CandidateId)> {
    listing.listed.iter().map(|entry| (entry.position, entry.rank, entry.candidate)).collect()
}

#[test]
fn few_candidates_need_the_least_votes_only() {
    let listing = draw_up(&votes(&[0, 7, 1]), RULES, &[]).unwrap();
    assert_eq!(listed(&listing), [(1, 1, id(2)), (2, 2, id(3))]);
    assert_eq!(listing.not_listed, [id(1)]);
    assert_eq!(draw_up(&[], RULES, &[]), Ok(Listing::default()));
}

#[test]
fn many_candidates_are_cut_at_the_places() {
    let listing = draw_up(&votes(&[1, 2, 3, 4, 5]), RULES, &[]).unwrap();
    assert_eq!(listed(&listing), [(1, 1, id(5)), (2, 2, id(4)), (3, 3, id(3))]);
    assert_eq!(listing.not_listed, [id(1), id(2)]);
}

#[test]
fn free_places_do_not_go_to_those_below_the_least_votes() {
    let listing = draw_up(&votes(&[4, 0, 0, 0, 0]), RULES, &[]).unwrap();
    assert_eq!(listed(&listing), [(1, 1, id(1))]);
}

#[test]
fn a_tie_above_or_below_the_cut_needs_no_breaking() {
    let listing = draw_up(&votes(&[9, 9, 9, 2, 2]), RULES, &[]).unwrap();
    assert_eq!(listed(&listing), [(1, 1, id(1)), (2, 1, id(2)), (3, 1, id(3))]);
}

#[test]
fn a_tie_across_the_cut_is_spelled_out() {
    let Err(Refusal::Ties(ties)) = draw_up(&votes(&[9, 4, 4, 4, 1]), RULES, &[]) else { panic!("no tie") };
    let tie = Tie { category: code("bravery"), candidates: vec![id(2), id(3), id(4)], votes: 4, places: 2 };
    assert_eq!(ties, [tie]);
    let fault = ties[0].fault();
    assert_eq!(fault.code, Code::TieAtCut);
    let names: Vec<_> = fault.figures.iter().map(|figure| figure.0).collect();
    assert_eq!(names, ["category", "candidate_ids", "votes", "places"]);
}

#[test]
fn the_named_of_the_tied_get_the_places() {
    let breaks = [break_with(&[4, 2], "事迹更为突出")];
    let listing = draw_up(&votes(&[9, 4, 4, 4, 1]), RULES, &breaks).unwrap();
    assert_eq!(listed(&listing), [(1, 1, id(1)), (2, 2, id(2)), (3, 2, id(4))]);
    assert_eq!(listing.not_listed, [id(3), id(5)]);
}

#[test]
fn hidden_results_leave_no_trace_in_the_order() {
    let rules = Rules { order: Order::Nomination, ..RULES };
    let listing = draw_up(&votes(&[1, 3, 2]), rules, &[]).unwrap();
    assert_eq!(listed(&listing), [(1, 3, id(1)), (2, 1, id(2)), (3, 2, id(3))]);
}

#[test]
fn every_fault_of_a_tie_break_is_reported_with_its_place() {
    type Case = (Vec<TieBreak>, Vec<(&'static str, Code)>);
    let elsewhere = TieBreak { category: code("integrity"), candidate_ids: vec![], reason: "无".to_owned() };
    let long = "长".repeat(tie_break::REASON_MAX + 1);
    let cases: Vec<Case> = vec![
        (vec![break_with(&[2], "x")], vec![("/tie_breaks/0/candidate_ids", Code::TooFew)]),
        (vec![break_with(&[2, 3, 4], "x")], vec![("/tie_breaks/0/candidate_ids", Code::TooMany)]),
        (vec![break_with(&[2, 2], "x")], vec![("/tie_breaks/0/candidate_ids/1", Code::Duplicate)]),
        (vec![break_with(&[2, 1], "x")], vec![("/tie_breaks/0/candidate_ids/1", Code::Inconsistent)]),
        (vec![break_with(&[2, 3], " \u{3000}")], vec![("/tie_breaks/0/reason", Code::TooShort)]),
        (vec![break_with(&[2, 3], &long)], vec![("/tie_breaks/0/reason", Code::TooLong)]),
        (vec![elsewhere, break_with(&[2, 3], "x")], vec![("/tie_breaks/0/category", Code::Inconsistent)]),
        (
            vec![break_with(&[2, 3], "x"), break_with(&[2], "")],
            vec![
                ("/tie_breaks/1/category", Code::Duplicate),
                ("/tie_breaks/1/candidate_ids", Code::TooFew),
                ("/tie_breaks/1/reason", Code::TooShort),
            ],
        ),
    ];
    for (breaks, expected) in cases {
        let Err(Refusal::Invalid(faults)) = draw_up(&votes(&[9, 4, 4, 4, 1]), RULES, &breaks) else {
            panic!("{breaks:?}")
        };
        let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(found, expected, "{breaks:?}");
    }
}

fn breaking(ties: &[Tie]) -> Vec<TieBreak> {
    let named = |tie: &Tie| tie.candidates.iter().copied().take(tie.places as usize).collect();
    ties.iter()
        .map(|tie| TieBreak { category: tie.category.clone(), candidate_ids: named(tie), reason: "抽签".to_owned() })
        .collect()
}

proptest! {
    #[test]
    fn a_list_is_fair_full_and_independent_of_the_order_of_arrival(
        field in prop::collection::vec((0_usize..3, 0_i64..6), 0..40), per_category in 1_u32..6, min_votes in 0_i64..4,
    ) {
        let codes = ["bravery", "integrity", "dedication"];
        let contenders: Vec<_> = (1..)
            .zip(field)
            .map(|(n, (category, votes))| Contender { candidate: id(n), category: code(codes[category]), votes })
            .collect();
        let backwards: Vec<_> = contenders.iter().rev().cloned().collect();
        let rules = Rules { per_category, min_votes, order: Order::Rank };
        let breaks = match draw_up(&contenders, rules, &[]) {
            Err(Refusal::Ties(ties)) => breaking(&ties),
            Err(Refusal::Invalid(faults)) => panic!("{faults:?}"),
            Ok(_) => Vec::new(),
        };
        prop_assert_eq!(draw_up(&contenders, rules, &breaks), draw_up(&backwards, rules, &breaks));
        let listing = draw_up(&contenders, rules, &breaks).unwrap();
        prop_assert_eq!(listing.listed.len() + listing.not_listed.len(), contenders.len());
        let votes: HashMap<_, _> = contenders.iter().map(|c| (c.candidate, (c.category.clone(), c.votes))).collect();
        for category in codes.map(code) {
            let inside: Vec<_> = listing.listed.iter().filter(|entry| entry.category == category).collect();
            let outside: Vec<_> = listing.not_listed.iter().map(|id| &votes[id]).filter(|c| c.0 == category).collect();
            let eligible = contenders.iter().filter(|c| c.category == category && c.votes >= min_votes).count();
            prop_assert_eq!(inside.len(), eligible.min(per_category as usize));
            prop_assert!(inside.iter().map(|entry| entry.position).eq(1..=u32::try_from(inside.len()).unwrap()));
            for entry in &inside {
                prop_assert!(entry.votes >= min_votes);
                prop_assert!(outside.iter().all(|other| other.1 <= entry.votes));
            }
        }
    }

    #[test]
    fn the_hidden_order_does_not_depend_on_the_votes(votes_a in prop::collection::vec(1_i64..9, 1..6)) {
        let rules = Rules { per_category: 9, min_votes: 1, order: Order::Nomination };
        let places = |counts: &[i64]| -> Vec<_> {
            draw_up(&votes(counts), rules, &[]).unwrap().listed.iter().map(|e| (e.position, e.candidate)).collect()
        };
        let reversed: Vec<_> = votes_a.iter().rev().copied().collect();
        prop_assert_eq!(places(&votes_a), places(&reversed));
    }
}

//! The list of a nationally run vote: who is on it was decided there, and is taken over.

use std::collections::BTreeSet;

use super::{Contender, Cut, Listing, Order, Refusal, TieBreak, by_category, entries, others, tie_break};
use crate::domain::{id::CandidateId, tally};

/// Takes over who is listed. Neither places nor least votes are this city's to apply, and there is no tie to break: a
/// break is refused. Ranks go by votes among all who were voted for.
pub fn take_over(
    contenders: &[Contender],
    listed: &BTreeSet<CandidateId>,
    order: Order,
    breaks: &[TieBreak],
) -> Result<Listing, Refusal> {
    tie_break::judge(breaks, &[]).map_err(Refusal::Invalid)?;
    let mut listing = Listing::default();
    for (category, votes) in by_category(contenders) {
        let mut sure = tally::rank(votes);
        sure.retain(|one| listed.contains(&one.candidate));
        let cut = Cut { sure, tied: Vec::new(), tie: None };
        listing.listed.extend(entries(&category, &cut, &[], order));
    }
    listing.not_listed = others(contenders, &listing.listed);
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        category::CategoryCode,
        fault::{Code, Fault},
    };

    fn id(number: u128) -> CandidateId {
        CandidateId(Uuid::from_u128(number))
    }

    fn dedication() -> CategoryCode {
        "dedication".parse().unwrap()
    }

    fn contenders() -> Vec<Contender> {
        let votes = [(1, 0), (2, 7), (3, 9), (4, 7)];
        votes.map(|(number, votes)| Contender { candidate: id(number), category: dedication(), votes }).to_vec()
    }

    #[test]
    fn the_listed_are_listed_whatever_their_votes_and_keep_their_ranks() {
        let listed = BTreeSet::from([id(1), id(2), id(4)]);
        let listing = take_over(&contenders(), &listed, Order::Rank, &[]).unwrap();
        let entries: Vec<_> = listing.listed.iter().map(|one| (one.candidate, one.position, one.rank)).collect();
        assert_eq!(entries, [(id(2), 1, 2), (id(4), 2, 2), (id(1), 3, 4)]);
        assert_eq!(listing.not_listed, [id(3)]);
        let hidden = take_over(&contenders(), &listed, Order::Nomination, &[]).unwrap();
        assert_eq!(hidden.listed.iter().map(|one| one.candidate).collect::<Vec<_>>(), [id(1), id(2), id(4)]);
    }

    #[test]
    fn there_is_no_tie_to_break() {
        let one = TieBreak { category: dedication(), candidate_ids: vec![id(2)], reason: "研究决定".to_owned() };
        let refused = take_over(&contenders(), &BTreeSet::new(), Order::Rank, &[one]);
        let fault = Fault::at("/tie_breaks/0/category", Code::Inconsistent);
        assert_eq!(refused, Err(Refusal::Invalid(vec![fault])));
    }
}

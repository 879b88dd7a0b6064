use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn id(number: u128) -> OrganizationId {
    OrganizationId(Uuid::from_u128(number))
}

fn node(kind: OrganizationKind, number: u128, parent: Option<u128>, district: Option<u128>) -> Node {
    Node {
        id: id(number),
        kind,
        parent: parent.map(id),
        district: district.map(id),
        name: format!("单位{number}"),
        headcount: Some(10),
        active: true,
    }
}

/// City 1; district 2 with the units 5 and 3, and 4 under 3; district 6 with the unit 7.
fn tree() -> Vec<Node> {
    use OrganizationKind::{City, District, Unit};
    vec![
        node(Unit, 7, Some(6), Some(6)),
        node(Unit, 5, Some(2), Some(2)),
        node(Unit, 4, Some(3), Some(2)),
        node(District, 6, Some(1), Some(6)),
        node(City, 1, None, None),
        node(Unit, 3, Some(2), Some(2)),
        // As entered before districts carried their own id.
        node(District, 2, Some(1), None),
    ]
}

fn people(claimed: u32, confirmed: u32) -> People {
    People { claimed, confirmed }
}

fn of_members(members: People) -> Numbers {
    Numbers { members, ..Numbers::default() }
}

#[test]
fn the_order_is_that_of_the_tree() {
    let ordered: Vec<OrganizationId> = in_order(tree()).into_iter().map(|node| node.id).collect();
    assert_eq!(ordered, [1, 2, 3, 4, 5, 6, 7].map(id));
}

#[test]
fn numbers_include_those_below_and_count_nobody_twice() {
    let own = (1..=7).map(|number| (id(number), of_members(people(1, 2)))).collect();
    let totals: Vec<(u32, u32)> = lines(in_order(tree()), &tree(), &own)
        .iter()
        .map(|line| (line.numbers.members.claimed, line.numbers.members.confirmed))
        .collect();
    assert_eq!(totals, [(7, 14), (4, 8), (2, 4), (1, 2), (1, 2), (2, 4), (1, 2)]);
}

#[test]
fn only_what_the_lines_include_is_needed() {
    let needed = |numbers: &[u128]| {
        let lines: Vec<Node> =
            tree().into_iter().filter(|node| numbers.iter().any(|one| node.id == id(*one))).collect();
        needed(&lines, &tree()).into_iter().map(|id| id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(needed(&[1]), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(needed(&[2]), [2, 3, 4, 5]);
    assert_eq!(needed(&[3]), [3, 4]);
    assert_eq!(needed(&[4, 7]), [4, 7]);
    assert_eq!(needed(&[]), [0_u128; 0]);
}

#[test]
fn what_exceeds_the_headcount_or_lacks_one_is_noted() {
    let numbers = Numbers { members: people(5, 6), studied: people(5, 5), voted: people(11, 0), ..Numbers::default() };
    let own = BTreeMap::from([(id(5), numbers)]);
    let mut all = tree();
    let of = |all: &[Node], number: u128| {
        let wanted = all.iter().filter(|node| node.id == id(number)).cloned().collect();
        lines(wanted, all, &own).remove(0)
    };
    let beyond = |number| Note::HeadcountExceeded { number, people: 11, headcount: 10 };
    assert_eq!(of(&all, 5).notes, [beyond(Figure::Members), beyond(Figure::Voted)]);
    assert_eq!(of(&all, 3).notes, []);
    for node in &mut all {
        node.headcount = node.headcount.filter(|_| node.id == id(3));
    }
    assert_eq!(of(&all, 5).notes, [Note::HeadcountMissing]);
    let district = of(&all, 2);
    assert_eq!(district.headcount, Some(10));
    assert_eq!(
        district.notes,
        [beyond(Figure::Members), beyond(Figure::Voted), Note::HeadcountIncomplete { units: 1 }]
    );
    assert_eq!(of(&all, 6).notes, [Note::HeadcountMissing]);
    assert_eq!(of(&all, 6).headcount, None);
}

proptest! {
    #[test]
    fn the_city_is_the_sum_of_all_and_a_note_says_when_a_number_is_beyond(
        counts in proptest::collection::vec((0_u32..50, 0_u32..50), 7),
    ) {
        let own: BTreeMap<OrganizationId, Numbers> = counts
            .iter()
            .zip(1..)
            .map(|((claimed, confirmed), number)| (id(number), of_members(people(*claimed, *confirmed))))
            .collect();
        let all = lines(in_order(tree()), &tree(), &own);
        let whole: u32 = counts.iter().map(|(claimed, confirmed)| claimed + confirmed).sum();
        prop_assert_eq!(all[0].numbers.members.total(), whole);
        for line in all {
            prop_assert_eq!(!line.notes.is_empty(), line.numbers.members.total() > 10);
        }
    }
}

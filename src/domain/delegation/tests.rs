use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn organization(kind: OrganizationKind, id: u128, parent: Option<u128>, district: Option<u128>) -> Organization {
    let of = |id| OrganizationId(Uuid::from_u128(id));
    Organization {
        id: of(id),
        kind,
        parent_id: parent.map(of),
        district_id: district.map(of),
        code: None,
        name: "某单位".to_owned(),
        headcount: None,
        responsible_name: None,
        active: true,
        list_title: None,
        list_issuer: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

/// The city 1, its districts 2 and 3, unit 4 with its window 5 and unit 6 in the first, unit 7 in the other.
fn at(id: u128) -> Official {
    use OrganizationKind::{City, District, Unit};
    let (role, organization) = match id {
        1 => (Role::CityReviewer, organization(City, 1, None, None)),
        2 | 3 => (Role::DistrictReviewer, organization(District, id, Some(1), None)),
        5 => (Role::UnitReviewer, organization(Unit, 5, Some(4), Some(2))),
        7 => (Role::UnitReviewer, organization(Unit, 7, Some(3), Some(3))),
        _ => (Role::UnitReviewer, organization(Unit, id, Some(2), Some(2))),
    };
    Official { active: true, role, organization: Some(organization) }
}

fn delegation() -> Delegation {
    let (begins_at, ends_at) = instants((day("2026-11-05"), day("2026-11-10")), Tz::Asia__Shanghai);
    Delegation {
        id: DelegationId(Uuid::from_u128(9)),
        delegator: UserId(Uuid::from_u128(10)),
        delegator_post: at(4).post().unwrap(),
        delegate: UserId(Uuid::from_u128(11)),
        delegate_post: at(2).post().unwrap(),
        begins_at,
        ends_at,
        reason: "出差".to_owned(),
        entered_by: UserId(Uuid::from_u128(10)),
        revocation: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
    }
}

#[rstest]
#[case(4, 4, true)]
#[case(4, 2, true)]
#[case(4, 1, true)]
#[case(4, 5, true)]
#[case(5, 2, true)]
#[case(2, 1, true)]
#[case(4, 6, false)]
#[case(5, 6, false)]
#[case(2, 3, false)]
#[case(4, 3, false)]
#[case(7, 2, false)]
fn who_stands_in_serves_in_the_same_line(#[case] one: u128, #[case] other: u128, #[case] may: bool) {
    assert_eq!(may_stand_in(&at(one), &at(other)), may);
    assert_eq!(may_stand_in(&at(other), &at(one)), may);
}

#[test]
fn only_open_accounts_of_reviewers_stand_in() {
    let closed = Official { active: false, ..at(4) };
    let citizen = Official { role: Role::Citizen, ..at(4) };
    let nowhere = Official { organization: None, ..at(4) };
    let mut shut = at(4);
    shut.organization.as_mut().unwrap().active = false;
    for wrong in [closed, citizen, nowhere, shut] {
        assert!(!may_stand_in(&wrong, &at(4)) && !may_stand_in(&at(4), &wrong), "{wrong:?}");
    }
}

#[rstest]
#[case("2026-11-04T15:59:59Z", DelegationStatus::Scheduled)]
#[case("2026-11-04T16:00:00Z", DelegationStatus::InForce)]
#[case("2026-11-10T15:59:59Z", DelegationStatus::InForce)]
#[case("2026-11-10T16:00:00Z", DelegationStatus::Ended)]
fn it_holds_on_its_days(#[case] now: &str, #[case] status: DelegationStatus) {
    let (delegation, now) = (delegation(), now.parse().unwrap());
    assert_eq!(delegation.status(now), status);
    assert_eq!(delegation.holds(&at(4), &at(2), now), status == DelegationStatus::InForce);
    assert_eq!(delegation.days(Tz::Asia__Shanghai), (day("2026-11-05"), day("2026-11-10")));
    let revocation = Some(Revocation { by: delegation.delegate, at: now, reason: None });
    let revoked = Delegation { revocation, ..delegation };
    assert_eq!(revoked.status(now), DelegationStatus::Revoked);
    assert!(!revoked.holds(&at(4), &at(2), now));
}

#[test]
fn it_holds_while_both_serve_where_they_served() {
    let (delegation, now) = (delegation(), "2026-11-06T00:00:00Z".parse().unwrap());
    assert!(delegation.holds(&at(4), &at(2), now));
    assert!(!delegation.holds(&at(6), &at(2), now));
    assert!(!delegation.holds(&at(4), &at(1), now));
    assert!(!delegation.holds(&Official { active: false, ..at(4) }, &at(2), now));
    // The unit was moved to the other district.
    let mut moved = at(4);
    moved.organization.as_mut().unwrap().district_id = Some(OrganizationId(Uuid::from_u128(3)));
    assert!(!delegation.holds(&moved, &at(2), now));
}

#[rstest]
#[case("2026-11-05", "2026-11-05", &[])]
#[case("2026-11-04", "2026-11-05", &[])]
#[case("2026-11-03", "2026-11-05", &[("/from", Code::TooSmall)])]
#[case("2026-11-04", "2026-11-04", &[("/to", Code::TooSmall)])]
#[case("2026-11-06", "2026-11-05", &[("/to", Code::TooSmall)])]
#[case("2026-11-05", "2027-02-04", &[])]
#[case("2026-11-05", "2027-02-05", &[("/to", Code::TooLarge)])]
#[case("2027-11-07", "2027-11-08", &[("/from", Code::TooLarge)])]
fn days_are_few_and_not_past(#[case] from: &str, #[case] to: &str, #[case] expected: &[(&str, Code)]) {
    let days = (day(from), day(to));
    let faults = [span_faults(days), day_faults(days, day("2026-11-05"))].concat();
    let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    assert_eq!(found, expected);
}

proptest! {
    #[test]
    fn days_come_back_from_their_instants(offset in 0_u64..20_000, length in 0_u64..92, zone in 0_usize..4) {
        let zone = [Tz::Asia__Shanghai, Tz::UTC, Tz::America__New_York, Tz::Asia__Beirut][zone];
        let from = NaiveDate::default() + Days::new(offset);
        let to = from + Days::new(length);
        let (begins_at, ends_at) = instants((from, to), zone);
        prop_assert!(begins_at < ends_at);
        let delegation = Delegation { begins_at, ends_at, ..delegation() };
        prop_assert_eq!(delegation.days(zone), (from, to));
    }
}

use super::*;

const NOBODY: Levels = Levels { unit: false, district: false };
const STAFFED: Levels = Levels { unit: true, district: true };

/// With the same levels able to decide and to keep the file.
fn standing(role: &str, is_inside: bool, part: Part, present: Levels) -> Standing {
    let role = if role == "code" { None } else { Some(role.parse().unwrap()) };
    Standing { role, is_inside, part, deciders: present, staffed: present }
}

fn short(permission: Permission) -> &'static str {
    match permission {
        Permission::Allowed => "yes",
        Permission::ActingFor(OrganizationKind::Unit) => "for_unit",
        Permission::ActingFor(_) => "for_district",
        Permission::Refused(Refusal::Role) => "role",
        Permission::Refused(Refusal::Outside) => "outside",
        Permission::Refused(Refusal::Stage) => "stage",
        Permission::Refused(Refusal::Staffed(_)) => "staffed",
    }
}

/// The status in which each action is asked for, and what the unit's, the district's and the city's reviewer hear from
/// inside the subtree, first where every level is staffed, then where unit and district have nobody.
const TABLE: &str = "
    assign           nominated  yes   yes     staffed   yes   yes      for_district
    assign           returned   yes   yes     staffed   yes   yes      for_district
    verify           nominated  yes   staffed staffed   yes   for_unit for_unit
    endorse          verified   role  yes     staffed   role  yes      for_district
    screen           endorsed   role  role    yes       role  role     yes
    forward          screened   role  role    yes       role  role     yes
    list             forwarded  role  role    yes       role  role     yes
    not_list         forwarded  role  role    yes       role  role     yes
    return           nominated  yes   staffed staffed   yes   for_unit for_unit
    return           verified   stage yes     staffed   stage yes      for_district
    return           endorsed   stage stage   yes       stage stage    yes
    return           screened   stage stage   yes       stage stage    yes
    return           rejected   stage stage   stage     stage stage    stage
    reject           nominated  yes   staffed staffed   yes   for_unit for_unit
    reject           verified   stage yes     staffed   stage yes      for_district
    reject           endorsed   stage stage   yes       stage stage    yes
    reject           screened   stage stage   yes       stage stage    yes
    resubmit         returned   yes   role    role      yes   for_unit for_unit
    recall           verified   yes   staffed staffed   yes   for_unit for_unit
    recall           endorsed   stage yes     staffed   stage yes      for_district
    recall           screened   stage stage   stage     stage stage    stage
    reinstate        rejected   role  role    yes       role  role     yes
    withdraw         nominated  yes   role    role      yes   for_unit for_unit
    withdraw_consent forwarded  yes   role    yes       yes   role     yes
    refuse           forwarded  role  role    yes       role  role     yes
    disqualify       forwarded  role  role    yes       role  role     yes
    carry_over       nominated  yes   yes     staffed   yes   yes      for_unit
    carry_over       verified   yes   yes     staffed   yes   yes      for_unit
    carry_over       returned   yes   yes     staffed   yes   yes      for_unit
    carry_over       endorsed   stage stage   yes       stage stage    yes
    carry_over       screened   stage stage   yes       stage stage    yes
    revoke           listed     role  role    yes       role  role     yes
    merge            nominated  yes   yes     staffed   yes   yes      for_district
    merge            verified   yes   yes     staffed   yes   yes      for_district
    merge            returned   yes   yes     staffed   yes   yes      for_district
    unmerge          withdrawn  yes   yes     staffed   yes   yes      for_district
";

const REVIEWERS: [&str; 3] = ["unit_reviewer", "district_reviewer", "city_reviewer"];

fn rows() -> Vec<(Action, Status, Vec<&'static str>)> {
    let rows = TABLE.lines().map(str::trim).filter(|row| !row.is_empty());
    rows.map(|row| {
        let mut cells = row.split_whitespace();
        let (action, status) = (cells.next().unwrap(), cells.next().unwrap());
        (action.parse().unwrap(), status.parse().unwrap(), cells.collect())
    })
    .collect()
}

#[test]
fn every_action_by_every_reviewer_from_inside() {
    let rows = rows();
    for action in Action::ALL {
        assert!(rows.iter().any(|row| row.0 == *action), "{action} has no row");
    }
    for (action, status, expected) in rows {
        let heard: Vec<_> = [STAFFED, NOBODY]
            .into_iter()
            .flat_map(|deciders| REVIEWERS.map(|role| standing(role, true, Part::None, deciders)))
            .map(|standing| short(permission(action, status, true, standing)))
            .collect();
        assert_eq!(heard, expected, "{action} from {status}");
    }
}

#[test]
fn from_outside_nobody_acts_and_nothing_is_learned() {
    for (action, status, _) in rows() {
        for role in REVIEWERS {
            let heard = short(permission(action, status, true, standing(role, false, Part::None, NOBODY)));
            let expected = if may_ever(Some(role.parse().unwrap()), action) { "outside" } else { "role" };
            assert_eq!(heard, expected, "{action} from {status} by {role}");
        }
    }
}

#[test]
fn citizens_and_codes_act_on_their_own_file_only() {
    for (action, status, _) in rows() {
        for role in ["citizen", "code"] {
            for is_inside in [false, true] {
                let hear = |part| short(permission(action, status, true, standing(role, is_inside, part, STAFFED)));
                let is_owners = [Action::Resubmit, Action::Withdraw].contains(&action);
                assert_eq!(hear(Part::First), if is_owners { "yes" } else { "role" }, "{action}");
                assert_eq!(hear(Part::Later), if is_owners { "outside" } else { "role" }, "{action}");
                assert_eq!(hear(Part::None), if is_owners { "outside" } else { "role" }, "{action}");
            }
        }
    }
}

#[test]
fn the_portal_refuses_and_the_administrator_decides_nothing() {
    for (action, status, _) in rows() {
        for part in [Part::None, Part::First] {
            for is_inside in [false, true] {
                let hear = |role| short(permission(action, status, true, standing(role, is_inside, part, NOBODY)));
                assert_eq!(hear("admin"), "role", "{action}");
                assert_eq!(hear("portal"), if action == Action::Refuse { "yes" } else { "role" }, "{action}");
            }
        }
    }
}

#[test]
fn a_reviewer_of_another_place_acts_on_the_own_recommendation_as_anybody() {
    for role in REVIEWERS {
        let standing = standing(role, false, Part::First, STAFFED);
        for (action, status) in [(Action::Resubmit, Status::Returned), (Action::Withdraw, Status::Verified)] {
            assert_eq!(permission(action, status, true, standing), Permission::Allowed);
        }
        assert_ne!(permission(Action::Return, Status::Nominated, true, standing), Permission::Allowed);
    }
}

#[test]
fn the_district_holds_what_has_no_unit() {
    let district = standing("district_reviewer", true, Part::None, STAFFED);
    for action in [Action::Assign, Action::Return, Action::Reject, Action::CarryOver] {
        assert_eq!(permission(action, Status::Nominated, false, district), Permission::Allowed, "{action}");
    }
    let verify = permission(Action::Verify, Status::Nominated, false, district);
    assert_eq!(verify, Permission::Refused(Refusal::Stage));
    let city = standing("city_reviewer", true, Part::None, STAFFED);
    let reject = permission(Action::Reject, Status::Nominated, false, city);
    assert_eq!(reject, Permission::Refused(Refusal::Staffed(OrganizationKind::District)));
}

#[test]
fn the_city_acts_for_a_unit_only_where_the_district_has_nobody_either() {
    use OrganizationKind::{District, Unit};
    let hear = |unit, district| {
        let city = standing("city_reviewer", true, Part::None, Levels { unit, district });
        permission(Action::Verify, Status::Nominated, true, city)
    };
    assert_eq!(hear(false, false), Permission::ActingFor(Unit));
    assert_eq!(hear(false, true), Permission::Refused(Refusal::Staffed(District)));
    assert_eq!(hear(true, false), Permission::Refused(Refusal::Staffed(Unit)));
}

#[test]
fn who_may_not_decide_any_more_still_keeps_the_file() {
    let mut district = standing("district_reviewer", true, Part::None, STAFFED);
    district.deciders = NOBODY;
    assert_eq!(keeping(district), Permission::Refused(Refusal::Role));
    assert_eq!(
        permission(Action::Verify, Status::Nominated, true, district),
        Permission::ActingFor(OrganizationKind::Unit)
    );
    district.staffed.unit = false;
    assert_eq!(keeping(district), Permission::ActingFor(OrganizationKind::Unit));
    let city = Standing { role: Some("city_reviewer".parse().unwrap()), ..district };
    assert_eq!(keeping(city), Permission::Refused(Refusal::Role));
}

#[test]
fn a_nominator_who_is_a_reviewer_keeps_the_file_as_the_unit_only_in_its_place() {
    for (role, deciders, as_unit) in [
        ("unit_reviewer", STAFFED, true),
        ("district_reviewer", STAFFED, false),
        ("district_reviewer", NOBODY, true),
        ("city_reviewer", Levels { unit: false, district: true }, false),
        ("city_reviewer", NOBODY, true),
        ("citizen", NOBODY, false),
    ] {
        for is_inside in [true, false] {
            let standing = standing(role, is_inside, Part::First, deciders);
            assert_eq!(keeping(standing), Permission::Allowed, "{role}");
            assert_eq!(keeps_as_unit(standing), as_unit && is_inside, "{role}");
        }
    }
}

use rstest::rstest;
use uuid::Uuid;

use super::*;

fn id(number: u128) -> OrganizationId {
    OrganizationId(Uuid::from_u128(number))
}

fn lead(status: LeadStatus) -> Lead {
    Lead {
        id: LeadId(Uuid::from_u128(1)),
        status,
        channel: Channel::Phone,
        channel_id: None,
        organization_id: None,
        assignment_reason: None,
        cycle: "2026-11".parse().unwrap(),
        text: Some("张三，江汉区，助，义务理发".to_owned()),
        parsed: Some(Parsed {
            name: Some("张三".to_owned()),
            place: Some("江汉区".to_owned()),
            category: Some("helping_others".parse().unwrap()),
            summary: Some("义务理发".to_owned()),
            unit_id: Some(id(20)),
            district_id: Some(id(2)),
        }),
        user_id: None,
        operator_id: None,
        candidate_id: None,
        nomination_id: None,
        reason: None,
        decided_by: None,
        decided_at: None,
        erased_at: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn organization(number: u128, kind: OrganizationKind, district: Option<u128>) -> Organization {
    Organization {
        id: id(number),
        kind,
        parent_id: None,
        district_id: district.map(id),
        code: None,
        name: "某单位".to_owned(),
        headcount: None,
        responsible_name: None,
        active: number != 99,
        list_title: None,
        list_issuer: None,
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn places(faults: &[Fault]) -> Vec<(&str, Code)> {
    faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect()
}

#[rstest]
#[case(LeadStatus::Received, true)]
#[case(LeadStatus::Promoted, false)]
#[case(LeadStatus::Dismissed, false)]
fn a_lead_is_dealt_with_once(#[case] status: LeadStatus, #[case] open: bool) {
    assert_eq!(refuse_decided(&lead(status)).is_ok(), open);
}

#[test]
fn a_reporter_has_a_name_or_a_number() {
    let reporter = |name: Option<&str>, phone: Option<&str>| Reach {
        name: name.map(str::to_owned),
        phone: phone.map(str::to_owned),
        relationship: None,
    };
    assert_eq!(faults("好", Some(&reporter(Some("王芳"), None))), []);
    assert_eq!(faults("好", Some(&reporter(None, Some("13900001234")))), []);
    assert_eq!(
        places(&faults(" ", Some(&reporter(None, None)))),
        [("/text", Code::TooShort), ("/reporter/name", Code::Required)]
    );
    assert_eq!(
        places(&faults("好", Some(&reporter(Some("1"), Some("1"))))),
        [("/reporter/name", Code::Malformed), ("/reporter/phone", Code::Malformed)]
    );
}

#[test]
fn a_lead_is_given_within_the_subtree_or_back() {
    use OrganizationKind::{City, District, Unit};
    let (city, district, other) =
        (organization(1, City, None), organization(2, District, Some(2)), organization(3, District, Some(3)));
    let (unit, closed) = (organization(20, Unit, Some(2)), organization(99, Unit, Some(2)));
    let of_district = Scope::District(id(2));
    let of_unit = Scope::Units(vec![id(20), id(21)]);
    let judged = |scope: &Scope, to: Option<&Organization>, present: Option<&Organization>| {
        let wish =
            Assignment { scope, organization_id: to.map(|to| to.id), organization: to, present, has_reason: true };
        assignment_faults(wish).into_iter().map(|fault| fault.code).collect::<Vec<_>>()
    };
    let (fine, unknown, same) = (vec![], vec![Code::UnknownReference], vec![Code::Inconsistent]);
    assert_eq!(judged(&Scope::City, Some(&district), None), fine);
    assert_eq!(judged(&Scope::City, Some(&closed), None), unknown);
    assert_eq!(judged(&Scope::City, None, None), same);
    assert_eq!(judged(&of_district, Some(&unit), Some(&district)), fine);
    assert_eq!(judged(&of_district, Some(&other), Some(&district)), unknown);
    assert_eq!(judged(&of_district, Some(&city), Some(&district)), fine);
    assert_eq!(judged(&of_district, None, Some(&district)), fine);
    assert_eq!(judged(&of_district, Some(&district), Some(&district)), same);
    assert_eq!(judged(&of_unit, Some(&district), Some(&unit)), fine);
    assert_eq!(judged(&of_unit, Some(&other), Some(&unit)), unknown);
    let without = Assignment {
        scope: &of_district,
        organization_id: Some(id(20)),
        organization: Some(&unit),
        present: Some(&district),
        has_reason: false,
    };
    assert_eq!(places(&assignment_faults(without)), [("/reason", Code::Required)]);
    let first = Assignment { scope: &Scope::City, present: None, ..without };
    assert_eq!(assignment_faults(first), []);
}

#[test]
fn what_is_not_said_comes_from_the_text() {
    let lead = lead(LeadStatus::Received);
    let made = Promotion::default().recommendation(&lead, None).unwrap();
    assert_eq!(
        (made.name.as_str(), made.summary.as_str(), made.category.as_str()),
        ("张三", "义务理发", "helping_others")
    );
    assert_eq!((made.unit_id, made.district_id, made.channel), (Some(id(20)), Some(id(2)), Some(Channel::Phone)));
    let said = Promotion {
        file: FileChange { name: Some("张叁".to_owned()), ..FileChange::default() },
        district_id: Some(id(3)),
        ..Promotion::default()
    };
    let made = said.recommendation(&lead, None).unwrap();
    assert_eq!((made.name.as_str(), made.unit_id, made.district_id), ("张叁", None, Some(id(3))));
}

#[test]
fn who_deals_with_the_lead_stands_before_the_place_of_the_text() {
    use OrganizationKind::{City, District, Unit};
    let lead = lead(LeadStatus::Received);
    let placed = |handler: Organization| {
        let made = Promotion::default().recommendation(&lead, Some(&handler)).unwrap();
        (made.unit_id, made.district_id)
    };
    assert_eq!(placed(organization(21, Unit, Some(2))), (Some(id(21)), None));
    assert_eq!(placed(organization(2, District, Some(2))), (Some(id(20)), Some(id(2))));
    assert_eq!(placed(organization(3, District, Some(3))), (None, Some(id(3))));
    assert_eq!(placed(organization(1, City, None)), (Some(id(20)), Some(id(2))));
}

#[test]
fn what_nobody_says_is_missing() {
    let raw = Lead { parsed: None, ..lead(LeadStatus::Received) };
    let missing = Promotion::default().recommendation(&raw, None).unwrap_err();
    assert_eq!(
        places(&missing),
        [
            ("/category", Code::Required),
            ("/name", Code::Required),
            ("/summary", Code::Required),
            ("/unit_id", Code::Required)
        ]
    );
}

#[test]
fn to_an_existing_candidate_only_the_nominator_is_said() {
    let to = Promotion {
        candidate_id: Some(CandidateId(Uuid::from_u128(7))),
        nominator: Some(Reach { name: Some("王芳".to_owned()), ..Reach::default() }),
        ..Promotion::default()
    };
    assert_eq!(to.faults(), []);
    let more = Promotion {
        unit_id: Some(id(20)),
        file: FileChange { name: Some("张三".to_owned()), ..FileChange::default() },
        ..to
    };
    assert_eq!(places(&more.faults()), [("/name", Code::Inconsistent), ("/unit_id", Code::Inconsistent)]);
}

#[test]
fn days_are_counted_back_from_now() {
    let now: DateTime<Utc> = "2026-11-05T02:00:00Z".parse().unwrap();
    assert_eq!(erased_before(now, 180).to_rfc3339(), "2026-05-09T02:00:00+00:00");
    assert_eq!(erased_before(now, u32::MAX), DateTime::<Utc>::MIN_UTC);
}

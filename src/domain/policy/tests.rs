use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;

fn patch(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn the_defaults_are_valid_and_those_of_the_domain() {
    let policy = Policy::default();
    assert_eq!(policy.validate(), vec![]);
    assert_eq!(
        serde_json::to_value(&policy).unwrap(),
        json!({
            "deed_min_chars": 500, "deed_max_chars": 1000, "photo_count": 2, "photo_max_bytes": 393_216,
            "photo_min_side_px": 300, "verification_records_min": 1, "district_quota": 2, "repeat": "once",
            "votes_per_category": 20, "votes_in_all": 0, "voters": "any", "display_order": "lot", "receipts": true,
            "results_visibility": "live", "result_source": "local", "voting_url": null,
            "comment_moderation": "post", "list_per_category": 20, "list_min_votes": 1, "pool_min_honours": 1,
            "pool_entry": "automatic", "objection_days": 15,
            "visit_interval_months": 6, "lead_retention_days": 180,
            "visit_festivals": ["spring_festival", "mid_autumn"], "visit_window_days": 15, "contact_lost_months": 12,
            "contact_escalation_days": 30
        })
    );
    assert_eq!(serde_json::from_value::<Policy>(json!({})).unwrap(), policy);
    assert!(serde_json::from_value::<Policy>(json!({"district_quotas": 3})).is_err());
}

#[test]
fn every_member_has_a_field_and_every_field_a_member() {
    let members = Policy::default().members();
    let names: Vec<_> = members.keys().map(String::as_str).collect();
    let mut fields: Vec<_> = PolicyField::ALL.iter().map(|field| field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(names, fields);
}

#[test]
fn all_faults_come_together() {
    let policy = Policy {
        deed_min_chars: 2_000,
        photo_count: 21,
        district_quota: 0,
        result_source: ResultSource::Portal,
        display_order: DisplayOrder::Votes,
        results_visibility: ResultsVisibility::AfterClose,
        ..Policy::default()
    };
    let faults: Vec<_> = policy.validate().into_iter().map(|fault| (fault.pointer, fault.code)).collect();
    assert_eq!(
        faults,
        [
            ("/policy/photo_count".to_owned(), Code::TooLarge),
            ("/policy/district_quota".to_owned(), Code::TooSmall),
            ("/policy/deed_max_chars".to_owned(), Code::Inconsistent),
            ("/policy/voting_url".to_owned(), Code::Required),
            ("/policy/display_order".to_owned(), Code::Inconsistent),
        ]
    );
}

#[rstest]
#[case("https://www.wenming.cn/shenbian?x=1", true)]
#[case("http://x", true)]
#[case("ftp://x", false)]
#[case("https://", false)]
#[case("https:///x", false)]
#[case("javascript:alert(1)", false)]
#[case("https://a b", false)]
#[case("https://好人", false)]
fn voting_urls(#[case] url: &str, #[case] good: bool) {
    let policy = Policy { voting_url: Some(url.to_owned()), ..Policy::default() };
    assert_eq!(policy.validate().is_empty(), good);
}

#[test]
fn a_patch_changes_what_it_names_and_null_resets() {
    let old = Policy { district_quota: 5, voting_url: Some("https://x".into()), ..Policy::default() };
    let new = old.merged(&patch(&json!({"district_quota": null, "repeat": "daily", "voting_url": null}))).unwrap();
    assert_eq!(new, Policy { repeat: Repeat::Daily, ..Policy::default() });
    assert_eq!(Policy::diff(&old, &new), [PolicyField::DistrictQuota, PolicyField::Repeat, PolicyField::VotingUrl]);
}

#[test]
fn all_bad_members_of_a_patch_are_named() {
    let bad = json!({
        "a/b": 1, "deed_min_chars": -1, "deed_max_chars": 5_000_000_000_u64, "photo_count": 1.5,
        "repeat": "weekly", "result_source": 3, "voting_url": 3, "list_min_votes": "1"
    });
    let mut faults: Vec<_> = Policy::default()
        .merged(&patch(&bad))
        .unwrap_err()
        .into_iter()
        .map(|fault| (fault.pointer, fault.code))
        .collect();
    faults.sort();
    assert_eq!(
        faults,
        [
            ("/policy/a~1b".to_owned(), Code::UnknownMember),
            ("/policy/deed_max_chars".to_owned(), Code::TooLarge),
            ("/policy/deed_min_chars".to_owned(), Code::TooSmall),
            ("/policy/list_min_votes".to_owned(), Code::WrongType),
            ("/policy/photo_count".to_owned(), Code::WrongType),
            ("/policy/repeat".to_owned(), Code::UnknownValue),
            ("/policy/result_source".to_owned(), Code::WrongType),
            ("/policy/voting_url".to_owned(), Code::WrongType),
        ]
    );
}

proptest! {
    #[test]
    fn a_policy_survives_being_written_and_read(numbers in prop::array::uniform5(any::<u32>()), daily in any::<bool>()) {
        let policy = Policy {
            deed_min_chars: numbers[0], deed_max_chars: numbers[1], photo_count: numbers[2],
            votes_per_category: numbers[3], list_per_category: numbers[4],
            repeat: if daily { Repeat::Daily } else { Repeat::Once },
            ..Policy::default()
        };
        let read: Policy = serde_json::from_value(serde_json::to_value(&policy).unwrap()).unwrap();
        prop_assert_eq!(Policy::diff(&policy, &read), vec![]);
        prop_assert_eq!(read, policy);
    }
}

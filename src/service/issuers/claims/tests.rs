use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;

const NOW: i64 = 1_000_000;

fn settings() -> IssuerSettings {
    IssuerSettings {
        issuer: "https://id.example".to_owned(),
        jwks_url: "https://id.example/keys".to_owned(),
        audience: "haoren".to_owned(),
        algorithms: vec![],
        tier: Some(Tier::Phone),
        tier_claim: None,
        tiers: BTreeMap::new(),
        subject_claim: "sub".to_owned(),
        real_name_claim: Some("id_number".to_owned()),
        max_age_seconds: None,
    }
}

fn claims(changes: &Value) -> Map<String, Value> {
    let mut claims = json!({ "iss": "https://id.example", "aud": "haoren", "sub": "u1", "iat": NOW, "exp": NOW + 600 });
    let claims = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value == "absent" {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    claims.clone()
}

fn judged(changes: &Value, settings: &IssuerSettings) -> Result<Vouched, Refusal> {
    judge(&claims(changes), settings, DateTime::from_timestamp(NOW, 0).unwrap())
}

#[rstest]
#[case(json!({}), Ok(()))]
#[case(json!({ "iss": "https://id.example/" }), Err(Refusal::UnknownIssuer))]
#[case(json!({ "iss": ["https://id.example"] }), Err(Refusal::UnknownIssuer))]
#[case(json!({ "iss": "absent" }), Err(Refusal::UnknownIssuer))]
#[case(json!({ "aud": ["other", "haoren"] }), Ok(()))]
#[case(json!({ "aud": ["other"] }), Err(Refusal::Audience))]
#[case(json!({ "aud": [] }), Err(Refusal::Audience))]
#[case(json!({ "aud": "haoren2" }), Err(Refusal::Audience))]
#[case(json!({ "aud": { "haoren": true } }), Err(Refusal::Audience))]
#[case(json!({ "aud": "absent" }), Err(Refusal::Claim("aud")))]
#[case(json!({ "exp": "absent" }), Err(Refusal::Claim("exp")))]
#[case(json!({ "exp": "1000600" }), Err(Refusal::Claim("exp")))]
#[case(json!({ "exp": null }), Err(Refusal::Claim("exp")))]
#[case(json!({ "exp": NOW - 59 }), Ok(()))]
#[case(json!({ "exp": NOW - 60 }), Err(Refusal::Expired))]
#[case(json!({ "exp": 1_000_600.5 }), Ok(()))]
#[case(json!({ "exp": i64::MAX }), Ok(()))]
#[case(json!({ "exp": -1 }), Err(Refusal::Expired))]
#[case(json!({ "exp": 1e300 }), Ok(()))]
#[case(json!({ "nbf": NOW + 60 }), Ok(()))]
#[case(json!({ "nbf": NOW + 61 }), Err(Refusal::NotBegun))]
#[case(json!({ "nbf": "soon" }), Err(Refusal::Claim("nbf")))]
#[case(json!({ "iat": NOW + 60 }), Ok(()))]
#[case(json!({ "iat": NOW + 61 }), Err(Refusal::NotBegun))]
#[case(json!({ "iat": true }), Err(Refusal::Claim("iat")))]
#[case(json!({ "iat": "absent" }), Ok(()))]
#[case(json!({ "sub": "absent" }), Err(Refusal::Claim("of the subject")))]
#[case(json!({ "sub": " " }), Err(Refusal::Claim("of the subject")))]
#[case(json!({ "sub": 17 }), Err(Refusal::Claim("of the subject")))]
#[case(json!({ "sub": "x".repeat(255) }), Ok(()))]
#[case(json!({ "sub": "x".repeat(256) }), Err(Refusal::Claim("of the subject")))]
#[case(json!({ "id_number": ["42010319700101123X"] }), Err(Refusal::Claim("of the real name")))]
#[case(json!({ "id_number": -1 }), Err(Refusal::Claim("of the real name")))]
fn every_claim_is_judged(#[case] changes: Value, #[case] expected: Result<(), Refusal>) {
    assert_eq!(judged(&changes, &settings()).map(drop), expected);
}

#[rstest]
#[case(json!("４２０１０３１９７００１０１１２３ｘ"), Some("42010319700101123X"))]
#[case(json!(420_103_197_001_011_234_u64), Some("420103197001011234"))]
#[case(json!("4201**********123X"), None)]
#[case(json!(""), None)]
#[case(json!(null), None)]
#[case(json!("absent"), None)]
fn the_person_is_told_or_not(#[case] told: Value, #[case] expected: Option<&str>) {
    assert_eq!(judged(&json!({ "id_number": told }), &settings()).ok().unwrap().person.as_deref(), expected);
    let silent = IssuerSettings { real_name_claim: None, ..settings() };
    assert_eq!(judged(&json!({ "id_number": told }), &silent).ok().unwrap().person, None);
}

#[rstest]
#[case(json!("L4"), Ok(Tier::RealName))]
#[case(json!(2), Ok(Tier::Phone))]
#[case(json!(true), Ok(Tier::SelfDeclared))]
#[case(json!("L5"), Err(Refusal::Tier))]
#[case(json!(["L4"]), Err(Refusal::Tier))]
#[case(json!(null), Err(Refusal::Tier))]
#[case(json!("absent"), Err(Refusal::Tier))]
fn nobody_is_taken_for_more_than_was_vouched_for(#[case] told: Value, #[case] expected: Result<Tier, Refusal>) {
    let tiers = [("L4", Tier::RealName), ("2", Tier::Phone), ("true", Tier::SelfDeclared)];
    let tiers = tiers.into_iter().map(|(value, tier)| (value.to_owned(), tier)).collect();
    let settings = IssuerSettings { tier: None, tier_claim: Some("level".to_owned()), tiers, ..settings() };
    assert_eq!(judged(&json!({ "level": told }), &settings).map(|vouched| vouched.tier), expected);
}

#[rstest]
#[case(json!({ "iat": NOW - 359 }), Ok(NOW + 1))]
#[case(json!({ "iat": NOW - 360 }), Err(Refusal::Expired))]
#[case(json!({ "iat": NOW, "exp": NOW + 10 }), Ok(NOW + 70))]
#[case(json!({ "iat": "absent" }), Err(Refusal::Claim("iat")))]
fn an_old_token_is_over_whatever_it_says(#[case] changes: Value, #[case] expected: Result<i64, Refusal>) {
    let settings = IssuerSettings { max_age_seconds: Some(300), ..settings() };
    assert_eq!(judged(&changes, &settings).map(|vouched| vouched.over_at), expected);
}

#[test]
fn the_subject_is_the_claim_that_the_settings_name() {
    let settings = IssuerSettings { subject_claim: "uid".to_owned(), ..settings() };
    assert_eq!(judged(&json!({ "uid": "u7" }), &settings).ok().unwrap().subject, "u7");
    assert_eq!(judged(&json!({}), &settings).err(), Some(Refusal::Claim("of the subject")));
}

fn token(header: &Value, payload: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", encode(header), encode(payload))
}

#[rstest]
#[case(json!({ "alg": "EdDSA", "kid": "1" }), true)]
#[case(json!({ "alg": "EdDSA", "kid": "1", "typ": "JWT" }), true)]
#[case(json!({ "alg": "EdDSA", "kid": "1", "typ": "at+jwt" }), true)]
#[case(json!({ "alg": "EdDSA", "kid": "1", "typ": "application/at+JWT" }), true)]
#[case(json!({ "alg": "EdDSA", "kid": "1", "typ": "dpop+jwt" }), false)]
#[case(json!({ "alg": "EdDSA", "kid": "1", "typ": "logout+jwt" }), false)]
#[case(json!({ "alg": "EdDSA", "kid": "1", "typ": 1 }), false)]
#[case(json!({ "alg": "EdDSA", "kid": "1", "crit": ["b64"], "b64": false }), false)]
#[case(json!({ "alg": "EdDSA" }), false)]
#[case(json!({ "alg": "EdDSA", "kid": 1 }), false)]
fn a_head_is_read_or_refused(#[case] header: Value, #[case] read: bool) {
    let head = Head::read(&token(&header, &json!({ "iss": "me" })));
    assert_eq!(head.is_ok(), read);
    if let Ok(head) = head {
        assert_eq!(head, Head { kid: "1".to_owned(), issuer: "me".to_owned() });
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let sound = token(&json!({ "kid": "1" }), &json!({ "iss": "me" }));
    assert!(Head::read(&sound).is_ok());
    let nobody = token(&json!({ "kid": "1" }), &json!({}));
    for text in ["", "a.b", "a.b.c", "a.b.c.d", &format!("{sound}.x"), &nobody] {
        assert_eq!(Head::read(text), Err(Refusal::Malformed), "{text}");
    }
}

proptest! {
    #[test]
    fn a_token_is_taken_between_its_ends_and_never_beyond(iat in -1000_i64..1000, life in -1000_i64..1000, age in 1_u32..1000) {
        let settings = IssuerSettings { max_age_seconds: Some(age), ..settings() };
        let (iat, exp) = (NOW + iat, NOW + iat + life);
        let begun = iat <= NOW + 60;
        let over = NOW >= exp.min(iat + i64::from(age)) + 60;
        prop_assert_eq!(judged(&json!({ "iat": iat, "exp": exp }), &settings).is_ok(), begun && !over);
    }
}

use rstest::rstest;
use serde_json::{Value, json};

use super::*;

fn provider() -> Value {
    json!({
        "issuer": "https://id.example.gov.cn",
        "jwks_url": "https://id.example.gov.cn/jwks.json",
        "audience": "haoren-42",
        "tier": "phone",
    })
}

/// The provider with other members; null takes one away.
fn with(changes: &Value) -> Value {
    let mut provider = provider();
    let members = provider.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
    }
    members.retain(|_, value| !value.is_null());
    provider
}

fn read_text(text: &str) -> Result<Vec<IssuerSettings>, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    read(file.path()).map_err(|error| error.to_string().replace(&file.path().display().to_string(), "FILE"))
}

#[test]
fn the_least_and_the_most_are_read() {
    let full = json!({
        "issuer": "local", "jwks_url": "http://127.0.0.1:9/keys", "audience": "haoren", "algorithms": ["ES256", "PS256"],
        "tier_claim": "level", "tiers": { "1": "phone", "2": "real_name" }, "subject_claim": "uid",
        "real_name_claim": "id_number", "max_age_seconds": 3600,
    });
    let read = read_text(&json!([provider(), full]).to_string()).unwrap();
    assert_eq!(read[0].tier, Some(Tier::Phone));
    assert_eq!((read[0].subject_claim.as_str(), read[0].algorithms.len()), ("sub", 0));
    assert_eq!(read[1].algorithms, [Signing::Es256, Signing::Ps256]);
    assert_eq!(read[1].tiers["2"], Tier::RealName);
    assert_eq!(read_text("[]").unwrap(), []);
}

#[rstest]
#[case("{}", "at .: invalid type: map, expected a sequence")]
#[case("[", "at .: EOF while parsing a list")]
#[case("[] []", "at the end: trailing characters")]
#[case(&json!([with(&json!({ "secret": "x" }))]).to_string(), "at [0].secret: unknown field `secret`")]
#[case(&json!([with(&json!({ "audience": null }))]).to_string(), "at [0]: missing field `audience`")]
#[case(&json!([with(&json!({ "algorithms": ["HS256"] }))]).to_string(), "at [0].algorithms[0]: unknown variant `HS256`")]
#[case(&json!([with(&json!({ "algorithms": ["none"] }))]).to_string(), "at [0].algorithms[0]: unknown variant `none`")]
#[case(&json!([with(&json!({ "tier": "vip" }))]).to_string(), "at [0].tier: unknown Tier: \"vip\"")]
fn what_is_no_list_of_providers_is_told_with_its_place(#[case] text: &str, #[case] told: &str) {
    let error = read_text(text).unwrap_err();
    assert!(error.contains(told), "{error}");
    assert!(error.contains("HAOREN_ISSUERS") && error.contains("FILE"), "{error}");
}

#[rstest]
#[case(json!({ "jwks_url": "http://id.example/keys" }), "[0].jwks_url: must begin with https://")]
#[case(json!({ "jwks_url": "http://127.0.0.1.example/keys" }), "[0].jwks_url: must begin with https://")]
#[case(json!({ "jwks_url": "file:///etc/keys" }), "[0].jwks_url: must begin with https://")]
#[case(json!({ "jwks_url": "keys.json" }), "[0].jwks_url: is no address")]
#[case(json!({ "jwks_url": "https://a:b@id.example/keys" }), "[0].jwks_url: must not carry a password")]
#[case(json!({ "issuer": " " }), "[0].issuer: must not be empty")]
#[case(json!({ "issuer": "haoren" }), "[0].issuer: is this server's own name")]
#[case(json!({ "real_name_claim": "" }), "[0].real_name_claim: must not be empty")]
#[case(json!({ "tier": null }), "[0]: must have either tier or tier_claim")]
#[case(json!({ "tier_claim": "level" }), "[0].tier: excludes tier_claim")]
#[case(json!({ "tiers": { "1": "phone" } }), "[0].tier: excludes tier_claim")]
#[case(json!({ "tier": null, "tier_claim": "level" }), "[0].tiers: must say")]
#[case(json!({ "max_age_seconds": 0 }), "[0].max_age_seconds: must not be 0")]
fn a_setting_that_makes_no_sense_is_told(#[case] changes: Value, #[case] told: &str) {
    let error = read_text(&json!([with(&changes)]).to_string()).unwrap_err();
    assert!(error.contains(told), "{error}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let error =
        read_text(&json!([provider(), with(&json!({ "audience": "", "tier": null }))]).to_string()).unwrap_err();
    for told in ["[1].audience: must not be empty", "[1]: must have either", "[1].issuer: stands there twice"] {
        assert!(error.contains(told), "{error}");
    }
}

#[rstest]
#[case("http://localhost/keys", true)]
#[case("http://127.9.9.9:1/keys", true)]
#[case("http://[::1]:8000/keys", true)]
#[case("http://localhost.example/keys", false)]
#[case("http://10.0.0.1/keys", false)]
#[case("http://0.0.0.0/keys", false)]
fn loopback_never_leaves_the_machine(#[case] url: &str, #[case] expected: bool) {
    assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected);
}

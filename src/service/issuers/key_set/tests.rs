use rstest::rstest;
use serde_json::json;

use super::*;

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ed25519(kid: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": base64(&[7; 32]) })
}

fn p256(kid: &str) -> Value {
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": base64(&[7; 32]), "y": base64(&[8; 32]) })
}

fn rsa(kid: &str, bytes: usize) -> Value {
    json!({ "kty": "RSA", "kid": kid, "n": base64(&vec![0x81; bytes]), "e": "AQAB" })
}

fn and(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

fn parse(keys: &[Value], allowed: &[Signing]) -> Result<KeySet, KeySetError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), allowed)
}

fn algorithm(key: Value, allowed: &[Signing]) -> Option<Signing> {
    parse(&[key], allowed).ok().map(|set| set.find("1").unwrap().algorithm)
}

#[rstest]
#[case(ed25519("1"), &[], Some(Signing::EdDsa))]
#[case(p256("1"), &[], Some(Signing::Es256))]
#[case(rsa("1", 256), &[], Some(Signing::Rs256))]
#[case(and(rsa("1", 256), "alg", json!("PS384")), &[], Some(Signing::Ps384))]
#[case(rsa("1", 256), &[Signing::Ps256, Signing::Rs256], Some(Signing::Ps256))]
#[case(and(rsa("1", 256), "alg", json!("RS256")), &[Signing::Ps256], None)]
#[case(ed25519("1"), &[Signing::Rs256], None)]
#[case(and(ed25519("1"), "alg", json!("RS256")), &[], None)]
#[case(and(rsa("1", 256), "alg", json!("HS256")), &[], None)]
#[case(and(rsa("1", 256), "alg", json!("none")), &[], None)]
fn a_key_has_one_algorithm(#[case] key: Value, #[case] allowed: &[Signing], #[case] expected: Option<Signing>) {
    assert_eq!(algorithm(key, allowed), expected);
}

#[rstest]
#[case(and(ed25519("1"), "use", json!("sig")), true)]
#[case(and(ed25519("1"), "use", json!("enc")), false)]
#[case(and(ed25519("1"), "key_ops", json!(["verify"])), true)]
#[case(and(ed25519("1"), "key_ops", json!(["sign"])), false)]
#[case(and(ed25519("1"), "d", json!("private")), false)]
#[case(and(ed25519("1"), "kid", Value::Null), false)]
#[case(and(ed25519("1"), "x", json!(base64(&[7; 31]))), false)]
#[case(and(ed25519("1"), "x", json!("not base64!")), false)]
#[case(and(ed25519("1"), "crv", json!("X25519")), false)]
#[case(and(p256("1"), "crv", json!("P-384")), false)]
#[case(and(p256("1"), "y", Value::Null), false)]
#[case(and(rsa("1", 256), "e", json!("AQ")), false)]
#[case(and(rsa("1", 256), "e", json!("AQAA")), false)]
#[case(rsa("1", 255), false)]
#[case(rsa("1", 1024), true)]
#[case(rsa("1", 1025), false)]
#[case(json!({ "kty": "oct", "kid": "1", "k": "c2VjcmV0" }), false)]
#[case(json!("no key"), false)]
fn only_sound_signature_keys_are_used(#[case] key: Value, #[case] used: bool) {
    assert_eq!(parse(&[key], &[]).is_ok(), used);
}

#[test]
fn zeros_before_a_modulus_make_it_no_longer() {
    let padded = [vec![0; 8], vec![0x81; 250]].concat();
    assert_eq!(bits(&padded), 2000);
    assert!(parse(&[and(rsa("1", 256), "n", json!(base64(&padded)))], &[]).is_err());
}

#[test]
fn what_cannot_be_used_hides_nothing_else() {
    let keys = [json!(1), rsa("weak", 128), ed25519("1"), and(ed25519("1"), "x", json!(base64(&[9; 32]))), p256("2")];
    let set = parse(&keys, &[]).unwrap();
    assert_eq!(set.count(), BTreeMap::from([(Signing::EdDsa, 1), (Signing::Es256, 1)]));
    assert!(set.find("weak").is_none());
    let first = parse(&[ed25519("1")], &[]).unwrap();
    assert_eq!(set.find("1").unwrap().id, first.find("1").unwrap().id, "the first of a name counts");
}

#[test]
fn a_key_is_known_by_name_algorithm_and_material() {
    let id = |key| parse(&[key], &[]).unwrap().by_kid.values().next().unwrap().id;
    let ids = [
        id(ed25519("1")),
        id(ed25519("2")),
        id(and(ed25519("1"), "x", json!(base64(&[8; 32])))),
        id(rsa("1", 256)),
        id(and(rsa("1", 256), "alg", json!("PS256"))),
    ];
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    assert_eq!(id(ed25519("1")), id(and(ed25519("1"), "alg", json!("EdDSA"))));
    let both = parse(&[ed25519("1"), p256("2")], &[]).unwrap();
    assert!(both.holds(&id(ed25519("1"))) && !both.holds(&id(ed25519("2"))));
}

#[test]
fn what_is_no_set_of_keys_is_refused() {
    for text in ["", "<html>", "[]", "{}", r#"{"keys":{}}"#] {
        assert!(matches!(KeySet::parse(text.as_bytes(), &[]), Err(KeySetError::Malformed(_))), "{text}");
    }
    assert_eq!(parse(&[], &[]).err(), Some(KeySetError::NoneUsable(0)));
    let many: Vec<Value> = (0..=MAX_KEYS).map(|number| ed25519(&number.to_string())).collect();
    assert_eq!(parse(&many, &[]).err(), Some(KeySetError::TooMany(101)));
}

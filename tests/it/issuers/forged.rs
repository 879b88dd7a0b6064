//! Every way in which a token may be wrong, told by what the server answers.

use aws_lc_rs::{hmac, signature::RSA_PSS_SHA256};
use serde_json::json;

use super::*;
use crate::harness::provider::{Secret, base64};

struct Trial {
    name: &'static str,
    token: String,
    taken: bool,
}

fn trial(name: &'static str, token: String, taken: bool) -> Trial {
    Trial { name, token, taken }
}

/// A token whose signature is an HMAC under bytes that everybody knows.
fn hmac_token(header: &Value, claims: &Value, key: &[u8]) -> String {
    let message = message(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    format!("{message}.{}", base64(hmac::sign(&key, message.as_bytes()).as_ref()))
}

fn public_bytes(pair: &Pair) -> Vec<u8> {
    use aws_lc_rs::signature::KeyPair as _;
    match &pair.secret {
        Secret::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        Secret::P256(pair) => pair.public_key().as_ref().to_vec(),
        Secret::Rsa(pair) => pair.public_key().as_ref().to_vec(),
    }
}

fn header(alg: &str, kid: &str) -> Value {
    json!({ "alg": alg, "kid": kid })
}

/// Header and claims as they are signed.
fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()))
}

fn of_algorithms([ed, ec, rsa]: [&Pair; 3], claims: &Value) -> Vec<Trial> {
    let pss = message(&header("PS256", "rsa"), claims);
    let pss = format!("{pss}.{}", base64(&rsa.sign(pss.as_bytes(), &RSA_PSS_SHA256)));
    vec![
        trial("Ed25519", ed.token(claims), true),
        trial("P-256", ec.token(claims), true),
        trial("RSA", rsa.token(claims), true),
        trial("RS256 by an Ed25519 key", ed.token_with(&header("RS256", "ed"), claims), false),
        trial("EdDSA said of an RSA key", rsa.token_with(&header("EdDSA", "rsa"), claims), false),
        trial("RS512 said of an RS256 key", rsa.token_with(&header("RS512", "rsa"), claims), false),
        trial("PSS of an RS256 key", pss, false),
        trial("none", format!("{}.", message(&header("none", "ed"), claims)), false),
        trial("None, with a signature", ed.token_with(&header("None", "ed"), claims), false),
        trial("an HMAC under the Ed25519 key", hmac_token(&header("HS256", "ed"), claims, &public_bytes(ed)), false),
        trial("an HMAC under the RSA key", hmac_token(&header("HS256", "rsa"), claims, &public_bytes(rsa)), false),
        trial("an HMAC said to be EdDSA", hmac_token(&header("EdDSA", "ed"), claims, &public_bytes(ed)), false),
    ]
}

fn of_keys(ed: &Pair, claims: &Value) -> Vec<Trial> {
    let stranger = Pair::ed25519("ed");
    let own_key = json!({ "alg": "EdDSA", "kid": "ed", "jwk": stranger.jwk() });
    let own_address = json!({ "alg": "EdDSA", "kid": "mine", "jku": "http://127.0.0.1:1/" });
    vec![
        trial("another's key of the same name", stranger.token(claims), false),
        trial("the name of another key", ed.token_with(&header("EdDSA", "ec"), claims), false),
        trial("a key of its own in the header", stranger.token_with(&own_key, claims), false),
        trial("an address of keys in the header", stranger.token_with(&own_address, claims), false),
        trial("a kid that is a path", ed.token_with(&header("EdDSA", "../ed"), claims), false),
        trial("no kid", ed.token_with(&json!({ "alg": "EdDSA" }), claims), false),
        trial("an unknown kid", ed.token_with(&header("EdDSA", "new"), claims), false),
    ]
}

fn of_forms(ed: &Pair, claims: &Value) -> Vec<Trial> {
    let token = ed.token(claims);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (head, _) = message.split_once('.').unwrap();
    let other = base64(and(claims.clone(), "sub", json!("u2")).to_string().as_bytes());
    let typed = json!({ "alg": "EdDSA", "kid": "ed", "typ": "secevent+jwt" });
    let extended = json!({ "alg": "EdDSA", "kid": "ed", "crit": ["exp"] });
    vec![
        trial("no signature", format!("{message}."), false),
        trial("half a signature", format!("{message}.{}", &signature[..43]), false),
        trial("another's claims", format!("{head}.{other}.{signature}"), false),
        trial("another type", ed.token_with(&typed, claims), false),
        trial("an extension that must be understood", ed.token_with(&extended, claims), false),
        trial("four parts", format!("{token}.x"), false),
        trial("something behind it", format!("{token}="), false),
        trial("claims that are no object", ed.token(&json!([claims])), false),
        trial("nothing", String::new(), false),
    ]
}

fn of_claims(ed: &Pair, claims: &Value, now: i64) -> Vec<Trial> {
    let with = |name: &str, value: Value| ed.token(&and(claims.clone(), name, value));
    vec![
        trial("another issuer", with("iss", json!("https://other.example")), false),
        trial("our own name", with("iss", json!("haoren")), false),
        trial("another audience", with("aud", json!("other")), false),
        trial("one audience of two", with("aud", json!(["other", "haoren"])), true),
        trial("no audience of two", with("aud", json!(["other", "haoren-api"])), false),
        trial("expired", with("exp", json!(now - 60)), false),
        trial("within the leeway", with("exp", json!(now - 59)), true),
        trial("no end", with("exp", Value::Null), false),
        trial("not begun", with("nbf", json!(now + 61)), false),
        trial("issued in the future", with("iat", json!(now + 61)), false),
        trial("no subject", with("sub", Value::Null), false),
        trial("an empty subject", with("sub", json!("")), false),
    ]
}

#[tokio::test]
async fn every_way_to_be_wrong_is_refused() {
    let (ed, ec, rsa) = (Pair::ed25519("ed"), Pair::p256("ec"), Pair::rsa("rsa"));
    let provider = Provider::start("https://id.example", &[&ed, &ec, &rsa]).await;
    let app = App::trusting(&json!([provider.settings()]), &[]).await;
    let claims = provider.claims("u1");
    let now = app.service.clocks.machine().timestamp();
    let mut wrong = Vec::new();
    let trials = [
        of_algorithms([&ed, &ec, &rsa], &claims),
        of_keys(&ed, &claims),
        of_forms(&ed, &claims),
        of_claims(&ed, &claims, now),
    ];
    for Trial { name, token, taken } in trials.into_iter().flatten() {
        let expected = if taken { 200 } else { 401 };
        // Twice: what was refused is not remembered as taken, nor the other way round.
        for time in ["first", "again"] {
            let got = status(&app, &token).await;
            if got != expected {
                wrong.push(format!("{name}, {time}: {got}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_provider_speaks_for_itself_alone() {
    let (ours, theirs) = (Pair::ed25519("k"), Pair::ed25519("k2"));
    let one = Provider::start("https://one.example", &[&ours]).await;
    let two = Provider::start("https://two.example", &[&theirs]).await;
    let app = App::trusting(&json!([one.settings(), two.settings()]), &[]).await;
    assert_eq!(status(&app, &ours.token(&one.claims("u1"))).await, 200);
    assert_eq!(status(&app, &theirs.token(&two.claims("u1"))).await, 200);
    assert_eq!(status(&app, &ours.token(&two.claims("u1"))).await, 401);
    assert_eq!(status(&app, &theirs.token(&one.claims("u1"))).await, 401);
}

#[tokio::test]
async fn only_the_algorithms_of_the_settings_are_taken() {
    let (ed, rsa) = (Pair::ed25519("ed"), Pair::rsa("rsa"));
    let provider = Provider::start("https://id.example", &[&ed, &rsa]).await;
    let app = App::trusting(&json!([and(provider.settings(), "algorithms", json!(["RS256"]))]), &[]).await;
    assert_eq!(status(&app, &rsa.token(&provider.claims("u1"))).await, 200);
    assert_eq!(status(&app, &ed.token(&provider.claims("u1"))).await, 401);
}

#[tokio::test]
async fn a_remembered_token_ends_when_it_is_over() {
    let pair = Pair::ed25519("k");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let app = App::trusting(&json!([and(provider.settings(), "max_age_seconds", json!(600))]), &[]).await;
    let token = pair.token(&provider.claims("u1"));
    assert_eq!(status(&app, &token).await, 200);
    app.time.advance(chrono::Duration::seconds(659));
    assert_eq!(status(&app, &token).await, 200);
    app.time.advance(chrono::Duration::seconds(1));
    assert_eq!(status(&app, &token).await, 401);
}

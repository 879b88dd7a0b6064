//! Tokens of other identity providers: whom they let in, where, and for how long.

mod forged;
mod keys;
mod one_person;
mod public;
mod turned_out;
mod voting;

use std::sync::Arc;

use haoren::{
    domain::identity::{ForeignVoter, Tier},
    service::{bearer, bearer::Bearer, clock::ManualTime, startup, voter::Elector},
};
use serde_json::{Value, json};

use crate::{
    harness::{
        App,
        provider::{self, Pair, Provider},
    },
    voters::voter_of,
};

/// Whom a token vouches for, as the server knows it.
async fn foreign(app: &App, token: &str) -> Option<ForeignVoter> {
    match bearer::recognise(&app.service, token).await {
        Some(Bearer::Foreign(voter)) => Some(ForeignVoter::clone(&voter)),
        Some(Bearer::Own(_)) | None => None,
    }
}

/// What a route that everybody may read answers to a token.
async fn status(app: &App, token: &str) -> u16 {
    app.with_token(token.to_owned()).get("/candidates").await.status.as_u16()
}

fn and(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

both! {
    async fn a_voter_of_another_provider_is_known_again_everywhere(app: App) {
        let pair = Pair::ed25519("k1");
        let provider = Provider::start("https://id.example", &[&pair]).await;
        let settings = and(provider.settings(), "real_name_claim", json!("id_number"));
        let app = app.another_trusting(&json!([settings])).await;
        let claims = and(provider.claims("u1"), "id_number", json!("42010319700101123X"));
        let token = pair.token(&claims);
        let voter = foreign(&app, &token).await.unwrap();
        assert_eq!((voter.issuer.as_str(), voter.tier), ("https://id.example", Tier::Phone));
        let bearer = format!("Bearer {token}");
        let known = voter_of(&app, &[("Authorization", &bearer)]).await.unwrap();
        assert_eq!(known.elector, Elector::Foreign(Arc::new(voter.clone())));

        // Another process on the same database makes the same hashes.
        let time = Arc::new(app.time.clone());
        let beside = startup::open(&app.settings.setup(false).unwrap(), time).unwrap();
        let Some(Bearer::Foreign(again)) = bearer::recognise(&beside, &token).await else { panic!("not known") };
        assert_eq!(*again, voter);
    }
}

#[tokio::test]
async fn one_person_with_accounts_at_two_providers_is_one() {
    let (first, second) = (Pair::ed25519("k"), Pair::rsa("k"));
    let one = Provider::start("https://one.example", &[&first]).await;
    let two = Provider::start("https://two.example", &[&second]).await;
    let two_settings = json!({
        "issuer": two.issuer, "jwks_url": two.jwks_url, "audience": "haoren", "subject_claim": "uid",
        "tier_claim": "level", "tiers": { "2": "real_name", "1": "phone" }, "real_name_claim": "card",
    });
    let app =
        App::trusting(&json!([and(one.settings(), "real_name_claim", json!("id_number")), two_settings]), &[]).await;
    let at_one = async |subject: &str, number: &str| {
        foreign(&app, &first.token(&and(one.claims(subject), "id_number", json!(number)))).await.unwrap()
    };
    let at_two = async |subject: &str, card: Value| {
        let claims = and(and(and(two.claims("x"), "uid", json!(subject)), "level", json!(2)), "card", card);
        foreign(&app, &second.token(&claims)).await.unwrap()
    };
    let (here, there) =
        (at_one("u1", "42010319700101123x").await, at_two("u1", json!(" ４２０１０３１９７００１０１１２３Ｘ")).await);
    assert_eq!(here.person_hash, there.person_hash);
    assert!(here.person_hash.is_some());
    assert_ne!(here.subject_hash, there.subject_hash, "the same name at two providers is two accounts");
    assert_eq!((here.tier, there.tier), (Tier::Phone, Tier::RealName));
    assert_eq!(at_one("u2", "42010319700101123X").await.person_hash, here.person_hash);
    assert_ne!(at_one("u1", "420103197001011241").await.person_hash, here.person_hash);
    assert_eq!(at_one("u1", "4201**********123X").await.person_hash, None);
    assert_eq!(at_two("u3", Value::Null).await.person_hash, None);
    assert_eq!(at_one("u1", "").await.subject_hash, here.subject_hash);
}

#[tokio::test]
async fn neither_subject_nor_number_is_stored() {
    let pair = Pair::ed25519("k1");
    let provider = Provider::start("https://id.example", &[&pair]).await;
    let app = App::trusting(&json!([and(provider.settings(), "real_name_claim", json!("id_number"))]), &[]).await;
    let claims = and(provider.claims("subject-not-to-be-kept"), "id_number", json!("42010319700101123X"));
    let client = app.with_token(pair.token(&claims));
    client.get("/candidates").await.expect(200);
    client.get("/me").await.problem(403, "forbidden");
    app.stop().await;
    for file in ["haoren.sqlite3", "haoren.sqlite3-wal"] {
        let bytes = std::fs::read(app.settings.data_dir.join(file)).unwrap_or_default();
        for secret in ["subject-not-to-be-kept", "42010319700101123X"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} in {file}");
        }
    }
}

#[tokio::test]
async fn a_file_of_providers_that_makes_no_sense_keeps_the_server_from_starting() {
    let app = App::on_sqlite().await;
    let file = app.settings.data_dir.join("issuers.json");
    let mut setup = app.settings.setup(false).unwrap();
    setup.issuers_file = Some(file.clone());
    let start = || match startup::open(&setup, Arc::new(ManualTime::at("2026-11-05T02:00:00Z".parse().unwrap()))) {
        Ok(_) => panic!("it started"),
        Err(error) => error.to_string(),
    };
    let error = start();
    assert!(error.contains("issuers.json") && error.contains("HAOREN_ISSUERS"), "{error}");
    std::fs::write(&file, r#"[{"issuer":"a","jwks_url":"http://a.example/","audience":"b","tier":"phone"}]"#).unwrap();
    let error = start();
    assert!(error.contains("[0].jwks_url: must begin with https://"), "{error}");
}

/// What `haoren doctor` says of these providers, and whether the server can be started with them.
async fn doctor(issuers: String) -> (bool, String) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("issuers.json");
    std::fs::write(&file, issuers).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_haoren"));
    command.arg("doctor").env_clear().env("HAOREN_DATA_DIR", folder.path()).env("HAOREN_ISSUERS", &file);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn the_doctor_asks_each_provider() {
    let (ed, rsa) = (Pair::ed25519("ed"), Pair::rsa("rsa"));
    let there = Provider::start("https://there.example", &[&ed, &rsa]).await;
    let away = Provider::start("https://away.example", &[&ed]).await;
    away.answer(provider::Answer::Silence);
    let (can_serve, said) = doctor(json!([there.settings(), away.settings()]).to_string()).await;
    assert!(can_serve, "{said}");
    assert!(said.contains("https://there.example: keys that can be used: 2 (EdDSA, RS256)"), "{said}");
    let looks = said.lines().find(|line| line.starts_with("look") && line.contains("https://away.example"));
    assert!(looks.is_some_and(|line| line.contains(&away.jwks_url)), "{said}");

    let (can_serve, said) = doctor(json!([and(there.settings(), "tier", json!("vip"))]).to_string()).await;
    assert!(!can_serve && said.contains("MEND  issuer") && said.contains("[0].tier"), "{said}");
    assert_eq!(there.fetches(), 1);
}

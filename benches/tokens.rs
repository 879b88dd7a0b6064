//! What checking a token costs: the first time, with its signature, and when it is remembered. Own tokens are Ed25519;
//! those of an identity provider Ed25519 and RSA-2048. Beside them the digest alone, which every request pays.
//!
//! `cargo bench --bench tokens`

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a program for whoever looks at its figures")]

#[path = "../tests/it/harness/provider.rs"]
#[expect(
    dead_code,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the double of the tests, which need more of it, and fail when it does"
)]
mod provider;

/// Where the tests' clock begins, which the double counts from.
mod app {
    pub const START: &str = "2026-11-05T02:00:00Z";
}

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use haoren::{
    domain::role::Role,
    service::{Service, accounts::remembered::TokenDigest, bearer, clock::ManualTime, generator, startup},
    settings::Settings,
    storage::users::UserRow,
};
use provider::{Pair, Provider};

/// Different tokens of each kind.
const TOKENS: usize = 2_000;
/// How often each remembered one is asked for.
const ROUNDS: usize = 100;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let (ed25519, rsa) = (Pair::ed25519("ed25519"), Pair::rsa("rsa"));
    let provider = Provider::start("https://id.example", &[&ed25519, &rsa]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("issuers.json");
    std::fs::write(&file, format!("[{}]", provider.settings())).expect("a file");
    let path = folder.path().to_str().expect("a path in UTF-8");
    let line = ["bench", "--data-dir", path, "--issuers-file", file.to_str().expect("a path in UTF-8")];
    let setup = Line::parse_from(line).settings.setup(false).expect("sound settings");
    let time = ManualTime::at(app::START.parse().expect("a moment"));
    let service = startup::open(&setup, Arc::new(time)).expect("a service");

    let own: Vec<String> = (0..TOKENS).map(|_| own_token(&service)).collect();
    let foreign = |pair: &Pair| -> Vec<String> {
        (0..TOKENS).map(|number| pair.token(&provider.claims(&format!("u{number}")))).collect()
    };
    let (of_ed25519, of_rsa) = (foreign(&ed25519), foreign(&rsa));
    // The keys are fetched before anything is measured.
    bearer::recognise(&service, &ed25519.token(&provider.claims("first"))).await.expect("a sound token");
    println!("per token, {TOKENS} different ones, one thread\n");
    digest(&own);
    measure("own, Ed25519", &service, &own);
    measure("a provider's, Ed25519", &service, &of_ed25519);
    measure("a provider's, RSA-2048", &service, &of_rsa);
    refused(&service, &of_ed25519);
}

fn own_token(service: &Service) -> String {
    let id = generator::new_id(&service.clocks).expect("an id");
    let now = service.clocks.machine();
    let user = UserRow {
        id,
        username: String::new(),
        display_name: String::new(),
        password_hash: String::new(),
        role: Role::Citizen,
        organization_id: None,
        phone_masked: None,
        phone_index: None,
        active: true,
        auth_version: 1,
        failed_logins: 0,
        locked_until: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    service.tokens.issue(&user, generator::new_id(&service.clocks).expect("an id"), now).expect("a token")
}

fn digest(tokens: &[String]) {
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        for token in tokens {
            black_box(TokenDigest::of(black_box(token)));
        }
    }
    row("the digest alone", begun.elapsed(), tokens.len() * ROUNDS);
}

fn measure(name: &str, service: &Service, tokens: &[String]) {
    let begun = Instant::now();
    for token in tokens {
        bearer::recognise_now(service, black_box(token)).expect("a sound token");
    }
    row(&format!("{name}, first"), begun.elapsed(), tokens.len());
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        for token in tokens {
            black_box(bearer::recognise_now(service, black_box(token)).expect("a sound token"));
        }
    }
    row(&format!("{name}, remembered"), begun.elapsed(), tokens.len() * ROUNDS);
}

/// What a token with a wrong signature costs each time, for nothing is remembered of it.
fn refused(service: &Service, tokens: &[String]) {
    let forged: Vec<String> = tokens.iter().map(|token| format!("{}AAAA", &token[..token.len() - 4])).collect();
    let begun = Instant::now();
    for token in &forged {
        assert!(bearer::recognise_now(service, black_box(token)).is_none(), "a forged token was taken");
    }
    row("forged, Ed25519", begun.elapsed(), forged.len());
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn row(name: &str, took: Duration, times: usize) {
    println!("{name:<36} {:>8.2} µs", took.as_secs_f64() * 1e6 / times as f64);
}

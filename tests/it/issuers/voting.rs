//! Votes of people who signed in elsewhere, through the box that all votes go through.

use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::Status,
        id::CandidateId,
        policy::{Repeat, Voters},
        role::Role,
    },
    service::{Error, vote_log},
    storage,
};
use serde_json::{Value, json};

use super::{App, Pair, Provider, and};
use crate::harness::{Client, Tree};

pub const VOTING: &str = "2026-11-26T02:00:00Z";
const OPERATIONS: [(&str, &str); 3] = [("POST", "/votes"), ("POST", "/ballots"), ("GET", "/me/votes")];

pub fn vote(id: CandidateId) -> Value {
    json!({ "candidate_id": id })
}

pub fn ballot(ids: &[CandidateId]) -> Value {
    json!({ "candidate_ids": ids })
}

/// A server in the voting window that trusts two providers, whose tokens say how well they know somebody.
pub struct Poll {
    pub app: App,
    pub tree: Tree,
    pub pair: Pair,
    pub one: Provider,
    pub other: Provider,
}

impl Poll {
    pub async fn open(like: &App) -> Self {
        let pair = Pair::ed25519("k1");
        let one = Provider::start("https://one.example", &[&pair]).await;
        let other = Provider::start("https://other.example", &[&pair]).await;
        let app = like.another_trusting(&json!([settings(&one), settings(&other)])).await;
        let tree = app.tree().await;
        app.set_clock(VOTING);
        Self { app, tree, pair, one, other }
    }

    pub async fn contenders(&self, category: &str, count: usize) -> Vec<CandidateId> {
        let mut ids = Vec::new();
        for number in 0..count {
            ids.push(self.app.contender(&self.tree, Status::Forwarded, category, &format!("候选{number}")).await);
        }
        ids
    }

    /// What the first provider says of a subject, at a level.
    pub fn claims(&self, subject: &str, level: &str) -> Value {
        and(self.one.claims(subject), "level", json!(level))
    }

    /// A voter whom the first provider knows by telephone, and by an identity number where one is told.
    pub fn voter(&self, subject: &str, number: Option<&str>) -> Client {
        self.app.with_token(self.token(&self.one, subject, number))
    }

    pub fn token(&self, provider: &Provider, subject: &str, number: Option<&str>) -> String {
        self.pair.token(&and(and(provider.claims(subject), "level", json!("phone")), "id_number", json!(number)))
    }

    /// The votes that are counted for each of these candidates, after counts and votes were found to agree.
    pub async fn counted(&self, ids: &[CandidateId]) -> Vec<u64> {
        let deviations = self.app.service.store.read(|db| Ok::<_, Error>(storage::tallies::deviations(db)?)).await;
        assert_eq!(deviations.unwrap(), []);
        let reply = self.app.anonymous().get("/cycles/2026-11/tally").await.expect(200);
        let categories = reply.json["categories"].as_array().unwrap();
        let all: Vec<&Value> = categories.iter().flat_map(|one| one["candidates"].as_array().unwrap()).collect();
        let votes = |id: &CandidateId| {
            let of = all.iter().find(|one| one["candidate_id"] == json!(id)).unwrap();
            of["votes"].as_u64().unwrap()
        };
        ids.iter().map(votes).collect()
    }

    pub async fn reviewer(&self) -> Client {
        self.app.user(Role::CityReviewer, Some(self.tree.city)).await.1
    }
}

fn settings(provider: &Provider) -> Value {
    json!({
        "issuer": provider.issuer, "jwks_url": provider.jwks_url, "audience": "haoren", "tier_claim": "level",
        "tiers": { "real": "real_name", "phone": "phone", "self": "self_declared" }, "real_name_claim": "id_number",
    })
}

pub async fn mine(client: &Client) -> Vec<Value> {
    client.get("/me/votes").await.expect(200).json["items"].as_array().unwrap().clone()
}

/// The receipt is that of an entry of the signed log.
async fn assert_proven(app: &App, vote: &Value) {
    vote_log::advance(&app.service).await.unwrap();
    let path = format!("/cycles/2026-11/log/proof?sequence={}", vote["receipt"]["sequence"]);
    let proof = app.anonymous().get(&path).await.expect(200);
    assert_eq!(proof.json["leaf_hash"], vote["receipt"]["leaf_hash"]);
}

both! {
    async fn a_vote_of_another_providers_voter_counts_once_and_may_be_retried(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 1).await;
        let voter = poll.voter("u1", None);
        let first = voter.post("/votes", vote(ids[0])).await.expect(201);
        poll.app.set_clock("2026-11-27T02:00:00Z");
        // Another token of the same account is the same voter.
        let later = poll.app.with_token(poll.pair.token(&and(poll.claims("u1", "real"), "jti", json!("2"))));
        assert_eq!(later.post("/votes", vote(ids[0])).await.expect(200).json, first.json);
        assert_eq!(later.post("/ballots", ballot(&ids)).await.expect(200).json["votes"], json!([first.json]));
        assert_eq!(mine(&later).await, std::slice::from_ref(&first.json));
        assert_proven(&poll.app, &first.json).await;
        assert_eq!(mine(&poll.voter("u2", None)).await, [] as [Value; 0]);
        let namesake = poll.app.with_token(poll.token(&poll.other, "u1", None));
        assert_eq!(mine(&namesake).await, [] as [Value; 0], "the same name at another provider is somebody else");
        namesake.post("/votes", vote(ids[0])).await.expect(201);
        poll.app.citizen().await.post("/votes", vote(ids[0])).await.expect(201);
        assert_eq!(poll.counted(&ids).await, [3]);
        poll.app.set_clock("2026-12-01T02:00:00Z");
        poll.voter("u2", None).post("/votes", vote(ids[0])).await.problem(409, "voting_closed");
    }

    async fn a_ballot_of_another_providers_voter_is_taken_whole_or_not_at_all(app: App) {
        let poll = Poll::open(&app).await;
        poll.app.policy(|policy| (policy.votes_per_category, policy.votes_in_all) = (2, 3)).await;
        let (some, others) = (poll.contenders("dedication", 3).await, poll.contenders("bravery", 2).await);
        let voter = poll.voter("u1", None);
        voter.post("/ballots", ballot(&some)).await.problem(409, "category_limit_reached");
        let too_many = [some[0], some[1], others[0], others[1]];
        let reply = voter.post("/ballots", ballot(&too_many)).await.problem(409, "vote_limit_reached");
        assert_eq!(reply.json["errors"][0]["pointer"], "/candidate_ids/3");
        assert_eq!(mine(&voter).await, [] as [Value; 0]);
        let taken = voter.post("/ballots", ballot(&too_many[..3])).await.expect(201);
        voter.post("/votes", vote(others[1])).await.problem(409, "vote_limit_reached");
        assert_eq!(voter.post("/ballots", ballot(&too_many[..3])).await.expect(200).json, taken.json);
        for vote in taken.json["votes"].as_array().unwrap() {
            assert_proven(&poll.app, vote).await;
        }
        assert_eq!(poll.counted(&too_many).await, [1, 1, 1, 0]);
    }

    async fn the_policy_says_whom_a_provider_must_know_how_well(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 1).await;
        let known = |level: &str| poll.app.with_token(poll.pair.token(&poll.claims(level, level)));
        let member = poll.app.user(Role::Citizen, Some(poll.tree.unit)).await.1;
        poll.app.policy(|policy| policy.voters = Voters::Verified).await;
        for refused in [known("phone"), known("self"), member.clone()] {
            let reply = refused.post("/votes", vote(ids[0])).await.problem(409, "voter_not_eligible");
            assert_eq!(reply.json["errors"][0]["voters"], "verified");
        }
        known("real").post("/votes", vote(ids[0])).await.expect(201);
        poll.app.policy(|policy| policy.voters = Voters::Organizations).await;
        for level in ["phone", "self"] {
            known(level).post("/ballots", ballot(&ids)).await.problem(409, "voter_not_eligible");
        }
        known("real").post("/votes", vote(ids[0])).await.expect(200);
        member.post("/votes", vote(ids[0])).await.expect(201);
        poll.app.policy(|policy| policy.voters = Voters::Any).await;
        known("self").post("/votes", vote(ids[0])).await.expect(201);
        known("phone").post("/votes", vote(ids[0])).await.expect(201);
        let sheet = poll.reviewer().await.get("/cycles/2026-11/votes").await.expect(200);
        let tiers: Vec<&Value> = sheet.json["items"].as_array().unwrap().iter().map(|row| &row["tier"]).collect();
        assert_eq!(tiers, [2, 0, 0, 1], "real name, an account, self-declared, telephone");
        assert_eq!(poll.counted(&ids).await, [4]);
    }

    async fn another_providers_voter_votes_anew_every_day_where_that_is_the_rule(app: App) {
        let poll = Poll::open(&app).await;
        poll.app.policy(|policy| policy.repeat = Repeat::Daily).await;
        let ids = poll.contenders("dedication", 1).await;
        let voter = poll.voter("u1", Some("42010319700101123X"));
        let first = voter.post("/votes", vote(ids[0])).await.expect(201);
        assert_eq!(first.json["day"], "2026-11-26");
        poll.app.set_clock("2026-11-26T16:00:00Z");
        let second = voter.post("/votes", vote(ids[0])).await.expect(201);
        assert_eq!(second.json["day"], "2026-11-27");
        voter.post("/votes", vote(ids[0])).await.expect(200);
        assert_eq!(mine(&voter).await, [second.json, first.json]);
        assert_eq!(poll.counted(&ids).await, [2]);
    }

    async fn a_token_that_is_not_taken_casts_no_vote(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 1).await;
        let sound = poll.claims("u1", "phone");
        let start = sound["iat"].as_i64().unwrap();
        let stranger = Provider::start("https://stranger.example", &[&poll.pair]).await;
        let cases = [
            ("expired", and(sound.clone(), "exp", json!(start - 61))),
            ("of an unknown issuer", and(stranger.claims("u1"), "level", json!("phone"))),
            ("for another audience", and(sound.clone(), "aud", json!("another"))),
            ("of no stated level", and(sound.clone(), "level", json!("vip"))),
        ];
        for (what, claims) in cases {
            let client = poll.app.with_token(poll.pair.token(&claims));
            for (method, path) in OPERATIONS {
                let reply = match path {
                    "/votes" => client.post(path, vote(ids[0])).await,
                    "/ballots" => client.post(path, ballot(&ids)).await,
                    _ => client.get(path).await,
                };
                let told = (reply.status.as_u16(), reply.json["code"].as_str());
                assert_eq!(told, (401, Some("unauthenticated")), "{what}: {method} {path}");
            }
        }
        assert_eq!(poll.counted(&ids).await, [0]);
        let voter = poll.app.with_token(poll.pair.token(&sound));
        voter.post("/votes", vote(ids[0])).await.expect(201);
        poll.app.time.advance(chrono::Duration::hours(4));
        voter.post("/votes", vote(ids[0])).await.problem(401, "unauthenticated");
        voter.get("/me/votes").await.problem(401, "unauthenticated");
    }

    async fn the_same_first_vote_many_times_at_once_counts_once(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 1).await;
        let voters: Vec<Client> = (0..8).map(|at| poll.voter(&format!("u{at}"), None)).collect();
        let replies = join_all((0..64).map(|at| voters[at % 8].post("/votes", vote(ids[0])))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 8);
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 56);
        assert_eq!(poll.counted(&ids).await, [8]);
    }
}

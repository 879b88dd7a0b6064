//! Heads, entries, proofs and receipts, and who reads them when.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::Status,
        policy::{ResultSource, ResultsVisibility},
        role::Role,
    },
    service::{
        startup,
        vote_log::{self, Recheck, VoteFacts},
    },
    storage,
};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;

fn hash(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

fn hashes(proof: &Value) -> Vec<u8> {
    proof["hashes"].as_array().unwrap().iter().flat_map(hash).collect()
}

fn root(value: &Value, size: u64) -> RootHash<Sha256> {
    let bytes: [u8; 32] = hash(value).try_into().unwrap();
    RootHash::new(bytes.into(), size)
}

both! {
    async fn votes_are_entries_under_a_signed_root(app: App) {
        let [first, second] = voted(&app, 700, 40).await;
        let client = app.anonymous();
        let head = checked(&log(&client, "head").await);
        assert_eq!(head.size, 740);
        let lines = entries(&client, 740).await;
        assert_is_root_of(&head, &lines);
        let of = |id: &CandidateId| lines.lines().filter(|line| line.contains(&id.to_string())).count();
        assert_eq!((of(&first), of(&second)), (700, 40));
        assert!(lines.lines().all(|line| line.ends_with("\"minute\":\"2026-11-26T02:00Z\"}")), "whole minutes");
        let month = month();
        let checked = app.service.store.read({
            let service = app.service.clone();
            move |db| vote_log::recheck(&service.vault, db, month)
        });
        assert_eq!(checked.await.unwrap(), Recheck::Same { size: 740, recategorized: 0 });
    }

    async fn proofs_hold_for_another_implementation(app: App) {
        let [first, _] = voted(&app, 300, 0).await;
        let client = app.anonymous();
        let earlier = checked(&log(&client, "head").await);
        app.votes(first, 333).await;
        advance(&app).await;
        let lines = entries(&client, 633).await;
        let later = checked(&log(&client, "head").await);
        assert_eq!((earlier.size, later.size), (300, 633));
        for sequence in [0_u64, 255, 256, 299, 511, 512, 632] {
            let proof = log(&client, &format!("proof?sequence={sequence}")).await;
            let line = lines.lines().nth(usize::try_from(sequence).unwrap()).unwrap();
            let inclusion = InclusionProof::<Sha256>::try_from_bytes(hashes(&proof)).unwrap();
            assert_eq!(hash(&proof["root"]), later.root);
            root(&proof["root"], 633).verify_inclusion(&line, sequence, &inclusion).unwrap();
        }
        let proof = log(&client, "consistency?from=300").await;
        assert_eq!((hash(&proof["from_root"]), hash(&proof["to_root"])), (earlier.root.to_vec(), later.root.to_vec()));
        let consistency = ConsistencyProof::<Sha256>::try_from_bytes(hashes(&proof)).unwrap();
        root(&proof["to_root"], 633).verify_consistency(&root(&proof["from_root"], 300), &consistency).unwrap();
        let older = log(&client, "proof?sequence=7&size=300").await;
        assert_eq!(hash(&older["root"]), earlier.root);
    }

    async fn a_receipt_is_the_leaf_of_its_entry(app: App) {
        let [first, _] = voted(&app, 3, 0).await;
        let service = app.service.clone();
        let receipt = app.write(move |db| {
            let log = vote_log::open(&service.vote_logs, db, month())?;
            let category = "dedication".parse().unwrap();
            let cast_at = "2026-11-26T02:00:00Z".parse().unwrap();
            // As the builder of votes numbers its voters.
            let facts = VoteFacts { candidate: first, category: &category, voter: 1_000_002, day: 0, cast_at };
            Ok(log.receipt(2, &facts))
        });
        let receipt = receipt.await;
        let proof = log(&app.anonymous(), "proof?sequence=2").await;
        assert_eq!(proof["leaf_hash"], receipt.leaf_hash_text());
    }

    async fn what_the_head_does_not_cover_is_not_shown(app: App) {
        let [first, _] = voted(&app, 5, 0).await;
        let client = app.anonymous();
        app.votes(first, 5).await;
        assert_eq!(checked(&log(&client, "head").await).size, 5);
        let shown = client.get("/cycles/2026-11/log/entries").await.expect(200);
        assert_eq!(String::from_utf8_lossy(&shown.bytes).lines().count(), 5);
        for path in ["proof?sequence=5", "proof?sequence=0&size=6", "consistency?from=6", "consistency?from=1&to=6", "entries?from=6", "entries?to=6"] {
            let reply = client.get(&format!("/cycles/2026-11/log/{path}")).await.problem(404, "beyond_head");
            assert_eq!(reply.json["errors"][0]["size"], 5, "{path}");
        }
        assert!(client.get("/cycles/2026-11/log/entries?from=5").await.expect(200).bytes.is_empty());
        advance(&app).await;
        assert_eq!(log(&client, "proof?sequence=5").await["size"], 10);
    }

    async fn queries_are_judged(app: App) {
        voted(&app, 1, 0).await;
        let client = app.anonymous();
        for (path, pointer, code) in [
            ("proof", "/sequence", "required"),
            ("proof?sequence=x", "/sequence", "malformed"),
            ("proof?sequence=-1", "/sequence", "malformed"),
            ("proof?sequence=0&more=1", "/more", "unknown_member"),
            ("consistency", "/from", "required"),
            ("entries?limit=0", "/limit", "too_large"),
            ("entries?limit=4097", "/limit", "too_large"),
            ("entries?from=1&to=0", "/to", "too_small"),
        ] {
            let reply = client.get(&format!("/cycles/2026-11/log/{path}")).await.problem(400, "invalid_query");
            assert_eq!(reply.faults(), [(pointer.to_owned(), code.to_owned())], "{path}");
        }
        for path in ["/cycles/2026-13/log/head", "/cycles/2020-01/log/head", "/cycles/2026-12/log/head"] {
            client.get(path).await.problem(404, "not_found");
        }
    }

    async fn a_head_is_kept_by_its_tag_and_given_bare(app: App) {
        voted(&app, 2, 0).await;
        let client = app.anonymous();
        let head = client.get("/cycles/2026-11/log/head").await.expect(200);
        assert!(head.header("cache-control").starts_with("public, max-age=1"));
        let again = client.with("If-None-Match", head.header("etag")).get("/cycles/2026-11/log/head").await;
        again.expect(304);
        let bare = client.with("Accept", "text/plain").get("/cycles/2026-11/log/head").await.expect(200);
        assert_eq!(bare.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(String::from_utf8_lossy(&bare.bytes), head.json["note"].as_str().unwrap());
        let page = client.get("/cycles/2026-11/log/entries?from=0&to=1").await.expect(200);
        assert!(page.header("cache-control").starts_with("public, max-age=300"));
        assert!(client.get("/cycles/2026-11/log/entries").await.header("cache-control").contains("max-age=1,"));
    }

    async fn a_head_is_signed_every_minute_of_the_vote(app: App) {
        voted(&app, 2, 0).await;
        let client = app.anonymous();
        let head = checked(&log(&client, "head").await);
        app.set_clock("2026-11-26T02:00:30Z");
        advance(&app).await;
        assert_eq!(checked(&log(&client, "head").await), head, "not yet");
        app.set_clock("2026-11-26T02:00:56Z");
        advance(&app).await;
        let next = checked(&log(&client, "head").await);
        assert_eq!((next.size, next.root), (head.size, head.root));
        assert_eq!(next.signed_at, "2026-11-26T02:00:56Z".parse().ok());
        app.set_clock(CLOSED);
        advance(&app).await;
        assert_eq!(checked(&log(&client, "head").await), next, "voting is over");
    }

    async fn a_vote_without_votes_has_a_head_too(app: App) {
        let client = app.anonymous();
        client.get("/cycles/2026-11/log/head").await.problem(404, "not_found");
        app.set_clock(VOTING);
        client.get("/cycles/current").await.expect(200);
        advance(&app).await;
        let head = checked(&log(&client, "head").await);
        assert_eq!(head.size, 0);
        assert_is_root_of(&head, "");
        assert!(client.get("/cycles/2026-11/log/entries").await.expect(200).bytes.is_empty());
    }

    async fn entries_follow_the_results_and_heads_do_not(app: App) {
        for (visibility, during, after) in [
            (ResultsVisibility::Live, 200, 200),
            (ResultsVisibility::AfterClose, 403, 200),
            (ResultsVisibility::ReviewersOnly, 403, 403),
        ] {
            let app = app.another().await;
            app.policy(move |policy| policy.results_visibility = visibility).await;
            let tree = app.tree().await;
            voted_in(&app, &tree, 3, 0).await;
            let (client, citizen) = (app.anonymous(), app.citizen().await);
            let reviewer = app.user(Role::CityReviewer, Some(tree.city)).await.1;
            for (moment, status) in [(VOTING, during), (CLOSED, after)] {
                app.set_clock(moment);
                for somebody in [&client, &citizen] {
                    let reply = somebody.get("/cycles/2026-11/log/entries").await;
                    if status == 403 {
                        reply.problem(403, "results_not_public");
                    } else {
                        assert!(reply.expect(200).header("cache-control").starts_with("public"));
                    }
                    assert_eq!(log(somebody, "head").await["entries_public"], status == 200);
                    log(somebody, "proof?sequence=1").await;
                    log(somebody, "consistency?from=1").await;
                }
                let inner = reviewer.get("/cycles/2026-11/log/entries").await.expect(200);
                assert_eq!(inner.header("cache-control").contains("no-store"), status == 403);
            }
        }
    }

    async fn where_the_vote_is_elsewhere_there_is_no_log(app: App) {
        app.policy(|policy| {
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://example.org/vote".to_owned());
        })
        .await;
        app.set_clock(VOTING);
        advance(&app).await;
        for path in ["head", "entries", "proof?sequence=0", "consistency?from=0"] {
            app.anonymous().get(&format!("/cycles/2026-11/log/{path}")).await.problem(409, "voting_elsewhere");
        }
    }

    async fn several_processes_advance_one_log_beside_votes(app: App) {
        let tree = app.tree().await;
        let one = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        app.set_clock(VOTING);
        let mut voters = Vec::new();
        for _ in 0..12 {
            voters.push(app.citizen().await);
        }
        // On SQLite there is one process, whose jobs may still meet.
        let mut processes = vec![app.service.clone(), app.service.clone()];
        if app.settings.database_url.is_some() {
            let (setup, time) = (app.settings.setup(true).unwrap(), app.time.clone());
            let opened = tokio::task::spawn_blocking(move || startup::open(&setup, std::sync::Arc::new(time)));
            let other = opened.await.unwrap().unwrap();
            other.clocks.set_campaign(VOTING.parse().ok());
            processes.push(other);
        }
        let votes = join_all(voters.iter().map(|voter| voter.post("/votes", json!({ "candidate_id": one }))));
        let jobs = join_all(processes.iter().map(|service| async move {
            for _ in 0..6 {
                vote_log::advance(service).await.unwrap();
            }
        }));
        let (votes, _) = tokio::join!(votes, jobs);
        for vote in votes {
            vote.expect(201);
        }
        advance(&app).await;
        let client = app.anonymous();
        let head = checked(&log(&client, "head").await);
        assert_eq!((head.size, log(&client, "head").await["origin_number"].clone()), (12, json!(1)));
        assert_is_root_of(&head, &entries(&client, 12).await);
    }

    async fn whoever_opens_a_log_first_all_have_the_same_secret(app: App) {
        app.set_clock(VOTING);
        app.anonymous().get("/cycles/current").await.expect(200);
        let opened = join_all((0..6).map(|_| {
            let service = app.service.clone();
            app.write(move |db| {
                let log = vote_log::open(&service.vote_logs, db, month())?;
                Ok(log.pseudonym(7, &"bravery".parse().unwrap()))
            })
        }));
        let pseudonyms = opened.await;
        assert!(pseudonyms.iter().all(|one| *one == pseudonyms[0]), "{pseudonyms:?}");
        // A secret made in a transaction that came to nothing is nobody's.
        let service = app.service.clone();
        let lost = app.service.store.write(move |db| {
            vote_log::open(&service.vote_logs, db, "2026-12".parse().unwrap())?;
            Err::<(), _>(haoren::service::Error::not_found())
        });
        assert!(lost.await.is_err());
        let found = app.service.store.read(|db| storage::vote_logs::find(db, "2026-12".parse().unwrap()));
        assert!(found.await.unwrap().is_none());
    }
}

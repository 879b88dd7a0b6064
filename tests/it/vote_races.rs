//! What meets a vote or a publication at once: whatever comes first, the outcome is whole.

use futures_util::future::join_all;
use haoren::{
    domain::{candidate::Status, id::CandidateId, month::Month, role::Role},
    service::Error,
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree};

const VOTERS: usize = 6;

fn november() -> Value {
    json!({ "cycle": "2026-11" })
}

async fn voters(app: &App) -> Vec<Client> {
    let mut voters = Vec::new();
    for _ in 0..VOTERS {
        voters.push(app.citizen().await);
    }
    voters
}

async fn valid_votes(app: &App, id: CandidateId) -> i64 {
    let number = app.stored(id).await.number;
    let work = move |db: &mut Connection| {
        let month = Month::parse("2026-11").unwrap();
        let counted = storage::tallies::list(db, month, Status::ALL)?;
        let of = counted.iter().find(|one| one.tally.candidate == id).map_or(0, |one| one.tally.valid());
        let written = storage::votes::count_of(db, (month, number))?;
        assert_eq!(of, written, "the tally agrees with the votes");
        Ok::<_, Error>(of)
    };
    app.service.store.read(work).await.unwrap()
}

async fn forwarded(app: &App, tree: &Tree) -> CandidateId {
    app.candidate(tree, Status::Forwarded).await
}

both! {
    async fn a_candidate_is_disqualified_beside_votes(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        app.set_clock("2026-11-26T02:00:00Z");
        for _ in 0..4 {
            let id = forwarded(&app, &tree).await;
            let (tag, path) = (app.tag(id).await, format!("/candidates/{id}/disqualification"));
            let voters = voters(&app).await;
            let votes = join_all(voters.iter().map(|voter| voter.post("/votes", json!({ "candidate_id": id }))));
            let gone = city.post_if(&path, &tag, json!({ "reason": "事迹失实。" }));
            let (gone, votes) = tokio::join!(gone, votes);
            gone.expect(201);
            let cast = votes.iter().filter(|vote| vote.status == 201).count();
            assert!(votes.iter().all(|vote| [201, 404].contains(&vote.status.as_u16())), "a vote for nobody");
            assert_eq!(valid_votes(&app, id).await, i64::try_from(cast).unwrap());
            for voter in &voters {
                let again = voter.post("/votes", json!({ "candidate_id": id })).await;
                assert!([200, 404].contains(&again.status.as_u16()), "{}", again.json);
            }
        }
    }

    async fn a_list_is_published_beside_votes_and_objections(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        let id = forwarded(&app, &tree).await;
        let voters = voters(&app).await;
        app.set_clock("2026-11-30T15:59:59Z");
        voters[0].post("/votes", json!({ "candidate_id": id })).await.expect(201);
        app.set_clock("2026-11-30T16:00:00Z");
        let votes = join_all(voters.iter().skip(1).map(|voter| voter.post("/votes", json!({ "candidate_id": id }))));
        let objecting = app.anonymous();
        let path = format!("/candidates/{id}/objections");
        let objection = objecting.post(&path, json!({ "text": "事迹与事实不符。" }));
        let (published, objected, votes) = tokio::join!(city.post("/lists", november()), objection, votes);
        for vote in votes {
            vote.problem(409, "voting_closed");
        }
        objected.expect(201);
        if published.status == 409 {
            published.problem(409, "objections_undecided");
            assert_eq!(app.stored(id).await.status, Status::Forwarded);
        } else {
            assert_eq!(published.expect(201).json["count"], 1);
            assert_eq!(app.stored(id).await.status, Status::Listed);
        }
        assert_eq!(valid_votes(&app, id).await, 1);
    }

    async fn a_consent_is_withdrawn_beside_batch_and_list(app: App) {
        let tree = app.tree().await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        app.policy(|policy| policy.list_min_votes = 0).await;
        let (stays, goes) = (app.candidate(&tree, Status::Screened).await, app.candidate(&tree, Status::Screened).await);
        app.set_clock("2026-11-25T02:00:00Z");
        let (path, tag) = (format!("/candidates/{goes}/consent"), app.tag(goes).await);
        let (batch, withdrawn) = tokio::join!(city.post("/batches", november()), city.delete(&path, Some(&tag)));
        let items = batch.expect(201).json["items"].as_array().unwrap().len();
        if withdrawn.status == 412 {
            assert_eq!((items, app.stored(goes).await.status), (2, Status::Forwarded));
        } else {
            withdrawn.expect(200);
            assert_eq!((items, app.stored(goes).await.status), (1, Status::Withdrawn));
        }
        app.set_clock("2026-12-01T02:00:00Z");
        let (path, tag) = (format!("/candidates/{stays}/consent"), app.tag(stays).await);
        let (published, withdrawn) = tokio::join!(city.post("/lists", november()), city.delete(&path, Some(&tag)));
        published.expect(201);
        let stands = app.stored(stays).await.status;
        if withdrawn.status == 412 {
            assert_eq!(stands, Status::Listed);
        } else {
            withdrawn.expect(200);
            assert_eq!(stands, Status::Withdrawn);
        }
    }
}

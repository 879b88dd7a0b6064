//! Receipts that come twice, at once, late or against each other.

use diesel::prelude::*;
use futures_util::future::join_all;
use haoren::{
    domain::{candidate::Status, id::CandidateId, role::Role},
    storage::{StoreError, schema::outbox_events},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client},
    results::National,
};

const CLOSED: &str = "2026-12-01T02:00:00Z";

fn refusing(ids: &[CandidateId]) -> Value {
    let refused: Vec<Value> = ids.iter().map(|id| json!({ "candidate_id": id, "reason": "照片不清晰" })).collect();
    json!({ "accepted": refused.is_empty(), "refused": refused })
}

/// How often it was announced that a receipt came.
async fn received(app: &App) -> i64 {
    let work = |db: &mut haoren::storage::Connection| {
        let announced = outbox_events::table.filter(outbox_events::kind.eq("batch.received")).count();
        Ok::<i64, StoreError>(announced.get_result(db)?)
    };
    app.service.store.read(work).await.unwrap()
}

/// How often a candidate was refused, by its history.
async fn refusals(city: &Client, id: CandidateId) -> usize {
    let history = city.get(&format!("/candidates/{id}/history")).await.expect(200);
    history.json["items"].as_array().unwrap().iter().filter(|step| step["action"] == "refuse").count()
}

struct Exchange {
    national: National,
    one: CandidateId,
    two: CandidateId,
    batch: String,
    path: String,
}

impl Exchange {
    async fn of(app: &App) -> Self {
        let national = National::of(app).await;
        // The vote is held here: what is asked is how receipts go, and a list needs no results then.
        app.policy(|policy| policy.result_source = haoren::domain::policy::ResultSource::Local).await;
        let one = national.screened(app, "dedication", "王小明").await;
        let two = national.screened(app, "dedication", "李四").await;
        let id = national.forward(app).await;
        app.as_if_packed().await;
        let (batch, path) = (format!("/batches/{id}"), format!("/batches/{id}/receipt"));
        Self { national, one, two, batch, path }
    }

    async fn items(&self) -> Vec<Value> {
        let batch = self.national.city.get(&self.batch).await.expect(200);
        batch.json["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect()
    }
}

both! {
    async fn equal_receipts_at_once_are_taken_once(app: App) {
        let exchange = Exchange::of(&app).await;
        let (one, two) = (exchange.one, exchange.two);
        let portal = &exchange.national.portal;
        let orders = [refusing(&[one, two]), refusing(&[two, one])];
        let replies = join_all((0..8).map(|turn| portal.post(&exchange.path, orders[turn % 2].clone()))).await;
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
        assert!(replies.iter().all(|reply| reply.json == replies[0].json));
        assert_eq!(exchange.items().await, ["refused", "refused"]);
        for id in [one, two] {
            assert_eq!(app.stored(id).await.status, Status::Returned);
            assert_eq!(refusals(&exchange.national.city, id).await, 1);
        }
        assert_eq!(received(&app).await, 1);
    }

    async fn one_key_at_once_is_answered_once_and_replayed(app: App) {
        let exchange = Exchange::of(&app).await;
        let portal = exchange.national.portal.with("Idempotency-Key", "receipt-1");
        let replies = join_all((0..6).map(|_| portal.post(&exchange.path, refusing(&[exchange.two])))).await;
        assert!(replies.iter().all(|reply| reply.status == 201 && reply.json == replies[0].json));
        let replayed = replies.iter().filter(|reply| reply.header("idempotency-replayed") == "true").count();
        assert_eq!(replayed, 5);
        portal.post(&exchange.path, refusing(&[])).await.problem(422, "idempotency_key_reused");
        assert_eq!(refusals(&exchange.national.city, exchange.two).await, 1);
        assert_eq!(received(&app).await, 1);
    }

    async fn an_acceptance_beside_a_refusal_leaves_the_refusal(app: App) {
        let exchange = Exchange::of(&app).await;
        let portal = &exchange.national.portal;
        let (accepted, refused) = tokio::join!(
            portal.post(&exchange.path, refusing(&[])),
            portal.post(&exchange.path, refusing(&[exchange.two])),
        );
        refused.expect(201);
        let expected = if accepted.status == 201 { 2 } else {
            accepted.problem(409, "already_decided");
            1
        };
        assert_eq!(exchange.items().await, ["accepted", "refused"]);
        assert_eq!(app.stored(exchange.one).await.status, Status::Forwarded);
        assert_eq!(app.stored(exchange.two).await.status, Status::Returned);
        assert_eq!(received(&app).await, expected);
    }

    async fn a_refusal_beside_the_publication_is_whole_or_not_at_all(app: App) {
        let exchange = Exchange::of(&app).await;
        app.set_clock(CLOSED);
        let (one, two) = (exchange.one, exchange.two);
        app.votes(one, 2).await;
        app.votes(two, 1).await;
        let (list, receipt) = tokio::join!(
            exchange.national.city.post("/lists", json!({ "cycle": "2026-11" })),
            exchange.national.portal.post(&exchange.path, refusing(&[two])),
        );
        let list = list.expect(201);
        if receipt.status == 201 {
            assert_eq!(list.json["count"], 1, "the refusal came first");
            assert_eq!(app.stored(two).await.status, Status::Returned);
        } else {
            receipt.problem(409, "already_published");
            assert_eq!(list.json["count"], 2);
            assert_eq!(app.stored(two).await.status, Status::Listed);
            assert_eq!(exchange.items().await, ["sent", "sent"]);
        }
    }

    async fn a_refusal_beside_a_withdrawn_consent_leaves_the_withdrawal(app: App) {
        let exchange = Exchange::of(&app).await;
        let two = exchange.two;
        let (path, tag) = (format!("/candidates/{two}/consent"), app.tag(two).await);
        let city = &exchange.national.city;
        let (gone, receipt) = tokio::join!(
            city.delete(&path, Some(&tag)),
            exchange.national.portal.post(&exchange.path, refusing(&[two])),
        );
        receipt.expect(201);
        let before = refusals(city, two).await;
        if gone.status == 200 {
            assert_eq!(before, 0, "who has withdrawn is not sent back");
        } else {
            gone.problem(412, "precondition_failed");
            assert_eq!(before, 1);
            city.delete(&path, Some(&app.tag(two).await)).await.expect(200);
        }
        assert_eq!(app.stored(two).await.status, Status::Withdrawn);
        assert_eq!(exchange.items().await, ["accepted", "refused"]);
    }

    async fn a_late_receipt_is_noted_and_a_late_refusal_refused(app: App) {
        let exchange = Exchange::of(&app).await;
        app.set_clock(CLOSED);
        app.votes(exchange.two, 1).await;
        let national = &exchange.national;
        national.city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
        national.portal.post(&exchange.path, refusing(&[exchange.two])).await.problem(409, "already_published");
        assert_eq!((received(&app).await, exchange.items().await), (0, vec![json!("sent"), json!("sent")]));
        national.portal.post(&exchange.path, refusing(&[])).await.expect(201);
        national.portal.post(&exchange.path, refusing(&[])).await.expect(200);
        assert_eq!(exchange.items().await, ["accepted", "accepted"]);
        assert_eq!(app.stored(exchange.two).await.status, Status::Listed);
        assert_eq!(received(&app).await, 1);
    }

    async fn nobody_else_sends_receipts(app: App) {
        let exchange = Exchange::of(&app).await;
        let tree = &exchange.national.tree;
        app.anonymous().post(&exchange.path, refusing(&[])).await.problem(401, "unauthenticated");
        for (role, place) in [
            (Role::Citizen, None),
            (Role::UnitReviewer, Some(tree.unit)),
            (Role::DistrictReviewer, Some(tree.district)),
            (Role::Admin, None),
        ] {
            let other = app.user(role, place).await.1;
            other.post(&exchange.path, refusing(&[exchange.two])).await.problem(403, "forbidden");
        }
        assert_eq!((received(&app).await, exchange.items().await), (0, vec![json!("sent"), json!("sent")]));
    }
}

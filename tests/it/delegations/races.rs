//! Two at once: overlapping delegations, and a revocation beside a decision.

use futures_util::future::join_all;
use haoren::domain::candidate::Status;
use serde_json::json;

use super::{days, delegated, pair};
use crate::{harness::App, reviews::decide};

both! {
    async fn of_overlapping_delegations_one_stands(app: App) {
        let tree = app.tree().await;
        let pair = pair(&app, &tree).await;
        let beside = app.beside().await;
        let there = beside.with_token(pair.away.token().to_owned());
        for week in 0..5 {
            let first = 5 + 4 * week;
            let span = |shift: u32| {
                let day = |day: u32| format!("2026-11-{day:02}");
                days(pair.delegate, &day(first + shift % 3), &day(first + 3))
            };
            let replies = join_all((0..8_u32).map(|number| {
                let client = if number % 2 == 0 { &pair.away } else { &there };
                client.post("/delegations", span(number))
            }))
            .await;
            let (made, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
            assert_eq!((made.len(), refused.len()), (1, 7));
            for reply in refused {
                reply.problem(409, "delegation_overlaps");
            }
        }
        beside.stop().await;
    }

    async fn two_who_name_each_other_do_not_wait_for_ever(app: App) {
        let tree = app.tree().await;
        for _ in 0..10 {
            let pair = pair(&app, &tree).await;
            let (one, other) = tokio::join!(
                pair.away.post("/delegations", days(pair.delegate, "2026-11-05", "2026-11-06")),
                pair.here.post("/delegations", days(pair.delegator, "2026-11-05", "2026-11-06")),
            );
            one.expect(201);
            other.expect(201);
        }
    }

    async fn a_delegation_is_revoked_beside_a_decision(app: App) {
        let tree = app.tree().await;
        let beside = app.beside().await;
        let mut seen = [0, 0];
        for round in 0..20 {
            let pair = pair(&app, &tree).await;
            let id = app.candidate(&tree, Status::Nominated).await;
            let made = delegated(&pair).await.id();
            let stand_in = pair.here.with("Acting-For", &made);
            let revoker = if round % 2 == 0 { pair.away } else { beside.with_token(pair.away.token().to_owned()) };
            let path = format!("/delegations/{made}/revocation");
            let (decision, revoked) =
                tokio::join!(decide(&app, &stand_in, id, "return"), revoker.post(&path, json!({})));
            revoked.expect(201);
            // Whatever comes first: a decision that stands was taken before the end, and none is taken after it.
            if decision.status == 201 {
                seen[0] += 1;
                assert_eq!(app.stored(id).await.status, Status::Returned);
            } else {
                seen[1] += 1;
                decision.problem(403, "delegation_not_in_force");
                assert_eq!(app.stored(id).await.status, Status::Nominated);
            }
            let id = app.candidate(&tree, Status::Nominated).await;
            decide(&app, &stand_in, id, "return").await.problem(403, "delegation_not_in_force");
        }
        assert_eq!(seen[0] + seen[1], 20);
        beside.stop().await;
    }

    async fn an_account_is_closed_beside_its_delegation(app: App) {
        let tree = app.tree().await;
        let admin = app.admin().await;
        for _ in 0..10 {
            let pair = pair(&app, &tree).await;
            let path = format!("/users/{}", pair.delegate);
            let etag = admin.get(&path).await.expect(200).etag();
            let (made, closed) = tokio::join!(
                pair.away.post("/delegations", days(pair.delegate, "2026-11-05", "2026-11-06")),
                admin.patch(&path, &etag, json!({ "active": false })),
            );
            closed.expect(200);
            if made.status == 201 {
                let colleague = app.again(pair.delegate).await;
                colleague.with("Acting-For", &made.id()).get("/inbox").await.problem(401, "unauthenticated");
            } else {
                made.problem(422, "validation_failed");
            }
        }
    }
}

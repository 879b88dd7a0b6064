//! Tables that are taken and written in somebody's place: shown there alone, and over when the delegation is.

use haoren::{
    domain::{candidate::Status, role::Role},
    service::exports::AT_ONCE_ROWS,
};
use serde_json::{Value, json};

use super::{Pair, audit_of, days, standing_in, taken_back};
use crate::harness::{App, Change, Client, Reply, Tree};

const HEADER: &str = "姓名,类别,一句话事迹,单位,联系电话,推荐人\n";

fn table(rows: impl IntoIterator<Item = String>) -> Vec<u8> {
    format!("{HEADER}{}", rows.into_iter().collect::<String>()).into_bytes()
}

fn row(number: usize, nominator: &str) -> String {
    format!("张三{number},敬业奉献,三十年如一日第{number}。,江汉区政务服务中心,138{number:08},{nominator}\n")
}

async fn send(client: &Client, query: &str, file: Vec<u8>) -> Reply {
    client.upload(&format!("/imports/nominations{query}"), None, "表.csv", file).await
}

/// The unit's reviewer is away, and one of the other unit under it stands in, who sees nothing of the unit in the own name.
async fn of_the_unit(app: &App, tree: &Tree) -> (Pair, Client) {
    standing_in(app, (Role::UnitReviewer, tree.unit), (Role::UnitReviewer, tree.window)).await
}

async fn many(app: &App, tree: &Tree) {
    let recorder = app.user(Role::Citizen, None).await.0;
    let nominated = |_| -> Change { Box::new(|one| one.status = Status::Nominated) };
    app.candidates(tree, recorder, (0..=AT_ONCE_ROWS).map(nominated).collect()).await;
}

fn count(reply: &Reply) -> usize {
    reply.json["items"].as_array().unwrap().len()
}

both! {
    async fn a_table_is_taken_in_the_units_place(app: App) {
        let tree = app.tree().await;
        let (pair, acting) = of_the_unit(&app, &tree).await;
        let file = table((0..3).map(|number| row(number, "王芳")));
        // In the own name the unit above lies outside.
        let outside = send(&pair.here, "?dry_run=true", file.clone()).await.expect(200);
        assert_eq!(outside.json["result"]["refused"], 3);
        let keyed = acting.with("Idempotency-Key", "table-1");
        let taken = send(&keyed, "", file.clone()).await.expect(201);
        assert_eq!(taken.json["result"]["created"], 3, "{}", taken.json);
        assert_eq!(send(&keyed, "", file).await.expect(201).header("idempotency-replayed"), "true");
        let first = taken.json["result"]["rows"][0]["candidate_id"].as_str().unwrap();
        let history = pair.away.get(&format!("/candidates/{first}/history")).await.expect(200);
        let step = &history.json["items"][0];
        assert_eq!((&step["actor_id"], &step["on_behalf_of"]), (&json!(pair.delegate), &json!(pair.delegator)));
        let (actor, details) = audit_of(&app, "nominations.imported").await.pop().unwrap();
        assert_eq!((actor, &details["on_behalf_of"]), (Some(pair.delegate), &json!(pair.delegator)));
        assert_eq!(details["delegation_id"], json!(acting.header("acting-for")));
        // Whoever began it hears in either name how it ended, and sees its rows in the place in which it was begun.
        let path = format!("/operations/{}", taken.id());
        let own = pair.here.get(&path).await.expect(200);
        assert_eq!((&own.json["status"], &own.json["result"]["created"]), (&json!("succeeded"), &json!(3)));
        assert_eq!(own.json["result"]["rows"], json!([]));
        for below in ["rows", "result.xlsx"] {
            pair.here.get(&format!("{path}/{below}")).await.problem(404, "not_found");
            acting.get(&format!("{path}/{below}")).await.expect(200);
        }
        pair.away.get(&path).await.problem(404, "not_found");
        // And the other way round: what was begun in the own name is not the office's.
        acting.get(&format!("/operations/{}/rows", outside.id())).await.problem(404, "not_found");
        assert_eq!(count(&pair.here.get(&format!("/operations/{}/rows", outside.id())).await.expect(200)), 3);
        taken_back(&pair, &acting).await;
        acting.get(&format!("{path}/rows")).await.problem(403, "delegation_not_in_force");
        pair.here.get(&path).await.expect(200);
    }

    async fn nobody_recommends_in_anothers_place(app: App) {
        let tree = app.tree().await;
        let (pair, acting) = of_the_unit(&app, &tree).await;
        let file = table([row(1, "王芳"), row(2, "")]);
        let refused = send(&acting, "", file.clone()).await.expect(200);
        assert_eq!((&refused.json["result"]["valid"], &refused.json["result"]["refused"]), (&json!(1), &json!(1)));
        let error = &refused.json["result"]["rows"][1]["errors"][0];
        assert_eq!((&error["code"], &error["pointer"], &error["cell"]), (&json!("required"), &json!("/nominator/name"), &json!("F3")));
        // In the own name a row that names nobody is the sender's own recommendation.
        assert_eq!(send(&pair.away, "", file).await.expect(201).json["result"]["created"], 2);
    }

    async fn an_import_ends_with_the_delegation_and_nothing_is_taken(app: App) {
        let tree = app.tree().await;
        let (pair, acting) = of_the_unit(&app, &tree).await;
        // Others have their turn, so that this one is begun and waits.
        let turns = (app.service.background.turn().await.unwrap(), app.service.background.turn().await.unwrap());
        let begun = send(&acting, "", table((0..201).map(|number| row(number, "王芳")))).await.expect(202);
        taken_back(&pair, &acting).await;
        drop(turns);
        let ended = pair.here.ended(&begun).await;
        assert_eq!((&ended.json["status"], &ended.json["problem"]["code"]), (&json!("failed"), &json!("delegation_not_in_force")));
        assert_eq!(count(&pair.away.get("/candidates").await.expect(200)), 0);
        assert!(audit_of(&app, "nominations.imported").await.is_empty());
    }

    async fn an_import_that_waits_past_the_last_day_takes_nothing(app: App) {
        let tree = app.tree().await;
        let (pair, acting) = of_the_unit(&app, &tree).await;
        let turns = (app.service.background.turn().await.unwrap(), app.service.background.turn().await.unwrap());
        let begun = send(&acting, "", table((0..201).map(|number| row(number, "王芳")))).await.expect(202);
        app.set_clock("2026-11-10T16:00:00Z");
        drop(turns);
        let ended = pair.here.ended(&begun).await;
        assert_eq!(ended.json["problem"]["code"], "delegation_not_in_force");
        assert_eq!(count(&pair.away.get("/candidates").await.expect(200)), 0);
    }

    async fn a_large_export_is_handed_out_in_the_place_in_which_it_was_begun(app: App) {
        let tree = app.tree().await;
        let (pair, acting) =
            standing_in(&app, (Role::UnitReviewer, tree.unit), (Role::UnitReviewer, tree.unit)).await;
        many(&app, &tree).await;
        // Of one unit both have the same role; still it is not the same work.
        let turns = (app.service.background.turn().await.unwrap(), app.service.background.turn().await.unwrap());
        let begun = acting.get("/exports/candidates.csv").await.expect(202);
        let own = pair.here.get("/exports/candidates.csv").await.expect(202);
        assert_ne!(begun.id(), own.id());
        assert_eq!(acting.get("/exports/candidates.csv").await.expect(202).id(), begun.id());
        drop(turns);
        for (client, other, work) in [(&acting, &pair.here, &begun), (&pair.here, &acting, &own)] {
            assert_eq!(client.ended(work).await.json["status"], "succeeded");
            let file = format!("/operations/{}/file", work.id());
            other.get(&file).await.problem(404, "not_found");
            assert_eq!(String::from_utf8(client.get(&file).await.expect(200).bytes).unwrap().lines().count(), AT_ONCE_ROWS + 2);
        }
        let file = format!("/operations/{}/file", begun.id());
        pair.away.get(&file).await.problem(404, "not_found");
        taken_back(&pair, &acting).await;
        acting.get(&file).await.problem(403, "delegation_not_in_force");
        pair.here.get(&file).await.problem(404, "not_found");
        // Another delegation of the same person opens it again.
        let days = days(pair.delegate, "2026-11-05", "2026-11-06");
        let anew = pair.away.post("/delegations", days).await.expect(201).id();
        pair.here.with("Acting-For", &anew).get(&file).await.expect(200);
    }

    async fn an_export_ends_with_the_delegation(app: App) {
        let tree = app.tree().await;
        let (pair, acting) = of_the_unit(&app, &tree).await;
        many(&app, &tree).await;
        let turns = (app.service.background.turn().await.unwrap(), app.service.background.turn().await.unwrap());
        let begun = acting.get("/exports/candidates.xlsx").await.expect(202);
        taken_back(&pair, &acting).await;
        drop(turns);
        let ended = pair.here.ended(&begun).await;
        assert_eq!((&ended.json["status"], &ended.json["result"]), (&json!("failed"), &Value::Null));
        assert_eq!(ended.json["problem"]["code"], "delegation_not_in_force");
        assert!(app.service.files.list().await.unwrap().is_empty());
    }

    async fn clear_contacts_that_are_exported_name_both(app: App) {
        let tree = app.tree().await;
        let (pair, acting) = of_the_unit(&app, &tree).await;
        let body = json!({ "category": "dedication", "name": "张三", "summary": "好人好事。", "unit_id": tree.unit, "contact_phone": "13800005678" });
        app.anonymous().post("/candidates", body).await.expect(201);
        acting.get("/exports/candidates.csv?contacts=true").await.expect(200);
        let (actor, details) = audit_of(&app, "candidates.exported").await.pop().unwrap();
        assert_eq!((actor, &details["on_behalf_of"]), (Some(pair.delegate), &json!(pair.delegator)));
    }
}

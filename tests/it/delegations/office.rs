//! What is the office's work, and can be done by whoever stands in: all of it, and nothing else.

use haoren::domain::{candidate::Status, role::Role};
use serde_json::{Value, json};

use super::{audit_of, standing_in};
use crate::{
    actors::{MATRIX, Row, World, agrees, ask},
    contract::{Operation, operations},
    harness::App,
};

/// What reviewers may do and never in another's place: delegations are not passed on, and auditors read as who they are.
const OWN: [(&str, &str); 6] = [
    ("GET", "/api/v1/delegations"),
    ("POST", "/api/v1/delegations"),
    ("GET", "/api/v1/delegates"),
    ("GET", "/api/v1/audit-events"),
    ("GET", "/api/v1/audit-events/chain"),
    ("GET", "/api/v1/audit-events/{id}"),
];

/// What the matrix does not show as an office's work: long work is found by who began it alone, and counting a text says
/// nothing in anybody's name.
const OF_THE_OFFICE: [(&str, &str); 5] = [
    ("GET", "/api/v1/operations/{id}"),
    ("GET", "/api/v1/operations/{id}/rows"),
    ("GET", "/api/v1/operations/{id}/result.xlsx"),
    ("GET", "/api/v1/operations/{id}/file"),
    ("POST", "/api/v1/text-count"),
];

fn row_of(operation: &Operation) -> &'static Row {
    MATRIX.iter().find(|row| row.method == operation.method && row.path == operation.path).unwrap()
}

/// Whether a token is looked at, by the contract.
fn asks_who_calls(operation: &Operation) -> bool {
    match operation.spec.get("security").and_then(Value::as_array) {
        Some(ways) => ways.iter().any(|way| way.get("bearer").is_some()),
        None => true,
    }
}

/// Whether the contract says that the header is taken.
fn takes_header(operation: &Operation) -> bool {
    let parameters = operation.spec["parameters"].as_array().into_iter().flatten();
    parameters.into_iter().any(|one| one["name"] == "Acting-For" && one["in"] == "header")
}

/// What reviewers may do and not everybody who is signed in is their office's work, reading what the public reads with
/// theirs; what anybody may say is said in the own name.
fn is_office_work(operation: &Operation) -> bool {
    let name = (operation.method.as_str(), operation.path.as_str());
    if OWN.contains(&name) || OF_THE_OFFICE.contains(&name) {
        return OF_THE_OFFICE.contains(&name);
    }
    let cells: Vec<&str> = row_of(operation).cells.split_whitespace().collect();
    let (anonymous, citizen, reviewers) = (cells[0] == "+", cells[1] == "+", &cells[2..7]);
    let is_personal = citizen && (!anonymous || operation.method != "GET");
    asks_who_calls(operation) && reviewers.contains(&"+") && !is_personal
}

/// A new operation is taken or refused by what the matrix of actors says of it; one that belongs to a person must be named in
/// `api/acting_for.rs`, or this fails.
#[test]
fn of_every_operation_it_is_known_whether_the_header_is_taken() {
    let all = operations();
    let wrong: Vec<String> = all
        .iter()
        .filter(|one| takes_header(one) != is_office_work(one))
        .map(|one| format!("{} {} {}", one.method, one.path, if takes_header(one) { "takes it" } else { "refuses it" }))
        .collect();
    assert!(wrong.is_empty(), "the contract and the matrix of actors disagree:\n  {}", wrong.join("\n  "));
    assert!(all.iter().filter(|one| takes_header(one)).count() > 140);
    for (method, path) in OWN.iter().chain(&OF_THE_OFFICE) {
        assert!(all.iter().any(|one| one.method == *method && one.path == *path), "{method} {path}");
    }
}

both! {
    async fn every_operation_answers_a_stand_in_as_it_answers_whom_it_is_for(app: App) {
        let world = World::build(&app).await;
        let tree = &world.tree;
        let (unit, district, city) =
            ((Role::UnitReviewer, tree.unit), (Role::DistrictReviewer, tree.district), (Role::CityReviewer, tree.city));
        let mut wrong = Vec::new();
        // In the order of the matrix, in which what is taken back was there before.
        let mut all = operations();
        all.sort_by_key(|one| MATRIX.iter().position(|row| (row.method, row.path) == (&*one.method, &*one.path)));
        for (away, here, column) in [(unit, city, 2), (district, unit, 4), (city, district, 6)] {
            let (_, acting) = standing_in(&app, away, here).await;
            for operation in &all {
                let row = row_of(operation);
                let (reply, cell) = (ask(&acting, row, &world).await, row.cells.split_whitespace().nth(column).unwrap());
                let is_refused = reply.status == 400 && reply.json["code"] == "acting_not_possible";
                let is_right = match (asks_who_calls(operation), takes_header(operation)) {
                    (true, false) => is_refused,
                    (_, true) | (false, false) => !is_refused && agrees(cell, reply.status),
                };
                if !is_right {
                    wrong.push(format!("{} {} for the {}: {} {}", row.method, row.path, away.0, reply.status, reply.json));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn comments_are_moderated_in_the_districts_place(app: App) {
        let tree = app.tree().await;
        let (pair, acting) =
            standing_in(&app, (Role::DistrictReviewer, tree.district), (Role::UnitReviewer, tree.unit)).await;
        let candidate = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let author = app.user(Role::Citizen, None).await.0;
        let comments = [app.comment(&tree, candidate, author).await, app.comment(&tree, candidate, author).await];
        let hide = json!({ "decision": "hide", "reason": "与事迹无关。" });
        let path = format!("/comments/{}/moderation", comments[0]);
        pair.here.post(&path, hide.clone()).await.problem(403, "forbidden");
        assert_eq!(acting.get("/comments?status=shown").await.expect(200).json["items"].as_array().unwrap().len(), 2);
        assert_eq!(acting.post(&path, hide).await.expect(201).json["status"], "hidden");
        let tag = acting.get(&format!("/comments/{}", comments[1])).await.expect(200).etag();
        let all = json!({ "decision": "hide", "reason": "与事迹无关。", "items": [{ "id": comments[1], "etag": tag }] });
        assert_eq!(acting.post("/comment-moderations", all).await.expect(200).json["items"][0]["done"], true);
        let audited = audit_of(&app, "comment.hidden").await;
        assert_eq!(audited.len(), 2);
        for (actor, details) in audited {
            assert_eq!((actor, &details["on_behalf_of"]), (Some(pair.delegate), &json!(pair.delegator)));
        }
    }

    async fn what_a_bystander_recorded_the_stand_in_corrects(app: App) {
        let tree = app.tree().await;
        let (pair, acting) =
            standing_in(&app, (Role::UnitReviewer, tree.unit), (Role::UnitReviewer, tree.window)).await;
        let honoree = crate::aftercare::honoree(&app, &tree, 1).await;
        let district = app.user(Role::DistrictReviewer, Some(tree.district)).await.1;
        let visit = crate::aftercare::visit("2026-11-05", true);
        let visit = pair.away.post(&format!("/honorees/{honoree}/visits"), visit).await.expect(201);
        let care = format!("/honorees/{honoree}/care");
        let tag = district.get(&care).await.expect(200).etag();
        district.put(&care, Some(&tag), json!({ "organization_id": tree.sister_unit })).await.expect(200);
        // The unit sees it still and is in charge no more; who recorded the visit may correct it, and so may the stand-in.
        let colleague = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let path = format!("/visits/{}", visit.id());
        let change = json!({ "kind": "telephone" });
        colleague.patch(&path, &visit.etag(), change.clone()).await.problem(403, "forbidden");
        pair.here.patch(&path, &visit.etag(), change.clone()).await.problem(404, "not_found");
        acting.patch(&path, &visit.etag(), change).await.expect(200);
    }
}

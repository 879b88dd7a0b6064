//! Every act on a candidate by everybody, with requests that are right in themselves: who may, does.

use diesel::prelude::*;
use haoren::{
    domain::{
        candidate::Status, id::CandidateId, id::UserId, role::Role, stage::StageCode, tracking_code::TrackingCode,
    },
    storage::schema::nominations,
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

/// Who acts, in the order of the columns: nobody, a stranger, the first nominator by account and by tracking code; the
/// reviewers of the unit under the candidate's, of its own, of a sister, of the district, of another, of the city; the
/// portal, the administrator.
const ACTORS: [&str; 12] = [
    "anonymous",
    "stranger",
    "nominator",
    "code",
    "window",
    "unit",
    "sister",
    "district",
    "other district",
    "city",
    "portal",
    "admin",
];

/// The act, the status from which it is tried, and what each actor hears: `+` for done, or the status of the refusal.
/// Every level has somebody who may decide.
const TABLE: &str = "
    verify           nominated  401 403 403 401 404 +   404 409 404 409 403 403
    endorse          verified   401 403 403 401 404 409 404 +   404 409 403 403
    screen           endorsed   401 403 403 401 404 409 404 409 404 +   403 403
    return           nominated  401 403 403 401 404 +   404 409 404 409 403 403
    return           verified   401 403 403 401 404 409 404 +   404 409 403 403
    return           screened   401 403 403 401 404 409 404 409 404 +   403 403
    reject           nominated  401 403 403 401 404 +   404 409 404 409 403 403
    reject           endorsed   401 403 403 401 404 409 404 409 404 +   403 403
    assign           nominated  401 403 403 401 404 +   404 +   404 409 403 403
    recall           verified   401 403 403 401 404 +   404 409 404 409 403 403
    recall           endorsed   401 403 403 401 404 409 404 +   404 409 403 403
    resubmit         returned   401 404 +   +   404 +   404 403 404 403 403 403
    withdraw         nominated  401 404 +   +   404 +   404 403 404 403 403 403
    withdraw         screened   401 404 +   +   404 +   404 403 404 403 403 403
    carry_over       nominated  401 403 403 401 404 +   404 +   404 409 403 403
    carry_over       screened   401 403 403 401 404 409 404 409 404 +   403 403
    withdraw_consent nominated  401 403 403 401 404 +   404 403 403 +   403 403
    withdraw_consent forwarded  401 403 403 401 404 +   404 403 403 +   403 403
    reinstate        rejected   401 403 403 401 403 403 403 403 403 +   403 403
    disqualify       forwarded  401 403 403 401 403 403 403 403 403 +   403 403
    revoke           listed     401 403 403 401 403 403 403 403 403 +   403 403
";

struct Cast {
    clients: Vec<Client>,
    nominator: UserId,
    code: TrackingCode,
}

async fn cast(app: &App, tree: &Tree) -> Cast {
    let code = TrackingCode::from_random([7; haoren::domain::tracking_code::RANDOM_BYTES]);
    let (nominator, as_nominator) = app.user(Role::Citizen, None).await;
    let mut clients = vec![
        app.anonymous(),
        app.citizen().await,
        as_nominator,
        app.anonymous().with("Tracking-Code", &code.to_string()),
    ];
    for (role, place) in [
        (Role::UnitReviewer, Some(tree.window)),
        (Role::UnitReviewer, Some(tree.unit)),
        (Role::UnitReviewer, Some(tree.sister_unit)),
        (Role::DistrictReviewer, Some(tree.district)),
        (Role::DistrictReviewer, Some(tree.other_district)),
        (Role::CityReviewer, Some(tree.city)),
        (Role::Portal, None),
    ] {
        clients.push(app.user(role, place).await.1);
    }
    clients.push(app.admin().await);
    Cast { clients, nominator, code }
}

/// A candidate whose file belongs to the nominator, by account and by tracking code alike.
async fn candidate(app: &App, tree: &Tree, cast: &Cast, status: Status) -> CandidateId {
    let id = app.candidate(tree, status).await;
    let (nominator, digest) = (cast.nominator, cast.code.digest().to_vec());
    app.write(move |db| {
        // A code belongs to one nomination.
        diesel::update(nominations::table).set(nominations::tracking_digest.eq(None::<Vec<u8>>)).execute(db).unwrap();
        diesel::update(nominations::table.filter(nominations::candidate_id.eq(id)))
            .set((nominations::user_id.eq(Some(nominator)), nominations::tracking_digest.eq(Some(digest))))
            .execute(db)
            .unwrap();
        Ok(())
    })
    .await;
    id
}

async fn act(app: &App, client: &Client, (action, status): (&str, Status), id: CandidateId) -> Reply {
    let tag = app.tag(id).await;
    let post = async |path: &str, body: Value| client.post_if(&format!("/candidates/{id}/{path}"), &tag, body).await;
    let reason = json!({ "reason": "依申请办理。" });
    let approve =
        async |stage| json!({ "decision": "approve", "opinion": "同意。", "checklist": app.checklist(stage).await });
    match action {
        "verify" => post("reviews", approve(StageCode::UnitVerification).await).await,
        "endorse" => post("reviews", approve(StageCode::DistrictEndorsement).await).await,
        "screen" => post("reviews", approve(StageCode::CityScreening).await).await,
        "return" | "reject" => post("reviews", json!({ "decision": action, "opinion": "请核对。" })).await,
        "assign" => {
            let body = json!({ "unit_id": null, "reason": "不是本单位人员。" });
            client.put(&format!("/candidates/{id}/unit"), Some(&tag), body).await
        }
        "recall" => post("recall", reason).await,
        "resubmit" => post("resubmission", json!({ "answer": "已补充。" })).await,
        "withdraw" => post("withdrawal", json!({})).await,
        "carry_over" => {
            app.set_clock(if status == Status::Screened { "2026-11-25T16:00:00Z" } else { "2026-11-20T16:00:00Z" });
            let reply = post("carry-over", json!({})).await;
            app.set_clock("2026-11-10T02:00:00Z");
            reply
        }
        "withdraw_consent" => client.delete(&format!("/candidates/{id}/consent"), Some(&tag)).await,
        "reinstate" => post("reinstatement", reason).await,
        "disqualify" => post("disqualification", reason).await,
        "revoke" => post("revocation", reason).await,
        other => panic!("no such act: {other}"),
    }
}

both! {
    async fn every_act_by_everybody(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| policy.district_quota = 1000).await;
        app.set_clock("2026-11-10T02:00:00Z");
        let cast = cast(&app, &tree).await;
        let mut wrong = Vec::new();
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let mut cells = row.split_whitespace();
            let (action, status) = (cells.next().unwrap(), cells.next().unwrap().parse().unwrap());
            let cells: Vec<&str> = cells.collect();
            assert_eq!(cells.len(), ACTORS.len(), "{action}");
            for ((name, client), cell) in ACTORS.iter().zip(&cast.clients).zip(cells) {
                let id = candidate(&app, &tree, &cast, status).await;
                let before = app.stored(id).await;
                let reply = act(&app, client, (action, status), id).await;
                let done = reply.status.is_success();
                if done != (cell == "+") || (!done && reply.status.as_str() != cell) {
                    wrong.push(format!("{action} from {status}: {name} got {} {}, not {cell}", reply.status, reply.json["code"]));
                }
                if !done && app.stored(id).await != before {
                    wrong.push(format!("{action} from {status}: {name} was refused and something changed"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

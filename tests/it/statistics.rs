//! The numbers of the campaign: a month that was counted by hand, who sees what of it, and what is refused.

mod asking;
mod follow_ups;
mod keeping_up;
mod report;
mod walking;

use haoren::{
    domain::{
        candidate::{Candidate, Channel, Status},
        history::Step,
        id::CandidateId,
        role::Role,
    },
    service::generator,
    storage,
};
use serde_json::{Value, json};

pub use report::report_agrees;

use crate::{
    harness::{App, Client, Reply, Staff, Tree},
    reviews::{approve, decide},
};

/// A candidate at a unit, with the step of its recommendation.
async fn nominated(app: &App, tree: &Tree, change: impl FnOnce(&mut Candidate) + Send + 'static) -> CandidateId {
    app.time.advance(chrono::Duration::milliseconds(1));
    let id = app.candidate_with(tree, Status::Nominated, change).await;
    let candidate = app.stored(id).await;
    let step = Step {
        id: generator::new_id(&app.service.clocks).unwrap(),
        candidate_id: id,
        cycle: candidate.cycle,
        action: None,
        from_status: None,
        to_status: Status::Nominated,
        actor_id: None,
        actor_role: None,
        organization_id: None,
        reason: None,
        review_id: None,
        candidate_version: candidate.version,
        at: app.service.clocks.campaign(),
        other_candidate_id: None,
        on_behalf_of: None,
    };
    app.write(move |db| Ok(storage::transitions::insert(db, &step)?)).await;
    id
}

async fn act(app: &App, client: &Client, id: CandidateId, path: &str, body: Value) -> Reply {
    client.post_if(&format!("/candidates/{id}/{path}"), &app.tag(id).await, body).await
}

async fn numbers(client: &Client, query: &str) -> Value {
    client.get(&format!("/statistics?{query}")).await.expect(200).json.clone()
}

/// What a stage of some figures says.
fn stage<'a>(figures: &'a Value, name: &str) -> &'a Value {
    figures["stages"].as_array().unwrap().iter().find(|stage| stage["stage"] == name).unwrap()
}

fn counts(stage: &Value, members: &[&str]) -> Vec<u64> {
    members.iter().map(|member| stage[*member].as_u64().unwrap()).collect()
}

const ENDS: [&str; 10] = [
    "entered",
    "passed",
    "returned",
    "rejected",
    "not_listed",
    "withdrawn",
    "merged",
    "reopened",
    "carried_over",
    "waiting",
];

/// The month that is counted by hand.
///
/// | | place, category, channel | 5th, 10:00 | 6th | 7th | 8th, 22:00 | 22nd |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | a | unit, dedication, online | nominated | verified after 24 h | endorsed after 24 h | | screened after 360 h |
/// | b | unit, bravery, telephone | nominated | returned after 24 h | handed in again | verified after 36 h | |
/// | c | sister unit, dedication, online | nominated | | | verified by the district in its place after 84 h | |
/// | d | other district, dedication, letter | nominated | | | rejected after 84 h | |
/// | e | window of the unit, dedication, online | nominated | | | | |
struct Month5 {
    tree: Tree,
    staff: Staff,
    ids: [CandidateId; 5],
}

async fn scripted(app: &App) -> Month5 {
    let tree = app.tree().await;
    let staff = app.staff(&tree).await;
    let elsewhere = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
    let (sister, other, district, window) = (tree.sister_unit, tree.other_unit, tree.other_district, tree.window);
    app.set_clock("2026-11-05T02:00:00Z");
    let ids = [
        nominated(app, &tree, |_| {}).await,
        nominated(app, &tree, |one| {
            one.category = "bravery".parse().unwrap();
            one.channel = Channel::Phone;
        })
        .await,
        nominated(app, &tree, move |one| one.unit_id = Some(sister)).await,
        nominated(app, &tree, move |one| {
            (one.unit_id, one.district_id, one.channel) = (Some(other), district, Channel::Letter);
        })
        .await,
        nominated(app, &tree, move |one| one.unit_id = Some(window)).await,
    ];
    let [a, b, c, d, _] = ids;
    app.set_clock("2026-11-06T02:01:00Z");
    approve(app, &staff.unit, a).await.expect(201);
    decide(app, &staff.unit, b, "return").await.expect(201);
    app.set_clock("2026-11-07T02:02:00Z");
    approve(app, &staff.district, a).await.expect(201);
    act(app, &staff.unit, b, "resubmission", json!({ "answer": "已补充证明。" })).await.expect(201);
    app.set_clock("2026-11-08T14:03:00Z");
    approve(app, &staff.unit, b).await.expect(201);
    approve(app, &staff.district, c).await.expect(201);
    decide(app, &elsewhere, d, "reject").await.expect(201);
    app.set_clock("2026-11-22T02:04:00Z");
    approve(app, &staff.city, a).await.expect(201);
    Month5 { tree, staff, ids }
}

both! {
    async fn a_month_is_counted_as_by_hand(app: App) {
        let Month5 { staff, .. } = scripted(&app).await;
        let read = numbers(&staff.city, "cycle=2026-11").await;
        assert_eq!((&read["cycles"], &read["behind"]), (&json!(["2026-11"]), &json!([])));
        assert_eq!(read["as_of"], "2026-11-22T02:04:00Z");
        assert_eq!((&read["items"], &read["next_cursor"], &read["group_by"]), (&json!([]), &Value::Null, &json!([])));
        let total = &read["total"];
        assert_eq!((&total["candidates"], &total["nominations"]), (&json!(5), &json!(5)));
        let statuses = &total["by_status"];
        assert_eq!(counts(statuses, &["nominated", "verified", "endorsed", "screened", "rejected", "returned"]), [1, 2, 0, 1, 1, 0]);

        let unit = stage(total, "unit_verification");
        assert_eq!(counts(unit, &ENDS), [6, 3, 1, 1, 0, 0, 0, 0, 0, 1]);
        assert_eq!(unit["pass_rate"], json!({ "numerator": 3, "denominator": 5, "rate": 0.6 }));
        assert_eq!(unit["return_rate"], json!({ "numerator": 1, "denominator": 5, "rate": 0.2 }));
        // e waits although reporting closed on the 20th.
        assert_eq!(unit["on_time"], json!({ "numerator": 5, "denominator": 6, "rate": 0.8333 }));
        assert_eq!(unit["days"], json!({ "decided": 5, "median": 1.5, "p90": 3.5 }));

        let district = stage(total, "district_endorsement");
        assert_eq!(counts(district, &ENDS), [3, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(district["on_time"], json!({ "numerator": 1, "denominator": 3, "rate": 0.3333 }));
        assert_eq!(district["days"], json!({ "decided": 1, "median": 1.0, "p90": 1.0 }));
        let city = stage(total, "city_screening");
        assert_eq!(counts(city, &ENDS), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(city["days"], json!({ "decided": 1, "median": 15.0, "p90": 15.0 }));
        let forwarding = stage(total, "forwarding");
        assert_eq!(counts(forwarding, &ENDS), [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(forwarding["on_time"], json!({ "numerator": 0, "denominator": 0, "rate": null }));
        let listing = stage(total, "listing");
        assert_eq!((counts(listing, &ENDS), &listing["on_time"]), (vec![0; 10], &Value::Null));
        assert_eq!(listing["days"], json!({ "decided": 0, "median": null, "p90": null }));

        let coverage = &total["coverage"];
        assert_eq!(coverage["units"], json!({ "numerator": 4, "denominator": 4, "rate": 1.0 }));
        assert_eq!(coverage["quotas"], json!({ "numerator": 0, "denominator": 2, "rate": 0.0 }));
        assert_eq!(total["leads"], json!({ "total": 0, "received": 0, "promoted": 0, "dismissed": 0 }));
        assert!(!read.to_string().contains("votes"));
    }

    async fn what_is_carried_over_counts_in_both_months(app: App) {
        let Month5 { staff, ids, .. } = scripted(&app).await;
        app.set_clock("2026-11-26T02:00:00Z");
        act(&app, &staff.unit, ids[4], "carry-over", json!({})).await.expect(201);
        let (first, next) = (numbers(&staff.city, "cycle=2026-11").await, numbers(&staff.city, "cycle=2026-12").await);
        assert_eq!((&first["total"]["candidates"], &next["total"]["candidates"]), (&json!(4), &json!(1)));
        let unit = stage(&first["total"], "unit_verification");
        assert_eq!(counts(unit, &ENDS), [6, 3, 1, 1, 0, 0, 0, 0, 1, 0]);
        assert_eq!(unit["on_time"], json!({ "numerator": 5, "denominator": 6, "rate": 0.8333 }));
        assert_eq!(counts(stage(&next["total"], "unit_verification"), &ENDS), [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let both = numbers(&staff.city, "from=2026-11&until=2026-12").await;
        assert_eq!((&both["total"]["candidates"], &both["cycles"]), (&json!(5), &json!(["2026-11", "2026-12"])));
        assert_eq!(counts(stage(&both["total"], "unit_verification"), &ENDS), [7, 3, 1, 1, 0, 0, 0, 0, 1, 1]);
        assert_eq!(both["total"]["coverage"]["quotas"]["denominator"], 4);
    }

    async fn everybody_sees_the_own_part(app: App) {
        let Month5 { tree, staff, .. } = scripted(&app).await;
        let candidates = |read: &Value| read["total"]["candidates"].as_u64().unwrap();
        // The unit and its window; the first district; everything.
        for (client, expected) in [(&staff.unit, 3), (&staff.district, 4), (&staff.city, 5), (&app.admin().await, 5)] {
            assert_eq!(candidates(&numbers(client, "cycle=2026-11").await), expected);
        }
        let unit = numbers(&staff.unit, "cycle=2026-11").await;
        assert_eq!(counts(stage(&unit["total"], "unit_verification"), &ENDS), [4, 2, 1, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(unit["total"]["coverage"], json!({ "units": { "numerator": 2, "denominator": 2, "rate": 1.0 }, "quotas": null }));
        let district = numbers(&staff.district, "cycle=2026-11").await;
        assert_eq!(district["total"]["coverage"]["units"], json!({ "numerator": 3, "denominator": 3, "rate": 1.0 }));
        assert_eq!(district["total"]["coverage"]["quotas"]["denominator"], 1);
        // What lies elsewhere is nothing to them.
        for other in [format!("district={}", tree.other_district), format!("unit={}", tree.other_unit)] {
            for client in [&staff.unit, &staff.district] {
                let read = numbers(client, &format!("cycle=2026-11&{other}&group_by=unit")).await;
                assert_eq!((candidates(&read), &read["items"]), (0, &json!([])), "{other}");
            }
            assert_eq!(candidates(&numbers(&staff.city, &format!("cycle=2026-11&{other}")).await), 1);
        }
        app.citizen().await.get("/statistics").await.problem(403, "forbidden");
        app.user(Role::Portal, None).await.1.get("/statistics").await.problem(403, "forbidden");
        app.anonymous().get("/statistics").await.problem(401, "unauthenticated");
    }

    async fn leads_are_counted_where_they_lie(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let text = "江汉区实验小学的王老师二十年照顾孤寡老人。";
        let made = app.anonymous().post("/leads", json!({ "channel": "phone", "text": text })).await.expect(201);
        app.anonymous().post("/leads", json!({ "channel": "letter", "text": text })).await.expect(201);
        let lead = staff.city.get(&format!("/leads/{}", made.id())).await.expect(200);
        let body = json!({ "organization_id": tree.unit });
        staff.city.post_if(&format!("/leads/{}/assignment", made.id()), &lead.etag(), body).await.expect(201);
        let leads = |read: &Value| counts(&read["total"]["leads"], &["total", "received", "promoted", "dismissed"]);
        assert_eq!(leads(&numbers(&staff.city, "cycle=2026-11").await), [2, 2, 0, 0]);
        assert_eq!(leads(&numbers(&staff.city, "cycle=2026-11&channel=letter").await), [1, 1, 0, 0]);
        assert_eq!(leads(&numbers(&staff.district, "cycle=2026-11").await), [1, 1, 0, 0]);
        assert_eq!(leads(&numbers(&staff.unit, "cycle=2026-11").await), [1, 1, 0, 0]);
        let lead = staff.unit.get(&format!("/leads/{}", made.id())).await.expect(200);
        let body = json!({ "reason": "与本单位无关。" });
        staff.unit.post_if(&format!("/leads/{}/dismissal", made.id()), &lead.etag(), body).await.expect(201);
        assert_eq!(leads(&numbers(&staff.unit, "cycle=2026-11").await), [1, 0, 0, 1]);
        let groups = numbers(&staff.city, "cycle=2026-11&group_by=district").await;
        let places: Vec<_> = groups["items"].as_array().unwrap().iter().map(|group| group["district"]["name"].clone()).collect();
        assert_eq!(places, [Value::Null, json!("江汉区")]);
        assert_eq!(groups["items"][0]["figures"]["leads"]["received"], 1);
    }

    async fn who_has_the_numbers_is_not_sent_them_again(app: App) {
        let Month5 { staff, ids, .. } = scripted(&app).await;
        let read = staff.city.get("/statistics?cycle=2026-11").await.expect(200);
        assert_eq!(read.header("cache-control"), "private, no-store");
        let known = staff.city.with("If-None-Match", read.header("etag"));
        known.get("/statistics?cycle=2026-11").await.expect(304);
        decide(&app, &staff.district, ids[1], "return").await.expect(201);
        known.get("/statistics?cycle=2026-11").await.expect(200);
    }

    async fn a_moved_window_changes_what_was_in_time(app: App) {
        let Month5 { staff, .. } = scripted(&app).await;
        let on_time = async || {
            let read = numbers(&staff.city, "cycle=2026-11").await;
            stage(&read["total"], "unit_verification")["on_time"].clone()
        };
        assert_eq!(on_time().await["denominator"], 6);
        let admin = app.admin().await;
        let cycle = admin.get("/cycles/2026-11").await.expect(200);
        let later = json!({ "reporting": { "closes_at": "2026-11-24T16:00:00Z" } });
        let body = json!({ "windows": later, "reason": "延期。" });
        admin.patch("/cycles/2026-11", &cycle.etag(), body).await.expect(200);
        assert_eq!(on_time().await, json!({ "numerator": 5, "denominator": 5, "rate": 1.0 }));
        // Nothing that is counted has changed, only the day: who waits is late again.
        app.set_clock("2026-11-24T16:00:00Z");
        assert_eq!(on_time().await["denominator"], 6);
    }
}

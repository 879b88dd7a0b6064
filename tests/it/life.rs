//! An honoree's life of three years across all that comes after the list: two honours, certificates, publicity, the pool, six
//! visits, one lost and found, two grants of help, one revocation.

use haoren::{
    domain::{id::CandidateId, role::Role},
    service::statistics::recount,
};
use serde_json::{Value, json};

use crate::{
    aftercare::{tend, visit},
    harness::{App, Client, Staff, Tree},
    honorees::{DECEMBER_CLOSED, forwarded, honoured, in_december, link, merge, publish, revoke},
};

async fn visited(app: &App, client: &Client, honoree: &str, (day, reached): (&str, bool)) {
    app.set_clock(&format!("{day}T06:00:00Z"));
    client.post(&format!("/honorees/{honoree}/visits"), visit(day, reached)).await.expect(201);
    tend(app).await;
}

/// Proposed, approved by a colleague, handed over.
async fn helped(unit: &Client, colleague: &Client, honoree: &str, (amount_fen, given_on): (i64, &str)) {
    let body = json!({ "kind": "money", "amount_fen": amount_fen, "fund_source": "fiscal", "purpose": "住院补助。" });
    let entry = unit.post(&format!("/honorees/{honoree}/assistance"), body).await.expect(201).id();
    let decision = json!({ "approved": true, "reason": "同意。" });
    colleague.post(&format!("/assistance/{entry}/decision"), decision).await.expect(201);
    let handover = json!({ "given_by": "周敏", "given_on": given_on });
    unit.post(&format!("/assistance/{entry}/handover"), handover).await.expect(201);
}

async fn story(client: &Client, honoree: &str) -> Vec<String> {
    let story = client.get(&format!("/honorees/{honoree}/story?limit=100")).await.expect(200);
    let items = story.json["items"].as_array().unwrap();
    items.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect()
}

fn count(kinds: &[String], kind: &str) -> usize {
    kinds.iter().filter(|one| *one == kind).count()
}

async fn follow_ups(app: &App, client: &Client, year: u16) -> Value {
    recount::catch_up(&app.service).await.unwrap();
    client.get(&format!("/statistics?year={year}")).await.expect(200).json["follow_ups"].clone()
}

/// Two honours of one person, with a certificate each, told of in a newspaper, and in the pool.
async fn honoured_twice(app: &App, tree: &Tree, staff: &Staff) -> ([CandidateId; 2], String) {
    let public = app.anonymous();
    let (first, honoree) = honoured(app, tree, &staff.city, "王小明").await;
    let again = in_december(app, tree, "integrity", "王小明").await;
    link(app, &staff.city, again, json!(honoree)).await.expect(200);
    publish(app, &staff.city, "2026-12").await;
    for number in ["2026-11-DED-0001", "2026-12-INT-0001"] {
        public.get(&format!("/certificates/{number}/pdf")).await.expect(200);
    }
    let latest = public.get(&format!("/honorees/{honoree}/certificate")).await.expect(200);
    assert!(latest.header("content-disposition").contains("2026-12-INT-0001"));
    let told =
        json!({ "outlet": "长江日报", "kind": "newspaper", "title": "好人王小明", "published_on": "2026-12-28" });
    staff.unit.post(&format!("/honorees/{honoree}/publicity"), told).await.expect(201);
    let pool = public.get("/moral-model-pool").await.expect(200);
    assert_eq!(pool.json["items"][0]["id"], json!(honoree));
    ([first, again], honoree)
}

both! {
    async fn three_years_after_the_list(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let colleague = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let public = app.anonymous();
        let ([first, again], honoree) = honoured_twice(&app, &tree, &staff).await;

        // Six visits; for a year and a half nobody is reached, and all three levels are alarmed in turn.
        visited(&app, &staff.unit, &honoree, ("2027-01-28", true)).await;
        helped(&staff.unit, &colleague, &honoree, (50_000, "2027-01-28")).await;
        visited(&app, &staff.unit, &honoree, ("2027-07-20", true)).await;
        visited(&app, &staff.unit, &honoree, ("2028-01-20", false)).await;
        app.set_clock("2028-10-10T02:00:00Z");
        tend(&app).await;
        let lost = staff.city.get("/honorees?contact=lost").await.expect(200);
        assert_eq!((&lost.json["items"][0]["id"], &lost.json["items"][0]["contact"]["level"]), (&json!(honoree), &json!("city")));
        assert_eq!(follow_ups(&app, &staff.city, 2028).await["lost"], 1);
        visited(&app, &staff.district, &honoree, ("2028-10-20", true)).await;
        let lost = staff.city.get("/honorees?contact=lost").await.expect(200);
        assert_eq!(lost.json["items"], json!([]));
        visited(&app, &staff.unit, &honoree, ("2029-02-01", true)).await;
        helped(&staff.unit, &colleague, &honoree, (120_000, "2029-02-01")).await;
        visited(&app, &staff.unit, &honoree, ("2029-08-01", true)).await;
        let in_2029 = follow_ups(&app, &staff.district, 2029).await;
        assert_eq!((&in_2029["visits"], &in_2029["reached"], &in_2029["assistance_fen"]), (&json!(2), &json!(2), &json!(120_000)));
        assert_eq!(in_2029["overdue"], 0);

        // One honour is revoked; the other stands, and all goes on.
        app.set_clock("2029-11-05T02:00:00Z");
        revoke(&app, &staff.city, again, "事迹失实。").await;
        public.get("/certificates/2026-12-INT-0001/pdf").await.problem(410, "certificate_revoked");
        let latest = public.get(&format!("/honorees/{honoree}/certificate")).await.expect(200);
        assert!(latest.header("content-disposition").contains("2026-11-DED-0001"));
        let shown = public.get(&format!("/honorees/{honoree}")).await.expect(200);
        assert_eq!(shown.json["honours"].as_array().unwrap().len(), 1);

        let kinds = story(&staff.unit, &honoree).await;
        for (kind, expected) in [
            ("listed", 2), ("publicity", 1), ("pool_entered", 1), ("visited", 6), ("assistance", 2), ("contact_lost", 3),
            ("revoked", 1), ("pool_left", 0),
        ] {
            assert_eq!(count(&kinds, kind), expected, "{kind}: {kinds:?}");
        }
        let outside = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        outside.get(&format!("/honorees/{honoree}/story")).await.problem(404, "not_found");
        revoke(&app, &staff.city, first, "事迹失实。").await;
        public.get(&format!("/honorees/{honoree}")).await.problem(404, "not_found");
        tend(&app).await;
        let due = staff.city.get("/visits/due").await.expect(200);
        assert_eq!(due.json["items"], json!([]), "nobody is visited whose honours are gone");
    }

    async fn aftercare_and_publicity_follow_a_merger_and_its_undoing(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let other = forwarded(&app, &tree, "王晓明").await;
        let (_, one) = honoured(&app, &tree, &staff.city, "王小明").await;
        let other = crate::honorees::holder(&app, other).await;
        app.set_clock(DECEMBER_CLOSED);
        tend(&app).await;
        visited(&app, &staff.unit, &other, ("2027-01-28", true)).await;
        let told = json!({ "outlet": "长江日报", "kind": "newspaper", "title": "好人王晓明", "published_on": "2027-01-20" });
        staff.unit.post(&format!("/honorees/{other}/publicity"), told).await.expect(201);
        let due = async || staff.unit.get("/visits/due?until=2030-01-01").await.expect(200).json["items"].as_array().unwrap().len();
        assert_eq!(due().await, 2);

        let care = async |id: &str| staff.unit.get(&format!("/honorees/{id}/care")).await.expect(200);
        let contact = json!({ "of": "honoree", "name": null, "phone": "13800005678", "relationship": null });
        for (id, body) in [(&one, json!({ "note": "宜在周末联系。" })), (&other, json!({ "note": "耳背。", "contact": contact }))] {
            let etag = care(id).await.etag();
            staff.unit.put(&format!("/honorees/{id}/care"), Some(&etag), body).await.expect(200);
        }
        let item = json!({ "kind": "notice", "title": "王晓明事迹报告会", "body": "欢迎参加。", "honoree_id": other, "publish_at": "2027-01-20T00:00:00Z" });
        let item = staff.unit.post("/announcements", item).await.expect(201).id();
        let about = async || app.anonymous().get(&format!("/announcements/{item}")).await.expect(200).json["honoree_id"].clone();

        merge(&staff.city, &one, &other).await.expect(201);
        let visits = staff.unit.get(&format!("/honorees/{one}/visits")).await.expect(200);
        assert_eq!(visits.json["items"].as_array().unwrap().len(), 1);
        staff.unit.get(&format!("/honorees/{other}/visits")).await.problem(404, "not_found");
        assert_eq!(due().await, 1);
        let publicity = app.anonymous().get(&format!("/honorees/{one}/publicity")).await.expect(200);
        assert_eq!(publicity.json["items"][0]["title"], "好人王晓明");
        let joined = care(&one).await.json;
        assert_eq!(joined["plan"]["last_reached_on"], "2027-01-28");
        // The number comes along, and the survivor keeps a note of its own.
        assert_eq!((&joined["contact"]["phone"], &joined["note"]), (&json!("138****5678"), &json!("宜在周末联系。")));
        let clear = staff.unit.get(&format!("/honorees/{one}/care/contact")).await.expect(200);
        assert_eq!(clear.json["phone"], "13800005678");
        assert_eq!(about().await, json!(one));
        tend(&app).await;

        let tag = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200).etag();
        staff.city.delete(&format!("/honorees/{other}/merger"), Some(&tag)).await.expect(200);
        let visits = staff.unit.get(&format!("/honorees/{other}/visits")).await.expect(200);
        assert_eq!(visits.json["items"].as_array().unwrap().len(), 1);
        assert_eq!(due().await, 2);
        let (kept, own) = (care(&one).await.json, care(&other).await.json);
        assert_eq!((&kept["plan"]["last_reached_on"], &kept["contact"]), (&Value::Null, &Value::Null));
        assert_eq!((&kept["note"], &own["note"]), (&json!("宜在周末联系。"), &json!("耳背。")));
        assert_eq!(own["contact"]["phone"], "138****5678");
        assert_eq!(about().await, json!(other));
    }

    async fn who_is_lost_stays_lost_through_a_merger_and_its_undoing(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let other = forwarded(&app, &tree, "王晓明").await;
        let (_, one) = honoured(&app, &tree, &staff.city, "王小明").await;
        let other = crate::honorees::holder(&app, other).await;
        app.set_clock(DECEMBER_CLOSED);
        tend(&app).await;
        let reachable = async |id: &str| {
            let care = staff.unit.get(&format!("/honorees/{id}/care")).await.expect(200);
            let seen = &care.json["reachable"];
            (seen["state"].as_str().unwrap().to_owned(), seen["since"].as_str().unwrap_or_default().to_owned())
        };
        let is = |state: &str, since: &str| (state.to_owned(), since.to_owned());
        let lose = async |id: &str, day: &str| {
            app.set_clock(&format!("{day}T06:00:00Z"));
            let reason = json!({ "reason": "电话停机。" });
            staff.unit.post(&format!("/honorees/{id}/contact-loss"), reason).await.expect(201);
        };
        let undo = async || {
            let tag = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200).etag();
            staff.city.delete(&format!("/honorees/{other}/merger"), Some(&tag)).await.expect(200);
        };
        // Of the one nothing is known; the other was told to be lost.
        lose(&other, "2027-02-01").await;
        merge(&staff.city, &one, &other).await.expect(201);
        assert_eq!(reachable(&one).await, is("lost", "2027-02-01"));
        let lost = staff.unit.get("/honorees?contact=lost").await.expect(200);
        assert_eq!(lost.json["items"].as_array().unwrap().len(), 1);
        undo().await;
        assert_eq!((reachable(&one).await.0, reachable(&other).await), ("in_contact".to_owned(), is("lost", "2027-02-01")));
        // Both were: each level has one alarm, that of the earlier loss; and each have their own again afterwards.
        lose(&one, "2027-02-10").await;
        merge(&staff.city, &one, &other).await.expect(201);
        assert_eq!(reachable(&one).await, is("lost", "2027-02-01"));
        app.set_clock("2027-03-03T06:00:00Z");
        assert_eq!(tend(&app).await.alarms, 1, "the district");
        undo().await;
        assert_eq!((reachable(&one).await, reachable(&other).await), (is("lost", "2027-02-10"), is("lost", "2027-02-01")));
        assert_eq!(tend(&app).await.alarms, 0, "what was raised of the one was the other's");
        merge(&staff.city, &one, &other).await.expect(201);
        visited(&app, &staff.unit, &one, ("2027-03-05", true)).await;
        assert_eq!(reachable(&one).await.0, "in_contact");
        undo().await;
        assert_eq!((reachable(&one).await.0, reachable(&other).await), ("in_contact".to_owned(), is("lost", "2027-02-01")));
    }
}

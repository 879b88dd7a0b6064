//! Publicity: where honorees were told of, kept by the reviewers of their subtree, read by everybody while they are shown.

use futures_util::future::join_all;
use haoren::{
    domain::{
        candidate::{Status, Visibility},
        honour::{CertificateNumber, Honour, Standing},
        id::{CandidateId, HonoreeId},
        role::Role,
    },
    service::{Error, generator},
    storage::{self, candidates::CandidateChange},
};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Tree},
    traces::traces,
};

/// An honoree of the tree's first unit with one honour, `2026-11-DED-0001`.
async fn honoree(app: &App, tree: &Tree) -> (HonoreeId, CandidateId) {
    let candidate = app.contender(tree, Status::Listed, "dedication", "王小明").await;
    let publisher = app.user(Role::CityReviewer, Some(tree.city)).await.0;
    (app.honour(candidate, publisher).await, candidate)
}

/// A further honour on the same list: of an honoree, or of a new one.
async fn honour(
    app: &App,
    tree: &Tree,
    (category, mark, serial): (&str, &str, u32),
    of: Option<HonoreeId>,
) -> (HonoreeId, CandidateId) {
    let candidate = app.contender(tree, Status::Listed, category, "李四").await;
    let now = app.service.clocks.campaign();
    let new = generator::new_id(&app.service.clocks).unwrap();
    let honour = Honour {
        id: generator::new_id(&app.service.clocks).unwrap(),
        number: CertificateNumber { month: "2026-11".parse().unwrap(), mark: mark.to_owned(), serial },
        category: category.parse().unwrap(),
        candidate,
        honoree: of.unwrap_or(new),
        rank: 1,
        votes: 1,
        awarded_at: now,
        standing: Standing::Shown,
        version: 1,
    };
    let holder = honour.honoree;
    app.write(move |db| {
        if of.is_none() {
            storage::honorees::insert_of(db, new, candidate, now)?;
        }
        Ok(storage::honours::insert(db, &honour)?)
    })
    .await;
    (holder, candidate)
}

async fn withhold(app: &App, id: CandidateId) {
    let now = app.service.clocks.campaign();
    app.write(move |db| {
        let version = storage::candidates::get(db, id)?.version;
        let change = CandidateChange { visibility: Some(Visibility::Withheld), ..CandidateChange::default() };
        storage::candidates::update_if(db, (id, version), &change, now)?.ok_or_else(Error::not_found)
    })
    .await;
}

async fn revoke(app: &App, id: CandidateId) {
    let now = app.service.clocks.campaign();
    app.write(move |db| Ok(storage::honours::set_revoked(db, id, now, "事迹失实")?)).await;
}

fn report() -> Value {
    json!({
        "outlet": "长江日报", "kind": "newspaper", "title": "二十年如一日", "url": "https://example.org/1",
        "published_on": "2026-11-04", "honour": "2026-11-DED-0001", "note": "头版，附照片。",
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut body = report();
    body[member] = value;
    body
}

async fn reviewer(app: &App, tree: &Tree) -> Client {
    app.user(Role::UnitReviewer, Some(tree.unit)).await.1
}

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

both! {
    async fn a_record_is_entered_read_changed_and_taken_away(app: App) {
        let tree = app.tree().await;
        let (id, _) = honoree(&app, &tree).await;
        let (user, unit) = app.user(Role::UnitReviewer, Some(tree.unit)).await;
        let path = format!("/honorees/{id}/publicity");
        let once = unit.with("Idempotency-Key", "one");
        let made = once.post(&path, report()).await.expect(201);
        assert_eq!(made.header("location"), format!("/api/v1/publicity/{}", made.id()));
        assert_eq!((&made.json["inner"]["note"], &made.json["inner"]["entered_by"]), (&json!("头版，附照片。"), &json!(user)));
        let again = once.post(&path, report()).await.expect(201);
        assert_eq!((again.id(), again.header("idempotency-replayed")), (made.id(), "true"));
        once.post(&path, with("title", json!("另一篇"))).await.problem(422, "idempotency_key_reused");

        let record = format!("/publicity/{}", made.id());
        let seen = app.anonymous().get(&record).await.expect(200);
        assert_eq!((&seen.json["inner"], &seen.json["honoree_name"]), (&Value::Null, &json!("王小明")));
        assert_eq!((&seen.json["published_on"], &seen.json["honour"]), (&json!("2026-11-04"), &json!("2026-11-DED-0001")));
        assert_eq!(seen.header("cache-control"), "public, max-age=60, must-revalidate");
        app.anonymous().with("If-None-Match", seen.header("etag")).get(&record).await.expect(304);
        assert_eq!(unit.get(&record).await.expect(200).header("cache-control"), "private, no-store");
        let text = String::from_utf8(app.anonymous().get(&path).await.expect(200).bytes).unwrap();
        assert!(text.contains("二十年如一日") && !text.contains("头版") && !text.contains(&user.to_string()), "{text}");

        let change = json!({ "kind": "website", "url": null, "honour": null, "published_on": "2026-11-03" });
        let changed = unit.patch(&record, &made.etag(), change).await.expect(200);
        assert_eq!((&changed.json["url"], &changed.json["honour"]), (&Value::Null, &Value::Null));
        assert_eq!((&changed.json["kind"], &changed.json["title"]), (&json!("website"), &json!("二十年如一日")));
        let same = unit.patch(&record, &changed.etag(), json!({ "kind": "website" })).await.expect(200);
        assert_eq!(same.etag(), changed.etag());
        unit.patch(&record, &made.etag(), json!({ "title": "好人" })).await.problem(412, "precondition_failed");
        unit.delete(&record, None).await.problem(428, "precondition_required");
        unit.delete(&record, Some(&made.etag())).await.problem(412, "precondition_failed");
        unit.delete(&record, Some(&changed.etag())).await.expect(204);
        unit.get(&record).await.problem(404, "not_found");
        let left = traces(&app, made.id()).await;
        assert_eq!(left.audited, ["publicity.recorded", "publicity.removed", "publicity.updated"]);
        assert_eq!(left.announced, left.audited);
        for word in ["二十年", "头版", "长江日报", "王小明"] {
            assert!(!left.texts.contains(word), "{}", left.texts);
        }
    }

    async fn only_the_subtree_keeps_records(app: App) {
        let tree = app.tree().await;
        let (id, _) = honoree(&app, &tree).await;
        let path = format!("/honorees/{id}/publicity");
        let made = reviewer(&app, &tree).await.post(&path, report()).await.expect(201);
        let record = format!("/publicity/{}", made.id());
        for (role, place) in [
            (Role::UnitReviewer, tree.sister_unit),
            (Role::UnitReviewer, tree.window),
            (Role::DistrictReviewer, tree.other_district),
        ] {
            let other = app.user(role, Some(place)).await.1;
            other.post(&path, report()).await.problem(404, "not_found");
            other.patch(&record, &made.etag(), json!({ "title": "改" })).await.problem(404, "not_found");
            other.delete(&record, Some(&made.etag())).await.problem(404, "not_found");
            assert_eq!(other.get(&record).await.expect(200).json["inner"], Value::Null);
        }
        for (role, place) in [(Role::DistrictReviewer, tree.district), (Role::CityReviewer, tree.city)] {
            let above = app.user(role, Some(place)).await.1;
            above.post(&path, report()).await.expect(201);
            assert_eq!(above.get(&record).await.expect(200).json["inner"]["note"], "头版，附照片。");
        }
        let nobody = format!("/honorees/{}/publicity", made.id());
        let unit = reviewer(&app, &tree).await;
        unit.post(&nobody, report()).await.problem(404, "not_found");
        app.anonymous().get(&nobody).await.problem(404, "not_found");
        app.citizen().await.post(&path, report()).await.problem(403, "forbidden");
        app.anonymous().post(&path, report()).await.problem(401, "unauthenticated");
    }

    async fn every_wrong_field_is_named(app: App) {
        let tree = app.tree().await;
        let (id, _) = honoree(&app, &tree).await;
        honour(&app, &tree, ("bravery", "BRV", 1), None).await;
        let (unit, path) = (reviewer(&app, &tree).await, format!("/honorees/{id}/publicity"));
        // The day is local: at two in the morning of UTC it is the 5th in Wuhan.
        for (member, value, code) in [
            ("outlet", json!(" "), "too_short"),
            ("outlet", json!("报".repeat(101)), "too_long"),
            ("kind", json!("pamphlet"), "unknown_value"),
            ("title", json!("\u{202E}题"), "forbidden_character"),
            ("title", json!("题".repeat(201)), "too_long"),
            ("url", json!("javascript:alert(1)"), "malformed"),
            ("published_on", json!("2026-11-06"), "too_large"),
            ("published_on", json!("1999-12-31"), "too_small"),
            ("published_on", json!("2026-02-30"), "malformed"),
            ("honour", json!("2026-11-DED-9999"), "unknown_reference"),
            ("honour", json!("2026-11-BRV-0001"), "unknown_reference"),
            ("honour", json!("2026-11-DED-00001"), "malformed"),
            ("honour", json!("DED"), "malformed"),
            ("note", json!("注".repeat(1001)), "too_long"),
            ("views", json!(1), "unknown_member"),
        ] {
            let reply = unit.post(&path, with(member, value.clone())).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [(format!("/{member}"), code.to_owned())], "{member}: {value}");
        }
        let made = unit.post(&path, report()).await.expect(201);
        let record = format!("/publicity/{}", made.id());
        for (change, at, code) in [
            (json!({ "published_on": "2026-11-06" }), "/published_on", "too_large"),
            (json!({ "honour": "2026-11-BRV-0001" }), "/honour", "unknown_reference"),
            (json!({ "outlet": null }), "/outlet", "wrong_type"),
            (json!({ "honoree_id": id }), "/honoree_id", "unknown_member"),
        ] {
            let reply = unit.patch(&record, &made.etag(), change).await.problem(422, "validation_failed");
            assert_eq!(reply.faults(), [(at.to_owned(), code.to_owned())]);
        }
        app.set_clock("2026-11-05T16:00:00Z");
        unit.post(&path, with("published_on", json!("2026-11-06"))).await.expect(201);
    }

    async fn records_are_public_while_an_honour_stands(app: App) {
        let tree = app.tree().await;
        let (id, first) = honoree(&app, &tree).await;
        let (_, second) = honour(&app, &tree, ("bravery", "BRV", 1), Some(id)).await;
        let (unit, path) = (reviewer(&app, &tree).await, format!("/honorees/{id}/publicity"));
        let of_first = unit.post(&path, with("title", json!("为敬业"))).await.expect(201);
        app.time.advance(chrono::Duration::milliseconds(1));
        let mut general = with("title", json!("为其人"));
        general["honour"] = Value::Null;
        unit.post(&path, general).await.expect(201);
        let public = app.anonymous();
        assert_eq!(titles(&public.get(&path).await.expect(200).json), ["为其人", "为敬业"]);
        revoke(&app, first).await;
        assert_eq!(titles(&public.get(&path).await.expect(200).json), ["为其人"]);
        assert_eq!(titles(&public.get("/publicity").await.expect(200).json), ["为其人"]);
        let hidden = format!("/publicity/{}", of_first.id());
        public.get(&hidden).await.problem(404, "not_found");
        let inner = unit.get(&hidden).await.expect(200);
        assert_eq!(inner.json["inner"]["is_public"], false);
        withhold(&app, second).await;
        public.get(&path).await.problem(404, "not_found");
        assert_eq!(titles(&public.get("/publicity").await.expect(200).json), [""; 0]);
        assert_eq!(titles(&unit.get(&path).await.expect(200).json), ["为其人", "为敬业"]);
        let sister = app.user(Role::UnitReviewer, Some(tree.sister_unit)).await.1;
        sister.get(&path).await.problem(404, "not_found");
        sister.get(&hidden).await.problem(404, "not_found");
        // What is wrong is put right all the same.
        unit.patch(&hidden, &inner.etag(), json!({ "title": "更正" })).await.expect(200);
    }

    async fn records_are_listed_by_filter_and_page_by_page(app: App) {
        let tree = app.tree().await;
        let (one, _) = honoree(&app, &tree).await;
        let (other, _) = honour(&app, &tree, ("bravery", "BRV", 1), None).await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        for (honoree, title, kind, day) in [
            (one, "a", "newspaper", "2026-11-04"),
            (one, "b", "radio", "2025-12-31"),
            (other, "c", "radio", "2026-01-01"),
            (one, "d", "lecture", "2026-10-31"),
        ] {
            let record = json!({ "outlet": "台", "kind": kind, "title": title, "published_on": day });
            city.post(&format!("/honorees/{honoree}/publicity"), record).await.expect(201);
            app.time.advance(chrono::Duration::milliseconds(1));
        }
        let public = app.anonymous();
        for (query, expected) in [
            (String::new(), "dcba"),
            ("?year=2026".to_owned(), "dca"),
            ("?year=2025".to_owned(), "b"),
            ("?kind=radio&kind=lecture".to_owned(), "dcb"),
            ("?category=bravery".to_owned(), "c"),
            (format!("?district={}&kind=newspaper", tree.district), "a"),
            (format!("?district={}", tree.other_district), ""),
        ] {
            let page = public.get(&format!("/publicity{query}")).await.expect(200);
            assert_eq!(titles(&page.json).concat(), expected, "{query}");
        }
        let first = public.get("/publicity?limit=3").await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        let rest = public.get(&format!("/publicity?limit=3&cursor={cursor}")).await.expect(200);
        assert_eq!((titles(&rest.json).concat(), &rest.json["next_cursor"]), ("a".to_owned(), &Value::Null));
        public.get(&format!("/publicity?year=2026&cursor={cursor}")).await.problem(400, "invalid_cursor");
        for wrong in ["year=99999999", "year=1999", "kind=pamphlet", "district=1", "colour=red", "limit=101"] {
            public.get(&format!("/publicity?{wrong}")).await.problem(400, "invalid_query");
        }
        let of_one = public.get(&format!("/honorees/{one}/publicity?limit=2")).await.expect(200);
        assert_eq!(titles(&of_one.json).concat(), "db");
        assert!(of_one.header("link").contains("rel=\"next\""));
    }

    async fn totals_add_up_within_the_subtree(app: App) {
        let tree = app.tree().await;
        let (one, candidate) = honoree(&app, &tree).await;
        let (other, _) = honour(&app, &tree, ("bravery", "BRV", 1), None).await;
        // Of another unit.
        let sister = tree.sister_unit;
        app.write(move |db| {
            use diesel::prelude::*;
            use haoren::storage::schema::honorees;
            diesel::update(honorees::table.find(other)).set(honorees::unit_id.eq(Some(sister))).execute(db).unwrap();
            Ok(())
        })
        .await;
        let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        for (honoree, kind, day) in [
            (one, "newspaper", "2026-11-04"),
            (one, "newspaper", "2026-11-01"),
            (one, "radio", "2026-10-31"),
            (one, "radio", "2025-12-31"),
            (other, "radio", "2026-11-02"),
        ] {
            let record = json!({ "outlet": "台", "kind": kind, "title": "好人", "published_on": day });
            city.post(&format!("/honorees/{honoree}/publicity"), record).await.expect(201);
        }
        // Those of somebody who is shown no more count inside.
        revoke(&app, candidate).await;
        let totals = async |client: &Client, query: &str| {
            client.get(&format!("/publicity/totals{query}")).await.expect(200).json
        };
        let this_year = totals(&city, "").await;
        assert_eq!((&this_year["year"], &this_year["total"]), (&json!(2026), &json!(4)));
        assert_eq!((&this_year["by_kind"]["radio"], &this_year["by_kind"]["exhibition"]), (&json!(2), &json!(0)));
        let months: Vec<(&str, i64)> = this_year["by_month"].as_array().unwrap().iter()
            .map(|month| (month["month"].as_str().unwrap(), month["total"].as_i64().unwrap())).collect();
        assert_eq!(months, [("2026-10", 1), ("2026-11", 3)]);
        let unit = reviewer(&app, &tree).await;
        assert_eq!(totals(&unit, "").await["total"], 3);
        let of_cycle = totals(&unit, "?cycle=2026-11").await;
        assert_eq!((&of_cycle["total"], &of_cycle["year"]), (&json!(4), &Value::Null));
        assert_eq!(totals(&unit, "?cycle=2026-11&year=2025").await["total"], 1);
        assert_eq!(totals(&unit, "?cycle=2026-10").await["total"], 0);
        assert_eq!(totals(&city, &format!("?district={}", tree.district)).await["total"], 4);
        let elsewhere = app.user(Role::DistrictReviewer, Some(tree.other_district)).await.1;
        assert_eq!(totals(&elsewhere, &format!("?district={}", tree.district)).await["total"], 0);
        city.get("/publicity/totals?year=0").await.problem(400, "invalid_query");
        app.citizen().await.get("/publicity/totals").await.problem(403, "forbidden");
        app.anonymous().get("/publicity/totals").await.problem(401, "unauthenticated");
    }

    async fn of_two_who_change_a_record_at_once_one_is_first(app: App) {
        let tree = app.tree().await;
        let (id, _) = honoree(&app, &tree).await;
        let unit = reviewer(&app, &tree).await;
        let made = unit.post(&format!("/honorees/{id}/publicity"), report()).await.expect(201);
        let (record, etag) = (format!("/publicity/{}", made.id()), made.etag());
        let change = |number: usize| unit.patch(&record, &etag, json!({ "title": format!("第{number}版") }));
        let mut statuses: Vec<u16> = join_all([1, 2, 3].map(change)).await.iter().map(|reply| reply.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412]);
        let etag = unit.get(&record).await.expect(200).etag();
        let gone = join_all((0..3).map(|_| unit.delete(&record, Some(&etag)))).await;
        assert_eq!(gone.iter().filter(|reply| reply.status == 204).count(), 1);
        assert!(gone.iter().all(|reply| [204, 404, 412].contains(&reply.status.as_u16())));
        assert_eq!(traces(&app, made.id()).await.audited, ["publicity.recorded", "publicity.removed", "publicity.updated"]);
    }
}

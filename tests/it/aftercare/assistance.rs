//! The ledger of assistance.

use chrono::Duration;
use haoren::{
    domain::{id::HonoreeId, role::Role},
    service::{generator, sweeping},
    storage::files::FileKey,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{assert_sealed, audited, honoree, honoree_at, reviewer, revoke, told};
use crate::{
    delegations::{audit_of, standing_in},
    harness::{App, Client, Reply},
    traces::traces,
    verifications::PDF,
};

fn proposal(amount_fen: i64) -> Value {
    json!({ "kind": "money", "amount_fen": amount_fen, "fund_source": "fiscal", "purpose": "补贴尘肺病医药费。" })
}

async fn propose(app: &App, client: &Client, honoree: HonoreeId, body: Value) -> String {
    app.time.advance(Duration::milliseconds(1));
    client.post(&format!("/honorees/{honoree}/assistance"), body).await.expect(201).id()
}

async fn decide(client: &Client, id: &str, approved: bool) -> Reply {
    let body = json!({ "approved": approved, "reason": "情况属实。" });
    client.post(&format!("/assistance/{id}/decision"), body).await
}

async fn hand_over(client: &Client, id: &str, day: &str) -> Reply {
    let body = json!({ "given_by": "周敏", "given_on": day, "received_by": "欧阳芳" });
    client.post(&format!("/assistance/{id}/handover"), body).await
}

async fn reverse(app: &App, client: &Client, id: &str) -> Reply {
    app.time.advance(Duration::milliseconds(1));
    client.post(&format!("/assistance/{id}/reversal"), json!({ "reason": "重复登记。" })).await
}

async fn totals(client: &Client, query: &str) -> Value {
    client.get(&format!("/assistance/totals?{query}")).await.expect(200).json
}

fn amount(sum: &Value) -> i64 {
    sum["amount_fen"].as_i64().unwrap()
}

/// The three tables each add up to the total; returns it.
fn added_up(totals: &Value) -> i64 {
    let sum = |table: &str, member: &str| -> i64 {
        totals[table].as_array().unwrap().iter().map(|line| amount(&line[member])).sum()
    };
    let total = amount(&totals["total"]);
    assert_eq!([sum("kinds", "sum"), sum("sources", "sum"), sum("organizations", "own")], [total; 3], "{totals}");
    total
}

both! {
    async fn one_proposes_another_approves_and_a_third_takes_back(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, colleague) = reviewer(&app, Role::UnitReviewer, tree.unit).await;
        let id = honoree(&app, &tree, 1).await;
        let entry = propose(&app, &staff.unit, id, proposal(50_000)).await;
        let waiting = told(&colleague, "assistance_waiting").await;
        assert_eq!((waiting.len(), &waiting[0]["honoree_id"]), (1, &json!(id)));
        assert_eq!(told(&staff.unit, "assistance_waiting").await.len(), 0, "nobody approves the own proposal");
        decide(&staff.unit, &entry, true).await.problem(409, "another_person_needed");
        hand_over(&colleague, &entry, "2026-11-05").await.problem(409, "transition_not_allowed");
        let approved = decide(&colleague, &entry, true).await.expect(201);
        assert_eq!((&approved.json["status"], &approved.json["purpose"]), (&json!("approved"), &json!("补贴尘肺病医药费。")));
        decide(&staff.city, &entry, false).await.problem(409, "transition_not_allowed");
        for (day, code) in [("2026-11-06", "too_large"), ("2026-11-04", "too_small")] {
            let faults = hand_over(&staff.unit, &entry, day).await.problem(422, "validation_failed").faults();
            assert_eq!(faults, [("/given_on".into(), code.into())]);
        }
        let given = hand_over(&staff.unit, &entry, "2026-11-05").await.expect(201);
        assert_eq!((&given.json["status"], &given.json["received_by"]), (&json!("given"), &json!("欧阳芳")));
        assert_eq!(added_up(&totals(&staff.unit, "").await), 50_000);
        assert_sealed(&app, 2, &["尘肺病", "欧阳芳"]).await;

        reverse(&app, &staff.unit, &entry).await.problem(409, "another_person_needed");
        let counter = reverse(&app, &staff.district, &entry).await.expect(201);
        assert_eq!((&counter.json["amount_fen"], &counter.json["reverses_id"]), (&json!(-50_000), &json!(entry)));
        let original = staff.unit.get(&format!("/assistance/{entry}")).await.expect(200);
        assert_eq!((&original.json["reversed_by_id"], &original.json["amount_fen"]), (&json!(counter.id()), &json!(50_000)));
        reverse(&app, &staff.city, &entry).await.problem(409, "already_decided");
        reverse(&app, &staff.city, &counter.id()).await.problem(409, "transition_not_allowed");
        let sums = totals(&staff.unit, "").await;
        assert_eq!((added_up(&sums), &sums["total"]["entries"]), (0, &json!(2)));
        let left = traces(&app, &entry).await;
        assert_eq!(left.announced, ["assistance.decided", "assistance.given", "assistance.proposed"]);
        // What it was for was read once.
        assert_eq!(left.audited, [&left.announced[..], &["assistance.read".to_owned()]].concat());
        assert_eq!(traces(&app, counter.id()).await.announced, ["assistance.reversed"]);
        for personal in ["尘肺", "欧阳", "情况属实", "王小"] {
            assert!(!left.texts.contains(personal), "{personal} in {}", left.texts);
        }
        let list = staff.unit.get(&format!("/honorees/{id}/assistance?limit=1")).await.expect(200);
        assert_eq!(list.json["items"][0]["id"], json!(counter.id()));
        assert_ne!(list.json["next_cursor"], Value::Null);
    }

    async fn of_two_who_decide_at_once_one_does(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, colleague) = reviewer(&app, Role::UnitReviewer, tree.unit).await;
        let id = honoree(&app, &tree, 1).await;
        for _ in 0..5 {
            let entry = propose(&app, &staff.unit, id, proposal(100)).await;
            let (one, other) = tokio::join!(decide(&colleague, &entry, true), decide(&staff.district, &entry, false));
            let mut found = [one.status.as_u16(), other.status.as_u16()];
            found.sort_unstable();
            assert_eq!(found, [201, 409]);
            let kept = staff.unit.get(&format!("/assistance/{entry}")).await.expect(200);
            let expected = if one.status == 201 { "approved" } else { "declined" };
            assert_eq!(kept.json["status"], expected);
            let after = reverse(&app, &staff.unit, &entry).await;
            if expected == "declined" {
                after.problem(409, "transition_not_allowed");
            } else {
                let after = after.expect(201);
                assert_eq!(after.json["status"], "withdrawn");
                // Who approved it stays to be read.
                assert_eq!(after.json["decided_by"], kept.json["decided_by"]);
                assert_eq!(after.json["withdrawn_by"], after.json["proposed_by"]);
            }
        }
        // The same of two who take back what was given.
        let entry = propose(&app, &staff.unit, id, proposal(700)).await;
        decide(&colleague, &entry, true).await.expect(201);
        hand_over(&colleague, &entry, "2026-11-05").await.expect(201);
        let (one, other) = tokio::join!(reverse(&app, &staff.district, &entry), reverse(&app, &staff.city, &entry));
        let mut found = [one.status.as_u16(), other.status.as_u16()];
        found.sort_unstable();
        assert_eq!(found, [201, 409]);
        assert_eq!(added_up(&totals(&staff.city, "").await), 0);
    }

    async fn sums_add_up_by_organization_kind_source_and_day(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let deciding = reviewer(&app, Role::CityReviewer, tree.city).await.1;
        let mut honorees = vec![honoree(&app, &tree, 1).await];
        for (serial, unit, district) in
            [(2, Some(tree.window), tree.district), (3, None, tree.district), (4, Some(tree.other_unit), tree.other_district)]
        {
            honorees.push(honoree_at(&app, &tree, (serial, unit, district)).await);
        }
        let given = [(0, "money", "fiscal", 1, "2026-11-10"), (0, "goods", "donation", 20, "2026-11-11"), (1, "money", "donation", 300, "2026-11-11"), (2, "medical", "fiscal", 4_000, "2026-11-12"), (3, "legal", "moral_model_fund", 50_000, "2026-11-12")];
        for (who, kind, source, amount_fen, day) in given {
            app.set_clock(&format!("{day}T02:00:00Z"));
            let body = json!({ "kind": kind, "amount_fen": amount_fen, "fund_source": source, "purpose": "慰问。" });
            let entry = propose(&app, &staff.city, honorees[who], body).await;
            decide(&deciding, &entry, true).await.expect(201);
            hand_over(&deciding, &entry, day).await.expect(201);
        }
        propose(&app, &staff.city, honorees[0], proposal(999_999)).await;
        for (client, query, expected) in [
            (&staff.city, String::new(), 54_321),
            (&staff.district, String::new(), 4_321),
            (&staff.unit, String::new(), 321),
            (&staff.city, "from=2026-11-11".to_owned(), 54_320),
            (&staff.city, "from=2026-11-11&until=2026-11-11".to_owned(), 320),
            (&staff.city, format!("organization={}", tree.district), 4_321),
            (&staff.city, format!("organization={}", tree.window), 300),
            (&staff.unit, format!("organization={}", tree.other_unit), 0),
        ] {
            assert_eq!(added_up(&totals(client, &query).await), expected, "{query}");
            // The list says the same.
            let list = client.get(&format!("/assistance?status=given&limit=100&{query}")).await.expect(200);
            let items = list.json["items"].as_array().unwrap();
            assert_eq!(items.iter().map(amount).sum::<i64>(), expected, "{query}");
        }
        let all = totals(&staff.city, "").await;
        let mut lines: Vec<_> = all["organizations"].as_array().unwrap().iter().map(|line| (line["name"].as_str().unwrap(), amount(&line["own"]), amount(&line["total"]))).collect();
        let expected = [("武汉市", 0, 54_321), ("江汉区", 4_000, 4_321), ("江汉区政务服务中心", 21, 321), ("综合服务窗口", 300, 300), ("武昌区", 0, 50_000), ("武昌区人民医院", 50_000, 50_000)];
        // Sibling districts stand in the order of their ids, which is left to chance here.
        assert_eq!(lines[0], expected[0]);
        lines.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(lines, expected);
        let waiting = staff.city.get("/assistance?status=proposed&status=approved").await.expect(200);
        assert_eq!(waiting.json["items"].as_array().unwrap().len(), 1);
    }

    async fn what_is_no_proposal_is_refused_with_all_its_faults(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let path = format!("/honorees/{id}/assistance");
        let wrong = json!({ "kind": "money", "amount_fen": 1_000_000_001, "fund_source": "other", "purpose": " " });
        let faults = staff.unit.post(&path, wrong).await.problem(422, "validation_failed").faults();
        let places: Vec<&str> = faults.iter().map(|(at, _)| at.as_str()).collect();
        for place in ["/amount_fen", "/purpose"] {
            assert!(places.contains(&place), "{place} in {places:?}");
        }
        let unnamed = json!({ "kind": "goods", "amount_fen": 0, "fund_source": "other", "purpose": "慰问品。" });
        let faults = staff.unit.post(&path, unnamed).await.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/fund_detail".into(), "required".into())]);
        for amount in [json!(-1), json!(0.5), json!("1")] {
            let mut wrong = proposal(1);
            wrong["amount_fen"] = amount;
            staff.unit.post(&path, wrong).await.problem(422, "validation_failed");
        }
        let keyed = staff.unit.with("Idempotency-Key", "help");
        let first = keyed.post(&path, proposal(1_000_000_000)).await.expect(201).id();
        assert_eq!(keyed.post(&path, proposal(1_000_000_000)).await.expect(201).id(), first);
        decide(&staff.district, &first, true).await.expect(201);
        let faults = staff.unit.post(&format!("/assistance/{first}/handover"), json!({ "given_by": "7", "given_on": "2026-11-05", "received_by": "8" })).await;
        let faults = faults.problem(422, "validation_failed").faults();
        assert_eq!(faults, [("/given_by".into(), "malformed".into()), ("/received_by".into(), "malformed".into())]);
    }

    async fn when_the_honours_are_gone_a_proposal_can_only_be_declined(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let entry = propose(&app, &staff.unit, id, proposal(100)).await;
        revoke(&app, &staff.city, id).await;
        decide(&staff.district, &entry, true).await.problem(409, "no_honour_stands");
        assert_eq!(decide(&staff.district, &entry, false).await.expect(201).json["status"], "declined");
        staff.unit.get(&format!("/honorees/{id}/assistance")).await.expect(200);
    }

    async fn only_whoever_is_in_charge_or_above_decides(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (_, sister) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        let id = honoree(&app, &tree, 1).await;
        let care = format!("/honorees/{id}/care");
        let etag = staff.district.get(&care).await.expect(200).etag();
        staff.district.put(&care, Some(&etag), json!({ "organization_id": tree.sister_unit })).await.expect(200);
        let entry = propose(&app, &staff.district, id, proposal(100)).await;
        assert_eq!(told(&sister, "assistance_waiting").await.len(), 1);
        decide(&staff.unit, &entry, true).await.problem(403, "forbidden");
        hand_over(&staff.unit, &entry, "2026-11-05").await.problem(403, "forbidden");
        reverse(&app, &staff.unit, &entry).await.problem(403, "forbidden");
        let upload = format!("/assistance/{entry}/attachments");
        staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.problem(403, "forbidden");
        decide(&sister, &entry, true).await.expect(201);
    }

    async fn receipts_are_added_read_and_kept_from_others(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = honoree(&app, &tree, 1).await;
        let entry = propose(&app, &staff.unit, id, proposal(100)).await;
        let upload = format!("/assistance/{entry}/attachments");
        let keyed = staff.unit.with("Idempotency-Key", "receipt");
        let receipt = keyed.upload(&upload, None, "收据.exe", PDF.to_vec()).await.expect(201);
        assert_eq!(receipt.json["media_type"], "application/pdf");
        assert_eq!(keyed.upload(&upload, None, "收据.exe", PDF.to_vec()).await.expect(201).id(), receipt.id());
        staff.unit.upload(&upload, None, "a.pdf", b"not a pdf".to_vec()).await.problem(422, "attachment_unreadable");
        let address = format!("/attachments/{}", receipt.id());
        let read = staff.city.get(&address).await.expect(200);
        assert_eq!(read.bytes, PDF);
        let name = format!("attachment; filename=\"receipt-{}.pdf\"", receipt.id());
        assert_eq!((read.header("content-disposition"), read.header("cache-control")), (&*name, "private, no-store"));
        let (_, sister) = reviewer(&app, Role::UnitReviewer, tree.sister_unit).await;
        sister.get(&address).await.problem(404, "not_found");
        app.admin().await.get(&address).await.problem(404, "not_found");
        app.anonymous().get(&address).await.problem(401, "unauthenticated");
        // Names and sums stand in it: each reading is audited, and refusals are none. What nobody keeps has no tag.
        assert_eq!(audited(&app, "assistance.receipt_read").await, 1);
        assert_eq!(read.headers.get("etag"), None);
        let digest = hex::encode(Sha256::digest(PDF));
        let again = staff.unit.with("If-None-Match", &format!("\"{}\"", &digest[..32])).get(&address).await.expect(200);
        assert_eq!(again.bytes, PDF);
        let (pair, acting) =
            standing_in(&app, (Role::DistrictReviewer, tree.district), (Role::UnitReviewer, tree.sister_unit)).await;
        acting.get(&address).await.expect(200);
        pair.here.get(&address).await.problem(404, "not_found");
        let readings = audit_of(&app, "assistance.receipt_read").await;
        let expected = json!({ "honoree_id": id, "attachment_id": receipt.id() });
        let (in_place, own): (Vec<_>, Vec<_>) = readings.into_iter().partition(|(actor, _)| *actor == Some(pair.delegate));
        assert_eq!(own.iter().map(|(_, details)| details).collect::<Vec<_>>(), [&expected, &expected]);
        assert_eq!(in_place.len(), 1);
        assert_eq!(in_place[0].1["on_behalf_of"], json!(pair.delegator));
        let shown = staff.unit.get(&format!("/assistance/{entry}")).await.expect(200);
        assert_eq!(shown.json["receipts"][0]["id"], json!(receipt.id()));
        for _ in 1..10 {
            staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.expect(201);
        }
        staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.problem(409, "attachment_limit");
        decide(&staff.district, &entry, false).await.expect(201);
        staff.unit.upload(&upload, None, "a.pdf", PDF.to_vec()).await.problem(409, "transition_not_allowed");
        // The sweeper knows the files of receipts, and takes what nobody knows.
        let orphan = FileKey::Attachment(generator::new_id(&app.service.clocks).unwrap());
        app.service.files.put(orphan, bytes::Bytes::from_static(PDF)).await.unwrap();
        app.time.advance(Duration::days(365 * 200));
        assert_eq!(sweeping::sweep_files(&app.service).await.unwrap(), 1);
        let again = app.user(Role::CityReviewer, Some(tree.city)).await.1;
        again.get(&address).await.expect(200);
    }
}

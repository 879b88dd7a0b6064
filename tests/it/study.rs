//! Studying candidates: once each, within the voting window, with a reflection that is never public.

use haoren::domain::{candidate::Status, policy::ResultSource, role::Role};
use serde_json::json;

use crate::harness::App;

/// Within the voting window of November.
const VOTING: &str = "2026-11-26T02:00:00Z";

both! {
    async fn a_candidate_is_studied_once(app: App) {
        let tree = app.tree().await;
        app.set_clock(VOTING);
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let (path, count) = (format!("/candidates/{id}/study-records"), format!("/candidates/{id}/study-count"));
        assert_eq!(app.anonymous().get(&count).await.expect(200).json["people"], 0);
        let (_, citizen) = app.user(Role::Citizen, Some(tree.unit)).await;
        let typed = "  平凡岗位。\n第二段。 ";
        let first = citizen.post(&path, json!({ "reflection": typed })).await.expect(201);
        assert_eq!(first.json["reflection"], "平凡岗位。\n第二段。");
        assert_eq!((first.json["candidate_id"].as_str(), first.json["cycle"].as_str()), (Some(&*id.to_string()), Some("2026-11")));
        let again = citizen.post(&path, json!({ "reflection": "别的话。" })).await.expect(200);
        assert_eq!(again.json, first.json);
        let other = app.citizen().await;
        let second = other.post(&path, json!({})).await.expect(201);
        assert_eq!(second.json["reflection"], json!(null));
        app.admin().await.post(&path, json!({})).await.expect(201);
        assert_eq!(app.anonymous().get(&count).await.expect(200).json["people"], 3);
        app.anonymous().post(&path, json!({})).await.problem(401, "unauthenticated");
        app.user(Role::Portal, None).await.1.post(&path, json!({})).await.problem(403, "forbidden");
        // The first record is the answer whatever has become of the window.
        app.set_clock("2026-12-02T02:00:00Z");
        assert_eq!(citizen.post(&path, json!({})).await.expect(200).json, first.json);
    }

    async fn a_key_gives_the_first_answer_again(app: App) {
        let tree = app.tree().await;
        app.set_clock(VOTING);
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let path = format!("/candidates/{id}/study-records");
        let citizen = app.citizen().await.with("Idempotency-Key", "study-1");
        let first = citizen.post(&path, json!({})).await.expect(201);
        let again = citizen.post(&path, json!({})).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), &again.json), ("true", &first.json));
        citizen.post(&path, json!({ "reflection": "好。" })).await.problem(422, "idempotency_key_reused");
    }

    async fn study_is_open_with_the_vote_wherever_that_is_held(app: App) {
        let tree = app.tree().await;
        app.policy(|policy| {
            policy.result_source = ResultSource::Portal;
            policy.voting_url = Some("https://www.wenming.cn/".to_owned());
        })
        .await;
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let hidden = app.contender(&tree, Status::Screened, "dedication", "赵小六").await;
        let listed = app.contender(&tree, Status::Listed, "dedication", "李小红").await;
        let citizen = app.citizen().await;
        let path = |id| format!("/candidates/{id}/study-records");
        for (now, status) in [
            ("2026-11-24T15:59:59Z", 409),
            ("2026-11-24T16:00:00Z", 201),
            ("2026-11-30T15:59:59Z", 200),
        ] {
            app.set_clock(now);
            let reply = citizen.post(&path(id), json!({})).await.expect(status);
            if status == 409 {
                assert_eq!(reply.faults(), [(String::new(), "window_closed".to_owned())]);
                assert_eq!(reply.json["errors"][0]["window"], "voting");
            }
        }
        citizen.post(&path(listed), json!({})).await.problem(409, "window_closed");
        citizen.post(&path(hidden), json!({})).await.problem(404, "not_found");
        app.anonymous().get(&format!("/candidates/{hidden}/study-count")).await.problem(404, "not_found");
        app.set_clock("2026-11-30T16:00:00Z");
        app.citizen().await.post(&path(id), json!({})).await.problem(409, "window_closed");
    }

    async fn the_same_person_at_the_same_moment_has_one_record(app: App) {
        let tree = app.tree().await;
        app.set_clock(VOTING);
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let path = format!("/candidates/{id}/study-records");
        let citizen = app.citizen().await;
        let body = json!({ "reflection": "好。" });
        let together = (0..8).map(|_| citizen.post(&path, body.clone()));
        let replies = futures_util::future::join_all(together).await;
        let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
        assert!(replies.iter().all(|reply| reply.json == replies[0].json));
        let people = app.anonymous().get(&format!("/candidates/{id}/study-count")).await.expect(200);
        assert_eq!(people.json["people"], 1);
    }

    async fn reflections_are_read_within_the_subtree_of_their_author(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let mut authors = Vec::new();
        for (place, words) in [
            (Some(tree.unit), Some("单位的人。")),
            (Some(tree.window), Some("窗口的人。")),
            (Some(tree.sister_unit), Some("学校的人。")),
            (Some(tree.other_unit), Some("医院的人。")),
            (Some(tree.district), Some("区里的人。")),
            (None, Some("没有单位的人。")),
            (Some(tree.unit), None),
        ] {
            let (user, client) = app.user(Role::Citizen, place).await;
            app.studied(id, user, words).await;
            authors.push(client);
        }
        let words = async |client: &crate::harness::Client, query: &str| {
            let page = client.get(&format!("/study-records{query}")).await.expect(200);
            let items = page.json["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["reflection"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words(&staff.unit, "").await, ["窗口的人。", "单位的人。"]);
        assert_eq!(words(&staff.district, "").await, ["区里的人。", "学校的人。", "窗口的人。", "单位的人。"]);
        assert_eq!(words(&staff.city, "").await.len(), 6);
        let window = format!("?organization={}", tree.window);
        assert_eq!(words(&staff.city, &window).await, ["窗口的人。"]);
        assert_eq!(words(&app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1, &window).await, [""; 0]);
        assert_eq!(words(&staff.city, "?cycle=2026-12").await, [""; 0]);
        assert_eq!(words(&staff.city, &format!("?candidate={id}")).await.len(), 6);
        let first = staff.city.get("/study-records?limit=4").await.expect(200);
        let cursor = first.json["next_cursor"].as_str().unwrap();
        assert_eq!(words(&staff.city, &format!("?limit=4&cursor={cursor}")).await, ["窗口的人。", "单位的人。"]);
        for client in [&authors[0], &app.admin().await, &app.user(Role::Portal, None).await.1] {
            client.get("/study-records").await.problem(403, "forbidden");
        }
        app.anonymous().get("/study-records").await.problem(401, "unauthenticated");
        // The candidate's public view says nothing of them.
        let public = app.anonymous().get(&format!("/candidates/{id}")).await.expect(200);
        assert!(!String::from_utf8(public.bytes).unwrap().contains("的人。"));
    }

    async fn ones_own_reflection_is_taken_back_and_the_record_stays(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.contender(&tree, Status::Forwarded, "dedication", "王小明").await;
        let (user, author) = app.user(Role::Citizen, Some(tree.unit)).await;
        let record = app.studied(id, user, Some("很受教育。")).await;
        let mine = author.get("/me/study-records?cycle=2026-11").await.expect(200);
        assert_eq!(mine.json["items"][0]["id"], record.to_string());
        assert_eq!(mine.json["items"][0]["reflection"], "很受教育。");
        assert!(author.get("/me/study-records?cycle=2026-12").await.expect(200).json["items"].as_array().unwrap().is_empty());
        assert!(app.citizen().await.get("/me/study-records").await.expect(200).json["items"].as_array().unwrap().is_empty());
        let (path, etag) = (format!("/study-records/{record}/reflection"), mine.json["items"][0]["etag"].as_str().unwrap());
        staff.unit.delete(&path, Some(etag)).await.problem(404, "not_found");
        author.delete(&path, None).await.problem(428, "precondition_required");
        author.delete(&path, Some("\"7.x\"")).await.problem(412, "precondition_failed");
        author.delete(&path, Some(etag)).await.expect(204);
        author.delete(&path, Some(etag)).await.problem(404, "not_found");
        assert!(staff.city.get("/study-records").await.expect(200).json["items"].as_array().unwrap().is_empty());
        let mine = author.get("/me/study-records").await.expect(200);
        assert_eq!(mine.json["items"][0]["reflection"], json!(null));
        let count = app.anonymous().get(&format!("/candidates/{id}/study-count")).await.expect(200);
        assert_eq!(count.json["people"], 1);
    }
}

//! The pool of moral models: who enters and leaves, recommendations upwards, the roll.

use calamine::{Data, Reader, Xlsx};
use futures_util::future::join_all;
use haoren::domain::{candidate::Status, policy::PoolEntry, role::Role};
use serde_json::{Value, json};

use crate::{
    harness::{App, Client, Reply, Tree},
    honorees::{
        audited, city, forwarded, holder, honoured, ids, in_december, link, merge, policy_of, provincial, publish,
        revoke, withhold,
    },
};

fn proposal(level: &str) -> Value {
    json!({ "level": level, "reason": "事迹突出，群众公认。", "material": "三十年如一日。" })
}

async fn propose(client: &Client, honoree: &str, level: &str) -> Reply {
    client.post(&format!("/moral-model-pool/{honoree}/recommendations"), proposal(level)).await
}

async fn review(client: &Client, recommendation: &Reply, decision: &str) -> Reply {
    let path = format!("/pool-recommendations/{}/review", recommendation.id());
    client.post_if(&path, &recommendation.etag(), json!({ "decision": decision, "opinion": "材料翔实。" })).await
}

async fn outcome(client: &Client, recommendation: &Reply, body: Value) -> Reply {
    client
        .post_if(&format!("/pool-recommendations/{}/outcome", recommendation.id()), &recommendation.etag(), body)
        .await
}

fn chosen() -> Value {
    json!({ "chosen": true, "title": "湖北省道德模范", "issuer": "湖北省文明委", "announced_on": "2026-12-01" })
}

async fn pool(app: &App, query: &str) -> Vec<String> {
    ids(&app.anonymous().get(&format!("/moral-model-pool{query}")).await.expect(200))
}

async fn told(client: &Client) -> Vec<(String, Value)> {
    let reply = client.get("/me/notifications").await.expect(200);
    let items = reply.json["items"].as_array().unwrap().iter();
    items.map(|item| (item["kind"].as_str().unwrap().to_owned(), item["honoree_id"].clone())).collect()
}

async fn district(app: &App, tree: &Tree) -> Client {
    app.user(Role::DistrictReviewer, Some(tree.district)).await.1
}

both! {
    async fn people_of_the_list_enter_by_the_rule(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        app.policy(|policy| policy.pool_min_honours = 2).await;
        policy_of(&app, "2026-12", |policy| policy.pool_min_honours = 2).await;
        let (first, honoree) = honoured(&app, &tree, &city, "王小明").await;
        assert!(pool(&app, "").await.is_empty());
        // An honour of others makes the rule come true, and its end makes it untrue again.
        let made = city.post(&format!("/honorees/{honoree}/honours"), provincial()).await.expect(201);
        assert_eq!(pool(&app, "").await, std::slice::from_ref(&honoree));
        for (query, found) in [
            ("?level=provincial", 1), ("?level=municipal", 1), ("?level=national", 0), ("?year=2026", 1), ("?year=2025", 0),
            ("?category=dedication", 1), ("?category=bravery", 0),
        ] {
            assert_eq!(pool(&app, query).await.len(), found, "{query}");
        }
        assert_eq!(pool(&app, &format!("?district={}", tree.district)).await.len(), 1);
        assert!(pool(&app, &format!("?district={}", tree.other_district)).await.is_empty());
        let strike = format!("/honorees/{honoree}/honours/{}/revocation", made.id());
        city.post_if(&strike, &made.etag(), json!({ "reason": "误录" })).await.expect(201);
        assert!(pool(&app, "").await.is_empty());
        // A second honour of a list brings the person back.
        let again = in_december(&app, &tree, "integrity", "王小明").await;
        link(&app, &city, again, json!(honoree)).await.expect(200);
        publish(&app, &city, "2026-12").await;
        assert_eq!(pool(&app, "").await, std::slice::from_ref(&honoree));
        let page = app.anonymous().get("/moral-model-pool").await.expect(200);
        assert!(page.header("cache-control").starts_with("public"));
        app.anonymous().with("If-None-Match", page.header("etag")).get("/moral-model-pool").await.expect(304);
        assert_eq!(page.json["items"][0]["honours"].as_array().unwrap().len(), 2);
        revoke(&app, &city, first, "事迹失实").await;
        assert!(pool(&app, "").await.is_empty());
        assert_eq!((audited(&app, "pool.entered").await, audited(&app, "pool.left").await), (2, 2));
        for query in ["?q=x", "?level=x", "?limit=0"] {
            app.anonymous().get(&format!("/moral-model-pool{query}")).await.problem(400, "invalid_query");
        }
    }

    async fn who_is_withheld_is_in_the_pool_and_not_shown(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (id, honoree) = honoured(&app, &tree, &city, "王小明").await;
        withhold(&app, id).await;
        assert!(pool(&app, "").await.is_empty());
        let inner = city.get(&format!("/honorees/{honoree}?scope=inner")).await.expect(200);
        assert!(inner.json["pool_entered_at"].is_string());
    }

    async fn whom_the_city_takes_out_the_rule_does_not_bring_back(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let open = propose(&district, &honoree, "provincial").await.expect(201);
        let path = format!("/moral-model-pool/{honoree}/removal");
        city.post(&path, json!({ "reason": "" })).await.problem(422, "validation_failed");
        district.post(&path, json!({ "reason": "x" })).await.problem(403, "forbidden");
        let keyed = city.with("Idempotency-Key", "out-1");
        let out = keyed.post(&path, json!({ "reason": "本人申请退出。" })).await.expect(201);
        assert_eq!(out.json["pool_entered_at"], Value::Null);
        assert_eq!(keyed.post(&path, json!({ "reason": "本人申请退出。" })).await.expect(201).header("idempotency-replayed"), "true");
        city.post(&path, json!({ "reason": "再次" })).await.problem(409, "not_in_pool");
        // What was recommended is over.
        let lapsed = district.get(&format!("/pool-recommendations/{}", open.id())).await.expect(200);
        assert_eq!(lapsed.json["status"], "lapsed");
        review(&city, &lapsed, "approve").await.problem(409, "already_decided");
        city.post(&format!("/honorees/{honoree}/honours"), provincial()).await.expect(201);
        assert!(pool(&app, "").await.is_empty());
        // An approved recommendation does bring the person back.
        let anew = propose(&district, &honoree, "provincial").await.expect(201);
        review(&city, &anew, "approve").await.expect(201);
        assert_eq!(pool(&app, "").await, [honoree]);
    }

    async fn where_people_enter_by_recommendation_the_citys_approval_lets_them_in(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        app.policy(|policy| policy.pool_entry = PoolEntry::ByRecommendation).await;
        let (id, honoree) = honoured(&app, &tree, &city, "王小明").await;
        assert!(pool(&app, "").await.is_empty());
        let made = propose(&district, &honoree, "municipal_model").await.expect(201);
        assert!(pool(&app, "").await.is_empty());
        review(&city, &made, "approve").await.expect(201);
        assert_eq!(pool(&app, "").await, std::slice::from_ref(&honoree));
        revoke(&app, &city, id, "事迹失实").await;
        propose(&district, &honoree, "national").await.problem(409, "not_in_pool");
    }

    async fn a_recommendation_goes_its_way(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        // Ids follow the clock, which stands still.
        let later = || app.time.advance(chrono::Duration::milliseconds(1));
        let second = crate::honorees::city(&app, &tree).await;
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let keyed = district.with("Idempotency-Key", "up-1");
        let made = propose(&keyed, &honoree, "provincial").await.expect(201);
        assert_eq!(propose(&keyed, &honoree, "provincial").await.expect(201).id(), made.id());
        assert_eq!(made.header("location"), format!("/api/v1/pool-recommendations/{}", made.id()));
        assert_eq!((&made.json["status"], &made.json["name"]), (&json!("proposed"), &json!("王小明")));
        let refused = propose(&city, &honoree, "provincial").await.problem(409, "already_exists");
        assert_eq!(refused.json["errors"][0]["recommendation_id"], json!(made.id()));
        assert_eq!(told(&second).await, [("pool_recommended".to_owned(), json!(honoree))]);

        outcome(&city, &made, chosen()).await.problem(409, "already_decided");
        later();
        let returned = review(&city, &made, "return").await.expect(201);
        assert_eq!(returned.json["status"], "returned");
        review(&city, &made, "approve").await.problem(412, "precondition_failed");
        review(&city, &returned, "approve").await.problem(409, "already_decided");
        assert_eq!(told(&district).await, [("pool_decided".to_owned(), json!(honoree))]);
        let again = format!("/pool-recommendations/{}/resubmission", made.id());
        let unit = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        unit.post_if(&again, &returned.etag(), json!({})).await.problem(404, "not_found");
        later();
        let resubmitted = district.post_if(&again, &returned.etag(), json!({ "reason": "已补充材料。" })).await.expect(201);
        assert_eq!((&resubmitted.json["status"], &resubmitted.json["reason"], &resubmitted.json["material"]),
            (&json!("proposed"), &json!("已补充材料。"), &json!("三十年如一日。")));
        district.post_if(&again, &resubmitted.etag(), json!({})).await.problem(409, "already_decided");
        later();
        let approved = review(&second, &resubmitted, "approve").await.expect(201);

        for (body, member, code) in [
            (json!({ "chosen": true, "announced_on": "2026-12-01" }), "title", "required"),
            (json!({ "chosen": true, "title": "x", "announced_on": "2026-12-01" }), "issuer", "required"),
            (json!({ "chosen": false, "announced_on": "2026-12-02" }), "announced_on", "too_large"),
            (json!({ "chosen": false }), "announced_on", "required"),
            (json!({ "chosen": false, "title": "", "announced_on": "2026-12-01" }), "title", "too_short"),
        ] {
            let refused = outcome(&city, &approved, body).await.problem(422, "validation_failed");
            assert!(refused.faults().contains(&(format!("/{member}"), code.to_owned())), "{}", refused.json);
        }
        later();
        let ended = outcome(&city, &approved, chosen()).await.expect(201);
        assert_eq!((&ended.json["status"], &ended.json["title"]), (&json!("chosen"), &json!("湖北省道德模范")));
        let steps: Vec<&Value> = ended.json["steps"].as_array().unwrap().iter().map(|step| &step["step"]).collect();
        assert_eq!(steps, ["proposed", "returned", "resubmitted", "approved", "chosen"]);
        assert_eq!(ended.json["steps"][1]["words"], "材料翔实。");
        outcome(&city, &ended, chosen()).await.problem(409, "already_decided");
        let shown = app.anonymous().get(&format!("/honorees/{honoree}")).await.expect(200);
        let added = &shown.json["outside_honours"][0];
        assert_eq!((&added["level"], &added["title"], &added["awarded_on"]), (&json!("provincial"), &json!("湖北省道德模范"), &json!("2026-12-01")));
        // The level is free again.
        let next = propose(&district, &honoree, "provincial").await.expect(201);
        let rejected = review(&city, &next, "reject").await.expect(201);
        assert_eq!(rejected.json["status"], "rejected");
        assert_eq!((audited(&app, "pool.recommended").await, audited(&app, "pool.reviewed").await, audited(&app, "pool.ended").await), (3, 3, 1));
    }

    async fn recommendations_are_read_within_the_subtree(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let unit = app.user(Role::UnitReviewer, Some(tree.unit)).await.1;
        let made = propose(&unit, &honoree, "provincial").await.expect(201);
        app.time.advance(chrono::Duration::milliseconds(1));
        let other = propose(&city, &honoree, "national").await.expect(201);
        let found = async |client: &Client, query: &str| ids(&client.get(&format!("/pool-recommendations{query}")).await.expect(200));
        assert_eq!(found(&district, "").await, [made.id(), other.id()]);
        assert_eq!(found(&unit, "?level=national").await, [other.id()]);
        assert_eq!(found(&city, "?status=proposed&year=2026").await.len(), 2);
        assert!(found(&city, "?year=2027").await.is_empty() && found(&city, "?status=approved").await.is_empty());
        assert_eq!(found(&city, &format!("?honoree={honoree}&limit=1")).await, [made.id()]);
        let outside = app.user(Role::DistrictReviewer, Some(tree.other_district)).await.1;
        assert!(found(&outside, "").await.is_empty());
        outside.get(&format!("/pool-recommendations/{}", made.id())).await.problem(404, "not_found");
        propose(&outside, &honoree, "municipal_model").await.problem(404, "not_found");
        app.citizen().await.get("/pool-recommendations").await.problem(403, "forbidden");
        city.get("/pool-recommendations?status=x").await.problem(400, "invalid_query");
        for (member, value, code) in [
            ("level", json!("world"), "unknown_value"), ("reason", json!(" "), "too_short"),
            ("reason", json!("好".repeat(2001)), "too_long"), ("material", json!("好".repeat(10_001)), "too_long"),
            ("votes", json!(1), "unknown_member"),
        ] {
            let mut body = proposal("municipal_model");
            body[member] = value;
            let refused = unit.post(&format!("/moral-model-pool/{honoree}/recommendations"), body).await.problem(422, "validation_failed");
            assert!(refused.faults().contains(&(format!("/{member}"), code.to_owned())), "{}", refused.json);
        }
    }

    async fn nobody_reviews_what_they_put_forward_and_one_review_counts(app: App) {
        let tree = app.tree().await;
        let (own, second, third) = (city(&app, &tree).await, city(&app, &tree).await, city(&app, &tree).await);
        let (_, honoree) = honoured(&app, &tree, &own, "王小明").await;
        let made = propose(&own, &honoree, "provincial").await.expect(201);
        for decision in ["approve", "return", "reject"] {
            review(&own, &made, decision).await.problem(409, "own_recommendation");
        }
        let replies = join_all([
            review(&second, &made, "approve"), review(&third, &made, "reject"), review(&own, &made, "approve"),
            review(&third, &made, "return"), review(&second, &made, "reject"),
        ]).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in replies.iter().filter(|reply| reply.status != 201) {
            assert!([409, 412].contains(&reply.status.as_u16()), "{}", reply.json);
        }
        let now = own.get(&format!("/pool-recommendations/{}", made.id())).await.expect(200);
        assert_eq!(now.json["steps"].as_array().unwrap().len(), 2);
    }

    async fn one_recommendation_of_a_person_and_level_is_open_at_a_time(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let replies = join_all((0..6).map(|number| propose(if number % 2 == 0 { &city } else { &district }, &honoree, "national"))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in replies.into_iter().filter(|reply| reply.status != 201) {
            reply.problem(409, "already_exists");
        }
        propose(&city, &honoree, "provincial").await.expect(201);
    }

    async fn a_merger_carries_stay_and_recommendations_on(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        let (one, other) = (forwarded(&app, &tree, "王小明").await, forwarded(&app, &tree, "王晓明").await);
        publish(&app, &city, "2026-11").await;
        let (one, other) = (holder(&app, one).await, holder(&app, other).await);
        propose(&district, &one, "provincial").await.expect(201);
        let doubled = propose(&district, &other, "provincial").await.expect(201);
        let moved = propose(&district, &other, "national").await.expect(201);
        merge(&city, &one, &other).await.expect(201);
        assert_eq!(pool(&app, "").await, std::slice::from_ref(&one));
        let status = async |made: &Reply| district.get(&format!("/pool-recommendations/{}", made.id())).await.expect(200).json;
        assert_eq!(status(&doubled).await["status"], "lapsed");
        let moved = status(&moved).await;
        assert_eq!((&moved["status"], &moved["honoree_id"]), (&json!("proposed"), &json!(one)));
    }

    async fn a_stay_goes_back_with_whoever_brought_it(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        app.policy(|policy| policy.pool_entry = PoolEntry::ByRecommendation).await;
        let (one, other) = (forwarded(&app, &tree, "王小明").await, forwarded(&app, &tree, "王晓明").await);
        publish(&app, &city, "2026-11").await;
        let (one, other) = (holder(&app, one).await, holder(&app, other).await);
        let own = propose(&district, &other, "municipal_model").await.expect(201);
        review(&city, &own, "approve").await.expect(201);
        assert_eq!(pool(&app, "").await, std::slice::from_ref(&other));
        merge(&city, &one, &other).await.expect(201);
        assert_eq!(pool(&app, "").await, std::slice::from_ref(&one));
        let tag = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200).etag();
        city.delete(&format!("/honorees/{other}/merger"), Some(&tag)).await.expect(200);
        assert_eq!(pool(&app, "").await, std::slice::from_ref(&other));
        // As it is by then: what the city has ended stays so, and what was recommended lapses.
        let open = propose(&district, &other, "national").await.expect(201);
        merge(&city, &one, &other).await.expect(201);
        city.post(&format!("/moral-model-pool/{one}/removal"), json!({ "reason": "本人请求。" })).await.expect(201);
        let tag = app.anonymous().get(&format!("/honorees/{other}")).await.expect(200).etag();
        city.delete(&format!("/honorees/{other}/merger"), Some(&tag)).await.expect(200);
        assert!(pool(&app, "").await.is_empty());
        let open = district.get(&format!("/pool-recommendations/{}", open.id())).await.expect(200);
        assert_eq!((&open.json["status"], &open.json["honoree_id"]), (&json!("lapsed"), &json!(other)));
    }

    async fn the_roll_is_exported_within_the_subtree_and_audited(app: App) {
        let tree = app.tree().await;
        let (city, district) = (city(&app, &tree).await, district(&app, &tree).await);
        let id = app.contender(&tree, Status::Forwarded, "dedication", "=HYPERLINK(\"x\")").await;
        app.votes(id, 3).await;
        publish(&app, &city, "2026-11").await;
        let honoree = holder(&app, id).await;
        city.post(&format!("/honorees/{honoree}/honours"), provincial()).await.expect(201);
        let rows = |reply: &Reply| -> Vec<Vec<String>> {
            let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(reply.bytes.clone())).unwrap();
            assert!(book.worksheet_formula("道德模范储备库").unwrap().is_empty(), "there is a formula");
            book.worksheet_range("道德模范储备库").unwrap().rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
        };
        let file = district.get("/exports/moral-model-pool.xlsx").await.expect(200);
        assert_eq!(file.header("cache-control"), "private, no-store");
        let found = rows(&file);
        assert_eq!(found[0][..3], ["编号", "姓名", "个人或群体"]);
        assert_eq!((found.len(), found[1][0].as_str(), found[1][1].as_str()), (2, honoree.as_str(), "=HYPERLINK(\"x\")"));
        assert_eq!(found[1][4..9], ["江汉区", "江汉区政务服务中心", "2026-11 2026-11-DED-0001", "省级 湖北好人 2026-10-15", "公示"]);
        assert_eq!(rows(&city.get("/exports/moral-model-pool.xlsx?level=national").await.expect(200)).len(), 1);
        let outside = app.user(Role::DistrictReviewer, Some(tree.other_district)).await.1;
        assert_eq!(rows(&outside.get("/exports/moral-model-pool.xlsx").await.expect(200)).len(), 1);
        app.user(Role::UnitReviewer, Some(tree.unit)).await.1.get("/exports/moral-model-pool.xlsx").await.problem(403, "forbidden");
        assert_eq!(audited(&app, "pool.exported").await, 3);
    }
}

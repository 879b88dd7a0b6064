//! Several honours of one person, suggestions, and the list with its filters.

use super::*;

both! {
    async fn who_is_listed_again_is_one_honoree_with_two_honours(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (first, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let again = in_december(&app, &tree, "integrity", "王小明").await;
        place(&app, again, tree.district, tree.sister_unit).await;
        let suggested = city.get(&format!("/candidates/{again}/honorees")).await.expect(200);
        assert_eq!(suggested.json["link"]["honoree_id"], Value::Null);
        let items = suggested.json["items"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["honoree"]["id"]), (1, &json!(honoree)));
        let codes: Vec<&str> = items[0]["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["same_name", "same_district"]);
        assert_eq!(items[0]["reasons"][0]["detail"], "姓名相同");

        let linked = link(&app, &city, again, json!(honoree)).await.expect(200);
        assert_eq!((&linked.json["honoree_id"], &linked.json["status"]), (&json!(honoree), &json!("forwarded")));
        // The same again changes nothing.
        assert_eq!(link(&app, &city, again, json!(honoree)).await.expect(200).etag(), linked.etag());
        assert_eq!(link(&app, &city, again, Value::Null).await.expect(200).json["honoree_id"], Value::Null);
        link(&app, &city, again, json!(honoree)).await.expect(200);
        assert_eq!(audited(&app, "candidate.honoree_linked").await, 3);

        let before = city.get(&format!("/honorees/{honoree}?scope=inner")).await.expect(200);
        assert_eq!(before.json["unit_id"], json!(tree.unit));
        publish(&app, &city, "2026-12").await;
        assert_eq!(holder(&app, again).await, honoree);
        let shown = app.anonymous().get(&format!("/honorees/{honoree}")).await.expect(200);
        let numbers: Vec<&Value> =
            shown.json["honours"].as_array().unwrap().iter().map(|one| &one["certificate_number"]).collect();
        assert_eq!(numbers, [&json!("2026-12-INT-0001"), &json!("2026-11-DED-0001")]);
        assert_eq!(shown.json["honours"][0]["level"], "municipal");
        assert_eq!((&shown.json["view"], &shown.json["unit_id"], &shown.json["standing"]), (&json!("public"), &Value::Null, &Value::Null));
        let inner = city.get(&format!("/honorees/{honoree}?scope=inner")).await.expect(200);
        assert_eq!((&inner.json["unit_id"], &inner.json["standing"]), (&json!(tree.sister_unit), &json!("shown")));
        assert_ne!(inner.etag(), before.etag());
        assert_eq!(ids(&app.anonymous().get("/honorees").await.expect(200)), std::slice::from_ref(&honoree));
        link(&app, &city, first, Value::Null).await.problem(409, "transition_not_allowed");
        link(&app, &city, again, Value::Null).await.problem(409, "transition_not_allowed");
    }

    async fn links_that_cannot_be(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let (_, honoree) = honoured(&app, &tree, &city, "王小明").await;
        let next = in_december(&app, &tree, "integrity", "王小明").await;
        let path = format!("/candidates/{next}/honoree");
        let body = json!({ "honoree_id": honoree });
        city.put(&path, None, body.clone()).await.problem(428, "precondition_required");
        city.put(&path, Some("\"99.x\""), body.clone()).await.problem(412, "precondition_failed");
        let tag = app.tag(next).await;
        let unknown = json!({ "honoree_id": "0192f1c5-7a00-7000-8000-000000000001" });
        let refused = city.put(&path, Some(&tag), unknown).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/honoree_id".to_owned(), "unknown_reference".to_owned())]);
        let refused = city.put(&path, Some(&tag), json!({})).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/honoree_id".to_owned(), "required".to_owned())]);
        city.put("/candidates/nobody/honoree", Some(&tag), body.clone()).await.problem(404, "not_found");
        let group = haoren::domain::candidate::Subject::Group;
        change(&app, next, CandidateChange { subject: Some(group), ..CandidateChange::default() }).await;
        let refused = link(&app, &city, next, json!(honoree)).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/honoree_id".to_owned(), "inconsistent".to_owned())]);
        for client in [app.user(Role::DistrictReviewer, Some(tree.district)).await.1, app.citizen().await] {
            client.put(&path, Some(&tag), body.clone()).await.problem(403, "forbidden");
            client.get(&format!("/candidates/{next}/honorees")).await.problem(403, "forbidden");
        }
        assert_eq!(audited(&app, "candidate.honoree_linked").await, 0);
    }

    async fn suggestions_know_telephone_year_and_other_writing(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let born = |year| CandidateChange { birth_year: Some(Some(year)), ..CandidateChange::default() };
        let alike = forwarded(&app, &tree, "張國榮").await;
        let by_phone = forwarded(&app, &tree, "陈桂兰").await;
        let other = forwarded(&app, &tree, "李卫国").await;
        change(&app, alike, born(1970)).await;
        for id in [by_phone, other] {
            place(&app, id, tree.other_district, tree.other_unit).await;
        }
        app.give_files(by_phone).await;
        publish(&app, &city, "2026-11").await;
        let next = in_december(&app, &tree, "integrity", "张国荣").await;
        change(&app, next, born(1970)).await;
        app.give_files(next).await;
        let found = city.with("Accept-Language", "en").get(&format!("/candidates/{next}/honorees")).await.expect(200);
        let items = found.json["items"].as_array().unwrap();
        let shown: Vec<(String, Vec<&str>)> = items.iter().map(|item| {
            let codes = item["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
            (item["honoree"]["name"].as_str().unwrap().to_owned(), codes)
        }).collect();
        assert_eq!(shown, [
            ("陈桂兰".to_owned(), vec!["same_phone"]),
            ("張國榮".to_owned(), vec!["similar_name", "same_birth_year", "same_district"]),
        ]);
        assert_eq!(items[0]["reasons"][0]["detail"], "The same telephone number");
        assert!(items[0]["score"].as_f64() > items[1]["score"].as_f64());
        assert!(!String::from_utf8(found.bytes).unwrap().contains("5678"));
    }

    #[expect(clippy::too_many_lines, reason = "one city, looked at by every filter")]
    async fn honorees_are_found_by_honours_that_are_shown(app: App) {
        let tree = app.tree().await;
        let city = city(&app, &tree).await;
        let shown = forwarded(&app, &tree, "王小明").await;
        let elsewhere = app.contender(&tree, Status::Forwarded, "bravery", "赵勇").await;
        app.votes(elsewhere, 2).await;
        place(&app, elsewhere, tree.other_district, tree.other_unit).await;
        let withheld = forwarded(&app, &tree, "欧阳娜娜").await;
        let revoked = forwarded(&app, &tree, "李卫国").await;
        publish(&app, &city, "2026-11").await;
        let [shown, elsewhere_by] = [holder(&app, shown).await, holder(&app, elsewhere).await];
        let (of_withheld, of_revoked) = (holder(&app, withheld).await, holder(&app, revoked).await);
        withhold(&app, withheld).await;
        revoke(&app, &city, revoked, "事迹失实").await;
        // Who was listed in December alone.
        let late = in_december(&app, &tree, "integrity", "周敏").await;
        publish(&app, &city, "2026-12").await;
        let late = holder(&app, late).await;
        city.post(&format!("/honorees/{shown}/honours"), provincial()).await.expect(201);
        let public = app.anonymous();
        let find = async |query: &str| ids(&public.get(&format!("/honorees?{query}")).await.expect(200));
        let all = [late.clone(), elsewhere_by.clone(), shown.clone()];
        assert_eq!(find("").await.len(), 3);
        let district = |id: OrganizationId| format!("district={id}");
        for (query, expected) in [
            ("cycle=2026-11&category=dedication".to_owned(), vec![&shown]),
            ("cycle=2026-12".to_owned(), vec![&late]),
            ("year=2025".to_owned(), vec![]),
            ("category=bravery".to_owned(), vec![&elsewhere_by]),
            ("level=provincial".to_owned(), vec![&shown]),
            ("level=provincial&year=2026".to_owned(), vec![&shown]),
            ("level=provincial&year=2027".to_owned(), vec![]),
            ("level=provincial&cycle=2026-12".to_owned(), vec![]),
            ("level=national".to_owned(), vec![]),
            (district(tree.other_district), vec![&elsewhere_by]),
            (format!("unit={}", tree.other_unit), vec![&elsewhere_by]),
            ("q=%E5%B0%8F%E6%98%8E".to_owned(), vec![&shown]),
            ("q=%E6%AC%A7%E9%98%B3".to_owned(), vec![]),
            ("q=%E6%9D%8E%E5%8D%AB".to_owned(), vec![]),
        ] {
            assert_eq!(find(&query).await, expected.into_iter().cloned().collect::<Vec<_>>(), "{query}");
        }
        let mut found = find("level=municipal&year=2026").await;
        found.sort();
        let mut expected = all.to_vec();
        expected.sort();
        assert_eq!(found, expected);
        // Page by page it is the same, without one twice.
        let mut walked = Vec::new();
        let mut path = "/honorees?limit=1".to_owned();
        loop {
            let page = public.get(&path).await.expect(200);
            walked.extend(ids(&page));
            let Some(cursor) = page.json["next_cursor"].as_str() else { break };
            path = format!("/honorees?limit=1&cursor={cursor}");
        }
        assert_eq!(walked, find("").await);
        for query in ["sort=name", "q=", "level=world", "year=x", "scope=public"] {
            public.get(&format!("/honorees?{query}")).await.problem(400, "invalid_query");
        }

        public.get("/honorees?scope=inner").await.problem(401, "unauthenticated");
        app.citizen().await.get("/honorees?scope=inner").await.problem(403, "forbidden");
        let inner = city.get("/honorees?scope=inner").await.expect(200);
        assert_eq!(inner.header("cache-control"), "private, no-store");
        assert_eq!(ids(&inner).len(), 5);
        let unit = app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1;
        assert_eq!(ids(&unit.get("/honorees?scope=inner").await.expect(200)), std::slice::from_ref(&elsewhere_by));
        unit.get(&format!("/honorees/{shown}?scope=inner")).await.problem(404, "not_found");
        for (id, standing) in [(&of_withheld, "withheld"), (&of_revoked, "revoked")] {
            public.get(&format!("/honorees/{id}")).await.problem(404, "not_found");
            let seen = city.get(&format!("/honorees/{id}?scope=inner")).await.expect(200);
            assert_eq!((&seen.json["standing"], &seen.json["honours"][0]["standing"]), (&json!(standing), &json!(standing)));
        }
        let seen = public.get(&format!("/honorees/{shown}")).await.expect(200);
        assert!(seen.header("cache-control").starts_with("public"));
        public.with("If-None-Match", seen.header("etag")).get(&format!("/honorees/{shown}")).await.expect(304);
    }
}

//! What no font has: a font that is copied in, and a month's certificates of which some cannot be drawn: the others are put
//! together, and what is missing is listed.

use super::*;

/// A published list with these names, of which the first has most votes.
async fn published(app: &App, names: &[&str]) -> (Client, Vec<CandidateId>) {
    let tree = app.tree().await;
    let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
    let mut ids = Vec::new();
    for (count, name) in names.iter().enumerate() {
        let id = app.contender(&tree, Status::Forwarded, "dedication", name).await;
        app.votes(id, 9 - i64::try_from(count).unwrap()).await;
        ids.push(id);
    }
    app.set_clock("2026-12-01T02:00:00Z");
    city.post("/lists", json!({ "cycle": "2026-11" })).await.expect(201);
    (city, ids)
}

fn with_fonts(folder: &tempfile::TempDir) -> impl FnOnce(&mut haoren::settings::Settings) {
    let folder = folder.path().to_owned();
    move |settings| settings.font_dir = Some(folder)
}

both! {
    async fn a_font_that_is_copied_in_is_found(app: App) {
        listed(&app, "王𠀀·艾力", ResultSource::Local).await;
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("fonts");
        let server = app.beside_as(|settings| settings.font_dir = Some(folder.clone())).await;
        let public = server.anonymous();
        public.get(PDF).await.problem(409, "character_missing");
        std::fs::create_dir(&folder).unwrap();
        public.get(PDF).await.problem(409, "character_missing");
        // A broken one, which comes first, does not stop the others.
        std::fs::write(folder.join("a.ttf"), b"no font").unwrap();
        public.get(PDF).await.problem(409, "character_missing");
        std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/rare.ttf"), folder.join("b.ttf")).unwrap();
        let issued = public.get(PDF).await.expect(200);
        assert!(Pdf::of(&issued.bytes).text().contains("王𠀀·艾力："));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(public.get(PDF).await.expect(200).bytes == issued.bytes, "what was issued stays");
    }

    async fn what_was_issued_with_other_fonts_does_not_stop_the_others(app: App) {
        let folder = fonts();
        let (city, _) = published(&app, &["王𠀀明", "王小明", "王𰻝𰻝"]).await;
        let provided = app.beside_as(with_fonts(&folder)).await;
        provided.set_clock("2026-12-01T02:00:00Z");
        provided.anonymous().get(PDF).await.expect(200);
        let missing = |number: &str, character: &str, positions: Value| {
            json!({
                "number": number, "code": "character_missing", "characters": [character],
                "detail": format!("缺少 {character}；请管理员在 HAOREN_FONT_DIR 中补充字体"),
                "places": [{ "character": character, "part": "name", "member": null, "positions": positions }],
            })
        };
        // What is drawn anew lacks the character that this server has no font for.
        let (done, file) = month(&city, "pdf").await;
        let (rare, rarest) =
            (missing("2026-11-DED-0001", "U+20000", json!([2])), missing("2026-11-DED-0003", "U+30EDD", json!([2, 3])));
        assert_eq!(done["result"]["missing"], json!([rare, rarest.clone()]));
        assert_eq!((&done["result"]["certificates"], &done["result"]["left_out"]), (&json!(1), &json!(0)));
        let pdf = Pdf::of(&file.expect(200).bytes);
        assert_eq!(pdf.pages(), 1);
        assert!(pdf.text().contains("王小明："), "{}", pdf.text());
        // What was issued is in the ZIP all the same.
        let (done, file) = month(&city, "zip").await;
        assert_eq!(done["result"]["missing"], json!([rarest]));
        let zip = zip_of(&file.expect(200));
        let names: Vec<&str> = zip.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["2026-11-DED-0001 王𠀀明.pdf", "2026-11-DED-0002 王小明.pdf", "未生成的证书.txt"]);
        let told = std::str::from_utf8(&zip[2].1).unwrap();
        assert!(told.contains("2026-11-DED-0003　王𰻝𰻝（敬业奉献）\r\n   原因：字库缺字：姓名第2、3字缺 U+30EDD"), "{told}");
        assert!(!told.contains("DED-0001") && !told.contains("DED-0002"), "{told}");
    }

    async fn a_lost_file_does_not_stop_the_others(app: App) {
        let (city, ids) = published(&app, &["王小明", "李芳"]).await;
        let elsewhere = app.beside_as(|settings| settings.public_url = Some("https://a.example.cn".to_owned())).await;
        elsewhere.anonymous().get(PDF).await.expect(200);
        // Damaged, and the name was corrected: it cannot be drawn again.
        let key = files(&app).await[0];
        app.service.files.put(key, bytes::Bytes::from_static(b"%PDF- damaged")).await.unwrap();
        rename(&app, ids[0], "王晓明").await;
        let (done, file) = month(&city, "zip").await;
        let missing = &done["result"]["missing"];
        assert_eq!((missing.as_array().unwrap().len(), &missing[0]["code"]), (1, &json!("certificate_lost")));
        assert_eq!((&missing[0]["number"], &missing[0]["places"]), (&json!(NUMBER), &json!([])));
        let zip = zip_of(&file.expect(200));
        assert_eq!(zip.len(), 2);
        assert!(std::str::from_utf8(&zip[1].1).unwrap().contains("已颁发的证书文件丢失"));
        // It can be reissued, and then nothing is missing.
        let body = json!({ "reason": "文件丢失。" });
        city.post(&format!("/certificates/{NUMBER}/reissues"), body).await.expect(201);
        let (done, file) = month(&city, "zip").await;
        assert_eq!((&done["result"]["certificates"], &done["result"]["missing"]), (&json!(2), &json!([])));
        assert_eq!(zip_of(&file.expect(200)).len(), 2);
    }

    async fn where_none_can_be_drawn_all_reasons_are_told(app: App) {
        let (city, ids) = published(&app, &["王𰻝", "𱁬𰻝"]).await;
        let group = ids[1];
        app.write(move |db: &mut Connection| {
            use diesel::prelude::*;
            let members = storage::sql_values::Stored(vec!["李芳".to_owned(), "李𠀀".to_owned()]);
            let target = candidates::table.filter(candidates::id.eq(group));
            diesel::update(target).set(candidates::members.eq(members)).execute(db).unwrap();
            Ok(())
        })
        .await;
        for format in ["zip", "pdf"] {
            let begun = city.get(&format!("/exports/certificates.{format}?cycle=2026-11")).await.expect(202);
            let ended = city.ended(&begun).await;
            assert_eq!((&ended.json["status"], &ended.json["result"]), (&json!("failed"), &Value::Null), "{}", ended.json);
            let problem = &ended.json["problem"];
            assert_eq!((&problem["code"], &problem["status"]), (&json!("character_missing"), &json!(409)));
            let told: Vec<(&str, &str)> = problem["errors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (one["number"].as_str().unwrap(), one["character"].as_str().unwrap()))
                .collect();
            let expected = [
                ("2026-11-DED-0001", "U+30EDD"),
                ("2026-11-DED-0002", "U+20000"),
                ("2026-11-DED-0002", "U+30EDD"),
                ("2026-11-DED-0002", "U+3106C"),
            ];
            assert_eq!(told, expected);
            city.get(&format!("/operations/{}/file", begun.id())).await.problem(404, "not_found");
        }
        assert_eq!(files(&app).await, []);
    }
}

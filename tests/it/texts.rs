//! Texts: what is counted, and what comes back of what was sent.

use haoren::domain::{candidate::Status, text, word_count};
use proptest::{
    prelude::*,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::{contract::operations, harness::App};

/// The table in the contract's description of `POST /text-count`: text and count.
fn table() -> Vec<(String, u64)> {
    let known = operations();
    let operation = known.iter().find(|one| one.path == "/api/v1/text-count").unwrap();
    let description = operation.spec["description"].as_str().unwrap();
    let rows = description.lines().filter_map(|line| line.trim().strip_prefix("| `\"")?.split_once("\"` | "));
    rows.map(|(text, rest)| {
        let text = serde_json::from_str(&format!("\"{text}\"")).unwrap();
        (text, rest.split_once(" |").unwrap().0.parse().unwrap())
    })
    .collect()
}

#[test]
fn the_table_of_the_contract_is_what_the_code_counts() {
    let table = table();
    assert_eq!(table.len(), 20);
    for (text, count) in table {
        assert_eq!(word_count::count(&text::tidy_paragraphs(&text)) as u64, count, "{text:?}");
    }
}

both! {
    async fn a_text_is_counted_as_the_table_says(app: App) {
        let anybody = app.anonymous();
        for (text, count) in table() {
            let counted = anybody.post("/text-count", json!({ "text": text })).await.expect(200);
            let length = text::tidy_paragraphs(&text).chars().count();
            assert_eq!(counted.json, json!({ "characters": count, "length": length }), "{text:?}");
        }
        let refused = anybody.post("/text-count", json!({ "text": "好\u{202E}人" })).await.problem(422, "validation_failed");
        assert_eq!((&refused.json["errors"][0]["character"], &refused.json["errors"][0]["position"]), (&json!("U+202E"), &json!(1)));
        let most = anybody.post("/text-count", json!({ "text": "好".repeat(10_000) })).await.expect(200);
        assert_eq!(most.json, json!({ "characters": 10_000, "length": 10_000 }));
        anybody.post("/text-count", json!({ "text": "好".repeat(10_001) })).await.problem(422, "validation_failed");
        // Decomposed, the text has twice as many characters as what is kept of it.
        let composed = anybody.post("/text-count", json!({ "text": "e\u{301}".repeat(6_000) })).await.expect(200);
        assert_eq!(composed.json, json!({ "characters": 1, "length": 6_000 }));
        let request = anybody.request(reqwest::Method::POST, "/text-count").header("Content-Type", "application/json");
        anybody.send(request.body(r#"{"text":"\ud840"}"#)).await.problem(400, "malformed_json");
    }

    async fn what_is_accepted_comes_back_as_it_is_kept(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        let path = format!("/candidates/{id}");
        let mut runner = TestRunner::deterministic();
        let hard: Vec<char> = "张三e\u{301}\u{323}\u{F900}\u{2F800}ㅎ\u{1112}\u{1161}\u{11AB}𬭎𠀀·•İß\u{212B}👍🏽 \n\t\"\\/'%_"
            .chars()
            .collect();
        let chars = prop_oneof![4 => prop::sample::select(hard), 1 => any::<char>()];
        let texts = prop::collection::vec(chars, 1..30).prop_map(|chars| chars.into_iter().collect::<String>());
        let special = ["葛\u{E0100}城", "👨‍👩‍👧‍👦❤️", "ᠮ\u{180B}", "\u{31350}\u{323AF}", "阿卜杜拉·艾力", "\u{F900}e\u{301}"];
        let generated = (0..60).map(|_| texts.new_tree(&mut runner).unwrap().current());
        let mut taken = 0;
        for text in special.map(str::to_owned).into_iter().chain(generated) {
            let is_allowed = text::paragraphs(&text, 10_000).is_empty();
            let reply = staff.unit.patch(&path, &app.tag(id).await, json!({ "deed": text })).await;
            assert_eq!(reply.status, if is_allowed { 200 } else { 422 }, "{text:?} {}", reply.json);
            if is_allowed {
                taken += 1;
                let kept = text::tidy_paragraphs(&text);
                assert_eq!(staff.unit.get(&path).await.expect(200).json["deed"], Value::String(kept.clone()));
                assert_eq!(app.stored(id).await.deed, Some(kept));
            }
        }
        assert!(taken > 30, "only {taken} texts were accepted");
    }

    async fn a_name_is_kept_composed_and_found_however_it_is_typed(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, Status::Nominated).await;
        for (sent, kept, asked) in [
            ("Ange\u{301}lique", "Angélique", "ange%CC%81lique"),
            ("\u{F900}\u{2F800}", "\u{F900}\u{2F800}", "%E8%B1%88"),
            ("葛\u{E0100}城", "葛\u{E0100}城", "%E8%91%9B%E5%9F%8E"),
        ] {
            let reply = staff.unit.patch(&format!("/candidates/{id}"), &app.tag(id).await, json!({ "name": sent })).await;
            assert_eq!(reply.expect(200).json["name"], kept);
            let found = staff.unit.get(&format!("/candidates?q={asked}")).await.expect(200);
            assert_eq!(found.json["items"].as_array().unwrap().len(), 1, "{sent}");
        }
    }
}

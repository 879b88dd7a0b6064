//! The word lists: kept by the city, and in force at once in every process.

use haoren::{
    domain::{id::UserId, word_list::WordLists},
    storage,
};

use super::*;

both! {
    async fn the_lists_are_read_and_replaced(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, citizen) = (city(&app, &tree).await, app.citizen().await);
        let empty = city.get("/moderation/word-lists").await.expect(200);
        assert_eq!((&empty.json["words"], &empty.json["updated_at"]), (&json!([]), &Value::Null));
        let body = json!({ "words": [" 赌博 ", "赌博", "賭博"], "allowed": ["反赌博"] });
        city.put("/moderation/word-lists", None, body.clone()).await.problem(428, "precondition_required");
        let kept = city.put("/moderation/word-lists", Some(&empty.etag()), body.clone()).await.expect(200);
        assert_eq!(kept.json["words"], json!(["赌博", "賭博"]));
        assert_eq!(city.get("/moderation/word-lists").await.expect(200).json, kept.json);
        city.put("/moderation/word-lists", Some(&empty.etag()), body).await.problem(412, "precondition_failed");
        let wrong = json!({ "words": ["好", "……", ""], "allowed": ["\u{202E}反"] });
        let refused = city.put("/moderation/word-lists", Some(&kept.etag()), wrong).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/words/2".to_owned(), "too_short".to_owned())], "what the schema finds comes first");
        let wrong = json!({ "words": ["好", "……"], "allowed": ["\u{202E}反"] });
        let refused = city.put("/moderation/word-lists", Some(&kept.etag()), wrong).await.problem(422, "validation_failed");
        let expected = [("/allowed/0", "forbidden_character"), ("/words/1", "malformed")];
        assert_eq!(refused.faults(), expected.map(|(at, code)| (at.to_owned(), code.to_owned())));
        assert_eq!(say(&app, &citizen, id, "赌 博").await.expect(201).json["status"], "held");
    }

    async fn a_list_of_fifty_thousand_words_is_taken_and_one_more_word_is_not(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (city, citizen) = (city(&app, &tree).await, app.citizen().await);
        let mut words: Vec<String> = (0..50_000).map(|number| format!("违禁词{number}号")).collect();
        let etag = city.get("/moderation/word-lists").await.expect(200).etag();
        let body = json!({ "words": words, "allowed": [] });
        let kept = city.put("/moderation/word-lists", Some(&etag), body).await.expect(200);
        words.push("再来一个".to_owned());
        let body = json!({ "words": words, "allowed": [] });
        let refused = city.put("/moderation/word-lists", Some(&kept.etag()), body).await.problem(422, "validation_failed");
        assert_eq!(refused.faults(), [("/words".to_owned(), "too_many".to_owned())]);
        assert_eq!(say(&app, &citizen, id, "违·禁·词49999号").await.expect(201).json["status"], "held");
        assert_eq!(say(&app, &citizen, id, "违禁词号").await.expect(201).json["status"], "shown");
    }

    async fn a_process_notices_that_another_has_changed_the_lists(app: App) {
        let (tree, id) = forwarded(&app).await;
        let (user, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let citizen = app.citizen().await;
        list_words(&city, &["甲乙"], &[]).await.expect(200);
        assert_eq!(say(&app, &citizen, id, "丙丁").await.expect(201).json["status"], "shown");
        change_elsewhere(&app, user, &["丙丁"]).await;
        assert_eq!(say(&app, &citizen, id, "丙丁").await.expect(201).json["status"], "held");
        assert_eq!(say(&app, &citizen, id, "甲乙").await.expect(201).json["status"], "shown");
    }
}

/// Writes the lists past this process's service, as another process does.
async fn change_elsewhere(app: &App, user: UserId, words: &[&str]) {
    let words = words.iter().map(|&word| word.to_owned()).collect();
    app.write(move |db| {
        let version = storage::word_lists::version(db)?;
        let lists = WordLists { words, allowed: Vec::new() };
        assert!(storage::word_lists::replace_if(db, version, &lists, (user, chrono::DateTime::UNIX_EPOCH))?);
        Ok(())
    })
    .await;
}

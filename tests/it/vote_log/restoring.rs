//! A database that is behind the last published head.

use std::{path::Path, sync::Arc};

use diesel::connection::SimpleConnection as _;
use haoren::{
    service::{Service, clock::ManualTime, startup, vote_log},
    storage::{Address, Connection, files::FileKey},
};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::harness::database;

/// The heads that are kept outside the database.
async fn kept(service: &Service) -> Value {
    let bytes = service.files.find(FileKey::VoteLogHeads(month())).await.unwrap().unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

async fn change(app: &App, statements: &'static [&'static str]) {
    app.write(move |db| {
        for statement in statements {
            db.batch_execute(statement).map_err(haoren::storage::StoreError::from)?;
        }
        Ok(())
    })
    .await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A backup of the database is put under the data of a server that had gone on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_database_begins_a_new_origin() {
    let app = App::on_sqlite().await;
    let [first, _] = voted(&app, 300, 0).await;
    let restored = TempDir::with_prefix("haoren-it-").unwrap();
    let Address::Sqlite(path) = app.settings.address().unwrap() else { panic!("not SQLite") };
    let backup = restored.path().join("haoren.sqlite3");
    let mut db = Connection::open(&Address::Sqlite(path)).unwrap();
    db.batch_execute(&format!("VACUUM INTO '{}'", backup.display())).unwrap();
    app.votes(first, 20).await;
    advance(&app).await;
    let lost = log(&app.anonymous(), "head").await;
    for folder in ["keys", "photos"] {
        copy(&app.settings.data_dir.join(folder), &restored.path().join(folder));
    }
    let settings = database::settings(restored.path(), None);
    let time = ManualTime::at("2026-11-05T02:00:00Z".parse().unwrap());
    let setup = settings.setup(true).unwrap();
    let service = tokio::task::spawn_blocking(move || startup::open(&setup, Arc::new(time)).unwrap()).await.unwrap();
    service.clocks.set_campaign(VOTING.parse().ok());
    vote_log::settle_at_start(&service).await.unwrap();
    let head = vote_log::get_head(&service, month()).await.unwrap();
    assert_eq!((head.current.origin, head.current.size), (2, 300));
    let [ended] = head.earlier.as_slice() else { panic!("{:?}", head.earlier) };
    assert_eq!(ended.note, lost["note"].as_str().unwrap());
    assert_eq!(ended.ended_because.map(|because| because.to_string()), Some("behind".to_owned()));
    vote_log::settle_at_start(&service).await.unwrap();
    assert_eq!(vote_log::get_head(&service, month()).await.unwrap().current.note, head.current.note, "once is enough");
}

both! {
    async fn a_log_that_lost_entries_says_so(app: App) {
        voted(&app, 12, 0).await;
        let client = app.anonymous();
        let lost = log(&client, "head").await;
        change(&app, &[
            "DELETE FROM votes WHERE seq >= 10",
            "UPDATE vote_logs SET size = 10",
            "DELETE FROM vote_log_trees",
            "DELETE FROM vote_log_tiles",
            "DELETE FROM vote_log_heads",
        ]).await;
        advance(&app).await;
        let head = log(&client, "head").await;
        assert_eq!(checked(&head).size, 10);
        assert_eq!(head["origin_number"], 2);
        assert!(head["origin"].as_str().unwrap().ends_with("/2026-11/2"));
        assert_eq!(head["earlier"].as_array().unwrap().len(), 1);
        assert_eq!(head["earlier"][0]["note"], lost["note"]);
        assert_eq!(head["earlier"][0]["ended_because"], "behind");
        checked(&head["earlier"][0]);
        assert_eq!(kept(&app.service).await["heads"].as_array().unwrap().len(), 2);
        assert_is_root_of(&checked(&head), &entries(&client, 10).await);
    }

    async fn a_log_that_went_another_way_says_so(app: App) {
        let [first, second] = voted(&app, 12, 0).await;
        let client = app.anonymous();
        change(&app, &[
            "DELETE FROM votes WHERE seq >= 10",
            "DELETE FROM vote_traces WHERE seq >= 10",
            "UPDATE vote_logs SET size = 10",
            "DELETE FROM vote_log_trees",
            "DELETE FROM vote_log_tiles",
            "DELETE FROM vote_log_heads",
        ]).await;
        app.votes(second, 9).await;
        advance(&app).await;
        let head = log(&client, "head").await;
        assert_eq!((&head["origin_number"], checked(&head).size), (&json!(2), 19));
        assert_eq!(head["earlier"][0]["ended_because"], "diverged");
        // And goes on from there.
        app.votes(first, 1).await;
        advance(&app).await;
        let next = log(&client, "head").await;
        assert_eq!((&next["origin_number"], checked(&next).size), (&json!(2), 20));
        assert_eq!(next["earlier"], head["earlier"]);
        let proof = log(&client, "consistency?from=19").await;
        assert_eq!(proof["from_root"], head["root"]);
    }

    async fn a_backup_from_before_the_first_vote_is_noticed_at_start(app: App) {
        voted(&app, 4, 0).await;
        change(&app, &[
            "DELETE FROM votes",
            "DELETE FROM vote_log_trees",
            "DELETE FROM vote_log_tiles",
            "DELETE FROM vote_log_heads",
            "DELETE FROM vote_logs",
        ]).await;
        app.set_clock(CLOSED);
        vote_log::settle_at_start(&app.service).await.unwrap();
        let head = log(&app.anonymous(), "head").await;
        assert_eq!((&head["origin_number"], checked(&head).size), (&json!(2), 0));
        assert_eq!(head["earlier"][0]["size"], 4);
    }

    async fn nothing_is_signed_while_the_kept_heads_cannot_be_read(app: App) {
        let [first, _] = voted(&app, 4, 0).await;
        let before = log(&app.anonymous(), "head").await;
        app.service.files.put(FileKey::VoteLogHeads(month()), "not heads".into()).await.unwrap();
        app.votes(first, 1).await;
        assert!(vote_log::advance(&app.service).await.is_err());
        assert_eq!(log(&app.anonymous(), "head").await, before);
    }

    async fn heads_that_are_kept_are_not_swept(app: App) {
        voted(&app, 1, 0).await;
        app.time.advance(chrono::Duration::days(400));
        haoren::service::sweeping::sweep_files(&app.service).await.unwrap();
        assert_eq!(kept(&app.service).await["heads"][0]["origin"], 1);
    }
}

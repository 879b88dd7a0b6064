//! Invalidations, and the end of the secret.

use diesel::{RunQueryDsl, sql_query};
use haoren::{
    domain::vote_log::Reason,
    service::{
        Error, Service,
        vote_log::{self, Recheck},
    },
    storage::{self, StoreError},
};

use super::*;

async fn invalidate(service: &Service, vote: i64) -> Result<i64, Error> {
    let of_service = service.clone();
    let reason: Reason = "同一人的重复投票".parse().unwrap();
    service.store.write(move |db| vote_log::append_invalidation(&of_service, db, month(), vote, &reason)).await
}

fn code(outcome: Result<i64, Error>) -> String {
    outcome.unwrap_err().code().unwrap().to_string()
}

async fn publish(app: &App) {
    app.set_clock("2026-12-02T02:00:00Z");
    let now = app.service.clocks.campaign();
    assert!(app.write(move |db| Ok(storage::cycles::set_published(db, month(), now)?)).await);
}

async fn recheck(app: &App) -> Recheck {
    let vault = app.service.vault.clone();
    app.service.store.read(move |db| vote_log::recheck(&vault, db, month())).await.unwrap()
}

async fn audited(app: &App) -> usize {
    let events = app.service.store.read(|db| {
        let found =
            sql_query("UPDATE audit_events SET action = action WHERE action = 'vote_log.secret_destroyed'").execute(db);
        Ok::<_, StoreError>(found?)
    });
    events.await.unwrap()
}

both! {
    async fn an_invalidation_is_an_entry_with_its_reason(app: App) {
        let [first, _] = voted(&app, 3, 0).await;
        assert_eq!(invalidate(&app.service, 1).await.unwrap(), 3);
        app.votes(first, 1).await;
        advance(&app).await;
        let client = app.anonymous();
        let lines = entries(&client, 5).await;
        let line = lines.lines().nth(3).unwrap();
        assert_eq!(line, r#"{"seq":3,"kind":"invalidation","vote":1,"reason":"同一人的重复投票","minute":"2026-11-26T02:00Z"}"#);
        assert_is_root_of(&checked(&log(&client, "head").await), &lines);
        assert_eq!(code(invalidate(&app.service, 1).await), "already_decided");
        assert_eq!(code(invalidate(&app.service, 3).await), "not_found", "an invalidation is no vote");
        assert_eq!(code(invalidate(&app.service, 5).await), "not_found");
        assert_eq!(recheck(&app).await, Recheck::Same { size: 5, recategorized: 0 });
    }

    async fn the_secret_goes_when_the_time_for_objections_is_over(app: App) {
        voted(&app, 300, 5).await;
        let client = app.anonymous();
        invalidate(&app.service, 7).await.unwrap();
        publish(&app).await;
        invalidate(&app.service, 8).await.unwrap();
        app.set_clock("2026-12-17T01:59:59Z");
        assert_eq!(vote_log::destroy_secrets(&app.service).await.unwrap(), 0, "not yet");
        invalidate(&app.service, 9).await.unwrap();
        app.set_clock("2026-12-17T02:00:00Z");
        assert_eq!(code(invalidate(&app.service, 10).await), "log_closed");
        // What was not yet in the tree is, before the secret goes.
        assert_eq!(vote_log::destroy_secrets(&app.service).await.unwrap(), 1);
        assert_eq!(vote_log::destroy_secrets(&app.service).await.unwrap(), 0);
        assert_eq!(audited(&app).await, 1);
        let head = log(&client, "head").await;
        assert_eq!(head["secret_destroyed_at"], "2026-12-17T02:00:00Z");
        let lines = entries(&client, 308).await;
        assert_is_root_of(&checked(&head), &lines);
        assert_eq!(lines.lines().filter(|line| line.contains("\"invalidation\"")).count(), 3);
        assert_eq!(code(invalidate(&app.service, 10).await), "log_closed");
        let service = app.service.clone();
        let opened = app.service.store.write(move |db| vote_log::open(&service.vote_logs, db, month()));
        assert_eq!(opened.await.unwrap_err().code().unwrap().to_string(), "log_closed");
        assert_eq!(recheck(&app).await, Recheck::WithoutSecret);
        advance(&app).await;
    }

    async fn a_cycle_that_was_never_published_keeps_its_secret(app: App) {
        voted(&app, 1, 0).await;
        app.set_clock("2027-12-01T00:00:00Z");
        assert_eq!(vote_log::destroy_secrets(&app.service).await.unwrap(), 0);
        assert_eq!(recheck(&app).await, Recheck::Same { size: 1, recategorized: 0 });
    }

    async fn rows_that_were_changed_are_found(app: App) {
        voted(&app, 290, 10).await;
        let change = |statement: &'static str| app.write(move |db| {
            sql_query(statement).execute(db).map_err(StoreError::from)?;
            Ok(())
        });
        change("UPDATE candidates SET category = 'integrity' WHERE category = 'bravery'").await;
        assert_eq!(recheck(&app).await, Recheck::Same { size: 300, recategorized: 10 });
        change("UPDATE votes SET voter = voter + 5000000 WHERE seq = 288").await;
        assert_eq!(recheck(&app).await, Recheck::Differs { size: 300, first: Some(288) });
        change("UPDATE votes SET day = 20000 WHERE seq = 280").await;
        assert_eq!(recheck(&app).await, Recheck::Differs { size: 300, first: Some(280) });
        change("DELETE FROM votes WHERE seq = 100").await;
        let vault = app.service.vault.clone();
        let gone = app.service.store.read(move |db| vote_log::recheck(&vault, db, month())).await;
        assert!(gone.unwrap_err().to_string().contains("entry 100"));
    }
}

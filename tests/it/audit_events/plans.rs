//! Whatever the audit is asked for by, a page of it is the beginning of a range of an index: nothing is sorted, nothing scanned.

use std::sync::{Arc, Mutex};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl, connection::InstrumentationEvent, sql_query, sql_types::Text,
};
use haoren::{
    domain::id::UserId,
    storage::{
        Connection,
        audit_events::{self, AuditFilter},
    },
};

use super::{auditor, moment, seal, visit, write};
use crate::{harness::App, queries::counted};

#[derive(QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresStep {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The one query that `work` sends.
fn sent<T>(db: &mut Connection, work: impl FnOnce(&mut Connection) -> T) -> String {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            seen.lock().unwrap().push(query.to_string());
        }
    });
    drop(work(db));
    db.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    let sent = sent.lock().unwrap();
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent[0].split(" -- binds").next().unwrap().to_owned()
}

/// How the database would go about it, whatever the values are; on PostgreSQL as in a large table.
fn plan(db: &mut Connection, query: &str) -> String {
    match db {
        Connection::Sqlite(db) => {
            let steps: Vec<SqliteStep> = sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(db).unwrap();
            steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; ")
        }
        Connection::Postgres(db) => {
            let places = (1..100).take_while(|place| query.contains(&format!("${place}"))).count();
            let values = if places == 0 { String::new() } else { format!("({})", vec!["NULL"; places].join(", ")) };
            for statement in [
                "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan".to_owned(),
                format!("PREPARE asked AS {query}"),
            ] {
                diesel::connection::SimpleConnection::batch_execute(db, &statement).unwrap();
            }
            let steps: Vec<PostgresStep> = sql_query(format!("EXPLAIN EXECUTE asked{values}")).load(db).unwrap();
            diesel::connection::SimpleConnection::batch_execute(db, "DEALLOCATE asked; RESET ALL").unwrap();
            steps.into_iter().map(|step| step.line).collect::<Vec<_>>().join("; ")
        }
    }
}

fn asserted(db: &mut Connection, query: &str, index: &str) {
    let plan = plan(db, query);
    // SQLite names the index of a constraint by its place.
    let is_named =
        plan.contains(index) || (index == "audit_events_number" && plan.contains("autoindex_audit_events_2"));
    assert!(is_named, "{index} in {plan} for {query}");
    for slow in ["TEMP B-TREE", "Sort", "Seq Scan"] {
        assert!(!plan.contains(slow), "{slow} in {plan} for {query}");
    }
}

both! {
    async fn each_filter_is_served_by_its_index(app: App) {
        let actor = Some(UserId(uuid::Uuid::nil()));
        let action = Some("visit.recorded".to_owned());
        let (kind, id) = (Some("visit".to_owned()), Some("a".to_owned()));
        let (from, until) = (Some(moment(0)), Some(moment(9)));
        let filters = [
            (AuditFilter::default(), "audit_events_at"),
            (AuditFilter { from, until, ..AuditFilter::default() }, "audit_events_at"),
            (AuditFilter { actor, ..AuditFilter::default() }, "audit_events_actor"),
            (AuditFilter { action, ..AuditFilter::default() }, "audit_events_action"),
            (AuditFilter { subject_kind: kind.clone(), ..AuditFilter::default() }, "audit_events_kind"),
            (AuditFilter { subject_kind: kind, subject_id: id, ..AuditFilter::default() }, "audit_events_subject"),
        ];
        let work = move |db: &mut Connection| {
            for (filter, index) in filters {
                for descending in [true, false] {
                    for after in [None, Some((moment(5), 7))] {
                        let spans = [(None, None), (Some(moment(0)), Some(moment(9)))];
                        for (from, until) in spans {
                            let filter = AuditFilter {
                                descending,
                                from: filter.from.or(from),
                                until: filter.until.or(until),
                                ..filter.clone()
                            };
                            let query = sent(db, |db| audit_events::list(db, &filter, after, 21).unwrap());
                            asserted(db, &query, index);
                        }
                    }
                }
            }
            let query = sent(db, |db| audit_events::list_chain(db, 7, 200).unwrap());
            asserted(db, &query, "audit_events_number");
            let index = if matches!(db, Connection::Sqlite(_)) { "audit_events_number" } else { "audit_events_waiting" };
            let query = sent(db, |db| audit_events::list_waiting(db, 200).unwrap());
            asserted(db, &query, index);
            let query = sent(db, |db| audit_events::is_any_waiting(db).unwrap());
            asserted(db, &query, if index == "audit_events_number" { index } else { "audit_events_" });
            Ok::<_, haoren::service::Error>(())
        };
        app.service.store.read(work).await.unwrap();
    }

    async fn a_page_is_three_queries_however_long_it_is(app: App) {
        auditor(&app).await;
        write(&app, (0..60).map(|minute| visit(minute, 0))).await;
        seal(&app).await;
        let work = |db: &mut Connection| {
            let ask = |db: &mut Connection, limit| {
                counted(db, |db| haoren::service::audit_events::read_page(db, &AuditFilter::default(), None, limit).unwrap())
            };
            assert_eq!((ask(db, 2), ask(db, 50)), (3, 3));
            Ok::<_, haoren::service::Error>(())
        };
        app.service.store.read(work).await.unwrap();
    }
}

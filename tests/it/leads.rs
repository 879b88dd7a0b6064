//! 线索: what comes in before it is a nomination, and what becomes of it.

mod arrival;
mod erasure;
mod handling;
mod promotion;
mod races;
mod silence;

use haoren::{
    domain::role::Role,
    service::Error,
    storage::{self, Connection},
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Reply, Tree};

const MESSAGE: &str = "张三，江汉区政务服务中心，助，三十年义务修家电";

fn lead(tree: &Tree) -> Value {
    json!({
        "channel": "phone", "text": MESSAGE, "organization_id": tree.unit,
        "reporter": { "name": "王小芳", "phone": "139 0000 1234" },
    })
}

async fn reviewer(app: &App, tree: &Tree) -> Client {
    app.user(Role::UnitReviewer, Some(tree.unit)).await.1
}

async fn send(client: &Client, body: Value) -> Reply {
    client.post("/leads", body).await.expect(201)
}

fn without(mut body: Value, member: &str) -> Value {
    body.as_object_mut().unwrap().remove(member);
    body
}

#[track_caller]
fn assert_masked(reply: &Reply) {
    let text = String::from_utf8_lossy(&reply.bytes);
    for secret in ["13900001234", "139 0000 1234", "王小芳"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// The actions in the audit, in their order, with whether anything of a person is in them.
async fn audited(app: &App) -> Vec<String> {
    use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        action: String,
        #[diesel(sql_type = Text)]
        details: String,
    }
    let work = |db: &mut Connection| {
        let rows: Vec<Row> = match db {
            Connection::Postgres(inner) => {
                sql_query("SELECT action, details::text AS details FROM audit_events ORDER BY at, id").load(inner)
            }
            Connection::Sqlite(inner) => {
                sql_query("SELECT action, CAST(details AS TEXT) AS details FROM audit_events ORDER BY at, id")
                    .load(inner)
            }
        }
        .unwrap();
        let outbox: Vec<Row> = match db {
            Connection::Postgres(inner) => {
                sql_query("SELECT kind AS action, payload::text AS details FROM outbox_events").load(inner)
            }
            Connection::Sqlite(inner) => {
                sql_query("SELECT kind AS action, CAST(payload AS TEXT) AS details FROM outbox_events").load(inner)
            }
        }
        .unwrap();
        for row in rows.iter().chain(&outbox) {
            for secret in ["王小芳", "王*", "13900001234", "139*", "张三", "义务", "无关"] {
                assert!(!row.details.contains(secret), "{secret} in {} {}", row.action, row.details);
            }
        }
        Ok::<_, Error>(rows.into_iter().map(|row| row.action).collect())
    };
    app.service.store.read(work).await.unwrap()
}

/// The stored row of a lead, every text of it.
async fn stored_text(app: &App, id: &str) -> String {
    let id = id.parse().unwrap();
    let work = move |db: &mut Connection| {
        let lead = storage::leads::find(db, id)?.unwrap();
        let reporter = storage::leads::reporters(db, &[id])?;
        Ok::<_, Error>(format!("{lead:?} {reporter:?}"))
    };
    app.service.store.read(work).await.unwrap()
}

//! The migrations of both databases and `schema.rs` say the same.

use std::collections::BTreeMap;

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Bool, Text},
};
use haoren::storage::Connection;

use crate::harness::App;

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// Table → column → (type as in `schema.rs`, nullable).
type Tables = BTreeMap<String, BTreeMap<String, (String, bool)>>;

/// Reads the `table!` blocks of `schema.rs`.
fn declared() -> Tables {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/storage/schema.rs")).unwrap();
    let mut tables = Tables::new();
    let mut table = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix(") {").and_then(|head| head.split_once(" (")) {
            name.clone_into(&mut table);
        } else if let Some((column, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let inner = kind.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
            let entry = (inner.unwrap_or(kind).to_owned(), inner.is_some());
            tables.entry(table.clone()).or_default().insert(column.to_owned(), entry);
        }
    }
    tables
}

/// The native types that stand for a type of the schema.
fn natives(kind: &str, postgres: bool) -> &'static [&'static str] {
    match (kind, postgres) {
        ("Id", true) => &["uuid"],
        ("Instant", true) => &["timestamp with time zone"],
        ("JsonValue", true) => &["jsonb"],
        ("Binary", true) => &["bytea"],
        ("Text", true) => &["text"],
        ("BigInt", true) => &["bigint"],
        ("Integer", true) => &["integer"],
        ("SmallInt", true) => &["smallint"],
        ("Bool", true) => &["boolean"],
        ("Id" | "JsonValue" | "Binary", false) => &["BLOB"],
        ("Text", false) => &["TEXT"],
        ("Instant" | "BigInt" | "Integer" | "SmallInt" | "Bool", false) => &["INTEGER"],
        (other, _) => panic!("schema.rs has the unknown type {other}"),
    }
}

const POSTGRES: &str = "SELECT table_name::text, column_name::text AS name, data_type::text AS kind, is_nullable = 'YES' AS nullable \
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";
const SQLITE: &str = "SELECT t.name AS table_name, c.name AS name, c.type AS kind, (c.\"notnull\" = 0 AND c.pk = 0) AS nullable \
    FROM sqlite_schema t, pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '__diesel_schema_migrations'";

both! {
    async fn migrations_and_schema_agree(app: App) {
        let work = |db: &mut Connection| {
            let (rows, postgres) = match db {
                Connection::Postgres(inner) => (sql_query(POSTGRES).load::<Column>(inner), true),
                Connection::Sqlite(inner) => (sql_query(SQLITE).load::<Column>(inner), false),
            };
            Ok::<_, haoren::service::Error>((rows.unwrap(), postgres))
        };
        let (rows, postgres) = app.service.store.read(work).await.unwrap();
        let declared = declared();
        let mut found = Tables::new();
        for row in rows {
            let expected = declared.get(&row.table_name).and_then(|table| table.get(&row.name));
            let (kind, _) = expected.unwrap_or_else(|| panic!("{}.{} is not in schema.rs", row.table_name, row.name));
            assert!(natives(kind, postgres).contains(&row.kind.as_str()), "{}.{} is {}, not {kind}", row.table_name, row.name, row.kind);
            found.entry(row.table_name).or_default().insert(row.name, (kind.clone(), row.nullable));
        }
        for (table, columns) in &declared {
            assert_eq!(found.get(table), Some(columns), "{table}");
        }
        assert_eq!(found.len(), declared.len());
    }
}

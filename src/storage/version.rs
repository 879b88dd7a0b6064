//! Which database answers.

use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{Integer, Text},
};

use super::{Connection, StoreError};

/// The database's own version, and whether the program supports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// As the database says it.
    pub text: String,
    /// PostgreSQL 15 or newer; SQLite 3.51.3 or newer (older ones can corrupt a database in WAL mode).
    pub supported: bool,
}

#[derive(diesel::QueryableByName)]
struct PostgresVersion {
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(diesel::QueryableByName)]
struct SqliteVersion {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Asks the database for its version.
pub fn get(connection: &mut Connection) -> Result<Version, StoreError> {
    match connection {
        Connection::Postgres(inner) => {
            let row: PostgresVersion = sql_query(
                "SELECT current_setting('server_version_num')::integer AS number, \
                 current_setting('server_version') AS text",
            )
            .get_result(inner)?;
            Ok(Version { text: format!("PostgreSQL {}", row.text), supported: row.number >= 150_000 })
        }
        Connection::Sqlite(inner) => {
            let row: SqliteVersion = sql_query("SELECT sqlite_version() AS text").get_result(inner)?;
            let supported = is_sound(&row.text);
            Ok(Version { text: format!("SQLite {}", row.text), supported })
        }
    }
}

fn is_sound(sqlite: &str) -> bool {
    let numbers: Vec<u32> = sqlite.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    numbers.as_slice() >= [3, 51, 3].as_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_is_sound_from_the_release_that_mended_wal() {
        for (version, sound) in
            [("3.40.1", false), ("3.51.2", false), ("3.51.3", true), ("3.53", true), ("4.0.0", true)]
        {
            assert_eq!(is_sound(version), sound, "{version}");
        }
    }
}

//! One connection type over both databases, opened by the address and set up the same way every time.
#![expect(missing_docs, reason = "the derive makes public items without a word on them")]

use std::{fmt, path::PathBuf, time::Duration};

use diesel::{
    Connection as _, ConnectionError, ConnectionResult, PgConnection, SqliteConnection,
    connection::SimpleConnection,
    r2d2::{ManageConnection, R2D2Connection},
};

/// A connection to the database in use, elsewhere called `storage::Connection` (the derive needs that name for itself). Queries run on it as on any diesel connection; what the backends do not
/// share runs in an arm on the inner connection.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL 15 or newer.
    Postgres(PgConnection),
    /// The embedded SQLite.
    Sqlite(SqliteConnection),
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A PostgreSQL connection URL.
    Postgres(String),
    /// The path of a SQLite file.
    Sqlite(PathBuf),
}

impl Address {
    /// True for the embedded database.
    #[must_use]
    pub const fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

/// Never shows the password of a URL.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(url) => {
                let after_credentials = url
                    .rsplit_once('@')
                    .map_or_else(|| url.split_once("://").map_or(url.as_str(), |(_, rest)| rest), |(_, rest)| rest);
                let place = after_credentials.split('?').next().unwrap_or_default();
                write!(f, "PostgreSQL at {place}")
            }
            Self::Sqlite(path) => write!(f, "SQLite in {}", path.display()),
        }
    }
}

/// So many pages gather in SQLite's log before they are brought into the file: 16 MiB. Votes fall all over the table, and a
/// page that has changed ten times meanwhile is brought in once.
const CHECKPOINT_PAGES: u32 = 4000;

/// How long a statement waits for a lock that another process holds.
const LOCK_WAIT: Duration = Duration::from_secs(5);

impl AnyConnection {
    /// Opens a connection with the settings that everything else relies on.
    pub fn open(address: &Address) -> ConnectionResult<Self> {
        Self::open_with(address, &[])
    }

    /// Opens a connection for the same few statements again and again, which find rows by their keys. PostgreSQL plans them
    /// once, perhaps while a table is empty or small, and a plan that reads all of it would be kept while it grows.
    pub fn open_for_keys(address: &Address) -> ConnectionResult<Self> {
        Self::open_with(address, &["enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off"])
    }

    fn open_with(address: &Address, options: &[&str]) -> ConnectionResult<Self> {
        match address {
            Address::Postgres(url) => PgConnection::establish(&with_options(url, options)).map(Self::Postgres),
            Address::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
                connection
                    .batch_execute(&format!(
                        "PRAGMA busy_timeout = {wait}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; \
                         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
                        wait = LOCK_WAIT.as_millis()
                    ))
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Self::Sqlite(connection))
            }
        }
    }
}

/// The URL with what every session relies on, as connection options: a pooler that hands a connection on between
/// transactions would lose what is set by statements.
fn with_options(url: &str, more: &[&str]) -> String {
    let lock = LOCK_WAIT.as_millis();
    let options = [
        "TimeZone=UTC".to_owned(),
        format!("lock_timeout={lock}"),
        "statement_timeout=30000".to_owned(),
        "idle_in_transaction_session_timeout=60000".to_owned(),
        "client_min_messages=warning".to_owned(),
    ];
    let options = options.iter().map(String::as_str).chain(more.iter().copied());
    let options = options.map(|option| format!("-c%20{}", option.replace('=', "%3D"))).collect::<Vec<_>>();
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}options={}", options.join("%20"))
}

/// Opens connections for the pool.
#[derive(Clone, Debug)]
pub struct Manager {
    /// Where to.
    pub address: Address,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        AnyConnection::open(&self.address).map_err(diesel::r2d2::Error::ConnectionError)
    }

    /// Asked whenever a connection is handed out, so it costs no way to the server: what the server has sent meanwhile is
    /// read, its last words and the end of the line among it. A query alone would leave a dead connection in the pool.
    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Self::Error> {
        if let AnyConnection::Postgres(inner) = connection {
            // The last words are read first, the end of the line behind them second.
            for _ in 0..2 {
                inner.notifications_iter().next().transpose().map_err(diesel::r2d2::Error::QueryError)?;
            }
        }
        Ok(())
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking()
            || match connection {
                AnyConnection::Postgres(inner) => inner.is_broken(),
                AnyConnection::Sqlite(inner) => inner.is_broken(),
            }
    }
}

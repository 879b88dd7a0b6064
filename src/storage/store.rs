//! The only ways to the database: [`Store::read`] and [`Store::write`].

use std::{sync::Arc, time::Duration};

use diesel::{
    connection::{AnsiTransactionManager, TransactionManager},
    r2d2::Pool,
};
use tokio::sync::{Mutex, OwnedMutexGuard, Semaphore};

use super::{
    Connection,
    connection::{Address, Manager},
    error::StoreError,
};

/// How long a request waits for its turn before it is told that the database is busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// The database: a pool of connections, and on SQLite the gate that lets one writer in at a time.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
    readers: Arc<Semaphore>,
    writers: Arc<Semaphore>,
    gate: Option<Arc<Mutex<()>>>,
    address: Arc<Address>,
}

impl Store {
    /// Opens the pool. The schema must be in place: see [`super::migrations`].
    pub fn open(address: Address, connections: u32) -> Result<Self, StoreError> {
        let gate = address.is_sqlite().then(|| Arc::new(Mutex::new(())));
        // Readers and writers have places of their own, so that neither can take all connections from the other.
        let writers = if address.is_sqlite() { 1 } else { (connections / 2).max(1) };
        let readers = connections.saturating_sub(writers).max(1);
        let pool = Pool::builder()
            .max_size(readers + writers)
            .min_idle(Some(1))
            .test_on_check_out(true)
            .connection_timeout(Duration::from_secs(2))
            .build(Manager { address: address.clone() })
            .map_err(|error| StoreError::Away(error.to_string()))?;
        Ok(Self {
            pool,
            readers: Arc::new(Semaphore::new(readers as usize)),
            writers: Arc::new(Semaphore::new(writers as usize)),
            gate,
            address: Arc::new(address),
        })
    }

    /// Where the database is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Runs queries that change nothing, on the blocking pool.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let place = turn(Arc::clone(&self.readers).acquire_owned()).await?.map_err(|_| StoreError::Interrupted)?;
        let pool = self.pool.clone();
        blocking(move || {
            let _place = place;
            work(&mut *connection(&pool)?)
        })
        .await
    }

    /// Runs queries that change nothing and that all see the same moment, whatever others write meanwhile: numbers that are
    /// read one after the other agree.
    pub async fn view<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        self.read(move |connection| in_view(connection, work)).await
    }

    /// Runs one writing transaction on the blocking pool: all of it is committed, or nothing.
    ///
    /// On SQLite at most one thread of the process is inside; whoever waits, waits in order and without a thread.
    /// Nothing slow belongs in `work`: no hashing, no files, no network. On PostgreSQL lock first, then load.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let entry = self.enter().await?;
        let place = turn(Arc::clone(&self.writers).acquire_owned()).await?.map_err(|_| StoreError::Interrupted)?;
        let pool = self.pool.clone();
        blocking(move || {
            let (_entry, _place) = (entry, place);
            in_transaction(&mut *connection(&pool)?, work)
        })
        .await
    }

    /// The turn of a thread of its own that writes over a connection of its own: on SQLite it waits at the same gate as all
    /// other writers. Never on a thread that answers requests.
    #[must_use]
    pub fn blocking_turn(&self) -> Option<OwnedMutexGuard<()>> {
        self.gate.as_ref().map(|gate| Arc::clone(gate).blocking_lock_owned())
    }

    async fn enter(&self) -> Result<Option<OwnedMutexGuard<()>>, StoreError> {
        match &self.gate {
            Some(gate) => turn(Arc::clone(gate).lock_owned()).await.map(Some),
            None => Ok(None),
        }
    }
}

async fn turn<T>(waiting: impl Future<Output = T>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| StoreError::Busy("no turn in time".to_owned()))
}

fn connection(pool: &Pool<Manager>) -> Result<diesel::r2d2::PooledConnection<Manager>, StoreError> {
    pool.get().map_err(|error| StoreError::Away(error.to_string()))
}

async fn blocking<T, E, F>(work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Interrupted.into()),
        },
    }
}

/// One transaction around `work`: `BEGIN IMMEDIATE` on SQLite, READ COMMITTED on PostgreSQL.
pub fn in_transaction<T, E, F>(connection: &mut Connection, work: F) -> Result<T, E>
where
    E: From<StoreError>,
    F: FnOnce(&mut Connection) -> Result<T, E>,
{
    begin(connection).map_err(StoreError::from)?;
    to_the_end(connection, work)
}

/// One view around `work`, which changes nothing.
pub fn in_view<T, E, F>(connection: &mut Connection, work: F) -> Result<T, E>
where
    E: From<StoreError>,
    F: FnOnce(&mut Connection) -> Result<T, E>,
{
    let begun = match connection {
        Connection::Postgres(inner) => {
            AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
        Connection::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN"),
    };
    begun.map_err(StoreError::from)?;
    to_the_end(connection, work)
}

fn to_the_end<T, E, F>(connection: &mut Connection, work: F) -> Result<T, E>
where
    E: From<StoreError>,
    F: FnOnce(&mut Connection) -> Result<T, E>,
{
    match work(connection) {
        Ok(value) => {
            <Connection as diesel::Connection>::TransactionManager::commit_transaction(connection)
                .map_err(StoreError::from)?;
            Ok(value)
        }
        Err(failure) => {
            if let Err(error) = <Connection as diesel::Connection>::TransactionManager::rollback_transaction(connection)
            {
                log::error!("a transaction could not be rolled back: {error}");
            }
            Err(failure)
        }
    }
}

fn begin(connection: &mut Connection) -> diesel::QueryResult<()> {
    match connection {
        Connection::Postgres(inner) => AnsiTransactionManager::begin_transaction(inner),
        Connection::Sqlite(inner) => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE"),
    }
}

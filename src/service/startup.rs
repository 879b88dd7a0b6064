//! From settings to a service that can work: key, schema, seed, signing keys, clock.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    Service,
    accounts::{
        passwords::Passwords,
        tokens::{SigningKey, Tokens},
    },
    clock::{Clocks, MachineTime},
    error::Error,
    generator,
};
use crate::{
    settings::Settings,
    storage::{
        self, Address, Connection, Store, StoreError,
        files::Files,
        migrations,
        server_keys::ServerKeyRow,
        vault::{self, MasterKey},
    },
};

/// Why the program cannot start. The text is for whoever runs it, and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is wrong.
    #[error("{0}")]
    Setting(String),
    /// The master key cannot be read or made.
    #[error(transparent)]
    Key(#[from] vault::KeyFileError),
    /// The master key is not the one that the database was made with.
    #[error(
        "the master key in {path} is not the one that this database was made with; put the right one there, \
         or its data cannot be read"
    )]
    WrongKey {
        /// The key file.
        path: std::path::PathBuf,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file store.
    #[error(transparent)]
    Files(#[from] storage::files::FilesError),
    /// A folder cannot be made.
    #[error("cannot use the folder {path}: {source}")]
    Folder {
        /// The folder.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Anything else.
    #[error(transparent)]
    Service(#[from] Error),
}

/// Opens everything: reads the master key, brings up the schema, seeds what must be there and loads the server's keys.
pub fn open(settings: &Settings, time: Arc<dyn MachineTime>, sandbox: bool) -> Result<Service, StartError> {
    let address = settings.address().map_err(StartError::Setting)?;
    let vault = open_vault(settings, &address)?;
    let clocks = Clocks::new(time);
    let (applied, signing) = migrations::bring_up(&address, |db| seed(db, &clocks, &vault, settings))?;
    for name in &applied {
        log::info!("migration {name} applied to {address}");
    }
    Ok(Service {
        store: Store::open(address, settings.db_connections)?,
        clocks,
        vault: Arc::new(vault),
        files: Files::open(&settings.files())?,
        passwords: Passwords::new(
            settings.password_cost(),
            std::thread::available_parallelism().map_or(2, usize::from),
        )?,
        tokens: Tokens::new(&signing)?,
        time_zone: settings.time_zone,
        sandbox,
    })
}

fn open_vault(settings: &Settings, address: &Address) -> Result<MasterKey, StartError> {
    let path = settings.key_path();
    if address.is_sqlite() {
        std::fs::create_dir_all(&settings.data_dir)
            .map_err(|source| StartError::Folder { path: settings.data_dir.clone(), source })?;
        let (key, origin) = vault::load_or_create(&path)?;
        if origin == vault::KeyOrigin::Created {
            log::warn!("a new master key was made in {}: keep a copy of it in a safe place", path.display());
        }
        Ok(key)
    } else {
        Ok(vault::load(&path)?)
    }
}

fn seed(
    db: &mut Connection,
    clocks: &Clocks,
    vault: &MasterKey,
    settings: &Settings,
) -> Result<Vec<SigningKey>, StartError> {
    check_master_key(db, clocks, vault, settings)?;
    if let Some((campaign, machine)) = storage::campaign_clock::find(db)? {
        clocks.set_campaign(Some(campaign + (clocks.machine() - machine)));
    }
    Ok(signing_keys(db, clocks, vault)?)
}

fn check_master_key(
    db: &mut Connection,
    clocks: &Clocks,
    vault: &MasterKey,
    settings: &Settings,
) -> Result<(), StartError> {
    match storage::server_keys::list(db, "check")?.first() {
        Some(check) if vault.matches_check_value(&check.wrapped) => Ok(()),
        Some(_) => Err(StartError::WrongKey { path: settings.key_path() }),
        None => {
            let row = ServerKeyRow {
                id: "check".to_owned(),
                purpose: "check".to_owned(),
                wrapped: vault.check_value(),
                public_part: None,
                created_at: clocks.machine().into(),
                retired_at: None,
            };
            Ok(storage::server_keys::insert(db, &row)?)
        }
    }
}

const SIGNING: &str = "access_token_signing";

fn signing_keys(db: &mut Connection, clocks: &Clocks, vault: &MasterKey) -> Result<Vec<SigningKey>, Error> {
    let rows = storage::server_keys::list(db, SIGNING)?;
    if rows.is_empty() {
        let key = SigningKey::generate(generator::new_id(clocks)?)?;
        let row = ServerKeyRow {
            id: key.id.to_string(),
            purpose: SIGNING.to_owned(),
            wrapped: vault.wrap(SIGNING, key.id, &key.secret)?,
            public_part: Some(key.public.clone()),
            created_at: clocks.machine().into(),
            retired_at: None,
        };
        storage::server_keys::insert(db, &row)?;
        return Ok(vec![key]);
    }
    rows.into_iter()
        .map(|row| {
            let id: Uuid = row.id.parse().map_err(|_| Error::Internal("a signing key's id is no UUID".to_owned()))?;
            Ok(SigningKey {
                id,
                secret: vault.unwrap_secret(SIGNING, id, &row.wrapped)?,
                public: row.public_part.unwrap_or_default(),
            })
        })
        .collect()
}

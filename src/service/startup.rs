//! From settings to a service that can work: key, schema, seed, signing keys, clock.

use std::{path::PathBuf, sync::Arc};

use chrono_tz::Tz;

use uuid::Uuid;

use super::{
    Service,
    accounts::{
        passwords::{Cost, Passwords},
        tokens::{SigningKey, Tokens},
    },
    ballot_box::{self, BallotBox, Desk},
    certificates::{Fonts, Press},
    clock::{Clocks, MachineTime},
    error::Error,
    generator,
    issuers::{IdentityKey, Issuers, IssuersError},
    reference_data,
};
use crate::storage::{
    self, Address, Connection, Store, StoreError,
    files::{Files, FilesAt},
    migrations,
    server_keys::ServerKeyRow,
    vault::{self, MasterKey},
};

/// Why the program cannot start. The text is for whoever runs it, and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
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
        path: PathBuf,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file store.
    #[error(transparent)]
    Files(#[from] storage::files::FilesError),
    /// The identity providers.
    #[error(transparent)]
    Issuers(#[from] IssuersError),
    /// A folder cannot be made.
    #[error("cannot use the folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Anything else.
    #[error(transparent)]
    Service(#[from] Error),
}

/// What a service is opened with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The database.
    pub address: Address,
    /// Most connections to it at the same time.
    pub db_connections: u32,
    /// The file of the master key.
    pub key_path: PathBuf,
    /// Where the photos lie.
    pub files: FilesAt,
    /// The file of the identity providers whose tokens are taken for voting.
    pub issuers_file: Option<PathBuf>,
    /// The folder of fonts for rare characters.
    pub font_dir: Option<PathBuf>,
    /// The address that certificates name for their check, such as `https://haoren.wuhan.gov.cn`.
    pub certificates_at: String,
    /// What the operator says of webhooks.
    pub webhooks: super::webhooks::Terms,
    /// What hashing a password costs.
    pub password_cost: Cost,
    /// The address at which the public reaches the server, where the operator says one.
    pub public_url: Option<String>,
    /// The zone of days and months.
    pub time_zone: Tz,
    /// Whether administrators may set the campaign clock.
    pub sandbox: bool,
}

/// Opens everything: reads the master key, brings up the schema, seeds what must be there and loads the server's keys.
pub fn open(setup: &Setup, time: Arc<dyn MachineTime>) -> Result<Service, StartError> {
    let vault = open_vault(setup)?;
    let clocks = Clocks::new(time);
    let (applied, keys) =
        migrations::bring_up(&setup.address, |db| check_master_key(db, &vault, setup), |db| seed(db, &clocks, &vault))?;
    let OwnKeys { signing, heads, manifests, identity } = keys;
    for name in &applied {
        log::info!("migration {name} applied to {}", setup.address);
    }
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let store = Store::open(setup.address.clone(), setup.db_connections)?;
    let origins = super::origins::Origins::new(&vault);
    let vault = Arc::new(vault);
    let vote_logs = super::vote_log::VoteLogs::new(super::vote_log::Signer::new(&heads)?, Arc::clone(&vault));
    let desk = Desk {
        store: store.clone(),
        clocks: clocks.clone(),
        time_zone: setup.time_zone,
        vote_logs: vote_logs.clone(),
        most_at_once: ballot_box::MOST_AT_ONCE,
    };
    Ok(Service {
        store,
        issuers: Issuers::open(setup.issuers_file.as_deref(), identity, &clocks)?,
        clocks,
        origins,
        ballot_box: BallotBox::new(desk),
        vault,
        files: Files::open(&setup.files)?,
        pictures: super::pictures::Pictures::default(),
        sheets: super::sheets::Sheets::default(),
        certificates: Press::new(Fonts::new(setup.font_dir.clone()), &setup.certificates_at),
        background: super::background::Background::default(),
        events: super::events::Feed::default(),
        word_filters: super::comments::filters::WordFilters::default(),
        passwords: Passwords::new(setup.password_cost, at_once)?,
        tokens: Tokens::new(&signing)?,
        package_signer: super::packages::Signer::new(&manifests)?,
        vote_logs,
        webhooks: super::webhooks::Webhooks::new(setup.webhooks.clone()),
        public_url: setup.public_url.clone(),
        time_zone: setup.time_zone,
        sandbox: setup.sandbox,
    })
}

fn open_vault(setup: &Setup) -> Result<MasterKey, StartError> {
    let path = &setup.key_path;
    if let Address::Sqlite(file) = &setup.address {
        if let Some(folder) = file.parent() {
            storage::private_folder(folder).map_err(|source| StartError::Folder { path: folder.to_owned(), source })?;
        }
        if file.exists() {
            // A new key could not read what is there: a missing one is to be found, not replaced.
            return Ok(vault::load(path)?);
        }
        let (key, origin) = vault::load_or_create(path)?;
        if origin == vault::KeyOrigin::Created {
            log::warn!("a new master key was made in {}: keep a copy of it in a safe place", path.display());
        }
        Ok(key)
    } else {
        Ok(vault::load(path)?)
    }
}

/// The keys of this installation, each kind for one thing alone.
struct OwnKeys {
    /// Sign access tokens.
    signing: Vec<SigningKey>,
    /// Sign the heads of vote logs.
    heads: Vec<SigningKey>,
    /// Sign the manifests of packages.
    manifests: Vec<SigningKey>,
    /// Makes the hashes of foreign voters.
    identity: IdentityKey,
}

fn seed(db: &mut Connection, clocks: &Clocks, vault: &MasterKey) -> Result<OwnKeys, StartError> {
    remember_master_key(db, clocks, vault)?;
    if let Some((campaign, machine)) = storage::campaign_clock::find(db)? {
        clocks.set_campaign(Some(campaign + (clocks.machine() - machine)));
    }
    reference_data::seed(db, clocks.campaign())?;
    Ok(OwnKeys {
        signing: signing_keys(db, clocks, vault, SIGNING)?,
        heads: signing_keys(db, clocks, vault, HEADS)?,
        manifests: signing_keys(db, clocks, vault, MANIFESTS)?,
        identity: IdentityKey::seed(db, clocks, vault)?,
    })
}

fn check_master_key(db: &mut Connection, vault: &MasterKey, setup: &Setup) -> Result<(), StartError> {
    match storage::server_keys::list(db, CHECK)?.first() {
        Some(check) if !vault.matches_check_value(&check.wrapped) => {
            Err(StartError::WrongKey { path: setup.key_path.clone() })
        }
        _ => Ok(()),
    }
}

/// The purpose of the row that proves the master key.
const CHECK: &str = "check";

fn remember_master_key(db: &mut Connection, clocks: &Clocks, vault: &MasterKey) -> Result<(), StartError> {
    if !storage::server_keys::list(db, CHECK)?.is_empty() {
        return Ok(());
    }
    let row = ServerKeyRow {
        id: CHECK.to_owned(),
        purpose: CHECK.to_owned(),
        wrapped: vault.check_value(),
        public_part: None,
        created_at: clocks.machine().into(),
        retired_at: None,
    };
    Ok(storage::server_keys::insert(db, &row)?)
}

const SIGNING: &str = "access_token_signing";
const HEADS: &str = "vote_log_signing";
const MANIFESTS: &str = "manifest_signing";

fn signing_keys(
    db: &mut Connection,
    clocks: &Clocks,
    vault: &MasterKey,
    purpose: &'static str,
) -> Result<Vec<SigningKey>, Error> {
    let rows = storage::server_keys::list(db, purpose)?;
    if rows.is_empty() {
        let key = SigningKey::generate(generator::new_id(clocks)?)?;
        let row = ServerKeyRow {
            id: key.id.to_string(),
            purpose: purpose.to_owned(),
            wrapped: vault.wrap(purpose, key.id, &key.secret)?,
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
                secret: vault.unwrap_secret(purpose, id, &row.wrapped)?,
                public: row.public_part.unwrap_or_default(),
            })
        })
        .collect()
}

//! Rows are recognised by a keyed digest: without the key nobody can try out telephone numbers on it. The key is the
//! installation's own and survives a change of the master key, which only wraps it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    domain::{import::canonical, recommendation::Recommendation},
    service::{Error, Service, generator},
    storage::{self, Connection, server_keys::ServerKeyRow},
};

const PURPOSE: &str = "import_digest";
const KEY_BYTES: usize = 32;
/// Makes one transaction at a time look for the key and make it.
const KEY_LOCK: i64 = 0x6861_6f72_656e_0013;

/// The key of the digests.
pub struct DigestKey(Zeroizing<Vec<u8>>);

impl DigestKey {
    /// Reads the key, or makes it when there is none.
    pub async fn get(service: &Service) -> Result<Self, Error> {
        let found = service.store.read(|db| Ok::<_, Error>(storage::server_keys::list(db, PURPOSE)?)).await?;
        let row = if let Some(row) = found.into_iter().next() {
            row
        } else {
            let of_service = service.clone();
            service.store.write(move |db| make(&of_service, db)).await?
        };
        Ok(Self(service.vault.unwrap_secret(PURPOSE, id_of(&row)?, &row.wrapped)?))
    }

    /// The digest of a row that is in order.
    pub fn of(&self, row: &Recommendation) -> Result<Vec<u8>, Error> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0);
        let mut mac = mac.map_err(|_| Error::Internal("the key of digests has a wrong length".to_owned()))?;
        mac.update(canonical(row).as_bytes());
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

fn id_of(row: &ServerKeyRow) -> Result<Uuid, Error> {
    row.id.parse().map_err(|_| Error::Internal("the id of a server's key is no UUID".to_owned()))
}

fn make(service: &Service, db: &mut Connection) -> Result<ServerKeyRow, Error> {
    storage::locks::advisory(db, KEY_LOCK)?;
    if let Some(row) = storage::server_keys::list(db, PURPOSE)?.into_iter().next() {
        return Ok(row);
    }
    let id: Uuid = generator::new_id(&service.clocks)?;
    let secret = Zeroizing::new(generator::random::<KEY_BYTES>()?);
    let row = ServerKeyRow {
        id: id.to_string(),
        purpose: PURPOSE.to_owned(),
        wrapped: service.vault.wrap(PURPOSE, id, secret.as_slice())?,
        public_part: None,
        created_at: service.clocks.machine().into(),
        retired_at: None,
    };
    storage::server_keys::insert(db, &row)?;
    Ok(row)
}

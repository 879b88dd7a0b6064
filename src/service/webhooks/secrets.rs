//! The secrets by which receivers know that it is us: symmetric ones as Standard Webhooks has them, sealed at rest and shown once.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::subscriptions::{self, Kept};
use crate::{
    domain::{
        fault::Code,
        id::WebhookId,
        webhook::{FORMER_SECRET_LIVES, SECRET_BYTES},
    },
    service::{
        Caller, Error, Service, generator,
        record::{self, Deed},
    },
    storage::{self, Connection, vault::Place},
};

/// A secret. It is shown as receivers' libraries take it, `whsec_` and base64.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A new one.
    pub(super) fn make() -> Result<Self, Error> {
        Ok(Self(Zeroizing::new(generator::random::<SECRET_BYTES>()?.to_vec())))
    }

    /// As receivers' libraries take it.
    #[must_use]
    pub fn shown(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("whsec_{}", BASE64_STANDARD.encode(&*self.0)))
    }

    /// As it is kept with its webhook.
    pub(super) fn seal(&self, service: &Service, id: WebhookId) -> Result<Vec<u8>, Error> {
        Ok(service.vault.seal(place(id), &self.0)?)
    }

    /// As it was kept.
    pub(super) fn open(service: &Service, id: WebhookId, sealed: &[u8]) -> Result<Self, Error> {
        Ok(Self(service.vault.open(place(id), sealed)?))
    }

    /// The signature of a message: of its id, the second in which it is sent, and its body.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<String, Error> {
        let key = Hmac::<Sha256>::new_from_slice(&self.0);
        let mut mac = key.map_err(|_| Error::Internal("a webhook's secret is no key".to_owned()))?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Ok(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
    }
}

fn place(id: WebhookId) -> Place {
    Place::new("webhooks", "secret", id)
}

/// The secrets that sign for a webhook now: the one that holds, and for a day the one before.
pub(super) fn signing(
    service: &Service,
    db: &mut Connection,
    id: WebhookId,
    now: DateTime<Utc>,
) -> Result<Vec<Secret>, Error> {
    let (secret, former) = storage::webhooks::secrets(db, id)?.ok_or_else(Error::not_found)?;
    let former = former.filter(|(_, until)| now < *until).map(|(former, _)| former);
    [Some(secret), former].into_iter().flatten().map(|sealed| Secret::open(service, id, &sealed)).collect()
}

/// Gives a webhook a new secret. The former one signs too for a day, in which the receiver changes over; the one before that no more.
pub async fn rotate_secret(
    service: &Service,
    caller: &Caller,
    (id, version): (WebhookId, i64),
) -> Result<(Kept, Secret), Error> {
    let account = super::require_owner(caller)?.clone();
    let secret = Secret::make()?;
    let sealed = secret.seal(service, id)?;
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = service.store.write(move |db| {
        account.recheck(db)?;
        let webhook = subscriptions::hold(db, &account, id)?;
        if webhook.version != version {
            return Err(Error::of(Code::PreconditionFailed));
        }
        let (former, _) = storage::webhooks::secrets(db, id)?.ok_or_else(Error::not_found)?;
        let until = of_service.clocks.machine() + FORMER_SECRET_LIVES;
        storage::webhooks::rotate(db, id, (sealed, former, until), of_service.clocks.machine())?;
        record::audit(&of_service, db, &caller, &Deed::new("webhook.secret_rotated", "webhook", id))?;
        subscriptions::kept(db, id)
    });
    Ok((write.await?, secret))
}

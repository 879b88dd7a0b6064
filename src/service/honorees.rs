//! Those who hold honours, and the public check of a certificate.

mod giving;
pub mod linking;
pub mod merging;
pub mod outside;
mod read;
mod revoked;
pub mod story;
pub mod suggestions;

use super::{Error, Service};
use crate::{
    domain::honour::CertificateNumber,
    storage::{self, honours::Entry, honours::Which, lists::ListRow},
};

pub(super) use self::read::gather;
pub use self::read::{
    HonoreeRequest, HonouredOne, Inner, StandingOf, find_inside, get_honoree, list_honorees, survivor,
};
pub(super) use self::{
    giving::{given, hold_linked, holder},
    revoked::{explained, follow},
};

/// Checks a certificate by its number: the honour and the list it belongs to.
pub async fn check_certificate(service: &Service, number: CertificateNumber) -> Result<(Entry, ListRow), Error> {
    service
        .store
        .read(move |db| {
            let found = storage::honours::list(db, Which::Number(number.to_string()))?.into_iter().next();
            let entry = found.ok_or_else(Error::not_found)?;
            let list = storage::lists::find(db, number.month)?.ok_or_else(Error::not_found)?;
            Ok((entry, list))
        })
        .await
}

//! Those who hold honours, and the public check of a certificate.

use chrono::{DateTime, Utc};

use super::{Error, Service};
use crate::{
    domain::{
        honour::{CertificateNumber, Honoree, Standing},
        id::HonoreeId,
    },
    storage::{
        self, Connection,
        honours::{Entry, Which},
        lists::ListRow,
    },
};

/// An honoree with the honours that stand and are shown.
#[derive(Clone, Debug)]
pub struct HonouredOne {
    /// Who.
    pub honoree: Honoree,
    /// For what; never empty.
    pub honours: Vec<Entry>,
}

/// Lists those who hold an honour that stands and is shown, the latest first.
pub async fn list_honorees(
    service: &Service,
    after: Option<(DateTime<Utc>, HonoreeId)>,
    limit: i64,
) -> Result<Vec<HonouredOne>, Error> {
    service
        .store
        .read(move |db| {
            let found = storage::honorees::list_shown(db, after, limit)?;
            found.into_iter().map(|honoree| with_honours(db, honoree)).collect()
        })
        .await
}

/// Reads an honoree; 404 when none of the honours stands and is shown.
pub async fn get_honoree(service: &Service, id: HonoreeId) -> Result<HonouredOne, Error> {
    service
        .store
        .read(move |db| {
            let honoree = storage::honorees::find(db, id)?.ok_or_else(Error::not_found)?;
            let honoured = with_honours(db, honoree)?;
            if honoured.honours.is_empty() { Err(Error::not_found()) } else { Ok(honoured) }
        })
        .await
}

fn with_honours(db: &mut Connection, honoree: Honoree) -> Result<HonouredOne, Error> {
    let mut honours = storage::honours::list(db, Which::Honoree(honoree.id))?;
    honours.retain(|entry| entry.honour.standing == Standing::Shown);
    Ok(HonouredOne { honoree, honours })
}

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

//! Those who hold honours, and the public check of a certificate.

use std::collections::BTreeMap;

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
            with_honours(db, found)
        })
        .await
}

/// Reads an honoree; 404 when none of the honours stands and is shown.
pub async fn get_honoree(service: &Service, id: HonoreeId) -> Result<HonouredOne, Error> {
    service
        .store
        .read(move |db| {
            let honoree = storage::honorees::find(db, id)?.ok_or_else(Error::not_found)?;
            let honoured = with_honours(db, vec![honoree])?.into_iter().next();
            honoured.filter(|honoured| !honoured.honours.is_empty()).ok_or_else(Error::not_found)
        })
        .await
}

/// Some honorees, each with the honours that stand and are shown, perhaps none.
pub(super) fn find_all(db: &mut Connection, ids: &[HonoreeId]) -> Result<BTreeMap<HonoreeId, HonouredOne>, Error> {
    let found = storage::honorees::list_of(db, ids)?;
    Ok(with_honours(db, found)?.into_iter().map(|one| (one.honoree.id, one)).collect())
}

/// The honorees with the honours that stand and are shown, all read at once.
fn with_honours(db: &mut Connection, honorees: Vec<Honoree>) -> Result<Vec<HonouredOne>, Error> {
    let ids = honorees.iter().map(|honoree| honoree.id).collect();
    let mut honours: BTreeMap<HonoreeId, Vec<Entry>> = BTreeMap::new();
    for entry in storage::honours::list(db, Which::Honorees(ids))? {
        if entry.honour.standing == Standing::Shown {
            honours.entry(entry.honour.honoree).or_default().push(entry);
        }
    }
    let of = |honoree: Honoree| HonouredOne { honours: honours.remove(&honoree.id).unwrap_or_default(), honoree };
    Ok(honorees.into_iter().map(of).collect())
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

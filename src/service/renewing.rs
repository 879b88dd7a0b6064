//! After the master key was changed: telephone numbers are found by an index that the key makes, so the indexes of an
//! earlier key are made anew before the server takes requests.

use super::{Error, Service};
use crate::storage::{
    self,
    phone_indexes::{Keeper, Stale},
    vault::Place,
};

/// Rows in one transaction: some milliseconds of work.
const SLICE: i64 = 500;

/// Makes the indexes of earlier keys anew; returns how many. Nothing to do while there was only one key. Safe in several
/// processes at once. A number that no key of the file opens is left as it is, and logged.
pub async fn renew_phone_indexes(service: &Service) -> Result<usize, Error> {
    let mut renewed = 0;
    if !service.vault.has_earlier_keys() {
        return Ok(renewed);
    }
    for keeper in Keeper::ALL {
        let mut after = None;
        loop {
            let key = service.vault.current_number();
            let page = (key, after);
            let read = service
                .store
                .read(move |db| Ok::<_, Error>(storage::phone_indexes::list_stale(db, keeper, page, SLICE)?));
            let stale = read.await?;
            let Some(last) = stale.last() else { break };
            after = Some(last.row);
            renewed += renew(service, keeper, stale).await?;
            log::info!("{renewed} telephone indexes were made anew with master key {key}");
        }
    }
    Ok(renewed)
}

async fn renew(service: &Service, keeper: Keeper, stale: Vec<Stale>) -> Result<usize, Error> {
    let fresh: Vec<(Stale, Vec<u8>)> =
        stale.into_iter().filter_map(|stale| index(service, keeper, &stale).map(|index| (stale, index))).collect();
    let write = service.store.write(move |db| {
        let mut renewed = 0;
        for (stale, index) in &fresh {
            renewed += usize::from(storage::phone_indexes::renew_if(db, keeper, stale, index)?);
        }
        Ok::<_, Error>(renewed)
    });
    write.await
}

fn index(service: &Service, keeper: Keeper, stale: &Stale) -> Option<Vec<u8>> {
    let place = Place::new(keeper.table(), "phone_cipher", stale.row);
    match service.vault.open_text(place, &stale.cipher) {
        Ok(number) => Some(service.vault.blind_index("phone", &number)),
        Err(error) => {
            log::error!("the telephone number of {} {} stays unindexed: {error}", keeper.table(), stale.row);
            None
        }
    }
}

//! The words for which comments are held: data that the city's moderators keep.

use serde_json::json;

use super::{
    Service,
    caller::Caller,
    comments::filters,
    error::{Error, refuse_invalid},
    record::{self, Deed},
};
use crate::{
    domain::{
        fault::Code,
        role::Role,
        word_list::{KeptWordLists, WordLists},
    },
    storage,
};

/// Who keeps the lists.
pub const KEEPERS: &[Role] = &[Role::CityReviewer];

/// Reads the lists.
pub async fn get_word_lists(service: &Service, caller: &Caller) -> Result<KeptWordLists, Error> {
    caller.require(KEEPERS)?;
    service.store.read(|db| Ok(storage::word_lists::get(db)?)).await
}

/// Which version of the lists holds.
pub async fn version(service: &Service, caller: &Caller) -> Result<i64, Error> {
    caller.require(KEEPERS)?;
    service.store.read(|db| Ok(storage::word_lists::version(db)?)).await
}

/// Puts other lists in the place of those of a version. They hold for every comment that is written after the answer, in
/// whatever process; what was written before stays as it is. The filter is built before anything is written.
pub async fn replace_word_lists(
    service: &Service,
    caller: &Caller,
    version: i64,
    lists: WordLists,
) -> Result<KeptWordLists, Error> {
    let account = caller.require(KEEPERS)?.clone();
    // Fifty thousand words take a while to look at.
    let judged = tokio::task::spawn_blocking(move || {
        let faults = lists.faults();
        (lists.tidy(), faults)
    });
    let (lists, faults) = judged.await.map_err(|error| Error::Internal(error.to_string()))?;
    refuse_invalid(faults)?;
    let filter = filters::build(lists.clone()).await?;
    let (of_service, caller) = (service.clone(), caller.clone());
    let written = service.store.write(move |db| {
        account.recheck(db)?;
        let now = of_service.clocks.campaign();
        if !storage::word_lists::replace_if(db, version, &lists, (account.id, now))? {
            return Err(Error::of(Code::PreconditionFailed));
        }
        let details = json!({ "words": lists.words.len(), "allowed": lists.allowed.len() });
        let deed = Deed::new("word_lists.replaced", "word_lists", 1).with(details);
        record::audit(&of_service, db, &caller, &deed)?;
        let (updated_by, updated_at) = (Some(account.id), Some(now));
        Ok(KeptWordLists { lists, version: version + 1, updated_by, updated_at })
    });
    let kept = written.await?;
    service.word_filters.remember(&kept, filter);
    Ok(kept)
}

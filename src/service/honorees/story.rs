//! An honoree's whole story, for the reviewers of its subtree.

use std::collections::{BTreeMap, BTreeSet};

use super::read;
use crate::{
    domain::{
        id::{HonoreeId, OrganizationId},
        story::{self, After, Entry, Place, Whose},
    },
    service::{Caller, Error, Service},
    storage::{self, Connection, honours::Which},
};

/// An entry with its place and the name of who acted.
#[derive(Clone, Debug)]
pub struct Told {
    /// Where it stands in the story.
    pub place: Place,
    /// The entry.
    pub entry: Entry,
    /// The name of the organization that acted.
    pub organization: Option<String>,
}

/// Makes sure that the caller may read the story; 404 outside the subtree.
pub async fn require_sight(service: &Service, caller: &Caller, id: HonoreeId) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    service.store.read(move |db| read::find_inside(db, &account, id).map(|_| ())).await
}

/// One page, in the order in which it happened: one query for each source, and three more.
pub async fn read_story(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Told>, Error> {
    let account = caller.require_reviewer()?.clone();
    service
        .store
        .read(move |db| {
            let honoree = read::find_inside(db, &account, id)?;
            let whose = whose(db, honoree.id)?;
            let sources = storage::story::list(db, &whose, |source| After::of(after, source), limit)?;
            named(db, story::page(sources, usize::try_from(limit).unwrap_or_default()))
        })
        .await
}

fn whose(db: &mut Connection, id: HonoreeId) -> Result<Whose, Error> {
    let mut honorees = vec![id];
    honorees.extend(storage::honorees::absorbed(db, &[id])?);
    let honours = storage::honours::list(db, Which::Honorees(vec![id]))?;
    let candidates = honours.into_iter().map(|entry| entry.honour.candidate).collect();
    Ok(Whose { honorees, candidates })
}

fn named(db: &mut Connection, page: Vec<(Place, Entry)>) -> Result<Vec<Told>, Error> {
    let ids: BTreeSet<OrganizationId> = page.iter().filter_map(|(_, entry)| entry.organization).collect();
    let names: BTreeMap<OrganizationId, String> =
        storage::organizations::names(db, &ids.into_iter().collect::<Vec<_>>())?.into_iter().collect();
    let told = page.into_iter().map(|(place, entry)| {
        let organization = entry.organization.and_then(|id| names.get(&id).cloned());
        Told { place, entry, organization }
    });
    Ok(told.collect())
}

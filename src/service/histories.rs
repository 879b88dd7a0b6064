//! The history of a candidate, for those within whose subtree it lies.

use std::collections::BTreeSet;

use super::{Service, caller::Caller, error::Error, transitions::sight};
use crate::{
    domain::{
        history::Step,
        id::{CandidateId, TransitionId, UserId},
    },
    storage,
};

/// A step with the name of who took it.
#[derive(Clone, Debug)]
pub struct ShownStep {
    /// The step.
    pub step: Step,
    /// The name shown of who took it, if it was an account.
    pub actor_name: Option<String>,
    /// The name shown of whom that stood in for.
    pub on_behalf_of_name: Option<String>,
}

/// A page of a candidate's history, in the order in which it happened.
pub async fn list(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    after: Option<(i64, TransitionId)>,
    limit: i64,
) -> Result<Vec<ShownStep>, Error> {
    let caller = caller.clone();
    service
        .store
        .read(move |db| {
            sight::to_read_within(db, &caller, id)?;
            let steps = storage::transitions::list_of(db, id, after, limit)?;
            let actors: BTreeSet<UserId> =
                steps.iter().flat_map(|step| step.actor_id.into_iter().chain(step.on_behalf_of)).collect();
            let names = storage::reviewers::names(db, &actors.into_iter().collect::<Vec<_>>())?;
            let shown = steps.into_iter().map(|step| {
                let name = |person: Option<UserId>| person.and_then(|person| names.get(&person).cloned());
                let (actor_name, on_behalf_of_name) = (name(step.actor_id), name(step.on_behalf_of));
                ShownStep { step, actor_name, on_behalf_of_name }
            });
            Ok(shown.collect())
        })
        .await
}

//! Participation as reviewers see it: of their subtree, in the order of the tree.

use super::{Caller, Error, Service};
use crate::{
    domain::{
        id::OrganizationId,
        month::Month,
        organization::OrganizationKind,
        participation::{self, Line, Node, TreeKey},
        scope::Scope,
    },
    storage::{self, Connection},
};

/// Which lines are wanted.
#[derive(Clone, Debug, Default)]
pub struct ParticipationRequest {
    /// This district and its units alone.
    pub district: Option<OrganizationId>,
    /// Organizations of these kinds; of all where nothing is said.
    pub kinds: Vec<OrganizationKind>,
}

/// A page of a cycle's participation: a constant number of queries, and only the people of the page's organizations and of
/// those below are counted.
pub async fn list_participation(
    service: &Service,
    caller: &Caller,
    (month, request): (Month, ParticipationRequest),
    after: Option<TreeKey>,
    limit: i64,
) -> Result<Vec<Line>, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let limit = usize::try_from(limit).unwrap_or(0);
    service.store.read(move |db| page(db, &scope, (month, &request), after, limit)).await
}

/// The page, in a transaction of the caller's.
pub fn page(
    db: &mut Connection,
    scope: &Scope,
    (month, request): (Month, &ParticipationRequest),
    after: Option<TreeKey>,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
    let tree = participation::in_order(storage::participation::nodes(db, scope, request.district)?);
    let is_wanted = |node: &&Node| {
        let is_kind = request.kinds.is_empty() || request.kinds.contains(&node.kind);
        is_kind && after.is_none_or(|after| node.key() > after)
    };
    let wanted: Vec<Node> = tree.iter().filter(is_wanted).take(limit).cloned().collect();
    let needed = participation::needed(&wanted, &tree);
    let own = storage::participation::own_numbers(db, month, &needed)?;
    Ok(participation::lines(wanted, &tree, &own))
}

//! Acting under a delegation: whether it holds when a request comes in, and still when its transaction begins.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        delegation::{Delegation, Official},
        fault::Code,
        id::{DelegationId, OrganizationId, UserId},
        organization::Organization,
    },
    service::{
        caller::{Account, scope_of},
        clock::Clocks,
        error::Error,
    },
    storage::{self, Connection, users::UserRow},
};

/// Under which delegation an account acts, and for whom.
#[derive(Clone, Debug)]
pub struct Acting {
    /// The delegation.
    pub delegation: DelegationId,
    /// Who is away.
    pub delegator: UserId,
    /// Blind index of that person's telephone, by which own nominations are recognised.
    pub phone_index: Option<Vec<u8>>,
    clocks: Clocks,
}

impl Acting {
    /// Holds the delegation for the rest of the transaction, so that it is revoked before or after the whole of it, and
    /// makes sure that it holds. Both accounts are held already.
    pub(in crate::service) fn recheck(&self, db: &mut Connection, delegate: UserId) -> Result<(), Error> {
        storage::locks::delegation_shared(db, self.delegation)?;
        self.require(db, delegate)
    }

    /// Makes sure that the delegation holds now, whatever becomes of it in the next moment.
    pub(in crate::service) fn require(&self, db: &mut Connection, delegate: UserId) -> Result<(), Error> {
        find_held(db, &self.clocks, (self.delegation, delegate)).map(|_| ())
    }
}

/// The account in the place of the one that has delegated: with that one's role, organization and scope. 403 where there is
/// no such delegation of the account's, or it does not hold now, and no word of which.
pub fn assume(db: &mut Connection, clocks: &Clocks, account: Account, id: DelegationId) -> Result<Account, Error> {
    let (delegation, delegator) = find_held(db, clocks, (id, account.id))?;
    let organization = storage::organizations::find(db, delegation.delegator_post.organization)?;
    let role = delegation.delegator_post.role;
    let scope = scope_of(db, role, organization.as_ref())?;
    let acting = Acting {
        delegation: id,
        delegator: delegation.delegator,
        phone_index: delegator.phone_index,
        clocks: clocks.clone(),
    };
    Ok(Account { role, organization, scope, acting: Some(acting), ..account })
}

/// The delegation, if it is the account's to act under and holds, with the account of the delegator. The days are the
/// campaign's: they were said as days of the campaign, as its windows are.
fn find_held(
    db: &mut Connection,
    clocks: &Clocks,
    (id, delegate): (DelegationId, UserId),
) -> Result<(Delegation, UserRow), Error> {
    let refused = || Error::of(Code::DelegationNotInForce);
    let found = storage::delegations::find(db, id)?.filter(|found| found.delegate == delegate);
    let delegation = found.ok_or_else(refused)?;
    let people = Officials::of(db, &[delegation.delegator, delegate])?;
    if !people.hold(&delegation, clocks) {
        return Err(refused());
    }
    let delegator = people.users.into_iter().find(|user| user.id == delegation.delegator).ok_or_else(refused)?;
    Ok((delegation, delegator))
}

/// Accounts, as far as it matters for whom they may stand in.
pub(super) struct Officials {
    users: Vec<UserRow>,
    organizations: BTreeMap<OrganizationId, Organization>,
}

impl Officials {
    /// Two queries, however many accounts.
    pub(super) fn of(db: &mut Connection, people: &[UserId]) -> Result<Self, Error> {
        let users = storage::users::list_of(db, people)?;
        let places: BTreeSet<OrganizationId> = users.iter().filter_map(|user| user.organization_id).collect();
        let organizations = storage::organizations::list_of(db, &places)?;
        let organizations = organizations.into_iter().map(|organization| (organization.id, organization)).collect();
        Ok(Self { users, organizations })
    }

    /// One of the accounts, if there is such a one.
    pub(super) fn find(&self, person: UserId) -> Option<Official> {
        let user = self.users.iter().find(|user| user.id == person)?;
        let organization = user.organization_id.and_then(|id| self.organizations.get(&id).cloned());
        Some(Official { active: user.active, role: user.role, organization })
    }

    /// Whether the delegate of a delegation between two of them may act now.
    pub(super) fn hold(&self, delegation: &Delegation, clocks: &Clocks) -> bool {
        match (self.find(delegation.delegator), self.find(delegation.delegate)) {
            (Some(away), Some(here)) => delegation.holds(&away, &here, clocks.campaign()),
            _ => false,
        }
    }
}

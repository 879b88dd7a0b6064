//! Who asks: an account, a voter of another identity provider, a holder of a tracking code, or nobody in particular.

use chrono::{DateTime, Utc};

use super::{delegations::Acting, error::Error};
use crate::{
    domain::{
        actor::Actor,
        fault::Code,
        id::{OrganizationId, UserId},
        identity::ForeignVoter,
        organization::Organization,
        role::Role,
        scope::Scope,
    },
    storage::{self, Connection},
};

/// Who makes a request, as it was found when the request came in.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The signed-in account.
    pub account: Option<Account>,
    /// Whom another identity provider vouches for. Never beside an account. Such a caller votes and reads the own votes;
    /// everywhere else it is the public, and 403 where the public is 401.
    pub foreign: Option<ForeignVoter>,
    /// The value of the `Tracking-Code` header: the credential of a nominator without an account.
    pub tracking_code: Option<String>,
    /// The id of the request, for the audit.
    pub request_id: String,
}

/// A signed-in account: role, organization and activity as they are now, not as the token says.
#[derive(Clone, Debug)]
pub struct Account {
    /// The account's id.
    pub id: UserId,
    /// What the account may do.
    pub role: Role,
    /// Where it belongs.
    pub organization: Option<Organization>,
    /// The part of the tree in which a reviewer acts.
    pub scope: Scope,
    /// Grows with everything that ends tokens: role, organization, activity, password.
    pub auth_version: i64,
    /// Blind index of the account's telephone, by which own nominations are recognised.
    pub phone_index: Option<Vec<u8>>,
    /// For whom the account stands in, under a delegation: role, organization and scope are then that person's.
    pub acting: Option<Acting>,
}

impl Caller {
    /// The account, or [`Caller::lacks_account`].
    pub fn account(&self) -> Result<&Account, Error> {
        self.account.as_ref().ok_or_else(|| self.lacks_account())
    }

    /// Why a caller without an account, or a credential that stands for one, is refused: 401 for the public, 403 for
    /// whom another identity provider vouches for, who would not be let in by signing in again.
    #[must_use]
    pub fn lacks_account(&self) -> Error {
        Error::of(if self.foreign.is_some() { Code::Forbidden } else { Code::Unauthenticated })
    }

    /// The account if it has one of the roles; else 401 or 403.
    pub fn require(&self, roles: &[Role]) -> Result<&Account, Error> {
        let account = self.account()?;
        if roles.contains(&account.role) { Ok(account) } else { Err(Error::of(Code::Forbidden)) }
    }

    /// The reviewers of all three levels; else 401 or 403.
    pub fn require_reviewer(&self) -> Result<&Account, Error> {
        self.require(&[Role::UnitReviewer, Role::DistrictReviewer, Role::CityReviewer])
    }

    /// The role, if signed in.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.account.as_ref().map(|account| account.role)
    }

    /// The account's id, if signed in.
    #[must_use]
    pub fn id(&self) -> Option<UserId> {
        self.account.as_ref().map(|account| account.id)
    }

    /// The account's id, if it acts in its own name: only then what its owner has recommended is the owner's.
    #[must_use]
    pub fn own_id(&self) -> Option<UserId> {
        self.account.as_ref().and_then(Account::own_id)
    }

    /// For whom the account stands in.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<UserId> {
        self.account.as_ref().and_then(Account::on_behalf_of)
    }

    /// Who acts, if signed in.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        self.account.as_ref().map(Account::actor)
    }
}

impl Account {
    /// The organization's id.
    #[must_use]
    pub fn organization_id(&self) -> Option<OrganizationId> {
        self.organization.as_ref().map(|organization| organization.id)
    }

    /// Its id, if it acts in its own name.
    #[must_use]
    pub fn own_id(&self) -> Option<UserId> {
        if self.acting.is_none() { Some(self.id) } else { None }
    }

    /// For whom it stands in.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<UserId> {
        self.acting.as_ref().map(|acting| acting.delegator)
    }

    /// Who acts, and in whose place.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { id: self.id, on_behalf_of: self.on_behalf_of() }
    }

    /// Whether it is this account, or the one for whom it stands in: the rules about persons hold for both.
    #[must_use]
    pub fn involves(&self, person: UserId) -> bool {
        self.id == person || self.on_behalf_of() == Some(person)
    }

    /// Holds the account's row for the rest of the transaction and makes sure that it may still do what it could
    /// when the request came in; where it stands in for somebody, that it still does. First in every writing transaction
    /// (order of locks: users by id, delegation, cycle, candidates, …).
    pub fn recheck(&self, connection: &mut Connection) -> Result<(), Error> {
        if let Some(acting) = &self.acting {
            storage::locks::user_shared(connection, self.id.min(acting.delegator))?;
            storage::locks::user_shared(connection, self.id.max(acting.delegator))?;
        }
        let standing = storage::users::lock_standing(connection, self.id)?;
        match standing {
            Some((auth_version, true)) if auth_version == self.auth_version => {}
            _ => return Err(Error::of(Code::Unauthenticated)),
        }
        match &self.acting {
            Some(acting) => acting.recheck(connection, self.id),
            None => Ok(()),
        }
    }

    /// Makes sure that it still stands in for whom it does: for long work, between steps that hold nobody's row.
    pub fn recheck_place(&self, connection: &mut Connection) -> Result<(), Error> {
        match &self.acting {
            Some(acting) => acting.require(connection, self.id),
            None => Ok(()),
        }
    }
}

/// Finds the account of a verified token's subject. `None` when it is gone, closed, or changed since.
pub fn find_account(connection: &mut Connection, id: UserId, auth_version: i64) -> Result<Option<Account>, Error> {
    let Some(user) = storage::users::find(connection, id)? else { return Ok(None) };
    if !user.active || user.auth_version != auth_version {
        return Ok(None);
    }
    let organization = match user.organization_id {
        Some(id) => storage::organizations::find(connection, id)?,
        None => None,
    };
    let scope = scope_of(connection, user.role, organization.as_ref())?;
    Ok(Some(Account {
        id: user.id,
        role: user.role,
        organization,
        scope,
        auth_version: user.auth_version,
        phone_index: user.phone_index,
        acting: None,
    }))
}

/// The part of the tree in which a role acts at an organization. A closed organization acts nowhere.
pub(super) fn scope_of(
    connection: &mut Connection,
    role: Role,
    organization: Option<&Organization>,
) -> Result<Scope, Error> {
    let Some(organization) = organization.filter(|organization| organization.active) else { return Ok(Scope::Nowhere) };
    Ok(match role {
        Role::CityReviewer => Scope::City,
        Role::DistrictReviewer => Scope::District(organization.id),
        Role::UnitReviewer => {
            let mut units = storage::organizations::child_ids(connection, organization.id)?;
            units.push(organization.id);
            Scope::Units(units)
        }
        Role::Citizen | Role::Portal | Role::Admin => Scope::Nowhere,
    })
}

/// When something happened and under which request, for the audit and the outgoing events.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Campaign time.
    pub campaign: DateTime<Utc>,
    /// Machine time.
    pub machine: DateTime<Utc>,
}

//! Who votes, as the token says: whether the account may still vote is read with the batch that the vote is written in.

use crate::domain::id::UserId;

use super::{Error, caller::Caller};

/// Who votes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Elector {
    /// An account of our own.
    Account {
        /// The account.
        id: UserId,
        /// Its `auth_version` when the token was issued; the token ends when that grows.
        auth_version: i64,
    },
}

impl Elector {
    /// A signed-in caller as a voter, or 401.
    pub fn of(caller: &Caller) -> Result<Self, Error> {
        let account = caller.account()?;
        Ok(Self::Account { id: account.id, auth_version: account.auth_version })
    }
}

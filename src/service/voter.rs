//! Who casts a vote, as far as the token alone tells. Whether an account is still open, its role and its organization are
//! read with the batch of votes, so that whoever was shut out is refused at once by every process.

use std::{net::IpAddr, sync::Arc};

use super::{Caller, Error};
use crate::domain::{fault::Code, id::UserId, identity::ForeignVoter};

/// Whose vote it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elector {
    /// An account of ours.
    Account {
        /// The account's id.
        id: UserId,
        /// The account's `auth_version` when the token was issued; the token has ended when that has grown since.
        auth_version: i64,
    },
    /// A subject of an identity provider.
    Foreign(Arc<ForeignVoter>),
}

impl Elector {
    /// A signed-in caller as a voter, or 401.
    pub fn of(caller: &Caller) -> Result<Self, Error> {
        match (&caller.account, &caller.foreign) {
            (Some(account), _) => Ok(Self::Account { id: account.id, auth_version: account.auth_version }),
            (None, Some(foreign)) => Ok(Self::Foreign(Arc::new(foreign.clone()))),
            (None, None) => Err(Error::of(Code::Unauthenticated)),
        }
    }
}

/// What is seen of a request besides its credentials. Personal data: to be kept as keyed hashes only, and not for long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestTraits {
    /// The client's address, behind trusted proxies the one that they tell.
    pub client: Option<IpAddr>,
    /// The `User-Agent` header, at most 512 bytes of it.
    pub user_agent: Option<String>,
}

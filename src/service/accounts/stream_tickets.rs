//! Tickets for streams of events: what a browser opens a stream with, by its address alone. A signed statement for one minute,
//! with an audience of its own, so that no ticket passes for an access token and no access token for a ticket.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{fault::Code, id::UserId},
    service::{
        Error, Service,
        caller::{self, Account},
    },
};

/// How long a stream may be opened with a ticket, by the machine's clock.
pub const LIFE: Duration = Duration::minutes(1);
/// Whom tickets are for.
const AUDIENCE: &str = "haoren-events";

#[derive(Serialize, Deserialize)]
struct Ticket {
    sub: UserId,
    ver: i64,
    exp: i64,
}

/// A ticket for an account, and until when it holds.
pub fn issue(service: &Service, account: &Account) -> Result<(String, DateTime<Utc>), Error> {
    let expires_at = service.clocks.machine() + LIFE;
    let ticket = Ticket { sub: account.id, ver: account.auth_version, exp: expires_at.timestamp() };
    Ok((service.tokens.sign_for(AUDIENCE, &ticket)?, expires_at))
}

/// The account that a ticket stands for, as it is now; 401 when the ticket is none of ours, has expired, or the account has
/// changed since.
pub async fn redeem(service: &Service, ticket: &str) -> Result<Account, Error> {
    let ended = || Error::of(Code::Unauthenticated);
    let Ticket { sub, ver, exp } = service.tokens.read_for(AUDIENCE, ticket).ok_or_else(ended)?;
    if service.clocks.machine().timestamp() >= exp {
        return Err(ended());
    }
    service.store.read(move |db| caller::find_account(db, sub, ver)).await?.ok_or_else(ended)
}

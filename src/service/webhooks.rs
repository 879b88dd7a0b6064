//! Webhooks: subscribers are told of events by requests to an address of theirs, as Standard Webhooks has it.
//!
//! Each webhook follows the numbered events from its own place. What its owner may see and wants becomes a delivery, which is
//! sent until it arrives or is given up, and never before what came earlier to the same subject. Every process sends; a lease tells
//! the others what to leave alone.

mod addresses;
mod deliveries;
mod following;
mod post;
mod secrets;
mod sender;
mod subscriptions;

pub use addresses::{Looking, Lookup, SystemLookup};
pub use deliveries::{LoggedDelivery, list_deliveries, retry_delivery, test_webhook};
pub use secrets::{Secret, rotate_secret};
pub use sender::{EVERY, Sender, release_at_start};
pub use subscriptions::{
    Kept, Made, create_webhook, delete_webhook, find_webhook, list_webhooks, made_before, replay, update_webhook,
};

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;

use crate::domain::{
    role::Role,
    webhook::{AddressRules, Retries},
};

use super::{
    caller::{Account, Caller},
    error::Error,
};

/// Who has webhooks.
const OWNERS: [Role; 2] = [Role::Admin, Role::Portal];
/// Who may have webhooks; else 401 or 403.
pub fn require_owner(caller: &Caller) -> Result<&Account, Error> {
    caller.require(&OWNERS)
}

/// So long deliveries are kept once they have ended.
pub const KEPT: TimeDelta = TimeDelta::days(30);

/// What the operator says of webhooks.
#[derive(Clone)]
pub struct Terms {
    /// Where they may be sent.
    pub rules: AddressRules,
    /// When what has failed is sent again.
    pub retries: Retries,
    /// So long an attempt may take from the first byte to the last.
    pub patience: Duration,
    /// By whom names are looked up.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            rules: AddressRules::default(),
            retries: Retries::default(),
            patience: Duration::from_secs(15),
            lookup: Arc::new(SystemLookup),
        }
    }
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rules, retries, patience, lookup: _ } = self;
        f.debug_struct("Terms").field("rules", rules).field("retries", retries).field("patience", patience).finish()
    }
}

/// Webhooks as this process serves them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Webhooks {
    terms: Terms,
    /// Or why there is none: a machine without certificates sends no webhooks, but does all else.
    client: Result<reqwest::Client, Arc<str>>,
}

impl Webhooks {
    /// On the operator's terms.
    #[must_use]
    pub fn new(terms: Terms) -> Self {
        let client = addresses::client(&terms).map_err(|error| format!("{error:?}").into());
        Self { terms, client }
    }

    /// What the operator says.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }
}

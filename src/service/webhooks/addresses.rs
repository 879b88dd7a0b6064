//! The client that webhooks are sent with: it connects to nothing that was not judged. Names are looked up anew for every attempt, and
//! the addresses that were judged are the ones that are connected to, so a name that changes its mind gains nothing.

use std::{future::Future, net::IpAddr, net::SocketAddr, pin::Pin, sync::Arc};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

use super::Terms;
use crate::domain::webhook::AddressRules;

/// A look-up under way.
pub type Looking = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// Looks names up.
pub trait Lookup: Send + Sync {
    /// The addresses of a name.
    fn look_up(&self, name: &str) -> Looking;
}

/// As the machine does it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn look_up(&self, name: &str) -> Looking {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why a name leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    /// One of its addresses is none that webhooks are sent to.
    #[error("the name leads to an address that webhooks are not sent to")]
    Address,
    /// It has none.
    #[error("the name has no address")]
    Unknown,
}

impl Refused {
    /// The refusal among the causes of an error.
    pub(super) fn among(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref().copied())
    }
}

struct Judged {
    lookup: Arc<dyn Lookup>,
    rules: Arc<AddressRules>,
}

impl Resolve for Judged {
    fn resolve(&self, name: Name) -> Resolving {
        let (looking, rules) = (self.lookup.look_up(name.as_str()), Arc::clone(&self.rules));
        Box::pin(async move {
            let found = looking.await.map_err(|_| Refused::Unknown)?;
            if found.is_empty() {
                return Err(Refused::Unknown.into());
            }
            // One bad address among good ones is no accident.
            if !found.iter().all(|address| rules.allow(*address)) {
                return Err(Refused::Address.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// Every request of this client is a connection of its own, to an address that was judged, and goes nowhere else.
pub(super) fn client(terms: &Terms) -> reqwest::Result<Client> {
    let judged = Judged { lookup: Arc::clone(&terms.lookup), rules: Arc::new(terms.rules.clone()) };
    Client::builder()
        .dns_resolver(Arc::new(judged))
        .https_only(!terms.rules.plain_http)
        .redirect(Policy::none())
        .referer(false)
        // A proxy would look names up by itself.
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(terms.patience)
        .user_agent(concat!("haoren-webhooks/", env!("CARGO_PKG_VERSION")))
        .build()
}

//! Where votes come from, in keyed hashes: equal for equal origins, and not to be turned back without the master key.

use std::net::IpAddr;

use super::{ballot_box::Trace, voter::RequestTraits};
use crate::storage::vault::{Digester, MasterKey};

/// The bits of an address that name a network: what one household or office has, or a carrier's gateway.
const V4_BITS: u32 = 24;
const V6_BITS: u32 = 48;
/// Longer words of a client on itself say no more.
const AGENT_BYTES: usize = 512;

/// Makes the hashes.
#[derive(Clone)]
pub struct Origins(Digester);

impl Origins {
    /// With a key derived from the master key.
    #[must_use]
    pub fn new(vault: &MasterKey) -> Self {
        Self(vault.digester("vote trace"))
    }

    /// Where a request came from. What is not known is one origin of its own.
    #[must_use]
    pub fn trace(&self, traits: &RequestTraits) -> Trace {
        let address = traits.client.map(|client| client.to_canonical());
        let agent = traits.user_agent.as_deref().unwrap_or_default().as_bytes();
        let agent = agent.get(..AGENT_BYTES).unwrap_or(agent);
        Trace { prefix: self.number(&[b"p", &network(address)]), client: self.number(&[b"c", &whole(address), agent]) }
    }

    fn number(&self, parts: &[&[u8]]) -> i64 {
        let digest = self.0.digest(parts);
        digest.first_chunk().copied().map_or(0, i64::from_be_bytes)
    }
}

/// The network, with a first byte that keeps the kinds of addresses apart.
fn network(address: Option<IpAddr>) -> [u8; 17] {
    let masked = address.map(|address| match address {
        IpAddr::V4(address) => IpAddr::V4((address.to_bits() & (u32::MAX << (32 - V4_BITS))).into()),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (u128::MAX << (128 - V6_BITS))).into()),
    });
    whole(masked)
}

fn whole(address: Option<IpAddr>) -> [u8; 17] {
    let (kind, bits) = match address {
        None => (0, 0),
        Some(IpAddr::V4(address)) => (4, u128::from(address.to_bits())),
        Some(IpAddr::V6(address)) => (6, address.to_bits()),
    };
    let mut bytes = [kind; 17];
    bytes.iter_mut().skip(1).zip(bits.to_be_bytes()).for_each(|(to, from)| *to = from);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(origins: &Origins, address: &str, agent: &str) -> Trace {
        let client = (!address.is_empty()).then(|| address.parse().unwrap());
        origins.trace(&RequestTraits { client, user_agent: Some(agent.to_owned()) })
    }

    #[test]
    fn neighbours_share_a_network_and_nobody_else_does() {
        let origins = Origins::new(&MasterKey::from_random([7; 32]));
        let of = |address| trace(&origins, address, "phone");
        assert_eq!(of("203.0.113.7"), of("203.0.113.7"));
        assert_eq!(of("203.0.113.7"), of("::ffff:203.0.113.7"), "the same address by another way");
        for (one, other) in [("203.0.113.7", "203.0.113.255"), ("2001:db8:1:2::3", "2001:db8:1:ffff::9")] {
            assert_eq!(of(one).prefix, of(other).prefix);
            assert_ne!(of(one).client, of(other).client);
        }
        for (one, other) in
            [("203.0.113.7", "203.0.114.7"), ("2001:db8:1::", "2001:db8:2::"), ("", "0.0.0.0"), ("::", "")]
        {
            assert_ne!(of(one).prefix, of(other).prefix, "{one} {other}");
        }
        assert_ne!(of("203.0.113.7").client, trace(&origins, "203.0.113.7", "script").client);
        let other_key = Origins::new(&MasterKey::from_random([8; 32]));
        assert_ne!(of("203.0.113.7").prefix, trace(&other_key, "203.0.113.7", "phone").prefix);
    }
}

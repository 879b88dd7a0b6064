//! From where a request comes. Behind a reverse proxy the peer is the proxy, which tells the client's address.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;

use crate::domain::network::Network;

/// Networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub Vec<Network>);

impl TrustedProxies {
    /// The client's address: the peer's, or behind trusted proxies the last address that none of them has.
    pub fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let told: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        Some(self.client_of(peer, &told))
    }

    fn client_of(&self, peer: IpAddr, told: &[&str]) -> IpAddr {
        let mut client = peer;
        for address in told.iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Ok(address) = address.parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// The part of an address that one client is given: all of IPv4, the first 64 bits of IPv6.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("9.9.9.9", &["1.1.1.1"], "9.9.9.9")] // nobody's proxy: what it tells is not believed
    #[case("10.0.0.1", &["1.1.1.1"], "1.1.1.1")]
    #[case("10.0.0.1", &["6.6.6.6", "1.1.1.1"], "1.1.1.1")] // the first was written by the client
    #[case("10.0.0.1", &["1.1.1.1", "10.0.0.2"], "1.1.1.1")]
    #[case("10.0.0.1", &["nonsense"], "10.0.0.1")]
    #[case("10.0.0.1", &[], "10.0.0.1")]
    fn the_client_is_the_last_that_is_no_proxy(#[case] peer: IpAddr, #[case] told: &[&str], #[case] expected: IpAddr) {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(proxies.client_of(peer, told), expected);
    }

    #[test]
    fn one_subscriber_has_64_bits() {
        assert_eq!(subscriber("2001:db8::1:2".parse().unwrap()), "2001:db8::".parse::<IpAddr>().unwrap());
    }
}

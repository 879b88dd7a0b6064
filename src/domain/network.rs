//! Networks, as they are named in settings.

use std::{fmt, net::IpAddr, str::FromStr};

/// A network such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no network such as 10.0.0.0/8 or 127.0.0.1");
        let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse::<u8>).map_err(|_| wrong())?;
        if bits <= most { Ok(Self { address, bits }) } else { Err(wrong()) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl Network {
    /// The network of an address and the number of bits that its addresses share.
    #[must_use]
    pub fn new(address: impl Into<IpAddr>, bits: u8) -> Self {
        Self { address: address.into(), bits }
    }

    /// Whether an address belongs to the network.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        let (own, other, width) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (u128::from(own.to_bits()), u128::from(other.to_bits()), 32_u32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        let free = width - u32::from(self.bits);
        own.checked_shr(free).unwrap_or(0) == other.checked_shr(free).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("10.0.0.0/8", "10.200.3.4", true)]
    #[case("10.0.0.0/8", "11.0.0.1", false)]
    #[case("0.0.0.0/0", "8.8.8.8", true)]
    #[case("127.0.0.1", "127.0.0.1", true)]
    #[case("127.0.0.1", "127.0.0.2", false)]
    #[case("fd00::/8", "fd12::1", true)]
    #[case("::/0", "2001:db8::1", true)]
    #[case("::/0", "1.2.3.4", false)]
    fn a_network_contains(#[case] network: Network, #[case] address: IpAddr, #[case] expected: bool) {
        assert_eq!(network.contains(address), expected);
    }

    #[rstest]
    #[case("10.0.0.0/33")]
    #[case("here")]
    #[case("::/129")]
    #[case("")]
    fn what_is_no_network_is_refused(#[case] text: &str) {
        assert!(text.parse::<Network>().is_err());
    }
}

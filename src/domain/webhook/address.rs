//! Where webhooks may be sent: to the public Internet by `https`, and to what the operator has named. Whatever else a server can
//! reach (itself, its neighbours, the machine that hosts it) is not for a subscriber to reach through it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::domain::{
    fault::{Code, Fault},
    network::Network,
};

/// Most characters of an address.
pub const MAX_URL_CHARS: usize = 2048;

/// What is not the public Internet in IPv4: the registry of special-purpose addresses (RFC 6890 and its successors), and the addresses from
/// which clouds serve their machines' secrets that lie outside of it.
const REFUSED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// In IPv6 only `2000::/3` is given out to the public; of that, what is for special purposes or leads back into IPv4 is refused too.
const PUBLIC_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const REFUSED_V6: &[(Ipv6Addr, u8)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// What the operator allows beside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressRules {
    /// Networks that webhooks are sent to although they are not public: that of a portal next door, or of a trial.
    pub networks: Vec<Network>,
    /// Whether `http` is taken too. For local trials.
    pub plain_http: bool,
}

impl AddressRules {
    /// Whether webhooks are sent to an address. An address of IPv4 in the clothes of IPv6 is judged as what it is.
    #[must_use]
    pub fn allow(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(address)) || is_public(address)
    }

    /// Where a URL leads, if webhooks are sent there as far as its text tells. A name is looked up, and its addresses are judged,
    /// at each delivery.
    pub fn judge(&self, url: &Url) -> Result<Target, Code> {
        let target = target(url).ok_or(Code::Malformed)?;
        if self.takes(url) && self.allow_target(&target) { Ok(target) } else { Err(Code::AddressNotAllowed) }
    }

    /// What is wrong with an address to be sent to.
    #[must_use]
    pub fn faults(&self, text: &str) -> Vec<Fault> {
        let chars = text.chars().count();
        if chars > MAX_URL_CHARS {
            return vec![Fault::of(Code::TooLong).with("limit", MAX_URL_CHARS).with("actual", chars)];
        }
        let Some((url, target)) = Url::parse(text).ok().and_then(|url| target(&url).map(|target| (url, target))) else {
            return vec![Fault::of(Code::Malformed)];
        };
        let mut faults = Vec::new();
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            faults.push(Fault::of(Code::Malformed));
        }
        if !self.takes(&url) {
            faults.push(Fault::of(Code::AddressNotAllowed).with("reason", "scheme"));
        }
        if !self.allow_target(&target) {
            faults.push(Fault::of(Code::AddressNotAllowed).with("reason", "address"));
        }
        faults
    }

    fn takes(&self, url: &Url) -> bool {
        url.scheme() == "https" || (url.scheme() == "http" && self.plain_http)
    }

    fn allow_target(&self, target: &Target) -> bool {
        match target {
            Target::Address(address) => self.allow(*address),
            Target::Name(_) => true,
        }
    }
}

/// An address as it is kept: what every reader of URLs takes for the same, without stray characters. What is none stays as it is.
#[must_use]
pub fn canonical(text: &str) -> String {
    Url::parse(text).map_or_else(|_| text.to_owned(), String::from)
}

/// Where a URL leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To an address that is written out.
    Address(IpAddr),
    /// To a name.
    Name(String),
}

fn target(url: &Url) -> Option<Target> {
    Some(match url.host()? {
        Host::Ipv4(address) => Target::Address(address.into()),
        Host::Ipv6(address) => Target::Address(address.into()),
        Host::Domain(name) => Target::Name(name.to_owned()),
    })
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !REFUSED_V4.iter().any(|(net, bits)| Network::new(*net, *bits).contains(address)),
        IpAddr::V6(_) => {
            let within = |(net, bits): &(Ipv6Addr, u8)| Network::new(*net, *bits).contains(address);
            within(&PUBLIC_V6) && !REFUSED_V6.iter().any(within)
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn of_trial() -> AddressRules {
        AddressRules { networks: vec!["127.0.0.2".parse().unwrap()], plain_http: true }
    }

    #[rstest]
    #[case("https://hooks.example.com/haoren")]
    #[case("https://hooks.example.com:8443/haoren?of=wuhan")]
    #[case("https://93.184.215.14/")]
    #[case("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/")]
    #[case("https://接收.example.com/")]
    fn what_is_public_is_taken(#[case] url: &str) {
        assert_eq!(AddressRules::default().faults(url), []);
    }

    /// Each in every way of writing it that leads to the same place.
    #[rstest]
    #[case("0.0.0.0")]
    #[case("0.1.2.3")]
    #[case("10.0.0.1")]
    #[case("10.255.255.255")]
    #[case("100.64.0.1")]
    #[case("100.100.100.200")]
    #[case("127.0.0.1")]
    #[case("127.1")]
    #[case("127.255.255.254")]
    #[case("2130706433")]
    #[case("0x7f000001")]
    #[case("0177.0.0.1")]
    #[case("0x7f.1")]
    #[case("１２７.０.０.１")]
    #[case("127。0。0。1")]
    #[case("127.0.0.1.")]
    #[case("168.63.129.16")]
    #[case("169.254.0.23")]
    #[case("169.254.169.254")]
    #[case("2852039166")]
    #[case("172.16.0.1")]
    #[case("172.31.255.255")]
    #[case("192.0.0.192")]
    #[case("192.0.2.1")]
    #[case("192.88.99.1")]
    #[case("192.168.1.1")]
    #[case("198.18.0.1")]
    #[case("198.51.100.1")]
    #[case("203.0.113.1")]
    #[case("224.0.0.1")]
    #[case("239.255.255.250")]
    #[case("240.0.0.1")]
    #[case("255.255.255.255")]
    #[case("[::]")]
    #[case("[::1]")]
    #[case("[::127.0.0.1]")]
    #[case("[::ffff:127.0.0.1]")]
    #[case("[::ffff:a9fe:a9fe]")]
    #[case("[::ffff:0:127.0.0.1]")]
    #[case("[64:ff9b::7f00:1]")]
    #[case("[64:ff9b:1::1]")]
    #[case("[100::1]")]
    #[case("[2001::1]")]
    #[case("[2001:db8::1]")]
    #[case("[2002:7f00:1::]")]
    #[case("[3fff::1]")]
    #[case("[5f00::1]")]
    #[case("[fc00::1]")]
    #[case("[fd00:ec2::254]")]
    #[case("[fe80::1]")]
    #[case("[fe80::a9fe:a9fe]")]
    #[case("[fec0::1]")]
    #[case("[ff02::1]")]
    #[case("[4000::1]")]
    fn what_is_not_public_is_refused(#[case] host: &str) {
        let refused = Fault::of(Code::AddressNotAllowed).with("reason", "address");
        assert_eq!(AddressRules::default().faults(&format!("https://{host}/")), std::slice::from_ref(&refused));
        assert_eq!(of_trial().faults(&format!("http://{host}:8080/hook")), [refused]);
    }

    #[rstest]
    #[case("http://hooks.example.com/", "scheme")]
    #[case("ftp://hooks.example.com/", "scheme")]
    fn another_scheme_is_refused(#[case] url: &str, #[case] reason: &str) {
        assert_eq!(AddressRules::default().faults(url), [Fault::of(Code::AddressNotAllowed).with("reason", reason)]);
    }

    #[rstest]
    #[case("")]
    #[case("hooks.example.com")]
    #[case("/haoren")]
    #[case("https://")]
    #[case("https://user:secret@hooks.example.com/")]
    #[case("https://user@hooks.example.com/")]
    #[case("https://hooks.example.com/#here")]
    #[case("https://127.0.0.1:99999/")]
    #[case("mailto:somebody@example.com")]
    fn what_is_no_address_is_malformed(#[case] url: &str) {
        assert_eq!(AddressRules::default().faults(url), [Fault::of(Code::Malformed)]);
    }

    #[test]
    fn the_operator_allows_what_is_named_and_nothing_beside() {
        let rules = of_trial();
        assert_eq!(rules.faults("http://127.0.0.2:9000/"), []);
        assert_eq!(rules.faults("http://127.0.0.3:9000/").len(), 1);
        assert!(rules.allow("::ffff:127.0.0.2".parse().unwrap()));
        assert_eq!(AddressRules { networks: rules.networks, plain_http: false }.faults("http://127.0.0.2/").len(), 1);
    }

    #[rstest]
    #[case("HTTPS://Hooks.Example.com", "https://hooks.example.com/")]
    #[case("https://hooks.example.com/a\tb\n", "https://hooks.example.com/ab")]
    #[case("https://hooks.example.com/\0\u{202e}", "https://hooks.example.com/%00%E2%80%AE")]
    fn an_address_is_kept_in_one_way(#[case] text: &str, #[case] kept: &str) {
        assert_eq!(canonical(text), kept);
    }

    #[test]
    fn an_address_has_an_end() {
        let url = format!("https://hooks.example.com/{}", "a".repeat(MAX_URL_CHARS));
        assert_eq!(AddressRules::default().faults(&url).first().unwrap().code, Code::TooLong);
    }
}

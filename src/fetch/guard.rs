//! Which addresses may be fetched: public ones, and what the operator allowed by CIDR.
//!
//! Asked twice: for a host that is an address itself, and in the resolver for every address of a name, which is then
//! the address that is connected to (no second look-up that could say otherwise).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::{Error, Result};

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

/// IPv4 addresses that are nobody's on the public net (IANA's special-purpose registry).
const SPECIAL_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

/// Global unicast: everything public in IPv6 lies in it, but for the exceptions below.
const GLOBAL_V6: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// Protocol assignments (Teredo, ORCHID …), documentation, 6to4 (whatever is inside).
const SPECIAL_V6: &[Ipv6Net] = &[
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
/// NAT64: the last four bytes are an IPv4 address.
const NAT64: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Ports of services that speak no HTTP, or should never be asked by a stranger.
const SERVICE_PORTS: &[u16] = &[
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111, 113,
    115, 117, 119, 123, 135, 137, 138, 139, 143, 161, 162, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540,
    548, 554, 556, 563, 587, 601, 636, 873, 989, 990, 993, 995, 1080, 1433, 1434, 1521, 1719, 1720, 1723, 2049, 2181, 2375, 2376,
    2379, 2380, 3128, 3306, 3389, 3659, 4045, 4190, 4369, 5060, 5061, 5432, 5433, 5671, 5672, 5900, 5984, 6000, 6379, 6380, 6432,
    6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 7000, 7001, 8086, 8125, 8300, 8301, 8500, 9042, 9092, 9160, 9200, 9300,
    10080, 10250, 10255, 11211, 15672, 25672, 26379, 27017, 27018, 27019, 50070,
];

/// True for an address that belongs to somebody on the public net.
#[must_use]
pub fn is_global(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) if NAT64.contains(&address) => {
            let [.., a, b, c, d] = address.octets();
            is_global(IpAddr::V4(Ipv4Addr::new(a, b, c, d)))
        }
        IpAddr::V6(address) => GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|net| net.contains(&address)),
    }
}

/// The addresses that may be connected to.
#[derive(Clone, Debug)]
pub struct Guard {
    allow: Arc<[IpNet]>,
    public: bool,
}

impl Guard {
    /// Public addresses, and `allow`.
    #[must_use]
    pub fn public_and(allow: &[IpNet]) -> Self {
        Self { allow: allow.into(), public: true }
    }

    /// Only what was allowed by hand: for the ports of services.
    #[must_use]
    pub fn only_allowed(&self) -> Self {
        Self { allow: Arc::clone(&self.allow), public: false }
    }

    /// True when the address may be connected to.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allow.iter().any(|net| net.contains(&address)) || (self.public && is_global(address))
    }

    /// Checks what can be seen of a URL without a look-up: its scheme, and a host that is an address.
    ///
    /// # Errors
    /// [`Error::BadUrl`], [`Error::NotAllowed`].
    pub fn check(&self, url: &Url) -> Result<()> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::BadUrl);
        }
        let address = match url.host() {
            None => return Err(Error::BadUrl),
            // RFC 6761: these names are loopback, whatever a resolver says of them.
            Some(Host::Domain(name)) if is_localhost(name) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
        };
        if self.permits(address) { Ok(()) } else { Err(Error::NotAllowed) }
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// True when only an address that was allowed by hand may be asked at this URL's port.
#[must_use]
pub fn is_service_port(url: &Url) -> bool {
    url.port_or_known_default().is_none_or(|port| port == 0 || SERVICE_PORTS.contains(&port))
}

/// What the resolver answers for a name without a permitted address.
#[derive(Debug, thiserror::Error)]
#[error("address not allowed")]
pub struct Refused;

/// What the resolver answers for a name that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("no such host")]
pub struct Unknown;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_error| Unknown)?.collect();
            if found.is_empty() {
                return Err(Unknown.into());
            }
            let permitted: Vec<SocketAddr> = found.into_iter().filter(|address| guard.permits(address.ip())).collect();
            if permitted.is_empty() {
                return Err(Refused.into());
            }
            let addresses: Addrs = Box::new(permitted.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_global() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_global(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_global(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn every_spelling_of_loopback_is_seen() {
        let guard = Guard::public_and(&[]);
        for url in [
            "http://127.0.0.1:5432/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[fd00::1]/",
            "http://0/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://127.1/",
            "http://①②⑦.⓪.⓪.①/",
            "http://0177.0.0.1/",
            "http://[::ffff:7f00:1]/",
            "http://[2002:7f00:1::]/",
        ] {
            let parsed = Url::parse(url).unwrap();
            assert_eq!(guard.check(&parsed), Err(Error::NotAllowed), "{url}");
        }
        for url in ["file:///etc/passwd", "ftp://8.8.8.8/", "gopher://8.8.8.8/", "dict://8.8.8.8:11/", "data:,x", "unix:/run/x"] {
            assert_eq!(guard.check(&Url::parse(url).unwrap()), Err(Error::BadUrl), "{url}");
        }
        assert_eq!(guard.check(&Url::parse("http://8.8.8.8/").unwrap()), Ok(()));
    }

    #[test]
    fn a_cidr_allows_and_opens_service_ports() {
        let guard = Guard::public_and(&["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        assert!(guard.permits("127.0.0.1".parse().unwrap()));
        assert!(guard.permits("::ffff:127.0.0.1".parse().unwrap()));
        assert!(guard.permits("fd00::5".parse().unwrap()));
        assert!(!guard.permits("10.0.0.1".parse().unwrap()));
        assert!(guard.only_allowed().permits("127.0.0.1".parse().unwrap()));
        assert!(!guard.only_allowed().permits("8.8.8.8".parse().unwrap()));
    }

    #[test]
    fn service_ports_are_known() {
        for port in [22, 25, 6379, 5432, 9200, 11211, 27017] {
            assert!(is_service_port(&Url::parse(&format!("http://example.org:{port}/")).unwrap()), "{port}");
        }
        // 5000 is where CKAN itself listens.
        for port in [80, 443, 5000, 8080, 8443, 8983, 49152] {
            assert!(!is_service_port(&Url::parse(&format!("http://example.org:{port}/")).unwrap()), "{port}");
        }
    }
}

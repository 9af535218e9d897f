//! Where a webhook may point: at hosts of the public Internet, by https.
//!
//! Names are judged by the addresses that they have when something is sent, in the connector itself, so that no name can lead
//! elsewhere between looking and sending. Here stands what an address is ([`is_global`]) and what a URL must look like.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::faults::Reason;
use crate::json::Json;

/// Most characters of a URL.
pub const MAX_URL: usize = 2_000;

/// Which receivers a deployment reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Targets {
    /// Those of the public Internet, by https.
    #[default]
    Public,
    /// Any, by http too: for development and tests.
    Any,
}

impl Targets {
    /// Reads `public` or `any`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "public" => Some(Self::Public),
            "any" => Some(Self::Any),
            _ => None,
        }
    }

    /// Whether something may be sent to an address.
    #[must_use]
    pub const fn reaches(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_global(address),
            Self::Any => true,
        }
    }

    /// Reads a URL, as clients of HTTP understand it.
    ///
    /// # Errors
    /// Says why nothing is sent there.
    pub fn url(self, text: &str) -> Result<Url, Reason> {
        if text.len() > MAX_URL {
            return Err(format!("must be at most {MAX_URL} characters").into());
        }
        let url = Url::parse(text.trim()).map_err(|_| "must be a URL")?;
        match (url.scheme(), self) {
            ("https", _) | ("http", Self::Any) => {}
            _ => return Err("must begin with https://".into()),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not have a user or a password".into());
        }
        if url.fragment().is_some() {
            return Err("must not have a fragment".into());
        }
        let reached = match url.host() {
            Some(Host::Domain(name)) => self == Self::Any || is_public_name(name),
            Some(Host::Ipv4(address)) => self.reaches(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => self.reaches(IpAddr::V6(address)),
            None => false,
        };
        if reached { Ok(url) } else { Err("must name a host of the public Internet".into()) }
    }

    /// As [`Targets::url`], from JSON, in its normal form.
    ///
    /// # Errors
    /// Says why nothing is sent there.
    pub fn from_json(self, json: &Json) -> Result<String, Reason> {
        self.url(json.as_text().ok_or("must be text")?).map(String::from)
    }
}

/// Names that never lead outside: what is said of them here spares a look-up and is nothing to rely on.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let private = ["localhost", "local", "internal", "lan", "home.arpa", "invalid", "test", "onion"];
    name.contains('.') && !private.iter().any(|last| name == *last || name.ends_with(&format!(".{last}")))
}

/// Whether an address is one of the public Internet: the special ones of the IANA registries (RFC 6890 and what came after) are
/// not, nor are those in which a special one is wrapped up.
#[must_use]
pub const fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

const fn is_global_v4(address: Ipv4Addr) -> bool {
    let octets = address.octets();
    // This network; private (RFC 1918); loopback; link-local, where clouds keep credentials; shared by carriers (RFC 6598).
    let private =
        matches!(octets, [0 | 10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [169, 254, ..] | [100, 64..=127, ..]);
    // Protocol assignments, documentation, 6to4 relays, AS112, AMT, benchmarking.
    let assigned = matches!(
        octets,
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [192, 31, 196, _] | [192, 52, 193, _] | [192, 175, 48, _] | [198, 18..=19, ..]
    );
    let example = matches!(octets, [198, 51, 100, _] | [203, 0, 113, _]);
    // Multicast, reserved, broadcast.
    let many = octets[0] >= 224;
    !(private || assigned || example || many)
}

const fn is_global_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) lead to what they have wrapped up.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_global_v4(wrapped(high, low)),
        // Protocol assignments, Teredo and ORCHID among them; documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Of what is left, only 2000::/3 is handed out: neither unspecified, loopback, mapped, discard, unique local,
        // link-local, site-local nor multicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

const fn wrapped(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(((high as u32) << 16) | low as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_global() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "52.95.110.1",
            "172.15.255.255",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:81b::200e",
            "2600:9000::1",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_global(address.parse().unwrap()), "{address}");
        }
        for address in [
            // IPv4
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            // IPv6
            "::",
            "::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:20::1",
            "5f00::1",
            // Wrapped up: mapped, compatible, NAT64 (also the local one), 6to4.
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::ffff:0:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::10.0.0.1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "2002:a9fe:a9fe::1",
        ] {
            assert!(!is_global(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_receiver_is_reached_by_https_at_a_public_host() {
        for text in [
            "https://hooks.example.com/crm?k=v",
            "https://example.com:8443/",
            "https://8.8.8.8/",
            "https://[2606:4700:4700::1111]/",
            "https://bücher.example/",
            " https://example.com/ ",
        ] {
            assert!(Targets::Public.url(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "hooks",
            "//example.com/",
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://user@example.com/",
            "https://user:word@example.com/",
            "https://example.com/#part",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://db.internal/",
            "https://printer/",
            "https://127.0.0.1/",
            // However the address is written.
            "https://2130706433/",
            "https://0x7f.1/",
            "https://017700000001/",
            "https://127.1/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00:ec2::254]/",
            "https://10.0.0.1/",
            "https://0/",
            "https://１２７.0.0.1/",
        ] {
            assert!(Targets::Public.url(text).is_err(), "{text}");
        }
        assert!(Targets::Any.url("http://127.0.0.1:9/").is_ok() && Targets::Any.url("http://localhost/").is_ok());
        assert!(Targets::Any.url("ftp://localhost/").is_err() && Targets::Any.url("http://a:b@localhost/").is_err());
        assert!(Targets::Public.url(&format!("https://example.com/{}", "x".repeat(MAX_URL))).is_err());
    }
}

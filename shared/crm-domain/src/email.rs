//! E-mail addresses, normalised: the identity of a customer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::faults::Reason;
use crate::json::Json;

/// A trimmed, lower-cased address of at most 254 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

/// Stands where the address of an erased customer stood. Nobody can have it (RFC 2606).
const ERASED: &str = "erased@customer.invalid";

impl Email {
    /// Reads an address: the HTML standard's form of `input type=email`, with a dotted domain, sizes by RFC 5321.
    ///
    /// # Errors
    /// Says that it is too long, or not an address.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let text = text.trim_matches(' ');
        if text.len() > 254 {
            return Err("must be at most 254 characters".into());
        }
        let wrong = || Reason::from("must be an e-mail address");
        let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
        let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b);
        let local_ok = local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atext));
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if text.eq_ignore_ascii_case(ERASED) {
            return Err("stands for people who were erased".into());
        }
        if local_ok && domain.contains('.') && domain.split('.').all(label) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(wrong())
        }
    }

    /// As [`Email::parse`], from a JSON string.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn from_json(json: &Json) -> Result<Self, Reason> {
        Self::parse(json.as_text().ok_or("must be text")?)
    }

    /// What stands where the address of an erased customer stood.
    #[must_use]
    pub fn erased() -> Self {
        Self(ERASED.to_owned())
    }

    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.0 == ERASED
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised_or_refused() {
        assert_eq!(Email::parse("  Priya.S+x@Example.CO.in ").map(|e| e.0), Ok("priya.s+x@example.co.in".into()));
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "", "@", "a@", "@b.c", "a b@c.d", "a@b", "a..b@c.d", ".a@c.d", "a@-c.d", "a@c-.d", "a@c..d", "a@b@c.d", "a\n@c.d",
            "é@c.d", "\ta@c.d", &long,
        ] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}

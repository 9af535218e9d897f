//! The links that messages carry: to a person's preferences, to the pixel that tells of an opening, and to what was clicked.
//!
//! A link is its message under a signature. It names nobody to those who have no access here, never expires, and cannot be made
//! or altered by others: so it leads to no other place than the one that stood in the message. That was put there by an author,
//! as an address of the text or a link of theirs, never by what a recipient calls themselves ([`crate::tracking`]).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::ids::{CampaignId, CustomerId};
use crate::message::MessageId;
use crate::ports::SigningKeys;

/// First byte of every token; another layout will have another.
const VERSION: u8 = 1;
/// Bytes of a signature: 128 bits cannot be guessed.
const TAG: usize = 16;
/// Bytes before the target.
const HEAD: usize = 34;
/// Longest token that is looked at.
const MAX_TOKEN: usize = 4_096;
/// Ends the address of a pixel: some clients load nothing that does not look like an image.
const PIXEL: &str = ".gif";

/// What a link is for; a token of one is none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    Preferences = 1,
    Open = 2,
    Click = 3,
}

/// Makes links, and knows them again.
#[derive(Clone)]
pub struct Links {
    /// The current key first, then the one before.
    keys: Vec<Hmac<Sha256>>,
    /// Where the public routes are found.
    base: String,
}

impl Links {
    /// `base` is an origin: `https://crm.example.com`. Who makes no links needs none.
    #[must_use]
    pub fn new(keys: &SigningKeys, base: &str) -> Self {
        // HMAC takes keys of any length, so none is left out.
        let mac = |key: &[u8]| Hmac::<Sha256>::new_from_slice(key).ok();
        let derived = keys.0.iter().filter_map(|key| mac(&mac(key.as_bytes())?.chain_update(b"links").finalize().into_bytes()));
        Self { keys: derived.collect(), base: base.trim_end_matches('/').to_owned() }
    }

    /// Where the recipient of a message says what they want to get.
    #[must_use]
    pub fn preferences(&self, message: MessageId) -> String {
        self.url("/api/unsubscribe/", Purpose::Preferences, message, "")
    }

    /// The picture whose loading tells of an opening.
    #[must_use]
    pub fn pixel(&self, message: MessageId) -> String {
        self.url("/api/o/", Purpose::Open, message, "") + PIXEL
    }

    /// The way to `target` that tells of a click.
    #[must_use]
    pub fn click(&self, message: MessageId, target: &str) -> String {
        self.url("/api/c/", Purpose::Click, message, target)
    }

    /// The headers by which mail programs offer one-click unsubscription (RFC 8058).
    #[must_use]
    pub fn headers(&self, message: MessageId) -> Vec<(&'static str, String)> {
        vec![
            ("List-Unsubscribe", format!("<{}>", self.preferences(message))),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
        ]
    }

    /// The message, and of a click the target, of a token that was made here for `purpose`.
    #[must_use]
    pub fn read(&self, purpose: Purpose, token: &str) -> Option<(MessageId, String)> {
        let token = if purpose == Purpose::Open { token.strip_suffix(PIXEL).unwrap_or(token) } else { token };
        if token.len() > MAX_TOKEN {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
        if !self.keys.iter().any(|key| key.clone().chain_update(said).verify_truncated_left(tag).is_ok()) {
            return None;
        }
        let (head, target) = said.split_at_checked(HEAD)?;
        let (kind, ids) = head.split_at_checked(2)?;
        if kind != [VERSION, purpose as u8] {
            return None;
        }
        let (campaign, customer) = ids.split_at_checked(16)?;
        let campaign = CampaignId::from_bytes(campaign.try_into().ok()?);
        let customer = CustomerId::from_bytes(customer.try_into().ok()?);
        Some((MessageId { campaign, customer }, String::from_utf8(target.to_vec()).ok()?))
    }

    fn url(&self, path: &str, purpose: Purpose, message: MessageId, target: &str) -> String {
        let mut token = Vec::with_capacity(HEAD + target.len() + TAG);
        token.extend([VERSION, purpose as u8]);
        token.extend(message.campaign.as_bytes());
        token.extend(message.customer.as_bytes());
        token.extend(target.as_bytes());
        let tag = self.keys.first().map(|key| key.clone().chain_update(&token).finalize().into_bytes());
        token.extend(tag.iter().flat_map(|tag| tag.iter().take(TAG)));
        let mut url = String::with_capacity(self.base.len() + path.len() + token.len() * 4 / 3 + 1 + PIXEL.len());
        url.push_str(&self.base);
        url.push_str(path);
        URL_SAFE_NO_PAD.encode_string(token, &mut url);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;

    fn keys(keys: &[&str]) -> SigningKeys {
        SigningKeys(keys.iter().map(|key| (*key).to_owned()).collect())
    }

    fn message() -> MessageId {
        MessageId { campaign: CampaignId::generate(), customer: CustomerId::of(&Email::parse("asha@x.in").unwrap()) }
    }

    fn token(url: &str) -> &str {
        url.rsplit('/').next().unwrap()
    }

    #[test]
    fn links_are_known_again_by_the_current_and_the_previous_key() {
        let (links, message) = (Links::new(&keys(&["b", "a"]), "https://crm.example/"), message());
        let url = links.preferences(message);
        assert!(url.starts_with("https://crm.example/api/unsubscribe/") && !url.contains("asha"), "{url}");
        assert_eq!(links.read(Purpose::Preferences, token(&url)), Some((message, String::new())));
        let target = "https://shop.example/x?a=1&b=\u{e9}";
        let click = links.click(message, target);
        assert_eq!(links.read(Purpose::Click, token(&click)), Some((message, target.into())));
        let pixel = links.pixel(message);
        assert!(pixel.ends_with(PIXEL));
        assert_eq!(links.read(Purpose::Open, token(&pixel)), Some((message, String::new())));
        let rotated = Links::new(&keys(&["c", "b"]), "");
        assert_eq!(rotated.read(Purpose::Preferences, token(&url)), Some((message, String::new())));
        assert_eq!(Links::new(&keys(&["d", "c"]), "").read(Purpose::Preferences, token(&url)), None);
    }

    #[test]
    fn forged_and_strange_tokens_are_none() {
        let (links, message) = (Links::new(&keys(&["a"]), ""), message());
        let click = links.click(message, "https://shop.example/");
        let click = token(&click);
        assert_eq!(links.read(Purpose::Preferences, click), None, "a token of one purpose is none of another");
        let bytes = URL_SAFE_NO_PAD.decode(click).unwrap();
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            assert_eq!(links.read(Purpose::Click, &URL_SAFE_NO_PAD.encode(forged)), None, "byte {at}");
        }
        for length in 0..bytes.len() {
            assert_eq!(links.read(Purpose::Click, &URL_SAFE_NO_PAD.encode(&bytes[..length])), None, "{length} bytes");
        }
        for strange in ["", "x", "%%", "....", &format!("{click}A"), &format!("{click}="), &"A".repeat(5_000)] {
            assert_eq!(links.read(Purpose::Click, strange), None, "{strange}");
        }
        assert_eq!(Links::new(&keys(&[]), "").read(Purpose::Click, click), None);
    }
}

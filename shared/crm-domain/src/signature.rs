//! Signatures of what is sent to webhooks, after the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// What secrets begin with, as the libraries of the specification know them.
pub const PREFIX: &str = "whsec_";

/// A key as people and libraries pass it on.
#[must_use]
pub fn written(key: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(key))
}

/// The reverse of [`written`]; the prefix may be missing. None for what is empty, or not base64.
#[must_use]
pub fn read(secret: &str) -> Option<Vec<u8>> {
    STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).ok().filter(|key| !key.is_empty())
}

/// The value of `webhook-signature`: one signature for each key. `timestamp` is in seconds.
#[must_use]
pub fn signature(keys: &[Vec<u8>], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = keys.iter().filter_map(|key| {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    });
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_specification() {
        // The example of the reference implementations.
        let key = read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let told =
            signature(std::slice::from_ref(&key), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(told, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!((written(&key).as_str(), read(&written(&key))), ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Some(key)));
        assert_eq!((read(""), read("whsec_"), read("whsec_?")), (None, None, None));
    }

    #[test]
    fn each_key_signs_by_itself() {
        let keys = [b"abc".to_vec(), b"def".to_vec()];
        let both = signature(&keys, "a", 1, b"{}");
        assert_eq!(both, format!("{} {}", signature(&keys[..1], "a", 1, b"{}"), signature(&keys[1..], "a", 1, b"{}")));
    }
}

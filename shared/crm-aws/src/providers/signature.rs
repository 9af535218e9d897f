//! Signatures of what goes to a webhook, after the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`.
//!
//! The secret is a JSON object with `signingKey` and, while it is being rotated, `previousSigningKey`: base64, with or
//! without the prefix `whsec_`, as the libraries of that specification take it. With two keys there are two signatures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use tokio::sync::Mutex;

/// For how long a key is kept: a rotation takes effect within that.
const KEPT: Duration = Duration::from_mins(5);

/// The keys, the current one first.
type SigningKeys = Arc<Vec<Vec<u8>>>;

/// Where the keys of one webhook come from.
pub(super) enum SigningSecret {
    Kept {
        client: Client,
        id: String,
        held: Mutex<Option<(Instant, SigningKeys)>>,
    },
    #[cfg(test)]
    Fixed(SigningKeys),
}

/// Why there are no keys; never what the secret holds.
#[derive(Debug, thiserror::Error)]
pub(super) enum SecretFault {
    #[error("the webhook's secret cannot be read")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the webhook's secret is not a JSON object with a signingKey in base64")]
    Malformed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Secret {
    signing_key: String,
    previous_signing_key: Option<String>,
}

impl SigningSecret {
    pub(super) fn kept(config: &aws_config::SdkConfig, id: String) -> Self {
        Self::Kept { client: Client::new(config), id, held: Mutex::new(None) }
    }

    /// The keys; concurrent callers share one request.
    pub(super) async fn keys(&self) -> Result<SigningKeys, SecretFault> {
        let (client, id, held) = match self {
            Self::Kept { client, id, held } => (client, id, held),
            #[cfg(test)]
            Self::Fixed(keys) => return Ok(keys.clone()),
        };
        let mut held = held.lock().await;
        if let Some((since, keys)) = &*held
            && since.elapsed() < KEPT
        {
            return Ok(keys.clone());
        }
        let answer = client.get_secret_value().secret_id(id).send().await;
        let answer = answer.map_err(|error| SecretFault::Unavailable(Box::new(error)))?;
        let keys = Arc::new(read(answer.secret_string().unwrap_or_default()).ok_or(SecretFault::Malformed)?);
        *held = Some((Instant::now(), keys.clone()));
        Ok(keys)
    }
}

fn read(secret: &str) -> Option<Vec<Vec<u8>>> {
    let secret: Secret = serde_json::from_str(secret).ok()?;
    let keys = [Some(secret.signing_key), secret.previous_signing_key].into_iter().flatten();
    keys.map(|key| STANDARD.decode(key.strip_prefix("whsec_").unwrap_or(&key)).ok().filter(|key| !key.is_empty())).collect()
}

/// The value of `webhook-signature`.
pub(super) fn signature(keys: &[Vec<u8>], id: &str, timestamp: i64, body: &[u8]) -> String {
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
        let keys = read(r#"{"signingKey":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#).unwrap();
        let told = signature(&keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(told, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_rotated_secret_signs_twice_and_a_wrong_one_not_at_all() {
        let keys = read(r#"{"signingKey":"YWJj","previousSigningKey":"ZGVm"}"#).unwrap();
        assert_eq!(keys, [b"abc".to_vec(), b"def".to_vec()]);
        assert_eq!(signature(&keys, "a", 1, b"{}").split(' ').count(), 2);
        for wrong in
            ["", "{}", r#"{"signingKey":""}"#, r#"{"signingKey":"?"}"#, r#"{"signingKey":"YWJj","previousSigningKey":"?"}"#]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        // What the template generates: 64 letters and digits are base64 too.
        assert!(read(&format!(r#"{{"signingKey":"{}"}}"#, "aB3".repeat(22).get(..64).unwrap())).is_some());
    }
}

//! The keys that sign what goes to a provider's webhook.
//!
//! The secret is a JSON object with `signingKey` and, while it is being rotated, `previousSigningKey`: base64, with or
//! without the prefix `whsec_`, as the libraries of that specification take it. With two keys there are two signatures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::Client;
use crm_domain::signature;
use serde::Deserialize;
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
    keys.map(|key| signature::read(&key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_secret_has_two_keys_and_a_wrong_one_none() {
        let keys = read(r#"{"signingKey":"YWJj","previousSigningKey":"ZGVm"}"#).unwrap();
        assert_eq!(keys, [b"abc".to_vec(), b"def".to_vec()]);
        for wrong in
            ["", "{}", r#"{"signingKey":""}"#, r#"{"signingKey":"?"}"#, r#"{"signingKey":"YWJj","previousSigningKey":"?"}"#]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        // What the template generates: 64 letters and digits are base64 too.
        assert!(read(&format!(r#"{{"signingKey":"{}"}}"#, "aB3".repeat(22).get(..64).unwrap())).is_some());
    }
}

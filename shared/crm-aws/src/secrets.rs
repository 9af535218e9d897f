//! The one secret of the deployment: a JSON object with `signingKey` and, after a rotation, `previousSigningKey`. The key of
//! the suppression list follows from the first `signingKey` that there was; from the second rotation on it is to be found as
//! `addressKey`. With `geminiApiKey` the model is asked.

use aws_sdk_secretsmanager::Client;
use crm_domain::ports::{AddressSecrets, ReadSecrets, SigningKeys, StoreError};
use serde::Deserialize;

use crate::dynamo::{MissingVariable, variable};
use crate::error::corrupt;

/// Secrets Manager, and the name of the secret (`APP_SECRET_ID`).
pub struct SecretsManager {
    client: Client,
    secret: String,
}

#[derive(Deserialize)]
struct Secret {
    #[serde(rename = "signingKey")]
    current: String,
    #[serde(rename = "previousSigningKey")]
    previous: Option<String>,
    #[serde(rename = "addressKey")]
    addresses: Option<String>,
    #[serde(rename = "geminiApiKey")]
    gemini: Option<String>,
}

impl Secret {
    /// One that was emptied is none.
    fn gemini_key(self) -> Option<String> {
        self.gemini.filter(|key| !key.is_empty())
    }
}

impl SecretsManager {
    pub fn from_env(config: &aws_config::SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self { client: Client::new(config), secret: variable("APP_SECRET_ID")? })
    }
}

impl ReadSecrets for SecretsManager {
    async fn signing_keys(&self) -> Result<SigningKeys, StoreError> {
        let secret = self.secret().await?;
        Ok(SigningKeys([Some(secret.current), secret.previous].into_iter().flatten().collect()))
    }

    async fn address_secrets(&self) -> Result<AddressSecrets, StoreError> {
        let Secret { current, previous, addresses, .. } = self.secret().await?;
        Ok(AddressSecrets([addresses, Some(current), previous].into_iter().flatten().collect()))
    }

    async fn gemini_key(&self) -> Result<Option<String>, StoreError> {
        Ok(self.secret().await?.gemini_key())
    }
}

impl SecretsManager {
    async fn secret(&self) -> Result<Secret, StoreError> {
        let answer = self.client.get_secret_value().secret_id(&self.secret).send().await;
        let answer = answer.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        // The parser's message could quote the secret: it is not passed on.
        serde_json::from_str(answer.secret_string().unwrap_or_default())
            .map_err(|_| corrupt("the secret is not a JSON object with signingKey"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_a_key_only_where_there_is_one() {
        let key = |text: &str| serde_json::from_str::<Secret>(text).unwrap().gemini_key();
        assert_eq!(key(r#"{"signingKey":"s","geminiApiKey":"k"}"#).as_deref(), Some("k"));
        assert_eq!(key(r#"{"signingKey":"s","geminiApiKey":""}"#), None);
        assert_eq!(key(r#"{"signingKey":"s","previousSigningKey":"p","addressKey":"a"}"#), None);
    }
}

//! The one secret of the deployment: a JSON object with `signingKey` and, after a rotation, `previousSigningKey`.

use aws_sdk_secretsmanager::Client;
use crm_domain::ports::{ReadSecrets, SigningKeys, StoreError};
use serde::Deserialize;

use crate::dynamo::{MissingVariable, variable};
use crate::error::corrupt;

/// Secrets Manager, and the name of the secret (`APP_SECRET_ID`).
pub struct SecretsManager {
    client: Client,
    secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Secret {
    signing_key: String,
    previous_signing_key: Option<String>,
}

impl SecretsManager {
    pub fn from_env(config: &aws_config::SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self { client: Client::new(config), secret: variable("APP_SECRET_ID")? })
    }
}

impl ReadSecrets for SecretsManager {
    async fn signing_keys(&self) -> Result<SigningKeys, StoreError> {
        let answer = self.client.get_secret_value().secret_id(&self.secret).send().await;
        let answer = answer.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        // The parser's message could quote the secret: it is not passed on.
        let secret: Secret = serde_json::from_str(answer.secret_string().unwrap_or_default())
            .map_err(|_| corrupt("the secret is not a JSON object with signingKey"))?;
        Ok(SigningKeys([Some(secret.signing_key), secret.previous_signing_key].into_iter().flatten().collect()))
    }
}

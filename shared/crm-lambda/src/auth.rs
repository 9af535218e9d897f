//! What callers show: access tokens and API keys of this CRM, and the keys that sign.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::access::{ApiKey, UserId};
use crm_domain::error::chain;
use crm_domain::ids::KeyId;
use crm_domain::ports::{ReadSecrets, SigningKeys, StoreError};
use crm_domain::time::{SECOND, Time};
use futures_util::future::BoxFuture;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// Issuer of access tokens.
pub const ISSUER: &str = "mini-crm";
/// Audience of access tokens.
pub const AUDIENCE: &str = "mini-crm-api";
/// How long an access token is good.
const TOKEN_LIFE: i64 = 15 * 60 * SECOND;
const KEY_PREFIX: &str = "mcrm_";
/// Longest token that is looked at, far above any that we issue: cheap protection against megabytes of base64.
const MAX_TOKEN: usize = 4_096;
/// Least time between two requests for signing keys out of turn.
const RENEWAL_PAUSE: Duration = Duration::from_mins(1);
/// How long signing keys are kept before Secrets Manager is asked again.
const KEYS_TTL: Duration = Duration::from_mins(5);

/// What an access token says: who its bearer is, and nothing about them. What they may do is looked up.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    iat: i64,
    exp: i64,
}

/// The keys of this deployment, fetched once and kept for a while.
#[derive(Clone)]
pub struct Keys {
    fetch: Arc<dyn Fn() -> BoxFuture<'static, Result<SigningKeys, StoreError>> + Send + Sync>,
    cache: Cache<(), Arc<SigningKeys>>,
    /// There for a minute after the keys were asked for out of turn.
    renewed: Cache<(), ()>,
}

impl Keys {
    #[must_use]
    pub fn new<S: ReadSecrets>(secrets: Arc<S>) -> Self {
        let fetch = move || {
            let secrets = secrets.clone();
            Box::pin(async move { secrets.signing_keys().await }) as BoxFuture<'static, _>
        };
        Self {
            fetch: Arc::new(fetch),
            cache: Cache::builder().max_capacity(1).time_to_live(KEYS_TTL).build(),
            renewed: Cache::builder().max_capacity(1).time_to_live(RENEWAL_PAUSE).build(),
        }
    }

    /// The keys; concurrent callers share one request.
    pub async fn get(&self) -> Result<Arc<SigningKeys>, Problem> {
        self.read().await.map_err(|error| {
            tracing::error!(cause = %chain(&error), "signing keys cannot be read");
            Problem::new(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Tokens cannot be checked right now; try again shortly.",
            )
        })
    }
}

impl Keys {
    /// The same, for those who answer to nobody.
    pub async fn read(&self) -> Result<Arc<SigningKeys>, StoreError> {
        let keys = self.cache.try_get_with((), async { (self.fetch)().await.map(Arc::new) }).await;
        keys.map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    /// The keys, asked for anew when that has not just been done: for what was signed with a key that is not known, since
    /// after a rotation others may know the new one first.
    pub async fn renewed(&self) -> Result<Arc<SigningKeys>, Problem> {
        if !self.renewed.contains_key(&()) {
            self.renewed.insert((), ()).await;
            self.cache.invalidate(&()).await;
        }
        self.get().await
    }
}

/// Names a key in the header of tokens, and tells nothing about it.
fn key_id(key: &str) -> String {
    hash_secret(key)[..8].to_owned()
}

/// Whether a token says that it was signed with a key that is not among these.
#[must_use]
pub fn names_other_key(token: &str, keys: &SigningKeys) -> bool {
    let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
    token.len() <= MAX_TOKEN && kid.is_some_and(|kid| keys.0.iter().all(|key| key_id(key) != kid))
}

/// A keyed hash for one purpose; keys for different purposes are unrelated.
#[must_use]
pub fn sign(key: &str, purpose: &str, message: &[u8]) -> [u8; 32] {
    let mac = |key: &[u8], message: &[u8]| -> [u8; 32] {
        // HMAC takes keys of any length.
        Hmac::<Sha256>::new_from_slice(key)
            .map(|mac| mac.chain_update(message).finalize().into_bytes().into())
            .unwrap_or_default()
    };
    mac(&mac(key.as_bytes(), purpose.as_bytes()), message)
}

/// An access token for a user, signed with the current key.
#[must_use]
pub fn issue(user: &UserId, keys: &SigningKeys, now: Time) -> Option<(String, Time)> {
    let expires = now.plus(TOKEN_LIFE);
    let seconds = |time: Time| time.micros() / SECOND;
    let claims = Claims { iss: ISSUER.into(), aud: AUDIENCE.into(), sub: user.clone(), iat: seconds(now), exp: seconds(expires) };
    let key = keys.0.first()?;
    let header = Header { kid: Some(key_id(key)), ..Header::default() };
    Some((jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key.as_bytes())).ok()?, expires))
}

/// The key that a bearer token looks like: `mcrm_ID_SECRET`.
#[must_use]
pub fn read_api_key(token: &str) -> Option<(KeyId, &str)> {
    let (id, secret) = token.strip_prefix(KEY_PREFIX)?.split_once('_')?;
    Some((KeyId::of_request(uuid::Uuid::try_parse(id).ok().filter(|_| id.len() == 32)?), secret))
}

/// The text of an API key.
#[must_use]
pub fn write_api_key(id: KeyId, secret: &str) -> String {
    format!("{KEY_PREFIX}{}_{secret}", id.to_string().replace('-', ""))
}

/// A new secret: 256 random bits.
///
/// # Errors
/// The system has none to give.
pub fn new_secret() -> Result<String, Problem> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|error| Problem::internal(&error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a secret is that of the key.
#[must_use]
pub fn is_secret_of(secret: &str, key: &ApiKey) -> bool {
    same(hash_secret(secret).as_bytes(), key.secret_hash.as_bytes())
}

/// What is kept of a secret. It is random and long, so that one round of SHA-256 is as good as many.
#[must_use]
pub fn hash_secret(secret: &str) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
    Sha256::digest(secret.as_bytes()).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Equality in a time that does not depend on where the first difference is.
#[must_use]
pub fn same(given: &[u8], expected: &[u8]) -> bool {
    verify_slices_are_equal(given, expected).is_ok()
}

/// The user whom a token names, when one of the keys signed it and it is still good.
#[must_use]
pub fn verify(token: &str, keys: &SigningKeys) -> Option<UserId> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    keys.0.iter().find_map(|key| {
        let decoded = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key.as_bytes()), &validation);
        decoded.ok().and_then(|token| UserId::parse(token.claims.sub.as_str()))
    })
}

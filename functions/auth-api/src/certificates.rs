//! Google's public keys: kept as long as their answer allows, fetched by one request at a time, and used for a while longer
//! when Google cannot be reached. A key that is not known is asked for at most once a minute.

use std::collections::HashMap;
use std::future::Future;

use crm_domain::time::{HOUR, SECOND, Time};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use tokio::sync::Mutex;

/// How long keys are kept when their answer does not say, and the bounds of what it may say.
const DEFAULT_AGE: i64 = HOUR;
const LEAST_AGE: i64 = 60 * SECOND;
const GREATEST_AGE: i64 = 24 * HOUR;
/// How long keys are used beyond their time while no newer ones can be had.
const STALE: i64 = 6 * HOUR;
/// Least time between two requests of which the first brought nothing, or nothing new.
const PAUSE: i64 = 60 * SECOND;
/// Least length of a key: 2048 bits, in bytes of its base64url form.
const LEAST_MODULUS: usize = 340;

/// What the endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub body: Vec<u8>,
    /// `max-age` of `Cache-Control`, in seconds.
    pub max_age: Option<u32>,
}

/// Where the keys come from.
pub trait FetchCertificates: Send + Sync + 'static {
    /// # Errors
    /// Says for the log why there is no answer.
    fn fetch(&self) -> impl Future<Output = Result<Fetched, String>> + Send;
}

/// The keys of the identity provider.
pub struct Certificates<C> {
    source: C,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    keys: HashMap<String, DecodingKey>,
    fresh_until: Option<Time>,
    asked_at: Option<Time>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    r#use: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

impl<C: FetchCertificates> Certificates<C> {
    pub fn new(source: C) -> Self {
        Self { source, held: Mutex::default() }
    }

    /// The key `kid`; `None` for one that is not known, now and for the next minute.
    pub async fn key(&self, kid: &str, now: Time) -> Option<DecodingKey> {
        // Held while fetching: who comes meanwhile waits for that answer and makes no request of its own.
        let mut held = self.held.lock().await;
        let fresh = held.fresh_until.is_some_and(|until| now < until);
        let may_ask = held.asked_at.is_none_or(|asked| now >= asked.plus(PAUSE));
        if may_ask && !(fresh && held.keys.contains_key(kid)) {
            held.asked_at = Some(now);
            match self.source.fetch().await.and_then(|fetched| Ok((read(&fetched.body)?, fetched.max_age))) {
                Ok((keys, max_age)) => {
                    let age = max_age.map_or(DEFAULT_AGE, |seconds| i64::from(seconds) * SECOND);
                    held.keys = keys;
                    held.fresh_until = Some(now.plus(age.clamp(LEAST_AGE, GREATEST_AGE)));
                }
                Err(cause) => tracing::error!(cause, "the identity provider's keys cannot be read"),
            }
        }
        let usable = held.fresh_until.is_some_and(|until| now < until.plus(STALE));
        held.keys.get(kid).filter(|_| usable).cloned()
    }
}

fn read(body: &[u8]) -> Result<HashMap<String, DecodingKey>, String> {
    let set: KeySet = serde_json::from_slice(body).map_err(|error| format!("not a key set: {error}"))?;
    let good = |key: &Jwk| {
        key.kty == "RSA"
            && !key.kid.is_empty()
            && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
            && key.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
            && key.n.len() >= LEAST_MODULUS
    };
    let keys = set.keys.iter().filter(|key| good(key));
    let keys: HashMap<_, _> =
        keys.filter_map(|key| Some((key.kid.clone(), DecodingKey::from_rsa_components(&key.n, &key.e).ok()?))).collect();
    if keys.is_empty() { Err("a key set without a usable key".into()) } else { Ok(keys) }
}

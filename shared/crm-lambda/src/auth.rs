//! Who is calling: bearer tokens of this CRM, checked on every route that is not public.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use crm_domain::ports::{ReadSecrets, SigningKeys, StoreError};
use futures_util::future::BoxFuture;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::problem::Problem;

/// Issuer of access tokens.
pub const ISSUER: &str = "mini-crm";
/// Audience of access tokens.
pub const AUDIENCE: &str = "mini-crm-api";
/// How long signing keys are kept before Secrets Manager is asked again.
const KEYS_TTL: Duration = Duration::from_mins(5);

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Owner,
    Admin,
    Marketer,
    Analyst,
}

/// The caller, as their token says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Caller {
    pub sub: String,
    pub email: String,
    #[serde(default)]
    pub name: String,
    pub role: Role,
}

impl Caller {
    /// The `source` of events that this caller brings.
    #[must_use]
    pub fn source(&self) -> String {
        format!("/api/{}", self.sub)
    }

    /// Refuses callers who may only read.
    pub fn may_write(&self) -> Result<(), Problem> {
        match self.role {
            Role::Owner | Role::Admin | Role::Marketer => Ok(()),
            Role::Analyst => Err(Problem::forbidden()),
        }
    }
}

/// The keys of this deployment, fetched once and kept for a while.
#[derive(Clone)]
pub struct Keys {
    fetch: Arc<dyn Fn() -> BoxFuture<'static, Result<SigningKeys, StoreError>> + Send + Sync>,
    cache: Cache<(), Arc<SigningKeys>>,
}

impl Keys {
    #[must_use]
    pub fn new<S: ReadSecrets>(secrets: Arc<S>) -> Self {
        let fetch = move || {
            let secrets = secrets.clone();
            Box::pin(async move { secrets.signing_keys().await }) as BoxFuture<'static, _>
        };
        Self { fetch: Arc::new(fetch), cache: Cache::builder().max_capacity(1).time_to_live(KEYS_TTL).build() }
    }

    /// The keys; concurrent callers share one request.
    pub async fn get(&self) -> Result<Arc<SigningKeys>, Problem> {
        self.cache.try_get_with((), async { (self.fetch)().await.map(Arc::new) }).await.map_err(|error| {
            tracing::error!(cause = %error, "signing keys cannot be read");
            Problem::new(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Tokens cannot be checked right now; try again shortly.",
            )
        })
    }
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

/// Lets only requests with a valid token through to `router`; handlers find the [`Caller`] and the keys in extensions.
pub fn protected(router: Router, keys: Keys) -> Router {
    router.route_layer(middleware::from_fn_with_state(keys, check))
}

async fn check(State(keys): State<Keys>, mut request: Request, next: Next) -> Response {
    let keys = match keys.get().await {
        Ok(keys) => keys,
        Err(problem) => return problem.into_response(),
    };
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
    let Some(caller) = token.and_then(|token| verify(token, &keys)) else {
        return Problem::unauthorized().into_response();
    };
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(keys);
    next.run(request).await
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// The caller whom a token names, when one of the keys signed it and it is still good.
#[must_use]
pub fn verify(token: &str, keys: &SigningKeys) -> Option<Caller> {
    // Far above any token that we issue; cheap protection against megabytes of base64.
    if token.len() > 4_096 {
        return None;
    }
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    keys.0.iter().find_map(|key| {
        jsonwebtoken::decode::<Caller>(token, &DecodingKey::from_secret(key.as_bytes()), &validation).ok().map(|data| data.claims)
    })
}

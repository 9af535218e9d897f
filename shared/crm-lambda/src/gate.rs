//! What every request passes before its handler: who calls, whether they may, how often, whether its path can be read, and
//! whether they called before.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::path::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use crm_domain::access::{ApiKey, Permission, User, UserId};
use crm_domain::error::chain;
use crm_domain::ids::KeyId;
use crm_domain::limits::Rate;
use crm_domain::ports::{KeepRequests, ReadAccess, SigningKeys, StoreError};
use crm_domain::time::Time;
use crm_domain::world;
use lambda_http::request::RequestContext;
use moka::future::Cache;

use crate::auth::{self, Keys};
use crate::caller::{Attempt, Caller, Who};
use crate::operation::{Operation, Replay};
use crate::problem::Problem;
use crate::replay;
use crate::serve::request_id;

/// How long a user or key counts as last seen: what is withdrawn ends within this time.
const SEEN: Duration = Duration::from_secs(30);
/// How often the last use of a key is noted at most.
const NOTED: Duration = Duration::from_mins(1);
/// Attempts to take from a bucket while others take too.
const ATTEMPTS: u32 = 8;

/// The storage that the gate needs.
pub trait GateStore: ReadAccess + KeepRequests {}
impl<S: ReadAccess + KeepRequests> GateStore for S {}

/// The gate of one function.
pub struct Gate<S>(Arc<Inner<S>>);

struct Inner<S> {
    keys: Keys,
    store: Arc<S>,
    users: Cache<UserId, Option<Arc<User>>>,
    api_keys: Cache<KeyId, Option<Arc<ApiKey>>>,
    noted: Cache<KeyId, ()>,
}

impl<S> Clone for Gate<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: GateStore> Gate<S> {
    #[must_use]
    pub fn new(keys: Keys, store: Arc<S>) -> Self {
        Self(Arc::new(Inner {
            keys,
            store,
            users: Cache::builder().max_capacity(1_000).time_to_live(SEEN).build(),
            api_keys: Cache::builder().max_capacity(1_000).time_to_live(SEEN).build(),
            noted: Cache::builder().max_capacity(1_000).time_to_live(NOTED).build(),
        }))
    }

    async fn pass(
        &self,
        operation: &'static Operation,
        params: Result<RawPathParams, RawPathParamsRejection>,
        mut request: Request,
        next: Next,
    ) -> Result<Response, Problem> {
        let readable = match params {
            // Else axum would answer in the handler's place, in words of its own.
            Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => {
                Err(Problem::bad_request("malformed_path", "A part of the path is no text in UTF-8."))
            }
            _ => Ok(()),
        };
        let inner = &*self.0;
        if operation.permission == Permission::Public {
            if let Some(rate) = operation.rate {
                let keys = inner.keys.get().await?;
                inner.take(rate, &address(&request), &keys).await?;
            }
            readable?;
            return Ok(next.run(request).await);
        }
        let (who, keys) = inner.who(request.headers()).await?;
        let caller = Caller {
            who,
            operation,
            request_id: request_id(&request).map_or_else(|| world::fresh_id().to_string(), ToOwned::to_owned),
        };
        if !caller.holds(operation.permission) {
            return Err(Problem::forbidden());
        }
        if let Some(rate) = operation.rate {
            inner.take(rate, &caller.id(), &keys).await?;
        }
        readable?;
        let key = match operation.replay {
            Replay::Unneeded => None,
            Replay::Recomputed | Replay::Stored => replay::key_of(request.headers())?,
        };
        request.extensions_mut().insert(keys.clone());
        match key {
            None => {
                request.extensions_mut().insert(caller);
                request.extensions_mut().insert(Attempt::only());
                Ok(next.run(request).await)
            }
            Some(key) => replay::once(&*inner.store, &keys, caller, &key, request, next).await,
        }
    }
}

/// The gate as a middleware of one operation.
pub(crate) async fn guard<S: GateStore>(
    State((gate, operation)): State<(Gate<S>, &'static Operation)>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    gate.pass(operation, params, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

impl<S: GateStore> Inner<S> {
    /// Whose token it is: always the same answer, whatever is wrong with it.
    async fn who(&self, headers: &HeaderMap) -> Result<(Who, Arc<SigningKeys>), Problem> {
        let mut keys = self.keys.get().await?;
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
        let token = token.ok_or_else(Problem::unauthorized)?;
        let found = if let Some((id, secret)) = auth::read_api_key(token) {
            self.api_key(id, secret).await?.map(Who::Key)
        } else {
            if auth::names_other_key(token, &keys) {
                keys = self.keys.renewed().await?;
            }
            match auth::verify(token, &keys) {
                Some(id) => self.user(id).await?.map(Who::User),
                None => None,
            }
        };
        found.map(|who| (who, keys)).ok_or_else(Problem::unauthorized)
    }

    async fn user(&self, id: UserId) -> Result<Option<Arc<User>>, Problem> {
        let read = async { Ok::<_, StoreError>(self.store.user(&id).await?.map(|user| Arc::new(user.record))) };
        let user = self.users.try_get_with(id.clone(), read).await.map_err(|error| Problem::unavailable(&*error))?;
        Ok(user.filter(|user| user.is_active()))
    }

    async fn api_key(&self, id: KeyId, secret: &str) -> Result<Option<Arc<ApiKey>>, Problem> {
        let read = async { Ok::<_, StoreError>(self.store.api_key(id).await?.map(|key| Arc::new(key.record))) };
        let key = self.api_keys.try_get_with(id, read).await.map_err(|error| Problem::unavailable(&*error))?;
        let now = Time::now();
        let Some(key) = key.filter(|key| auth::is_secret_of(secret, key) && key.is_valid(now)) else { return Ok(None) };
        if !self.noted.contains_key(&id) {
            self.noted.insert(id, ()).await;
            // That a note is lost must not cost anyone the request.
            if let Err(error) = self.store.note_key_use(id, now).await {
                tracing::warn!(cause = %chain(&error), "the use of a key is not noted");
            }
        }
        Ok(Some(key))
    }

    /// Takes one request out of a bucket of `subject`.
    async fn take(&self, rate: Rate, subject: &str, keys: &SigningKeys) -> Result<(), Problem> {
        let signing = keys.0.first().map(String::as_str).unwrap_or_default();
        // Hashed with a key: an address is personal, and a table of plain hashes of them is soon reversed.
        let key = auth::sign(signing, "rate", format!("{}\n{subject}", rate.name).as_bytes());
        for attempt in 0..ATTEMPTS {
            let full_at = self.store.bucket(&key).await?;
            let next = rate.take(full_at, Time::now()).map_err(Problem::too_many_requests)?;
            match self.store.set_bucket(&key, full_at, next).await {
                // Others of the same caller were faster; with pauses of random length not all of them come again at once.
                Err(StoreError::Conflict) => tokio::time::sleep(Duration::from_millis(world::up_to(5 << attempt))).await,
                done => return Ok(done?),
            }
        }
        Err(Problem::too_many_requests(1))
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// Where a request comes from, as API Gateway saw it; of IPv6 the network, since a household has as many addresses as it likes.
fn address(request: &Request) -> String {
    let address = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone().unwrap_or_default(),
        _ => String::new(),
    };
    match address.parse() {
        Ok(std::net::IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address,
    }
}

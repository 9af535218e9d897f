//! The routes of sign-in.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::access::{Refresh, Session, User};
use crm_domain::faults::{Faults, Fields, Reason};
use crm_domain::json::Json as Tree;
use crm_domain::ports::{KeepAccess, KeepRequests, KeepSessions, SigningKeys, StoreError};
use crm_domain::time::Time;
use crm_lambda::api::Api;
use crm_lambda::auth::{self, Keys};
use crm_lambda::body::JsonBody;
use crm_lambda::caller::Caller;
use crm_lambda::contract::shapes::{Me, SignedIn, WhoAmI};
use crm_lambda::gate::Gate;
use crm_lambda::problem::Problem;
use crm_lambda::routes;
use uuid::Uuid;

use crate::certificates::FetchCertificates;
use crate::entry::{Entry, disabled};
use crate::google::Google;
use crate::session;

/// Attempts to renew a session while another tab renews it.
const ATTEMPTS: usize = 3;

/// What the handlers work with.
pub struct App<S, C> {
    pub store: Arc<S>,
    pub google: Arc<Google<C>>,
    pub entry: Arc<Entry>,
    pub keys: Keys,
    /// Where the web app is served from.
    pub origin: Arc<str>,
}

impl<S, C> Clone for App<S, C> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            google: self.google.clone(),
            entry: self.entry.clone(),
            keys: self.keys.clone(),
            origin: self.origin.clone(),
        }
    }
}

/// The storage that sign-in needs.
pub trait Store: KeepAccess + KeepSessions + KeepRequests {}
impl<S: KeepAccess + KeepSessions + KeepRequests> Store for S {}

/// All routes.
pub fn router<S: Store, C: FetchCertificates>(app: App<S, C>) -> Router {
    Api::new(Gate::new(app.keys.clone(), app.store.clone()))
        .on(&routes::SIGN_IN, sign_in::<S, C>)
        .on(&routes::REFRESH, refresh::<S, C>)
        .on(&routes::SIGN_OUT, sign_out::<S, C>)
        .on(&routes::WHO_AM_I, who_am_i)
        .over(app)
}

async fn who_am_i(caller: Caller) -> Result<Json<WhoAmI>, Problem> {
    Ok(Json(WhoAmI { user: view(caller.user()?) }))
}

async fn sign_in<S: Store, C: FetchCertificates>(
    State(app): State<App<S, C>>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    app.check_origin(&headers)?;
    let credential = read_credential(&body)?;
    let now = Time::now();
    let identity = app.google.verify(credential, now).await.map_err(|fault| {
        tracing::info!(fault, "an ID token is refused");
        Problem::unauthorized()
    })?;
    let user = app.entry.enter(&*app.store, &identity, now).await?;
    let session = Session::begun(&user, now);
    app.store.begin_session(&session).await?;
    app.signed_in(&user, &session, &*app.keys.get().await?, now)
}

/// A request without a session is no fault: the page asks so whether there is one.
async fn refresh<S: Store, C: FetchCertificates>(State(app): State<App<S, C>>, headers: HeaderMap) -> Result<Response, Problem> {
    app.check_origin(&headers)?;
    let Some(token) = session::cookie_of(&headers).filter(|token| !token.is_empty()) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let (read, keys) = app.read_session(token).await?;
    let now = Time::now();
    let renewed = match read {
        Some((id, generation)) => app.renew(id, generation, now).await?,
        None => None,
    };
    let Some(session) = renewed else { return Ok(app.ended(Problem::unauthorized())) };
    let user = app.store.user(&session.user).await?.map(|found| found.record).filter(User::is_active);
    if let Some(user) = user.as_ref().filter(|user| session.is_of(user)) {
        return app.signed_in(user, &session, &keys, now);
    }
    app.store.end_session(session.id).await?;
    // Who was disabled meanwhile, and is not any more, may sign in anew.
    Ok(app.ended(if user.is_some() { Problem::unauthorized() } else { disabled() }))
}

async fn sign_out<S: Store, C: FetchCertificates>(State(app): State<App<S, C>>, headers: HeaderMap) -> Result<Response, Problem> {
    app.check_origin(&headers)?;
    let read = match session::cookie_of(&headers) {
        Some(token) => app.read_session(token).await?.0,
        None => None,
    };
    if let Some((id, _)) = read {
        app.store.end_session(id).await?;
    }
    Ok(app.ended(StatusCode::NO_CONTENT))
}

impl<S: Store, C: FetchCertificates> App<S, C> {
    /// Session and generation of a token that is ours, and the keys by which it is.
    async fn read_session(&self, token: &str) -> Result<(Option<(Uuid, u32)>, Arc<SigningKeys>), Problem> {
        let keys = self.keys.get().await?;
        if let Some(read) = session::read(token, &keys) {
            return Ok((Some(read), keys));
        }
        let keys = self.keys.renewed().await?;
        Ok((session::read(token, &keys), keys))
    }

    /// The session whose token is to be given out next; `None` when there is none any more.
    async fn renew(&self, id: Uuid, generation: u32, now: Time) -> Result<Option<Session>, Problem> {
        for _ in 0..ATTEMPTS {
            let Some(session) = self.store.session(id).await? else { return Ok(None) };
            match session.refreshed(generation, now) {
                Refresh::Again => return Ok(Some(session)),
                Refresh::Rotated(next) => match self.store.rotate_session(&next).await {
                    // Another tab was faster: its successor is ours too.
                    Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error.into()),
                    Ok(()) => return Ok(Some(next)),
                },
                outcome @ (Refresh::Replayed | Refresh::Expired) => {
                    if outcome == Refresh::Replayed {
                        tracing::warn!(session = %id, user = %session.user, "a session token was used again: its family ends");
                    }
                    self.store.end_session(id).await?;
                    return Ok(None);
                }
            }
        }
        Err(StoreError::Conflict.into())
    }

    fn signed_in(&self, user: &User, session: &Session, keys: &SigningKeys, now: Time) -> Result<Response, Problem> {
        let issued = auth::issue(&user.id, keys, now).zip(session::token(session, keys));
        let ((token, expires), session) = issued.ok_or_else(|| StoreError::Corrupt("no signing key".into()))?;
        let body = SignedIn { token, expires_at: expires, user: view(user) };
        Ok(self.with_cookie(Json(body).into_response(), &session))
    }

    fn ended(&self, answer: impl IntoResponse) -> Response {
        self.with_cookie(answer.into_response(), "")
    }

    fn with_cookie(&self, mut response: Response, token: &str) -> Response {
        if let Some(cookie) = session::cookie(token, self.origin.starts_with("https:")) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Refuses a browser that another site has sent here: it could sign a visitor in as somebody else.
    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
        let origin = origin.to_str().unwrap_or_default();
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let same_host = origin.split_once("://").map(|(_, authority)| authority) == host;
        if origin == &*self.origin || (host.is_some() && same_host) { Ok(()) } else { Err(Problem::forbidden()) }
    }
}

fn read_credential(body: &Tree) -> Result<&str, Faults> {
    let mut fields = Fields::of(body, "")?;
    let credential = fields.required("credential", |json| json.as_text().ok_or_else(|| Reason::from("must be text")));
    fields.finish()?;
    credential.ok_or_else(|| Faults::of("credential", "is required"))
}

fn view(user: &User) -> Me {
    Me {
        id: user.id.to_string(),
        email: user.email.to_string(),
        name: user.name.clone(),
        picture: user.picture.clone(),
        role: user.role,
    }
}

//! The routes of the assistant. A question is answered at once or, where the caller prefers that and the model is over its
//! quota, put on a queue; the answer can be asked for then.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_ai::{Asker, Assistant, Store as Reads};
use crm_domain::ai::{Question, Refusal, Step, Task, Waiting};
use crm_domain::ids::CampaignId;
use crm_domain::ports::{Enqueue, KeepWaiting, QueueName, ReadSecrets};
use crm_domain::time::Time;
use crm_lambda::api::Api;
use crm_lambda::auth::Keys;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::ai as shapes;
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use crm_lambda::routes;
use uuid::Uuid;

use crate::usage;

/// The header by which somebody says that they would rather wait (RFC 7240).
const PREFER: HeaderName = HeaderName::from_static("prefer");
const WAITING: &str = "respond-async";

/// The storage that the assistant needs, and what its queue needs.
pub trait Store: Reads + KeepWaiting + GateStore {}
impl<S: Reads + KeepWaiting + GateStore> Store for S {}

/// What the routes work with.
pub struct Desk<S, Q, K> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub assistant: Arc<Assistant<S, K>>,
    /// Tokens that one user may use in a day.
    pub daily_tokens: u64,
}

impl<S, Q, K> Clone for Desk<S, Q, K> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            queue: self.queue.clone(),
            assistant: self.assistant.clone(),
            daily_tokens: self.daily_tokens,
        }
    }
}

/// All routes.
pub fn router<S: Store, Q: Enqueue, K: ReadSecrets>(desk: Desk<S, Q, K>, keys: Keys) -> Router {
    Api::new(Gate::new(keys, desk.store.clone()))
        .on(&routes::GENERATE_RULES, generate_rules::<S, Q, K>)
        .on(&routes::GENERATE_MESSAGES, generate_messages::<S, Q, K>)
        .on(&routes::SUMMARIZE_CAMPAIGN, summarize_campaign::<S, Q, K>)
        .on(&routes::SUGGEST_CAMPAIGN, suggest_campaign::<S, Q, K>)
        .on(&routes::GET_ASKED, get_asked::<S, Q, K>)
        .on(&routes::SHOW_AI_USAGE, usage::show_usage::<S, Q, K>)
        .over(desk)
}

async fn generate_rules<S: Store, Q: Enqueue, K: ReadSecrets>(
    State(desk): State<Desk<S, Q, K>>,
    asking: Asking,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    desk.answer(Question::of_rules(&body)?, asking).await
}

async fn generate_messages<S: Store, Q: Enqueue, K: ReadSecrets>(
    State(desk): State<Desk<S, Q, K>>,
    asking: Asking,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    desk.answer(Question::of_messages(&body)?, asking).await
}

async fn suggest_campaign<S: Store, Q: Enqueue, K: ReadSecrets>(
    State(desk): State<Desk<S, Q, K>>,
    asking: Asking,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    desk.answer(Question::of_suggestion(&body)?, asking).await
}

async fn summarize_campaign<S: Store, Q: Enqueue, K: ReadSecrets>(
    State(desk): State<Desk<S, Q, K>>,
    asking: Asking,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let campaign_id = CampaignId::parse(&id).ok_or_else(|| Problem::not_found("campaign"))?;
    desk.answer(Question::Summary { campaign_id }, asking).await
}

async fn get_asked<S: Store, Q: Enqueue, K: ReadSecrets>(
    State(desk): State<Desk<S, Q, K>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let none = || Problem::not_found("request");
    let id = Uuid::parse_str(&id).map_err(|_| none())?;
    let waiting = desk.store.waiting(id, Time::now()).await?;
    // Whose it is not is told no more than that of a stranger's.
    let waiting = waiting.filter(|waiting| waiting.user == caller.id()).ok_or_else(none)?;
    let shown = Json(shapes::asked(&waiting));
    if waiting.outcome.is_some() {
        return Ok(shown.into_response());
    }
    Ok(([(header::RETRY_AFTER, HeaderValue::from(shapes::WAIT))], shown).into_response())
}

impl<S: Store, Q: Enqueue, K: ReadSecrets> Desk<S, Q, K> {
    async fn answer(&self, question: Question, Asking { asker, attempt }: Asking) -> Result<Response, Problem> {
        match self.assistant.answer(&question, &asker, Time::now()).await {
            Ok(answer) => Ok(Json(shapes::shown(answer)).into_response()),
            Err(Refusal::Waits) => self.queue(question, asker.user, &attempt).await,
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Lets a question wait: whoever asks for it twice waits for the same answer.
    async fn queue(&self, question: Question, user: String, attempt: &Attempt) -> Result<Response, Problem> {
        let waiting = Waiting { id: attempt.id, user: user.clone(), asked_at: attempt.at, outcome: None };
        self.store.put_waiting(&waiting).await?;
        let task = Task::Answer { id: waiting.id, user, asked_at: waiting.asked_at, question };
        queue::send(&*self.queue, QueueName::Questions, vec![Step::first(task).body().into()]).await?;
        let mut response = (StatusCode::ACCEPTED, Json(shapes::asked(&waiting))).into_response();
        let headers = response.headers_mut();
        if let Ok(location) = HeaderValue::from_str(&format!("/api/ai/requests/{}", waiting.id)) {
            headers.insert(header::LOCATION, location);
        }
        headers.insert(header::RETRY_AFTER, HeaderValue::from(shapes::WAIT));
        headers.insert(HeaderName::from_static("preference-applied"), HeaderValue::from_static(WAITING));
        Ok(response)
    }
}

/// Who asks, and which attempt it is.
struct Asking {
    asker: Asker,
    attempt: Attempt,
}

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let user = Caller::from_request_parts(parts, state).await?.id();
        let attempt = Attempt::from_request_parts(parts, state).await?;
        Ok(Self { asker: Asker { user, waits: would_wait(&parts.headers) }, attempt })
    }
}

/// Preferences are listed by commas, each with parameters after a semicolon.
fn would_wait(headers: &HeaderMap) -> bool {
    let preferences = headers.get_all(PREFER).into_iter().filter_map(|value| value.to_str().ok());
    let names = preferences.flat_map(|value| value.split(',')).filter_map(|one| one.split(';').next());
    names.map(str::trim).any(|name| name.eq_ignore_ascii_case(WAITING))
}

//! The routes without a token: health, and the receipts that providers sign.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use crm_domain::event::Kind;
use crm_domain::json::Json as Tree;
use crm_domain::ports::{CheckHealth, Enqueue, QueueName};
use crm_domain::time::Time;
use crm_lambda::accept::{Write, accept};
use crm_lambda::auth::Keys;
use crm_lambda::body;
use crm_lambda::config::Settings;
use crm_lambda::problem::Problem;
use serde_json::json;

use crate::signature;

/// What the handlers work with.
pub struct App<S, Q> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub keys: Keys,
    pub settings: Arc<Settings>,
}

impl<S, Q> Clone for App<S, Q> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), queue: self.queue.clone(), keys: self.keys.clone(), settings: self.settings.clone() }
    }
}

const RECEIPT: Write = Write { kind: Kind::RecordReceipt, queue: QueueName::Receipts, location: None };

/// All routes.
pub fn router<S: CheckHealth, Q: Enqueue>(app: App<S, Q>) -> Router {
    Router::new()
        .route("/api/health", get(get_health::<S, Q>))
        .route("/api/receipts/{provider}", post(record_receipts::<S, Q>))
        .with_state(app)
}

async fn get_health<S: CheckHealth, Q: Enqueue>(State(app): State<App<S, Q>>) -> Response {
    let (storage, secrets) = (app.store.is_reachable().await, app.keys.get().await.is_ok());
    let word = |ok: bool| if ok { "ok" } else { "failing" };
    let all = storage && secrets;
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let health = json!({
        "status": word(all),
        "version": env!("CARGO_PKG_VERSION"),
        "checks": {"storage": word(storage), "secrets": word(secrets)},
    });
    (status, Json(health)).into_response()
}

async fn record_receipts<S: CheckHealth, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(provider): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let bytes = body::bytes(request).await?;
    signature::check(&headers, &provider, &bytes, &*app.keys.get().await?, Time::now())?;
    let body = Tree::parse(&bytes)?;
    accept(RECEIPT, &*app.queue, &format!("/receipts/{provider}"), &headers, &body, &app.settings.currency).await
}

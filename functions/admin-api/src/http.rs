//! The routes of administration.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use crm_domain::ports::{KeepImports, KeepUploads, WatchQueues};
use crm_lambda::auth::{Keys, protected};

use crate::{imports, queues};

/// What the handlers work with.
pub struct App<S, U, Q> {
    pub store: Arc<S>,
    pub uploads: Arc<U>,
    pub queues: Arc<Q>,
}

impl<S, U, Q> Clone for App<S, U, Q> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), uploads: self.uploads.clone(), queues: self.queues.clone() }
    }
}

/// All routes, behind the token check.
pub fn router<S: KeepImports, U: KeepUploads, Q: WatchQueues>(app: App<S, U, Q>, keys: Keys) -> Router {
    let routes = Router::new()
        .route("/api/queues", get(queues::list_queues::<S, U, Q>))
        .route("/api/queues/{name}/redrive", post(queues::redrive_queue::<S, U, Q>))
        .route("/api/imports", get(imports::list_imports::<S, U, Q>).post(imports::start_import::<S, U, Q>))
        .route("/api/imports/{id}", get(imports::get_import::<S, U, Q>))
        .route("/api/imports/{id}/rejected", get(imports::download_rejected::<S, U, Q>))
        .with_state(app);
    protected(routes, keys)
}

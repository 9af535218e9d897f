//! The routes of administration.

use std::sync::Arc;

use axum::Router;
use crm_domain::ports::{
    Enqueue, KeepAccess, KeepAudit, KeepDeliveries, KeepErasures, KeepHealth, KeepImports, KeepRequests, KeepSettings,
    KeepSuppressions, KeepUploads, KeepWebhooks, ReadCounts,
};
use crm_lambda::addresses::Addresses;
use crm_lambda::auth::Keys;
use crm_lambda::config::{Settings, Telling};
use crm_lambda::gate::Gate;

use crate::{audit, costs, erasures, imports, keys, queues, settings, suppressions, users, webhooks};

/// The storage that administration needs, imports apart.
pub trait Store:
    KeepAccess
    + KeepAudit
    + KeepDeliveries
    + KeepErasures
    + KeepHealth
    + KeepRequests
    + KeepSettings
    + KeepSuppressions
    + KeepWebhooks
    + ReadCounts
{
}
impl<S> Store for S where
    S: KeepAccess
        + KeepAudit
        + KeepDeliveries
        + KeepErasures
        + KeepHealth
        + KeepRequests
        + KeepSettings
        + KeepSuppressions
        + KeepWebhooks
        + ReadCounts
{
}

/// What the handlers work with.
pub struct App<S, I, U, Q> {
    pub store: Arc<S>,
    pub imports: Arc<I>,
    pub uploads: Arc<U>,
    pub queues: Arc<Q>,
    /// What the deployment was given.
    pub settings: Arc<Settings>,
    pub telling: Arc<Telling>,
}

/// All routes.
pub fn router<S: Store, I: KeepImports, U: KeepUploads, Q: queues::Queues + Enqueue>(
    app: App<S, I, U, Q>,
    signing: Keys,
    addresses: Addresses,
) -> Router {
    let gate = Gate::new(signing, app.store.clone());
    let watched = queues::Watched { queues: app.queues.clone(), store: app.store.clone() };
    let told =
        webhooks::Told { store: app.store.clone(), queues: app.queues, addresses: addresses.clone(), telling: app.telling };
    imports::routes(gate.clone(), imports::Files { imports: app.imports, uploads: app.uploads })
        .merge(queues::routes(gate.clone(), watched.clone()))
        .merge(erasures::routes(gate.clone(), watched))
        .merge(suppressions::routes(gate.clone(), suppressions::Listed { store: app.store.clone(), addresses }))
        .merge(settings::routes(gate.clone(), settings::Agreed { store: app.store.clone(), given: app.settings }))
        .merge(webhooks::routes(gate.clone(), told))
        .merge(users::routes(gate.clone(), app.store.clone()))
        .merge(keys::routes(gate.clone(), app.store.clone()))
        .merge(costs::routes(gate.clone(), app.store.clone()))
        .merge(audit::routes(gate, app.store))
}

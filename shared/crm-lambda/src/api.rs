//! A function's router: operations of the table, each behind the gate.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware;
use axum::routing::on;

use crate::config::Settings;
use crate::gate::{Gate, GateStore, guard};
use crate::operation::Operation;

/// What handlers work with.
pub struct App<S, Q = ()> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub settings: Arc<Settings>,
}

impl<S, Q> Clone for App<S, Q> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), queue: self.queue.clone(), settings: self.settings.clone() }
    }
}

/// A router under construction. There is no way in past the gate.
pub struct Api<S, A> {
    gate: Gate<S>,
    router: Router<A>,
}

impl<S: GateStore, A: Clone + Send + Sync + 'static> Api<S, A> {
    #[must_use]
    pub fn new(gate: Gate<S>) -> Self {
        Self { gate, router: Router::new() }
    }

    /// Serves an operation.
    #[must_use]
    pub fn on<H: Handler<T, A>, T: 'static>(mut self, operation: &'static Operation, handler: H) -> Self {
        let guarded = middleware::from_fn_with_state((self.gate.clone(), operation), guard::<S>);
        self.router = self.router.route(operation.path, on(operation.verb.filter(), handler).route_layer(guarded));
        self
    }

    /// The finished router.
    pub fn over(self, app: A) -> Router {
        self.router.with_state(app)
    }
}

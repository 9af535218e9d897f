//! The model's stand-in: speaks the public shapes of `generateContent` (v1beta), strictly, and misbehaves on demand.
//!
//! Tests start a [`Peer`] and script it; `make dev GEMINI=fake` runs the binary. What it says is simple and made from
//! the request alone: it is no model, and whether an answer is good is not what it is for.

mod answers;
mod behaviour;
mod faulty;
mod reply;
mod request;
pub mod schema;
mod server;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use behaviour::{Behaviour, WrongSchema};
pub use server::{Received, Service, listen};

/// The one model that it knows, unless it is told another.
pub const MODEL: &str = "gemini-flash-latest";

/// A stand-in on a port of its own, until it is dropped.
pub struct Peer {
    /// Its base URL, without a slash at the end.
    pub url: String,
    service: Arc<Service>,
    task: AbortHandle,
}

impl Peer {
    /// Starts one that knows [`MODEL`].
    ///
    /// # Panics
    /// Without a free port, with which no test can go on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await;
        #[expect(clippy::expect_used, reason = "for tests, which cannot go on without it")]
        let (listener, address) = listener.and_then(|one| one.local_addr().map(|at| (one, at))).expect("a free port");
        let service = Arc::new(Service::new(MODEL));
        let task = tokio::spawn(server::serve(service.clone(), listener)).abort_handle();
        Self { url: format!("http://{address}"), service, task }
    }

    /// How it behaves with the next requests, one by one; after them it is itself again.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.service.script(behaviours.into_iter().collect(), false);
    }

    /// How it behaves from now on.
    pub fn always(&self, behaviour: Behaviour) {
        self.service.script(vec![behaviour], true);
    }

    /// Lets all requests go that hang.
    pub fn release(&self) {
        self.service.release();
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.service.requests()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

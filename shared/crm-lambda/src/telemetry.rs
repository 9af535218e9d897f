//! What a function says of itself: JSON lines on standard output, and one at the end of each invocation.
//!
//! Every kind of invocation goes through [`run`]. While it lasts, each line carries its request id, function and trace; what
//! it did ([`FACTS`]) is gathered, and said once, in its closing line, with duration and cold start. That line is a document
//! of CloudWatch's embedded metric format as well, so metrics need no request and no permission, and each of their values
//! is a line that can be read. Nothing here knows what any of the fields mean.

mod invocation;
mod lines;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::task;

use crm_domain::telemetry::FACTS;
use futures_util::FutureExt;
use futures_util::future::Inspect;
use lambda_runtime::tower::{Layer, Service};
use lambda_runtime::{Error, LambdaInvocation, Runtime};
use tokio::task::futures::TaskLocalFuture;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crm_domain::error::chain;
use invocation::Invocation;
use lines::Lines;

tokio::task_local! {
    /// What runs in this task is part of it.
    static CURRENT: Arc<Invocation>;
    /// The request for which a part of it is done, as far as that is known.
    static CORRELATION_ID: Option<String>;
}

/// The target of the event with which an invocation ends.
const CLOSING: &str = "facts::closing";
/// Libraries whose debugging would write down requests, with all that is in them.
const OTHERS: &str = "aws_=info,h2=info,hyper=info,lambda_=info,reqwest=info,rustls=info";

/// Runs a function from its start to the end of its environment. Why it cannot start, or not go on, is a line like any other.
pub fn start<F: Future<Output = Result<(), Error>>>(function: impl FnOnce() -> F) -> ExitCode {
    start_logs();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(function()));
    ended.map_or_else(
        |error| {
            tracing::error!(cause = %chain(&*error), "the function cannot run");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

/// Starts the lines, at the level of `LOG_LEVEL`. Closing lines come at every level: metrics are in them.
fn start_logs() {
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    let lines = Lines::new(|line| {
        // A line that cannot be written is lost: there is nowhere to say so.
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    });
    // A second call in one process keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(filter(&level)).with(lines).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let (place, payload) = (panic.location().map(ToString::to_string), panic.payload());
        // A text that was put together at the time of the panic may hold anything, such as somebody's name.
        let cause = payload.downcast_ref::<&'static str>().copied().unwrap_or("see the place");
        tracing::error!(panic.place = place.unwrap_or_default(), cause, "panicked");
    }));
}

fn filter(level: &str) -> Targets {
    let wanted = format!("{level},{OTHERS},{FACTS}=info").parse();
    wanted.unwrap_or_else(|_| Targets::new().with_default(Level::INFO).with_target(FACTS, Level::INFO))
}

/// Serves invocations until the environment ends.
pub async fn run<S>(runtime: Runtime<S>) -> Result<(), Error>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    runtime.layer(Watch).run().await
}

/// Does `work` for the request of this id, as its sender knows it: its lines say so (`origin`), and what it queues carries the id.
/// Without an id nothing is known of the request, whatever others this invocation is for.
pub async fn correlated<F: Future>(id: Option<String>, work: F) -> F::Output {
    note_correlation_ids(id.clone());
    CORRELATION_ID.scope(id, work).await
}

/// Says for which requests this invocation was called.
pub fn note_correlation_ids(ids: impl IntoIterator<Item = String>) {
    with_current(|invocation| invocation.note_correlation_ids(ids));
}

/// The id of the request for which this is done, if it is known and the only one.
#[must_use]
pub fn correlation_id() -> Option<String> {
    let of_invocation = || CURRENT.try_with(|invocation| invocation.correlation_id()).ok().flatten();
    CORRELATION_ID.try_with(Clone::clone).unwrap_or_else(|_| of_invocation())
}

fn with_current(note: impl FnOnce(&Invocation)) {
    // Outside of an invocation, as in tests of a handler, there is nothing to note it on.
    let _ = CURRENT.try_with(|invocation| note(invocation));
}

/// Puts an invocation around each call of the service below.
struct Watch;

/// See [`Watch`].
struct Watched<S>(S);

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Watched(inner)
    }
}

type Ended = fn(&Result<(), Error>);

impl<S> Service<LambdaInvocation> for Watched<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error>,
{
    type Response = ();
    type Error = Error;
    type Future = TaskLocalFuture<Arc<Invocation>, Inspect<S::Future, Ended>>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> task::Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: LambdaInvocation) -> Self::Future {
        let context = &request.context;
        let invocation = Arc::new(Invocation::begun(&context.request_id, context.xray_trace_id.as_deref()));
        let ended: Ended = |_| close();
        // The handler's first lines run in the call itself.
        let call = CURRENT.sync_scope(invocation.clone(), || self.0.call(request));
        CURRENT.scope(invocation, call.inspect(ended))
    }
}

/// Ends the current invocation.
fn close() {
    tracing::info!(target: CLOSING, "invocation ended");
}

#[cfg(test)]
mod tests;

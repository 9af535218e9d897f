//! Queues of tasks: each message is a step, tried again soon when it fails, set aside when it keeps failing.
//!
//! Tries are counted in the message, not by the queue: a step that failed is put on the queue anew, and the message that brought it
//! is done. A message comes back only while the queue itself does not answer. What a failure is worth is each worker's to say.

use std::future::Future;

use crm_domain::dead_letter;
use crm_domain::error::chain;
use crm_domain::ports::{Enqueue, Outgoing, QueueError, QueueName};
use crm_domain::step::Step;
use futures_util::{StreamExt, stream};
use serde::Serialize;

use crate::batch::Incoming;
use crate::{queue, telemetry};

/// Runs the steps of a batch, at most `concurrency` at once, each for the request that its message carries; returns the ids of
/// the messages that must come again.
///
/// `read` makes a step of a body, or says what cannot be understood: then the message is set aside. `run` fails only where
/// what follows from its step could not be queued.
pub async fn each<T, Q, F, R>(
    queue: &Q,
    batch: Vec<Incoming>,
    concurrency: usize,
    read: impl Fn(&str) -> Result<Step<T>, String>,
    run: F,
) -> Vec<String>
where
    Q: Enqueue,
    F: Fn(Step<T>) -> R,
    R: Future<Output = Result<(), QueueError>>,
{
    let (read, run) = (&read, &run);
    let taken = batch.into_iter().map(|message| async move {
        let work = async {
            match read(&message.body) {
                Ok(step) => run(step).await,
                Err(reason) => bury(queue, message.queue, message.body.clone(), &reason, 1).await,
            }
        };
        let error = telemetry::correlated(message.correlation_id(), work).await.err()?;
        // The message comes back when its visibility ends.
        tracing::error!(cause = %chain(&error), "task cannot be handed on");
        Some(message.id)
    });
    let taken: Vec<_> = taken.collect();
    stream::iter(taken).buffer_unordered(concurrency).filter_map(async |failed| failed).collect().await
}

/// Puts a step on its queue, for `delay` seconds from now, at most 900.
///
/// # Errors
/// The queue did not take it.
pub async fn again<Q: Enqueue, T: Serialize>(queue: &Q, name: QueueName, step: &Step<T>, delay: u32) -> Result<(), QueueError> {
    queue::send(queue, name, vec![Outgoing { body: step.body(), delay, ..Outgoing::default() }]).await
}

/// Sets a task aside after so many `tries`, with the reason. Put back, it has all its tries again.
///
/// # Errors
/// The dead-letter queue did not take it.
pub async fn set_aside<Q: Enqueue, T: Serialize>(
    queue: &Q,
    name: QueueName,
    task: T,
    reason: &str,
    tries: u32,
) -> Result<(), QueueError> {
    bury(queue, name, Step::first(task).body(), reason, tries).await
}

async fn bury<Q: Enqueue>(queue: &Q, name: QueueName, body: String, reason: &str, tries: u32) -> Result<(), QueueError> {
    let request = telemetry::correlation_id().map(|id| (dead_letter::REQUEST.to_owned(), id));
    queue.bury(name, dead_letter::set_aside(name, body, reason, tries, request.as_slice())).await
}

//! The loop of the erasures queue: each task by itself, tried again soon when it fails, set aside when it keeps failing.

use std::sync::Arc;

use crm_domain::dead_letter;
use crm_domain::erasure::{Step, Task};
use crm_domain::error::chain;
use crm_domain::ports::{
    EditCustomers, Enqueue, ForgetTraces, KeepAttachedFiles, KeepAttachments, KeepDeliveries, KeepErasures, KeepExportFiles,
    KeepUploads, Outgoing, QueueError, QueueName, ScrubQueues, StoreError,
};
use crm_domain::step;
use crm_lambda::batch::Incoming;

/// The tables from which traces are taken.
pub trait Store: EditCustomers + ForgetTraces + KeepErasures + KeepAttachments + KeepDeliveries {}
impl<S: EditCustomers + ForgetTraces + KeepErasures + KeepAttachments + KeepDeliveries> Store for S {}

/// The queues from which traces are taken.
pub trait Queues: Enqueue + ScrubQueues {}
impl<Q: Enqueue + ScrubQueues> Queues for Q {}

/// The files that name customers, or are theirs.
pub trait Files: KeepAttachedFiles + KeepExportFiles {}
impl<F: KeepAttachedFiles + KeepExportFiles> Files for F {}

/// What the tasks work with.
pub struct Worker<S, Q, F, U> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub files: Arc<F>,
    pub uploads: Arc<U>,
}

/// Why a pass was not finished. Another try may succeed.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The request is still at it, or has ended without erasing anybody.
    #[error("the customer is not erased")]
    NotErased,
}

impl SweepError {
    /// Seconds before the next try, if there is to be one.
    const fn pause(&self, attempt: u32) -> Option<u32> {
        match self {
            Self::Store(error) => step::pause(attempt, error.is_outage()),
            // Also where somebody else looks at dead letters: it does not last.
            Self::Queue(_) => step::pause(attempt, true),
            Self::NotErased => step::pause(attempt, false),
        }
    }
}

impl<S: Store, Q: Queues, F: Files, U: KeepUploads> Worker<S, Q, F, U> {
    /// Takes a batch; returns the ids of the messages that must come again.
    pub async fn handle(&self, batch: Vec<Incoming>) -> Vec<String> {
        let mut failed = Vec::new();
        for message in batch {
            let outcome = match Step::parse(&message.body) {
                Ok(step) => self.run(step).await,
                Err(reason) => self.bury(message.body, &reason, 1).await,
            };
            if let Err(error) = outcome {
                // The queue does not answer: the message comes back when its visibility ends.
                tracing::error!(cause = %chain(&error), "task cannot be handed on");
                failed.push(message.id);
            }
        }
        failed
    }

    /// Makes a pass and asks for the next one. Only a failure to do the latter is an error.
    async fn run(&self, Step { task, attempt }: Step) -> Result<(), QueueError> {
        let Task::Sweep(sweep) = &task;
        match self.sweep(sweep.clone()).await {
            Ok(None) => Ok(()),
            Ok(Some((next, delay))) => self.requeue(next.body(), delay).await,
            Err(error) => {
                if let Some(pause) = error.pause(attempt) {
                    tracing::warn!(attempt, cause = %chain(&error), "pass failed");
                    return self.requeue(Step { task, attempt: attempt + 1 }.body(), pause).await;
                }
                if matches!(error, SweepError::NotErased) {
                    // Who asked was told so.
                    tracing::warn!("nobody was erased");
                    return Ok(());
                }
                tracing::error!(cause = %chain(&error), "pass set aside");
                self.bury(Step::first(task).body(), &chain(&error), attempt + 1).await
            }
        }
    }

    async fn requeue(&self, body: String, delay: u32) -> Result<(), QueueError> {
        self.queue.enqueue(QueueName::Erasures, vec![Outgoing { body, delay, ..Outgoing::default() }]).await
    }

    async fn bury(&self, body: String, reason: &str, tries: u32) -> Result<(), QueueError> {
        self.queue.bury(QueueName::Erasures, dead_letter::set_aside(QueueName::Erasures, body, reason, tries, &[])).await
    }
}

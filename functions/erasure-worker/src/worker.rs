//! The loop of the erasures queue: each task by itself, tried again soon when it fails, set aside when it keeps failing.

use std::sync::Arc;

use crm_domain::erasure::{Step, Task};
use crm_domain::error::chain;
use crm_domain::ports::{
    EditCustomers, Enqueue, ForgetTraces, KeepAttachedFiles, KeepAttachments, KeepDeliveries, KeepErasures, KeepExportFiles,
    KeepUploads, QueueError, QueueName, ScrubQueues, StoreError,
};
use crm_domain::step;
use crm_lambda::batch::Incoming;
use crm_lambda::tasks;

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
        tasks::each(&*self.queue, batch, 1, Step::parse, |step| self.run(step)).await
    }

    /// Makes a pass and asks for the next one. Only a failure to do the latter is an error.
    async fn run(&self, Step { task, attempt }: Step) -> Result<(), QueueError> {
        let Task::Sweep(sweep) = &task;
        match self.sweep(sweep.clone()).await {
            Ok(None) => Ok(()),
            Ok(Some((next, delay))) => self.again(&Step::first(Task::Sweep(next)), delay).await,
            Err(error) => {
                if let Some(pause) = error.pause(attempt) {
                    tracing::warn!(attempt, cause = %chain(&error), "pass failed");
                    return self.again(&Step { task, attempt: attempt + 1 }, pause).await;
                }
                if matches!(error, SweepError::NotErased) {
                    // Who asked was told so.
                    tracing::warn!("nobody was erased");
                    return Ok(());
                }
                tracing::error!(cause = %chain(&error), "pass set aside");
                tasks::set_aside(&*self.queue, QueueName::Erasures, task, &chain(&error), attempt + 1).await
            }
        }
    }

    async fn again(&self, step: &Step, delay: u32) -> Result<(), QueueError> {
        tasks::again(&*self.queue, QueueName::Erasures, step, delay).await
    }
}

//! The loop of the segments queue: each task by itself, tried again soon when it fails, set aside when it keeps failing.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::error::chain;
use crm_domain::membership::{Step, Task};
use crm_domain::ports::{
    Enqueue, KeepCampaigns, KeepExportFiles, KeepExports, KeepLog, KeepMemberships, KeepSegments, QueueError, QueueName,
    ReadCustomers, ReadFigures, ScanCustomers, StoreError,
};
use crm_domain::step;
use crm_domain::time::Time;
use crm_lambda::batch::Incoming;
use crm_lambda::memberships::{Keeper, Outcome};
use crm_lambda::tasks;

use crate::export::Exports;

/// Tasks of one batch under way at once.
const CONCURRENCY: usize = 4;
/// Time after which a task hands over to the next message. The function itself has 60 s.
const BUDGET: Duration = Duration::from_secs(15);

/// The storage that tasks need.
pub trait Store:
    KeepSegments + KeepMemberships + KeepExports + KeepCampaigns + KeepLog + ReadCustomers + ScanCustomers + ReadFigures
{
}
impl<S> Store for S where
    S: KeepSegments + KeepMemberships + KeepExports + KeepCampaigns + KeepLog + ReadCustomers + ScanCustomers + ReadFigures
{
}

/// What the tasks work with.
pub struct Worker<S, Q, F> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub keeper: Keeper<S>,
    pub exports: Exports<F>,
}

/// How a task ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    /// It goes on with this.
    Then(Task),
}

/// Why a task failed; but for the last one, another try may succeed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Some customers were not settled, all of them since storage was out of order or not.
    #[error("{0} customers could not be settled")]
    Unsettled(usize, bool),
    #[error("a build is under way that may have passed them already")]
    BuildUnderWay,
    /// No other try can succeed.
    #[error("the segment was changed or deleted meanwhile, so who belonged to it is not known any more")]
    Retired,
}

impl TaskError {
    /// Seconds before the next try, if there is to be one; of what `waits` for the end of an outage, and of what does not.
    const fn pause(&self, attempt: u32, waits: bool) -> Option<u32> {
        match self {
            Self::Retired => None,
            Self::Store(error) => step::pause(attempt, waits && error.is_outage()),
            Self::Unsettled(_, is_outage) => step::pause(attempt, waits && *is_outage),
            // However long that one takes.
            Self::Queue(_) | Self::BuildUnderWay => step::pause(attempt, waits),
        }
    }

    /// What an outcome leaves undone.
    pub(crate) fn of(outcome: &Outcome) -> Result<(), Self> {
        match outcome.failed.len() {
            0 => Ok(()),
            failed => Err(Self::Unsettled(failed, outcome.is_outage)),
        }
    }
}

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// Takes a batch; returns the ids of the messages that must come again.
    pub async fn handle(&self, batch: Vec<Incoming>) -> Vec<String> {
        tasks::each(&*self.queue, batch, CONCURRENCY, read, |step| self.run(step)).await
    }

    /// Runs a task and hands on what follows from it. Only a failure to do the latter is an error.
    async fn run(&self, step: Step) -> Result<(), QueueError> {
        let Step { task, attempt } = step;
        match self.advance(task.clone()).await {
            Ok(Next::Done) => Ok(()),
            Ok(Next::Then(task)) => self.again(&Step::first(task), 0).await,
            Err(error) => {
                // Somebody waits for an export, and can ask for it again.
                let waits = !matches!(task, Task::Export(_));
                if let Some(pause) = error.pause(attempt, waits) {
                    tracing::warn!(attempt, cause = %chain(&error), "task failed");
                    return self.again(&Step { task, attempt: attempt + 1 }, pause).await;
                }
                tracing::error!(cause = %chain(&error), "task set aside");
                if let Task::Export(call) = &task {
                    self.give_up(call).await;
                }
                tasks::set_aside(&*self.queue, QueueName::Segments, task, &chain(&error), attempt + 1).await
            }
        }
    }

    async fn advance(&self, task: Task) -> Result<Next, TaskError> {
        let deadline = Instant::now() + BUDGET;
        match task {
            Task::Build { everyone: true, after: None } => self.everyone().await,
            Task::Build { after, .. } => self.begin(after, Time::now()).await,
            Task::SettlePart(part) => self.settle_part(part, deadline).await,
            Task::Settle { customers, cause } => {
                let outcome = self.keeper.settle(&customers, cause, Time::now()).await?;
                TaskError::of(&outcome).map(|()| Next::Done)
            }
            Task::Edit(edit) => self.edit(edit, deadline).await,
            Task::Export(call) => self.export(&call, deadline).await,
            Task::Sweep { edition, segment } => self.sweep(edition, segment, deadline).await,
            Task::Fold { after } => self.fold(after, Time::now(), deadline).await,
        }
    }

    async fn again(&self, step: &Step, delay: u32) -> Result<(), QueueError> {
        tasks::again(&*self.queue, QueueName::Segments, step, delay).await
    }
}

/// What a message asks for.
fn read(body: &str) -> Result<Step, String> {
    Step::parse(body).or_else(|reason| {
        if !body.contains("DDBStreamBatchInfo") {
            return Err(reason);
        }
        // What a stream that gave up on a batch says does not name the customers: everybody is looked at once.
        tracing::error!("the stream gave up on a batch");
        Ok(Step::first(Task::Build { everyone: true, after: None }))
    })
}

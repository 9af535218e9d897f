//! Settling those who have changed.

use crm_domain::did;
use crm_domain::ids::CustomerId;
use crm_domain::membership::{Cause, Task};
use crm_domain::ports::{Enqueue, Outgoing, QueueError, QueueName, StoreError};
use crm_domain::time::Time;
use crm_lambda::memberships::{Keeper, Store};

/// Customers whom one message hands on.
const HANDED_ON: usize = 100;

/// Why a batch comes again.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Settles customers. Those who cannot be settled now are handed to the segments queue, so that they hold up nobody.
///
/// # Errors
/// Storage or the queue does not answer; nothing is lost, since the batch comes again.
pub async fn settle<S: Store, Q: Enqueue>(keeper: &Keeper<S>, queue: &Q, customers: Vec<CustomerId>) -> Result<(), Failure> {
    let outcome = keeper.settle(&customers, Cause::Data, Time::now()).await?;
    did!(customers.changed = customers.len(), customers.handed_on = outcome.failed.len());
    let tasks = outcome.failed.chunks(HANDED_ON).map(|customers| Task::Settle { customers: customers.to_vec() });
    let messages: Vec<Outgoing> = tasks.map(|task| Outgoing { body: task.body(), ..Outgoing::default() }).collect();
    if !messages.is_empty() {
        queue.enqueue(QueueName::Segments, messages).await?;
    }
    Ok(())
}

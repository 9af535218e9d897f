//! The loop of the webhooks queue: each message by itself.
//!
//! A message that has done its part is deleted. What is to be tried again is another message with a time, so that waiting
//! neither uses up the tries that SQS grants nor counts as being in hand, of which a queue bears only so many. A message is
//! given back only while something of ours does not answer.

use std::sync::Arc;

use crm_domain::dead_letter;
use crm_domain::error::chain;
use crm_domain::ports::{
    CallWebhooks, Enqueue, KeepDeliveries, KeepHealth, KeepWebhooks, Outgoing, PortError, Postpone, QueueName, ReadCustomers,
};
use crm_domain::time::{SECOND, Time};
use crm_domain::webhook::delivery::{Again, Task};
use crm_lambda::addresses::Addresses;
use crm_lambda::batch::{Failed, Incoming, give_back};
use crm_lambda::{queue, telemetry};
use futures_util::{StreamExt, stream};

/// Messages of one batch under way at once: all of them.
const CONCURRENCY: usize = 10;
/// Longest delay that SQS grants, in seconds.
const LONGEST_DELAY: i64 = 900;

/// The storage that delivering needs.
pub trait Store: KeepWebhooks + KeepHealth + KeepDeliveries + ReadCustomers {}
impl<S: KeepWebhooks + KeepHealth + KeepDeliveries + ReadCustomers> Store for S {}

/// What delivering works with.
pub struct Worker<S, Q, C> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub receivers: Arc<C>,
    pub addresses: Addresses,
}

impl<S: Store, Q: Enqueue + Postpone, C: CallWebhooks> Worker<S, Q, C> {
    /// Takes a batch; returns the ids of the messages that must come again.
    pub async fn handle(&self, batch: Vec<Incoming>) -> Vec<String> {
        let taken = batch.iter().map(|message| async move {
            let taken = telemetry::correlated(message.correlation_id(), self.take(message)).await;
            (message, taken)
        });
        let taken: Vec<_> = taken.collect();
        let taken: Vec<_> = stream::iter(taken).buffer_unordered(CONCURRENCY).collect().await;
        let failed = taken.into_iter().filter_map(|(message, outcome)| {
            let error = outcome.err()?;
            let may_succeed = !matches!(&error, PortError::Store(error) if error.is_final());
            Some(Failed { message, cause: chain(&error), may_succeed })
        });
        give_back(&*self.queue, failed.collect()).await
    }

    async fn take(&self, message: &Incoming) -> Result<(), PortError> {
        match Task::parse(&message.body) {
            Ok(Task::First { webhook, event }) => self.begin(webhook, *event, message.receives > 1).await,
            Ok(Task::Again(again)) if again.due > Time::now() => self.wait(again).await,
            Ok(Task::Again(again)) => self.go_on(again, message.receives > 1).await,
            Err(reason) => {
                let letter = dead_letter::set_aside(QueueName::Webhooks, message.body.clone(), &reason, 1, &message.attributes);
                Ok(self.queue.bury(QueueName::Webhooks, letter).await?)
            }
        }
    }

    /// Puts a further attempt on the queue, for when it is due or as late as SQS lets it.
    pub(crate) async fn wait(&self, again: Again) -> Result<(), PortError> {
        let left = (again.due.micros() - Time::now().micros() + SECOND - 1) / SECOND;
        let delay = u32::try_from(left.clamp(0, LONGEST_DELAY)).unwrap_or_default();
        let message =
            Outgoing { body: Task::Again(again).body(), delay, group: Some(again.webhook.to_string()), ..Outgoing::default() };
        Ok(queue::send(&*self.queue, QueueName::Webhooks, vec![message]).await?)
    }
}

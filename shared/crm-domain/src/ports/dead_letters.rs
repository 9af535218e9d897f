//! Dead letters one by one, and giving messages back until later.

use std::future::Future;

use super::{Outgoing, QueueError, QueueName};
use crate::dead_letter::DeadLetter;

/// What was found in a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub letters: Vec<DeadLetter>,
    /// How many there are in all, as far as the queue knows.
    pub total: u64,
}

/// One letter in hand: nobody else sees it for a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub letter: DeadLetter,
    /// All of it.
    pub message: Outgoing,
    /// By which the queue knows who holds it.
    pub handle: String,
}

pub trait ReadDeadLetters: Send + Sync + 'static {
    /// Looks at up to `most` dead letters, in no particular order. Whoever looks meanwhile does not see them; afterwards
    /// all is as before.
    fn dead_letters(&self, queue: QueueName, most: usize) -> impl Future<Output = Result<Found, QueueError>> + Send;
    /// Takes one letter in hand; `None` when it is not among those that can be seen.
    fn hold(&self, queue: QueueName, id: &str) -> impl Future<Output = Result<Option<Held>, QueueError>> + Send;
    /// Puts a letter back into its queue. A crash half-way does so twice, which no consumer minds.
    fn redrive_one(&self, queue: QueueName, held: Held) -> impl Future<Output = Result<(), QueueError>> + Send;
    /// Throws a letter away.
    fn discard(&self, queue: QueueName, held: Held) -> impl Future<Output = Result<(), QueueError>> + Send;
}

pub trait CountDeadLetters: Send + Sync + 'static {
    /// How many lie in all dead-letter queues together, as far as these know.
    fn count_dead(&self) -> impl Future<Output = Result<u64, QueueError>> + Send;
}

pub trait Postpone: Send + Sync + 'static {
    /// Lets messages that are in hand, each by its receipt, come again after so many seconds.
    fn postpone(&self, queue: QueueName, messages: Vec<(String, u32)>) -> impl Future<Output = Result<(), QueueError>> + Send;
}

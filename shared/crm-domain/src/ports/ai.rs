//! What asking a model needs to be remembered.

use std::future::Future;

use jiff::civil::Date;
use uuid::Uuid;

use super::{StoreError, Stored, Versioned};
use crate::ai::{AnswerKey, Breaker, Use, Waiting};
use crate::names::Name;
use crate::time::Time;

/// Keeps answers for a while, what was used, and whether the model is asked at all.
pub trait KeepAiState: Send + Sync {
    /// The answer that was given to the same question, unless its time is over.
    fn answer(&self, key: &AnswerKey, now: Time) -> impl Future<Output = Stored<Option<String>>> + Send;

    /// Keeps an answer until `until`; one of more than [`crate::ai::MAX_KEPT`] bytes is not kept.
    fn keep_answer(&self, key: &AnswerKey, answer: &str, until: Time) -> impl Future<Output = Stored<()>> + Send;

    /// Notes what one attempt used. Noted again under the same `attempt`, it counts once.
    fn note_use(&self, day: Date, attempt: Uuid, used: &Use) -> impl Future<Output = Stored<()>> + Send;

    /// What `user` used on `day`, or everybody: one entry per attempt.
    fn uses(&self, day: Date, user: Option<&str>) -> impl Future<Output = Stored<Vec<Use>>> + Send;

    /// The breaker of all who ask; version 0 when nothing was ever noted.
    fn breaker(&self) -> impl Future<Output = Stored<Versioned<Breaker>>> + Send;

    /// Replaces the breaker, on condition that it has this version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it has another.
    fn put_breaker(&self, version: u64, breaker: &Breaker) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Keeps the requests that wait for their turn with the model.
pub trait KeepWaiting: Send + Sync {
    /// Keeps a request under its id; one that is there already stays as it is.
    fn put_waiting(&self, waiting: &Waiting) -> impl Future<Output = Stored<()>> + Send;

    /// A request, unless its time is over.
    fn waiting(&self, id: Uuid, now: Time) -> impl Future<Output = Stored<Option<Waiting>>> + Send;

    /// Notes the outcome of a request; the first one stays.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] also when the outcome does not fit: [`crate::ai::Outcome::fits`].
    fn finish_waiting(&self, waiting: &Waiting) -> impl Future<Output = Stored<()>> + Send;
}

/// Knows what things in the CRM are called: tags, cities, attribute keys, products.
pub trait KeepNames: Send + Sync {
    /// All names that are not forgotten by `now`, kind by kind, at most [`crate::names::MOST`] of each.
    fn names(&self, now: Time) -> impl Future<Output = Stored<Vec<Name>>> + Send;

    /// Notes names that were seen: each is written at most once a month, and asked for often that costs nothing.
    fn note_names(&self, names: &[Name], now: Time) -> impl Future<Output = Stored<()>> + Send;
}

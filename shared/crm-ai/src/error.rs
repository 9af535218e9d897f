//! Why a model did not answer as it was asked to.

use std::time::Duration;

/// Why there is no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AiError {
    /// Over its quota, and still so when the request's time was over.
    #[error("the model is over its quota")]
    RateLimited {
        /// How long it asks us to wait, if it says so.
        after: Option<Duration>,
    },
    /// It will not answer this, or not us: the prompt is blocked, or the key is not accepted.
    #[error("the model refuses: {0}")]
    Refused(Refusal),
    /// It answered, and the answer cannot be used. The text names the fault without quoting the answer.
    #[error("the model's answer cannot be used: {0}")]
    BadOutput(String),
    /// It did not answer in time, or fails.
    #[error("the model does not answer")]
    Unavailable {
        /// How long it asks us to wait, if it says so.
        after: Option<Duration>,
    },
}

/// What is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was asked.
    #[error("the request is blocked")]
    Blocked,
    /// The key, or the project behind it.
    #[error("the key is not accepted")]
    Key,
    /// The model, or the form of the request: the configuration is wrong.
    #[error("the request is not accepted")]
    Request,
}

//! A task on a queue, and how often it has been tried.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A step, and how often it has been tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step<T> {
    #[serde(flatten)]
    pub task: T,
    #[serde(default)]
    pub attempt: u32,
}

impl<T> Step<T> {
    /// Its first try.
    pub const fn first(task: T) -> Self {
        Self { task, attempt: 0 }
    }
}

impl<T: Serialize> Step<T> {
    /// The body of the queue message.
    #[must_use]
    pub fn body(&self) -> String {
        // Nothing but texts, numbers and JSON: this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl<T: DeserializeOwned> Step<T> {
    /// Reads the body of a queue message.
    ///
    /// # Errors
    /// Says what cannot be understood.
    pub fn parse(body: &str) -> Result<Self, String> {
        serde_json::from_str(body).map_err(|error| error.to_string())
    }
}

//! How many messages a person may get: at most so many in any stretch of so many days, over all campaigns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::faults::{self, Faults, Fields};
use crate::json::Json;

/// Most messages that a cap may allow.
const MAX_MESSAGES: i64 = 100;
/// Longest stretch of a cap, in days.
const MAX_DAYS: i64 = 90;

/// At most `messages` in any stretch of `days` days of 24 hours, over all campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Caps {
    pub messages: u32,
    pub days: u32,
}

impl Caps {
    /// Reads the member `caps` of a launch.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let messages = fields.required("messages", |json| faults::integer(json, 1, MAX_MESSAGES));
        let days = fields.required("days", |json| faults::integer(json, 1, MAX_DAYS));
        fields.finish()?;
        match (messages, days) {
            (Some(messages), Some(days)) => Ok(Self { messages: messages as u32, days: days as u32 }),
            _ => Err(Faults::of(path, "is incomplete")),
        }
    }
}

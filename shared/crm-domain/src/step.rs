//! A task on a queue, how often it has been tried, and when it is tried again.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Tries of a step that fails for a reason of its own; the waits in between add up to four minutes.
const TRIES: u32 = 8;
/// Tries while something that it needs does not answer: a day of quarters of an hour on top.
const TRIES_IN_AN_OUTAGE: u32 = TRIES + 96;
/// Longest wait, in seconds: SQS delays a message no longer.
const LONGEST_PAUSE: u32 = 900;

/// Seconds before the next try of what has failed `attempt` times before; `None` when it is to be set aside. In an outage
/// tries are not used up by others' failures: it goes on, less and less often, for a day.
#[must_use]
pub const fn pause(attempt: u32, is_outage: bool) -> Option<u32> {
    if attempt < TRIES {
        Some(1 << attempt)
    } else if is_outage && attempt < TRIES_IN_AN_OUTAGE {
        Some(LONGEST_PAUSE)
    } else {
        None
    }
}

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

#[cfg(test)]
mod tests {
    use super::pause;

    #[test]
    fn an_outage_of_a_day_burns_no_tries_and_a_defect_is_set_aside_in_minutes() {
        let waits = |is_outage| (0..).map_while(|attempt| pause(attempt, is_outage)).map(u64::from).sum::<u64>();
        assert_eq!(waits(false), 255);
        assert!((86_400..90_000).contains(&waits(true)));
    }
}

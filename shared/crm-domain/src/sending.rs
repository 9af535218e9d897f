//! Handing letters to providers: what is noted before, what they may answer, and what follows from an answer that never
//! came.
//!
//! A provider that recognises a letter by its id is simply asked again. One that does not (Amazon SES and SNS have no
//! idempotency keys) is never asked twice: whoever hands a letter over first notes the intent in the log, alone; an intent
//! without an outcome, left by somebody who cannot be at work any more, says that nobody knows.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::message::MessageId;
use crate::plain;
use crate::time::{SECOND, Time};

/// For how long whoever noted an intent may still be at work: twice what an invocation of the worker lasts at most.
pub const LEASE: i64 = 120 * SECOND;
/// The longest wait, in seconds, that a queue can make.
const MAX_WAIT: i64 = 900;

/// A message as a provider is to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Also the idempotency key towards the provider.
    pub id: MessageId,
    /// The recipient's place in the campaign's plan: what is to hit one in ten goes by it.
    pub place: u32,
    pub to: String,
    pub subject: Option<String>,
    /// Of an e-mail, HTML.
    pub body: String,
    /// Further headers of an e-mail.
    pub headers: Vec<(String, String)>,
}

impl Letter {
    /// The body of an e-mail as plain text; none where it has nothing but pictures.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(plain::plain(&self.body)).filter(|text| !text.is_empty())
    }
}

/// That a letter is about to be handed over, since when and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Intent {
    pub at: Time,
    /// Names this one attempt, so that nobody takes another's intent for their own.
    pub by: Uuid,
}

impl Intent {
    /// A new one.
    #[must_use]
    pub fn new(at: Time) -> Self {
        Self { at, by: crate::world::fresh_id() }
    }

    /// Seconds until whoever noted it must have ended; `None` when they have, and the outcome will stay unknown.
    #[must_use]
    pub fn wait(&self, now: Time, lease: i64) -> Option<u32> {
        let left = self.at.micros().saturating_add(lease).saturating_sub(now.micros());
        (left > 0).then(|| ((left + SECOND - 1) / SECOND).clamp(1, MAX_WAIT) as u32)
    }
}

/// What a provider answered for one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    Taken {
        at: Time,
        /// Its own name for the letter, if it gave one.
        provider_id: Option<String>,
    },
    /// It will never take this one; the reason is for the log.
    Refused(String),
    /// It has not taken it, and may do so after so many seconds. Who recognises letters may also have taken it unheard.
    Deferred(u32),
    /// It may have taken it; the reason is for the log.
    Unknown(String),
}

impl Sending {
    /// Taken, under no name of the provider's.
    #[must_use]
    pub const fn taken(at: Time) -> Self {
        Self::Taken { at, provider_id: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intent_is_waited_for_as_long_as_its_author_may_live() {
        let intent = Intent::new(Time::from_micros(5 * SECOND));
        let at = |micros| intent.wait(Time::from_micros(micros), LEASE);
        assert_eq!(at(5 * SECOND), Some(120));
        assert_eq!(at(124 * SECOND + 1), Some(1));
        assert_eq!(at(125 * SECOND), None);
        assert_eq!(at(i64::MAX), None);
        // Clocks differ: one that is ahead is waited for all the same.
        assert_eq!(at(-10_000 * SECOND), Some(900));
        assert_ne!(Intent::new(intent.at), intent);
    }
}

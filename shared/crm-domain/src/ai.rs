//! What is remembered of a model: how it fares (the breaker), what it used, what it answered, and who waits for it.

mod answer;
mod question;

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::time::{DAY, HOUR, SECOND, Time};

pub use answer::{Answer, Audience, Content, Messages, Refusal, Suggestion, Summary, Wording};
pub use question::{Brief, Question, Step, Task};

/// Failures in a row after which the model is left alone.
const FAILURES: u32 = 3;
/// How long it is left alone at first; twice as long each time after that.
const REST: i64 = 30 * SECOND;
/// How long it is left alone at most.
const LONGEST_REST: i64 = 600 * SECOND;
/// For how many seconds it may ask to be left alone.
const LONGEST_ASKED: u64 = 3_600;
/// How long one request has to find out whether it answers again, before another may: longer than any takes.
const PROBE: i64 = 90 * SECOND;
/// How long the outcome of a request that waited can be asked for.
pub const WAITING_KEPT: i64 = HOUR;
/// How long it is known what a request used.
pub const USE_KEPT: i64 = 100 * DAY;
/// Greatest size of an answer or an outcome that is kept, in bytes; `DynamoDB` takes 400 KB.
pub const MAX_KEPT: usize = 300_000;

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    Gemini,
    Offline,
}

/// Why a model that there is did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Over its quota.
    Quota,
    /// The user has spent the tokens of the day.
    Budget,
    /// It does not answer, or has not answered lately.
    Unavailable,
    /// It refuses to answer this.
    Refused,
    /// Its key or configuration is not accepted: somebody has to change something.
    Misconfigured,
    /// What it answered could not be used, nor what it answered when it was told why.
    Unusable,
    /// It saw no audience where the offline engine sees one.
    NoAudience,
}

/// What a model used, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    pub input: u64,
    /// Thinking counts as output: it is paid for as such.
    pub output: u64,
}

impl Tokens {
    #[must_use]
    pub const fn sum(self) -> u64 {
        self.input + self.output
    }

    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        Self { input: self.input + more.input, output: self.output + more.output }
    }
}

/// What one question to the model used; of answers that were kept, and of questions that were not put to it, nothing is noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// A user's id, or that of a key.
    pub user: String,
    pub source: Source,
    /// Why the model did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lack: Option<Lack>,
    pub tokens: Tokens,
}

/// Under what an answer is kept: everything that the model was told, without being it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnswerKey(String);

impl AnswerKey {
    /// The key of a question, whose parts are everything that its answer may depend on.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // Lengths keep the parts apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Into a `String` it cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether the model is asked: after failures in a row it is left alone for a while, and then tried by one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Breaker {
    /// Failures since it last answered.
    #[serde(default)]
    pub failures: u32,
    /// How many times in a row it was left alone.
    #[serde(default)]
    pub rests: u32,
    /// Until when it is left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lack: Option<Lack>,
}

/// What the breaker says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// Ask.
    Open,
    /// Ask, once the breaker was replaced by this one: nobody else tries meanwhile.
    Probe(Breaker),
    /// Do not ask.
    Shut(Lack),
}

impl Breaker {
    #[must_use]
    pub fn passage(self, now: Time) -> Passage {
        match self.until {
            None => Passage::Open,
            Some(until) if until > now => Passage::Shut(self.lack.unwrap_or(Lack::Unavailable)),
            Some(_) => Passage::Probe(Self { until: Some(now.plus(PROBE)), ..self }),
        }
    }

    /// After an answer, whatever was in it. None when there is nothing to note.
    #[must_use]
    pub fn answered(self) -> Option<Self> {
        (self != Self::default()).then(Self::default)
    }

    /// After a failure; `after` is for how many seconds the model wants to be left alone, if it says so.
    #[must_use]
    pub fn failed(self, now: Time, lack: Lack, after: Option<u64>) -> Self {
        let failures = self.failures.saturating_add(1);
        // It was being tried, or it has failed often enough, or it says itself that there is no point.
        let rest = self.until.is_some() || failures >= FAILURES || lack != Lack::Unavailable;
        if !rest {
            return Self { failures, ..self };
        }
        let by_itself = (REST << self.rests.min(8)).min(LONGEST_REST);
        let asked = after.map(|seconds| (seconds.clamp(1, LONGEST_ASKED) as i64) * SECOND);
        // What it asks for is enough once; after that it rests at least as long as it would without.
        let until = now.plus(asked.map_or(by_itself, |asked| if self.rests == 0 { asked } else { asked.max(by_itself) }));
        Self { failures, rests: self.rests.saturating_add(1), until: Some(until), lack: Some(lack) }
    }
}

/// A request that waits for its turn, or its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    pub id: Uuid,
    /// Who asked, and may ask for the outcome.
    pub user: String,
    pub asked_at: Time,
    /// None as long as it waits.
    pub outcome: Option<Outcome>,
}

/// An answer as the caller will see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub status: u16,
    pub body: serde_json::Value,
}

impl Outcome {
    /// Whether it is small enough to be kept.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.body.to_string().len() <= MAX_KEPT
    }
}

impl Waiting {
    /// When it is forgotten.
    #[must_use]
    pub const fn expires_at(&self) -> Time {
        self.asked_at.plus(WAITING_KEPT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * SECOND)
    }

    #[test]
    fn a_model_that_fails_is_left_alone_and_then_tried_by_one() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert_eq!(breaker.passage(at(0)), Passage::Open);
            breaker = breaker.failed(at(0), Lack::Unavailable, None);
        }
        assert_eq!(breaker.passage(at(29)), Passage::Shut(Lack::Unavailable));
        let Passage::Probe(probing) = breaker.passage(at(30)) else { panic!("nobody tries") };
        assert_eq!(probing.passage(at(31)), Passage::Shut(Lack::Unavailable), "one at a time");
        assert!(matches!(probing.passage(at(120)), Passage::Probe(_)), "whoever tried may have died");
        let again = probing.failed(at(32), Lack::Unavailable, None);
        assert_eq!(again.until, Some(at(92)), "twice as long");
        assert_eq!(again.answered(), Some(Breaker::default()));
        assert_eq!(Breaker::default().answered(), None, "nothing to write");
    }

    #[test]
    fn rests_have_an_end() {
        let mut breaker = Breaker::default();
        for _ in 0..100 {
            breaker = breaker.failed(at(0), Lack::Unavailable, None);
        }
        assert_eq!(breaker.until, Some(at(600)));
    }

    #[test]
    fn a_quota_is_believed_at_once() {
        let breaker = Breaker::default().failed(at(0), Lack::Quota, Some(7));
        assert_eq!(breaker.passage(at(6)), Passage::Shut(Lack::Quota));
        assert!(matches!(breaker.passage(at(7)), Passage::Probe(_)));
        assert_eq!(Breaker::default().failed(at(0), Lack::Quota, None).until, Some(at(30)), "nothing said");
        assert_eq!(Breaker::default().failed(at(0), Lack::Quota, Some(1 << 40)).until, Some(at(3_600)), "nonsense said");
    }

    #[test]
    fn keys_keep_their_parts_apart() {
        assert_ne!(AnswerKey::of(&["ab", "c"]), AnswerKey::of(&["a", "bc"]));
        assert_eq!(AnswerKey::of(&["ab"]).as_str().len(), 64);
    }
}

//! Letters that were set aside: what they carry, what an administrator is shown of them, and when a message becomes one.
//!
//! The reason is written where the failure happens, on the letter itself, so it costs nothing while nothing fails and can
//! never disagree with what lies in the queue. A summary says what a letter is about by ids; names, addresses and texts
//! stay in it. Moving letters is the adapters'.

mod summary;

use crate::faults::{self, Faults, Fields};
use crate::json::Json;
use crate::limits;
use crate::ports::{Outgoing, QueueName};
use crate::time::Time;

pub use summary::{Subject, SubjectKind, Summary, masked};

/// How often a queue whose worker gives messages back hands out one of them, and then moves it by itself: `maxReceiveCount`.
pub const RECEIVES: u32 = 10;
/// The same of the queues whose tasks count their tries themselves.
pub const RECEIVES_OF_TASKS: u32 = 5;
/// Seconds before a message that was given back comes again for the first time.
const FIRST_PAUSE: u32 = 15;
/// SQS keeps a message out of sight for at most twelve hours since it was handed out, and refuses a wait beyond that; whoever
/// took it has had it for up to twelve minutes by then.
const LONGEST_PAUSE: u32 = 43_200 - 720;
/// Most characters of a reason; it is for people.
const MAX_REASON: usize = 1_000;
/// Bytes of a reason that are worth more than what else is carried.
const TELLING: usize = 100;
/// A message may carry ten attributes, of which these are ours.
const REASON: &str = "reason";
const QUEUE: &str = "queue";
const TRIES: &str = "tries";
/// By which request a message came to be, as its sender knows it.
pub const REQUEST: &str = "request-id";
/// What a message may carry beside them.
pub const CARRIED: [&str; 3] = ["import-id", "import-part", REQUEST];
/// All that a letter may carry.
pub const ATTRIBUTES: [&str; 6] = [REASON, QUEUE, TRIES, "import-id", "import-part", REQUEST];

/// A dead letter, as an administrator is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The queue's own name of it. It changes when the letter is set aside again.
    pub id: String,
    /// Why it was set aside, in which addresses are masked; absent where nobody could say.
    pub reason: Option<String>,
    pub cause: Cause,
    /// When it came here; for one that the queue moved by itself, when it was sent.
    pub at: Time,
    /// How often it was tried, as far as that is known.
    pub tries: Option<u32>,
    pub summary: Summary,
}

/// Who set a letter aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DeadLetterCause")]
pub enum Cause {
    /// A worker, with its reason.
    SetAside,
    /// The queue: it was handed out again and again, and whoever took it never came to an end.
    GivenUp,
    /// Nobody knows: it was put here by other means.
    Unknown,
}

/// What the queue itself says of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Postmark {
    pub id: String,
    pub sent_at: Option<Time>,
    /// Whether it was the queue that moved it.
    pub moved_by_queue: bool,
}

impl DeadLetter {
    /// What is to be shown of a letter of `queue`.
    #[must_use]
    pub fn of(queue: QueueName, postmark: Postmark, message: &Outgoing) -> Self {
        let attribute = |name| message.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        let cause = match (attribute(REASON), postmark.moved_by_queue) {
            (_, true) => Cause::GivenUp,
            (Some(_), false) => Cause::SetAside,
            (None, false) => Cause::Unknown,
        };
        let tries = match cause {
            Cause::GivenUp => Some(receives(queue)),
            _ => attribute(TRIES).and_then(|tries| tries.parse().ok()),
        };
        Self {
            id: postmark.id,
            reason: attribute(REASON).map(summary::masked),
            cause,
            at: postmark.sent_at.unwrap_or(Time::from_micros(0)),
            tries,
            summary: Summary::of(&message.body),
        }
    }
}

/// How often a queue hands out a message before it moves it by itself.
#[must_use]
pub const fn receives(queue: QueueName) -> u32 {
    match queue {
        QueueName::Customers
        | QueueName::Orders
        | QueueName::Activities
        | QueueName::Receipts
        | QueueName::Imports
        | QueueName::Webhooks => RECEIVES,
        QueueName::Delivery | QueueName::Segments | QueueName::Erasures | QueueName::Questions => RECEIVES_OF_TASKS,
    }
}

/// Why somebody throws a letter away, as a request says it.
///
/// # Errors
/// Says what is wrong with the request.
pub fn why_discarded(body: &Json) -> Result<String, Faults> {
    let mut fields = Fields::of(body, "")?;
    let why = fields.required("reason", |json| faults::text(json, limits::REASON));
    fields.finish()?;
    why.ok_or_else(|| Faults::of("reason", "is required"))
}

/// The letter that a message becomes after `tries`. What it carried stays on it.
///
/// Its body is never cut. Beside one of nearly the greatest size there is room for a shorter reason, and then only for that;
/// a dozen bytes below the limit for none.
#[must_use]
pub fn set_aside(queue: QueueName, body: String, reason: &str, tries: u32, carried: &[(String, String)]) -> Outgoing {
    // SQS refuses an empty body.
    let body = if body.is_empty() { "(empty)".to_owned() } else { body };
    let reason = if reason.is_empty() { "unknown".to_owned() } else { sendable(reason) };
    // The dearest first: what an import waits for, who asked, and then what can be told otherwise.
    let brought = CARRIED.into_iter().filter_map(|name| Some((name, carried.iter().find(|(key, _)| key == name)?.1.clone())));
    let rest = brought.chain([(TRIES, tries.to_string()), (QUEUE, queue.as_str().to_owned())]);
    let mut room = Outgoing::GREATEST.saturating_sub(body.len() + Outgoing::attribute_bytes(REASON, ""));
    let telling = reason.len().min(TELLING);
    let mut attributes = Vec::with_capacity(ATTRIBUTES.len());
    for (name, value) in rest {
        let size = Outgoing::attribute_bytes(name, &value);
        if size + telling <= room {
            room -= size;
            attributes.push((name, value));
        }
    }
    let reason = &reason[..reason.floor_char_boundary(room)];
    // SQS refuses an empty attribute.
    if !reason.is_empty() {
        attributes.insert(0, (REASON, reason.to_owned()));
    }
    Outgoing { body, attributes, ..Outgoing::default() }
}

/// A letter as it was before it was set aside.
#[must_use]
pub fn again(mut letter: Outgoing) -> Outgoing {
    letter.attributes.retain(|(name, _)| CARRIED.contains(name));
    letter
}

/// Seconds before a message comes again that was handed out `receives` times, since something that it needs does not answer:
/// three times as long each time, up to half less by `chance` (0 to 1), so that not all of them come at once. All waits
/// together are most of a day. `None` when it would not be handed out again: it is to be set aside, with its reason.
#[must_use]
pub fn pause(receives: u32, chance: f64) -> Option<u32> {
    if receives >= RECEIVES {
        return None;
    }
    let longest = FIRST_PAUSE.saturating_mul(3_u32.saturating_pow(receives.saturating_sub(1))).min(LONGEST_PAUSE);
    Some(longest - (f64::from(longest) * 0.5 * chance.clamp(0.0, 1.0)) as u32)
}

/// A reason without what SQS refuses in a message, and not too long.
fn sendable(reason: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    reason.chars().filter(allowed).take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(letter: &Outgoing, name: &str) -> Option<String> {
        letter.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn a_letter_keeps_what_it_carried_and_loses_its_reason_when_it_is_sent_again() {
        let brought = [("import-id".to_owned(), "i".to_owned()), ("trace".to_owned(), "t".to_owned())];
        let letter = set_aside(QueueName::Orders, String::new(), &"x\u{1}".repeat(2_000), 3, &brought);
        assert_eq!((letter.body.as_str(), carried(&letter, "tries").as_deref()), ("(empty)", Some("3")));
        assert_eq!(carried(&letter, "reason").map(|reason| reason.len()), Some(1_000));
        assert_eq!(again(letter).attributes, vec![("import-id", "i".to_owned())]);
    }

    #[test]
    fn a_letter_of_the_greatest_size_keeps_its_body_and_as_much_of_its_reason_as_fits() {
        let brought = CARRIED.map(|name| (name.to_owned(), "0190aaaa-0000-7000-8000-00000000000a".to_owned()));
        let (long, short) = ("ü".repeat(1_000), "malformed JSON");
        for below in (0..80).chain([100, 200, 300, 400, 2_000, 3_000]) {
            let body = "x".repeat(Outgoing::GREATEST - below);
            for reason in [long.as_str(), short] {
                let letter = set_aside(QueueName::Orders, body.clone(), reason, 10, &brought);
                assert!(letter.bytes() <= Outgoing::GREATEST && letter.body == body, "{below}: {}", letter.bytes());
                let told = carried(&letter, "reason").unwrap_or_default();
                assert!(reason.starts_with(&told) && !letter.attributes.iter().any(|(_, value)| value.is_empty()), "{below}");
                let least = below.saturating_sub(Outgoing::attribute_bytes(REASON, "")).min(TELLING).min(reason.len());
                assert!(told.len() + 1 >= least, "{below}: {} of {least} bytes of a reason", told.len());
            }
            let whole = set_aside(QueueName::Orders, body, short, 10, &brought).attributes.len();
            assert_eq!(whole == ATTRIBUTES.len(), below > 200, "{below}: {whole}");
        }
    }

    #[test]
    fn pauses_grow_until_the_message_is_to_be_set_aside() {
        let waits: Vec<Option<u32>> = (1..=RECEIVES).map(|receives| pause(receives, 0.0)).collect();
        assert_eq!(waits.first(), Some(&Some(15)));
        assert_eq!(waits.last(), Some(&None));
        assert!(waits.iter().flatten().is_sorted() && waits.iter().flatten().all(|wait| *wait <= LONGEST_PAUSE));
        let all: u32 = waits.iter().flatten().sum();
        assert!(all > 20 * 3_600, "an outage of most of a day burns no message: {all} s");
        assert!(waits.iter().flatten().all(|wait| wait + 720 <= 12 * 3_600), "SQS grants it however late it is asked for");
        assert_eq!(pause(3, 1.0), Some(68), "at least half of it");
        assert_eq!((pause(0, 0.0), pause(u32::MAX, 0.0)), (Some(15), None));
    }

    #[test]
    fn the_template_hands_messages_out_as_often_as_is_said_here() {
        let template = include_str!("../../../template.yaml");
        for queue in QueueName::ALL {
            let name = queue.as_str();
            let (first, rest) = name.split_at(1);
            let policy = format!(
                "{{deadLetterTargetArn: !GetAtt {}{rest}DeadQueue.Arn, maxReceiveCount: {}}}",
                first.to_uppercase(),
                receives(queue)
            );
            assert!(template.contains(&policy), "{policy}");
        }
    }

    #[test]
    fn who_set_it_aside_is_told_apart() {
        let at = Time::parse("2026-11-25").ok();
        let seen = |moved_by_queue, message: &Outgoing| {
            let postmark = Postmark { id: "m".to_owned(), sent_at: at, moved_by_queue };
            let letter = DeadLetter::of(QueueName::Orders, postmark, message);
            (letter.cause, letter.reason, letter.tries)
        };
        let told = set_aside(QueueName::Orders, "{}".to_owned(), "asha@x.in is odd", 1, &[]);
        assert_eq!(seen(false, &told), (Cause::SetAside, Some("…@x.in is odd".to_owned()), Some(1)));
        let plain = Outgoing { body: "{}".to_owned(), ..Outgoing::default() };
        assert_eq!(seen(true, &plain), (Cause::GivenUp, None, Some(RECEIVES)));
        assert_eq!(seen(false, &plain), (Cause::Unknown, None, None));
    }
}

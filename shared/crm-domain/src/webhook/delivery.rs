//! One event on its way to one webhook: what the log keeps of it, and when it is tried again.
//!
//! The first message on the queue is the event itself; every further one names the delivery alone, whose log keeps the event.
//! So what an erasure takes out of the log is not sent any more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain_event::{DomainEvent, EventType};
use crate::ids::{CustomerId, DeliveryId, EventId, WebhookId};
use crate::time::{DAY, HOUR, SECOND, Time};

/// How long the log is kept.
pub const KEPT: i64 = 30 * DAY;
/// For how long a delivery is tried.
pub const TRIED_FOR: i64 = DAY;
/// Seconds between one try and the next. All together, the first try aside, they are a day.
const PAUSES: [u32; 10] = [10, 60, 300, 900, 3_600, 7_200, 14_400, 21_600, 21_600, 16_730];
/// Longest wait that a receiver may ask for, in seconds.
const MAX_ASKED: u32 = 6 * 3_600;
/// Characters of a receiver's answer that are kept.
const EXCERPT: usize = 300;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "DeliveryOutcome")]
pub enum Outcome {
    /// It is tried again.
    Waiting,
    /// The receiver has taken it.
    Delivered,
    /// It was tried for a day.
    Failed,
    /// It was not tried to its end, since its webhook was disabled.
    Dropped,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::Failed, Self::Dropped];

    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The reverse of [`Outcome::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// A delivery as the log has it. Its version counts its attempts and resendings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub id: DeliveryId,
    pub webhook: WebhookId,
    pub event_id: EventId,
    pub kind: EventType,
    pub subject: String,
    /// When the event was stored.
    pub at: Time,
    pub outcome: Outcome,
    /// Attempts so far, those before a resending included.
    pub attempts: u32,
    /// Attempts since it was begun, or resent.
    pub tries: u32,
    /// When that was.
    pub since: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempt_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Time>,
    /// Of the last attempt, as all that follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u32>,
    /// The event's JSON text; taken out when somebody of whom it tells is erased.
    #[serde(skip)]
    pub event: Option<String>,
    /// Of whom it has more than ids.
    #[serde(skip)]
    pub customer: Option<CustomerId>,
}

/// What a receiver answered, or that it did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Status of the answer; none where there was none.
    pub status: Option<u16>,
    /// Why there is no answer, for people.
    pub cause: Option<String>,
    /// The beginning of the answer's body.
    pub excerpt: Option<String>,
    pub millis: u32,
    /// Seconds after which the receiver wants to be asked again.
    pub retry_after: Option<u32>,
}

impl Answer {
    /// Whether the receiver has taken what was sent.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self.status, Some(200..300))
    }

    /// Whether the receiver says that it is gone for good.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self.status, Some(410))
    }
}

impl Delivery {
    /// That of `event` to `webhook`, not tried yet.
    #[must_use]
    pub fn of(webhook: WebhookId, event: &DomainEvent, now: Time) -> Self {
        Self {
            id: DeliveryId::of(webhook, event.id, event.time),
            webhook,
            event_id: event.id,
            kind: event.kind,
            subject: event.subject.clone(),
            at: event.time,
            outcome: Outcome::Waiting,
            attempts: 0,
            tries: 0,
            since: now,
            last_attempt_at: None,
            next_attempt_at: None,
            status: None,
            cause: None,
            excerpt: None,
            millis: None,
            event: Some(event.text()),
            customer: event.person(),
        }
    }

    /// After an attempt; `chance` (0 to 1) spreads the next one.
    #[must_use]
    pub fn tried(&self, answer: &Answer, now: Time, chance: f64) -> Self {
        let mut next = Self {
            attempts: self.attempts.saturating_add(1),
            tries: self.tries.saturating_add(1),
            last_attempt_at: Some(now),
            next_attempt_at: None,
            status: answer.status,
            cause: answer.cause.clone(),
            // What is forgotten is not kept in what a receiver repeats of it either.
            excerpt: answer.excerpt.as_deref().filter(|_| self.event.is_some()).map(shown).filter(|text| !text.is_empty()),
            millis: Some(answer.millis),
            ..self.clone()
        };
        (next.outcome, next.next_attempt_at) = if answer.is_good() {
            (Outcome::Delivered, None)
        } else {
            match pause(next.tries, chance) {
                Some(pause) if now < self.since.plus(TRIED_FOR + HOUR) => {
                    let wait = pause.max(answer.retry_after.unwrap_or_default().min(MAX_ASKED));
                    (Outcome::Waiting, Some(now.plus(i64::from(wait) * SECOND)))
                }
                _ => (Outcome::Failed, None),
            }
        };
        next
    }

    /// This, left alone until then, since its receiver rests.
    #[must_use]
    pub fn put_off(&self, until: Time) -> Self {
        Self { next_attempt_at: Some(until), ..self.clone() }
    }

    /// This, given up with its webhook.
    #[must_use]
    pub fn dropped(&self) -> Self {
        Self { outcome: Outcome::Dropped, next_attempt_at: None, ..self.clone() }
    }

    /// This, to be sent once more, now.
    #[must_use]
    pub fn resent(&self, now: Time) -> Self {
        Self { outcome: Outcome::Waiting, tries: 0, since: now, next_attempt_at: Some(now), ..self.clone() }
    }

    /// Until when the log keeps it.
    #[must_use]
    pub fn kept_until(&self) -> Time {
        self.id.time().plus(KEPT)
    }
}

/// Seconds before the next try after `tries`, up to a tenth more or less; `None` when it has been tried for a day.
#[must_use]
pub fn pause(tries: u32, chance: f64) -> Option<u32> {
    let pause = f64::from(*PAUSES.get(tries.checked_sub(1)? as usize)?);
    Some((pause * (0.9 + 0.2 * chance.clamp(0.0, 1.0))) as u32)
}

/// The beginning of an answer, on one line.
fn shown(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(EXCERPT);
    plain.collect::<String>().trim().to_owned()
}

/// The webhooks queue's messages. Each may be delivered twice, late, or again after a crash half-way.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// An event and whom it is for: the event's JSON with a member `webhook`, so that whoever looks at the queue sees an event.
    First { webhook: WebhookId, event: Box<DomainEvent> },
    /// What the log has is due again.
    Again(Again),
}

/// A further attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename = "redeliver.v1", rename_all = "camelCase")]
pub struct Again {
    pub webhook: WebhookId,
    pub delivery: DeliveryId,
    /// How many attempts there were before; once there are more, this has been done.
    pub attempts: u32,
    pub due: Time,
}

#[derive(Serialize, Deserialize)]
struct Addressed {
    #[serde(flatten)]
    event: DomainEvent,
    webhook: WebhookId,
}

impl Task {
    /// The body of the queue message.
    #[must_use]
    pub fn body(&self) -> String {
        // Nothing but texts, numbers and JSON: this cannot fail.
        match self {
            Self::First { webhook, event } => {
                serde_json::to_string(&Addressed { event: (**event).clone(), webhook: *webhook }).unwrap_or_default()
            }
            Self::Again(again) => serde_json::to_string(again).unwrap_or_default(),
        }
    }

    /// Reads the body of a queue message.
    ///
    /// # Errors
    /// Says what cannot be understood.
    pub fn parse(body: &str) -> Result<Self, String> {
        if let Ok(again) = serde_json::from_str(body) {
            return Ok(Self::Again(again));
        }
        let Addressed { event, webhook } = serde_json::from_str(body).map_err(|error| error.to_string())?;
        Ok(Self::First { webhook, event: Box::new(event) })
    }

    /// For whom it is.
    #[must_use]
    pub const fn webhook(&self) -> WebhookId {
        match self {
            Self::First { webhook, .. } => *webhook,
            Self::Again(again) => again.webhook,
        }
    }

    /// Which delivery it is about.
    #[must_use]
    pub fn delivery(&self) -> DeliveryId {
        match self {
            Self::First { webhook, event } => DeliveryId::of(*webhook, event.id, event.time),
            Self::Again(again) => again.delivery,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain_event::data;

    const NOW: Time = Time::from_micros(1_800_000_000_123_456);
    const WEBHOOK: WebhookId = WebhookId::from_bytes([7; 16]);

    fn event() -> DomainEvent {
        let id = CustomerId::from_bytes([1; 16]).to_string();
        let data = data::CustomerErased { customer_id: id.clone(), identities: vec![id.clone()] };
        DomainEvent::new(EventType::CustomerErased, &["a"], "/crm/dev", format!("customers/{id}"), NOW, &data)
    }

    fn answered(status: u16) -> Answer {
        Answer { status: Some(status), excerpt: Some("no\n<b>".to_owned()), millis: 12, ..Answer::default() }
    }

    #[test]
    fn a_delivery_is_tried_for_about_a_day() {
        for chance in [0.0, 0.5, 1.0] {
            let waits: Vec<u32> = (1..).map_while(|tries| pause(tries, chance)).collect();
            let all: u32 = waits.iter().sum();
            assert!((77_000..=96_000).contains(&all), "{all}");
            assert!(waits[0] >= 9);
        }
        assert_eq!(PAUSES.iter().sum::<u32>(), 86_400);
        let (mut now, mut delivery) = (NOW, Delivery::of(WEBHOOK, &event(), NOW));
        while delivery.outcome == Outcome::Waiting {
            delivery = delivery.tried(&answered(500), now, 0.5);
            now = delivery.next_attempt_at.unwrap_or(now);
        }
        assert_eq!((delivery.outcome, delivery.attempts, delivery.next_attempt_at), (Outcome::Failed, 11, None));
        let day = now.micros() - NOW.micros();
        assert!((DAY - 20 * SECOND..DAY + SECOND).contains(&day), "{day}");
        let resent = delivery.resent(now.plus(DAY));
        assert_eq!((resent.outcome, resent.attempts, resent.tries), (Outcome::Waiting, 11, 0));
        let taken = resent.tried(&answered(204), now.plus(DAY), 0.5);
        assert_eq!((taken.outcome, taken.attempts, taken.status), (Outcome::Delivered, 12, Some(204)));
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_within_reason() {
        let delivery = Delivery::of(WEBHOOK, &event(), NOW);
        let wait = |seconds| {
            let answer = Answer { retry_after: Some(seconds), ..answered(503) };
            let next = delivery.tried(&answer, NOW, 0.5).next_attempt_at.unwrap();
            (next.micros() - NOW.micros()) / SECOND
        };
        assert_eq!((wait(1), wait(120), wait(u32::MAX)), (10, 120, 6 * 3_600));
        assert_eq!(delivery.tried(&answered(503), NOW, 0.5).excerpt.as_deref(), Some("no <b>"));
    }

    #[test]
    fn its_id_follows_from_webhook_and_event_and_says_when() {
        let id = DeliveryId::of(WEBHOOK, event().id, NOW);
        assert_eq!(id, Delivery::of(WEBHOOK, &event(), NOW.plus(5)).id);
        assert_eq!(id.time(), Time::from_micros(1_800_000_000_123_000));
        assert!(id != DeliveryId::of(WebhookId::from_bytes([8; 16]), event().id, NOW));
        assert!(id < DeliveryId::of(WEBHOOK, event().id, NOW.plus(SECOND)));
        assert_eq!(id.to_string().as_bytes()[14], b'8');
    }

    #[test]
    fn messages_are_read_as_they_are_written() {
        let first = Task::First { webhook: WEBHOOK, event: Box::new(event()) };
        let again = Task::Again(Again { webhook: WEBHOOK, delivery: first.delivery(), attempts: 3, due: NOW });
        for task in [&first, &again] {
            assert_eq!(Task::parse(&task.body()).as_ref(), Ok(task));
            assert_eq!((task.webhook(), task.delivery()), (WEBHOOK, first.delivery()));
        }
        assert!(first.body().contains(r#""type":"crm.customer.erased.v1""#) && again.body().contains("redeliver.v1"));
        assert!(Task::parse("{}").is_err() && Task::parse("").is_err());
    }
}

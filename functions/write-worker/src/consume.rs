//! From queue messages to commands and back to an answer: every message, and every event in it, by itself.
//!
//! A message may come again after any step, so each step may be repeated: events and receipts are idempotent, the mark of
//! an import's part is a set, and what is hopeless is set aside last, when the rest of its message is done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::dead_letter;
use crm_domain::did;
use crm_domain::error::chain;
use crm_domain::event::{Command, Event};
use crm_domain::ids::ImportId;
use crm_domain::json::Json;
use crm_domain::ledger::Outcome;
use crm_domain::message::Receipt;
use crm_domain::money::Currency;
use crm_domain::names;
use crm_domain::ports::{ApplyEvents, Enqueue, KeepNames, KeepSuppressions, MeterUsage, Postpone, QueueName, ReadMessages};
use crm_domain::ses;
use crm_domain::telemetry::MOST_VALUES;
use crm_domain::time::Time;
use crm_lambda::batch::{Failed, Incoming, give_back};

use crate::apply::{TIME, Unapplied, apply};
use crate::receipts;

/// How long a batch waits for its names to be noted. As a rule all of them are known, and nobody is asked.
const NAMING: Duration = Duration::from_secs(5);

/// The consumer of the write queues.
pub struct Worker<S, Q> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub currency: Currency,
}

/// An event, and the message (by index) that brought it.
struct Carried {
    message: usize,
    event: Event,
}

/// A part of a message that nothing can be done with.
struct Hopeless {
    message: usize,
    body: String,
    reason: String,
}

impl<S: ApplyEvents + KeepNames + KeepSuppressions + MeterUsage + ReadMessages, Q: Enqueue + Postpone> Worker<S, Q> {
    /// Consumes a batch; returns the ids of the messages that must come again.
    pub async fn consume(&self, messages: Vec<Incoming>) -> Vec<String> {
        self.consume_until(messages, Instant::now() + TIME).await
    }

    /// The same; what cannot be begun before the `deadline` comes again.
    pub async fn consume_until(&self, messages: Vec<Incoming>, deadline: Instant) -> Vec<String> {
        let now = Time::now();
        let (mut events, mut receipts, mut hopeless) = (Vec::new(), Vec::new(), Vec::new());
        for (index, message) in messages.iter().enumerate() {
            for parsed in parse(message, &self.currency, now) {
                match parsed {
                    Ok(Said::Event(Event { command: Command::RecordReceipt(receipt), .. }) | Said::Receipt(receipt)) => {
                        receipts.push((index, receipt));
                    }
                    Ok(Said::Event(event)) => events.push(Carried { message: index, event }),
                    Ok(Said::Nothing) => {}
                    Err((body, reason)) => hopeless.push(Hopeless { message: index, body, reason }),
                }
            }
        }
        let mut failed = self.apply_events(&events, deadline).await;
        failed.extend(self.apply_receipts(messages.len(), receipts, &mut hopeless).await);
        for (index, message) in messages.iter().enumerate() {
            if !failed.contains_key(&index)
                && let Err(cause) = self.finish(message, hopeless.iter().filter(|part| part.message == index)).await
            {
                failed.insert(index, Unapplied { cause, may_succeed: true });
            }
        }
        let done = messages
            .iter()
            .enumerate()
            .filter(|(index, message)| message.queue != QueueName::Receipts && !failed.contains_key(index));
        for sent_at in done.filter_map(|(_, message)| message.sent_at).take(MOST_VALUES) {
            did!(writes.lag = (Time::now().micros() - sent_at.micros()).max(0) / 1_000);
        }
        let failed = failed.into_iter().filter_map(|(index, Unapplied { cause, may_succeed })| {
            messages.get(index).map(|message| Failed { message, cause, may_succeed })
        });
        give_back(&*self.queue, failed.collect()).await
    }

    async fn apply_events(&self, carried: &[Carried], deadline: Instant) -> BTreeMap<usize, Unapplied> {
        let events: Vec<&Event> = carried.iter().map(|carried| &carried.event).collect();
        let mut failed = BTreeMap::new();
        let mut counts = BTreeMap::<Outcome, u64>::new();
        let mut kept: Vec<&Command> = Vec::with_capacity(events.len());
        for (carried, outcome) in carried.iter().zip(apply(&*self.store, &events, deadline).await) {
            match outcome {
                Ok(outcome) => {
                    *counts.entry(outcome).or_default() += 1;
                    // Of duplicates too: who applied them may have died before this. What is forgotten says nothing.
                    if outcome != Outcome::Forgotten {
                        kept.push(&carried.event.command);
                    }
                }
                Err(why) => {
                    failed.insert(carried.message, why);
                }
            }
        }
        if !events.is_empty() {
            let count = |outcome| counts.get(&outcome).copied().unwrap_or_default();
            did!(
                writes.applied = count(Outcome::Applied),
                writes.duplicate = count(Outcome::Duplicate),
                writes.conflict = count(Outcome::Conflict),
                writes.forgotten = count(Outcome::Forgotten),
                writes.rejected = count(Outcome::Conflict) + count(Outcome::Forgotten),
            );
        }
        self.note_names(kept).await;
        failed
    }

    /// Notes what things are called. The events are applied: a name that is not noted comes again with whoever uses it next.
    async fn note_names(&self, applied: Vec<&Command>) {
        let names = names::brought_by(applied);
        match tokio::time::timeout(NAMING, self.store.note_names(&names, Time::now())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(cause = %chain(&error), "names were not noted"),
            Err(_) => tracing::warn!("names were not noted in time"),
        }
    }

    async fn apply_receipts(
        &self,
        batch: usize,
        carried: Vec<(usize, Receipt)>,
        hopeless: &mut Vec<Hopeless>,
    ) -> BTreeMap<usize, Unapplied> {
        let applied = Box::pin(receipts::apply(&*self.store, batch, carried)).await;
        hopeless.extend(applied.unknown.into_iter().map(|(message, receipt)| {
            let body = serde_json::json!({
                "messageId": receipt.message.to_string(), "status": receipt.report, "at": receipt.at, "reason": receipt.reason,
                "bounceType": receipt.bounce, "machine": receipt.machine,
            });
            Hopeless { message, body: body.to_string(), reason: "messageId: there is no such message".to_owned() }
        }));
        applied.failed
    }

    /// The last steps of a message whose events are all applied; says why it must come again.
    async fn finish(&self, message: &Incoming, hopeless: impl Iterator<Item = &Hopeless>) -> Result<(), String> {
        for part in hopeless {
            let origin = message.correlation_id();
            tracing::warn!(queue = message.queue.as_str(), reason_length = part.reason.len(), origin, "set aside");
            // The rest of its message is done: of what the message carried, only who asked for it is this part's.
            let asked = message.attributes.iter().find(|(name, _)| name == dead_letter::REQUEST).cloned();
            let letter =
                dead_letter::set_aside(message.queue, part.body.clone(), &part.reason, message.receives, asked.as_slice());
            if let Err(error) = self.queue.bury(message.queue, letter).await {
                tracing::warn!(cause = %chain(&error), "the dead-letter queue does not answer");
                return Err(chain(&error));
            }
            if message.queue == QueueName::Receipts {
                did!(receipts.rejected = 1);
            } else {
                did!(writes.unreadable = 1, writes.rejected = 1);
            }
        }
        let import = message.attribute("import-id").and_then(ImportId::parse);
        let part = message.attribute("import-part").and_then(|part| part.parse().ok());
        if let (Some(import), Some(part)) = (import, part)
            && let Err(error) = self.store.import_part_applied(import, part).await
        {
            tracing::warn!(cause = %chain(&error), "an import's progress was not recorded");
            return Err(chain(&error));
        }
        Ok(())
    }
}

/// What a part of a message says.
enum Said {
    Event(Event),
    /// A provider's event in its own words.
    Receipt(Receipt),
    /// Something that is understood, and changes nothing.
    Nothing,
}

/// The events of one message; for what cannot be understood, its text and the reason.
fn parse(message: &Incoming, currency: &Currency, now: Time) -> Vec<Result<Said, (String, String)>> {
    let (queue, body) = (message.queue, &message.body);
    match Json::parse(body.as_bytes()) {
        Err(_) if queue == QueueName::Receipts && ses::is_greeting(body) => vec![Ok(Said::Nothing)],
        Err(error) => vec![Err((body.to_owned(), format!("malformed JSON: {error}")))],
        Ok(Json::List(items)) if items.is_empty() => vec![Err((body.to_owned(), "the list of events is empty".to_owned()))],
        Ok(Json::List(items)) => items.iter().map(|item| parse_one(queue, item, currency, now)).collect(),
        Ok(item) => vec![parse_one(queue, &item, currency, now)],
    }
}

fn parse_one(queue: QueueName, item: &Json, currency: &Currency, now: Time) -> Result<Said, (String, String)> {
    // Events of SES come to this queue by way of SNS, whose subscription hands them on as they are.
    let said = if queue == QueueName::Receipts && ses::is_event(item) {
        ses::receipt(item).map(|receipt| receipt.map_or(Said::Nothing, Said::Receipt))
    } else {
        Event::parse(item, currency, now).map(Said::Event)
    };
    said.map_err(|faults| (item.to_string(), faults.to_string()))
}

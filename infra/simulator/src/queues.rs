//! The queues: visibility, receive counts, delays and dead letters as SQS has them, and its freedom to repeat and reorder.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crm_domain::ports::QueueName;
use serde_json::{Map, Value, json};

use crate::faults::{Fault, Faults};
use crate::tables::{Answer, refusal};
use crate::template::{QueueTerms, template};
use crate::weakness::Weakness;
use crate::world;

/// All queues of the template.
pub struct Queues {
    by_id: BTreeMap<String, Queue>,
    /// Bodies of all messages that were ever sent to a queue of writes.
    brought: BTreeSet<(QueueName, String)>,
    numbered: u64,
    weakness: Option<Weakness>,
}

struct Queue {
    terms: QueueTerms,
    messages: BTreeMap<u64, Held>,
}

/// A message that lies in a queue.
struct Held {
    /// The message of which it is a copy keeps its id.
    id: u64,
    body: String,
    attributes: Map<String, Value>,
    sent_at: Duration,
    visible_at: Duration,
    receives: u32,
}

/// A message as a consumer gets it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The queue's name of it.
    pub id: String,
    /// Of this delivery.
    pub handle: String,
    pub body: String,
    /// As they were sent: `{NAME: {DataType, StringValue}}`.
    pub attributes: Map<String, Value>,
    pub receives: u32,
    pub sent_at: Duration,
}

impl Queues {
    /// Empty ones.
    #[must_use]
    pub fn new(weakness: Option<Weakness>) -> Self {
        let queue = |terms: &QueueTerms| Queue { terms: terms.clone(), messages: BTreeMap::new() };
        let by_id = template().queues.iter().map(|(id, terms)| (id.clone(), queue(terms))).collect();
        Self { by_id, brought: BTreeSet::new(), numbered: 0, weakness }
    }

    /// Does what `operation` says.
    pub fn serve(&mut self, operation: &str, body: &Value, faults: &mut Faults) -> Answer {
        let id = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default().to_owned();
        if !self.by_id.contains_key(&id) {
            return refusal("QueueDoesNotExist", &id);
        }
        let seconds = |entry: &Value, name: &str| entry[name].as_u64().unwrap_or_default();
        match operation {
            "SendMessageBatch" => {
                let (mut sent, mut failed) = (Vec::new(), Vec::new());
                for (place, entry) in body["Entries"].as_array().into_iter().flatten().enumerate() {
                    let refused = faults.strike(Fault::EntryRefused);
                    if refused && self.weakness != Some(Weakness::RefusedEntriesAreCalledSent) {
                        failed.push(json!({"Id": entry["Id"], "SenderFault": false, "Code": "InternalError"}));
                        continue;
                    }
                    sent.push(json!({"Id": entry["Id"], "MessageId": entry["Id"], "MD5OfMessageBody": ""}));
                    let is_cut = match self.weakness {
                        Some(Weakness::BulksAreCut) => place > 0,
                        Some(Weakness::TracesAreForgotten) => id == "ErasuresQueue",
                        _ => false,
                    };
                    if !refused && !is_cut {
                        self.send(&id, entry, faults);
                    }
                }
                (200, json!({"Successful": sent, "Failed": failed}))
            }
            "ChangeMessageVisibilityBatch" => {
                let mut done = Vec::new();
                for entry in body["Entries"].as_array().into_iter().flatten() {
                    self.hide(&id, entry["ReceiptHandle"].as_str(), seconds(entry, "VisibilityTimeout"));
                    done.push(json!({"Id": entry["Id"]}));
                }
                (200, json!({"Successful": done, "Failed": []}))
            }
            "ChangeMessageVisibility" => {
                self.hide(&id, body["ReceiptHandle"].as_str(), seconds(body, "VisibilityTimeout"));
                (200, json!({}))
            }
            "DeleteMessage" => {
                self.delete(&id, body["ReceiptHandle"].as_str().unwrap_or_default());
                (200, json!({}))
            }
            "ReceiveMessage" => {
                let most = body["MaxNumberOfMessages"].as_u64().unwrap_or(1) as usize;
                let messages = self.receive(&id, most, body["VisibilityTimeout"].as_u64(), faults);
                (200, json!({"Messages": messages.iter().map(Received::json).collect::<Vec<_>>()}))
            }
            "GetQueueAttributes" => {
                let now = world::elapsed();
                let count = |out_of_sight: bool| {
                    self.by_id[&id].messages.values().filter(|held| (held.visible_at > now) == out_of_sight).count()
                };
                (
                    200,
                    json!({"Attributes": {
                        "ApproximateNumberOfMessages": count(false).to_string(),
                        "ApproximateNumberOfMessagesNotVisible": count(true).to_string(),
                        "ApproximateNumberOfMessagesDelayed": "0",
                    }}),
                )
            }
            _ => refusal("UnsupportedOperation", operation),
        }
    }

    /// Puts a message of somebody who is no process of ours on a queue, out of sight for some seconds.
    pub fn tell(&mut self, queue: &str, body: &str, delay: u64, faults: &mut Faults) {
        self.send(queue, &json!({"MessageBody": body, "DelaySeconds": delay}), faults);
    }

    fn send(&mut self, queue: &str, entry: &Value, faults: &mut Faults) {
        let delay = entry["DelaySeconds"].as_u64().unwrap_or_default();
        if let (Some(writes), Some(body)) = (writes(queue), entry["MessageBody"].as_str()) {
            self.brought.insert((writes, body.to_owned()));
        }
        let late = if faults.strike(Fault::Delayed) { faults.below(120_000) } else { 0 };
        if self.weakness == Some(Weakness::MessagesAreLost) && self.numbered % 7 == 6 {
            self.numbered += 1;
            return;
        }
        let now = world::elapsed();
        let held = Held {
            id: self.numbered,
            body: entry["MessageBody"].as_str().unwrap_or_default().to_owned(),
            attributes: entry["MessageAttributes"].as_object().cloned().unwrap_or_default(),
            sent_at: now,
            visible_at: now + Duration::from_secs(delay) + Duration::from_millis(late),
            receives: 0,
        };
        self.put(queue, held);
    }

    fn put(&mut self, queue: &str, held: Held) {
        let number = self.numbered;
        self.numbered += 1;
        if let Some(queue) = self.by_id.get_mut(queue) {
            queue.messages.insert(number, held);
        }
    }

    /// Hands out up to `most` messages.
    pub fn receive(&mut self, queue: &str, most: usize, visibility: Option<u64>, faults: &mut Faults) -> Vec<Received> {
        let now = world::elapsed();
        let Some(Queue { terms, messages }) = self.by_id.get_mut(queue) else { return Vec::new() };
        let mut visible: Vec<u64> = messages.iter().filter(|(_, held)| held.visible_at <= now).map(|(at, _)| *at).collect();
        visible.sort_by_key(|at| (messages[at].visible_at, *at));
        if faults.strike(Fault::Reordered) {
            for place in (1..visible.len()).rev() {
                visible.swap(place, faults.below(place as u64 + 1) as usize);
            }
            let fewer = 1 + faults.below(visible.len() as u64) as usize;
            visible.truncate(fewer);
        }
        visible.truncate(most);
        let briefly = self.weakness == Some(Weakness::HiddenBriefly) && visibility.is_none();
        let out_of_sight = Duration::from_secs(if briefly { 3 } else { visibility.unwrap_or(terms.visibility) });
        let (mut received, mut copies, mut moved) = (Vec::new(), Vec::new(), Vec::new());
        for at in visible {
            let Some(held) = messages.get_mut(&at) else { continue };
            held.receives += 1;
            if let Some((dead, _)) = terms.dead.as_ref().filter(|(_, most)| held.receives > *most) {
                moved.push((dead.clone(), at));
                continue;
            }
            held.visible_at = now + out_of_sight;
            received.push(Received {
                id: format!("m{}", held.id),
                handle: format!("{at}#{}", held.receives),
                body: held.body.clone(),
                attributes: held.attributes.clone(),
                receives: held.receives,
                sent_at: held.sent_at,
            });
            if faults.strike(Fault::Repeated) {
                copies.push(Held {
                    id: held.id,
                    body: held.body.clone(),
                    attributes: held.attributes.clone(),
                    sent_at: held.sent_at,
                    visible_at: now + Duration::from_millis(faults.below(60_000)),
                    receives: held.receives,
                });
            }
        }
        for (dead, at) in moved {
            if let Some(held) = self.by_id.get_mut(queue).and_then(|queue| queue.messages.remove(&at)) {
                self.put(&dead, Held { receives: 0, visible_at: now, ..held });
            }
        }
        for copy in copies {
            self.put(queue, copy);
        }
        received
    }

    /// A delivery is done.
    pub fn delete(&mut self, queue: &str, handle: &str) {
        if let (Some(queue), Some(at)) = (self.by_id.get_mut(queue), place(handle)) {
            queue.messages.remove(&at);
        }
    }

    fn hide(&mut self, queue: &str, handle: Option<&str>, seconds: u64) {
        let at = handle.and_then(place);
        if let Some(held) = self.by_id.get_mut(queue).zip(at).and_then(|(queue, at)| queue.messages.get_mut(&at)) {
            held.visible_at = world::elapsed() + Duration::from_secs(seconds);
        }
    }

    /// When the first message of a queue can be received.
    #[must_use]
    pub fn next_at(&self, queue: &str) -> Option<Duration> {
        self.by_id.get(queue)?.messages.values().map(|held| held.visible_at).min()
    }

    /// The bodies of all messages that were ever sent to a queue of writes, whatever has become of them.
    pub fn brought(&self) -> impl Iterator<Item = (QueueName, &str)> {
        self.brought.iter().map(|(queue, body)| (*queue, body.as_str()))
    }

    /// The bodies of all messages of a queue, whoever has them.
    pub fn bodies(&self, queue: &str) -> impl Iterator<Item = &str> {
        self.by_id.get(queue).into_iter().flat_map(|queue| queue.messages.values()).map(|held| held.body.as_str())
    }
}

impl Received {
    fn json(&self) -> Value {
        json!({
            "MessageId": self.id, "ReceiptHandle": self.handle, "Body": self.body, "MessageAttributes": self.attributes,
            "Attributes": {"SentTimestamp": self.sent_millis(), "ApproximateReceiveCount": self.receives.to_string()},
        })
    }

    /// As a record of the event that a function is called with.
    #[must_use]
    pub fn record(&self, queue: &str) -> Value {
        let name = &template().queues[queue].name;
        let attribute =
            |(name, value): (&String, &Value)| (name.clone(), json!({"dataType": "String", "stringValue": value["StringValue"]}));
        json!({
            "messageId": self.id, "receiptHandle": self.handle, "body": self.body,
            "attributes": {"SentTimestamp": self.sent_millis(), "ApproximateReceiveCount": self.receives.to_string()},
            "messageAttributes": self.attributes.iter().map(attribute).collect::<Map<_, _>>(),
            "eventSource": "aws:sqs", "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:crm-{name}"),
        })
    }

    fn sent_millis(&self) -> String {
        (world::BEGIN.micros() / 1_000 + self.sent_at.as_millis() as i64).to_string()
    }
}

/// Which queue of writes has this logical id.
fn writes(queue: &str) -> Option<QueueName> {
    match queue {
        "CustomersQueue" => Some(QueueName::Customers),
        "OrdersQueue" => Some(QueueName::Orders),
        "ActivitiesQueue" => Some(QueueName::Activities),
        _ => None,
    }
}

fn place(handle: &str) -> Option<u64> {
    handle.split('#').next()?.parse().ok()
}

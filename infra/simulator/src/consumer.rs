//! Functions that queues call: batches of messages, partial answers, and what becomes of a batch whose process died.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use crm_lambda::batch::{Incoming, incoming};
use serde_json::{Value, json};
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::cloud::{Cloud, Process};
use crate::faults::Fault;
use crate::fleet::Fleet;
use crate::queues::Received;
use crate::template::template;
use crate::weakness::Weakness;
use crate::workload::stamp;
use crate::world;

/// What takes batches of messages.
pub trait Takes: 'static {
    /// Takes a batch; gives the ids of the messages that must come again.
    fn take(&self, messages: Vec<Incoming>) -> impl Future<Output = Vec<String>>;
}

/// A function that queues call.
pub struct Consumer<W> {
    cloud: Arc<Cloud>,
    name: &'static str,
    fleet: Fleet<Environment<W>>,
    /// As which an event came first, where that matters.
    arrivals: RefCell<BTreeMap<String, usize>>,
}

/// What `main` puts together, and what somebody might think of keeping beside it.
struct Environment<W> {
    worker: W,
    begun: RefCell<BTreeSet<String>>,
}

impl<W: Takes> Consumer<W> {
    /// The function of this logical id, put together by `make`; called by `queues`.
    pub fn start(
        cloud: &Arc<Cloud>,
        name: &'static str,
        queues: &[&'static str],
        make: impl Fn(&SdkConfig, &Arc<Process>) -> W + 'static,
    ) {
        let make = move |config: &SdkConfig, process: &Arc<Process>| Environment {
            worker: make(config, process),
            begun: RefCell::default(),
        };
        let fleet = Fleet::new(cloud, name, make);
        let consumer = Rc::new(Self { cloud: cloud.clone(), name, fleet, arrivals: RefCell::default() });
        for queue in queues {
            cloud.state().consumed.insert(queue);
            spawn_local(consumer.clone().consume(queue));
        }
    }

    /// Hands out messages of a queue for ever.
    async fn consume(self: Rc<Self>, queue: &'static str) {
        loop {
            let next = self.cloud.state().queues.next_at(queue);
            let now = world::elapsed();
            match next {
                None => self.cloud.stirred.notified().await,
                Some(at) if at > now => {
                    tokio::select! {
                        biased;
                        () = sleep(at.saturating_sub(now)) => {}
                        () = self.cloud.stirred.notified() => {}
                    }
                }
                Some(_) => {
                    let pause = self.cloud.state().faults.below(1_500);
                    sleep(Duration::from_millis(pause)).await;
                    self.fleet.room().await;
                    let batch = {
                        let state = &mut *self.cloud.state();
                        state.queues.receive(queue, template().queues[queue].batch, None, &mut state.faults)
                    };
                    if !batch.is_empty() {
                        spawn_local(self.clone().apply(queue, batch));
                    }
                }
            }
        }
    }

    async fn apply(self: Rc<Self>, queue: &'static str, batch: Vec<Received>) {
        let records: Vec<Value> = batch.iter().map(|message| message.record(queue)).collect();
        let event = json!({"Records": records});
        let weakness = self.cloud.state().weakness;
        self.cloud.state().note(self.name, &event, None);
        let messages = incoming(serde_json::from_value(event).unwrap_or_default());
        let consumer = self.clone();
        let outcome = self.fleet.invoke(|environment| async move {
            let messages = match weakness {
                Some(Weakness::StampedOnArrival) => consumer.stamped(messages),
                Some(Weakness::BegunIsCalledDone) => environment.unbegun(messages),
                _ => messages,
            };
            let failed = environment.worker.take(messages).await;
            environment.begun.borrow_mut().retain(|id| !failed.contains(id));
            failed
        });
        let outcome = outcome.await;
        let state = &mut *self.cloud.state();
        let failed = match outcome {
            None if weakness == Some(Weakness::CrashesAreAcknowledged) => Vec::new(),
            // Whatever it was doing comes again when its visibility ends.
            None => return state.note(&format!("{} died", self.name), &Value::Null, None),
            Some(_) if weakness == Some(Weakness::FailuresAreAcknowledged) => Vec::new(),
            Some(failed) => failed,
        };
        state.note(&format!("{} is done", self.name), &json!({"failed": failed}), None);
        for message in batch.iter().filter(|message| !failed.contains(&message.id)) {
            if !state.faults.strike(Fault::AcknowledgementLost) {
                state.queues.delete(queue, &message.handle);
            }
        }
    }

    /// Messages whose events are said to be of when they came, by the clock of whoever has them.
    fn stamped(&self, mut messages: Vec<Incoming>) -> Vec<Incoming> {
        for message in &mut messages {
            let Ok(Value::Array(mut events)) = serde_json::from_str(&message.body) else { continue };
            for event in &mut events {
                let id = event["id"].to_string();
                let mut arrivals = self.arrivals.borrow_mut();
                let number = arrivals.len();
                let number = *arrivals.entry(id).or_insert(number);
                let wrong_by = crm_domain::world::micros() - world::now().micros();
                event["time"] = json!(stamp(number).plus(wrong_by).to_string());
            }
            message.body = Value::Array(events).to_string();
        }
        messages
    }
}

impl<W> Environment<W> {
    /// Those messages that this environment has not begun with before.
    fn unbegun(&self, messages: Vec<Incoming>) -> Vec<Incoming> {
        messages.into_iter().filter(|message| self.begun.borrow_mut().insert(message.id.clone())).collect()
    }
}

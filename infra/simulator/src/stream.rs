//! The stream of the customers as Lambda hands it out: in order for each key, again until it is done, in halves where it
//! fails, and given up after so many tries.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use crm_domain::ids::CustomerId;
use crm_lambda::stream::changed;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::cloud::{Cloud, State};
use crate::faults::Fault;
use crate::fleet::Fleet;
use crate::template::template;
use crate::weakness::Weakness;

/// Logical id of the function that follows the stream.
const NAME: &str = "SegmentStreamFunction";

/// What takes changes of customers.
pub trait Follows: 'static {
    /// Takes a batch; false when it must come again.
    fn follow(&self, customers: Vec<CustomerId>) -> impl Future<Output = bool>;
}

/// The function that follows the stream.
pub struct Follower<W> {
    cloud: Arc<Cloud>,
    fleet: Fleet<W>,
    lanes: RefCell<Vec<Lane>>,
}

/// Records of some keys.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<Value>,
    is_at_work: bool,
}

impl<W: Follows> Follower<W> {
    /// Follows the stream from its beginning.
    pub fn start(cloud: &Arc<Cloud>, make: impl Fn(&SdkConfig) -> W + 'static) {
        let lanes = (0..template().stream.lanes).map(|_| Lane::default()).collect();
        let follower = Self {
            cloud: cloud.clone(),
            fleet: Fleet::new(cloud, NAME, move |config, _| make(config)),
            lanes: RefCell::new(lanes),
        };
        spawn_local(Rc::new(follower).read());
    }

    /// Reads the stream for ever.
    async fn read(self: Rc<Self>) {
        loop {
            let records = self.cloud.state().tables.next_records();
            if records.is_empty() {
                self.cloud.stirred.notified().await;
            }
            for record in records {
                let mut lanes = self.lanes.borrow_mut();
                let number = lane_of(&record, lanes.len());
                let Some(lane) = lanes.get_mut(number) else { continue };
                lane.waiting.push_back(record);
                if !lane.is_at_work {
                    lane.is_at_work = true;
                    self.cloud.state().running += 1;
                    spawn_local(self.clone().work_off(number));
                }
            }
        }
    }

    async fn work_off(self: Rc<Self>, number: usize) {
        loop {
            let (late, most) = {
                let faults = &mut self.cloud.state().faults;
                let late = if faults.strike(Fault::Delayed) { faults.below(90_000) } else { faults.below(1_000) };
                (late, 1 + faults.below(template().stream.batch.min(8) as u64) as usize)
            };
            sleep(Duration::from_millis(late)).await;
            let batch: Vec<Value> = {
                let mut lanes = self.lanes.borrow_mut();
                let waiting = &mut lanes[number].waiting;
                let most = most.min(waiting.len());
                waiting.drain(..most).collect()
            };
            if batch.is_empty() {
                self.lanes.borrow_mut()[number].is_at_work = false;
                self.cloud.state().running -= 1;
                return;
            }
            self.see_to(batch).await;
        }
    }

    /// Has a batch done, or gives it up.
    async fn see_to(&self, batch: Vec<Value>) {
        let terms = &template().stream;
        let mut open = vec![(batch, 0)];
        while let Some((records, tries)) = open.pop() {
            if self.is_done_with(&records).await {
                // That it is done is told by the next one; until then it may come again.
                if self.cloud.state().faults.strike(Fault::AcknowledgementLost) {
                    open.push((records, tries));
                }
                continue;
            }
            let pause = self.cloud.state().faults.below(2_000 << tries);
            sleep(Duration::from_millis(pause)).await;
            if terms.bisects && records.len() > 1 {
                // Halves are no tries.
                let mut first = records;
                let second = first.split_off(first.len() / 2);
                open.extend([(second, tries), (first, tries)]);
            } else if tries < terms.retries {
                open.push((records, tries + 1));
            } else {
                self.give_up(&records);
            }
        }
    }

    async fn is_done_with(&self, records: &[Value]) -> bool {
        let event = json!({"Records": records});
        self.cloud.state().note(NAME, &event, None);
        let Ok(event) = serde_json::from_value(event) else { return false };
        let customers = changed(event);
        let outcome = self.fleet.invoke(|function| async move { function.follow(customers).await }).await;
        let is_done = outcome.unwrap_or(false);
        self.cloud.state().note("the stream's batch", &json!({"done": is_done}), None);
        is_done
    }

    /// Tells the queue of what nobody could do, as Lambda does: by its place in the stream.
    fn give_up(&self, records: &[Value]) {
        let state = &mut *self.cloud.state();
        let body = json!({"DDBStreamBatchInfo": {"batchSize": records.len(), "shardId": "shardId-0"}});
        state.note("the stream gave up", &body, None);
        if state.weakness != Some(Weakness::GivenUpIsForgotten) {
            let State { queues, faults, .. } = state;
            queues.tell(&template().stream.given_up, &body.to_string(), 0, faults);
        }
        self.cloud.stirred.notify_waiters();
    }
}

fn lane_of(record: &Value, lanes: usize) -> usize {
    let hash = Sha256::digest(record["dynamodb"]["Keys"].to_string());
    usize::from(hash[0]) % lanes.max(1)
}

//! The deployed system: what it runs on, who calls it, and when it is at rest.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use crm_domain::ports::{QueueName, WatchQueues as _};
use crm_domain::time::Time;
use crm_lambda::queue::send_events;
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::Value;
use tokio::time::sleep;

use crate::cloud::{Cloud, Process};
use crate::consumer::Consumer;
use crate::functions::{delivery_worker, erasure_worker, queue, segment_stream, segment_worker, write_worker};
use crate::post::Post;
use crate::schedule::{Schedule, until_the_minute};
use crate::stream::Follower;
use crate::workload::Said;
use crate::world;

/// Something that has not come to rest by then never does: dead letters are given up within two days.
const REST: Duration = Duration::from_hours(6 * 24);
/// Microseconds by which clocks may be wrong where flips are made: the clock looks three minutes back, and of these a minute is for
/// whoever is slow.
const WRONG: i64 = 50_000_000;
/// How often dead letters are put back, and the clock is asked for what it has to wake.
const ROUNDS: usize = 12;

/// The deployed system.
pub struct Crm {
    /// What it runs on.
    pub cloud: Arc<Cloud>,
}

impl Crm {
    /// The path of writes.
    #[must_use]
    pub fn of_writes(cloud: &Arc<Cloud>) -> Self {
        let queues = ["CustomersQueue", "OrdersQueue", "ActivitiesQueue", "ReceiptsQueue"];
        Consumer::start(cloud, "WriteWorkerFunction", &queues, |config, _| write_worker(config));
        Self { cloud: cloud.clone() }
    }

    /// And whoever takes out the traces of those who are erased.
    #[must_use]
    pub fn of_identities(cloud: &Arc<Cloud>) -> Self {
        Consumer::start(cloud, "ErasureWorkerFunction", &["ErasuresQueue"], |config, _| erasure_worker(config));
        Self::of_writes(cloud)
    }

    /// And whoever brings campaigns to their recipients, by a provider that recognises letters or does not.
    #[must_use]
    pub fn of_campaigns(cloud: &Arc<Cloud>, recognises: bool) -> (Self, Rc<Schedule>) {
        let crm = Self::of_writes(cloud);
        cloud.state().wrong = WRONG;
        let outside = cloud.clone();
        Consumer::start(cloud, "DeliveryWorkerFunction", &["DeliveryQueue"], move |config, process| {
            delivery_worker(config, Post { cloud: outside.clone(), process: process.clone(), recognises })
        });
        (crm, Schedule::start(cloud))
    }

    /// And whoever keeps memberships.
    #[must_use]
    pub fn of_memberships(cloud: &Arc<Cloud>) -> (Self, Rc<Schedule>) {
        let crm = Self::of_writes(cloud);
        cloud.state().wrong = WRONG;
        Follower::start(cloud, segment_stream);
        Consumer::start(cloud, "SegmentWorkerFunction", &["SegmentsQueue"], |config, _| segment_worker(config));
        (crm, Schedule::start(cloud))
    }

    /// Puts what is said on the queues, as the API does: what is not known to be there is put there again.
    pub async fn say(&self, said: &[Said], seconds: u64, chance: &mut StdRng) {
        let queue = queue(&self.config());
        let mut rest = said;
        while !rest.is_empty() {
            let (some, others) = rest.split_at(chance.random_range(1..=rest.len().min(6)));
            rest = others;
            let mut by_queue: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for one in some {
                by_queue.entry(one.queue.as_str()).or_default().push(one.text.clone());
            }
            for (name, texts) in by_queue {
                let Some(name) = QueueName::parse(name) else { continue };
                while send_events(&queue, name, texts.clone()).await.is_err() {
                    sleep(Duration::from_millis(chance.random_range(0..5_000))).await;
                }
            }
            sleep(Duration::from_millis(chance.random_range(0..seconds * 1_000))).await;
        }
    }

    /// Waits until nothing is under way any more.
    ///
    /// # Errors
    /// It never is.
    pub async fn rest(&self) -> Result<(), String> {
        while !self.cloud.state().is_at_rest() {
            if world::elapsed() > REST {
                return Err("it does not come to rest".to_owned());
            }
            sleep(Duration::from_secs(5)).await;
        }
        Ok(())
    }

    /// Has dead letters of these queues done after all, as far as that can be.
    ///
    /// # Errors
    /// Nothing comes to rest.
    pub async fn put_back(&self, queues: &[QueueName]) -> Result<(), String> {
        let desk = queue(&self.config());
        for name in queues {
            desk.redrive(*name).await.map_err(|error| error.to_string())?;
        }
        self.rest().await
    }

    /// Waits until nothing is left to do: dead letters of these queues are put back, and the clock wakes what has stopped.
    ///
    /// # Errors
    /// Something is left.
    pub async fn settle(&self, schedule: &Schedule, queues: &[QueueName], is_done: impl AsyncFn() -> bool) -> Result<(), String> {
        self.rest().await?;
        let desk = queue(&self.config());
        for _ in 0..ROUNDS {
            let mut put_back = 0;
            for name in queues {
                put_back += desk.redrive(*name).await.map_err(|error| error.to_string())?;
            }
            // Who is at it counts as lost after a minute.
            sleep(Duration::from_secs(65)).await;
            self.tick(schedule).await?;
            if put_back == 0 && is_done().await {
                return Ok(());
            }
        }
        Err("something is left to be done".to_owned())
    }

    /// A tick at the beginning of the next minute, and what follows from it; when that was.
    ///
    /// # Errors
    /// It was not sound.
    pub async fn tick(&self, schedule: &Schedule) -> Result<Time, String> {
        until_the_minute().await;
        let now = world::now();
        let said = schedule.tick().await.unwrap_or_default();
        self.rest().await?;
        if said["sound"] == Value::Bool(true) { Ok(now) } else { Err(format!("a tick in peace failed: {said}")) }
    }

    /// A process in which nothing goes wrong: whoever looks at things.
    #[must_use]
    pub fn config(&self) -> SdkConfig {
        self.cloud.config(&Arc::new(Process::default()))
    }
}

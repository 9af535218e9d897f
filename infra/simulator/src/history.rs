//! One history: things are said, queues hand them out, functions apply them while everything goes wrong; then the faults
//! end, all comes to rest, and what must be true is looked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crm_aws::{Dynamo, Sqs};
use crm_domain::event::Command;
use crm_lambda::accept::queue_events;
use crm_lambda::batch::{Incoming, incoming};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;
use write_worker::consume::Worker;

use crate::check;
use crate::cloud::{Cloud, Process};
use crate::faults::{Fault, Faults, Plan};
use crate::fleet::Fleet;
use crate::queues::Received;
use crate::template::{template, variables};
use crate::weakness::Weakness;
use crate::workload::{self, Said, currency};
use crate::world::{self, Inhabited};

/// The queues of writes.
pub const WRITES: [&str; 3] = ["CustomersQueue", "OrdersQueue", "ActivitiesQueue"];
/// Something that has not come to rest by then never does: dead letters are given up within two days.
const REST: Duration = Duration::from_hours(6 * 24);

/// What a history is made from.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Everything follows from it.
    pub seed: u64,
    /// Faults; the seed draws them where nobody says which.
    pub plan: Option<Plan>,
    /// A deliberate defect.
    pub weakness: Option<Weakness>,
    /// Whether every call is to be told.
    pub tells: bool,
}

/// A history that came to a good end.
#[derive(Debug)]
pub struct Report {
    /// What was said.
    pub events: usize,
    /// Calls that the services served.
    pub calls: u64,
    /// How often each kind of fault struck, in the order of [`Fault::ALL`].
    pub faults: Vec<u64>,
    /// How long it took in the history.
    pub lasted: Duration,
    /// A digest of everything that happened.
    pub trace: [u8; 32],
    /// Every call, if they were to be told.
    pub story: Vec<String>,
}

/// A history that did not.
#[derive(Debug)]
pub struct Broken {
    /// Of which it is the history.
    pub seed: u64,
    /// What is not as it must be.
    pub what: String,
    /// Every call, if they were to be told.
    pub story: Vec<String>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}: {}", self.seed, self.what)
    }
}

impl std::error::Error for Broken {}

/// Runs a history.
///
/// # Errors
/// What must be true is not.
///
/// # Panics
/// There is no runtime to be had.
pub fn run(setup: &Setup) -> Result<Report, Broken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime with one thread");
    LocalSet::new().block_on(&runtime, async {
        let _world = Inhabited::new(setup.seed);
        let mut chance = StdRng::seed_from_u64(setup.seed);
        let plan = setup.plan.clone().unwrap_or_else(|| Plan::drawn(&mut chance));
        let cloud = Cloud::new(Faults::new(plan, chance.random()), setup.weakness, setup.tells);
        let outcome = live(setup, &cloud, &mut chance).await;
        let mut state = cloud.state();
        let story = state.story.take().unwrap_or_default();
        match outcome {
            Ok(events) => Ok(Report {
                events,
                calls: state.calls,
                faults: state.faults.counts().to_vec(),
                lasted: world::elapsed(),
                trace: state.trace(),
                story,
            }),
            Err(what) => Err(Broken { seed: setup.seed, what, story }),
        }
    })
}

/// The deployed system.
pub struct Crm {
    /// What it runs on.
    pub cloud: Arc<Cloud>,
    writes: Fleet<Worker<Dynamo, Sqs>>,
    /// As which an event came first, where that matters.
    arrivals: RefCell<BTreeMap<String, usize>>,
}

async fn live(setup: &Setup, cloud: &Arc<Cloud>, chance: &mut StdRng) -> Result<usize, String> {
    let crm = Rc::new(Crm { cloud: cloud.clone(), writes: Fleet::new(cloud, write_worker), arrivals: RefCell::default() });
    for queue in WRITES {
        spawn_local(crm.clone().consume(queue));
    }
    let said = said(setup);
    crm.say(&said, chance).await;
    sleep(Duration::from_millis(chance.random_range(0..60_000))).await;
    cloud.state().faults.end();
    crm.rest().await?;
    // Whoever checks sees things as they are, but for the pages.
    cloud.state().weakness.take_if(|weakness| *weakness != Weakness::CursorsAreForgotten);
    check::writes(&crm, &said).await?;
    Ok(said.len())
}

fn said(setup: &Setup) -> Vec<Said> {
    let mut said = workload::events(setup.seed);
    if setup.weakness == Some(Weakness::StampedOnArrival) {
        // One after the other, so that without faults they come in the order in which they are said.
        for (second, one) in said.iter_mut().enumerate() {
            *one = Said { queue: crm_domain::ports::QueueName::Orders, ..one.at(stamp(second)) };
        }
    }
    if setup.weakness == Some(Weakness::NothingIsRemembered) {
        // Each thing is said once, so that without faults nothing has to be remembered.
        let mut named = BTreeSet::new();
        said.retain(|one| match &one.event {
            Some(event) if matches!(event.command, Command::ChangeOrderStatus(..)) => false,
            Some(event) => {
                (event.order().is_none() && event.activity().is_none()) || named.insert((event.order(), event.activity()))
            }
            None => true,
        });
    }
    said
}

/// The time at which something is said that comes as the `number`th.
fn stamp(number: usize) -> crm_domain::time::Time {
    world::BEGIN.plus(crm_domain::time::SECOND * (number as i64 - 100_000))
}

fn write_worker(config: &aws_config::SdkConfig) -> Worker<Dynamo, Sqs> {
    Worker { store: Arc::new(store(config)), queue: Arc::new(Sqs::named_by(config, variables)), currency: currency() }
}

/// The tables, for whoever has this configuration.
///
/// # Panics
/// The template leaves one of them out.
#[must_use]
pub fn store(config: &aws_config::SdkConfig) -> Dynamo {
    Dynamo::named_by(config, currency(), variables).expect("the template names all tables")
}

impl Crm {
    /// Puts what is said on the queues, as the API does: what is not known to be there is put there again.
    async fn say(&self, said: &[Said], chance: &mut StdRng) {
        let queue = Sqs::named_by(&self.cloud.config(&Arc::new(Process::default())), variables);
        let mut rest = said;
        while !rest.is_empty() {
            let (some, others) = rest.split_at(chance.random_range(1..=rest.len().min(6)));
            rest = others;
            let mut by_queue: BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
            for one in some {
                by_queue.entry(one.queue.as_str()).or_default().push(one.text.clone());
            }
            for (name, texts) in by_queue {
                let Some(name) = crm_domain::ports::QueueName::parse(name) else { continue };
                while queue_events(&queue, name, texts.clone()).await.is_err() {
                    sleep(Duration::from_millis(chance.random_range(0..5_000))).await;
                }
            }
            sleep(Duration::from_millis(chance.random_range(0..20_000))).await;
        }
    }

    /// Hands out messages of a queue of writes for ever.
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
                    self.writes.room().await;
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
        let stamps = self.cloud.state().weakness == Some(Weakness::StampedOnArrival);
        self.cloud.state().note("write-worker", &event, None);
        let messages = incoming(serde_json::from_value(event).unwrap_or_default());
        let crm = self.clone();
        let outcome = self.writes.invoke(|worker| async move {
            let messages = if stamps { crm.stamped(messages) } else { messages };
            worker.consume(messages).await
        });
        let outcome = outcome.await;
        let state = &mut *self.cloud.state();
        let failed = match outcome {
            None if state.weakness == Some(Weakness::CrashesAreAcknowledged) => Vec::new(),
            // Whatever it was doing comes again when its visibility ends.
            None => return state.note("write-worker died", &Value::Null, None),
            Some(_) if state.weakness == Some(Weakness::FailuresAreAcknowledged) => Vec::new(),
            Some(failed) => failed,
        };
        state.note("write-worker is done", &json!({"failed": failed}), None);
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

    /// Waits until nothing is under way any more.
    pub async fn rest(&self) -> Result<(), String> {
        while !self.is_at_rest() {
            if world::elapsed() > REST {
                return Err("it does not come to rest".to_owned());
            }
            sleep(Duration::from_secs(5)).await;
        }
        Ok(())
    }

    fn is_at_rest(&self) -> bool {
        let state = self.cloud.state();
        self.writes.is_idle() && WRITES.iter().all(|queue| state.queues.next_at(queue).is_none())
    }

    /// A process in which nothing goes wrong: whoever looks at things.
    #[must_use]
    pub fn config(&self) -> aws_config::SdkConfig {
        self.cloud.config(&Arc::new(Process::default()))
    }
}

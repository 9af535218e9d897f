//! The loop of the delivery queue: each step by itself, tried again soon when something fails, set aside when it keeps
//! failing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::campaign::Campaign;
use crm_domain::cost::{Usage, Work};
use crm_domain::customer::ConsentDefaults;
use crm_domain::delivery::{Step, Task};
use crm_domain::error::chain;
use crm_domain::ids::CampaignId;
use crm_domain::links::Links;
use crm_domain::ports::{
    Enqueue, KeepAlarms, KeepCampaigns, KeepHands, KeepLog, KeepReports, KeepRequests, KeepTurns, MeterUsage, QueueError,
    QueueName, ReadContacts, ReadCustomers, ReadFigures, ReadMessages, ReadSuppressions, ScanCustomers, SendLetters, StoreError,
};
use crm_domain::sending;
use crm_domain::step;
use crm_domain::template::Templates;
use crm_domain::time::Time;
use crm_domain::world;
use crm_lambda::addresses::Addresses;
use crm_lambda::auth::Keys;
use crm_lambda::batch::Incoming;
use crm_lambda::config::memory_mb;
use crm_lambda::tasks;

/// Steps of one batch under way at once.
const CONCURRENCY: usize = 4;
/// Time after which a plan hands over to the next message. The function itself has 60 s, and a batch several plans.
const BUDGET: Duration = Duration::from_secs(15);
/// Time after which the deliveries of a batch hand over to their next messages, so that the function ends before its 60 s.
const BATCH: Duration = Duration::from_secs(40);
/// Tries of a step whose campaign is not there: a launch that fails half-way leaves such. They add up to a minute, three
/// times what the launch itself may take.
const MAX_WAITS: u32 = 6;
/// Campaigns whose templates are kept compiled.
const MAX_COMPILED: usize = 16;

/// The storage that deliveries need.
pub trait Store:
    KeepAlarms
    + KeepCampaigns
    + KeepHands
    + KeepLog
    + KeepReports
    + KeepRequests
    + KeepTurns
    + MeterUsage
    + ReadContacts
    + ReadCustomers
    + ReadFigures
    + ReadMessages
    + ReadSuppressions
    + ScanCustomers
{
}
impl<S> Store for S where
    S: KeepAlarms
        + KeepCampaigns
        + KeepHands
        + KeepLog
        + KeepReports
        + KeepRequests
        + KeepTurns
        + MeterUsage
        + ReadContacts
        + ReadCustomers
        + ReadFigures
        + ReadMessages
        + ReadSuppressions
        + ScanCustomers
{
}

/// What the steps work with.
pub struct Worker<S, Q, P> {
    pub(crate) store: Arc<S>,
    pub(crate) queue: Arc<Q>,
    pub(crate) provider: Arc<P>,
    pub(crate) consent_defaults: ConsentDefaults,
    pub(crate) addresses: Addresses,
    pub(crate) letterhead: Letterhead,
    /// For how long an intent of somebody else is waited for, in microseconds.
    pub(crate) lease: i64,
    /// What time it is.
    pub(crate) clock: Arc<dyn Fn() -> Time + Send + Sync>,
    templates: Mutex<HashMap<CampaignId, Arc<Templates>>>,
}

/// What the links in letters are made with.
pub struct Letterhead {
    pub keys: Keys,
    /// The origin at which recipients find the public routes.
    pub public_url: String,
}

impl Letterhead {
    pub(crate) async fn links(&self) -> Result<Links, StoreError> {
        Ok(Links::new(&*self.keys.read().await?, &self.public_url))
    }
}

/// How a step ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    /// It goes on with this, after so many seconds.
    Then(Task, u32),
    /// What it needs is not there yet.
    Wait,
}

/// Why a step failed; another try may succeed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("the campaign's templates do not compile: {0}")]
    Templates(String),
}

impl StepError {
    /// Seconds before the next try, if there is to be one. The end of an outage of storage is waited for, not that of a provider:
    /// somebody may have to see to that.
    const fn pause(&self, attempt: u32) -> Option<u32> {
        match self {
            Self::Store(error) => step::pause(attempt, error.is_outage()),
            Self::Queue(_) | Self::Templates(_) => step::pause(attempt, false),
        }
    }
}

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    pub fn new(
        store: Arc<S>,
        queue: Arc<Q>,
        provider: Arc<P>,
        consent_defaults: ConsentDefaults,
        addresses: Addresses,
        letterhead: Letterhead,
    ) -> Self {
        Self {
            store,
            queue,
            provider,
            consent_defaults,
            addresses,
            letterhead,
            lease: sending::LEASE,
            clock: Arc::new(Time::now),
            templates: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> Time {
        (self.clock)()
    }

    /// Takes a batch; returns the ids of the messages that must come again.
    pub async fn handle(&self, batch: Vec<Incoming>) -> Vec<String> {
        let (size, deadline) = (batch.len(), Instant::now() + BATCH);
        tasks::each(&*self.queue, batch, CONCURRENCY, Step::parse, |step| self.take(step, size, deadline)).await
    }

    async fn take(&self, step: Step, batch: usize, deadline: Instant) -> Result<(), QueueError> {
        let (campaign, work, started) = (step.task.campaign(), step.task.work(), Instant::now());
        let (outcome, usage) = self.store.metered(self.run(step, deadline)).await;
        let consumed = Usage::of_consuming(batch, memory_mb(), started.elapsed().as_millis() as u64);
        self.note(campaign, work, usage.plus(consumed)).await;
        outcome
    }

    /// Notes what this attempt of a step used. The step is done by then: that this is not known changes nothing.
    async fn note(&self, campaign: CampaignId, work: Work, usage: Usage) {
        if let Err(error) = self.store.note_usage(campaign, work, world::fresh_id(), &usage).await {
            tracing::warn!(%campaign, cause = %chain(&error), "usage was not noted");
        }
    }

    /// Runs a step and hands on what follows from it. Only a failure to do the latter is an error.
    async fn run(&self, step: Step, deadline: Instant) -> Result<(), QueueError> {
        let Step { task, attempt } = step;
        let campaign = task.campaign();
        match self.advance(task.clone(), deadline).await {
            Ok(Next::Done) => Ok(()),
            Ok(Next::Then(task, delay)) => self.again(&Step { task, attempt: 0 }, delay).await,
            Ok(Next::Wait) => match step::pause(attempt, false) {
                Some(pause) if attempt < MAX_WAITS => self.again(&Step { task, attempt: attempt + 1 }, pause).await,
                _ => {
                    tracing::warn!(%campaign, "step dropped: its request never came to an end");
                    Ok(())
                }
            },
            Err(error) => {
                if let Some(pause) = error.pause(attempt) {
                    tracing::warn!(%campaign, attempt, cause = %chain(&error), "step failed");
                    return self.again(&Step { task, attempt: attempt + 1 }, pause).await;
                }
                tracing::error!(%campaign, cause = %chain(&error), "step set aside");
                if let Err(unnoted) = self.fail(&task, &error.to_string()).await
                    && let Some(pause) = step::pause(attempt, true)
                {
                    // Nobody would see why the campaign stands still.
                    tracing::error!(%campaign, cause = %chain(&unnoted), "the campaign cannot be said to have failed");
                    return self.again(&Step { task, attempt: attempt + 1 }, pause).await;
                }
                tasks::set_aside(&*self.queue, QueueName::Delivery, task, &chain(&error), attempt + 1).await
            }
        }
    }

    /// Says that the campaign of a step that is set aside stands still. Without a report it does not.
    async fn fail(&self, task: &Task, reason: &str) -> Result<(), StepError> {
        match task {
            Task::Recount { .. } => Ok(()),
            _ => self.change(task.campaign(), |state| state.failed(reason, self.now())).await.map(|_| ()),
        }
    }

    async fn advance(&self, task: Task, deadline: Instant) -> Result<Next, StepError> {
        match task {
            Task::Plan { campaign, part, after, queued } => {
                self.plan(campaign, part, after, queued, Instant::now() + BUDGET).await
            }
            Task::Freeze { campaign, next } => self.freeze(campaign, next, Instant::now() + BUDGET).await,
            Task::Deliver { campaign, first, last, until } => self.deliver(campaign, first..=last, until, deadline).await,
            Task::Spread { campaign, since } => self.spread(campaign, since).await,
            Task::Wake { campaign, alarm } => self.wake(campaign, alarm).await,
            Task::Recount { campaign, run, asked_at } => self.recount(campaign, run, asked_at, Instant::now() + BUDGET).await,
            Task::Decide { campaign, asked_at } => self.decide(campaign, asked_at).await,
        }
    }

    async fn again(&self, step: &Step, delay: u32) -> Result<(), QueueError> {
        tasks::again(&*self.queue, QueueName::Delivery, step, delay).await
    }

    /// The campaign's templates, compiled once per environment.
    pub(crate) fn templates(&self, campaign: &Campaign) -> Result<Arc<Templates>, StepError> {
        let mut compiled = self.templates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(templates) = compiled.get(&campaign.id) {
            return Ok(templates.clone());
        }
        if compiled.len() >= MAX_COMPILED {
            compiled.clear();
        }
        let templates = Arc::new(Templates::compile(campaign.channel, &campaign.variants).map_err(StepError::Templates)?);
        compiled.insert(campaign.id, templates.clone());
        Ok(templates)
    }
}

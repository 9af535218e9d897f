//! One history: things are said, queues hand them out, functions apply them while everything goes wrong; then the faults
//! end, all comes to rest, and what must be true is looked for.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crm_aws::Dynamo;
use crm_domain::campaign::CampaignStatus;
use crm_domain::event::Command;
use crm_domain::ports::QueueName;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::join;
use tokio::task::LocalSet;
use tokio::time::sleep;

use crate::campaigner::Campaigner;
use crate::check::{self, campaigns, memberships};
use crate::client::admit;
use crate::cloud::Cloud;
use crate::crm::Crm;
use crate::editor::Editor;
use crate::faults::{Faults, Plan};
use crate::functions::store;
use crate::registrar::Registrar;
use crate::traffic::Traffic;
use crate::weakness::Weakness;
use crate::workload::{self, Said, stamp};
use crate::world::{self, Inhabited};

/// Events of one history, at most: where more follows from each of them, there are fewer.
const EVENTS: u32 = 60;
const EVENTS_OF_MEMBERS: u32 = 12;
const EVENTS_OF_IDENTITIES: u32 = 40;
/// People whom campaigns may write to, at most.
const PEOPLE: u32 = 12;
/// Seconds between two requests that say them, at most. Each minute costs a tick of the clock.
const SECONDS: u64 = 20;
const SECONDS_OF_MEMBERS: u64 = 10;

/// In one history of writes out of so many, somebody says very much at once.
const BULKS: u32 = 8;

/// What a history is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What is said is applied.
    Writes,
    /// And customers belong to segments, which are made and changed meanwhile.
    Memberships,
    /// And are written to by campaigns.
    Campaigns,
    /// And some of them are merged, some erased.
    Identities,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Writes, Self::Memberships, Self::Campaigns, Self::Identities];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Writes => "writes",
            Self::Memberships => "memberships",
            Self::Campaigns => "campaigns",
            Self::Identities => "identities",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// That of a seed: each has its turn.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self::ALL[(seed % Self::ALL.len() as u64) as usize]
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a history is made from.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Everything follows from it.
    pub seed: u64,
    /// What it is about; the seed says it where nobody does.
    pub kind: Option<Kind>,
    /// Faults; the seed draws them where nobody says which.
    pub plan: Option<Plan>,
    /// A deliberate defect.
    pub weakness: Option<Weakness>,
    /// Whether every call is to be told.
    pub tells: bool,
}

impl Setup {
    fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::of(self.seed))
    }
}

/// A history that came to a good end.
#[derive(Debug)]
pub struct Report {
    /// What was said.
    pub events: usize,
    /// Calls that the services served.
    pub calls: u64,
    /// How often each kind of fault struck, in the order of [`crate::faults::Fault::ALL`].
    pub faults: Vec<u64>,
    /// How long it took in the history.
    pub lasted: Duration,
    /// Every call, if they were to be told.
    pub story: Vec<String>,
}

/// A history that did not.
#[derive(Debug)]
pub struct Broken {
    /// Of which it is the history.
    pub seed: u64,
    /// What it was about.
    pub kind: Kind,
    /// What is not as it must be.
    pub what: String,
    /// Every call, if they were to be told.
    pub story: Vec<String>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}, {}: {}", self.seed, self.kind, self.what)
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
            Ok(events) => {
                Ok(Report { events, calls: state.calls, faults: state.faults.counts().to_vec(), lasted: world::elapsed(), story })
            }
            Err(what) => Err(Broken { seed: setup.seed, kind: setup.kind(), what, story }),
        }
    })
}

async fn live(setup: &Setup, cloud: &Arc<Cloud>, chance: &mut StdRng) -> Result<usize, String> {
    match setup.kind() {
        Kind::Writes => live_by_writes(setup, cloud, chance).await,
        Kind::Memberships => live_by_memberships(setup, cloud, chance).await,
        Kind::Campaigns => live_by_campaigns(setup, cloud, chance).await,
        Kind::Identities => live_by_identities(setup, cloud, chance).await,
    }
}

async fn live_by_writes(setup: &Setup, cloud: &Arc<Cloud>, chance: &mut StdRng) -> Result<usize, String> {
    let crm = Crm::of_writes(cloud);
    admit(cloud).await;
    let traffic = traffic(setup, cloud, said(setup, EVENTS), chance);
    traffic.flow(&crm, SECONDS, chance).await;
    sleep(Duration::from_millis(chance.random_range(0..60_000))).await;
    cloud.state().faults.end();
    crm.rest().await?;
    end_of_weakness(cloud);
    let said = accepted(&crm, traffic)?;
    check::writes(&crm, &said).await?;
    Ok(said.len())
}

async fn live_by_memberships(setup: &Setup, cloud: &Arc<Cloud>, chance: &mut StdRng) -> Result<usize, String> {
    let (crm, schedule) = Crm::of_memberships(cloud);
    admit(cloud).await;
    let traffic = traffic(setup, cloud, said(setup, EVENTS_OF_MEMBERS), chance);
    let mut editor = Editor::new(cloud, chance.random());
    join!(traffic.flow(&crm, SECONDS_OF_MEMBERS, chance), editor.work());
    sleep(Duration::from_millis(chance.random_range(60_000..180_000))).await;
    if setup.weakness == Some(Weakness::MissedMinutesAreForgotten) {
        // The clock looks some minutes back in any case: a flip is lost only when those have passed.
        sleep(Duration::from_mins(5)).await;
    }
    cloud.state().faults.end();
    // From now on minutes are left out on purpose.
    cloud.state().weakness.take_if(|weakness| *weakness == Weakness::MissedMinutesAreForgotten);
    let store = store(&crm.config());
    crm.settle(&schedule, &[QueueName::Segments], async || memberships::are_built(&store).await).await?;
    end_of_weakness(cloud);
    let said = accepted(&crm, traffic)?;
    check::writes(&crm, &said).await?;
    let now = crm.tick(&schedule).await?;
    memberships::check(&crm, &editor.kept, now).await?;
    Ok(said.len())
}

async fn live_by_campaigns(setup: &Setup, cloud: &Arc<Cloud>, chance: &mut StdRng) -> Result<usize, String> {
    let (crm, schedule) = Crm::of_campaigns(cloud, chance.random());
    admit(cloud).await;
    let people = chance.random_range(1..=PEOPLE);
    // Everybody is there when the first campaign is launched: so its audience is known.
    let mut all = workload::introductions(people, chance);
    crm.say(&all, 2, chance).await;
    crm.rest().await?;
    let said = said(setup, EVENTS_OF_MEMBERS).into_iter().filter(|one| !one.brings_somebody_new(people)).collect::<Vec<_>>();
    let traffic = traffic(setup, cloud, said, chance);
    let mut campaigner = Campaigner::new(cloud, chance.random());
    join!(traffic.flow(&crm, SECONDS_OF_MEMBERS, chance), campaigner.work());
    sleep(Duration::from_millis(chance.random_range(0..60_000))).await;
    cloud.state().faults.end();
    let store = store(&crm.config());
    crm.settle(&schedule, &[QueueName::Delivery, QueueName::Receipts], async || have_ended(&store, &campaigner).await).await?;
    end_of_weakness(cloud);
    let emails: Vec<String> = (0..people).map(workload::email).collect();
    campaigns::check(&crm, &campaigner.launched, &emails).await?;
    all.extend(accepted(&crm, traffic)?);
    check::writes(&crm, &all).await?;
    Ok(all.len())
}

async fn live_by_identities(setup: &Setup, cloud: &Arc<Cloud>, chance: &mut StdRng) -> Result<usize, String> {
    let crm = Crm::of_identities(cloud);
    admit(cloud).await;
    let mut said = workload::gossip(setup.seed, EVENTS_OF_IDENTITIES);
    // Some of it comes when nobody looks for traces any more.
    let late = said.split_off(said.len() - said.len() / 5);
    let traffic = traffic(setup, cloud, said, chance);
    let mut registrar = Registrar::new(cloud, chance.random());
    join!(traffic.flow(&crm, SECONDS_OF_MEMBERS, chance), registrar.work());
    sleep(Duration::from_millis(chance.random_range(0..60_000))).await;
    cloud.state().faults.end();
    crm.rest().await?;
    crm.put_back(&[QueueName::Customers, QueueName::Orders, QueueName::Activities, QueueName::Erasures]).await?;
    crm.say(&late, 2, chance).await;
    crm.rest().await?;
    end_of_weakness(cloud);
    let mut all = accepted(&crm, traffic)?;
    all.extend(late);
    check::identities::check(&crm, &registrar.kept, &all).await?;
    Ok(all.len())
}

/// Whether all campaigns have come to their end; one that failed or is held goes on, as somebody who sees that lets it.
async fn have_ended(store: &Dynamo, campaigner: &Campaigner) -> bool {
    let mut have_ended = true;
    for launched in &campaigner.launched {
        let Some(campaign) = campaigns::campaign(store, &launched.id).await else { return false };
        match campaign.state.status {
            CampaignStatus::Sent | CampaignStatus::Cancelled => {}
            CampaignStatus::Failed | CampaignStatus::Paused => {
                let key = format!("again-{}", world::elapsed().as_millis());
                campaigner.steer(&launched.id, "resume", &key).await;
                have_ended = false;
            }
            _ => have_ended = false,
        }
    }
    have_ended
}

/// Who says it: mostly shops, now and then so much at once that one message does not take it. What memberships and campaigns
/// follow from is the same whoever says it, and costs less where integrations do.
fn traffic(setup: &Setup, cloud: &Arc<Cloud>, said: Vec<Said>, chance: &mut StdRng) -> Traffic {
    // The API says itself when something was said.
    let is_stamped = setup.weakness == Some(Weakness::StampedOnArrival);
    if is_stamped || matches!(setup.kind(), Kind::Memberships | Kind::Campaigns) {
        return Traffic::fed(cloud, said);
    }
    let is_big = setup.kind() == Kind::Writes && chance.random_ratio(1, BULKS);
    let bulk = if is_big { workload::bulk(chance.random_range(70..100)) } else { Vec::new() };
    Traffic::shared_out(cloud, said, bulk, chance)
}

/// Everything that has to be applied: what was put on the queues, and what shops were told is accepted.
fn accepted(crm: &Crm, traffic: Traffic) -> Result<Vec<Said>, String> {
    let (mut said, told) = traffic.end();
    said.extend(check::accepted::events(crm, &told)?);
    Ok(said)
}

/// Whoever checks sees things as they are, but for the pages.
fn end_of_weakness(cloud: &Cloud) {
    cloud.state().weakness.take_if(|weakness| *weakness != Weakness::CursorsAreForgotten);
}

fn said(setup: &Setup, most: u32) -> Vec<Said> {
    let mut said = workload::events(setup.seed, most);
    if setup.weakness == Some(Weakness::StampedOnArrival) {
        // What nobody can read would be another text. One after the other, so that without faults they come as they are said.
        said.retain(|one| one.event.is_some());
        for (second, one) in said.iter_mut().enumerate() {
            *one = Said { queue: QueueName::Orders, ..one.at(stamp(second)) };
        }
    }
    if matches!(setup.weakness, Some(Weakness::NothingIsRemembered | Weakness::HiddenBriefly)) {
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

//! Histories drawn by a seed: processes die at any step, several work at once, messages come twice and in any order, people
//! change their minds, and somebody pauses, resumes and cancels.

use std::collections::HashMap;
use std::sync::Mutex;

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};

use super::*;

/// What SQS holds: messages that come in any order, and now and then twice.
pub(super) struct Sqs {
    pub(super) chance: StdRng,
    pub(super) waiting: Vec<Outgoing>,
}

impl Sqs {
    fn receive(&mut self, memory: &Memory) -> Vec<Outgoing> {
        self.waiting.extend(memory.drain(QueueName::Delivery));
        self.waiting.shuffle(&mut self.chance);
        let size = self.chance.random_range(0..=self.waiting.len().min(10));
        let batch = self.waiting.split_off(self.waiting.len() - size);
        self.waiting.extend(batch.iter().filter(|_| self.chance.random_ratio(1, 8)).cloned());
        batch
    }
}

/// One environment of the function: takes a few batches; those that fail come back.
pub(super) async fn consume(crm: &Crm, sqs: &Mutex<Sqs>) {
    for _ in 0..4 {
        let batch = sqs.lock().unwrap().receive(&crm.memory);
        let failed = crm.worker.handle(batch.iter().cloned().map(received).collect()).await;
        // Whose function dies gets its whole batch again.
        if !failed.is_empty() || crm.memory.campaigns(None, 1).await.is_err() {
            sqs.lock().unwrap().waiting.extend(batch);
        }
    }
}

/// Somebody who was written to clicks, perhaps twice.
async fn click(memory: &Memory, id: CampaignId, chance: &mut StdRng) {
    let Some(entry) = memory.log(id).into_iter().filter(|entry| entry.sent_at.is_some()).nth(chance.random_range(0..4)) else {
        return;
    };
    let message = MessageId { campaign: id, customer: entry.customer_id };
    let receipt = Receipt {
        message,
        report: Report::Clicked,
        at: Time::now(),
        reason: None,
        bounce: crm_domain::message::Bounce::Hard,
        machine: false,
    };
    memory.apply_receipts(&[receipt]).await.unwrap();
}

/// While others are at work, somebody withdraws their consent, or gives it again.
async fn change_a_mind(crm: &Crm, people: u32, second: u32, chance: &mut StdRng) {
    for _ in 0..chance.random_range(0..60) {
        let _ = crm.memory.campaigns(None, 1).await;
    }
    upsert(&crm.memory, chance.random_range(0..people), &json!({"emailConsent": chance.random::<bool>()}), second);
}

/// A run in which processes die at random steps, several work at once, messages come twice and in any order, and someone
/// pauses and resumes.
async fn troubled_run(seed: u64) -> Tally {
    let mut chance = StdRng::seed_from_u64(seed);
    let people = chance.random_range(1..25);
    let crm = Crm::new(people);
    // From one shard to many, and from one part of the plan to three.
    let customers = [1, 300, 900, 5_200, 11_000][chance.random_range(0..5)];
    let bodies: &[&str] = &["One {{name}}", "Two {{name}}", "Three {{name}}"][..chance.random_range(1..=3)];
    let mut draft = CampaignDraft { holdout: share([0, 0, 250_000, 500_000][chance.random_range(0..4)]), ..hello(bodies) };
    if chance.random() {
        draft.variants[0].share = Some(share(3_000_000));
    }
    if bodies.len() > 1 && chance.random() {
        // It ends at once, which is at any moment: steps come in any order.
        let by = if chance.random() { WinBy::Clicks } else { WinBy::Conversions };
        draft.test = Some(Test { share: share(400_000), minutes: 0, by });
    }
    let campaign = crm.launch_draft(draft, customers).await;
    let previewed = crm.preview(&campaign).await;
    let sqs = Mutex::new(Sqs { chance: StdRng::seed_from_u64(seed + 1_000_000), waiting: Vec::new() });
    for round in 0..40 {
        // Before the audience is frozen, what changes would change who is in it.
        let planned = crm.state(campaign.id).await.planned;
        if chance.random_ratio(2, 3) {
            crm.memory.die_after(Some(chance.random_range(0..80)));
        }
        let changes = async {
            if planned {
                change_a_mind(&crm, people, 3 + round, &mut chance).await;
            }
        };
        tokio::join!(consume(&crm, &sqs), consume(&crm, &sqs), changes);
        crm.memory.die_after(None);
        match chance.random_range(0..8) {
            0 | 1 => drop(crm.change(campaign.id, |state| state.paused(Time::now())).await),
            2..6 => drop(crm.change(campaign.id, |state| state.resumed(Time::now())).await),
            6 => click(&crm.memory, campaign.id, &mut chance).await,
            // Whoever must not be written to any more once the audience is frozen drops out at sending, if there is still time.
            _ if crm.state(campaign.id).await.planned => {
                let number = chance.random_range(0..people);
                let email = format!("p{number}@x.in");
                match chance.random_range(0..3) {
                    0 => upsert(&crm.memory, number, &json!({"emailConsent": false}), 2),
                    1 => suppress(&crm, &email).await,
                    _ => crm.memory.remove_customer(CustomerId::of(&Email::parse(&email).unwrap())),
                }
            }
            _ => {}
        }
    }
    let cancelled = chance.random_ratio(1, 4) && crm.change(campaign.id, |state| state.cancelled(Time::now())).await;
    let waiting = sqs.into_inner().unwrap().waiting;
    // Now nothing is in the way any more. A count that died is missed after two minutes.
    if let Some(Versioned { version, record: mut reports }) = crm.memory.reports(campaign.id).await.unwrap() {
        reports.run.iter_mut().for_each(|run| run.touched_at = run.touched_at.plus(-2 * MINUTE));
        crm.memory.put_reports(version, &reports).await.unwrap();
    }
    crm.memory.enqueue(QueueName::Delivery, waiting).await.unwrap();
    crm.change(campaign.id, |state| state.resumed(Time::now())).await;
    crm.drain().await;
    let tally = crm.assert_counts(campaign.id).await;
    let state = crm.state(campaign.id).await;
    let ended = if cancelled { CampaignStatus::Cancelled } else { CampaignStatus::Sent };
    assert_eq!(state.status, ended, "seed {seed}: {tally:?}");
    assert_eq!((tally.audience, state.audience, tally.queued), (u64::from(people), u64::from(people), 0), "seed {seed}");
    assert_eq!(tally.failed, 0, "seed {seed}");
    assert_eq!(crm.assert_funnel(campaign.id).await, previewed, "seed {seed}");
    let log = crm.memory.log(campaign.id);
    let letters: HashMap<_, _> = crm.memory.letters().into_iter().map(|letter| (letter.id.customer, letter)).collect();
    for entry in &log {
        // Taken by the provider, and not recorded before there was a reason not to write: nobody knows.
        let told = match entry.status() {
            MessageStatus::Skipped => Some(false),
            MessageStatus::Unknown => None,
            _ => Some(true),
        };
        assert!(told.is_none_or(|told| told == letters.contains_key(&entry.customer_id)), "seed {seed}: {entry:?}");
    }
    for entry in log.iter().filter(|entry| entry.sent_at.is_some()) {
        let letter = &letters[&entry.customer_id];
        assert!(entry.body.as_ref().is_some_and(|body| letter.body.starts_with(body.as_str())), "seed {seed}");
        let tested = campaign.variants_for(entry.customer_id).len() == 1;
        let variant = if tested { campaign.variant_of(entry.customer_id) } else { state.winner.unwrap() };
        assert_eq!(entry.variant, variant, "seed {seed}");
        assert!(letter.body.starts_with(["One", "Two", "Three"][variant as usize]), "seed {seed}");
    }
    assert!(crm.memory.dead(QueueName::Delivery).is_empty(), "seed {seed}");
    tally
}

/// How many seeded histories a fault run goes through: `SEEDS` of the environment, or as many as told.
pub(super) fn seeds(usual: u64) -> std::ops::Range<u64> {
    0..std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(usual)
}

#[tokio::test]
async fn crashes_duplicates_and_reordering_change_nothing() {
    let mut sum = Tally::default();
    for seed in seeds(250) {
        sum = sum.plus(troubled_run(seed).await);
    }
    assert!(sum.sent > 0 && sum.skipped > 0 && sum.unknown > 0, "{sum:?}");
}

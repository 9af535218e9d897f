//! Caps: nobody gets more than they may, whoever dies and when, and nobody is left out who could have been written to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use crm_domain::caps::Caps;
use crm_domain::cost::{Usage, WHOLE, Work};
use crm_domain::ports::{EditCustomers, KeepLog, KeepReports, KeepTurns, MeterUsage};
use crm_domain::time::{DAY, MINUTE};
use crm_domain::turn;
use crm_testing::Provider;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::histories::{Sqs, consume, seeds};
use super::reports::{id_of, receipts, written};
use super::*;

fn capped(messages: u32) -> CampaignDraft {
    CampaignDraft { caps: Some(Caps { messages, days: 7 }), ..hello(&["x"]) }
}

impl Crm {
    /// Plans what is on the queue; the deliveries that come of it, campaign by campaign.
    async fn planned(&self) -> Vec<Outgoing> {
        self.work().await;
        self.memory.drain(QueueName::Delivery)
    }

    async fn handle(&self, messages: &[Outgoing]) {
        let batch = messages.iter().cloned().map(received).collect();
        assert_eq!(self.worker.handle(batch).await, Vec::<String>::new());
    }

    /// How it ended for each recipient: the status, and why and when they were skipped.
    fn ends(&self, id: CampaignId) -> HashMap<(MessageStatus, Option<SkipReason>, Option<Phase>), usize> {
        let mut ends = HashMap::new();
        for entry in self.memory.log(id) {
            *ends.entry((entry.status(), entry.skipped_reason, entry.skipped_phase)).or_default() += 1;
        }
        ends
    }
}

const SENT: (MessageStatus, Option<SkipReason>, Option<Phase>) = (MessageStatus::Sent, None, None);
const QUEUED: (MessageStatus, Option<SkipReason>, Option<Phase>) = (MessageStatus::Queued, None, None);

const fn left_out(phase: Phase) -> (MessageStatus, Option<SkipReason>, Option<Phase>) {
    (MessageStatus::Skipped, Some(SkipReason::Capped), Some(phase))
}

#[tokio::test]
async fn who_has_had_their_messages_is_left_out_at_the_launch_as_the_preview_says() {
    // Three in seven consent not: two of them are among the first twelve.
    let crm = Crm::new(12);
    for round in 0..3 {
        let campaign = crm.launch_draft(CampaignDraft { holdout: share(0), ..capped(2) }, 300).await;
        let previewed = crm.preview(&campaign).await;
        crm.drain().await;
        crm.assert_counts(campaign.id).await;
        let frozen = crm.assert_funnel(campaign.id).await;
        assert_eq!(frozen, previewed);
        let left = if round < 2 { 10 } else { 0 };
        assert_eq!(frozen.counts(), [12, 12, 10, 10, left, left]);
        let expected = if round < 2 { SENT } else { left_out(Phase::Launch) };
        assert_eq!(crm.ends(campaign.id).get(&expected), Some(&10));
        assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sent);
    }
    // A campaign without caps writes to them all the same, and counts for those that have some.
    let free = crm.launch("x", 12, None).await;
    crm.drain().await;
    assert_eq!(crm.ends(free.id).get(&SENT), Some(&10));
    let wide = crm.launch_draft(capped(3), 12).await;
    crm.drain().await;
    assert_eq!(crm.ends(wide.id).get(&left_out(Phase::Launch)), Some(&10));
}

#[tokio::test]
async fn of_campaigns_at_once_one_gets_through_to_each_person() {
    for provider in [Provider::Recognises, Provider::Forgets { moods: false }] {
        let crm = Crm::new(3);
        crm.memory.behave(provider);
        let (one, two) = (crm.launch_draft(capped(1), 3).await, crm.launch_draft(capped(1), 300).await);
        let deliveries = crm.planned().await;
        assert!(deliveries.len() >= 2 && crm.tally(one.id).await.queued == 3 && crm.tally(two.id).await.queued == 3);
        let (mine, theirs): (Vec<_>, Vec<_>) =
            deliveries.into_iter().partition(|message| message.body.contains(&one.id.to_string()));
        tokio::join!(crm.handle(&mine), crm.handle(&theirs));
        crm.drain().await;
        let count = |end| [one.id, two.id].map(|id| crm.ends(id).get(&end).copied().unwrap_or_default()).iter().sum::<usize>();
        assert_eq!((count(SENT), count(left_out(Phase::Send)), crm.memory.mailed().len()), (3, 3, 3), "{provider:?}");
    }
}

#[tokio::test]
async fn what_somebody_got_under_another_identity_counts() {
    let crm = Crm::new(2);
    let first = crm.launch_draft(capped(1), 2).await;
    crm.drain().await;
    assert_eq!(crm.tally(first.id).await.sent, 2);
    // Somebody new gets the one who was written to.
    upsert(&crm.memory, 9, &json!({"emailConsent": true}), 1);
    let mut ledger = crm.memory.hold(&[id_of(9), id_of(0)]).await.unwrap();
    ledger.merge(id_of(9), id_of(0), &crm_domain::stamp::Stamp { at: Time::now(), event: "m".into() }).unwrap();
    crm.memory.edit(&ledger, None, None).await.unwrap();
    let second = crm.launch_draft(capped(1), 2).await;
    crm.drain().await;
    assert_eq!(crm.ends(second.id), [(left_out(Phase::Launch), 2)].into());
}

#[tokio::test]
async fn a_merge_during_the_turn_of_another_campaign_is_waited_for() {
    let crm = Crm::new(1);
    upsert(&crm.memory, 9, &json!({"emailConsent": true}), 1);
    let (one, two) = (crm.launch_draft(capped(1), 2).await, crm.launch_draft(capped(1), 2).await);
    let deliveries = crm.planned().await;
    // The first campaign has the turn of one identity when the two become one person.
    let turn = turn::Turn { campaign: one.id, at: Time::now() };
    assert!(crm.memory.take_turn(id_of(0), None, &turn).await.unwrap());
    let mut ledger = crm.memory.hold(&[id_of(9), id_of(0)]).await.unwrap();
    ledger.merge(id_of(9), id_of(0), &crm_domain::stamp::Stamp { at: Time::now(), event: "m".into() }).unwrap();
    crm.memory.edit(&ledger, None, None).await.unwrap();
    let theirs: Vec<_> = deliveries.iter().filter(|message| message.body.contains(&two.id.to_string())).cloned().collect();
    crm.handle(&theirs).await;
    let entry = |id: CampaignId| crm.memory.log(id).into_iter().find(|entry| entry.customer_id == id_of(9)).unwrap();
    assert_eq!(entry(two.id).status(), MessageStatus::Queued);
    let mut letter = crm.memory.log(one.id).into_iter().find(|entry| entry.customer_id == id_of(0)).unwrap();
    letter.sent_at = Some(Time::now());
    crm.memory.settle(&one, &[letter]).await.into_iter().for_each(Result::unwrap);
    crm.drain().await;
    assert_eq!(entry(two.id).skipped_reason, Some(SkipReason::Capped));
}

/// A campaign to one person that died after `step` requests and lies there paused, and another one that waits for it.
async fn paused_in_the_turn(step: u32) -> (Crm, Campaign, Campaign, Vec<Outgoing>) {
    let crm = Crm::new(1);
    let (one, two) = (crm.launch_draft(capped(1), 1).await, crm.launch_draft(capped(1), 1).await);
    let deliveries = crm.planned().await;
    let (mine, theirs): (Vec<_>, Vec<_>) = deliveries.into_iter().partition(|message| message.body.contains(&one.id.to_string()));
    crm.memory.die_after(Some(step));
    crm.worker.handle(mine.into_iter().map(received).collect()).await;
    crm.memory.die_after(None);
    crm.change(one.id, |state| state.paused(Time::now())).await;
    crm.memory.drain(QueueName::Delivery);
    (crm, one, two, theirs)
}

#[tokio::test]
async fn a_paused_campaign_holds_a_turn_for_twenty_minutes_and_a_doubt_then_counts() {
    let (mut waited, mut in_doubt) = (0, 0);
    for step in 0..30 {
        let (crm, one, two, theirs) = paused_in_the_turn(step).await;
        crm.handle(&theirs).await;
        let waits = crm.ends(two.id) == [(QUEUED, 1)].into();
        let delays: Vec<u32> = crm.memory.drain(QueueName::Delivery).iter().map(|message| message.delay).collect();
        assert!(delays == if waits { vec![2] } else { vec![] }, "step {step}: {delays:?}");
        crm.memory.pass(turn::LASTS - MINUTE);
        crm.handle(&theirs).await;
        assert_eq!(crm.ends(two.id) == [(QUEUED, 1)].into(), waits, "step {step}");
        crm.memory.drain(QueueName::Delivery);
        crm.memory.pass(MINUTE);
        crm.handle(&theirs).await;
        let end = crm.ends(two.id);
        waited += u32::from(waits);
        if end == [(left_out(Phase::Send), 1)].into() {
            in_doubt += u32::from(waits);
        } else {
            assert_eq!(end, [(SENT, 1)].into(), "step {step}");
        }
        crm.change(one.id, |state| state.resumed(Time::now())).await;
        crm.drain().await;
        crm.assert_counts(one.id).await;
        assert_eq!(crm.memory.letters().len(), 1, "step {step}: one of the two, whatever happened");
        assert_eq!(crm.state(one.id).await.status, CampaignStatus::Sent);
    }
    assert!(waited > in_doubt && in_doubt > 1, "{waited} {in_doubt}");
}

/// Campaigns with the same caps to the same people, some of whom have had messages before, while processes die, messages
/// come twice and in any order, and someone pauses and resumes.
async fn capped_run(seed: u64) -> (usize, usize) {
    let mut chance = StdRng::seed_from_u64(seed);
    let people = chance.random_range(1..8);
    let crm = Crm::new(people);
    let provider = [Provider::Recognises, Provider::Forgets { moods: false }, Provider::Forgets { moods: true }];
    let provider = provider[chance.random_range(0..3)];
    let recognises = provider == Provider::Recognises;
    crm.memory.behave(provider);
    let messages = chance.random_range(1..=3);
    let before = Time::now().plus(-DAY * chance.random_range(5..9));
    let history: Vec<Message> = (0..people)
        .filter(|_| chance.random_ratio(1, 3))
        .map(|number| {
            let blank = Message::blank(&Email::parse(&format!("p{number}@x.in")).unwrap(), before);
            Message { sent_at: Some(before), ..blank }
        })
        .collect();
    written(&crm, 1, &history, before).await;
    let counts: BTreeSet<CustomerId> =
        history.iter().filter(|_| before > Time::now().plus(-7 * DAY)).map(|entry| entry.customer_id).collect();
    let mut campaigns = Vec::new();
    for _ in 0..chance.random_range(2..5) {
        campaigns.push(crm.launch_draft(capped(messages), [1, 300][chance.random_range(0..2)]).await);
    }
    let sqs = Mutex::new(Sqs { chance: StdRng::seed_from_u64(seed + 1_000_000), waiting: Vec::new() });
    for _ in 0..40 {
        if chance.random_ratio(2, 3) {
            crm.memory.die_after(Some(chance.random_range(0..120)));
        }
        tokio::join!(consume(&crm, &sqs), consume(&crm, &sqs), consume(&crm, &sqs));
        crm.memory.die_after(None);
        let campaign = campaigns[chance.random_range(0..campaigns.len())].id;
        match chance.random_range(0..10) {
            0 | 1 => drop(crm.change(campaign, |state| state.paused(Time::now())).await),
            2..6 => drop(crm.change(campaign, |state| state.resumed(Time::now())).await),
            6 => drop(crm.change(campaign, |state| state.cancelled(Time::now())).await),
            7 => upsert(&crm.memory, chance.random_range(0..people), &json!({"emailConsent": chance.random::<bool>()}), 2),
            // Nobody is at work between two rounds, so whoever was has ended.
            8 => crm.memory.pass(turn::LASTS),
            _ => {}
        }
    }
    crm.memory.pass(turn::LASTS);
    crm.memory.enqueue(QueueName::Delivery, sqs.into_inner().unwrap().waiting).await.unwrap();
    for campaign in &campaigns {
        crm.change(campaign.id, |state| state.resumed(Time::now())).await;
    }
    crm.drain().await;
    let (mut got, mut may_have): (BTreeMap<CustomerId, u32>, BTreeMap<CustomerId, u32>) = Default::default();
    for customer in counts {
        *got.entry(customer).or_default() += 1;
    }
    may_have.clone_from(&got);
    for (id, count) in crm.memory.mailed() {
        assert!(count == 1 || recognises, "seed {seed}: twice");
        *got.entry(id.customer).or_default() += 1;
    }
    let logs: Vec<Message> = campaigns.iter().flat_map(|campaign| crm.memory.log(campaign.id)).collect();
    for entry in logs.iter().filter(|entry| entry.sent_at.or(entry.unknown_at).is_some()) {
        *may_have.entry(entry.customer_id).or_default() += 1;
    }
    for (customer, count) in &got {
        assert!(*count <= messages, "seed {seed}: {customer} got {count}, not {messages}");
    }
    let left_out: Vec<_> = logs.iter().filter(|entry| entry.skipped_reason == Some(SkipReason::Capped)).collect();
    for entry in &left_out {
        let count = may_have.get(&entry.customer_id).copied().unwrap_or_default();
        assert!(count >= messages, "seed {seed}: {} could have been written to: {count}", entry.email);
    }
    for campaign in &campaigns {
        assert_eq!(crm.assert_counts(campaign.id).await.queued, 0, "seed {seed}");
        assert!(crm.state(campaign.id).await.finished_at.is_some(), "seed {seed}");
    }
    assert!(crm.memory.dead(QueueName::Delivery).is_empty(), "seed {seed}");
    (left_out.len(), logs.iter().filter(|entry| entry.sent_at.is_some()).count())
}

#[tokio::test]
async fn crashes_duplicates_and_reordering_give_nobody_more_than_they_may_get() {
    let (mut left_out, mut sent) = (0, 0);
    for seed in seeds(250) {
        let (more_left_out, more_sent) = capped_run(seed).await;
        left_out += more_left_out;
        sent += more_sent;
    }
    assert!(left_out > 100 && sent > 100, "{left_out} {sent}");
}

/// What caps may cost: at most 6 write units a recipient, receipts and a report on top included.
#[tokio::test]
async fn a_recipient_of_a_campaign_with_caps_costs_at_most_six_write_units() {
    let crm = Crm::new(1_400);
    crm.launch_draft(capped(2), 1_400).await;
    crm.drain().await;
    let campaign = crm.launch_draft(capped(2), 1_400).await;
    crm.drain().await;
    let received = receipts(&crm, &campaign).await;
    crm.memory.note_usage(campaign.id, Work::Receipts, uuid::Uuid::now_v7(), &received).await.unwrap();
    crm.put([Task::Recount { campaign: campaign.id, run: None, asked_at: Time::now() }].into_iter()).await;
    crm.drain().await;
    let report = crm.memory.reports(campaign.id).await.unwrap().unwrap().record.latest.unwrap();
    let sent = report.count.tally.sent;
    assert_eq!(sent, 1_200);
    let total = report.usage.iter().fold(Usage::default(), |sum, (_, usage)| sum.plus(*usage));
    assert!(total.written <= Usage::most_of_campaign(sent, true, 0).written, "{} write units for {sent}", total.written / WHOLE);
    assert!(total.written >= 4 * WHOLE * sent, "turns are not counted: {} write units for {sent}", total.written / WHOLE);
}

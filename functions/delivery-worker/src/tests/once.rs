//! Providers that send a letter again when they are handed it again: nobody is written to twice, whoever dies and when.

use std::sync::Mutex;

use crm_domain::message::MessageId;
use crm_domain::sending::LEASE;
use crm_testing::Provider;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::histories::{Sqs, consume, seeds};
use super::*;
use crate::deliver::Again;

/// What must hold of a campaign that has come to its end.
async fn assert_once(crm: &Crm, campaign: &Campaign, case: &str) -> Tally {
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!(tally.queued, 0, "{case}: {tally:?}");
    let mailed = crm.memory.mailed();
    assert!(mailed.values().all(|count| *count == 1), "{case}: somebody was written to twice: {mailed:?}");
    let log = crm.memory.log(campaign.id);
    let people: BTreeSet<_> = log.iter().map(|entry| entry.customer_id).collect();
    assert_eq!(people.len(), log.len(), "{case}: one entry each");
    for entry in log {
        let got = mailed.get(&MessageId { campaign: campaign.id, customer: entry.customer_id }).copied().unwrap_or_default();
        match entry.status() {
            MessageStatus::Sent => assert_eq!(got, 1, "{case}"),
            MessageStatus::Failed | MessageStatus::Skipped => assert_eq!(got, 0, "{case}"),
            MessageStatus::Unknown => assert!(entry.failed_reason.is_some() && entry.intent.is_some(), "{case}: {entry:?}"),
            status => panic!("{case}: {status:?}"),
        }
    }
    tally
}

#[tokio::test]
async fn everyone_is_sent_to_once_by_a_provider_that_forgets() {
    let crm = Crm::new(30);
    crm.memory.behave(Provider::Forgets { moods: false });
    let campaign = crm.launch("Dear {{name}}", 900, None).await;
    crm.drain().await;
    let tally = assert_once(&crm, &campaign, "no trouble").await;
    assert_eq!((tally.sent, tally.skipped, tally.unknown), (26, 4, 0));
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sent);
    // All of it once more.
    crm.put([Task::Deliver { campaign: campaign.id, first: 0, last: 999, until: None }].into_iter()).await;
    crm.drain().await;
    assert_eq!(assert_once(&crm, &campaign, "again").await, tally);
}

#[tokio::test]
async fn a_death_at_any_step_leaves_at_most_the_letters_in_hand_unknown() {
    let mut most_unknown = 0;
    for step in 0.. {
        let mut crm = Crm::new(12);
        crm.worker.lease = 0;
        crm.memory.behave(Provider::Forgets { moods: false });
        let campaign = crm.launch("Dear {{name}}", 12, None).await;
        let plan = crm.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
        crm.worker.handle(plan).await;
        let delivery = crm.memory.drain(QueueName::Delivery);
        crm.memory.die_after(Some(step));
        crm.worker.handle(delivery.iter().cloned().map(received).collect()).await;
        let died = crm.memory.campaigns(None, 1).await.is_err();
        crm.memory.die_after(None);
        crm.memory.enqueue(QueueName::Delivery, delivery).await.unwrap();
        crm.drain().await;
        let tally = assert_once(&crm, &campaign, &format!("step {step}")).await;
        assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sent, "step {step}");
        assert_eq!((tally.sent + tally.unknown, tally.skipped), (10, 2), "step {step}");
        assert!(tally.unknown <= 8, "step {step}: {tally:?}");
        most_unknown = most_unknown.max(tally.unknown);
        if !died {
            assert_eq!(tally.unknown, 0, "step {step}");
            assert!(step > 40, "{step}");
            break;
        }
    }
    assert!(most_unknown > 0, "no death has hit a letter in hand");
}

#[tokio::test]
async fn an_intent_is_waited_for_and_then_given_up() {
    let mut crm = Crm::new(1);
    crm.memory.behave(Provider::Forgets { moods: false });
    let campaign = crm.launch("x", 1, None).await;
    let plan = crm.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
    crm.worker.handle(plan).await;
    let delivery = crm.memory.drain(QueueName::Delivery);
    let again = || delivery.iter().cloned().map(received).collect::<Vec<_>>();
    // The letter goes out, and its sender dies before noting that.
    for step in 0.. {
        crm.memory.die_after(Some(step));
        crm.worker.handle(again()).await;
        crm.memory.die_after(None);
        if !crm.memory.mailed().is_empty() {
            break;
        }
        // Whoever died before that has at most noted an intent: another campaign would be as good.
        crm.memory.drain(QueueName::Delivery);
        let entry = crm.memory.log(campaign.id).remove(0);
        if let Some(intent) = entry.intent {
            use crm_domain::ports::KeepLog as _;
            crm.memory.withdraw_intent(&campaign, entry.customer_id, &intent).await.unwrap();
        }
    }
    crm.memory.drain(QueueName::Delivery);
    crm.worker.handle(again()).await;
    let waiting = crm.memory.drain(QueueName::Delivery);
    assert!(matches!(waiting.as_slice(), [one] if (100..=120).contains(&one.delay)), "{waiting:?}");
    assert_eq!(crm.tally(campaign.id).await.queued, 1);
    // A cancellation does not call it unsent either.
    assert!(crm.change(campaign.id, |state| state.cancelled(Time::now())).await);
    crm.memory.drain(QueueName::Delivery);
    crm.worker.handle(again()).await;
    crm.memory.drain(QueueName::Delivery);
    assert_eq!(crm.memory.log(campaign.id)[0].status(), MessageStatus::Queued);
    crm.worker.lease = 0;
    crm.worker.handle(again()).await;
    assert_eq!(assert_once(&crm, &campaign, "given up").await.unknown, 1);
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Cancelled);
}

#[tokio::test]
async fn who_is_deferred_stays_queued_until_the_provider_takes_them() {
    // So many that each of its moods comes up, whatever the campaign's id.
    let crm = Crm::new(400);
    crm.memory.behave(Provider::Forgets { moods: true });
    let campaign = crm.launch("x", 1, None).await;
    let plan = crm.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
    crm.worker.handle(plan).await;
    let first = crm.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
    crm.worker.handle(first).await;
    let tally = crm.assert_counts(campaign.id).await;
    assert!(tally.queued > 0 && tally.sent > 0 && tally.failed > 0 && tally.unknown > 0, "{tally:?}");
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sending);
    crm.drain().await;
    let tally = assert_once(&crm, &campaign, "deferred").await;
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sent);
    assert!(tally.sent > 200, "{tally:?}");
}

/// As `troubled_run`, with a provider that forgets, defers, refuses and keeps silent; some campaigns end cancelled.
async fn troubled_run_once(seed: u64) -> Tally {
    let mut chance = StdRng::seed_from_u64(seed);
    let mut crm = Crm::new(chance.random_range(1..25));
    crm.memory.behave(Provider::Forgets { moods: chance.random_ratio(2, 3) });
    // Without a lease, intents of those who are still at work are given up too: even that writes to nobody twice.
    crm.worker.lease = if chance.random_ratio(1, 2) { 0 } else { LEASE };
    let campaign = crm.launch("Dear {{name}}", [1, 300, 900][chance.random_range(0..3)], None).await;
    let sqs = Mutex::new(Sqs { chance: StdRng::seed_from_u64(seed + 1_000_000), waiting: Vec::new() });
    for _ in 0..30 {
        if chance.random_ratio(2, 3) {
            crm.memory.die_after(Some(chance.random_range(0..80)));
        }
        tokio::join!(consume(&crm, &sqs), consume(&crm, &sqs));
        crm.memory.die_after(None);
        match chance.random_range(0..8) {
            0 | 1 => drop(crm.change(campaign.id, |state| state.paused(Time::now())).await),
            2..6 => drop(crm.change(campaign.id, |state| state.resumed(Time::now())).await),
            _ => {}
        }
    }
    crm.worker.lease = 0;
    crm.memory.enqueue(QueueName::Delivery, sqs.into_inner().unwrap().waiting).await.unwrap();
    if chance.random_ratio(1, 4) {
        crm.change(campaign.id, |state| state.cancelled(Time::now())).await;
    }
    crm.change(campaign.id, |state| state.resumed(Time::now())).await;
    crm.drain().await;
    let tally = assert_once(&crm, &campaign, &format!("seed {seed}")).await;
    let state = crm.state(campaign.id).await;
    assert!(matches!(state.status, CampaignStatus::Sent | CampaignStatus::Cancelled), "seed {seed}: {state:?}");
    assert_eq!(state.audience, tally.audience, "seed {seed}");
    assert!(crm.memory.dead(QueueName::Delivery).is_empty(), "seed {seed}");
    tally
}

#[tokio::test]
async fn crashes_duplicates_and_reordering_write_to_nobody_twice() {
    let mut sum = Tally::default();
    for seed in seeds(400) {
        sum = sum.plus(troubled_run_once(seed).await);
    }
    assert!(sum.sent > 0 && sum.failed > 0 && sum.skipped > 0 && sum.unknown > 0, "{sum:?}");
}

#[test]
fn who_has_to_wait_holds_nobody_up() {
    let delay = |seconds: &[u32], moves: bool| {
        let mut again = Again::default();
        again.moves = moves;
        for one in seconds {
            again.after(*one);
        }
        again.delay()
    };
    for (seconds, moves, expected) in [
        (&[] as &[u32], true, None),
        (&[0], false, Some(0)),
        (&[30, 120, 5_000], true, Some(900)),
        (&[0, 30], true, Some(0)),
        // Nobody gets through: the provider is left alone for as long as it asked.
        (&[1, 30], false, Some(30)),
    ] {
        assert_eq!(delay(seconds, moves), expected, "{seconds:?}");
    }
}

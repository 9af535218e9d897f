//! Campaigns and their logs: entries are settled once, receipts come in any order, and counts are counts of the log.

use std::collections::{BTreeMap, BTreeSet};

use crm_aws::Dynamo;
use crm_domain::campaign::{Campaign, CampaignDraft, CampaignStatus};
use crm_domain::cost::{Usage, Work};
use crm_domain::customer::Channel;
use crm_domain::email::Email;
use crm_domain::hand::Hand;
use crm_domain::ids::{CampaignId, CustomerId, SegmentId};
use crm_domain::message::{Bounce, Message, MessageId, MessageStatus, Receipt, Report};
use crm_domain::ports::{
    Alarm, ApplyEvents, ForgetTraces, KeepAlarms, KeepCampaigns, KeepHands, KeepLog, KeepReports, KeepTurns, MeterUsage,
    ReadContacts, ReadMessages, ReadTraces,
};
use crm_domain::rules::Rules;
use crm_domain::sending::Intent;
use crm_domain::time::{HOUR, SECOND, Time};
use crm_domain::turn::Turn;
use serde_json::json;
use uuid::Uuid;

use crate::store::{all, at, audit, conflicts, currency, store, tree};

fn campaign(customers: u64, changes: &serde_json::Value) -> Campaign {
    let mut body = json!({"name": "C", "segmentId": SegmentId::generate().to_string(), "channel": "email", "variants": [{"subject": "s", "body": "b"}]});
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let draft = CampaignDraft::parse(&tree(&body), Time::now()).unwrap();
    let (id, rules) = (CampaignId::generate(), Rules::everyone(&currency()));
    if draft.draft { draft.into_draft(id, rules, Time::now()) } else { draft.into_campaign(id, rules, customers, Time::now()) }
}

fn entry(number: usize) -> Message {
    Message::blank(&Email::parse(&format!("c{number}@x.in")).unwrap(), at("2026-01-01"))
}

fn receipt(campaign: &Campaign, customer: CustomerId, report: Report, second: i64) -> Receipt {
    let message = MessageId { campaign: campaign.id, customer };
    let at = at("2026-01-02").plus(second * SECOND);
    Receipt { message, report, at, reason: Some("said".into()), bounce: Bounce::Soft, machine: false }
}

async fn settle(store: &Dynamo, campaign: &Campaign, entries: &[Message]) {
    store.settle(campaign, entries).await.into_iter().for_each(Result::unwrap);
}

/// A campaign to so many, all of them in its log and in its counts.
async fn launched(store: &Dynamo, recipients: usize) -> Campaign {
    let campaign = campaign(recipients as u64, &json!({}));
    store.create_campaign(&campaign, &audit("campaigns/new")).await.unwrap();
    let entries: Vec<_> = (0..recipients).map(entry).collect();
    store.log_recipients(&campaign, &entries).await.unwrap();
    for shard in 0..campaign.shards {
        store.recount(&campaign, shard).await.unwrap();
    }
    campaign
}

#[tokio::test]
async fn a_campaign_moves_on_from_the_version_that_was_read() {
    let store = store().await;
    let draft = campaign(10, &json!({"draft": true}));
    store.create_campaign(&draft, &audit("campaigns/d")).await.unwrap();
    store.create_campaign(&campaign(10, &json!({})), &audit("campaigns/c")).await.unwrap();
    let renamed = Campaign { name: "D".into(), ..draft.clone() };
    store.create_campaign(&renamed, &audit("campaigns/d")).await.unwrap();
    assert_eq!(store.campaign(draft.id).await.unwrap().map(|held| held.record.name), Some("C".into()), "the first one stays");
    store.replace_draft(1, &renamed, &audit("campaigns/d")).await.unwrap();
    conflicts(store.replace_draft(1, &renamed, &audit("campaigns/d")).await);
    conflicts(store.delete_draft(draft.id, 1, &audit("campaigns/d")).await);
    store.delete_draft(draft.id, 2, &audit("campaigns/d")).await.unwrap();
    conflicts(store.delete_draft(draft.id, 2, &audit("campaigns/d")).await);
    assert_eq!(store.campaign(draft.id).await.unwrap(), None);

    let left = store.campaigns(None, 10).await.unwrap().items.remove(0);
    let paused = left.state.paused(Time::now()).unwrap();
    store.set_campaign_state(left.id, 1, &paused, Some(&audit("campaigns/c"))).await.unwrap();
    conflicts(store.set_campaign_state(left.id, 1, &paused, None).await);
    let held = store.campaign(left.id).await.unwrap().unwrap();
    assert_eq!((held.version, held.record.state.status), (2, CampaignStatus::Paused));
    for part in 0..left.plan_parts {
        let last = part + 1 == left.plan_parts;
        assert_eq!(store.plan_part_done(left.id, part).await.unwrap(), last);
        assert_eq!(store.plan_part_done(left.id, part).await.unwrap(), last, "asked again, it is the same");
    }
    for limit in [1, 3] {
        assert_eq!(all(limit, async |after| store.campaigns(after, limit).await).await.len(), 1);
    }
}

#[tokio::test]
async fn entries_are_written_once_and_settled_once() {
    let store = store().await;
    let campaign = launched(&store, 230).await;
    let sent = Message { sent_at: Some(at("2026-01-02")), body: Some("Hi".into()), ..entry(3) };
    settle(&store, &campaign, std::slice::from_ref(&sent)).await;
    settle(&store, &campaign, &[Message { failed_at: Some(at("2026-01-03")), ..entry(3) }]).await;
    store.log_recipients(&campaign, &[entry(3), entry(500)]).await.unwrap();
    let held = store.entry(&campaign, sent.customer_id).await.unwrap().unwrap();
    assert_eq!((held.status(), held.body.as_deref()), (MessageStatus::Sent, Some("Hi")));
    assert_eq!(store.entry(&campaign, entry(900).customer_id).await.unwrap(), None);

    let whole = all(100, async |after| store.messages(&campaign, after, 100).await).await;
    assert_eq!(whole.len(), 231);
    for limit in [1, 33] {
        assert_eq!(all(limit, async |after| store.messages(&campaign, after, limit).await).await, whole, "by {limit}");
    }
    let mut by_shard = BTreeSet::new();
    for shard in 0..campaign.shards {
        by_shard.extend(store.shard(&campaign, shard).await.unwrap().into_iter().map(|one| one.customer_id));
    }
    assert_eq!(by_shard.len(), 231);
    let names: Vec<_> = (0..240).map(|n| MessageId { campaign: campaign.id, customer: entry(n).customer_id }).collect();
    assert_eq!(store.messages_named(&names).await.unwrap().len(), 230, "more than one batch takes");

    store
        .postpone(&campaign, &[(entry(3).customer_id, at("2026-05-01")), (entry(4).customer_id, at("2026-05-01"))])
        .await
        .unwrap();
    let due = async |n| store.entry(&campaign, entry(n).customer_id).await.unwrap().unwrap().due_at;
    assert_eq!((due(3).await, due(4).await), (None, Some(at("2026-05-01"))), "settled ones stay as they are");
}

#[tokio::test]
async fn of_a_batch_each_entry_is_settled_for_itself() {
    let store = store().await;
    let campaign = launched(&store, 60).await;
    let (sent, now) = (|n| Message { sent_at: Some(at("2026-01-02")), ..entry(n) }, Time::now());
    let (mine, yours) = (Intent::new(now), Intent::new(now));
    assert!(store.note_intent(&campaign, entry(7).customer_id, &mine).await.unwrap());
    assert!(store.note_intent(&campaign, entry(8).customer_id, &mine).await.unwrap());
    settle(&store, &campaign, &[sent(5), Message { unknown_at: Some(now), ..entry(6) }]).await;
    let bounced = receipt(&campaign, entry(9).customer_id, Report::Failed, 1);
    store.apply_receipts(&[bounced]).await.unwrap();

    let failed = |n, intent| Message { failed_at: Some(now), failed_reason: Some("no".into()), intent, ..entry(n) };
    settle(&store, &campaign, &[failed(10, None)]).await;
    let mut all: Vec<_> = (0..55).map(sent).collect();
    all[5] = failed(5, None);
    all[7] = failed(7, Some(yours));
    all[8] = failed(8, Some(mine));
    // Settling adds nobody.
    all.push(sent(900));
    settle(&store, &campaign, &all).await;
    let held = async |n| store.entry(&campaign, entry(n).customer_id).await.unwrap();
    let status = async |n| held(n).await.map(|one: Message| one.status());
    // The tenth was refused to somebody else, and taken all the same.
    for n in [0, 5, 6, 10, 24, 25, 54] {
        assert_eq!(status(n).await, Some(MessageStatus::Sent), "{n}");
    }
    assert_eq!(
        (status(7).await, status(8).await),
        (Some(MessageStatus::Queued), Some(MessageStatus::Failed)),
        "whoever has the intent"
    );
    assert_eq!(held(9).await.unwrap().sent_at, Some(at("2026-01-02")), "that it went out is true also where it has failed since");
    assert_eq!(status(9).await, Some(MessageStatus::Failed));
    let counted = store.recount(&campaign, 0).await.unwrap();
    assert_eq!((counted.sent, counted.failed), (52, 2));
    assert_eq!(status(55).await, Some(MessageStatus::Queued));
    assert_eq!(held(900).await, None);
    store.log_recipients(&campaign, &all).await.unwrap();
    assert_eq!((status(5).await, status(900).await), (Some(MessageStatus::Sent), Some(MessageStatus::Sent)), "one is new");
    assert_eq!(held(5).await.unwrap().failed_at, None, "what is there stays as it is");
}

#[tokio::test]
async fn receipts_count_once_in_whatever_order_they_come() {
    let store = store().await;
    let campaign = launched(&store, 40).await;
    for n in 0..40 {
        settle(&store, &campaign, &[Message { sent_at: Some(at("2026-01-02")), ..entry(n) }]).await;
    }
    let who = |n: usize| entry(n).customer_id;
    let mut receipts: Vec<_> = (0..30).map(|n| receipt(&campaign, who(n), Report::Delivered, n as i64)).collect();
    receipts.extend((0..10).map(|n| receipt(&campaign, who(n), Report::Opened, 50 - n as i64)));
    receipts.push(receipt(&campaign, who(0), Report::Opened, 20));
    receipts.push(receipt(&campaign, who(39), Report::Bounced, 1));
    let stranger = receipt(&campaign, who(999), Report::Clicked, 1);
    receipts.push(stranger.clone());
    let mut turned = receipts.clone();
    turned.reverse();
    for receipts in [&receipts, &turned, &receipts] {
        assert_eq!(store.apply_receipts(receipts).await.unwrap(), std::slice::from_ref(&stranger), "of nobody's message");
    }
    let first = store.entry(&campaign, who(0)).await.unwrap().unwrap();
    assert_eq!(first.opened_at, Some(at("2026-01-02").plus(20 * SECOND)), "the earliest stands");
    let tallies = store.tallies(campaign.id).await.unwrap();
    let sum = |pick: fn(&crm_domain::message::Tally) -> u64| tallies.iter().map(|(_, tally)| pick(tally)).sum::<u64>();
    assert_eq!((sum(|t| t.audience), sum(|t| t.sent), sum(|t| t.delivered)), (40, 40, 30));
    assert_eq!((sum(|t| t.opened), sum(|t| t.bounced), sum(|t| t.queued)), (10, 1, 0));
    assert!(!store.is_anybody_queued(&campaign, 0).await.unwrap());
}

#[tokio::test]
async fn why_a_message_failed_is_the_same_in_whatever_order_it_is_told() {
    let store = store().await;
    let campaign = launched(&store, 4).await;
    let lost = |n| Message { unknown_at: Some(at("2026-01-02")), failed_reason: Some("the answer was lost".into()), ..entry(n) };
    let told = |n: usize, report, second, reason: Option<&str>| {
        let reason = reason.map(ToOwned::to_owned);
        Receipt { reason, ..receipt(&campaign, entry(n).customer_id, report, second) }
    };
    for (n, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]].into_iter().enumerate() {
        let receipts = [
            told(n, Report::Bounced, 5, Some("full")),
            told(n, Report::Failed, 7, Some("given up")),
            told(n, Report::Failed, 3, None),
            told(n, Report::Bounced, 5, Some("away")),
        ];
        for (turn, index) in order.into_iter().enumerate() {
            if turn == n {
                settle(&store, &campaign, &[lost(n)]).await;
            }
            for _ in 0..2 {
                store.apply_receipts(&receipts[index..=index]).await.unwrap();
            }
        }
        let held = store.entry(&campaign, entry(n).customer_id).await.unwrap().unwrap();
        let second = |second: i64| Some(at("2026-01-02").plus(second * SECOND));
        assert_eq!((held.why_failed(), held.bounced_at, held.failed_at), (Some("away"), second(5), second(3)), "{order:?}");
    }
    let stranger = told(900, Report::Bounced, 1, Some("no such mailbox"));
    assert_eq!(store.apply_receipts(std::slice::from_ref(&stranger)).await.unwrap(), [stranger], "of nobody's message");
}

#[tokio::test]
async fn an_intent_keeps_others_out() {
    let store = store().await;
    let campaign = launched(&store, 3).await;
    assert!(store.is_anybody_queued(&campaign, 0).await.unwrap());
    let (whom, now) = (entry(0).customer_id, Time::now());
    let (mine, yours) = (Intent::new(now), Intent::new(now));
    assert!(store.note_intent(&campaign, whom, &mine).await.unwrap());
    assert!(!store.note_intent(&campaign, whom, &yours).await.unwrap());
    store.withdraw_intent(&campaign, whom, &yours).await.unwrap();
    let held = async || store.entry(&campaign, whom).await.unwrap().unwrap();
    assert_eq!(held().await.intent.as_ref(), Some(&mine));
    let failed = |intent: Option<Intent>| Message { failed_at: Some(now), intent, ..entry(0) };
    settle(&store, &campaign, &[failed(Some(yours))]).await;
    assert_eq!(held().await.failed_at, None, "whoever has not the intent may not settle it");
    store.withdraw_intent(&campaign, whom, &mine).await.unwrap();
    assert_eq!(held().await.intent, None);
    settle(&store, &campaign, &[failed(None)]).await;
    assert!(!store.note_intent(&campaign, whom, &mine).await.unwrap(), "it is settled");
}

#[tokio::test]
async fn pages_that_are_cut_short_by_their_size_lose_nothing() {
    let store = store().await;
    let campaign = launched(&store, 24).await;
    // Together more than twice the megabyte that one answer holds.
    for n in 0..24 {
        let body = Some(format!("{n}{}", "é".repeat(45_000)));
        settle(&store, &campaign, &[Message { sent_at: Some(at("2026-01-02")), body, ..entry(n) }]).await;
    }
    assert_eq!(campaign.shards, 1);
    assert_eq!(store.shard(&campaign, 0).await.unwrap().len(), 24);
    assert_eq!(all(100, async |after| store.messages(&campaign, after, 100).await).await.len(), 24);
    assert_eq!(store.recount(&campaign, 0).await.unwrap().sent, 24);
    let names: Vec<_> = (0..24).map(|n| MessageId { campaign: campaign.id, customer: entry(n).customer_id }).collect();
    assert_eq!(store.messages_named(&names).await.unwrap().len(), 24);
}

#[tokio::test]
async fn turns_and_hands_have_one_holder() {
    let store = store().await;
    let (campaign, now) = (CampaignId::generate(), Time::now());
    let (one, two) = (entry(1).customer_id, entry(2).customer_id);
    let turn = Turn { campaign, at: now };
    assert!(store.take_turn(one, None, &turn).await.unwrap());
    assert!(!store.take_turn(one, None, &Turn { campaign: CampaignId::generate(), at: now }).await.unwrap());
    let next = Turn { campaign, at: now.plus(SECOND) };
    assert!(store.take_turn(one, Some(&turn), &next).await.unwrap());
    assert!(!store.take_turn(one, Some(&turn), &next).await.unwrap());
    assert_eq!(store.turns(&[one, two]).await.unwrap(), [(one, next)]);

    let none = store.hand(campaign, 3).await.unwrap();
    assert_eq!((none.version, none.record.taken.len()), (0, 0));
    let hand = Hand { at: now, taken: [one, two].into(), closed: BTreeMap::new() };
    store.put_hand(campaign, 3, 0, &hand).await.unwrap();
    conflicts(store.put_hand(campaign, 3, 0, &hand).await);
    let held = store.hand(campaign, 3).await.unwrap();
    assert_eq!((held.version, held.record), (1, hand));
}

#[tokio::test]
async fn an_alarm_rings_until_it_is_settled() {
    let store = store().await;
    let (id, noon) = (CampaignId::generate(), at("2026-01-01T12:00:00Z"));
    store.set_alarm(Alarm::Wake, id, Some(noon)).await.unwrap();
    store.set_alarm(Alarm::Recount, id, Some(noon.plus(HOUR))).await.unwrap();
    assert_eq!(store.alarms(Alarm::Wake, noon.plus(-SECOND)).await.unwrap(), []);
    assert_eq!(store.alarms(Alarm::Wake, noon).await.unwrap(), [(id, noon)]);
    let again = noon.plus(HOUR);
    let claim = store.claim_alarm(Alarm::Wake, id, noon, again).await.unwrap().unwrap();
    assert_eq!(store.claim_alarm(Alarm::Wake, id, noon, again).await.unwrap(), None, "one claims it");
    assert_eq!(store.alarms(Alarm::Wake, noon).await.unwrap(), []);
    store.bring_forward(Alarm::Wake, id, noon.plus(SECOND)).await.unwrap();
    store.settle_alarm(Alarm::Wake, id, claim, None).await.unwrap();
    assert_eq!(store.alarms(Alarm::Wake, again).await.unwrap(), [(id, noon.plus(SECOND))], "brought forward meanwhile, it stays");
    store.bring_forward(Alarm::Wake, id, again).await.unwrap();
    assert_eq!(store.alarms(Alarm::Wake, again).await.unwrap(), [(id, noon.plus(SECOND))], "a later time changes nothing");
    store.set_alarm(Alarm::Wake, id, None).await.unwrap();
    assert_eq!(store.alarms(Alarm::Wake, again).await.unwrap(), []);
    assert_eq!(store.alarms(Alarm::Recount, again).await.unwrap(), [(id, again)]);
}

#[tokio::test]
async fn what_went_to_somebody_is_found_and_forgotten() {
    let store = store().await;
    let (first, second) = (launched(&store, 3).await, launched(&store, 2).await);
    let whom = entry(0).customer_id;
    let sent = Message { sent_at: Some(at("2026-01-02")), subject: Some("s".into()), body: Some("Hi".into()), ..entry(0) };
    settle(&store, &first, &[sent]).await;
    assert_eq!(store.messages_to(&[whom]).await.unwrap().len(), 2);
    let contacts = store.contacts(&[whom], at("2026-01-01")).await.unwrap();
    assert_eq!(contacts.iter().map(|one| one.message.campaign).collect::<Vec<_>>(), [first.id]);
    assert_eq!(store.entries(&second, &[whom, entry(1).customer_id]).await.unwrap().len(), 2);
    store.note_converted(&first, &[(whom, at("2026-01-05"))]).await.unwrap();
    store.note_converted(&first, &[(whom, at("2026-01-04")), (entry(1).customer_id, at("2026-01-06"))]).await.unwrap();
    store.note_converted(&first, &[(whom, at("2026-01-09"))]).await.unwrap();
    assert_eq!(store.entry(&first, whom).await.unwrap().unwrap().converted_at, Some(at("2026-01-04")), "the earliest stands");

    let usage = Usage { written: 1_500, ..Usage::default() };
    let attempt = Uuid::now_v7();
    for attempt in [attempt, attempt, Uuid::now_v7()] {
        store.note_usage(first.id, Work::Delivery, attempt, &usage).await.unwrap();
    }
    assert_eq!(store.usage(first.id).await.unwrap(), [(Work::Delivery, Usage { written: 3_000, ..usage })]);

    assert_eq!(store.forget_messages(whom, Time::now()).await.unwrap(), 2);
    let left = store.entry(&first, whom).await.unwrap().unwrap();
    assert_eq!(
        (left.status(), left.body, left.email.contains("c0")),
        (MessageStatus::Converted, None, false),
        "that it was sent stays"
    );
    assert_eq!(left.channel, Channel::Email);
}

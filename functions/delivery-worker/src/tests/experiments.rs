//! Holdouts and test phases, and drafts that are launched.

use crm_domain::ports::KeepReports;
use crm_domain::report::{Reports, Run};
use crm_domain::time::MINUTE;

use super::reports::order;
use super::*;

#[tokio::test]
async fn who_is_held_out_is_logged_and_gets_nothing() {
    let crm = Crm::new(200);
    let draft = CampaignDraft { holdout: share(300_000), ..hello(&["x"]) };
    let campaign = crm.launch_draft(draft, 200).await;
    let previewed = crm.preview(&campaign).await;
    crm.drain().await;
    crm.assert_counts(campaign.id).await;
    assert_eq!(crm.assert_funnel(campaign.id).await, previewed);
    let held: Vec<_> =
        crm.memory.log(campaign.id).into_iter().filter(|entry| entry.skipped_reason == Some(SkipReason::HeldOut)).collect();
    assert_eq!(held.len() as u64, previewed.not_capped - previewed.not_held_out);
    let holdout = campaign.audience(ConsentDefaults::default()).holdout;
    let drawn = crm.memory.log(campaign.id).into_iter().filter(|entry| holdout.holds(entry.customer_id));
    let drawn: Vec<_> = drawn.filter(|entry| matches!(entry.skipped_reason, None | Some(SkipReason::HeldOut))).collect();
    assert_eq!(held, drawn);
    assert!((1..previewed.not_capped).contains(&(held.len() as u64)), "{}", held.len());
    assert!(held.iter().all(|entry| entry.skipped_phase == Some(Phase::Launch)));
    let written: BTreeSet<_> = crm.memory.letters().iter().map(|letter| letter.id.customer).collect();
    assert!(held.iter().all(|entry| !written.contains(&entry.customer_id)));
    assert_eq!(written.len() as u64, previewed.will_send());
}

fn click_of(campaign: &Campaign, entry: &Message) -> Receipt {
    Receipt {
        message: campaign.message_id(entry.customer_id),
        report: Report::Clicked,
        at: Time::now(),
        reason: None,
        bounce: crm_domain::message::Bounce::Hard,
        machine: false,
    }
}

#[tokio::test]
async fn the_rest_waits_for_the_winner_and_gets_it() {
    let crm = Crm::new(200);
    let test = Test { share: share(400_000), minutes: 60, by: WinBy::Clicks };
    let campaign = crm.launch_draft(CampaignDraft { test: Some(test), ..hello(&["first", "second"]) }, 1_000).await;
    crm.work().await;
    crm.work().await;
    let (tested, rest): (Vec<_>, Vec<_>) = crm
        .memory
        .log(campaign.id)
        .into_iter()
        .filter(|entry| entry.skipped_reason.is_none())
        .partition(|entry| test.takes(campaign.id, entry.customer_id));
    assert!(tested.iter().all(|entry| entry.sent_at.is_some()) && rest.iter().all(|entry| entry.sent_at.is_none()));
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!(tally.variants.iter().map(|counts| counts.sent).sum::<u64>(), tested.len() as u64);
    assert!(tally.variants[0].sent > 0 && tally.variants[1].sent > 0 && tally.queued > 0);
    // The second does better.
    let second: Vec<_> = tested.iter().filter(|entry| entry.variant == 1).collect();
    let clicked: Vec<Receipt> = second[1..].iter().map(|entry| click_of(&campaign, entry)).collect();
    crm.memory.apply_receipts(&clicked).await.unwrap();
    let waiting = crm.memory.drain(QueueName::Delivery);
    assert_eq!(waiting.iter().map(|message| message.delay).collect::<Vec<_>>(), [900], "nothing but the end is awaited");
    crm.put([Task::Decide { campaign: campaign.id, asked_at: None }].into_iter()).await;
    crm.work().await;
    assert_eq!(crm.state(campaign.id).await.winner, None, "not before its time");
    crm.memory.drain(QueueName::Delivery);
    // The hour passes.
    assert!(crm.change(campaign.id, |state| Some(CampaignState { test_until: Some(Time::now()), ..state.clone() })).await);
    let decide = || vec![received(Task::Decide { campaign: campaign.id, asked_at: None }.body().into())];
    crm.worker.handle(decide()).await;
    assert_eq!(crm.state(campaign.id).await.winner, Some(1));
    // The first catches up, too late.
    let late = tested.iter().filter(|entry| entry.variant == 0).map(|entry| click_of(&campaign, entry)).collect::<Vec<_>>();
    crm.memory.apply_receipts(&[&late[..], &late[..]].concat()).await.unwrap();
    crm.worker.handle(decide()).await;
    crm.drain().await;
    let state = crm.state(campaign.id).await;
    assert_eq!((state.status, state.winner), (CampaignStatus::Sent, Some(1)));
    let was_tested: BTreeSet<_> = tested.iter().map(|entry| entry.customer_id).collect();
    for entry in crm.memory.log(campaign.id).into_iter().filter(|entry| entry.sent_at.is_some()) {
        if !was_tested.contains(&entry.customer_id) {
            assert_eq!(entry.variant, 1);
        }
        assert_eq!(entry.body.as_deref(), Some(["first", "second"][entry.variant as usize]));
    }
    crm.assert_counts(campaign.id).await;
    crm.assert_funnel(campaign.id).await;
}

/// A campaign in whose test phase, over by now, the second variant got all the clicks and the first all the orders. There is
/// a report from before the orders.
async fn tested_by_conversions(crm: &Crm) -> Campaign {
    let test = Some(Test { share: share(400_000), minutes: 60, by: WinBy::Conversions });
    let campaign = crm.launch_draft(CampaignDraft { test, ..hello(&["first", "second"]) }, 1_000).await;
    crm.work().await;
    crm.work().await;
    crm.memory.drain(QueueName::Delivery);
    crm.report(campaign.id).await;
    let tested = crm.memory.log(campaign.id).into_iter().filter(|entry| entry.sent_at.is_some());
    let (first, second): (Vec<_>, Vec<_>) = tested.partition(|entry| entry.variant == 0);
    assert!(!first.is_empty() && !second.is_empty());
    let clicks: Vec<Receipt> = second.iter().map(|entry| click_of(&campaign, entry)).collect();
    crm.memory.apply_receipts(&clicks).await.unwrap();
    for entry in &first {
        order(&crm.memory, &entry.email, &format!("of {}", entry.email), 10, Time::now());
    }
    assert!(crm.change(campaign.id, |state| Some(CampaignState { test_until: Some(Time::now()), ..state.clone() })).await);
    crm.memory.drain(QueueName::Delivery);
    campaign
}

impl Crm {
    async fn decide(&self, id: CampaignId, asked_at: Option<Time>) {
        let body = Task::Decide { campaign: id, asked_at }.body();
        assert!(self.worker.handle(vec![received(body.into())]).await.is_empty());
    }

    /// The kinds of what is on the delivery queue, and whether it waits; takes it off.
    fn asked(&self) -> Vec<(String, u32)> {
        let kind = |body: &str| serde_json::from_str::<Value>(body).unwrap()["task"].as_str().unwrap().to_owned();
        self.memory.drain(QueueName::Delivery).iter().map(|message| (kind(&message.body), message.delay)).collect()
    }
}

#[tokio::test]
async fn conversions_are_counted_after_the_test_phase_and_then_decide() {
    let crm = Crm::new(200);
    let campaign = tested_by_conversions(&crm).await;
    let (recount, look) = (("recount.v1".to_owned(), 0), ("decide.v1".to_owned(), 5));
    crm.decide(campaign.id, None).await;
    assert_eq!(crm.state(campaign.id).await.winner, None, "the report from before is none of the test phase");
    // The request is lost: it is asked for again, however often.
    assert_eq!(crm.asked(), [recount.clone(), look.clone()]);
    crm.decide(campaign.id, Some(Time::now())).await;
    assert_eq!(crm.asked(), [recount.clone(), look.clone()]);
    // Somebody is at it: it is waited for.
    let held = crm.memory.reports(campaign.id).await.unwrap().unwrap();
    let counting = Reports { run: Some(Run::new(Time::now())), ..held.record.clone() };
    crm.memory.put_reports(held.version, &counting).await.unwrap();
    crm.decide(campaign.id, Some(Time::now())).await;
    assert_eq!(crm.asked(), [look]);
    crm.memory.put_reports(held.version + 1, &held.record).await.unwrap();
    // Copies of everything.
    let asked_at = Time::now();
    let ask = || Task::Recount { campaign: campaign.id, run: None, asked_at };
    let decide = || Task::Decide { campaign: campaign.id, asked_at: Some(asked_at) };
    crm.put([decide(), ask(), decide(), ask()].into_iter()).await;
    crm.drain().await;
    let state = crm.state(campaign.id).await;
    assert_eq!((state.status, state.winner), (CampaignStatus::Sent, Some(0)), "who ordered, not who clicked");
    crm.assert_counts(campaign.id).await;
    crm.assert_funnel(campaign.id).await;
    assert!(crm.memory.dead(QueueName::Delivery).is_empty());
}

#[tokio::test]
async fn nobody_waits_for_ever_for_conversions_that_cannot_be_counted() {
    let crm = Crm::new(200);
    let campaign = tested_by_conversions(&crm).await;
    let held = crm.memory.reports(campaign.id).await.unwrap().unwrap();
    let stuck = Reports { run: Some(Run::new(Time::now())), ..held.record };
    crm.memory.put_reports(held.version, &stuck).await.unwrap();
    crm.decide(campaign.id, Some(Time::now().plus(-59 * MINUTE))).await;
    assert_eq!(crm.state(campaign.id).await.winner, None);
    crm.decide(campaign.id, Some(Time::now().plus(-60 * MINUTE))).await;
    assert_eq!(crm.state(campaign.id).await.winner, Some(1));
}

#[tokio::test]
async fn a_test_phase_can_be_cancelled_and_outlives_a_pause() {
    let crm = Crm::new(60);
    let test = Some(Test { share: share(300_000), minutes: 60, by: WinBy::Conversions });
    let campaign = crm.launch_draft(CampaignDraft { test, ..hello(&["first", "second"]) }, 60).await;
    crm.work().await;
    crm.work().await;
    let sent = crm.tally(campaign.id).await.sent;
    crm.memory.drain(QueueName::Delivery);
    assert!(crm.change(campaign.id, |state| state.paused(Time::now())).await);
    crm.put([Task::Decide { campaign: campaign.id, asked_at: None }].into_iter()).await;
    crm.drain().await;
    assert_eq!(crm.state(campaign.id).await.winner, None);
    assert!(crm.change(campaign.id, |state| state.resumed(Time::now())).await);
    crm.work().await;
    let asked = crm.memory.drain(QueueName::Delivery);
    assert!(asked.iter().any(|message| message.body.contains("decide.v1")), "the end is asked for once more");
    assert!(crm.change(campaign.id, |state| state.cancelled(Time::now())).await);
    crm.drain().await;
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!((tally.sent, tally.queued), (sent, 0));
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Cancelled);
    crm.assert_funnel(campaign.id).await;
}

#[tokio::test]
async fn a_step_of_a_launch_that_lost_is_let_be() {
    let crm = Crm::new(5);
    let campaign = crm.launch("x", 5, None).await;
    // The other launch saw more customers, and so more parts.
    let own = crm.memory.drain(QueueName::Delivery);
    crm.put([Task::Plan { campaign: campaign.id, part: 1, after: None, queued: 0 }].into_iter()).await;
    crm.drain().await;
    assert!(!crm.state(campaign.id).await.planned, "nobody has looked at the one part there is");
    crm.memory.enqueue(QueueName::Delivery, own).await.unwrap();
    crm.drain().await;
    assert_eq!(crm.assert_counts(campaign.id).await.audience, 5);
    let rules = campaign.rules.clone();
    let draft = hello(&["x"]).into_draft(CampaignId::generate(), rules, Time::now());
    crm.memory.create_campaign(&draft, &audit()).await.unwrap();
    crm.put([Task::Plan { campaign: draft.id, part: 0, after: None, queued: 0 }].into_iter()).await;
    crm.drain().await;
    assert!(crm.memory.log(draft.id).is_empty(), "a draft is not planned");
    assert!(crm.memory.dead(QueueName::Delivery).is_empty());
}

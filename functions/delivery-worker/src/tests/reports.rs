//! Reports over the ports in memory: exact after cancellations and merges, under crashes and copies, and within budget.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::attribution::DEFAULT_DAYS;
use crm_domain::cost::{Usage, WHOLE, Work};
use crm_domain::message::{Message, Receipt, Report as Reported};
use crm_domain::ports::{Alarm, ApplyEvents, EditCustomers, KeepAlarms, KeepLog, KeepReports, MeterUsage};
use crm_domain::report::{Group, Report};
use crm_domain::time::{DAY, HOUR};
use crm_domain::timing::Timing;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::histories::{Sqs, consume};
use super::*;
use crate::worker::Next;

pub(super) fn id_of(number: u32) -> CustomerId {
    CustomerId::of(&Email::parse(&format!("p{number}@x.in")).unwrap())
}

fn event(memory: &Memory, kind: &str, id: &str, time: Time, data: &Value) {
    let event = json!({"specversion": "1.0", "id": id, "source": "/t", "type": kind, "time": time, "data": data});
    let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
    memory.apply(&[event]);
}

pub(super) fn order(memory: &Memory, email: &str, number: &str, total: i64, at: Time) {
    let data = json!({"email": email, "orderId": number, "total": total, "placedAt": at});
    event(memory, "crm.order.place.v1", number, at, &data);
}

/// A campaign that is over, whose log is just these entries.
pub(super) async fn written(crm: &Crm, variants: usize, entries: &[Message], begun: Time) -> Campaign {
    let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
    let draft = CampaignDraft {
        name: "Hello".into(),
        segment_id: SegmentId::generate(),
        channel: Channel::Email,
        objective: None,
        variants: vec![Variant { subject: Some("Hi".into()), body: "x".into(), share: None }; variants],
        holdout: crm_domain::experiment::Share::NONE,
        test: None,
        scheduled_at: None,
        timing: Timing::default(),
        caps: None,
        attribution_days: None,
        draft: false,
    };
    let rules = Rules::parse(&rules, "rules", &settings().currency).unwrap();
    let mut campaign = draft.into_campaign(CampaignId::generate(), rules, 2_000, begun);
    let mut log = Tally::default();
    for entry in entries {
        log.count(entry);
    }
    campaign.state = campaign.state.planned(&log, None, begun).unwrap().finished(begun.plus(HOUR)).unwrap();
    crm.memory.create_campaign(&campaign, &audit()).await.unwrap();
    crm.memory.log_recipients(&campaign, entries).await.unwrap();
    for shard in 0..campaign.shards {
        crm.memory.recount(&campaign, shard).await.unwrap();
    }
    campaign
}

fn entry(number: u32, sent_at: Option<Time>, begun: Time) -> Message {
    Message { sent_at, variant: number % 2, ..Message::blank(&Email::parse(&format!("p{number}@x.in")).unwrap(), begun) }
}

impl Crm {
    /// A report that is made now, whatever there is already.
    pub(super) async fn report(&self, id: CampaignId) -> Report {
        self.put([Task::Recount { campaign: id, run: None, asked_at: Time::now() }].into_iter()).await;
        self.drain().await;
        self.memory.reports(id).await.unwrap().unwrap().record.latest.unwrap()
    }
}

fn bought(group: Group) -> (u64, u64, u64, i64) {
    (group.people, group.converted, group.orders, group.revenue)
}

#[tokio::test]
async fn cancelled_and_late_orders_are_right_in_the_next_report() {
    let crm = Crm::new(6);
    let begun = Time::now().plus(-2 * DAY);
    let entries: Vec<Message> = (0..6).map(|number| entry(number, Some(begun), begun)).collect();
    let campaign = written(&crm, 2, &entries, begun).await;
    order(&crm.memory, "p0@x.in", "one", 10, begun.plus(HOUR));
    order(&crm.memory, "p0@x.in", "two", 5, begun.plus(DAY));
    order(&crm.memory, "p1@x.in", "before", 70, begun);
    let report = crm.report(campaign.id).await;
    assert_eq!(bought(report.count.sent()), (6, 1, 2, 1_500));
    assert_eq!(bought(report.count.variants[0].bought), (3, 1, 2, 1_500));
    let stored = |number| crm.memory.log(campaign.id).into_iter().find(|entry| entry.customer_id == id_of(number)).unwrap();
    assert_eq!((stored(0).status(), stored(0).converted_at), (MessageStatus::Converted, Some(begun.plus(HOUR))));
    assert_eq!(stored(1).status(), MessageStatus::Sent);
    // Cancelled, and an earlier one comes late.
    event(&crm.memory, "crm.order.status.v1", "c1", Time::now(), &json!({"orderId": "one", "status": "cancelled"}));
    order(&crm.memory, "p1@x.in", "late", 7, begun.plus(2 * HOUR));
    let report = crm.report(campaign.id).await;
    assert_eq!(bought(report.count.sent()), (6, 2, 2, 1_200));
    event(&crm.memory, "crm.order.status.v1", "c2", Time::now(), &json!({"orderId": "two", "status": "refunded"}));
    assert_eq!(bought(crm.report(campaign.id).await.count.sent()), (6, 1, 1, 700));
    // They have ordered, whatever became of it: a status never goes back.
    assert_eq!((stored(0).status(), stored(0).converted_at), (MessageStatus::Converted, Some(begun.plus(HOUR))));
}

#[tokio::test]
async fn orders_of_merged_recipients_count_once_and_those_held_out_are_compared() {
    let crm = Crm::new(7);
    let begun = Time::now().plus(-2 * DAY);
    let held = |number| Message { skipped_reason: Some(SkipReason::HeldOut), ..entry(number, None, begun) };
    let mut entries: Vec<Message> = (0..4).map(|number| entry(number, Some(begun), begun)).collect();
    entries.extend([held(4), held(5)]);
    let campaign = written(&crm, 2, &entries, begun).await;
    for (person, number, total) in [(0, "a", 10), (1, "b", 20), (4, "d", 30), (5, "e", 40), (6, "f", 50)] {
        order(&crm.memory, &format!("p{person}@x.in"), number, total, begun.plus(HOUR));
    }
    let before = crm.report(campaign.id).await.count;
    assert_eq!((bought(before.sent()), bought(before.held_out)), ((4, 2, 2, 3_000), (2, 2, 2, 7_000)));
    assert!(before.lift().unwrap().conversion.is_some_and(|difference| difference.value < 0.0));
    // One recipient into another; one of those held out into a recipient; a recipient into somebody who is none.
    for (from, into) in [(1, 0), (4, 2), (3, 6)] {
        let mut ledger = crm.memory.hold(&[id_of(into), id_of(from)]).await.unwrap();
        ledger.merge(id_of(into), id_of(from), &crm_domain::stamp::Stamp { at: Time::now(), event: "m".into() }).unwrap();
        crm.memory.edit(&ledger, None, None).await.unwrap();
    }
    let after = crm.report(campaign.id).await.count;
    // 10 and 20 are one person's and count once; 30 is now a recipient's, and so is 50.
    assert_eq!((bought(after.sent()), bought(after.held_out)), ((4, 3, 4, 11_000), (1, 1, 1, 4_000)));
    assert_eq!(after.tally, before.tally);
}

#[tokio::test]
async fn reports_are_made_of_themselves_until_the_last_window_has_closed() {
    let crm = Crm::new(2);
    let now = Time::now();
    for (age, until_next) in [(DAY, HOUR), (5 * DAY, DAY)] {
        let sent = now.plus(-age);
        let open = written(&crm, 1, &[entry(0, Some(sent), sent)], sent).await;
        crm.memory.set_alarm(Alarm::Recount, open.id, Some(now)).await.unwrap();
        let made = crm.report(open.id).await;
        assert_eq!(crm.memory.alarm(Alarm::Recount, open.id), Some(made.as_of.plus(until_next)));
    }
    let long_ago = now.plus(-(i64::from(DEFAULT_DAYS) + 1) * DAY);
    let closed = written(&crm, 1, &[entry(1, Some(long_ago), long_ago)], long_ago).await;
    crm.memory.set_alarm(Alarm::Recount, closed.id, Some(now)).await.unwrap();
    crm.report(closed.id).await;
    assert_eq!(crm.memory.alarm(Alarm::Recount, closed.id), None);
    // A launch plans the first one.
    let launched = crm.launch("x", 2, None).await;
    crm.drain().await;
    assert!(crm.memory.alarm(Alarm::Recount, launched.id).is_some());
}

#[tokio::test]
async fn a_report_of_many_stretches_is_that_of_one() {
    let crm = Crm::new(40);
    let begun = Time::now().plus(-2 * DAY);
    let entries: Vec<Message> = (0..40).map(|number| entry(number, Some(begun), begun)).collect();
    let campaign = written(&crm, 2, &entries, begun).await;
    for number in 0..40 {
        order(&crm.memory, &format!("p{number}@x.in"), &number.to_string(), i64::from(number), begun.plus(HOUR));
    }
    let whole = crm.report(campaign.id).await;
    let past = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    let mut next = crm.worker.recount(campaign.id, None, Time::now(), past).await.unwrap();
    let mut stretches = 1;
    while let Next::Then(Task::Recount { campaign, run, asked_at }, _) = next {
        // Each message comes twice: the copy of one that is done finds nothing to do, or the same stretch.
        next = crm.worker.recount(campaign, run, asked_at, past).await.unwrap();
        stretches += 1;
    }
    let again = crm.memory.reports(campaign.id).await.unwrap().unwrap().record;
    assert!(stretches > 1 && again.run.is_none());
    let again = again.latest.unwrap();
    assert!(again.as_of > whole.as_of);
    assert_eq!(again.count, whole.count);
}

#[tokio::test]
async fn crashes_and_copies_make_no_wrong_report() {
    for seed in 0..60 {
        let mut chance = StdRng::seed_from_u64(seed);
        let crm = Crm::new(30);
        let begun = Time::now().plus(-2 * DAY);
        let entries: Vec<Message> = (0..30).map(|number| entry(number, (number % 5 != 0).then_some(begun), begun)).collect();
        let campaign = written(&crm, 2, &entries, begun).await;
        let mut expected = 0;
        for number in 0..30 {
            order(&crm.memory, &format!("p{number}@x.in"), &number.to_string(), i64::from(number), begun.plus(HOUR));
            expected += if number % 5 == 0 { 0 } else { i64::from(number) * 100 };
        }
        let ask = || Task::Recount { campaign: campaign.id, run: None, asked_at: Time::now() };
        let sqs = Mutex::new(Sqs { chance: StdRng::seed_from_u64(seed + 1_000), waiting: Vec::new() });
        for _ in 0..10 {
            crm.put([ask()].into_iter()).await;
            crm.memory.die_after(chance.random_ratio(2, 3).then(|| chance.random_range(0..60)));
            tokio::join!(consume(&crm, &sqs), consume(&crm, &sqs));
            crm.memory.die_after(None);
            let stored = crm.memory.reports(campaign.id).await.unwrap();
            // Whatever was finished is whole.
            if let Some(latest) = stored.and_then(|stored| stored.record.latest) {
                assert_eq!((latest.count.tally.audience, latest.count.sent().revenue), (30, expected), "seed {seed}");
            }
        }
        let waiting = sqs.into_inner().unwrap().waiting;
        crm.memory.enqueue(QueueName::Delivery, waiting).await.unwrap();
        crm.drain().await;
        let reports = crm.memory.reports(campaign.id).await.unwrap().unwrap().record;
        assert!(reports.latest.is_some() || reports.run.is_some(), "seed {seed}");
        assert!(crm.memory.dead(QueueName::Delivery).is_empty(), "seed {seed}");
    }
}

/// What the simulated provider says of a hundred letters: two messages, nine in ten delivered, some of those opened.
pub(super) async fn receipts(crm: &Crm, campaign: &Campaign) -> Usage {
    let mut used = Usage::default();
    let letters = crm.memory.letters().into_iter().filter(|letter| letter.id.campaign == campaign.id);
    for letters in letters.collect::<Vec<_>>().chunks(100) {
        let receipt = |number: usize, report| {
            let reason = (report == Reported::Bounced).then(|| "the mailbox does not exist (simulated)".to_owned());
            Receipt {
                message: campaign.message_id(letters[number].id.customer),
                report,
                at: Time::now(),
                reason,
                bounce: crm_domain::message::Bounce::Hard,
                machine: false,
            }
        };
        let outcome = |number: usize| if number.is_multiple_of(10) { Reported::Bounced } else { Reported::Delivered };
        let soon: Vec<Receipt> = (0..letters.len()).map(|number| receipt(number, outcome(number))).collect();
        let later: Vec<Receipt> =
            (0..letters.len()).filter(|number| number % 3 == 1).map(|number| receipt(number, Reported::Opened)).collect();
        for receipts in [soon, later] {
            let (unknown, usage) = crm.memory.metered(crm.memory.apply_receipts(&receipts)).await;
            assert!(unknown.unwrap().is_empty());
            // Of 350 bytes each; a message is received and deleted alone.
            let sent = crm_domain::cost::queue_requests(receipts.len() * 350);
            used = used.plus(usage).plus(Usage::of_consuming(1, 0, 0)).plus(Usage { queued: sent, ..Usage::default() });
        }
    }
    used
}

/// The budget of a recipient without caps: at most 4 write units and 0.1 requests to queues, from the launch to the last
/// receipt, and a report on top.
#[tokio::test]
async fn a_recipient_costs_at_most_four_write_units_and_a_tenth_of_a_queue_request() {
    let crm = Crm::new(1_400);
    let campaign = crm.launch("Dear {{name}}, thank you.", 1_400, None).await;
    crm.drain().await;
    let received = receipts(&crm, &campaign).await;
    crm.memory.note_usage(campaign.id, Work::Receipts, uuid::Uuid::now_v7(), &received).await.unwrap();
    let report = crm.report(campaign.id).await;
    let sent = report.count.tally.sent;
    assert_eq!(sent, 1_200);
    let total = report.usage.iter().fold(Usage::default(), |sum, (_, usage)| sum.plus(*usage));
    let works: Vec<Work> = report.usage.iter().map(|(work, _)| *work).collect();
    assert_eq!(works, [Work::Planning, Work::Delivery, Work::Receipts]);
    assert!(total.written <= Usage::most_of_campaign(sent, false, 0).written, "{} write units for {sent}", total.written / WHOLE);
    assert!(total.written >= 3 * WHOLE * sent, "something is not counted: {} write units for {sent}", total.written / WHOLE);
    assert!(total.queued <= Usage::most_of_campaign(sent, false, 0).queued, "{} queue requests for {sent}", total.queued / WHOLE);
    assert!(total.read > 0 && total.read <= Usage::most_of_campaign(sent, false, 0).read, "{} read units", total.read / WHOLE);
    assert!(total.invoked > 0);
}

#[tokio::test]
async fn each_attempt_of_a_step_is_noted_once() {
    let crm = Crm::new(10);
    let campaign = crm.launch("x", 10, None).await;
    crm.drain().await;
    let attempts = crm.memory.attempts(campaign.id);
    assert_eq!(attempts, 2, "a plan and a delivery");
    let usage = crm.memory.usage(campaign.id).await.unwrap();
    // The same attempt again changes nothing; another attempt of the same step is one more.
    let attempt = uuid::Uuid::now_v7();
    for _ in 0..3 {
        crm.memory.note_usage(campaign.id, Work::Delivery, attempt, &Usage { written: 5, ..Usage::default() }).await.unwrap();
    }
    let more = crm.memory.usage(campaign.id).await.unwrap();
    assert_eq!(more[1].1.written, usage[1].1.written + 5);
    crm.put([Task::Deliver { campaign: campaign.id, first: 0, last: 9, until: None }].into_iter()).await;
    crm.drain().await;
    assert_eq!(crm.memory.attempts(campaign.id), attempts + 2);
}

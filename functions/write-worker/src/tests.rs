//! Batches over the ports in memory.

use crm_domain::audience::Decision;
use crm_domain::campaign::{Campaign, CampaignDraft, Variant};
use crm_domain::customer::{Channel, Customer};
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::experiment::Share;
use crm_domain::ids::{CampaignId, CustomerId, SegmentId};
use crm_domain::json::Json;
use crm_domain::message::{Message, MessageStatus};
use crm_domain::money::Money;
use crm_domain::names::Name;
use crm_domain::ports::{
    KeepCampaigns, KeepLog, KeepNames, KeepSuppressions, Outgoing, QueueName, ReadCustomers, ReadFigures, ReadSuppressions,
};
use crm_domain::rules::Rules;
use crm_domain::suppression::{Suppression, SuppressionReason};
use crm_domain::time::{SECOND, Time};
use crm_domain::timing::Timing;
use crm_lambda::batch::{Incoming, incoming};
use crm_testing::{Facts, Memory, addresses, audit, cases, received, settings};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::time::Instant;

use crate::consume::Worker;

fn worker() -> Worker<Memory, Memory> {
    let memory = Arc::new(Memory::default());
    Worker { store: memory.clone(), queue: memory, currency: settings().currency.clone() }
}

fn message(id: &str, body: &Value) -> Incoming {
    Incoming { id: id.into(), ..received(QueueName::Orders, body.to_string()) }
}

fn order(id: u32, email: &str, total: u32) -> Value {
    json!({
        "specversion": "1.0", "id": format!("{id}"), "source": "/t", "type": "crm.order.place.v1", "time": "2026-01-01T00:00:00Z",
        "data": {"email": email, "orderId": format!("o{id}"), "total": total},
    })
}

async fn spend(worker: &Worker<Memory, Memory>, email: &str) -> Money {
    let id = CustomerId::of(&Email::parse(email).unwrap());
    worker.store.customer(id).await.unwrap().unwrap().record.total_spend()
}

#[tokio::test]
async fn every_event_of_the_folder_is_applied_or_set_aside() {
    for (case, event) in cases("write-worker") {
        let worker = worker();
        let messages = incoming(serde_json::from_str(&event).unwrap());
        assert!(!messages.is_empty(), "{case}");
        let queue = messages[0].queue;
        assert_eq!(worker.consume(messages).await, Vec::<String>::new(), "{case}");
        let dead = worker.queue.dead(queue);
        assert_eq!(dead.is_empty(), !case.starts_with("bad-"), "{case}");
        for letter in dead {
            assert!(letter.attributes.iter().any(|(name, reason)| *name == "reason" && !reason.is_empty()), "{letter:?}");
        }
        assert!(queue == QueueName::Receipts || worker.store.commits() > 0, "{case}: neighbours are applied");
    }
}

#[tokio::test]
async fn duplicates_within_and_across_batches_count_once() {
    let worker = worker();
    let body = json!([order(1, "a@x.in", 10), order(2, "a@x.in", 5), order(1, "a@x.in", 10)]);
    for _ in 0..2 {
        assert!(worker.consume(vec![message("m1", &body), message("m2", &body)]).await.is_empty());
    }
    assert_eq!(spend(&worker, "a@x.in").await, Money::from_minor(1_500));
    assert_eq!(worker.store.figures().await.unwrap().days[0].figures.orders, 2);
}

#[tokio::test]
async fn a_record_that_moved_is_read_again() {
    let worker = worker();
    worker.store.fail_commits(3);
    let bodies: Vec<Value> = (0..40).map(|n| order(n, &format!("c{}@x.in", n % 4), 1)).collect();
    assert!(worker.consume(vec![message("m", &json!(bodies))]).await.is_empty());
    assert_eq!(spend(&worker, "c0@x.in").await, Money::from_minor(1_000));
}

#[tokio::test]
async fn what_cannot_be_committed_comes_again_and_its_neighbours_too_but_nothing_is_lost() {
    let worker = worker();
    worker.store.fail_commits(1_000);
    assert_eq!(worker.consume(vec![message("m", &order(1, "a@x.in", 1))]).await, ["m"]);
    worker.store.fail_commits(0);
    assert!(worker.consume(vec![message("m", &order(1, "a@x.in", 1))]).await.is_empty());
    assert_eq!(spend(&worker, "a@x.in").await, Money::from_minor(100));
}

#[tokio::test]
async fn what_there_is_no_time_for_comes_again_instead_of_being_cut_off() {
    let worker = worker();
    let batch =
        || vec![message("m1", &order(1, "a@x.in", 1)), message("m2", &json!([order(2, "b@x.in", 1), {"type": "unheard"}]))];
    assert_eq!(worker.consume_until(batch(), Instant::now()).await, ["m1", "m2"]);
    assert_eq!((worker.store.commits(), worker.queue.dead(QueueName::Orders).len()), (0, 0));
    assert!(worker.consume(batch()).await.is_empty());
    assert_eq!(spend(&worker, "b@x.in").await, Money::from_minor(100));
}

#[tokio::test]
async fn counted_is_what_this_attempt_has_committed() {
    let (worker, facts) = (worker(), Facts::watched());
    let counts = ["writes.applied", "writes.duplicate", "writes.rejected"];
    let unreadable = json!({"type": "crm.order.unheard.v1"});
    let again = Incoming { sent_at: Some(Time::now()), ..message("m", &json!([order(1, "a@x.in", 1), unreadable])) };
    worker.store.fail_commits(1_000);
    assert_eq!(worker.consume(vec![again.clone()]).await, ["m"]);
    assert_eq!(facts.take(counts), [0, 0, 0], "nothing of a message that comes again");
    worker.store.fail_commits(0);
    assert!(worker.consume(vec![again.clone()]).await.is_empty());
    assert_eq!(facts.take(counts), [1, 0, 1]);
    assert!(worker.consume(vec![again]).await.is_empty());
    assert_eq!(facts.take(counts), [0, 1, 1]);
    worker.consume(vec![message("n", &order(1, "a@x.in", 2))]).await;
    assert_eq!(facts.take(counts), [0, 0, 1], "it contradicts what is known");
}

#[tokio::test]
async fn a_write_is_as_late_as_its_message_is_old_when_all_of_it_is_applied() {
    let (worker, facts) = (worker(), Facts::watched());
    let sent = Incoming { sent_at: Some(Time::now().plus(-7 * SECOND)), ..message("m", &order(1, "a@x.in", 1)) };
    worker.store.fail_commits(1_000);
    worker.consume(vec![sent.clone()]).await;
    assert_eq!(facts.take(["writes.lag"]), [0]);
    worker.store.fail_commits(0);
    worker.consume(vec![sent]).await;
    let [lag] = facts.take(["writes.lag"]);
    assert!((7_000..60_000).contains(&lag), "{lag}");
}

#[tokio::test]
async fn what_storage_never_takes_is_set_aside_at_once_and_its_neighbours_are_applied() {
    let worker = worker();
    worker.store.reject(CustomerId::of(&Email::parse("large@x.in").unwrap()));
    let batch = vec![message("m1", &order(1, "large@x.in", 1)), message("m2", &order(2, "a@x.in", 1))];
    assert!(worker.consume(batch).await.is_empty());
    assert_eq!(spend(&worker, "a@x.in").await, Money::from_minor(100));
    let dead = worker.queue.dead(QueueName::Orders);
    assert_eq!(dead.len(), 1);
    assert!(dead[0].body.contains("large@x.in"));
    let reason = dead[0].attributes.iter().find(|(name, _)| *name == "reason").map(|(_, reason)| reason.as_str());
    assert_eq!(reason, Some("storage does not take what was to be written: an item is too large"));
}

#[tokio::test]
async fn one_customer_with_hundreds_of_orders_fits_into_transactions() {
    let worker = worker();
    let bodies: Vec<Value> = (0..504).map(|n| order(n, "whale@x.in", 1)).collect();
    assert!(worker.consume(vec![message("m", &json!(bodies))]).await.is_empty());
    assert_eq!(spend(&worker, "whale@x.in").await, Money::from_minor(50_400));
}

#[tokio::test]
async fn late_orders_in_every_chapter_of_a_long_history_fit_into_transactions() {
    let worker = worker();
    let placed = |id: i64, minutes: i64| {
        let mut order = order(id as u32, "whale@x.in", 1);
        order["data"]["placedAt"] = json!(Time::from_micros(1_500_000_000_000_000 + minutes * 60 * SECOND));
        order
    };
    let events: Vec<Event> = (0..25_000)
        .map(|n| {
            Event::parse(&Json::parse(placed(n, n * 60).to_string().as_bytes()).unwrap(), &worker.currency, Time::now()).unwrap()
        })
        .collect();
    worker.store.apply(&events);
    let id = CustomerId::of(&Email::parse("whale@x.in").unwrap());
    let before = worker.store.customer(id).await.unwrap().unwrap().record.history;
    assert!(before.chapters().len() >= 10, "{}", before.chapters().len());
    let late: Vec<Value> = (0..60).map(|n| placed(25_000 + n, n * 25_000 + 1)).collect();
    assert!(worker.consume(vec![message("m", &json!(late))]).await.is_empty());
    let after = worker.store.customer(id).await.unwrap().unwrap().record.history;
    assert_eq!(after.sums().order_count, 25_060);
    assert_eq!(before.chapters_beyond(&after).len(), before.chapters().len());
}

#[tokio::test]
async fn orders_of_many_long_lines_take_fewer_at_a_time() {
    let worker = worker();
    let orders: Vec<Value> = (0..20)
        .map(|n| {
            let line = |line| {
                let sku = format!("{n}-{line}{}", "\u{1f6d2}".repeat(90));
                json!({"sku": sku, "name": "\u{1f6d2}".repeat(200), "quantity": 1, "unitPrice": 1})
            };
            let mut order = order(n, "bulk@x.in", 200);
            order["data"]["items"] = (0..200).map(line).collect();
            order
        })
        .collect();
    assert!(worker.consume(vec![message("m", &json!(orders))]).await.is_empty());
    assert_eq!(spend(&worker, "bulk@x.in").await, Money::from_minor(20 * 20_000));
}

#[tokio::test]
async fn many_customers_share_transactions() {
    let worker = worker();
    let bodies: Vec<Value> = (0..400).map(|n| order(n, &format!("c{n}@x.in"), 1)).collect();
    assert!(worker.consume(vec![message("m", &json!(bodies))]).await.is_empty());
    assert!(worker.store.commits() <= 10, "{}", worker.store.commits());
}

/// A customer with tags, and an order of an article.
fn named_things() -> Vec<Value> {
    let mut customer = order(1, "a@x.in", 1);
    customer["type"] = json!("crm.customer.upsert.v1");
    customer["data"] = json!({"email": "a@x.in", "city": "Pune", "tags": ["vip", "gold"], "attributes": {"club": true}});
    let mut order = order(2, "a@x.in", 1);
    order["data"]["items"] = json!([{"sku": "K-1", "name": "Blue Kurta", "quantity": 1, "unitPrice": 1}]);
    vec![customer, order]
}

#[tokio::test]
async fn what_things_are_called_is_noted_once_however_often_it_comes() {
    let worker = worker();
    let batch = || vec![message("m", &json!(named_things()))];
    assert!(worker.consume(batch()).await.is_empty());
    let names = worker.store.names(Time::now()).await.unwrap();
    let expected = [
        Name::City("Pune".into()),
        Name::FlagAttribute("club".into()),
        Name::Product("Blue Kurta".into()),
        Name::Tag("gold".into()),
        Name::Tag("vip".into()),
    ];
    assert_eq!(names, expected);
    assert!(worker.consume(batch()).await.is_empty());
    assert_eq!(worker.store.names_noted(), expected.len());
}

#[tokio::test]
async fn names_that_cannot_be_noted_hold_no_message_up_and_come_with_its_duplicate() {
    let worker = worker();
    let batch = || vec![message("m", &json!(named_things()))];
    worker.store.die_after(Some(0));
    assert!(worker.consume(batch()).await.is_empty());
    worker.store.die_after(None);
    assert_eq!(spend(&worker, "a@x.in").await, Money::from_minor(100), "applied all the same");
    assert_eq!(worker.store.names_noted(), 0);
    // Delivered again.
    assert!(worker.consume(batch()).await.is_empty());
    assert_eq!(worker.store.names_noted(), 5);
    assert_eq!(spend(&worker, "a@x.in").await, Money::from_minor(100));
}

#[tokio::test]
async fn what_is_not_applied_brings_no_names() {
    let worker = worker();
    worker.store.fail_commits(1_000);
    assert_eq!(worker.consume(vec![message("m", &json!(named_things()))]).await, ["m"]);
    assert_eq!(worker.store.names_noted(), 0);
}

/// A campaign that has been sent to these addresses.
async fn sent(worker: &Worker<Memory, Memory>, emails: &[&str]) -> Campaign {
    let body = r#"{"name":"a","segmentId":"01890a5d-ac96-774b-bcce-b302099a8057","channel":"email",
        "variants":[{"subject":"s","body":"x"}]}"#;
    let draft = CampaignDraft::parse(&Json::parse(body.as_bytes()).unwrap(), Time::now()).unwrap();
    let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
    let rules = Rules::parse(&rules, "rules", &worker.currency).unwrap();
    let campaign = draft.into_campaign(CampaignId::generate(), rules, 1, Time::now());
    let entry = |email: &&str| {
        let customer = Customer::new(Email::parse(email).unwrap(), Time::now());
        let entry = campaign.entry(&customer, Decision::Queued, 0, Time::now()).unwrap();
        Message { sent_at: Some(Time::now()), address: addresses().of(&customer, Channel::Email), ..entry }
    };
    worker.store.create_campaign(&campaign, &audit()).await.unwrap();
    worker.store.log_recipients(&campaign, &emails.iter().map(entry).collect::<Vec<_>>()).await.unwrap();
    campaign
}

fn receipt(campaign: &Campaign, email: &str, status: &str, second: u32, more: &Value) -> Value {
    let message = campaign.message_id(CustomerId::of(&Email::parse(email).unwrap()));
    let at = format!("2026-01-01T00:00:{second:02}Z");
    let mut data = json!({"messageId": message.to_string(), "status": status, "at": at});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({
        "specversion": "1.0", "id": format!("{message}.{status}.{second}"), "source": "/receipts/t",
        "type": "crm.message.receipt.v1", "time": at, "data": data,
    })
}

async fn suppressed(worker: &Worker<Memory, Memory>, email: &str) -> Option<Suppression> {
    let id = addresses().hash(Channel::Email, email).unwrap();
    worker.store.suppressed(&[id]).await.unwrap().pop()
}

#[tokio::test]
async fn bounces_and_complaints_suppress_in_any_order_and_number() {
    let worker = worker();
    let people = ["hard@x.in", "spam@x.in", "stop@x.in", "soft@x.in", "well@x.in"];
    let mut campaigns = Vec::new();
    for _ in 0..3 {
        campaigns.push(sent(&worker, &people).await);
    }
    let nothing = json!({});
    let soft = json!({"bounceType": "soft"});
    let first = &campaigns[0];
    let mut events = vec![
        receipt(first, "hard@x.in", "bounced", 5, &nothing),
        receipt(first, "hard@x.in", "complained", 9, &nothing),
        receipt(first, "spam@x.in", "complained", 9, &nothing),
        receipt(first, "stop@x.in", "unsubscribed", 9, &nothing),
        receipt(first, "well@x.in", "opened", 9, &nothing),
        receipt(first, "soft@x.in", "bounced", 1, &soft),
        receipt(first, "soft@x.in", "bounced", 2, &soft),
        receipt(&campaigns[1], "soft@x.in", "bounced", 3, &soft),
    ];
    let expected = [
        ("hard@x.in", Some(SuppressionReason::HardBounce)),
        ("spam@x.in", Some(SuppressionReason::Complaint)),
        ("stop@x.in", Some(SuppressionReason::Unsubscribed)),
        ("soft@x.in", None),
        ("well@x.in", None),
    ];
    for _ in 0..3 {
        assert!(worker.consume(vec![message("m", &json!(events))]).await.is_empty());
        for (email, reason) in expected {
            assert_eq!(suppressed(&worker, email).await.map(|one| one.reason), reason, "{email}");
        }
        events.reverse();
    }
    let third = receipt(&campaigns[2], "soft@x.in", "bounced", 4, &soft);
    assert!(worker.consume(vec![message("m", &third)]).await.is_empty());
    let given_up = suppressed(&worker, "soft@x.in").await.unwrap();
    assert_eq!((given_up.reason, given_up.shown.as_deref()), (SuppressionReason::SoftBounces, Some("s***@x.in")));
    assert!(worker.queue.dead(QueueName::Orders).is_empty());
    // Taken off, it stays off, although the same receipts come once more.
    assert!(worker.store.lift(given_up.id, Time::now(), None).await.unwrap());
    assert!(worker.consume(vec![message("m", &json!(events)), message("m", &third)]).await.is_empty());
    assert_eq!(suppressed(&worker, "soft@x.in").await, None);
}

#[tokio::test]
async fn receipts_whose_meaning_is_not_noted_come_again() {
    let worker = worker();
    let campaign = sent(&worker, &["hard@x.in"]).await;
    let bounce = receipt(&campaign, "hard@x.in", "bounced", 5, &json!({"bounceType": "hard"}));
    worker.store.die_after(Some(0));
    assert_eq!(worker.consume(vec![message("m", &bounce)]).await, ["m"]);
    worker.store.die_after(None);
    assert!(worker.consume(vec![message("m", &bounce)]).await.is_empty());
    assert!(suppressed(&worker, "hard@x.in").await.is_some());
    let wrong = receipt(&campaign, "hard@x.in", "bounced", 5, &json!({"bounceType": "mild"}));
    assert!(worker.consume(vec![message("m", &wrong)]).await.is_empty());
    assert_eq!(worker.queue.dead(QueueName::Orders).len(), 1);
}

/// An event of SES about the message of `customer`.
fn ses(campaign: CampaignId, customer: CustomerId, kind: &str, part: &str, detail: Value) -> Incoming {
    let tags = json!({"campaign": [campaign.to_string()], "customer": [customer.to_string()], "ses:from-domain": ["x.in"]});
    let mut event = json!({"eventType": kind, "mail": {"timestamp": "2026-11-25T10:00:00.1Z", "tags": tags}});
    event[part] = detail;
    received(QueueName::Receipts, event.to_string())
}

#[tokio::test]
async fn events_of_ses_move_the_log_whatever_their_order_and_number() {
    let worker = worker();
    let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
    let draft = CampaignDraft {
        name: "Hello".into(),
        segment_id: SegmentId::generate(),
        channel: Channel::Email,
        objective: None,
        variants: vec![Variant { subject: Some("Hi".into()), body: "x".into(), share: None }],
        scheduled_at: None,
        holdout: Share::NONE,
        test: None,
        draft: false,
        timing: Timing::default(),
        caps: None,
        attribution_days: None,
    };
    let rules = Rules::parse(&rules, "rules", &worker.currency).unwrap();
    let campaign = draft.into_campaign(CampaignId::generate(), rules, 1, Time::now());
    worker.store.create_campaign(&campaign, &audit()).await.unwrap();
    let now = Time::now();
    // One was sent, of the other the answer was lost.
    let entry = |email: &str, message: fn(Message, Time) -> Message| {
        let customer = Customer::new(Email::parse(email).unwrap(), now);
        message(campaign.entry(&customer, Decision::Queued, 0, now).unwrap(), now)
    };
    let sent = entry("a@x.in", |entry, now| Message { sent_at: Some(now), ..entry });
    let lost = entry("b@x.in", |entry, now| Message { unknown_at: Some(now), ..entry });
    worker.store.log_recipients(&campaign, &[sent.clone(), lost.clone()]).await.unwrap();
    let at = |second: u32| json!({"timestamp": format!("2026-11-25T10:00:{second:02}Z")});
    let bounce = json!({"bounceType": "Permanent", "bounceSubType": "General", "timestamp": "2026-11-25T10:00:03Z"});
    let events = [
        ses(campaign.id, sent.customer_id, "Click", "click", at(9)),
        ses(campaign.id, sent.customer_id, "Delivery", "delivery", at(2)),
        ses(campaign.id, sent.customer_id, "Open", "open", at(8)),
        ses(campaign.id, sent.customer_id, "Delivery", "delivery", at(5)),
        ses(campaign.id, lost.customer_id, "Bounce", "bounce", bounce),
    ];
    let mut backwards = events.to_vec();
    backwards.reverse();
    let mut log = Vec::new();
    for batch in [events.to_vec(), backwards] {
        assert!(worker.consume(batch).await.is_empty());
        assert!(worker.queue.dead(QueueName::Receipts).is_empty());
        let now = worker.store.log(campaign.id);
        assert!(log.is_empty() || log == now, "the same again");
        log = now;
    }
    let of = |customer| log.iter().find(|entry| entry.customer_id == customer).unwrap();
    assert_eq!(of(sent.customer_id).status(), MessageStatus::Clicked);
    assert_eq!(of(sent.customer_id).delivered_at, Time::parse("2026-11-25T10:00:02Z").ok());
    assert_eq!(of(lost.customer_id).status(), MessageStatus::Bounced);
    assert_eq!(of(lost.customer_id).why_failed(), Some("permanent (General)"));
    let tally = worker.store.tallies(campaign.id).await.unwrap()[0].1;
    assert_eq!((tally.sent, tally.delivered, tally.clicked, tally.bounced, tally.unknown), (2, 1, 1, 1, 0));
    // What SES says of others is kept, with the reason.
    let stranger = CustomerId::of(&Email::parse("c@x.in").unwrap());
    assert!(worker.consume(vec![ses(campaign.id, stranger, "Open", "open", at(1))]).await.is_empty());
    let dead = worker.queue.dead(QueueName::Receipts);
    assert!(matches!(dead.as_slice(), [one] if one.attributes[0].1.contains("no such message")), "{dead:?}");
}

#[tokio::test]
async fn an_outage_burns_no_messages_and_what_is_given_up_keeps_its_reason() {
    let worker = worker();
    worker.store.set_down(true);
    let first = message("m", &order(1, "out@x.in", 7));
    assert_eq!(worker.consume(vec![first.clone()]).await, ["m"]);
    let postponed = worker.queue.postponed();
    assert!(matches!(postponed.as_slice(), [(receipt, 7..=15)] if receipt == "r"), "{postponed:?}");
    assert!(worker.queue.dead(QueueName::Orders).is_empty());

    let last = Incoming { receives: crm_domain::dead_letter::RECEIVES, ..first.clone() };
    assert!(worker.consume(vec![last]).await.is_empty());
    let letter = worker.queue.dead(QueueName::Orders)[0].clone();
    let reason = &letter.attributes.iter().find(|(name, _)| *name == "reason").unwrap().1;
    assert!(reason.contains("storage is unavailable") && reason.contains("connection refused"), "{reason}");
    assert_eq!(letter.body, first.body);

    // Once storage is back, both the redriven letter and the message that came again count once.
    worker.store.set_down(false);
    for delivery in [Incoming { receives: 2, ..first.clone() }, Incoming { id: "again".into(), body: letter.body, ..first }] {
        assert!(worker.consume(vec![delivery]).await.is_empty());
    }
    assert_eq!(spend(&worker, "out@x.in").await, Money::from_minor(700));
}

#[tokio::test]
async fn a_message_of_nearly_the_greatest_size_is_set_aside_with_its_reason() {
    let worker = worker();
    for below in [0, 40, 400] {
        // One that nobody understands, and one that nobody can apply.
        let odd = format!("{{{}", " ".repeat(Outgoing::GREATEST - below - 1));
        let event = order(1, "big@x.in", 7).to_string();
        let padded = format!("{event}{}", " ".repeat(Outgoing::GREATEST - below - event.len()));
        for (body, down) in [(odd, false), (padded, true)] {
            worker.store.set_down(down);
            let attributes = vec![("request-id".to_owned(), "JKJaXmPLvHcESHA=".to_owned())];
            let receives = crm_domain::dead_letter::RECEIVES;
            let poison = Incoming { body: body.clone(), attributes, receives, ..message("m", &json!([])) };
            assert!(worker.consume(vec![poison]).await.is_empty(), "{below}: it lies among the dead letters");
            let letter = worker.queue.dead(QueueName::Orders).pop().unwrap();
            assert!(letter.body == body, "{below}: whole");
            let reason = letter.attributes.iter().find(|(name, _)| *name == "reason").map_or("", |(_, reason)| reason);
            let expected = if down { "storage is unavailable" } else { "malformed JSON" };
            match below {
                0 => assert_eq!(reason, "", "there is no room for one"),
                40 => assert_eq!(reason.len(), 28, "{reason}"),
                _ => assert!(reason.contains(expected), "{reason}"),
            }
        }
    }
}

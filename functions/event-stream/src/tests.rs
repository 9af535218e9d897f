//! Telling over the ports in memory: who hears what, repeated batches, and what cannot be read.

use std::sync::Arc;

use crm_domain::domain_event::{Change, EventType, Teller};
use crm_domain::email::Email;
use crm_domain::erasure::Erased;
use crm_domain::event::Event;
use crm_domain::ids::{CampaignId, CustomerId, WebhookId};
use crm_domain::json::Json;
use crm_domain::membership::{Cause, EditionId, Move};
use crm_domain::message::Message;
use crm_domain::order::Order;
use crm_domain::ports::{KeepWebhooks, PortError, QueueName, ReadSegments, StoreError};
use crm_domain::segment::Segments;
use crm_domain::time::Time;
use crm_domain::webhook::delivery::Task;
use crm_domain::webhook::{Draft, Targets};
use crm_lambda::outbox::{Record, records};
use crm_testing::{Memory, audit, cases, right, settings};
use serde_json::{Value, json};

use crate::tell::Herald;

const SEGMENT: &str = "01900000-0000-7000-8000-00000000000a";
const AT: &str = "2026-11-26T10:00:00Z";

struct Crm {
    memory: Arc<Memory>,
    herald: Herald<Memory, Memory, Memory>,
}

fn at() -> Time {
    Time::parse(AT).unwrap()
}

fn teller() -> Teller {
    Teller::of_stage("test", settings().currency.clone())
}

/// A record of this name; what it says is said by whoever reads it.
fn record(id: &str) -> Record {
    let (_, text) = cases("event-stream").into_iter().next().unwrap();
    let any = records(serde_json::from_str(&text).unwrap()).remove(0);
    Record { id: id.into(), at: at(), ..any }
}

impl Crm {
    /// With a webhook for each list of types; none for everything.
    async fn new(wanted: &[Option<&[&str]>]) -> (Self, Vec<WebhookId>) {
        let memory = Arc::new(Memory::default());
        let mut ids = Vec::new();
        for types in wanted {
            let body = json!({"url": "https://shop.example.com/", "types": types}).to_string();
            let draft = Draft::parse(&Json::parse(body.as_bytes()).unwrap(), Targets::Public).unwrap();
            let webhook = draft.webhook(WebhookId::generate(), at());
            memory.create_webhook(&webhook, &right(), &audit()).await.unwrap();
            ids.push(webhook.id);
        }
        let herald = Herald::new(memory.clone(), memory.clone(), memory.clone(), teller());
        (Self { memory, herald }, ids)
    }

    async fn tell(&self, changes: Vec<Change>) -> Result<(), PortError> {
        let records: Vec<Record> = (0..changes.len()).map(|index| record(&index.to_string())).collect();
        self.herald.handle(records, |record| Ok(Some(changes[record.id.parse::<usize>().unwrap()].clone()))).await
    }

    /// Who was told what.
    fn told(&self) -> Vec<(WebhookId, EventType, Value)> {
        let messages = self.memory.drain(QueueName::Webhooks).into_iter().map(|message| {
            let Task::First { webhook, event } = Task::parse(&message.body).unwrap() else { panic!("{message:?}") };
            assert_eq!(message.group, Some(webhook.to_string()));
            (webhook, event.kind, serde_json::to_value(*event).unwrap())
        });
        messages.collect()
    }

    fn place(&self, number: &str, status: Option<&str>) -> Order {
        let data = json!({"email": "asha@x.in", "orderId": number, "total": 500, "status": status});
        let event = json!({
            "specversion": "1.0", "id": number, "source": "/t", "type": "crm.order.place.v1", "time": AT, "data": data,
        });
        let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
        self.memory.apply(std::slice::from_ref(&event));
        self.memory.stored_orders().into_iter().find(|order| Some(order.id) == event.order()).unwrap()
    }
}

#[tokio::test]
async fn what_a_restore_puts_back_is_told_to_nobody() {
    let placed = |crm: &Crm| Change::Order(None, Box::new(crm.place("7", None)));
    for (until, told) in [(at().plus(1), 0), (at(), 1)] {
        let (crm, _) = Crm::new(&[None]).await;
        crm.memory.be_quiet_until(until);
        crm.tell(vec![placed(&crm)]).await.unwrap();
        assert_eq!(crm.told().len(), told);
    }
}

#[tokio::test]
async fn who_wants_to_hear_is_told_and_nobody_else() {
    let (crm, ids) = Crm::new(&[None, Some(&["crm.order.applied.v1"]), Some(&["crm.segment.left.v1"])]).await;
    let order = crm.place("1", None);
    let asha = order.customer_id().unwrap();
    crm.tell(vec![Change::Customer(asha), Change::Order(None, Box::new(order.clone()))]).await.unwrap();
    let told = crm.told();
    let heard: Vec<_> = told.iter().map(|(id, kind, _)| (*id, *kind)).collect();
    let expected = [(ids[0], EventType::CustomerCreated), (ids[0], EventType::OrderApplied), (ids[1], EventType::OrderApplied)];
    assert_eq!(heard, expected);
    assert_eq!((&told[0].2["data"]["email"], &told[0].2["time"]), (&json!("asha@x.in"), &json!(AT)));
    let data = &told[1].2["data"];
    assert_eq!((&data["total"], &data["currency"], &data["orderId"]), (&json!(500), &json!("INR"), &json!("1")));
    assert!(crm.memory.published().is_empty());

    // The same batch again: the same events.
    crm.tell(vec![Change::Customer(asha), Change::Order(None, Box::new(order))]).await.unwrap();
    assert_eq!(crm.told(), told);
}

#[tokio::test]
async fn nobody_listens_and_nothing_is_done() {
    let (crm, _) = Crm::new(&[]).await;
    let outcome = crm.herald.handle(vec![record("1")], |_| panic!("nobody wants to know"));
    outcome.await.unwrap();
    assert!(crm.told().is_empty());
}

#[tokio::test]
async fn the_bus_hears_everything_and_a_bus_that_is_down_fails_the_batch() {
    let (crm, _) = Crm::new(&[Some(&["crm.segment.left.v1"])]).await;
    crm.memory.open_bus();
    let order = crm.place("1", None);
    crm.memory.set_bus_down(true);
    assert!(crm.tell(vec![Change::Order(None, Box::new(order.clone()))]).await.is_err());
    crm.memory.set_bus_down(false);
    crm.tell(vec![Change::Order(None, Box::new(order))]).await.unwrap();
    assert_eq!(crm.memory.published().iter().map(|event| event.kind).collect::<Vec<_>>(), [EventType::OrderApplied]);
    assert!(crm.told().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_set_aside_and_the_rest_is_told() {
    let (crm, _) = Crm::new(&[None]).await;
    let order = crm.place("1", None);
    let read = |one: &Record| match one.id.as_str() {
        "bad" => Err(StoreError::Corrupt("no body".into())),
        _ => Ok(Some(Change::Order(None, Box::new(order.clone())))),
    };
    crm.herald.handle(vec![record("bad"), record("good")], read).await.unwrap();
    assert_eq!(crm.told().len(), 1);
    let dead = crm.memory.dead(QueueName::Webhooks);
    assert!(dead.len() == 1 && dead[0].body.contains("\"record\":\"bad\""), "{dead:?}");
}

#[tokio::test]
async fn somebody_who_is_gone_by_then_is_not_announced() {
    let (crm, _) = Crm::new(&[None]).await;
    let order = crm.place("1", None);
    let asha = order.customer_id().unwrap();
    crm.memory.remove_customer(asha);
    let by = audit().actor;
    let erased = Erased { id: asha, identities: vec![asha], at: at(), by, finished_at: None };
    crm.tell(vec![Change::Customer(asha), Change::Erased(erased)]).await.unwrap();
    let told = crm.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].2["data"], json!({"customerId": asha.to_string(), "identities": [asha.to_string()]}));
}

#[tokio::test]
async fn moves_are_told_of_the_meaning_that_readers_see_and_those_of_new_rules_of_none() {
    let (crm, _) = Crm::new(&[None]).await;
    let rules = json!({"combinator": "and", "rules": [{"field": "totalSpend", "operator": ">", "value": 5}]});
    let edition = crm.memory.keep_segment(SEGMENT, "Big", &rules);
    let segments: Arc<Segments> = crm.memory.all_segments().await.unwrap();
    let segment = segments.all[0].record.id;
    let asha = CustomerId::of(&Email::parse("asha@x.in").unwrap());
    let one = |edition: EditionId, entered, cause| Move { segment, edition, entered, at: at(), cause };
    let moves = vec![
        one(edition, true, Cause::Data),
        one(edition, false, Cause::Time),
        one(edition, true, Cause::Rules),
        one(edition + 1, true, Cause::Data),
    ];
    crm.tell(vec![Change::Moves(asha, moves)]).await.unwrap();
    let told = crm.told();
    let heard: Vec<_> = told.iter().map(|(_, kind, event)| (*kind, event["data"]["cause"].clone())).collect();
    assert_eq!(heard, [(EventType::SegmentEntered, json!("data")), (EventType::SegmentLeft, json!("time"))]);
    assert_eq!(told[0].2["data"]["segmentName"], "Big");
    crm.tell(vec![Change::Shown { segment, name: "Big".into(), edition: 9 }]).await.unwrap();
    assert_eq!(crm.told()[0].2["data"], json!({"segmentId": SEGMENT, "segmentName": "Big", "edition": 9}));
}

#[test]
fn an_order_is_told_when_it_stands_and_when_its_status_is_another_one() {
    let (memory, teller) = (Arc::new(Memory::default()), teller());
    let crm = Crm { herald: Herald::new(memory.clone(), memory.clone(), memory.clone(), teller.clone()), memory };
    let placed = crm.place("1", None);
    let kinds = |before: Option<&Order>, after: &Order| {
        teller.order(before, after, at()).into_iter().map(|event| event.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(None, &placed), [EventType::OrderApplied]);
    assert_eq!(kinds(Some(&Order::unknown(placed.id)), &placed), [EventType::OrderApplied], "its status came first");
    assert_eq!(kinds(Some(&placed), &placed), []);
    let (stamp, body) = placed.standing.clone().unwrap();
    let cancelled = Order { status: Some((stamp.clone(), crm_domain::order::OrderStatus::Cancelled)), ..placed.clone() };
    assert_eq!(kinds(Some(&placed), &cancelled), [EventType::OrderStatusChanged]);
    let erased = Order { standing: Some((stamp, body.anonymous())), ..placed.clone() };
    assert_eq!((kinds(Some(&placed), &erased), kinds(None, &erased)), (vec![], vec![]), "an erasure tells nobody of orders");
}

#[test]
fn a_message_is_told_of_when_something_of_it_is_known_for_the_first_time() {
    let email = Email::parse("asha@x.in").unwrap();
    let (campaign, blank) = (CampaignId::generate(), Message::blank(&email, at()));
    let sent = Message { sent_at: Some(at()), ..blank.clone() };
    let opened = Message { delivered_at: Some(at()), opened_at: Some(at().plus(60_000_000)), ..sent.clone() };
    let earlier = Message { delivered_at: Some(at().plus(-5)), ..opened.clone() };
    let failed = Message { failed_at: Some(at()), failed_reason: Some("no such phone".into()), ..blank.clone() };
    let told = |before: &Message, after: &Message| teller().message(campaign, before, after, at());
    let kinds = |before, after| told(before, after).into_iter().map(|event| event.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&blank, &sent), [EventType::MessageSent]);
    assert_eq!(kinds(&sent, &opened), [EventType::MessageDelivered, EventType::MessageOpened]);
    assert_eq!(kinds(&opened, &earlier), [], "more exact is no news");
    assert_eq!(told(&blank, &failed)[0].data["reason"], "no such phone");
    let quoting = Message { failed_reason: Some("not verified: asha@x.in".into()), ..failed };
    assert_eq!(told(&blank, &quoting)[0].data["reason"], "not verified: (address)", "also what older versions stored");
    assert!(told(&blank, &sent)[0].person().is_none() && !told(&blank, &sent)[0].text().contains("asha"));
}

#[test]
fn every_event_of_the_folder_is_read() {
    for (case, text) in cases("event-stream") {
        let event: Value = serde_json::from_str(&text).unwrap();
        let there = event["Records"].as_array().unwrap().iter().filter(|record| record["eventName"] != "REMOVE").count();
        let read = records(serde_json::from_str(&text).unwrap());
        assert_eq!(read.len(), there, "{case}");
        assert!(read.iter().all(|record| record.stream.contains(":table/") && record.at.micros() > 0), "{case}");
    }
}

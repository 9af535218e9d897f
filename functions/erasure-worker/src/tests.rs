//! Passes over the stores in memory.

use std::sync::Arc;

use crm_domain::email::Email;
use crm_domain::erasure::{Erased, PASSES, PAUSE, Step, Sweep, Task};
use crm_domain::event::Event;
use crm_domain::identity::Identity;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json;
use crm_domain::membership::Cause;
use crm_domain::ports::{
    EditCustomers, Enqueue, KeepAttachments, KeepErasures, Outgoing, QueueName, ReadFigures, ReadMemberships, ReadOrders,
    ReadTraces,
};
use crm_domain::stamp::Stamp;
use crm_domain::time::Time;
use crm_lambda::batch::incoming;
use crm_lambda::memberships::Keeper;
use crm_testing::{AtDesk, Memory, cases, received, settings};
use serde_json::{Value, json};

use crate::worker::Worker;

type Swept = Worker<Memory, Memory, Memory, AtDesk>;

fn worker() -> Swept {
    let memory = Arc::new(Memory::default());
    Worker { store: memory.clone(), queue: memory.clone(), files: memory, uploads: Arc::new(AtDesk::default()) }
}

fn event(kind: &str, number: &str, at: &str, data: &Value) -> Value {
    json!({"specversion": "1.0", "id": number, "source": "/t", "type": kind, "time": at, "data": data})
}

fn parsed(event: &Value) -> Event {
    Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn id(text: &str) -> CustomerId {
    CustomerId::of(&email(text))
}

fn time(text: &str) -> Time {
    Time::parse(text).unwrap()
}

/// Two people with orders and activities; the second has been merged into the first.
async fn inhabited() -> Swept {
    let worker = worker();
    let mut events = Vec::new();
    for (n, who) in ["a@x.in", "b@x.in", "c@x.in"].iter().enumerate() {
        let order = json!({"email": who, "orderId": format!("o{n}"), "total": 100});
        let visit = json!({"email": who, "type": "visit", "at": "2026-01-01", "activityId": format!("v{n}")});
        events.push(parsed(&event("crm.order.place.v1", &format!("o{n}"), "2026-01-01", &order)));
        events.push(parsed(&event("crm.activity.record.v1", &format!("v{n}"), "2026-01-01", &visit)));
    }
    worker.store.apply(&events);
    let mut ledger = worker.store.hold(&[id("a@x.in"), id("b@x.in")]).await.unwrap();
    ledger.merge(id("a@x.in"), id("b@x.in"), &Stamp::new(time("2026-01-02"), "m", "/t")).unwrap();
    worker.store.edit(&ledger, None, None).await.unwrap();
    worker
}

fn erasure() -> Erased {
    let by = crm_domain::audit::Actor { id: "u-owner".into(), name: "owner@example.com".into() };
    Erased { id: id("a@x.in"), identities: vec![id("a@x.in"), id("b@x.in")], at: time("2026-02-01"), by, finished_at: None }
}

/// What the request does.
async fn erase(worker: &Swept) {
    let mut ledger = worker.store.hold(&[id("a@x.in")]).await.unwrap();
    assert!(ledger.erase(id("a@x.in"), erasure().at));
    worker.store.edit(&ledger, None, Some(&erasure())).await.unwrap();
}

/// What the replay of an erasure asks for: nothing is known but the id.
fn unknown() -> Sweep {
    Sweep { customer: id("a@x.in"), at: erasure().at, identities: Vec::new(), emails: Vec::new(), pass: 0, replayed: true }
}

async fn run(worker: &Swept, body: String) {
    assert_eq!(worker.handle(vec![received(QueueName::Erasures, body)]).await, Vec::<String>::new());
}

/// Runs all passes that follow.
async fn run_all(worker: &Swept) -> u32 {
    let mut passes = 0;
    while let Some(message) = worker.queue.drain(QueueName::Erasures).pop() {
        assert_eq!(message.delay, PAUSE);
        run(worker, message.body).await;
        passes += 1;
    }
    passes
}

#[tokio::test]
async fn every_event_of_the_folder_is_worked_off_or_set_aside() {
    for (case, event) in cases("erasure-worker") {
        let worker = worker();
        let messages = incoming(serde_json::from_str(&event).unwrap());
        assert_eq!(worker.handle(messages).await, Vec::<String>::new(), "{case}");
        assert_eq!(worker.queue.dead(QueueName::Erasures).is_empty(), !case.starts_with("bad-"), "{case}");
        assert_eq!(worker.queue.drain(QueueName::Erasures).len(), 1, "{case}: the next pass is asked for");
    }
}

#[tokio::test]
async fn nothing_is_left_of_somebody_but_what_their_orders_were_worth() {
    let worker = inhabited().await;
    let before = worker.store.figures().await.unwrap().days;
    erase(&worker).await;
    let identities = erasure().identities;
    run(&worker, Sweep { identities, replayed: false, ..unknown() }.body()).await;
    assert_eq!(run_all(&worker).await, PASSES - 1);
    for who in ["a@x.in", "b@x.in"] {
        assert!(matches!(worker.store.identity(id(who)), Some(Identity::Erased(_))), "{who}");
        assert!(worker.store.orders_of(&[id(who)], None, 10).await.unwrap().items.is_empty());
        assert!(worker.store.activities_of(&[id(who)]).await.unwrap().is_empty());
    }
    let (nobodys, others): (Vec<_>, Vec<_>) =
        worker.store.stored_orders().into_iter().partition(|order| order.body().unwrap().email.is_erased());
    assert_eq!((nobodys.len(), others.len()), (2, 1));
    assert_eq!(worker.store.activities_of(&[id("c@x.in")]).await.unwrap().len(), 1, "others stay");
    let sum = |days: &[crm_domain::ports::DayFigures]| {
        days.iter()
            .map(|day| (day.figures.revenue, day.figures.orders, day.figures.customers))
            .fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2))
    };
    let after = worker.store.figures().await.unwrap().days;
    assert_eq!((sum(&before), sum(&after)), ((30_000, 3, 2), (30_000, 3, 1)));
    assert!(worker.store.erasures(None, 10).await.unwrap().items[0].finished_at.is_some());
}

#[tokio::test]
async fn letters_that_name_them_are_taken_out_and_their_neighbours_stay() {
    let worker = inhabited().await;
    let order = |who: &str| event("crm.order.place.v1", who, "2026-01-01", &json!({"email": who, "total": "much"}));
    let letter =
        |body: String| Outgoing { body, attributes: vec![("reason", "total: must be a number".into())], ..Outgoing::default() };
    for body in [json!([order("a@x.in"), order("z@x.in")]).to_string(), order("B@x.in").to_string(), order("z@x.in").to_string()]
    {
        worker.queue.bury(QueueName::Orders, letter(body)).await.unwrap();
    }
    run(&worker, unknown().body()).await;
    let left: Vec<String> = worker.queue.dead(QueueName::Orders).into_iter().map(|letter| letter.body).collect();
    assert_eq!(left, [json!([order("z@x.in")]).to_string(), order("z@x.in").to_string()]);
    // What the pass has learnt of them goes on with it.
    let Task::Sweep(next) = Step::parse(&worker.queue.drain(QueueName::Erasures)[0].body).unwrap().task;
    assert_eq!((next.pass, next.emails, next.identities.len()), (1, vec![email("a@x.in"), email("b@x.in")], 2));
}

#[tokio::test]
async fn how_they_left_the_segments_is_forgotten_too() {
    let worker = inhabited().await;
    let rules = json!({"combinator": "and", "rules": [{"field": "orderCount", "operator": ">", "value": 0}]});
    let edition = worker.store.keep_segment("01900000-0000-7000-8000-00000000000a", "Buyers", &rules);
    let keeper = Keeper::new(worker.store.clone(), settings().consent_defaults);
    let settle = async || keeper.settle(&[id("a@x.in"), id("c@x.in")], Cause::Data, Time::now()).await.unwrap();
    settle().await;
    assert_eq!(worker.store.members_of(edition).len(), 2);
    run(&worker, unknown().body()).await;
    // As the stream does when it hears of it.
    settle().await;
    assert_eq!((worker.store.members_of(edition), worker.store.size_of(edition)), ([id("c@x.in")].into(), 1));
    run_all(&worker).await;
    assert!(worker.store.moves(id("a@x.in"), None, 10).await.unwrap().items.is_empty());
    assert_eq!(worker.store.moves(id("c@x.in"), None, 10).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn who_has_begun_anew_is_left_alone() {
    let worker = inhabited().await;
    run(&worker, unknown().body()).await;
    let upsert = event("crm.customer.upsert.v1", "new", "2026-03-01", &json!({"email": "a@x.in", "name": "Asha"}));
    let order = event("crm.order.place.v1", "new-order", "2026-03-02", &json!({"email": "a@x.in", "orderId": "o9", "total": 7}));
    let visit = event(
        "crm.activity.record.v1",
        "new-visit",
        "2026-03-02",
        &json!({"email": "a@x.in", "type": "visit", "at": "2026-03-02"}),
    );
    // What was under way comes late, and tells nothing of them any more; what is said now does.
    let late =
        event("crm.activity.record.v1", "late", "2026-01-01", &json!({"email": "a@x.in", "type": "visit", "at": "2026-01-01"}));
    worker.store.apply(&[&upsert, &order, &visit, &late].map(parsed));
    run_all(&worker).await;
    // Also when all erasures are made again.
    run(&worker, unknown().body()).await;
    run_all(&worker).await;
    let Some(Identity::Customer(customer)) = worker.store.identity(id("a@x.in")) else { panic!("they are gone") };
    assert_eq!((customer.name.as_deref(), customer.sums.order_count, customer.visits()), (Some("Asha"), 1, 1));
    assert_eq!(worker.store.orders_of(&[id("a@x.in")], None, 10).await.unwrap().items.len(), 1);
    assert_eq!(worker.store.activities_of(&[id("a@x.in")]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_pass_that_meets_others_is_made_all_the_same() {
    let worker = inhabited().await;
    worker.store.fail_commits(3);
    run(&worker, unknown().body()).await;
    assert!(matches!(worker.store.identity(id("a@x.in")), Some(Identity::Erased(_))));
    // One that keeps failing is tried again soon, and set aside in the end.
    let worker = inhabited().await;
    worker.store.fail_commits(u32::MAX);
    let mut tries = 0;
    run(&worker, unknown().body()).await;
    while let Some(message) = worker.queue.drain(QueueName::Erasures).pop() {
        tries += 1;
        run(&worker, message.body).await;
    }
    assert_eq!((tries, worker.queue.dead(QueueName::Erasures).len()), (8, 1));
}

#[tokio::test]
async fn a_pass_that_is_set_aside_says_why_it_failed() {
    let worker = Worker { uploads: Arc::new(AtDesk::default().colleague(Some(0))), ..inhabited().await };
    run(&worker, Step { task: Task::Sweep(unknown()), attempt: 200 }.body()).await;
    let dead = worker.queue.dead(QueueName::Erasures);
    assert_eq!(dead[0].attributes[0].1, "storage is unavailable: the worker has died", "{dead:?}");
}

#[tokio::test]
async fn nobody_is_swept_who_was_not_erased() {
    let worker = inhabited().await;
    run(&worker, Sweep { replayed: false, ..unknown() }.body()).await;
    let mut tries = 0;
    while let Some(message) = worker.queue.drain(QueueName::Erasures).pop() {
        tries += 1;
        run(&worker, message.body).await;
    }
    assert_eq!(
        (tries, worker.queue.dead(QueueName::Erasures).len()),
        (8, 0),
        "the request may take its time, and may have failed"
    );
    assert!(matches!(worker.store.identity(id("a@x.in")), Some(Identity::Customer(_))));
    assert_eq!(worker.store.orders_of(&[id("a@x.in")], None, 10).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_backup_from_before_a_merge_is_made_to_forget_both() {
    let worker = worker();
    // As they were before they were merged.
    let names = ["a@x.in", "b@x.in"]
        .map(|who| parsed(&event("crm.customer.upsert.v1", who, "2026-01-01", &json!({"email": who, "name": who}))));
    worker.store.apply(&names);
    run(&worker, Sweep { identities: erasure().identities, ..unknown() }.body()).await;
    for who in ["a@x.in", "b@x.in"] {
        assert!(matches!(worker.store.identity(id(who)), Some(Identity::Erased(_))), "{who}");
    }
}

#[tokio::test]
async fn who_came_again_and_was_merged_since_keeps_what_is_new() {
    let worker = inhabited().await;
    erase(&worker).await;
    let again = json!({"email": "a@x.in", "orderId": "o7", "total": 7});
    worker.store.apply(&[parsed(&event("crm.order.place.v1", "again", "2026-03-01", &again))]);
    let file = |number: u8, at: &str| crm_domain::attachment::Attachment {
        id: crm_domain::ids::AttachmentId::parse(&format!("01900000-0000-7000-8000-00000000000{number}")).unwrap(),
        name: "x.pdf".into(),
        content_type: crm_domain::attachment::ContentType::Pdf,
        size: 1,
        uploaded_by: erasure().by,
        created_at: time(at),
        state: crm_domain::attachment::AttachmentState::Stored,
    };
    let held =
        crm_domain::attachment::Attachments { customer: id("a@x.in"), files: vec![file(1, "2026-01-05"), file(2, "2026-03-02")] };
    worker.store.put_attachments(0, &held, None, None).await.unwrap();
    let mut ledger = worker.store.hold(&[id("a@x.in"), id("c@x.in")]).await.unwrap();
    ledger.merge(id("c@x.in"), id("a@x.in"), &Stamp::new(time("2026-03-03"), "m2", "/t")).unwrap();
    worker.store.edit(&ledger, None, None).await.unwrap();
    run(&worker, Sweep { identities: erasure().identities, ..unknown() }.body()).await;
    run_all(&worker).await;
    let Some(Identity::Customer(stays)) = worker.store.identity(id("c@x.in")) else { panic!("they are gone") };
    assert_eq!(stays.sums.order_count, 2);
    assert_eq!(worker.store.orders_of(&stays.identities(), None, 10).await.unwrap().items.len(), 2);
    let left: Vec<_> =
        worker.store.attachments(id("a@x.in")).await.unwrap().record.files.into_iter().map(|file| file.created_at).collect();
    assert_eq!(left, [time("2026-03-02")]);
}

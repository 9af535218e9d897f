//! Messages that are in flight while a new version is deployed are still understood.
//!
//! `messages/KIND.vN.json` lists every form that messages of that kind and version have ever had, the oldest first: whatever a
//! queue may still hold. Each must be read as what it meant, and the last is the form that is written today. A form is added
//! when a kind gets a member, and none is ever changed or taken away; the rule is in CONTRIBUTING.md.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use crm_domain::ai::{self, Brief, Question};
use crm_domain::chosen::Chosen;
use crm_domain::customer::Channel;
use crm_domain::domain_event::{DomainEvent, EventType, data};
use crm_domain::edit::Edit;
use crm_domain::email::Email;
use crm_domain::event::{Command, Envelope, Event, Kind};
use crm_domain::export::ExportCall;
use crm_domain::history::{History, Product};
use crm_domain::ids::{CampaignId, CustomerId, DeliveryId, ExportId, OrderId, SegmentId, WebhookId};
use crm_domain::json::Json;
use crm_domain::membership::{Cause, PartOfBuild};
use crm_domain::message::{Bounce, Report};
use crm_domain::money::{Currency, Money};
use crm_domain::order::OrderStatus;
use crm_domain::rules::Rules;
use crm_domain::stamp::{Stamp, Stamps};
use crm_domain::step::Step;
use crm_domain::time::Time;
use crm_domain::webhook::delivery::{Again, Task as Delivered};
use crm_domain::{delivery, erasure, membership};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

const CAMPAIGN: &str = "0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b02";
const CUSTOMER: &str = "7b6c1de4-6c2b-5d0e-8a51-3f5e0f2b9a10";
const SEGMENT: &str = "0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b03";
const RUN: &str = "0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b04";
const CALL: &str = "0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b01";

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages")
}

fn forms(kind: &str) -> Vec<Value> {
    let path = directory().join(format!("{kind}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{kind} has no {}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn inr() -> Currency {
    Currency::parse("INR").unwrap()
}

fn customer() -> CustomerId {
    CustomerId::parse(CUSTOMER).unwrap()
}

fn campaign() -> CampaignId {
    CampaignId::parse(CAMPAIGN).unwrap()
}

/// Every form of a kind is read as `meant` says, form by form, and the last is what is written for it.
#[track_caller]
fn holds<T: Serialize + DeserializeOwned + PartialEq + Debug>(kind: &str, meant: Vec<(T, u32)>) {
    let forms = forms(kind);
    assert_eq!(forms.len(), meant.len(), "{kind}: each form needs its meaning, each meaning its form");
    let last = forms.len() - 1;
    for (number, (form, (task, attempt))) in forms.iter().zip(meant).enumerate() {
        assert_eq!(form["task"], kind);
        let step = Step { task, attempt };
        assert_eq!(Step::<T>::parse(&form.to_string()).as_ref(), Ok(&step), "{kind}, form {number}");
        if number == last {
            let written: Value = serde_json::from_str(&step.body()).unwrap();
            assert_eq!(&written, form, "{kind} is written in another form: add it to its file");
        }
    }
}

#[test]
fn steps_of_campaigns_are_understood_in_every_form() {
    use delivery::Task;
    let (campaign, ten) = (campaign(), at("2026-11-25T10:00:00Z"));
    holds(
        "plan.v1",
        vec![
            (Task::Plan { campaign, part: 3, after: None, queued: 0 }, 0),
            (Task::Plan { campaign, part: 3, after: Some(customer()), queued: 1200 }, 2),
        ],
    );
    holds("freeze.v1", vec![(Task::Freeze { campaign, next: 8 }, 0)]);
    let until = Some(at("2026-11-25T10:05:00Z"));
    holds(
        "deliver.v1",
        vec![
            (Task::Deliver { campaign, first: 0, last: 9, until: None }, 0),
            (Task::Deliver { campaign, first: 0, last: 9, until }, 0),
        ],
    );
    holds("spread.v1", vec![(Task::Spread { campaign, since: 7 }, 0)]);
    holds("wake.v1", vec![(Task::Wake { campaign, alarm: ten }, 0)]);
    let run = Some(Uuid::parse_str(RUN).unwrap());
    holds(
        "recount.v1",
        vec![(Task::Recount { campaign, run: None, asked_at: ten }, 0), (Task::Recount { campaign, run, asked_at: ten }, 0)],
    );
    holds("decide.v1", vec![(Task::Decide { campaign, asked_at: None }, 0), (Task::Decide { campaign, asked_at: Some(ten) }, 0)]);
}

#[test]
fn work_on_memberships_is_understood_in_every_form() {
    use membership::Task;
    let ten = at("2026-11-25T10:00:00Z");
    let build = |everyone, after| (Task::Build { everyone, after }, 0);
    // The third is of before versions, when a build served whatever was lost earlier by the clock.
    holds("build.v1", vec![build(false, None), build(true, None), build(true, None), build(true, Some(7))]);
    let part = PartOfBuild { target: 12, began_at: None, part: 3, of: 8, after: None, scanned: 0 };
    let later = PartOfBuild { after: Some(customer()), scanned: 4096, ..part.clone() };
    let named = PartOfBuild { began_at: Some(ten), ..part.clone() };
    holds("settle-part.v1", [part, later, named].map(|part| (Task::SettlePart(part), 0)).to_vec());
    let settle = |cause| (Task::Settle { customers: vec![customer()], cause }, 0);
    holds("settle.v1", vec![settle(Cause::Data), settle(Cause::Time)]);
    let segment = SegmentId::parse(SEGMENT);
    holds("sweep.v1", vec![(Task::Sweep { edition: 11, segment: None }, 0), (Task::Sweep { edition: 11, segment }, 0)]);
    holds("fold.v1", vec![(Task::Fold { after: None }, 0), (Task::Fold { after: Some(11) }, 0)]);
    let call = Uuid::parse_str(CALL).unwrap();
    holds("export.v1", vec![(Task::Export(ExportCall { export: ExportId::parse(RUN).unwrap(), version: 4, call }), 0)]);
    let edit = Edit {
        whom: Chosen::Members { edition: 12 },
        change: Json::parse(br#"{"tagsAdded":["vip"]}"#).unwrap(),
        source: "/users/owner".to_owned(),
        name: "edit-1".to_owned(),
        at: at("2026-11-25T10:00:00Z"),
        after: None,
        edited: 0,
    };
    let begun = Edit { after: Some("k".to_owned()), edited: 500, ..edit.clone() };
    let by_rules = Edit {
        whom: Chosen::Matching { rules: r#"{"combinator":"and","rules":[]}"#.to_owned() },
        change: Json::parse(br#"{"tagsRemoved":["vip"]}"#).unwrap(),
        name: "edit-2".to_owned(),
        ..begun.clone()
    };
    holds("edit.v1", vec![(Task::Edit(edit), 0), (Task::Edit(begun), 0), (Task::Edit(by_rules), 0)]);
}

#[test]
fn sweeps_of_the_erased_are_understood_in_every_form() {
    use erasure::{Sweep, Task};
    let time = at("2026-11-25T10:00:00Z");
    let first = Sweep { customer: customer(), at: time, identities: Vec::new(), emails: Vec::new(), pass: 0, replayed: false };
    let emails = vec![Email::parse("asha@example.in").unwrap()];
    let full = Sweep { identities: vec![customer()], emails, pass: 3, replayed: true, ..first.clone() };
    holds("sweep-customer.v1", vec![(Task::Sweep(first), 0), (Task::Sweep(full), 0)]);
}

#[test]
fn questions_that_wait_are_understood_in_every_form() {
    let ask = |question| {
        let (id, asked_at) = (Uuid::parse_str(RUN).unwrap(), at("2026-11-25T10:00:00Z"));
        (ai::Task::Answer { id, user: "u-1".to_owned(), asked_at, question }, 0)
    };
    let objective = "Win them back".to_owned();
    let brief = Brief { objective: objective.clone(), channel: Channel::Email, segment_id: None, tone: None, count: 3 };
    let full = Brief { segment_id: SegmentId::parse(SEGMENT), tone: Some("warm".to_owned()), ..brief.clone() };
    let questions = [
        Question::Rules { prompt: "customers in Pune".to_owned() },
        Question::Suggestion { objective },
        Question::Summary { campaign_id: campaign() },
        Question::Messages(brief),
        Question::Messages(full),
    ];
    holds("answer-question.v1", questions.into_iter().map(ask).collect());
}

#[test]
fn what_goes_to_webhooks_is_understood_in_every_form() {
    let webhook = WebhookId::parse(SEGMENT).unwrap();
    let ten = at("2026-11-25T10:00:00Z");
    let erased = data::CustomerErased { customer_id: CUSTOMER.to_owned(), identities: vec![CUSTOMER.to_owned()] };
    let event = DomainEvent::new(EventType::CustomerErased, &["a"], "/crm/dev", format!("customers/{CUSTOMER}"), ten, &erased);
    let delivery = DeliveryId::of(webhook, event.id, event.time);
    for (kind, meant) in [
        ("webhook-event.v1", Delivered::First { webhook, event: Box::new(event) }),
        ("redeliver.v1", Delivered::Again(Again { webhook, delivery, attempts: 2, due: ten })),
    ] {
        let forms = forms(kind);
        for form in &forms {
            assert_eq!(Delivered::parse(&form.to_string()).as_ref(), Ok(&meant), "{kind}");
        }
        let written: Value = serde_json::from_str(&meant.body()).unwrap();
        assert_eq!(Some(&written), forms.last(), "{kind} is written in another form: add it to its file");
    }
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::UpsertCustomer, "crm.customer.upsert.v1"),
    (Kind::AmendCustomer, "crm.customer.amend.v1"),
    (Kind::PlaceOrder, "crm.order.place.v1"),
    (Kind::ChangeOrderStatus, "crm.order.status.v1"),
    (Kind::RecordActivity, "crm.activity.record.v1"),
    (Kind::RecordReceipt, "crm.message.receipt.v1"),
];

/// A kind that this does not know cannot be built: it belongs into `KINDS`, with a file of its forms.
const fn is_listed(kind: Kind) {
    match kind {
        Kind::UpsertCustomer
        | Kind::AmendCustomer
        | Kind::PlaceOrder
        | Kind::ChangeOrderStatus
        | Kind::RecordActivity
        | Kind::RecordReceipt => {}
    }
}

/// The events of a kind, form by form, each written again as it was.
#[track_caller]
fn events(kind: &str) -> Vec<Command> {
    let (known, _) = KINDS.into_iter().find(|(_, name)| *name == kind).unwrap();
    is_listed(known);
    let now = at("2026-11-26T00:00:00Z");
    let forms = forms(kind);
    assert!(!forms.is_empty());
    let read = |form: &Value| {
        assert_eq!(form["type"], kind);
        let json = Json::parse(form.to_string().as_bytes()).unwrap();
        let event = Event::parse(&json, &inr(), now).unwrap_or_else(|faults| panic!("{form}: {faults:?}"));
        assert_eq!((event.id.as_str(), event.source.as_str(), event.time), ("e-1", "/shop", at("2026-11-25T10:00:00Z")));
        let envelope = Envelope::new(known, &event.source, &event.id, event.time, json.get("data").unwrap());
        assert_eq!(&serde_json::to_value(envelope).unwrap(), form, "{kind} is written in another form: add it to its file");
        event.command
    };
    forms.iter().map(read).collect()
}

#[test]
fn writes_are_understood_in_every_form() {
    let [Command::UpsertCustomer(bare), Command::UpsertCustomer(full)] = &events("crm.customer.upsert.v1")[..] else { panic!() };
    let asha = Email::parse("asha@example.in").unwrap();
    assert_eq!((&bare.email, bare.name.as_ref().value()), (&asha, None));
    assert_eq!(full.name.as_ref().value().map(String::as_str), Some("Asha"));
    let said = format!("{full:?}");
    for part in
        ["+919812345678", "Pune", "IN", "Asia/Kolkata", "vip", "tier", "whatsapp_consent: Clear", "sms_consent: Set(false)"]
    {
        assert!(said.contains(part), "{part} is lost: {said}");
    }

    let [Command::AmendCustomer(amended)] = &events("crm.customer.amend.v1")[..] else { panic!() };
    assert_eq!(
        (&amended.email, &amended.tags_added[..], &amended.tags_removed[..]),
        (&asha, &["vip".to_owned()][..], &["new".to_owned()][..])
    );
    assert_eq!((amended.lists_joined.len(), amended.lists_left.len()), (1, 0));

    let [Command::PlaceOrder(bare), Command::PlaceOrder(full)] = &events("crm.order.place.v1")[..] else { panic!() };
    assert_eq!((bare.merchant_id.as_deref(), bare.items.len(), bare.paid), (None, 0, full.paid));
    assert_eq!((full.merchant_id.as_deref(), full.items.len()), (Some("INV-1"), 1));
    assert_eq!(full.placed_at, Some(at("2026-11-24T10:00:00Z")));

    let statuses = events("crm.order.status.v1");
    let by_number = OrderId::of(Some("INV-1"), "", "");
    assert_eq!(
        statuses,
        [
            Command::ChangeOrderStatus(OrderId::parse(CUSTOMER).unwrap(), OrderStatus::Refunded),
            Command::ChangeOrderStatus(by_number, OrderStatus::Fulfilled)
        ]
    );

    let [Command::RecordActivity(bare), Command::RecordActivity(full)] = &events("crm.activity.record.v1")[..] else { panic!() };
    assert_eq!((bare.given_id.as_deref(), bare.kind.as_str(), bare.at), (None, "visit", full.at));
    assert_eq!((full.given_id.as_deref(), &full.email), (Some("A-1"), &asha));

    let [Command::RecordReceipt(delivered), Command::RecordReceipt(bounced)] = &events("crm.message.receipt.v1")[..] else {
        panic!()
    };
    assert_eq!((delivered.report, delivered.message), (Report::Delivered, bounced.message));
    assert_eq!((bounced.report, bounced.bounce, bounced.reason.as_deref()), (Report::Bounced, Bounce::Soft, Some("full")));
}

#[test]
fn nothing_is_reported_before_it_happens() {
    let mut form = forms("crm.message.receipt.v1").remove(0);
    // Indian time that says it is universal time.
    form["data"]["at"] = "2026-11-25T15:29:00Z".into();
    let event = Event::parse(&Json::parse(form.to_string().as_bytes()).unwrap(), &inr(), at("2026-11-25T10:00:01Z")).unwrap();
    let Command::RecordReceipt(receipt) = event.command else { panic!() };
    assert_eq!(receipt.at, at("2026-11-25T10:00:00Z"));
}

#[test]
fn stored_rules_are_understood_in_every_form() {
    for form in forms("rules.v1") {
        let json = Json::parse(form.to_string().as_bytes()).unwrap();
        let rules = Rules::parse_expanded(&json, &inr()).unwrap_or_else(|faults| panic!("{form}: {faults:?}"));
        let written: Value = serde_json::from_str(&rules.to_json().to_string()).unwrap();
        assert_eq!(written, form, "what is stored is written in another form");
    }
}

/// How histories and stamps were packed on the customers that are stored. Their bytes name no members, so any change of
/// their types is another version, with a first byte of its own for histories.
#[test]
fn stored_histories_and_stamps_are_understood_as_they_were_packed() {
    let (first, second) = (at("2026-11-24T10:00:00Z"), at("2026-11-25T10:00:00Z"));
    let kurta = Product { sku: "K-1".into(), name: "Blue Kurta".into() };
    let mut history = History::default();
    history.add(first, Money::from_minor(149_900), true, [kurta]);
    history.add(second, Money::from_minor(-1), false, []);
    assert_eq!(history.tail(), bytes(HISTORY_V1));
    assert_eq!(History::join(&[], &bytes(HISTORY_V1)), Some(history));

    let mut stamps = Stamps::default();
    assert!(stamps.admit("name", &Stamp::new(first, "e-1", "/shop")));
    assert!(stamps.admit("attributes.tier", &Stamp::new(second, "e-2", "/shop")));
    assert!(stamps.admit("city", &Stamp::new(first, "e-1", "/shop")));
    assert_eq!(stamps.pack(), bytes(STAMPS));
    assert_eq!(Stamps::unpack(&bytes(STAMPS)), Some(stamps));
}

const HISTORY_V1: &str = "0101034b2d310a426c7565204b757274610280a082e0d8c0b00698a61201010080a0bdbddcc5b006010000";
const STAMPS: &str = "0280a082e0d8c0b00609652d311f2f73686f7080a0bdbddcc5b00609652d321f2f73686f70030f617474726962757465732e7469657201046369747900046e616d6500";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|place| u8::from_str_radix(&hex[2 * place..2 * place + 2], 16).unwrap()).collect()
}

/// What serde knows of a kind of tasks, by its own complaint about one that it does not know.
fn known<T: DeserializeOwned>() -> Vec<String> {
    let Err(complaint) = Step::<T>::parse(r#"{"task":"?"}"#) else { panic!("it takes anything") };
    let (_, expected) = complaint.split_once("expected ").unwrap();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn no_kind_of_message_lacks_its_file() {
    let mut wanted: BTreeSet<String> = KINDS.iter().map(|(_, name)| (*name).to_owned()).collect();
    wanted.extend(known::<delivery::Task>());
    wanted.extend(known::<membership::Task>());
    wanted.extend(known::<erasure::Task>());
    wanted.extend(known::<ai::Task>());
    wanted.extend(["rules.v1", "redeliver.v1", "webhook-event.v1"].map(str::to_owned));
    assert!(wanted.len() >= 25, "{wanted:?}");
    let there: BTreeSet<String> = std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(there, wanted);
    for kind in wanted {
        let (_, version) = kind.rsplit_once(".v").unwrap_or_else(|| panic!("{kind} has no version"));
        assert!(version.parse::<u32>().is_ok(), "{kind}");
    }
}

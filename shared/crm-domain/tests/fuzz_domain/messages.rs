//! Queue bodies of every kind: events of others, receipts of SES, and tasks between our functions.

use std::fmt::Debug;

use crm_domain::dead_letter::{Summary, masked};
use crm_domain::event::{Envelope, Event, Kind};
use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::step::Step;
use crm_domain::time::{DAY, Time};
use crm_domain::webhook::delivery::Task as Delivered;
use crm_domain::{ai, delivery, erasure, membership, ses};
use fuzzing::Target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

const WORDS: &str = "specversion id source type time data task attempt campaign customer email total items sku name quantity \
    unitPrice currency status orderId placedAt tagsAdded tagsRemoved attributes consents eventType mail tags bounce bounceType \
    Permanent Transient Delivery Bounce Complaint Open Click Reject timestamp messageId report reason machine null true \
    2026-11-25T10:00:00Z 2026-11-25 INR asha@example.in 0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b02 crm.order.place.v1 \
    webhook delivery attempts due redeliver.v1 dataschema subject datacontenttype";

#[test]
fn queue_bodies_of_any_form() {
    let mut seeds = crate::forms("tests/messages");
    let tags =
        json!({"campaign": ["0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b02"], "customer": ["7b6c1de4-6c2b-5d0e-8a51-3f5e0f2b9a10"]});
    let mail = json!({"timestamp": "2026-11-25T10:00:00Z", "messageId": "0100-x", "tags": tags});
    for (kind, part) in [("Delivery", "delivery"), ("Bounce", "bounce"), ("Open", "open"), ("Reject", "reject"), ("Send", "send")]
    {
        let said = json!({"timestamp": "2026-11-25T10:00:09Z", "bounceType": "Permanent", "bouncedRecipients": [{"diagnosticCode": "550\nx"}]});
        seeds.push(json!({"eventType": kind, "mail": mail, part: said}).to_string().into_bytes());
    }
    let all: Vec<String> = seeds.iter().take(9).map(|seed| String::from_utf8_lossy(seed).into_owned()).collect();
    seeds.push(format!("[{}]", all.join(",")).into_bytes());
    Target { name: "messages", seeds, words: WORDS.split_whitespace().collect(), rounds: 8_000 }.run(check);
}

fn check(input: &[u8]) {
    let Ok(body) = std::str::from_utf8(input) else { return };
    let summary = Summary::of(body);
    assert_eq!(summary.bytes, body.len() as u64);
    assert_eq!(masked(&masked(body)), masked(body), "what is masked stays as it is");
    is_written_as_read::<delivery::Task>(body);
    is_written_as_read::<membership::Task>(body);
    is_written_as_read::<erasure::Task>(body);
    is_written_as_read::<ai::Task>(body);
    if let Ok(task) = Delivered::parse(body) {
        assert_eq!(Delivered::parse(&task.body()).as_ref(), Ok(&task), "{}", task.body());
    }
    let Ok(json) = Json::parse(input) else { return };
    match json {
        Json::List(events) => events.iter().for_each(event),
        one => event(&one),
    }
}

fn is_written_as_read<T: Serialize + DeserializeOwned + PartialEq + Debug>(body: &str) {
    match Step::<T>::parse(body) {
        Ok(step) => assert_eq!(Step::parse(&step.body()).as_ref(), Ok(&step), "{}", step.body()),
        Err(reason) => assert!(!reason.is_empty()),
    }
}

fn event(json: &Json) {
    if ses::is_event(json) {
        return match ses::receipt(json) {
            Ok(None) => {}
            Ok(Some(receipt)) => {
                let reason = receipt.reason.unwrap_or_default();
                assert!(reason.chars().count() <= 500 && !reason.contains(|c: char| c.is_control()), "{reason:?}");
            }
            Err(faults) => assert!(!faults.is_empty()),
        };
    }
    let (currency, now) = (Currency::parse("INR").unwrap(), Time::parse("2026-11-26T00:00:00Z").unwrap());
    let event = match Event::parse(json, &currency, now) {
        Ok(event) => event,
        Err(faults) => return assert!(!faults.is_empty() && faults.0.iter().all(|fault| !fault.reason.is_empty())),
    };
    assert!(event.time <= now.plus(DAY), "an event from far ahead would win for ever");
    let kind = Kind::ALL.into_iter().find(|kind| json.get("type").and_then(Json::as_text) == Some(kind.as_str())).unwrap();
    let envelope = Envelope::new(kind, &event.source, &event.id, event.time, json.get("data").unwrap());
    let written = serde_json::to_string(&envelope).unwrap();
    let again = Event::parse(&Json::parse(written.as_bytes()).unwrap(), &currency, now);
    assert_eq!(again.as_ref(), Ok(&event), "{written}");
    let _named = (event.stamp(), event.customer(), event.order(), event.activity());
}

//! Requests to the router over the ports in memory.

mod drafts;
mod log;
mod people;
mod results;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::campaign::CampaignStatus;
use crm_domain::delivery::{Step, Task};
use crm_domain::event::Event;
use crm_domain::ids::{CampaignId, SegmentId};
use crm_domain::json::Json;
use crm_domain::ports::{Alarm, KeepCampaigns, KeepSegments, QueueName, ReadSegments};
use crm_domain::time::Time;
use crm_lambda::addresses::Addresses;
use crm_lambda::api::App;
use crm_testing::{Memory, answer, carry_request, cases, fuzz_requests, keys, send, send_event, settings, token, walk};
use serde_json::{Value, json};

use crate::http::router;

const SEGMENT: &str = "01900000-0000-7000-8000-000000000001";

/// A CRM with the segment "spent over 500" and, of its four customers, two who may be written to.
fn crm() -> (Router, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let currency = settings().currency.clone();
    let rules = json!({"combinator": "and", "rules": [{"field": "totalSpend", "operator": ">", "value": 500}]});
    memory.keep_segment(SEGMENT, "Big", &rules);
    let event = |kind: &str, id: &str, data: Value| {
        let event =
            json!({"specversion": "1.0", "id": id, "source": "/t", "type": kind, "time": "2026-01-01T00:00:00Z", "data": data});
        Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &currency, Time::now()).unwrap()
    };
    let people = [("a", 900, true), ("b", 501, true), ("c", 700, false), ("d", 500, true)];
    let events: Vec<Event> = people
        .iter()
        .flat_map(|(name, spent, consent)| {
            let email = format!("{name}@x.in");
            [
                event("crm.customer.upsert.v1", &format!("c{name}"), json!({"email": email, "emailConsent": consent})),
                event("crm.order.place.v1", &format!("o{name}"), json!({"email": email, "orderId": name, "total": spent})),
            ]
        })
        .collect();
    memory.apply(&events);
    let app = App { store: memory.clone(), queue: memory.clone(), settings: settings() };
    (router(app, keys(), Addresses::new(memory.clone(), memory.clone())), memory)
}

fn launch() -> Value {
    json!({"name": "Hello", "segmentId": SEGMENT, "channel": "email", "variants": [{"subject": "Hi {{name}}", "body": "x"}]})
}

/// What is queued, each for the request that asked for it.
fn tasks(memory: &Memory) -> Vec<Task> {
    let queued = memory.drain(QueueName::Delivery);
    assert!(carry_request(&queued), "{queued:?}");
    queued.iter().map(|message| Step::parse(&message.body).unwrap().task).collect()
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("campaigns-api") {
        let (router, memory) = crm();
        let answer = send_event(&router, &event).await;
        if case.starts_with("bad-") {
            assert!((400..500).contains(&answer.status), "{case}: {answer:?}");
            assert_eq!(answer.json["status"], answer.status, "{case}");
            assert!(answer.json["code"].is_string(), "{case}");
            assert!(memory.drain(QueueName::Delivery).is_empty(), "{case} queued something");
        } else {
            assert!((200..300).contains(&answer.status), "{case}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_launch_is_queued_and_readable_where_location_says() {
    let (router, memory) = crm();
    let answer = send(&router, "POST", "/api/campaigns", launch().to_string()).await;
    assert_eq!((answer.status, &answer.json["status"]), (202, &json!("sending")));
    let id = CampaignId::parse(answer.json["id"].as_str().unwrap()).unwrap();
    assert_eq!(tasks(&memory), [Task::Plan { campaign: id, part: 0, after: None, queued: 0 }]);
    let found = send(&router, "GET", answer.headers["location"].to_str().unwrap(), "").await;
    assert_eq!(found.status, 200);
    for count in ["audience", "queued", "sent", "delivered", "failed", "skipped"] {
        assert_eq!(found.json[count], 0, "{count}");
    }
    assert_eq!(send(&router, "GET", &format!("/api/campaigns/{id}/messages"), "").await.json["items"], json!([]));
    let list = send(&router, "GET", "/api/campaigns", "").await;
    assert_eq!(list.json["items"][0]["id"], json!(id));
}

#[tokio::test]
async fn a_later_launch_waits_for_its_alarm() {
    let (router, memory) = crm();
    let later = async |micros: i64| {
        let mut body = launch();
        let at = Time::now().plus(micros);
        body["scheduledAt"] = json!(at);
        let answer = send(&router, "POST", "/api/campaigns", body.to_string()).await;
        assert_eq!((answer.status, &answer.json["status"]), (202, &json!("scheduled")), "{answer:?}");
        let campaign = CampaignId::parse(answer.json["id"].as_str().unwrap()).unwrap();
        assert_eq!(memory.alarm(Alarm::Wake, campaign), Some(at));
        (Task::Wake { campaign, alarm: at }, tasks(&memory))
    };
    assert_eq!(later(3_600_000_000).await.1, []);
    let (wake, queued) = later(60_000_000).await;
    assert_eq!(queued, [wake], "the clock may have looked that far ahead already");
}

#[tokio::test]
async fn a_failed_campaign_is_resumed_with_its_plan() {
    let (router, memory) = crm();
    let launched = send(&router, "POST", "/api/campaigns", launch().to_string()).await;
    let campaign = CampaignId::parse(launched.json["id"].as_str().unwrap()).unwrap();
    let plan = tasks(&memory);
    let found = memory.campaign(campaign).await.unwrap().unwrap();
    let failed = found.record.state.failed("storage is unavailable", Time::now()).unwrap();
    memory.set_campaign_state(campaign, found.version, &failed, None).await.unwrap();
    let path = format!("/api/campaigns/{campaign}");
    let shown = send(&router, "GET", &path, "").await;
    assert_eq!((&shown.json["status"], &shown.json["failedReason"]), (&json!("failed"), &json!("storage is unavailable")));
    let resumed = send(&router, "POST", &format!("{path}/resume"), "").await;
    assert_eq!((&resumed.json["status"], resumed.json.get("failedReason")), (&json!("sending"), None));
    assert_eq!(tasks(&memory), [plan, vec![Task::Spread { campaign, since: found.version + 1 }]].concat());
}

#[tokio::test]
async fn the_preview_counts_step_by_step_and_starts_nothing() {
    let (router, memory) = crm();
    let answer = send(&router, "POST", "/api/campaigns/preview", launch().to_string()).await;
    let counts: Vec<u64> = answer.json["steps"].as_array().unwrap().iter().map(|step| step["count"].as_u64().unwrap()).collect();
    assert_eq!((counts, &answer.json["willSend"]), (vec![3, 3, 2, 2, 2, 2], &json!(2)));
    assert_eq!(answer.json["steps"][5]["step"], "notHeldOut");
    // Two recipients at four write units, a read unit, a tenth of a queue request and of an invocation, and 0.05 GB seconds.
    let cost = &answer.json["cost"];
    assert_eq!(
        (&cost["atMost"], &cost["pricePerMillion"], &cost["currency"]),
        (&json!(0.000_007_037), &json!(3.5183), &json!("USD"))
    );
    // A letter of five kilobytes is written whenever something becomes of it: nineteen write units and six read units.
    let mut long = launch();
    long["variants"][0]["body"] = json!("x".repeat(5_000));
    let long = send(&router, "POST", "/api/campaigns/preview", long.to_string()).await.json;
    assert_eq!(long["cost"]["atMost"], json!(0.000_027_037));
    assert!(tasks(&memory).is_empty());
}

#[tokio::test]
async fn an_unknown_segment_is_a_fault_beside_the_others() {
    let (router, _) = crm();
    let mut body = launch();
    body["segmentId"] = json!("01900000-0000-7000-8000-00000000000f");
    body["name"] = json!("");
    let answer = send(&router, "POST", "/api/campaigns", body.to_string()).await;
    assert_eq!((answer.status, answer.fields()), (422, vec!["segmentId", "name"]));
}

#[tokio::test]
async fn a_deleted_segment_launches_nothing_more_and_takes_nobody_from_what_was_launched() {
    let (router, memory) = crm();
    let mut later = launch();
    later["scheduledAt"] = json!(Time::now().plus(3_600_000_000));
    let launched = send(&router, "POST", "/api/campaigns", later.to_string()).await;
    let path = launched.headers["location"].to_str().unwrap();
    let before = send(&router, "GET", path, "").await;
    let segments = memory.all_segments().await.unwrap();
    let deletion = segments.delete(segments.find(SegmentId::parse(SEGMENT).unwrap()).unwrap()).unwrap();
    memory.change_segments(&deletion, None).await.unwrap();
    // The campaign holds the rules as they were, and still says whose they were.
    let after = send(&router, "GET", path, "").await;
    assert_eq!((after.status, &after.json["segmentId"], &after.json["status"]), (200, &json!(SEGMENT), &json!("scheduled")));
    assert_eq!(after.json, before.json);
    let id = CampaignId::parse(launched.json["id"].as_str().unwrap()).unwrap();
    let kept = memory.campaign(id).await.unwrap().unwrap().record;
    let wanted = json!({"combinator": "and", "rules": [{"field": "totalSpend", "operator": ">", "value": 500}]});
    assert_eq!(json!(kept.rules), wanted);
    for path in ["/api/campaigns", "/api/campaigns/preview"] {
        let refused = send(&router, "POST", path, launch().to_string()).await;
        assert_eq!((refused.status, refused.fields()), (422, vec!["segmentId"]), "{path}");
    }
}

#[tokio::test]
async fn analysts_look_but_do_not_launch() {
    let (router, memory) = crm();
    let ask = async |method: &str, path: &str, body: String| {
        let bearer = format!("Bearer {}", token("analyst", &json!({})));
        let request = Request::builder().method(method).uri(path).header("authorization", bearer).body(Body::from(body)).unwrap();
        answer(&router, request).await
    };
    let refused = ask("POST", "/api/campaigns", launch().to_string()).await;
    assert_eq!((refused.status, &refused.json["code"]), (403, &json!("forbidden")));
    assert_eq!(ask("POST", "/api/campaigns/preview", launch().to_string()).await.status, 200);
    assert_eq!(ask("GET", "/api/campaigns", String::new()).await.status, 200);
    assert!(tasks(&memory).is_empty());
}

#[tokio::test]
async fn states_change_only_where_they_may() {
    let (router, memory) = crm();
    let id = send(&router, "POST", "/api/campaigns", launch().to_string()).await.json["id"].as_str().unwrap().to_owned();
    tasks(&memory);
    let to = async |verb: &str| send(&router, "POST", &format!("/api/campaigns/{id}/{verb}"), "").await;
    assert_eq!(to("resume").await.status, 409);
    let paused = to("pause").await;
    assert_eq!((paused.status, &paused.json["status"]), (200, &json!("paused")));
    assert_eq!(to("pause").await.json["code"], "conflict");
    assert!(tasks(&memory).is_empty(), "a pause starts nothing");
    assert_eq!(to("resume").await.json["status"], "sending");
    let campaign = CampaignId::parse(&id).unwrap();
    let plan = |since| vec![Task::Plan { campaign, part: 0, after: None, queued: 0 }, Task::Spread { campaign, since }];
    assert_eq!(tasks(&memory), plan(2), "what froze the audience may be lost, and whoever is queued is handed out again");
    assert_eq!(to("cancel").await.json["status"], "cancelled");
    assert_eq!(tasks(&memory), plan(3));
    assert_eq!(to("cancel").await.status, 409);
    assert_eq!(memory.campaign(campaign).await.unwrap().unwrap().record.state.status, CampaignStatus::Cancelled);
}

#[tokio::test]
async fn an_old_version_is_not_changed() {
    let (router, _) = crm();
    let id = send(&router, "POST", "/api/campaigns", launch().to_string()).await.json["id"].as_str().unwrap().to_owned();
    let request = Request::builder()
        .method("POST")
        .uri(format!("/api/campaigns/{id}/pause"))
        .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
        .header("if-match", "\"7\"")
        .body(Body::empty())
        .unwrap();
    assert_eq!(answer(&router, request).await.status, 412);
}

#[tokio::test]
async fn a_launch_whose_record_cannot_be_written_leaves_no_campaign() {
    let (router, memory) = crm();
    // It is looked for, the suppression list is asked about two people, the queue takes the plan, then the process dies.
    memory.die_after(Some(4));
    assert_eq!(send(&router, "POST", "/api/campaigns", launch().to_string()).await.status, 503);
    memory.die_after(None);
    assert_eq!(tasks(&memory).len(), 1);
    assert_eq!(send(&router, "GET", "/api/campaigns", "").await.json["items"], json!([]));
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    let own = crm_lambda::routes::ALL.iter().filter(|operation| operation.function == "campaigns-api").count();
    assert_eq!(walk("campaigns-api", &crm().0).await, own * 7);
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("campaigns-api", 60, || crm().0);
}

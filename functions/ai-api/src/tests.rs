//! Requests to the router over the ports in memory, with the model's stand-in behind it.

mod faults;
mod proposals;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_ai::gemini::{Configuration, Patience};
use crm_ai::{Assistant, Gemini, Settings};
use crm_domain::ai::Step;
use crm_domain::event::Event;
use crm_domain::json::Json as Tree;
use crm_domain::names::Name;
use crm_domain::ports::{KeepAiState, KeepNames, QueueName};
use crm_domain::time::Time;
use crm_testing::{Answer, Memory, answer, carry_request, cases, fuzz_requests, keys, send, send_event, settings, token, walk};
use local_gemini::{Behaviour, MODEL, Peer};
use serde_json::{Value, json};

use crate::http::{Desk, router};

/// More than any answer takes, however busy the machine: what ends with an answer does not wait for it.
const CALM: (Duration, Duration) = (Duration::from_secs(20), Duration::from_mins(1));
/// For a model that will not answer. What one attempt may take, and all of them.
const HASTY: (Duration, Duration) = (Duration::from_secs(6), Duration::from_secs(30));

/// A CRM with thirty customers, and a model.
struct Crm {
    router: Router,
    memory: Arc<Memory>,
    peer: Peer,
}

impl Crm {
    async fn new() -> Self {
        Self::with_key(CALM).await
    }

    async fn hasty() -> Self {
        Self::with_key(HASTY).await
    }

    async fn with_key(patience: (Duration, Duration)) -> Self {
        let crm = Self::with(1_000_000, patience).await;
        crm.memory.set_gemini_key("a-key");
        crm
    }

    async fn without_key() -> Self {
        Self::with_daily_tokens(1_000_000).await
    }

    async fn with_daily_tokens(daily_tokens: u64) -> Self {
        Self::with(daily_tokens, CALM).await
    }

    async fn with(daily_tokens: u64, patience: (Duration, Duration)) -> Self {
        let (memory, peer) = (Arc::new(Memory::default()), Peer::start().await);
        let names = [Name::Tag("vip".into()), Name::City("Pune".into()), Name::NumberAttribute("points".into())];
        memory.note_names(&names, Time::now()).await.unwrap();
        Self { router: open(&memory, &peer.url, daily_tokens, patience), memory, peer }
    }

    async fn rules(&self, prompt: &str) -> Answer {
        send(&self.router, "POST", "/api/generate-rules", json!({"prompt": prompt}).to_string()).await
    }

    async fn messages(&self, body: Value) -> Answer {
        send(&self.router, "POST", "/api/generate-messages", body.to_string()).await
    }

    /// As somebody who would rather wait.
    async fn waiting(&self, path: &str, body: Value) -> Answer {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
            .header("prefer", "wait=5, respond-async")
            .body(Body::from(body.to_string()))
            .unwrap();
        answer(&self.router, request).await
    }
}

/// A router over `memory`, whose model is at `base`.
fn open(memory: &Arc<Memory>, base: &str, daily_tokens: u64, (attempt, budget): (Duration, Duration)) -> Router {
    memory.apply(&customers());
    let patience = Patience { attempt, shortest: Duration::from_millis(50), pause: Duration::from_millis(5) };
    let configuration = Configuration { base: base.to_owned(), model: MODEL.to_owned(), budget, patience };
    let crm_lambda::config::Settings { currency, consent_defaults } = (*settings()).clone();
    let of_all = Settings { currency, consent_defaults, daily_tokens };
    let gemini = Gemini::new(configuration, true).unwrap();
    let assistant = Arc::new(Assistant::new(gemini, memory.clone(), memory.clone(), of_all));
    router(Desk { store: memory.clone(), queue: memory.clone(), assistant, daily_tokens }, keys())
}

fn event(n: u32, r#type: &str, data: &Value) -> Event {
    let json = json!({
        "specversion": "1.0", "id": format!("{type}{n}"), "source": "/t", "type": r#type, "time": "2026-01-01T00:00:00Z", "data": data,
    });
    Event::parse(&Tree::parse(json.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
}

/// Thirty customers, every third of whom has no name.
fn customers() -> Vec<Event> {
    let customer = |n: u32| {
        let mut data = json!({"email": format!("person{n}@example.in"), "city": if n < 10 { "Pune" } else { "Delhi" }});
        if !n.is_multiple_of(3) {
            data["name"] = json!(format!("Asha {n} {{{{evil}}}}"));
        }
        event(n, "crm.customer.upsert.v1", &data)
    };
    let order = |n: u32| {
        let data = json!({"email": format!("person{n}@example.in"), "orderId": format!("{n}"), "total": n * 1_000});
        event(n, "crm.order.place.v1", &data)
    };
    (0..30).map(customer).chain((0..30).map(order)).collect()
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("ai-api") {
        let answer = send_event(&Crm::without_key().await.router, &event).await;
        let wanted = if case.starts_with("bad-") { 400..500 } else { 200..300 };
        assert!(wanted.contains(&answer.status), "{case}: {answer:?}");
    }
}

/// Without a key nobody is asked: what is answered is the offline engine's.
#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("ai-api", 60, || open(&Arc::default(), "http://127.0.0.1:9", 1_000_000, CALM));
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("ai-api", &Crm::without_key().await.router).await, 6 * 7);
}

#[tokio::test]
async fn without_a_key_the_offline_engine_answers_and_nobody_is_asked() {
    let crm = Crm::without_key().await;
    let answer = crm.rules("customers in Pune who spent over ₹5,000 and like jazz").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((&answer.json["source"], answer.json.get("offlineReason")), (&json!("offline"), None));
    assert_eq!(answer.json["unsupported"], json!(["like jazz"]));
    let fields: Vec<&str> =
        answer.json["rules"]["rules"].as_array().unwrap().iter().map(|r| r["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["city", "totalSpend"]);
    let refused = crm.rules("write me a poem about the monsoon").await;
    assert_eq!((refused.status, &refused.json["code"]), (422, &json!("not_understood")));
    let messages = crm.messages(json!({"objective": "Thank our customers", "channel": "sms"})).await;
    assert_eq!((messages.status, &messages.json["source"]), (200, &json!("offline")), "{messages:?}");
    assert!(crm.peer.requests().is_empty());
    let today = Time::now().date();
    assert!(crm.memory.uses(today, None).await.unwrap().is_empty(), "there is nothing to count");
}

#[tokio::test]
async fn with_a_key_the_model_answers_and_hears_of_nobody() {
    let crm = Crm::new().await;
    let answer = crm.rules("customers in Pune who spent over 5000").await;
    assert_eq!((answer.status, &answer.json["source"]), (200, &json!("gemini")), "{answer:?}");
    assert!(answer.json["explanation"].as_str().unwrap().contains("Pune"));
    let body = json!({"objective": "Win back customers", "channel": "email", "count": 2});
    let messages = crm.messages(body).await;
    assert_eq!((messages.status, &messages.json["source"]), (200, &json!("gemini")), "{messages:?}");
    assert_eq!(messages.json["messages"].as_array().unwrap().len(), 2);
    let suggestion =
        send(&crm.router, "POST", "/api/campaigns/suggest", json!({"objective": "Win back customers"}).to_string()).await;
    assert_eq!((suggestion.status, &suggestion.json["source"]), (200, &json!("gemini")), "{suggestion:?}");
    let asked = crm.peer.requests();
    assert_eq!(asked.len(), 3);
    for request in asked {
        let told = request.body.to_string();
        assert!(told.contains("Pune") && told.contains("points"), "names of things are told");
        assert!(!told.contains("@example.in") && !told.contains("Asha"), "nothing of anybody is told: {told}");
        assert!(!request.path.contains("a-key"), "keys do not belong into addresses, which are logged");
    }
}

#[tokio::test]
async fn the_same_question_is_asked_once_a_day() {
    let crm = Crm::new().await;
    let first = crm.rules("customers in Pune").await;
    let second = crm.rules("customers in Pune").await;
    assert_eq!((first.json, crm.peer.requests().len()), (second.json, 1));
    crm.memory.note_names(&[Name::City("Delhi".into())], Time::now()).await.unwrap();
    crm.rules("customers in Pune").await;
    assert_eq!(crm.peer.requests().len(), 2, "a name more may change the answer");
    // It may be past midnight by now.
    let usage = send(&crm.router, "GET", "/api/ai/usage?days=2", "").await;
    let days = usage.json["days"].as_array().unwrap();
    let sum = |name: &str| days.iter().map(|day| day.pointer(name).unwrap().as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("/gemini"), sum("/offline")), (2, 0), "what was kept costs nothing: {usage:?}");
    assert!(sum("/tokens/input") > 0 && days.iter().any(|day| day["users"][0]["user"] == "u-owner"), "{usage:?}");
}

#[tokio::test]
async fn who_has_spent_the_tokens_of_a_day_is_answered_offline() {
    let crm = Crm::with_daily_tokens(1).await;
    crm.memory.set_gemini_key("a-key");
    assert_eq!(crm.rules("customers in Pune").await.json["source"], "gemini");
    let answer = crm.rules("customers in Delhi").await;
    assert_eq!((answer.status, &answer.json["offlineReason"]), (200, &json!("budget")));
    assert_eq!(crm.peer.requests().len(), 1);
    let other = Request::post("/api/generate-rules")
        .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
        .body(Body::from(json!({"prompt": "customers in Mumbai"}).to_string()))
        .unwrap();
    assert_eq!(answer_of(&crm, other).await["source"], "gemini", "budgets are each one's own");
}

async fn answer_of(crm: &Crm, request: Request<Body>) -> Value {
    answer(&crm.router, request).await.json
}

#[tokio::test]
async fn who_would_rather_wait_is_told_where_to_ask() {
    let crm = Crm::new().await;
    crm.peer.always(Behaviour::RateLimited { retry_after_seconds: Some(60), retry_info: None });
    let accepted = crm.waiting("/api/generate-rules", json!({"prompt": "customers in Pune"})).await;
    assert_eq!((accepted.status, &accepted.json["status"]), (202, &json!("waiting")), "{accepted:?}");
    assert_eq!(accepted.headers["preference-applied"], "respond-async");
    let place = accepted.headers["location"].to_str().unwrap().to_owned();
    let queued = crm.memory.drain(QueueName::Questions);
    assert!(queued.len() == 1 && carry_request(&queued), "{queued:?}");
    Step::parse(&queued[0].body).unwrap();
    let waiting = send(&crm.router, "GET", &place, "").await;
    assert_eq!((waiting.status, &waiting.json["status"]), (200, &json!("waiting")));
    assert!(waiting.headers.contains_key("retry-after"));
    let stranger = Request::get(&place)
        .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
        .body(Body::empty())
        .unwrap();
    assert_eq!(answer(&crm.router, stranger).await.status, 404, "whoever asked, and nobody else");
    let asked = crm.peer.requests().len();
    let patient = crm.waiting("/api/generate-messages", json!({"objective": "Hello", "channel": "sms"})).await;
    assert_eq!((patient.status, crm.peer.requests().len()), (202, asked), "it is known by now that there is no point");
    let impatient = crm.rules("customers in Pune").await;
    assert_eq!((impatient.status, &impatient.json["offlineReason"]), (200, &json!("quota")));
    let usage = send(&crm.router, "GET", "/api/ai/usage", "").await;
    assert_eq!(usage.json["days"][0]["offline"], 0, "who waits, and whose question was not put, has used nothing: {usage:?}");
}

#[tokio::test]
async fn faults_of_the_body_are_named() {
    let crm = Crm::without_key().await;
    for (body, field) in
        [(json!({}), "prompt"), (json!({"prompt": " "}), "prompt"), (json!({"prompt": "x".repeat(1_001)}), "prompt")]
    {
        let refused = send(&crm.router, "POST", "/api/generate-rules", body.to_string()).await;
        assert_eq!((refused.status, refused.fields()), (422, vec![field]));
    }
    let unknown = json!({"objective": "Hello", "channel": "sms", "segmentId": "00000000-0000-7000-8000-000000000000"});
    let refused = crm.messages(unknown).await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["segmentId"]));
    let refused = send(&crm.router, "GET", "/api/ai/usage?days=0", "").await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["days"]));
}

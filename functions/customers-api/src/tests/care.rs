//! Changing, merging and erasing one customer, and what is told of them.

use axum::http::Request;
use crm_domain::erasure::{Step, Task};
use crm_domain::identity::Identity;
use crm_domain::names::Name;
use crm_domain::ports::{KeepErasures as _, KeepNames as _};
use crm_domain::time::HOUR;

use super::*;

/// The path of a customer of whom the API was told `body`.
async fn customer(router: &Router, memory: &Memory, body: Value) -> String {
    let answer = send(router, "POST", "/api/customers", body.to_string()).await;
    apply_queued(memory, QueueName::Customers);
    answer.headers["location"].to_str().unwrap().to_owned()
}

fn identity(path: &str) -> CustomerId {
    CustomerId::parse(path.rsplit('/').next().unwrap()).unwrap()
}

/// Applies an order of the past.
fn order(memory: &Memory, email: &str, number: &str, total: u32, placed_at: &str) {
    let event = json!({
        "specversion": "1.0", "id": number, "source": "/t", "type": "crm.order.place.v1", "time": placed_at,
        "data": {"email": email, "orderId": number, "total": total, "placedAt": placed_at},
    });
    memory.apply(&events(&event.to_string()));
}

async fn matched(router: &Router, method: &str, path: &str, tag: &str, body: &Value) -> crm_testing::Answer {
    let request = Request::builder().method(method).uri(path).header("if-match", tag);
    let request = request.header("authorization", format!("Bearer {}", token("owner", &json!({}))));
    answer(router, request.body(Body::from(if body.is_null() { String::new() } else { body.to_string() })).unwrap()).await
}

#[tokio::test]
async fn a_change_is_there_at_once_and_only_for_who_has_seen_the_customer() {
    let (router, memory) = crm();
    let path =
        customer(&router, &memory, json!({"email": "a@x.in", "name": "Asha", "city": "Pune", "attributes": {"a": 1}})).await;
    let tag = send(&router, "GET", &path, "").await.headers["etag"].to_str().unwrap().to_owned();
    let changed = matched(&router, "PATCH", &path, &tag, &json!({"city": null, "attributes": {"b": 2}, "tags": ["vip"]})).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json["city"], Value::Null);
    assert_eq!((&changed.json["name"], &changed.json["attributes"]), (&json!("Asha"), &json!({"a": 1.0, "b": 2.0})));
    assert_ne!(changed.headers["etag"].to_str().unwrap(), tag);
    // Somebody who looked before that.
    assert_eq!(matched(&router, "PATCH", &path, &tag, &json!({"name": "Usha"})).await.json["code"], "precondition_failed");
    assert_eq!(matched(&router, "DELETE", &path, &tag, &Value::Null).await.status, 412);
    assert_eq!(send(&router, "GET", &path, "").await.json["name"], "Asha");
    assert!(memory.drain(QueueName::Customers).is_empty() && memory.drain(QueueName::Erasures).is_empty());
    assert_eq!(memory.told().iter().filter(|(_, action, _)| action == "change_customer").count(), 1);
    assert_eq!(memory.names(Time::now()).await.unwrap(), [Name::NumberAttribute("b".into()), Name::Tag("vip".into())]);
}

#[tokio::test]
async fn a_change_wins_over_what_was_said_in_advance() {
    let (router, memory) = crm();
    let ahead = Time::now().plus(crm_domain::time::HOUR);
    let event = json!({
        "specversion": "1.0", "id": "1", "source": "/t", "type": "crm.customer.upsert.v1", "time": ahead,
        "data": {"email": "a@x.in", "name": "Early"},
    });
    memory.apply(&events(&event.to_string()));
    let path = format!("/api/customers/{}", CustomerId::of(&crm_domain::email::Email::parse("a@x.in").unwrap()));
    assert_eq!(send(&router, "PATCH", &path, r#"{"name":"By hand"}"#).await.json["name"], "By hand");
}

#[tokio::test]
async fn what_cannot_be_changed_is_named() {
    let (router, memory) = crm();
    let path = customer(&router, &memory, json!({"email": "a@x.in"})).await;
    let body = r#"{"email":"b@x.in","name":5,"totalSpend":1,"nope":true}"#;
    let answer = send(&router, "PATCH", &path, body).await;
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!((answer.status, fields), (422, vec!["email", "name", "nope", "totalSpend"]));
    let stranger = "/api/customers/5b7f2c1e-8f0a-5c1d-9e2f-1a2b3c4d5e6f";
    for (method, path, body) in [
        ("PATCH", stranger.to_owned(), "{}"),
        ("DELETE", stranger.to_owned(), ""),
        ("GET", format!("{stranger}/timeline"), ""),
        ("POST", format!("{stranger}/merge"), r#"{"from":"a@x.in"}"#),
    ] {
        assert_eq!(send(&router, method, &path, body).await.status, 404, "{method} {path}");
    }
}

#[tokio::test]
async fn a_lost_race_is_run_again() {
    let (router, memory) = crm();
    let path = customer(&router, &memory, json!({"email": "a@x.in"})).await;
    memory.fail_commits(3);
    assert_eq!(send(&router, "PATCH", &path, r#"{"name":"Asha"}"#).await.json["name"], "Asha");
}

#[tokio::test]
async fn two_become_one_with_the_orders_of_both() {
    let (router, memory) = crm();
    let stays = customer(&router, &memory, json!({"email": "a@x.in", "name": "Asha"})).await;
    let goes = customer(&router, &memory, json!({"email": "b@x.in", "phone": "123", "tags": ["vip"]})).await;
    for (n, email) in ["a@x.in", "b@x.in", "b@x.in", "a@x.in"].into_iter().enumerate() {
        order(&memory, email, &format!("o{n}"), 100, &format!("2026-01-0{}T00:00:00Z", n + 1));
    }
    let merged = send(&router, "POST", &format!("{stays}/merge"), r#"{"from":"B@x.in"}"#).await;
    assert_eq!(merged.status, 200, "{merged:?}");
    assert_eq!((&merged.json["orderCount"], &merged.json["totalSpend"]), (&json!(4), &json!(400)));
    assert_eq!((&merged.json["name"], &merged.json["phone"]), (&json!("Asha"), &json!("123")));
    assert_eq!((&merged.json["tags"], &merged.json["otherEmails"]), (&json!(["vip"]), &json!(["b@x.in"])));
    // By either identity it is the same customer, with all the orders, newest first.
    assert_eq!(send(&router, "GET", &goes, "").await.json, send(&router, "GET", &stays, "").await.json);
    for path in [&stays, &goes] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = send(&router, "GET", &format!("{path}/orders?limit=3{cursor}"), "").await;
            seen.extend(page.json["items"].as_array().unwrap().iter().map(|item| item["orderId"].as_str().unwrap().to_owned()));
            match page.json["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, ["o3", "o2", "o1", "o0"]);
    }
    // There is one customer in lists and searches, also by the address of the other.
    for query in ["", "?search=b@x"] {
        let listed = send(&router, "GET", &format!("/api/customers{query}"), "").await;
        assert_eq!(listed.json["items"].as_array().unwrap().len(), 1, "{query}");
    }
    // What comes for the old address, late or new, comes to who stays; again counts once.
    order(&memory, "b@x.in", "o4", 50, "2026-01-09T00:00:00Z");
    order(&memory, "b@x.in", "o1", 100, "2026-01-02T00:00:00Z");
    assert_eq!(send(&router, "GET", &stays, "").await.json["totalSpend"], 450);
    // Who asks again is answered again.
    for again in ["b@x.in", identity(&goes).to_string().as_str()] {
        let answer = send(&router, "POST", &format!("{stays}/merge"), json!({"from": again}).to_string()).await;
        assert_eq!((answer.status, &answer.json["totalSpend"]), (200, &json!(450)), "{again}");
    }
    let itself = send(&router, "POST", &format!("{stays}/merge"), r#"{"from":"a@x.in"}"#).await;
    assert_eq!((itself.status, itself.fields()), (422, vec!["from"]));
    for bad in [json!({"from": "nobody@x.in"}), json!({"from": 5}), json!({"from": "x"}), json!({})] {
        let answer = send(&router, "POST", &format!("{stays}/merge"), bad.to_string()).await;
        assert_eq!((answer.status, answer.fields()), (422, vec!["from"]), "{bad}");
    }
}

#[tokio::test]
async fn who_is_erased_is_gone_when_it_is_said_and_a_sweep_is_on_its_way() {
    let (router, memory) = crm();
    let stays = customer(&router, &memory, json!({"email": "a@x.in", "name": "Asha"})).await;
    let goes = customer(&router, &memory, json!({"email": "b@x.in"})).await;
    order(&memory, "a@x.in", "o1", 100, "2026-01-01T00:00:00Z");
    send(&router, "POST", &format!("{stays}/merge"), r#"{"from":"b@x.in"}"#).await;
    assert_eq!(send(&router, "DELETE", &stays, "").await.status, 204);
    for path in [&stays, &goes] {
        assert_eq!(send(&router, "GET", path, "").await.status, 404);
        assert_eq!(send(&router, "DELETE", path, "").await.status, 404);
        assert!(matches!(memory.identity(identity(path)), Some(Identity::Erased(_))));
    }
    assert_eq!(send(&router, "GET", "/api/customers", "").await.json["items"], json!([]));
    let sweeps = memory.drain(QueueName::Erasures);
    assert!(crm_testing::carry_request(&sweeps), "{sweeps:?}");
    let [sweep] = sweeps.as_slice() else { panic!("{sweeps:?}") };
    let Task::Sweep(sweep) = Step::parse(&sweep.body).unwrap().task;
    assert_eq!((sweep.customer, sweep.identities.len(), sweep.emails.len(), sweep.pass), (identity(&stays), 2, 2, 0));
    let listed = memory.erasures(None, 10).await.unwrap().items;
    assert_eq!((listed[0].id, listed[0].at, listed[0].finished_at), (identity(&stays), sweep.at, None));
    assert_eq!(listed[0].identities, [identity(&stays), identity(&goes)]);
    let told: Vec<_> = memory.told().into_iter().filter(|(_, action, _)| action == "erase_customer").collect();
    assert_eq!(told.len(), 1);
    assert!(!format!("{:?}", memory.told()).contains("x.in") || !told[0].2.contains('@'), "{told:?}");
    // What was accepted before comes too late; what is said from now on begins anew.
    order(&memory, "a@x.in", "o2", 100, "2026-01-02T00:00:00Z");
    assert_eq!(send(&router, "GET", &stays, "").await.status, 404);
    send(&router, "POST", "/api/customers", r#"{"email":"a@x.in"}"#).await;
    apply_queued(&memory, QueueName::Customers);
    let again = send(&router, "GET", &stays, "").await;
    assert_eq!((again.status, &again.json["orderCount"], &again.json["name"]), (200, &json!(0), &Value::Null));
}

#[tokio::test]
async fn an_erasure_comes_after_what_was_dated_ahead() {
    let (router, memory) = crm();
    let path = customer(&router, &memory, json!({"email": "a@x.in"})).await;
    let ahead = Time::now().plus(HOUR);
    order(&memory, "a@x.in", "o1", 100, &ahead.to_string());
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    let erased = memory.identity(identity(&path)).and_then(|identity| identity.erased_at()).unwrap();
    assert!(erased > ahead, "{erased} {ahead}");
}

#[tokio::test]
async fn a_clock_that_is_behind_erases_and_changes_who_was_erased_before() {
    let (router, memory) = crm();
    let first = customer(&router, &memory, json!({"email": "a@x.in"})).await;
    order(&memory, "a@x.in", "o1", 100, &Time::now().plus(HOUR).to_string());
    assert_eq!(send(&router, "DELETE", &first, "").await.status, 204);
    let erased = memory.identity(identity(&first)).and_then(|identity| identity.erased_at()).unwrap();
    // They begin anew, take in somebody who was there long before, and are taken in by somebody else.
    order(&memory, "a@x.in", "o2", 100, &erased.plus(1).to_string());
    customer(&router, &memory, json!({"email": "b@x.in"})).await;
    order(&memory, "b@x.in", "o3", 100, "2026-01-01T00:00:00Z");
    let merge = send(&router, "POST", &format!("{first}/merge"), r#"{"from":"b@x.in"}"#).await;
    assert_eq!((merge.status, &merge.json["orderCount"]), (200, &json!(2)), "{merge:?}");
    let named = matched(&router, "PATCH", &first, merge.headers["etag"].to_str().unwrap(), &json!({"name": "Asha"})).await;
    assert_eq!((named.status, &named.json["name"]), (200, &json!("Asha")));
    let last = customer(&router, &memory, json!({"email": "c@x.in"})).await;
    assert_eq!(send(&router, "POST", &format!("{last}/merge"), r#"{"from":"a@x.in"}"#).await.status, 200);
    assert_eq!(send(&router, "DELETE", &first, "").await.status, 204);
    for path in [&first, &last] {
        assert_eq!(send(&router, "GET", path, "").await.status, 404);
        assert!(memory.identity(identity(path)).and_then(|identity| identity.erased_at()) > Some(erased));
    }
}

#[tokio::test]
async fn a_timeline_tells_everything_once_and_newest_first() {
    let (router, memory) = crm();
    let path = customer(&router, &memory, json!({"email": "a@x.in"})).await;
    let other = customer(&router, &memory, json!({"email": "b@x.in"})).await;
    let rules = json!({"combinator": "and", "rules": [{"field": "orderCount", "operator": ">=", "value": 3}]});
    memory.keep_segment("01900000-0000-7000-8000-00000000000a", "Thrice", &rules);
    let keeper = Keeper::new(memory.clone(), settings().consent_defaults);
    for n in 0..9_u32 {
        let email = if n % 2 == 0 { "a@x.in" } else { "b@x.in" };
        order(&memory, email, &format!("o{n}"), n, &format!("2026-01-0{}T00:00:00Z", 1 + n / 3));
        let activity = json!({"items": [{"email": email, "type": "visit", "at": format!("2026-01-0{}", 1 + n / 2)}]});
        send(&router, "POST", "/api/activities", activity.to_string()).await;
        apply_queued(&memory, QueueName::Activities);
        keeper.settle(&[identity(&path)], Cause::Data, Time::now()).await.unwrap();
    }
    send(&router, "POST", &format!("{path}/merge"), r#"{"from":"b@x.in"}"#).await;
    for limit in [1, 2, 3, 7, 100] {
        let (mut told, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = send(&router, "GET", &format!("{path}/timeline?limit={limit}{cursor}"), "").await;
            let items = page.json["items"].as_array().unwrap().clone();
            assert!(items.len() <= limit);
            told.extend(items);
            match page.json["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let count = |kind: &str| told.iter().filter(|item| item["kind"] == kind).count();
        assert_eq!((count("order"), count("activity"), count("segment")), (9, 9, 1), "pages of {limit}");
        let times: Vec<&str> = told.iter().map(|item| item["at"].as_str().unwrap()).collect();
        assert!(times.windows(2).all(|pair| crm_domain::time::Time::parse(pair[0]).unwrap() >= Time::parse(pair[1]).unwrap()));
        let orders: std::collections::BTreeSet<&str> = told.iter().filter_map(|item| item["order"]["orderId"].as_str()).collect();
        assert_eq!(orders.len(), 9);
        assert_eq!((&told[0]["kind"], &told[0]["move"]["name"]), (&json!("segment"), &json!("Thrice")));
    }
    assert_eq!(send(&router, "GET", &format!("{other}/timeline"), "").await.json["items"].as_array().unwrap().len(), 19);
}

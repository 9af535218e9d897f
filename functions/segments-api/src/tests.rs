//! Requests to the router over the ports in memory.

mod customers;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::chosen::Chosen;
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json as Tree;
use crm_domain::limits;
use crm_domain::membership::{Cause, Step, Task};
use crm_domain::ports::QueueName;
use crm_domain::time::{DAY, Time};
use crm_lambda::api::App;
use crm_lambda::memberships::Keeper;
use crm_testing::{Memory, answer, carry_request, cases, fuzz_requests, keys, send, send_event, settings, token, walk};
use serde_json::{Value, json};

use crate::http::router;

fn crm() -> Router {
    with_memory().0
}

fn with_memory() -> (Router, Arc<Memory>) {
    let memory = Arc::new(Memory::default());
    let events: Vec<Event> = (0..30)
        .map(|n| {
            let json = json!({
                "specversion": "1.0", "id": format!("{n}"), "source": "/t", "type": "crm.order.place.v1", "time": "2026-01-01T00:00:00Z",
                "data": {"email": format!("c{n}@x.in"), "orderId": format!("{n}"), "total": n * 100},
            });
            Event::parse(&Tree::parse(json.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
        })
        .collect();
    memory.apply(&events);
    let app = App { store: memory.clone(), queue: memory.clone(), settings: settings() };
    (router(app, memory.clone(), keys()), memory)
}

fn spent_over(amount: u32) -> Value {
    json!({"combinator": "and", "rules": [{"field": "totalSpend", "operator": ">", "value": amount}]})
}

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("segments-api") {
        let answer = send_event(&crm(), &event).await;
        let wanted = if case.starts_with("bad-") { 400..500 } else { 200..300 };
        assert!(wanted.contains(&answer.status), "{case}: {answer:?}");
    }
}

#[tokio::test]
async fn preview_counts_exactly_and_shows_at_most_twenty() {
    let router = crm();
    for (amount, count) in [(0, 29), (500, 24), (2_900, 0)] {
        let answer = send(&router, "POST", "/api/segments/preview", json!({"rules": spent_over(amount)}).to_string()).await;
        assert_eq!((answer.status, &answer.json["count"], &answer.json["total"]), (200, &json!(count), &json!(30)));
        assert_eq!(answer.json["sample"].as_array().unwrap().len(), count.min(20));
        assert!(answer.json["tookMs"].is_u64());
    }
}

#[tokio::test]
async fn members_are_paged_each_once() {
    let router = crm();
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(500)}).to_string()).await;
    let path = format!("/api/segments/{}", made.json["id"].as_str().unwrap());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = send(&router, "GET", &format!("{path}/members?limit=7{cursor}"), "").await;
        assert_eq!(page.status, 200);
        seen.extend(page.json["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()));
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    seen.sort();
    let mut expected: Vec<String> = (6..30).map(|n| format!("c{n}@x.in")).collect();
    expected.sort();
    assert_eq!(seen, expected);
    let why = send(&router, "GET", &format!("{path}/explain?email=c3@x.in"), "").await;
    assert_eq!((why.status, &why.json["holds"], &why.json["rules"][0]["seen"]), (200, &json!(false), &json!(300)));
    assert_eq!(send(&router, "GET", &format!("{path}/explain?email=nobody@x.in"), "").await.status, 404);
    assert_eq!(send(&router, "GET", &format!("{path}/explain"), "").await.status, 422);
}

#[tokio::test]
async fn a_segment_is_changed_only_by_who_knows_its_version() {
    let router = crm();
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(1)}).to_string()).await;
    assert_eq!(made.status, 201);
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let change = async |tag: &str| {
        let request = Request::patch(&path)
            .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
            .header("if-match", tag);
        answer(&router, request.body(Body::from(r#"{"name":"T","description":null}"#)).unwrap()).await
    };
    assert_eq!(change("\"1\"").await.status, 200);
    assert_eq!(change("\"1\"").await.status, 412);
    assert_eq!(send(&router, "GET", &path, "").await.json["name"], "T");
    assert_eq!(send(&router, "PATCH", &path, r#"{"name":null}"#).await.status, 422);
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    assert_eq!(send(&router, "GET", &path, "").await.status, 404);
}

#[tokio::test]
async fn analysts_read_but_do_not_write() {
    let router = crm();
    let post = |path: &str, body: Value| {
        Request::post(path)
            .header("authorization", format!("Bearer {}", token("analyst", &json!({}))))
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    let body = json!({"name": "S", "rules": spent_over(1)});
    assert_eq!(answer(&router, post("/api/segments", body)).await.status, 403);
    assert_eq!(answer(&router, post("/api/segments/preview", json!({"rules": spent_over(1)}))).await.status, 200);
}

#[tokio::test]
async fn every_role_is_let_in_where_the_table_says() {
    assert_eq!(walk("segments-api", &crm()).await, 18 * 7);
}

#[tokio::test]
async fn a_new_segment_is_being_built_and_its_members_are_known_all_the_same() {
    let (router, memory) = with_memory();
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(500)}).to_string()).await;
    assert_eq!((made.status, &made.json["state"], &made.json["kind"]), (201, &json!("building"), &json!("rules")));
    assert_eq!((&made.json["progress"], made.json.get("count")), (&json!(0.0), None));
    let asked = memory.drain(QueueName::Segments);
    assert!(asked.len() == 1 && carry_request(&asked), "somebody is asked to build it: {asked:?}");
    let path = format!("/api/segments/{}", made.json["id"].as_str().unwrap());
    let members = send(&router, "GET", &format!("{path}/members?limit=100"), "").await;
    assert_eq!(members.json["items"].as_array().unwrap().len(), 24);
    let early = send(&router, "GET", &format!("{path}/overlap?with={}", made.json["id"].as_str().unwrap()), "").await;
    assert_eq!((early.status, &early.json["code"]), (409, &json!("segment_building")));
    assert!(early.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn counts_members_and_overlap_are_those_that_are_kept() {
    let (router, memory) = with_memory();
    let (a, b) = ("01900000-0000-7000-8000-00000000000a", "01900000-0000-7000-8000-00000000000b");
    memory.keep_segment(a, "A", &spent_over(500));
    memory.keep_segment(b, "B", &spent_over(2_000));
    let everybody: Vec<CustomerId> = (0..30).map(|n| CustomerId::of(&Email::parse(&format!("c{n}@x.in")).unwrap())).collect();
    let keeper = Keeper::new(memory.clone(), settings().consent_defaults);
    keeper.settle(&everybody, Cause::Rules, Time::now()).await.unwrap();
    let list = send(&router, "GET", "/api/segments", "").await;
    let counts: Vec<_> =
        list.json["items"].as_array().unwrap().iter().map(|item| (item["name"].clone(), item["count"].clone())).collect();
    assert_eq!(counts, [(json!("B"), json!(9)), (json!("A"), json!(24))]);
    let overlap = send(&router, "GET", &format!("/api/segments/{a}/overlap?with={b}"), "").await;
    assert_eq!(overlap.json, json!({"count": 24, "other": 9, "both": 9}));
    let members = send(&router, "GET", &format!("/api/segments/{b}/members?limit=5"), "").await;
    assert_eq!(members.json["items"].as_array().unwrap().len(), 5);
    assert!(members.json["nextCursor"].is_string());
    for bad in ["", "?with=", "?with=7"] {
        assert_eq!(send(&router, "GET", &format!("/api/segments/{a}/overlap{bad}"), "").await.status, 422, "{bad}");
    }
    assert_eq!(send(&router, "GET", &format!("/api/segments/{a}/overlap?with={a}&with={b}"), "").await.status, 400);
}

#[tokio::test]
async fn lists_are_changed_by_address_by_id_and_by_file() {
    let (router, memory) = with_memory();
    let made = send(&router, "POST", "/api/segments", json!({"name": "VIP", "kind": "list"}).to_string()).await;
    assert_eq!((made.status, made.json.get("rules"), &made.json["kind"]), (201, None, &json!("list")));
    let path = format!("/api/segments/{}", made.json["id"].as_str().unwrap());
    let known = CustomerId::of(&Email::parse("c7@x.in").unwrap());
    let stranger = CustomerId::of(&Email::parse("stranger@x.in").unwrap());
    let body = json!({"add": ["C1@x.in", known.to_string(), "not an address", stranger.to_string()], "remove": ["c2@x.in"]});
    let changed = send(&router, "POST", &format!("{path}/members"), body.to_string()).await;
    assert_eq!((changed.status, &changed.json["queued"]), (202, &json!(3)));
    let refused: Vec<_> = changed.json["rejected"].as_array().unwrap().iter().map(|fault| fault["field"].clone()).collect();
    assert_eq!(refused, ["add[2]", "add[3]"]);
    let file = "name,email\nAsha,c3@x.in\nRavi,c4@x.in\n";
    let imported = send(&router, "POST", &format!("{path}/members/file?action=add"), file).await;
    assert_eq!((imported.status, &imported.json["queued"]), (202, &json!(2)));
    apply_queued(&memory);
    let members = send(&router, "GET", &format!("{path}/members?limit=100"), "").await;
    let mut emails: Vec<_> =
        members.json["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()).collect();
    emails.sort();
    assert_eq!(emails, ["c1@x.in", "c3@x.in", "c4@x.in", "c7@x.in"]);
    for (at, body, status) in [
        ("members", "{}", 422),
        ("members", r#"{"add":["nobody"]}"#, 422),
        ("members/file?action=drop", "a@x.in", 422),
        ("members/file", "a@x.in", 422),
        ("members/file?action=add", "", 422),
    ] {
        assert_eq!(send(&router, "POST", &format!("{path}/{at}"), body).await.status, status, "{at} {body}");
    }
    let ruled = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(1)}).to_string()).await;
    let ruled = format!("/api/segments/{}/members", ruled.json["id"].as_str().unwrap());
    let refused = send(&router, "POST", &ruled, r#"{"add":["c1@x.in"]}"#).await;
    assert_eq!((refused.status, &refused.json["code"]), (409, &json!("not_a_list")));
}

#[tokio::test]
async fn whoever_asks_for_scans_without_end_is_held_and_others_are_not() {
    let router = crm();
    let preview = json!({"rules": spent_over(1)}).to_string();
    // Only whether they are let in matters.
    for path in ["/api/segments/preview", "/api/customers/search"].iter().cycle().take(limits::SCAN.burst as usize) {
        assert_eq!(send(&router, "POST", path, "").await.status, 400);
    }
    // What comes back meanwhile is used up, too.
    let mut held = 202;
    for _ in 0..limits::SCAN.burst {
        held = send(&router, "POST", "/api/segments/preview", "").await.status;
        if held == 429 {
            break;
        }
    }
    assert_eq!(held, 429);
    let other =
        Request::post("/api/segments/preview").header("authorization", format!("Bearer {}", token("analyst", &json!({}))));
    assert_eq!(answer(&router, other.body(Body::from(preview)).unwrap()).await.status, 200);
}

#[tokio::test]
async fn no_list_changes_before_the_audit_log_has_been_told() {
    let (router, memory) = with_memory();
    let made = send(&router, "POST", "/api/segments", json!({"name": "VIP", "kind": "list"}).to_string()).await;
    let path = format!("/api/segments/{}/members", made.json["id"].as_str().unwrap());
    let told = memory.told().len();
    memory.set_audit_down(true);
    assert_eq!(send(&router, "POST", &path, r#"{"add":["c1@x.in"]}"#).await.status, 503);
    assert!(memory.drain(QueueName::Customers).is_empty());
    memory.set_audit_down(false);
    assert_eq!(send(&router, "POST", &path, r#"{"add":["c1@x.in"]}"#).await.status, 202);
    assert_eq!((memory.drain(QueueName::Customers).len(), memory.told().len()), (1, told + 1));
}

#[tokio::test]
async fn a_file_that_was_added_is_not_taken_for_the_same_one_removed() {
    let (router, memory) = with_memory();
    let made = send(&router, "POST", "/api/segments", json!({"name": "VIP", "kind": "list"}).to_string()).await;
    let path = format!("/api/segments/{}/members", made.json["id"].as_str().unwrap());
    let keyed = async |action: &str, key: &str| {
        let request = Request::post(format!("{path}/file?action={action}"))
            .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
            .header("idempotency-key", key);
        let answer = answer(&router, request.body(Body::from("c3@x.in")).unwrap()).await;
        apply_queued(&memory);
        answer
    };
    let count = async || send(&router, "GET", &path, "").await.json["items"].as_array().unwrap().len();
    for _ in 0..2 {
        assert_eq!(keyed("add", "k").await.status, 202);
    }
    assert_eq!(count().await, 1);
    let refused = keyed("remove", "k").await;
    assert_eq!((refused.status, &refused.json["code"]), (422, &json!("idempotency_key_reused")));
    assert_eq!((keyed("remove", "k2").await.status, count().await), (202, 0));
}

#[tokio::test]
async fn segments_may_name_segments_but_not_in_circles() {
    let (router, _) = with_memory();
    let make = async |name: &str, rules: Value| {
        send(&router, "POST", "/api/segments", json!({"name": name, "rules": rules}).to_string()).await.json["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let within = |operator: &str, id: &str| json!({"combinator": "and", "rules": [{"field": "segment", "operator": operator, "value": [id]}]});
    let big = make("Big", spent_over(500)).await;
    let small = make("Small", within("notIn", &big)).await;
    let preview = send(&router, "POST", "/api/segments/preview", json!({"rules": within("in", &small)}).to_string()).await;
    assert_eq!(preview.json["count"], 6);
    let why = send(&router, "GET", &format!("/api/segments/{small}/explain?email=c9@x.in"), "").await;
    assert_eq!(why.json["rules"][0]["rules"][0]["segment"], json!(big), "{:?}", why.json);
    assert_eq!(why.json["rules"][0]["rules"][0]["rules"][0]["seen"], 900);
    let circle =
        send(&router, "PATCH", &format!("/api/segments/{big}"), json!({"rules": within("in", &small)}).to_string()).await;
    assert_eq!((circle.status, circle.fields()), (422, vec!["rules.rules[0].value"]));
    let used = send(&router, "DELETE", &format!("/api/segments/{big}"), "").await;
    assert_eq!((used.status, &used.json["code"]), (409, &json!("segment_in_use")));
    let nobody = "01900000-0000-7000-8000-0000000000ff";
    let unknown = send(&router, "POST", "/api/segments/preview", json!({"rules": within("in", nobody)}).to_string()).await;
    assert_eq!((unknown.status, unknown.fields()), (422, vec!["rules.rules[0].value"]));
}

#[tokio::test]
async fn an_edit_of_all_members_is_queued_once_with_whose_it_is() {
    let (router, memory) = with_memory();
    let id = "01900000-0000-7000-8000-00000000000a";
    let edition = memory.keep_segment(id, "A", &spent_over(500));
    let path = format!("/api/segments/{id}/edit");
    for (body, field) in [
        ("{}", "tagsAdded"),
        (r#"{"attributes":null}"#, "attributes"),
        (r#"{"tagsAdded":["a"],"tagsRemoved":["a"]}"#, "tagsRemoved"),
        (r#"{"tagsAdded":["a"],"email":"c1@x.in"}"#, "email"),
    ] {
        let refused = send(&router, "POST", &path, body).await;
        assert_eq!((refused.status, refused.fields()), (422, vec![field]), "{body}");
    }
    let body = r#"{"tagsAdded":["vip"],"attributes":{"plan":"gold","old":null}}"#;
    let keyed = async || {
        let request = Request::post(&path)
            .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
            .header("idempotency-key", "k1");
        answer(&router, request.body(Body::from(body)).unwrap()).await
    };
    let queued = keyed().await;
    assert_eq!((queued.status, &queued.json["status"]), (202, &json!("queued")));
    assert_eq!(keyed().await.text, queued.text);
    let messages = memory.drain(QueueName::Segments);
    assert!(messages.len() == 1 && carry_request(&messages), "{messages:?}");
    let Task::Edit(edit) = Step::parse(&messages[0].body).unwrap().task else { panic!("{messages:?}") };
    assert_eq!((edit.whom, edit.source.as_str(), edit.name.as_str()), (Chosen::Members { edition }, "/api/u-marketer", "k1"));
    assert_eq!(json!(edit.change), serde_json::from_str::<Value>(body).unwrap());
    let told = ("u-marketer".to_owned(), "edit_members".to_owned(), format!("segments/{id}"));
    assert_eq!(memory.told(), [told]);
    memory.unbuild_segments();
    let early = send(&router, "POST", &path, body).await;
    assert_eq!((early.status, &early.json["code"]), (409, &json!("segment_building")));
    assert!(early.headers.contains_key("retry-after"));
    assert!(memory.drain(QueueName::Segments).is_empty());
}

/// Each way of being wrong has its answer, whichever way the rules come in, and leaves nothing behind.
#[tokio::test]
async fn bad_rules_are_refused_with_their_place_by_preview_creation_and_change() {
    let (router, memory) = with_memory();
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(1)}).to_string()).await;
    memory.drain(QueueName::Segments);
    let path = made.headers["location"].to_str().unwrap();
    let alone = |condition: Value| json!({"combinator": "and", "rules": [condition]});
    let one = |field: &str, operator: &str, value: Value| alone(json!({"field": field, "operator": operator, "value": value}));
    let lately = |within: &str| alone(json!({"field": "orderCount", "operator": ">", "value": 1, "within": within}));
    let deep = (0..6).fold(spent_over(1), |inner, _| json!({"combinator": "and", "rules": [inner]}));
    let seventh = format!("rules{}", ".rules[0]".repeat(6));
    for (rules, place) in [
        (one("shoeSize", "=", json!(1)), "rules.rules[0].field"),
        (one("city", "resembles", json!("Pune")), "rules.rules[0].operator"),
        (one("city", ">", json!("Pune")), "rules.rules[0].operator"),
        (one("totalSpend", ">", json!("500")), "rules.rules[0].value"),
        (one("visits", "between", json!([9, 1])), "rules.rules[0].value"),
        (one("createdAt", "between", json!(["2026-02-01", "2026-01-01"])), "rules.rules[0].value"),
        (one("lastOrderAt", "within", json!("P0D")), "rules.rules[0].value"),
        (one("lastOrderAt", "notWithin", json!("P9999Y")), "rules.rules[0].value"),
        (one("lastOrderAt", "within", json!("-P1D")), "rules.rules[0].value"),
        (lately("P0D"), "rules.rules[0].within"),
        (lately("P9999Y"), "rules.rules[0].within"),
        (lately("-P1D"), "rules.rules[0].within"),
        (json!({"combinator": "or", "rules": vec![spent_over(1)["rules"][0].clone(); 101]}), "rules"),
        (deep, &seventh),
        (json!([]), "rules"),
        (json!(null), "rules"),
    ] {
        for (method, path) in [("POST", "/api/segments/preview"), ("POST", "/api/segments"), ("PATCH", path)] {
            let body = if path.ends_with("preview") { json!({"rules": rules}) } else { json!({"name": "S", "rules": rules}) };
            let answer = send(&router, method, path, body.to_string()).await;
            assert_eq!((answer.status, answer.fields()), (422, vec![place]), "{method} {path} {rules}: {}", answer.text);
            assert!(answer.json["errors"][0]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{}", answer.text);
        }
    }
    assert_eq!(memory.stored_segments().len(), 1);
    assert!(memory.drain(QueueName::Segments).is_empty(), "nothing is to be built");
}

#[tokio::test]
async fn rules_that_match_everyone_are_taken_at_their_word() {
    let (router, memory) = with_memory();
    let everyone = json!({"combinator": "and", "rules": []});
    let preview = send(&router, "POST", "/api/segments/preview", json!({"rules": everyone}).to_string()).await;
    assert_eq!((&preview.json["count"], &preview.json["total"]), (&json!(30), &json!(30)));
    assert_eq!(preview.json["sample"].as_array().unwrap().len(), 20);
    let made = send(&router, "POST", "/api/segments", json!({"name": "All", "rules": everyone}).to_string()).await;
    assert_eq!((made.status, &made.json["rules"]), (201, &everyone));
    let everybody: Vec<CustomerId> = (0..30).map(|n| CustomerId::of(&Email::parse(&format!("c{n}@x.in")).unwrap())).collect();
    let keeper = Keeper::new(memory.clone(), settings().consent_defaults);
    keeper.settle(&everybody, Cause::Rules, Time::now()).await.unwrap();
    assert_eq!(memory.size_of(memory.stored_segments()[0].edition.id), 30);
}

#[tokio::test]
async fn sizes_are_told_by_day_and_with_every_segment() {
    let (router, memory) = with_memory();
    let id = "01900000-0000-7000-8000-00000000000a";
    memory.keep_segment(id, "A", &spent_over(500));
    let everybody: Vec<CustomerId> = (0..30).map(|n| CustomerId::of(&Email::parse(&format!("c{n}@x.in")).unwrap())).collect();
    let keeper = Keeper::new(memory.clone(), settings().consent_defaults);
    let now = Time::now();
    keeper.settle(&everybody[..20], Cause::Rules, now.plus(-2 * DAY)).await.unwrap();
    keeper.settle(&everybody[20..], Cause::Data, now).await.unwrap();
    let listed = send(&router, "GET", "/api/segments", "").await.json["items"][0]["recentSizes"].clone();
    // Past midnight there is one more day.
    assert_eq!(listed.as_array().unwrap()[..3], [14, 14, 24]);
    let asked = async |query: &str| send(&router, "GET", &format!("/api/segments/{id}/sizes?{query}"), "").await;
    let sizes = asked("").await;
    let days = sizes.json["days"].as_array().unwrap();
    assert_eq!(days[..3].iter().map(|day| day["size"].clone()).collect::<Vec<_>>(), [14, 14, 24]);
    let today = now.date();
    let told = json!({"day": today.to_string(), "size": 24, "entered": 10, "left": 0, "rebuilt": 0, "rulesChanged": false});
    assert_eq!((&days[2], &days[0]["rebuilt"]), (&told, &json!(14)));
    assert_eq!(asked(&format!("from={today}&to={today}")).await.json["days"].as_array().unwrap().len(), 1);
    assert_eq!(asked(&format!("to={}", today.yesterday().unwrap())).await.json["days"].as_array().unwrap().len(), 2);
    assert_eq!(asked("from=2199-01-01").await.json["days"], json!([]));
    let refused = asked("from=yesterday&to=2026-02-30").await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["from", "to"]));
    assert_eq!(asked("from=2020-01-01").await.fields(), ["from"]);
    memory.unbuild_segments();
    assert_eq!(asked("").await.json["days"], json!([]));
    assert!(send(&router, "GET", "/api/segments", "").await.json["items"][0]["recentSizes"].is_null());
}

#[tokio::test]
async fn a_segment_that_is_gone_is_named_as_a_fault_and_a_circle_as_one() {
    let (router, _) = with_memory();
    let make = async |name: &str, rules: &Value| {
        send(&router, "POST", "/api/segments", json!({"name": name, "rules": rules}).to_string()).await
    };
    let naming = |id: &str| json!({"combinator": "and", "rules": [{"field": "segment", "operator": "in", "value": [id]}]});
    let gone = make("Gone", &spent_over(1)).await.json["id"].as_str().unwrap().to_owned();
    assert_eq!(send(&router, "DELETE", &format!("/api/segments/{gone}"), "").await.status, 204);
    let refused = make("Names it", &naming(&gone)).await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["rules.rules[0].value"]));
    assert!(refused.text.contains("does not exist"), "{}", refused.text);
    let own = make("Own", &spent_over(1)).await.json["id"].as_str().unwrap().to_owned();
    let circle = send(&router, "PATCH", &format!("/api/segments/{own}"), json!({"rules": naming(&own)}).to_string()).await;
    assert_eq!((circle.status, circle.fields()), (422, vec!["rules.rules[0].value"]));
}

/// Applies what the API has queued, as the worker would.
fn apply_queued(memory: &Memory) {
    for message in memory.drain(QueueName::Customers) {
        let Tree::List(items) = Tree::parse(message.body.as_bytes()).unwrap() else { panic!("{}", message.body) };
        let events: Vec<Event> =
            items.iter().map(|item| Event::parse(item, &settings().currency, Time::now()).unwrap()).collect();
        memory.apply(&events);
    }
}

#[test]
fn requests_of_any_form_get_an_answer_that_can_be_read() {
    fuzz_requests("segments-api", 60, crm);
}

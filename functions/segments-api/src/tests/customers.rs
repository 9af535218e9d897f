//! Customers by rules: listed page by page, edited and exported.

use crm_domain::audit::AuditFilter;
use crm_domain::edit::Edit;
use crm_domain::export::{Export, Source};
use crm_domain::ids::ExportId;
use crm_domain::ports::{KeepAudit as _, KeepExports as _};

use super::*;

fn addresses(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()).collect()
}

/// All pages of a search, each with its addresses.
async fn pages(router: &Router, rules: &Value, limit: usize) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/customers/search?limit={limit}{cursor}");
        let page = send(router, "POST", &path, json!({"rules": rules}).to_string()).await;
        assert_eq!(page.status, 200, "{}", page.text);
        pages.push(addresses(&page.json));
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
        assert!(pages.len() < 100, "it does not end");
    }
}

#[tokio::test]
async fn a_search_finds_each_whom_rules_pick_once_whatever_the_size_of_its_pages() {
    let router = crm();
    for amount in [0, 500, 2_800, 9_000] {
        let mut wanted: Vec<String> = (amount / 100 + 1..30).map(|n| format!("c{n}@x.in")).collect();
        wanted.sort();
        for limit in [1, 2, 7, 29, 30, 100] {
            let pages = pages(&router, &spent_over(amount), limit).await;
            assert!(pages.iter().all(|page| page.len() <= limit), "{pages:?}");
            let mut found = pages.concat();
            found.sort();
            assert_eq!(found, wanted, "more than {amount} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_search_for_few_among_many_ends_its_pages_early() {
    let (router, memory) = with_memory();
    let events: Vec<Event> = (0..200)
        .map(|n| {
            let json = json!({
                "specversion": "1.0", "id": format!("more{n}"), "source": "/t", "type": "crm.customer.upsert.v1",
                "time": "2026-01-01T00:00:00Z", "data": {"email": format!("more{n}@x.in")},
            });
            Event::parse(&Tree::parse(json.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
        })
        .collect();
    memory.apply(&events);
    let pages = pages(&router, &spent_over(2_800), 25).await;
    assert_eq!(pages.concat(), ["c29@x.in"]);
    assert!(pages.len() > 3 && pages.iter().any(Vec::is_empty), "{pages:?}");
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(2_800)}).to_string()).await;
    let members = format!("/api/segments/{}/members", made.json["id"].as_str().unwrap());
    let first = send(&router, "GET", &members, "").await;
    assert!(first.json["nextCursor"].is_string(), "members who are still being found are listed in the same way: {}", first.text);
}

#[tokio::test]
async fn a_search_may_name_segments_and_refuses_what_is_no_rule() {
    let router = crm();
    let made = send(&router, "POST", "/api/segments", json!({"name": "S", "rules": spent_over(2_700)}).to_string()).await;
    let naming = json!({"combinator": "and", "rules": [{"field": "segment", "operator": "in", "value": [made.json["id"]]}]});
    let mut found = pages(&router, &naming, 100).await.concat();
    found.sort();
    assert_eq!(found, ["c28@x.in", "c29@x.in"]);
    for (path, body, status) in [
        ("/api/customers/search", "{}".to_owned(), 422),
        ("/api/customers/search", json!({"rules": spent_over(1), "limit": 3}).to_string(), 422),
        ("/api/customers/search?limit=101", json!({"rules": spent_over(1)}).to_string(), 422),
        ("/api/customers/search?cursor=AAAA", json!({"rules": spent_over(1)}).to_string(), 400),
    ] {
        assert_eq!(send(&router, "POST", path, body.clone()).await.status, status, "{path} {body}");
    }
}

/// Sends a request that may come again.
async fn keyed(router: &Router, path: &str, body: &Value) -> crm_testing::Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
        .header("idempotency-key", "k1");
    answer(router, request.body(Body::from(body.to_string())).unwrap()).await
}

fn queued_edit(memory: &Memory) -> Edit {
    let messages = memory.drain(QueueName::Segments);
    assert!(messages.len() == 1 && crm_testing::carry_request(&messages), "{messages:?}");
    let Task::Edit(edit) = Step::parse(&messages[0].body).unwrap().task else { panic!("{messages:?}") };
    edit
}

#[tokio::test]
async fn an_edit_by_rules_is_handed_on_once_and_told() {
    let (router, memory) = with_memory();
    let body = json!({"rules": spent_over(500), "tagsAdded": ["vip"]});
    let queued = keyed(&router, "/api/customers/edit", &body).await;
    assert_eq!((queued.status, &queued.json["status"]), (202, &json!("queued")));
    assert_eq!(keyed(&router, "/api/customers/edit", &body).await.text, queued.text);
    let edit = queued_edit(&memory);
    assert_eq!(edit.name, "k1.matching");
    assert_eq!(json!(edit.change), json!({"tagsAdded": ["vip"]}));
    let Chosen::Matching { rules } = edit.whom else { panic!("members") };
    assert_eq!(crm_domain::chosen::read_rules(&rules, &settings().currency).unwrap().to_json().to_string(), rules);
    assert_eq!(memory.told(), [("u-marketer".to_owned(), "edit_customers".to_owned(), "customers".to_owned())]);
    let refused = send(&router, "POST", "/api/customers/edit", r#"{"rules":{"combinator":"and"},"tagsRemoved":[]}"#).await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["rules.rules", "tagsAdded"]));
    assert!(memory.drain(QueueName::Segments).is_empty());
}

#[tokio::test]
async fn an_export_of_customers_takes_rules_or_nothing() {
    let (router, memory) = with_memory();
    for (body, conditions) in [(json!({}), 0), (json!({"rules": null}), 0), (json!({"rules": spent_over(5)}), 1)] {
        let begun = send(&router, "POST", "/api/customers/exports", body.to_string()).await;
        assert_eq!(begun.status, 202, "{begun:?}");
        let id = ExportId::parse(begun.json["id"].as_str().unwrap()).unwrap();
        let Export { source: Source::Customers { rules }, .. } = memory.export(id).await.unwrap().unwrap().record else {
            panic!("another source")
        };
        let entries = memory.audit(&AuditFilter::default(), None, 10).await.unwrap().items;
        let told = json!({"export": begun.json["id"], "rules": rules});
        assert!(entries.iter().any(|entry| entry.after.as_ref() == Some(&told)), "whose data left is told: {entries:?}");
        let rules: Value = serde_json::from_str(&rules).unwrap();
        assert_eq!(rules["rules"].as_array().unwrap().len(), conditions, "{rules}");
        let running = send(&router, "GET", begun.headers["location"].to_str().unwrap(), "").await;
        assert_eq!((running.status, &running.json["status"]), (200, &json!("running")));
        assert!(running.json.get("segmentId").is_none() && running.json.get("campaignId").is_none());
        assert_eq!(memory.drain(QueueName::Segments).len(), 1);
    }
    let refused = send(&router, "POST", "/api/customers/exports", r#"{"rules":[],"x":1}"#).await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["rules", "x"]));
}

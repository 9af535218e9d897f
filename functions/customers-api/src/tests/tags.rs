//! Tags of customers who are named.

use super::*;

/// Customers with these tags; their ids.
async fn people(router: &Router, memory: &Memory, tags: &[&[&str]]) -> Vec<String> {
    let items: Vec<Value> =
        tags.iter().enumerate().map(|(n, tags)| json!({"email": format!("c{n}@x.in"), "tags": tags})).collect();
    let made = send(router, "POST", "/api/customers", json!({"items": items}).to_string()).await;
    apply_queued(memory, QueueName::Customers);
    made.json["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn tags_of(router: &Router, ids: &[String]) -> Vec<Value> {
    let mut tags = Vec::new();
    for id in ids {
        tags.push(send(router, "GET", &format!("/api/customers/{id}"), "").await.json["tags"].clone());
    }
    tags
}

async fn keyed(router: &Router, key: &str, body: &Value) -> crm_testing::Answer {
    let request = Request::post("/api/customers/tags")
        .header("authorization", format!("Bearer {}", token("marketer", &json!({}))))
        .header("idempotency-key", key);
    answer(router, request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn the_answer_says_what_really_changes_and_its_opposite_undoes_it() {
    let (router, memory) = crm();
    let before: &[&[&str]] = &[&["old"], &["old", "vip"], &["vip"], &[], &["other"]];
    let ids = people(&router, &memory, before).await;
    let tagged = keyed(&router, "k", &json!({"ids": ids[..4], "tagsAdded": ["vip"], "tagsRemoved": ["old"]})).await;
    assert_eq!((tagged.status, &tagged.json["queued"], &tagged.json["rejected"]), (202, &json!(4), &json!([])));
    let mut groups = tagged.json["changes"].as_array().unwrap().clone();
    groups.sort_by_key(ToString::to_string);
    let mut wanted = vec![
        json!({"ids": [ids[0]], "tagsAdded": ["vip"], "tagsRemoved": ["old"]}),
        json!({"ids": [ids[1]], "tagsAdded": [], "tagsRemoved": ["old"]}),
        json!({"ids": [ids[3]], "tagsAdded": ["vip"], "tagsRemoved": []}),
    ];
    wanted.sort_by_key(ToString::to_string);
    assert_eq!(groups, wanted);
    // Undone before anything was applied: both are on their way, in whatever order.
    for (index, group) in groups.iter().enumerate() {
        let undo = json!({"ids": group["ids"], "tagsAdded": group["tagsRemoved"], "tagsRemoved": group["tagsAdded"]});
        assert_eq!(keyed(&router, &format!("undo{index}"), &undo).await.status, 202);
    }
    let mut messages = memory.drain(QueueName::Customers);
    messages.reverse();
    for message in messages {
        memory.apply(&events(&message.body));
    }
    assert_eq!(tags_of(&router, &ids).await, before.iter().map(|tags| json!(tags)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_is_queued_once() {
    let (router, memory) = crm();
    let ids = people(&router, &memory, &[&[], &["vip"]]).await;
    let body = json!({"ids": ids, "tagsAdded": ["vip"]});
    let first = keyed(&router, "k", &body).await;
    apply_queued(&memory, QueueName::Customers);
    let again = keyed(&router, "k", &body).await;
    assert_eq!((again.status, again.text), (202, first.text));
    assert!(memory.drain(QueueName::Customers).is_empty());
    assert_eq!(tags_of(&router, &ids).await, [json!(["vip"]), json!(["vip"])]);
    let told = ("u-marketer".to_owned(), "tag_customers".to_owned(), "customers".to_owned());
    assert_eq!(memory.told().iter().filter(|one| **one == told).count(), 1);
}

#[tokio::test]
async fn strangers_are_refused_by_their_place_and_not_made() {
    let (router, memory) = crm();
    let ids = people(&router, &memory, &[&[]]).await;
    let stranger = "01900000-0000-5000-8000-00000000000a";
    let some = keyed(&router, "k1", &json!({"ids": [ids[0], ids[0], stranger], "tagsAdded": ["vip"]})).await;
    assert_eq!((some.status, &some.json["queued"], &some.json["rejected"][0]["field"]), (202, &json!(1), &json!("ids[2]")));
    let none = keyed(&router, "k2", &json!({"ids": [stranger], "tagsAdded": ["vip"]})).await;
    assert_eq!((none.status, none.fields()), (422, vec!["ids[0]"]));
    let wrong = keyed(&router, "k3", &json!({"ids": [], "tagsAdded": ["a"], "tagsRemoved": ["a"]})).await;
    assert_eq!((wrong.status, wrong.fields()), (422, vec!["ids", "tagsRemoved"]));
    apply_queued(&memory, QueueName::Customers);
    assert_eq!(send(&router, "GET", "/api/customers", "").await.json["items"].as_array().unwrap().len(), 1);
}

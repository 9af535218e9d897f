//! The log, whole and narrowed down.

use crm_domain::email::Email;
use crm_domain::ids::CustomerId;
use crm_domain::message::{Message, SkipReason};
use crm_domain::ports::KeepLog;

use super::*;

/// A campaign whose log has 230 entries: every third was skipped, and of the others each odd one got the second variant.
async fn logged(router: &Router, memory: &Memory) -> String {
    let id = send(router, "POST", "/api/campaigns", launch().to_string()).await.json["id"].as_str().unwrap().to_owned();
    let campaign = memory.campaign(CampaignId::parse(&id).unwrap()).await.unwrap().unwrap().record;
    let entries: Vec<Message> = (0..230_u32)
        .map(|number| {
            let email = Email::parse(&format!("r{number}@x.in")).unwrap();
            let at = campaign.created_at;
            let entry = Message { customer_id: CustomerId::of(&email), variant: number % 2, ..Message::blank(&email, at) };
            if number % 3 == 0 {
                Message { skipped_reason: Some(SkipReason::NoConsent), ..entry }
            } else {
                Message { sent_at: Some(at), ..entry }
            }
        })
        .collect();
    memory.log_recipients(&campaign, &entries).await.unwrap();
    format!("/api/campaigns/{id}/messages")
}

/// All entries of a list, page by page.
async fn all(router: &Router, path: &str, limit: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = send(router, "GET", &format!("{path}&limit={limit}{cursor}"), "").await;
        assert_eq!(page.status, 200, "{page:?}");
        let items = page.json["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        found.extend(items.clone());
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn a_narrowed_log_is_the_whole_one_without_what_does_not_fit_whatever_the_size_of_its_pages() {
    let (router, memory) = crm();
    let path = logged(&router, &memory).await;
    let whole = all(&router, &format!("{path}?"), 100).await;
    assert_eq!(whole.len(), 230);
    for (query, fits) in [
        ("status=skipped", (|one: &Value| one["status"] == "skipped") as fn(&Value) -> bool),
        ("variant=1", |one| one["variant"] == 1),
        ("status=sent&variant=0", |one| one["status"] == "sent" && one["variant"] == 0),
        ("status=clicked", |_| false),
    ] {
        let wanted: Vec<Value> = whole.iter().filter(|one| fits(one)).cloned().collect();
        for limit in [1, 7, 33, 100] {
            assert_eq!(all(&router, &format!("{path}?{query}"), limit).await, wanted, "{query} by {limit}");
        }
    }
}

#[tokio::test]
async fn the_entry_of_an_address_is_found_without_reading_the_log() {
    let (router, memory) = crm();
    let path = logged(&router, &memory).await;
    let found = send(&router, "GET", &format!("{path}?email=R3%40X.in"), "").await.json;
    assert_eq!((found["items"][0]["email"].clone(), found["items"].as_array().unwrap().len()), (json!("r3@x.in"), 1));
    for query in ["email=r3%40x.in&status=sent", "email=nobody%40x.in"] {
        assert_eq!(send(&router, "GET", &format!("{path}?{query}"), "").await.json["items"], json!([]), "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let (router, memory) = crm();
    let path = logged(&router, &memory).await;
    let refused = send(&router, "GET", &format!("{path}?status=lost&variant=two&email=x"), "").await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["status", "variant", "email"]));
}

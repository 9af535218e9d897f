//! What recipients do with the links in their messages.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use crm_domain::audience::Decision;
use crm_domain::campaign::CampaignDraft;
use crm_domain::customer::Channel;
use crm_domain::email::Email;
use crm_domain::event::{Command, Event};
use crm_domain::faults::Patch;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::json::Json;
use crm_domain::links::Links;
use crm_domain::message::{Message, MessageId, Receipt, Report};
use crm_domain::ports::{KeepCampaigns, KeepLog, KeepSuppressions, QueueName, ReadCustomers, ReadSuppressions, SigningKeys};
use crm_domain::profile::Profile;
use crm_domain::rules::Rules;
use crm_domain::suppression::{Note, SuppressionReason};
use crm_domain::time::Time;
use crm_testing::{Answer, Memory, addresses, answer, audit, keys, settings};
use serde_json::json;

use super::crm;

const EMAIL: &str = "asha@x.in";
const PHONE: &str = "+91 98450 12345";

/// A CRM that has written to one customer; how, and the links of that message.
async fn written_to() -> (Router, Arc<Memory>, MessageId, Links) {
    let (router, memory) = crm();
    let data = json!({"email": EMAIL, "name": "<b>Asha", "phone": PHONE, "smsConsent": true});
    let event = json!({
        "specversion": "1.0", "id": "1", "source": "/t", "type": "crm.customer.upsert.v1", "time": "2026-01-01T00:00:00Z",
        "data": data,
    });
    memory
        .apply(&[Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()]);
    let body = r#"{"name":"a","segmentId":"01890a5d-ac96-774b-bcce-b302099a8057","channel":"email",
        "variants":[{"subject":"s","body":"x"}]}"#;
    let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
    let rules = Rules::parse(&rules, "rules", &settings().currency).unwrap();
    let draft = CampaignDraft::parse(&Json::parse(body.as_bytes()).unwrap(), Time::now()).unwrap();
    let campaign = draft.into_campaign(CampaignId::generate(), rules, 1, Time::now());
    let customer = memory.customer(CustomerId::of(&Email::parse(EMAIL).unwrap())).await.unwrap().unwrap().record;
    let entry = campaign.entry(&customer, Decision::Queued, 0, Time::now()).unwrap();
    let entry = Message { address: addresses().of(&customer, Channel::Email), sent_at: Some(Time::now()), ..entry };
    memory.create_campaign(&campaign, &audit()).await.unwrap();
    memory.log_recipients(&campaign, &[entry]).await.unwrap();
    let links = Links::new(&keys().read().await.unwrap(), "");
    (router, memory, campaign.message_id(customer.id), links)
}

async fn get(router: &Router, path: &str, agent: &str) -> Answer {
    answer(router, Request::get(path).header("user-agent", agent).body(Body::empty()).unwrap()).await
}

async fn post(router: &Router, path: &str, form: &str) -> Answer {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    answer(router, request.body(Body::from(form.to_owned())).unwrap()).await
}

fn events(memory: &Memory, queue: QueueName) -> Vec<Event> {
    let read = |body: String| Event::parse(&Json::parse(body.as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
    memory.drain(queue).into_iter().map(|message| read(message.body)).collect()
}

fn receipts(memory: &Memory) -> Vec<Receipt> {
    let receipt = |event: Event| match event.command {
        Command::RecordReceipt(receipt) => receipt,
        other => panic!("no receipt: {other:?}"),
    };
    events(memory, QueueName::Receipts).into_iter().map(receipt).collect()
}

fn profiles(memory: &Memory) -> Vec<Profile> {
    let profile = |event: Event| match event.command {
        Command::UpsertCustomer(profile) => *profile,
        other => panic!("no upsert: {other:?}"),
    };
    events(memory, QueueName::Customers).into_iter().map(profile).collect()
}

async fn reason(memory: &Memory, channel: Channel, address: &str) -> Option<SuppressionReason> {
    let id = addresses().hash(channel, address).unwrap();
    memory.suppressed(&[id]).await.unwrap().pop().map(|one| one.reason)
}

#[tokio::test]
async fn looking_changes_nothing_and_shows_no_more_than_it_must() {
    let (router, memory, message, links) = written_to().await;
    let page = get(&router, &links.preferences(message), "scanner").await;
    assert_eq!((page.status, page.headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
    assert!(page.text.contains("a***@x.in") && !page.text.contains(EMAIL) && !page.text.contains("Asha"));
    assert_eq!(page.text.matches(" checked").count(), 2, "e-mail and SMS are agreed to, WhatsApp is not");
    assert!(!page.text.contains("<script") && !page.text.contains("http"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("form-action 'self'"));
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(receipts(&memory).is_empty() && profiles(&memory).is_empty());
    assert_eq!(reason(&memory, Channel::Email, EMAIL).await, None);
}

#[tokio::test]
async fn one_click_ends_the_channel_however_often_it_is_clicked() {
    for form in ["List-Unsubscribe=One-Click", "", "%%%", "a=b"] {
        let (router, memory, message, links) = written_to().await;
        for _ in 0..2 {
            let page = post(&router, &links.preferences(message), form).await;
            assert_eq!(page.status, 200);
            assert!(page.text.contains("You are unsubscribed."), "{form}");
        }
        assert_eq!(reason(&memory, Channel::Email, EMAIL).await, Some(SuppressionReason::Unsubscribed), "{form}");
        assert_eq!(reason(&memory, Channel::Sms, PHONE).await, None, "{form}");
        for profile in profiles(&memory) {
            let said = (profile.email.as_str(), profile.email_consent, profile.sms_consent, profile.name);
            assert_eq!(said, (EMAIL, Patch::Set(false), Patch::Absent, Patch::Absent), "{form}");
        }
        let told = receipts(&memory);
        assert!(told.iter().all(|one| (one.message, one.report) == (message, Report::Unsubscribed)) && told.len() == 2);
    }
}

#[tokio::test]
async fn the_form_says_of_each_channel_what_is_wanted() {
    let (router, memory, message, links) = written_to().await;
    let url = links.preferences(message);
    let page = post(&router, &url, "offered=email&offered=sms&offered=whatsapp&wanted=email").await;
    assert!(page.text.contains("Your choices are saved.") && page.text.matches(" checked").count() == 1);
    assert_eq!(reason(&memory, Channel::Email, EMAIL).await, None);
    assert_eq!(reason(&memory, Channel::Sms, PHONE).await, Some(SuppressionReason::Unsubscribed));
    let profile = profiles(&memory).remove(0);
    let said = (profile.email_consent, profile.sms_consent, profile.whatsapp_consent);
    assert_eq!(said, (Patch::Set(true), Patch::Set(false), Patch::Set(false)));
    assert!(receipts(&memory).is_empty(), "the message's own channel goes on");
    // Wanted again; but what others have put on the list stays there.
    let complaint = Note::of_address(&addresses(), Channel::Email, EMAIL, SuppressionReason::Complaint, Time::now()).unwrap();
    memory.suppress(&[complaint]).await.unwrap();
    let page = post(&router, &url, "offered=email&offered=sms&wanted=email&wanted=sms").await;
    assert_eq!(page.text.matches(" checked").count(), 1);
    assert_eq!(reason(&memory, Channel::Sms, PHONE).await, None);
    assert_eq!(reason(&memory, Channel::Email, EMAIL).await, Some(SuppressionReason::Complaint));
    // Nor does their own wish take off what came after it.
    post(&router, &url, "offered=sms").await;
    let complaint = Note::of_address(&addresses(), Channel::Sms, PHONE, SuppressionReason::Complaint, Time::now()).unwrap();
    memory.suppress(&[complaint]).await.unwrap();
    post(&router, &url, "offered=sms&wanted=sms").await;
    assert_eq!(reason(&memory, Channel::Sms, PHONE).await, Some(SuppressionReason::Unsubscribed));
}

#[tokio::test]
async fn who_was_erased_is_suppressed_and_not_brought_back() {
    let (router, memory, message, links) = written_to().await;
    memory.remove_customer(message.customer);
    assert_eq!(post(&router, &links.preferences(message), "").await.status, 200);
    assert_eq!(reason(&memory, Channel::Email, EMAIL).await, Some(SuppressionReason::Unsubscribed));
    assert!(profiles(&memory).is_empty());
}

#[tokio::test]
async fn what_cannot_be_noted_is_not_answered_as_done() {
    let (router, memory, message, links) = written_to().await;
    memory.die_after(Some(0));
    assert_eq!(post(&router, &links.preferences(message), "").await.status, 503);
    // Whoever opens or clicks gets what they came for all the same.
    assert_eq!(get(&router, &links.pixel(message), "a").await.status, 200);
    assert_eq!(get(&router, &links.click(message, "https://shop.example/"), "a").await.status, 302);
    memory.die_after(None);
    assert_eq!(post(&router, &links.preferences(message), "").await.status, 200);
}

#[tokio::test]
async fn forged_links_look_like_others_and_do_nothing() {
    let (router, memory, message, _) = written_to().await;
    let forger = Links::new(&SigningKeys(vec!["wrong".into()]), "");
    let target = "https://evil.example/";
    for path in [forger.preferences(message), "/api/unsubscribe/x".into(), forger.click(message, target), "/api/c/x".into()] {
        let page = get(&router, &path, "a").await;
        assert_eq!((page.status, page.headers["content-type"].to_str().unwrap()), (404, "text/html; charset=utf-8"), "{path}");
        assert!(page.text.contains("<main>") && page.headers.get("location").is_none());
    }
    assert_eq!(post(&router, &forger.preferences(message), "").await.status, 404);
    let pixel = get(&router, &forger.pixel(message), "a").await;
    assert_eq!((pixel.status, pixel.headers["content-type"].to_str().unwrap()), (404, "image/gif"));
    assert!(receipts(&memory).is_empty() && profiles(&memory).is_empty());
}

#[tokio::test]
async fn opens_and_clicks_are_told_and_machines_apart() {
    let (router, memory, message, links) = written_to().await;
    let person = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0";
    let target = "https://shop.example/?a=1&b=%C3%A9";
    let pixel = get(&router, &links.pixel(message), person).await;
    assert_eq!((pixel.status, pixel.headers["content-type"].to_str().unwrap()), (200, "image/gif"));
    assert_eq!(pixel.headers["cache-control"], "no-store");
    for agent in [person, "Mozilla/5.0 (compatible; bingbot/2.0)"] {
        let click = get(&router, &links.click(message, target), agent).await;
        assert_eq!((click.status, click.headers["location"].to_str().unwrap()), (302, target));
    }
    let told: Vec<_> = receipts(&memory).into_iter().map(|one| (one.message, one.report, one.machine)).collect();
    assert_eq!(told, [(message, Report::Opened, false), (message, Report::Clicked, false), (message, Report::Opened, true)]);
    let prefetch = Request::get(links.pixel(message)).header("user-agent", person).header("sec-purpose", "prefetch;prerender");
    answer(&router, prefetch.body(Body::empty()).unwrap()).await;
    assert!(receipts(&memory)[0].machine);
}

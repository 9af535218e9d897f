//! What is proposed can be used as it is, and nothing of it is kept.

use crm_domain::audit::{Actor, AuditEntry};
use crm_domain::campaign::CampaignDraft;
use crm_domain::ids::{AuditId, CampaignId};
use crm_domain::json::Json as Tree;
use crm_domain::ports::{KeepCampaigns, QueueName, ReadSegments};
use crm_domain::rules::Rules;
use crm_domain::time::Time;
use crm_testing::{send, settings};
use local_gemini::Behaviour;
use serde_json::{Value, json};

use super::Crm;

#[tokio::test]
async fn messages_are_as_many_and_as_long_as_was_asked_for() {
    for (crm, source) in [(Crm::without_key().await, "offline"), (Crm::new().await, "gemini")] {
        for channel in ["email", "sms", "whatsapp"] {
            for count in 1..=5 {
                let body =
                    json!({"objective": "Win back customers in Pune", "channel": channel, "tone": "playful", "count": count});
                let answer = crm.messages(body).await;
                assert_eq!((answer.status, &answer.json["source"]), (200, &json!(source)), "{answer:?}");
                let messages = answer.json["messages"].as_array().unwrap();
                assert_eq!(messages.len(), count, "{channel}: {answer:?}");
                for message in messages {
                    assert_eq!(message.get("subject").is_some(), channel == "email", "{message}");
                    assert!(!message["body"].as_str().unwrap().is_empty());
                    assert_eq!(message.get("smsSegments").is_some(), channel == "sms", "{message}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_objective_of_which_nothing_is_made_is_named() {
    let crm = Crm::without_key().await;
    let unread = crm.messages(json!({"objective": "asdf qwer", "channel": "sms"})).await;
    assert_eq!((unread.status, &unread.json["unsupported"]), (200, &json!(["asdf qwer"])), "{unread:?}");
    let read = crm.messages(json!({"objective": "Announce our new tea collection", "channel": "sms"})).await;
    assert_eq!((read.status, read.json.get("unsupported")), (200, None), "{read:?}");
}

#[tokio::test]
async fn a_suggestion_can_be_kept_as_a_draft_and_nothing_is_kept_by_itself() {
    for crm in [Crm::without_key().await, Crm::new().await] {
        for objective in
            ["Win back customers in Pune who spent over 5000", "Invite everyone by SMS to our store opening on Friday"]
        {
            let body = json!({"objective": objective}).to_string();
            let answer = send(&crm.router, "POST", "/api/campaigns/suggest", body).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let parsed = |value: &Value| Tree::parse(value.to_string().as_bytes()).unwrap();
            Rules::parse(&parsed(&answer.json["rules"]), "rules", &settings().currency).unwrap();
            let mut campaign = answer.json["campaign"].clone();
            campaign["segmentId"] = json!("00000000-0000-7000-8000-000000000000");
            campaign["draft"] = json!(true);
            let draft = CampaignDraft::parse(&parsed(&campaign), Time::now()).unwrap();
            assert!(draft.variants.len() >= 2, "{answer:?}");
            assert!(!answer.json["why"].as_array().unwrap().is_empty());
        }
        assert!(crm.memory.campaigns(None, 10).await.unwrap().items.is_empty());
        assert!(crm.memory.all_segments().await.unwrap().all.is_empty());
        assert!(QueueName::ALL.into_iter().all(|queue| crm.memory.drain(queue).is_empty()));
    }
}

/// A campaign that has been launched, and its address.
async fn campaign(crm: &Crm, name: &str, draft: bool) -> String {
    let body = json!({
        "name": name, "segmentId": "00000000-0000-7000-8000-000000000000", "channel": "sms", "variants": [{"body": "Thank you"}],
        "draft": draft,
    });
    let parsed = CampaignDraft::parse(&Tree::parse(body.to_string().as_bytes()).unwrap(), Time::now()).unwrap();
    let (id, rules) = (CampaignId::generate(), Rules::everyone(&settings().currency));
    let campaign =
        if draft { parsed.into_draft(id, rules, Time::now()) } else { parsed.into_campaign(id, rules, 30, Time::now()) };
    let audit = AuditEntry {
        id: AuditId::generate(),
        at: Time::now(),
        actor: Actor { id: "u-owner".into(), name: "owner@example.com".into() },
        action: "launch_campaign".into(),
        object: format!("campaigns/{id}"),
        before: None,
        after: None,
        request_id: "r".into(),
    };
    crm.memory.create_campaign(&campaign, &audit).await.unwrap();
    format!("/api/campaigns/{id}/summary")
}

#[tokio::test]
async fn a_summary_has_no_numbers_but_those_of_the_campaign() {
    let crm = Crm::new().await;
    let path = campaign(&crm, "Hello", false).await;
    let answer = send(&crm.router, "POST", &path, "").await;
    assert_eq!((answer.status, &answer.json["source"]), (200, &json!("gemini")), "{answer:?}");
    let other = campaign(&crm, "Thanks", false).await;
    crm.peer.always(Behaviour::Say { text: json!({"summary": "It went to 1,234 people."}).to_string() });
    let answer = send(&crm.router, "POST", &other, "").await;
    assert_eq!((answer.status, &answer.json["offlineReason"]), (200, &json!("unusable")), "{answer:?}");
    assert!(answer.json["summary"].as_str().unwrap().contains("Thanks"), "{answer:?}");
    let asked = crm.peer.requests();
    assert!(asked.last().unwrap().body["contents"][2].to_string().contains("1,234 is not among the facts"), "{asked:?}");
    let draft = campaign(&crm, "Later", true).await;
    assert_eq!(send(&crm.router, "POST", &draft, "").await.status, 409, "there is nothing to tell");
}

#[tokio::test]
async fn a_summary_of_a_campaign_that_is_not_there_is_refused() {
    let crm = Crm::new().await;
    crm.peer.always(Behaviour::Normal);
    let path = "/api/campaigns/00000000-0000-7000-8000-000000000000/summary";
    assert_eq!(send(&crm.router, "POST", path, "").await.status, 404);
    assert_eq!(send(&crm.router, "POST", "/api/campaigns/no-id/summary", "").await.status, 404);
}

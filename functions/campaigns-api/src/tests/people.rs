//! Questions about one person.

use crm_domain::customer::ConsentDefaults;
use crm_domain::email::Email;
use crm_domain::ids::CustomerId;
use crm_domain::message::Tally;
use crm_domain::ports::{KeepLog, ReadCustomers};

use super::*;

#[tokio::test]
async fn a_text_is_tried_on_somebody() {
    let (router, _) = crm();
    let body = json!({"email": "A@x.in", "channel": "email", "variants": [
        {"subject": "To {{email}}", "body": "Dear {{name|default(\"friend\")}} <b>"}, {"subject": "x", "body": "{{ name - 1 }}"},
    ]});
    let made = send(&router, "POST", "/api/campaigns/render", body.to_string()).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.json["messages"][0], json!({"subject": "To a@x.in", "body": "Dear friend <b>"}));
    assert!(made.json["messages"][1]["error"].as_str().unwrap().starts_with("template: "));
    let body = json!({"email": "a@x.in", "channel": "sms", "variants": [
        {"body": "x".repeat(161)}, {"body": "{{email}}: नमस्ते"}, {"body": format!("{}{{{{email}}}}", "x".repeat(1_526))},
    ]});
    let made = send(&router, "POST", "/api/campaigns/render", body.to_string()).await.json["messages"].clone();
    assert_eq!((&made[0]["segments"], &made[0]["encoding"]), (&json!(2), &json!("gsm7")), "{made}");
    assert_eq!(made[1], json!({"body": "a@x.in: नमस्ते", "segments": 1, "encoding": "ucs2"}));
    assert_eq!(made[2], json!({"error": "takes 11 segments; an SMS may have at most 10"}));
    let faulty = json!({"email": "a", "channel": "sms", "variants": [{"subject": "s", "body": "{{x}}"}]});
    let faulty = send(&router, "POST", "/api/campaigns/render", faulty.to_string()).await;
    assert_eq!((faulty.status, faulty.fields()), (422, vec!["email", "variants[0].body", "variants[0].subject"]));
}

#[tokio::test]
async fn the_preview_names_some_of_each_step() {
    let (router, _) = crm();
    let preview = send(&router, "POST", "/api/campaigns/preview", launch().to_string()).await;
    let emails = |step: usize, which: &str| {
        let people = preview.json["steps"][step][which].as_array().unwrap().iter();
        let mut emails: Vec<_> = people.map(|person| person["email"].as_str().unwrap().to_owned()).collect();
        emails.sort();
        emails
    };
    assert_eq!(emails(0, "sample"), ["a@x.in", "b@x.in", "c@x.in"]);
    assert_eq!(emails(5, "sample"), ["a@x.in", "b@x.in"]);
    assert_eq!((emails(2, "droppedSample"), &preview.json["steps"][2]["dropped"]), (vec!["c@x.in".into()], &json!(1)));
}

#[tokio::test]
async fn why_tells_each_step_and_the_entry() {
    let (router, memory) = crm();
    let id = send(&router, "POST", "/api/campaigns", launch().to_string()).await.json["id"].as_str().unwrap().to_owned();
    let why = async |email: &str| send(&router, "GET", &format!("/api/campaigns/{id}/why?email={email}"), "").await;
    let told = |answer: &crm_testing::Answer, when: &str| -> Vec<Value> {
        answer.json["steps"].as_array().unwrap().iter().map(|step| step[when].clone()).collect()
    };
    let (yes, no, unknown) = (json!(true), json!(false), Value::Null);
    let before = why("c@x.in").await;
    assert_eq!(before.status, 200, "{before:?}");
    assert_eq!(told(&before, "atLaunch"), vec![unknown.clone(); 6]);
    assert!(before.json.get("entry").is_none());
    // The audience is frozen.
    let campaign = memory.campaign(CampaignId::parse(&id).unwrap()).await.unwrap().unwrap();
    let mut log = Tally::default();
    for name in ["a", "b", "c"] {
        let customer = CustomerId::of(&Email::parse(&format!("{name}@x.in")).unwrap());
        let customer = memory.customer(customer).await.unwrap().unwrap().record;
        let decision = campaign.record.audience(ConsentDefaults::default()).decide(&customer);
        let entry = campaign.record.entry(&customer, decision, 0, Time::now()).unwrap();
        log.count(&entry);
        memory.log_recipients(&campaign.record, &[entry]).await.unwrap();
    }
    let state = campaign.record.state.planned(&log, None, Time::now()).unwrap();
    memory.set_campaign_state(campaign.record.id, campaign.version, &state, None).await.unwrap();
    let c = why("c@x.in").await;
    let skipped = [&yes, &yes, &no, &unknown, &unknown, &unknown].map(Clone::clone);
    assert_eq!((told(&c, "atLaunch"), told(&c, "now")[2].clone()), (skipped.to_vec(), no.clone()));
    assert_eq!((&c.json["entry"]["skippedReason"], &c.json["entry"]["phase"]), (&json!("no_consent"), &json!("launch")));
    assert_eq!(c.json["rules"]["holds"], true);
    let d = why("d@x.in").await;
    assert_eq!((&told(&d, "atLaunch")[..2], &d.json["rules"]["holds"]), (&[no.clone(), unknown.clone()][..], &no));
    assert_eq!(told(&why("a@x.in").await, "atLaunch"), vec![yes; 6]);
    // Erased since: what was decided is still known.
    memory.remove_customer(CustomerId::of(&Email::parse("a@x.in").unwrap()));
    let gone = why("a@x.in").await;
    assert_eq!((gone.status, told(&gone, "now")), (200, vec![unknown; 6]));
    assert_eq!(why("nobody@x.in").await.status, 404);
    assert_eq!(why("nonsense").await.fields(), ["email"]);
    // What was decided stands in the campaign as well.
    let shown = send(&router, "GET", &format!("/api/campaigns/{id}"), "").await;
    let counts: Vec<_> = shown.json["funnel"]["steps"].as_array().unwrap().iter().map(|step| step["count"].clone()).collect();
    assert_eq!((counts, &shown.json["funnel"]["willSend"]), ([3, 3, 2, 2, 2, 2].map(|n| json!(n)).to_vec(), &json!(2)));
}

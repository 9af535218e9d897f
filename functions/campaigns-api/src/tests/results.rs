//! Reports and exports, as far as the API goes.

use crm_domain::campaign::CampaignState;
use crm_domain::cost::{Usage, WHOLE, Work};
use crm_domain::email::Email;
use crm_domain::export::Source;
use crm_domain::history::History;
use crm_domain::ids::ExportId;
use crm_domain::membership;
use crm_domain::message::{Message, SkipReason};
use crm_domain::money::Money;
use crm_domain::ports::{KeepExports, KeepReports};
use crm_domain::report::{Count, Report, Reports, Run};
use crm_domain::time::{HOUR, MINUTE};

use super::*;

/// A launched campaign.
async fn launched(router: &Router, memory: &Memory, body: &Value) -> CampaignId {
    let id = send(router, "POST", "/api/campaigns", body.to_string()).await.json["id"].as_str().unwrap().to_owned();
    memory.drain(QueueName::Delivery);
    CampaignId::parse(&id).unwrap()
}

async fn change(memory: &Memory, id: CampaignId, to: impl Fn(&CampaignState) -> CampaignState) {
    let found = memory.campaign(id).await.unwrap().unwrap();
    memory.set_campaign_state(id, found.version, &to(&found.record.state), None).await.unwrap();
}

#[tokio::test]
async fn a_report_is_asked_for_once_it_can_be_made_and_when_it_is_old() {
    let (router, memory) = crm();
    let id = launched(&router, &memory, &launch()).await;
    let path = format!("/api/campaigns/{id}/report");
    let early = send(&router, "GET", &path, "").await;
    assert_eq!((early.status, &early.json["recounting"], early.json.get("asOf")), (200, &json!(false), None));
    assert!(tasks(&memory).is_empty(), "there is nothing to count");
    change(&memory, id, |state| state.planned(&crm_domain::message::Tally::default(), None, Time::now()).unwrap()).await;
    assert_eq!(send(&router, "GET", &path, "").await.json["recounting"], true);
    assert!(matches!(tasks(&memory)[..], [Task::Recount { campaign, run: None, .. }] if campaign == id));
    // While one is made, and as long as the last one is fresh, nobody asks again.
    let mut reports = Reports::none(id);
    reports.run = Some(Run::new(Time::now()));
    memory.put_reports(0, &reports).await.unwrap();
    assert_eq!(send(&router, "GET", &path, "").await.json["recounting"], true);
    let finished = |as_of| Some(Report { as_of, count: Count::default(), usage: Vec::new() });
    memory.put_reports(1, &Reports { latest: finished(Time::now()), run: None, ..reports.clone() }).await.unwrap();
    let fresh = send(&router, "GET", &path, "").await.json;
    assert_eq!((&fresh["recounting"], fresh["asOf"].is_string()), (&json!(false), true));
    assert!(tasks(&memory).is_empty());
    memory.put_reports(2, &Reports { latest: finished(Time::now().plus(-2 * MINUTE)), run: None, ..reports }).await.unwrap();
    assert_eq!(send(&router, "GET", &path, "").await.json["recounting"], true);
    assert_eq!(tasks(&memory).len(), 1);
}

#[tokio::test]
async fn a_report_says_what_was_earned_and_what_it_cost() {
    let (router, memory) = crm();
    let mut body = launch();
    body["variants"] = json!([{"subject": "A", "body": "x"}, {"subject": "B", "body": "y"}]);
    body["attributionDays"] = json!(3);
    let id = launched(&router, &memory, &body).await;
    let campaign = memory.campaign(id).await.unwrap().unwrap().record;
    assert_eq!(campaign.attribution_days, 3);
    let at = campaign.created_at;
    let mut count = Count::default();
    for number in 0..40_u32 {
        let email = Email::parse(&format!("r{number}@x.in")).unwrap();
        let entry = Message { variant: number % 2, ..Message::blank(&email, at) };
        let entry = if number < 30 {
            Message { sent_at: Some(at), delivered_at: (number > 2).then(|| at.plus(1)), ..entry }
        } else {
            Message { skipped_reason: Some(SkipReason::HeldOut), ..entry }
        };
        let mut history = History::default();
        if number % 4 == 0 && number < 36 {
            history.add(at.plus(HOUR), Money::from_minor(10_050 + i64::from(number)), true, []);
        }
        count.count(&campaign, &entry, &[], &history);
    }
    let usage = vec![(Work::Delivery, Usage { written: 60 * WHOLE, queued: 3 * WHOLE, ..Usage::default() })];
    let latest = Some(Report { as_of: Time::now(), count, usage });
    memory.put_reports(0, &Reports { latest, ..Reports::none(id) }).await.unwrap();
    let report = send(&router, "GET", &format!("/api/campaigns/{id}/report"), "").await.json;
    let number = |pointer: &str| report.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("{pointer}: {report}"));
    // Eight of thirty have bought, each a little more than the one before: 8 * 100.50, and 0.04 * (0 + 1 + ... + 7).
    assert_eq!((number("/counts/sent"), number("/counts/converted"), number("/counts/skipped")), (30.0, 8.0, 10.0));
    assert_eq!((number("/attribution/days"), number("/attribution/orders"), number("/attribution/revenue")), (3.0, 8.0, 805.12));
    assert_eq!((number("/rates/ofSent/delivered"), number("/rates/ofDelivered/converted")), (0.9, 0.296_296));
    assert_eq!(
        (number("/variants/0/revenue"), number("/variants/1/revenue"), number("/variants/0/revenuePerRecipient")),
        (805.12, 0.0, 53.67)
    );
    assert_eq!((number("/lift/sent/conversionRate"), number("/lift/heldOut/conversionRate")), (0.266_667, 0.1));
    assert_eq!((number("/lift/conversion/value"), number("/lift/conversion/relative")), (0.166_667, 1.6667));
    assert!(number("/lift/conversion/low") < 0.0 && number("/lift/conversion/high") > 0.3);
    assert_eq!(report["lift"]["heldOut"]["revenuePerPerson"], 10.08);
    assert!(number("/lift/revenuePerPerson/low") < 16.0 && number("/lift/revenuePerPerson/high") > 17.0);
    assert_eq!((number("/series/0/sent"), number("/series/1/converted")), (30.0, 8.0));
    assert_eq!((number("/cost/writeUnitsPerRecipient"), number("/cost/queueRequestsPerRecipient")), (2.0, 0.1));
    // Sixty write units at 0.625 dollars a million and three requests at 0.40; a million messages cost 1.29 dollars.
    assert_eq!((number("/cost/total/price"), number("/cost/pricePerMillion")), (0.000_038_7, 1.29));
    assert_eq!(report["cost"]["parts"][0]["work"], "delivery");
}

#[tokio::test]
async fn days_of_attribution_are_from_one_to_ninety() {
    let (router, memory) = crm();
    for days in [json!(0), json!(91), json!("7"), json!(1.5)] {
        let mut body = launch();
        body["attributionDays"] = days;
        let answer = send(&router, "POST", "/api/campaigns", body.to_string()).await;
        assert_eq!((answer.status, &answer.json["errors"][0]["field"]), (422, &json!("attributionDays")));
    }
    assert!(tasks(&memory).is_empty());
    let launched = send(&router, "POST", "/api/campaigns", launch().to_string()).await.json;
    let shown = send(&router, "GET", &format!("/api/campaigns/{}", launched["id"].as_str().unwrap()), "").await.json;
    assert_eq!(shown["attributionDays"], 7);
}

#[tokio::test]
async fn the_log_is_exported_like_the_members_of_a_segment() {
    let (router, memory) = crm();
    let id = launched(&router, &memory, &launch()).await;
    let begun = send(&router, "POST", &format!("/api/campaigns/{id}/exports"), "").await;
    assert_eq!((begun.status, &begun.json["status"]), (202, &json!("queued")), "{begun:?}");
    let export = ExportId::parse(begun.json["id"].as_str().unwrap()).unwrap();
    assert_eq!(begun.headers["location"], format!("/api/exports/{export}").as_str());
    let stored = memory.export(export).await.unwrap().unwrap().record;
    assert_eq!(stored.source, Source::Campaign { campaign_id: id, campaign_name: "Hello".into() });
    let calls = memory.drain(QueueName::Segments);
    assert!(carry_request(&calls), "{calls:?}");
    assert!(
        matches!(membership::Step::parse(&calls[0].body).unwrap().task, membership::Task::Export(call) if call.export == export)
    );
    let missing = send(&router, "POST", &format!("/api/campaigns/{}/exports", CampaignId::generate()), "").await;
    assert_eq!(missing.status, 404);
}

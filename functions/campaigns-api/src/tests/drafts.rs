//! Drafts: kept, changed, deleted, and launched once, whatever comes between.

use super::*;

fn draft() -> Value {
    let mut body = launch();
    body["draft"] = json!(true);
    body["holdout"] = json!(0.5);
    body
}

/// A kept draft's path.
async fn keep(router: &Router, body: &Value) -> String {
    let kept = send(router, "POST", "/api/campaigns", body.to_string()).await;
    assert_eq!((kept.status, &kept.json["status"]), (201, &json!("draft")), "{kept:?}");
    kept.headers["location"].to_str().unwrap().to_owned()
}

async fn with_match(router: &Router, method: &str, path: &str, tag: &str, body: &Value) -> crm_testing::Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
        .header("if-match", tag)
        .body(Body::from(body.to_string()))
        .unwrap();
    answer(router, request).await
}

#[tokio::test]
async fn a_draft_is_kept_and_starts_nothing() {
    let (router, memory) = crm();
    let path = keep(&router, &draft()).await;
    assert!(tasks(&memory).is_empty());
    let found = send(&router, "GET", &path, "").await;
    assert_eq!((found.status, &found.json["status"], &found.json["holdout"]), (200, &json!("draft"), &json!(0.5)));
    assert_eq!(found.headers["etag"], "\"1\"");
    for verb in ["pause", "resume", "cancel"] {
        assert_eq!(send(&router, "POST", &format!("{path}/{verb}"), "").await.status, 409, "{verb}");
    }
    assert_eq!(send(&router, "GET", "/api/campaigns", "").await.json["items"][0]["status"], "draft");
}

#[tokio::test]
async fn a_draft_is_changed_on_the_version_that_was_seen() {
    let (router, _) = crm();
    let path = keep(&router, &draft()).await;
    let changed = with_match(&router, "PATCH", &path, "\"1\"", &json!({"name": "Other", "holdout": null})).await;
    assert_eq!((changed.status, &changed.json["name"]), (200, &json!("Other")), "{changed:?}");
    assert_eq!((changed.json.get("holdout"), changed.headers["etag"].to_str().unwrap()), (None, "\"2\""));
    assert_eq!(changed.json["variants"], launch()["variants"]);
    assert_eq!(with_match(&router, "PATCH", &path, "\"1\"", &json!({"name": "Late"})).await.status, 412);
    let faulty = send(&router, "PATCH", &path, r#"{"channel":"sms","segmentId":null,"more":1}"#).await;
    assert_eq!((faulty.status, faulty.fields()), (422, vec!["segmentId", "variants[0].subject", "more"]));
    let unknown = send(&router, "PATCH", &path, r#"{"segmentId":"01900000-0000-7000-8000-00000000000f"}"#).await;
    assert_eq!((unknown.status, unknown.fields()), (422, vec!["segmentId"]));
}

#[tokio::test]
async fn only_drafts_are_changed_and_deleted() {
    let (router, _) = crm();
    let path = keep(&router, &draft()).await;
    assert_eq!(with_match(&router, "DELETE", &path, "\"7\"", &json!({})).await.status, 412);
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 204);
    assert_eq!(send(&router, "GET", &path, "").await.status, 404);
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 404);
    assert_eq!(send(&router, "POST", &format!("{path}/launch"), "").await.status, 404);
    let launched = send(&router, "POST", "/api/campaigns", launch().to_string()).await;
    let path = format!("/api/campaigns/{}", launched.json["id"].as_str().unwrap());
    assert_eq!(send(&router, "PATCH", &path, r#"{"name":"x"}"#).await.status, 409);
    assert_eq!(send(&router, "DELETE", &path, "").await.status, 409);
    assert_eq!(send(&router, "GET", &path, "").await.json["name"], "Hello");
}

#[tokio::test]
async fn two_launches_at_once_are_one_campaign() {
    let (router, memory) = crm();
    let path = keep(&router, &draft()).await;
    let launch = format!("{path}/launch");
    let (one, two) = tokio::join!(send(&router, "POST", &launch, ""), send(&router, "POST", &launch, ""));
    for answer in [&one, &two] {
        assert_eq!((answer.status, &answer.json["status"]), (202, &json!("sending")), "{answer:?}");
    }
    assert_eq!(one.json["id"], two.json["id"]);
    let again = send(&router, "POST", &launch, "").await;
    assert_eq!((again.status, &again.json), (202, &one.json));
    assert_eq!(send(&router, "GET", "/api/campaigns", "").await.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(send(&router, "GET", &path, "").await.headers["etag"], "\"2\"", "written once");
    let id = CampaignId::parse(one.json["id"].as_str().unwrap()).unwrap();
    let plan = Task::Plan { campaign: id, part: 0, after: None, queued: 0 };
    let tasks = tasks(&memory);
    assert!(!tasks.is_empty() && tasks.iter().all(|task| *task == plan), "{tasks:?}");
    assert_eq!(with_match(&router, "POST", &launch, "\"1\"", &json!({})).await.status, 412, "that draft is no more");
}

#[tokio::test]
async fn a_launch_that_dies_anywhere_can_be_made_again() {
    for steps in 0..12 {
        let (router, memory) = crm();
        let path = keep(&router, &draft()).await;
        let launch = format!("{path}/launch");
        memory.die_after(Some(steps));
        let (one, two) = tokio::join!(send(&router, "POST", &launch, ""), send(&router, "POST", &launch, ""));
        memory.die_after(None);
        assert!([one.status, two.status].iter().all(|status| [202, 503].contains(status)), "{steps}");
        let queued = tasks(&memory);
        let found = send(&router, "GET", &path, "").await;
        if found.json["status"] == "sending" {
            assert!(!queued.is_empty(), "{steps}: it goes on and nobody plans it");
        }
        let again = send(&router, "POST", &launch, "").await;
        assert_eq!((again.status, &again.json["status"]), (202, &json!("sending")), "{steps}");
        assert!(!queued.is_empty() || !tasks(&memory).is_empty(), "{steps}");
        assert_eq!(send(&router, "GET", "/api/campaigns", "").await.json["items"].as_array().unwrap().len(), 1);
        assert_eq!(send(&router, "GET", &path, "").await.headers["etag"], "\"2\"", "{steps}: written once");
    }
}

async fn under_key(router: &Router, body: &Value) -> crm_testing::Answer {
    let request = Request::post("/api/campaigns")
        .header("authorization", format!("Bearer {}", token("owner", &json!({}))))
        .header("idempotency-key", "k");
    answer(router, request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_launch_whose_answer_was_lost_is_the_same_campaign_whatever_would_refuse_it_by_now() {
    for draft in [false, true] {
        let (router, memory) = crm();
        let mut body = launch();
        body["variants"][0]["body"] = json!("{% if city %}{{ city - 1 }}{% endif %}");
        body["draft"] = json!(draft);
        let first = under_key(&router, &body).await;
        assert_eq!(first.status, if draft { 201 } else { 202 }, "{first:?}");
        let queued = tasks(&memory);
        memory.end_leases();
        // Somebody has come whose message cannot be made, and the segment is no more.
        let event = json!({"specversion": "1.0", "id": "n", "source": "/t", "type": "crm.customer.upsert.v1",
            "time": "2026-01-02T00:00:00Z", "data": {"email": "a@x.in", "city": "Pune"}});
        memory.apply(&[
            Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap()
        ]);
        assert_eq!(send(&router, "POST", "/api/campaigns", body.to_string()).await.status, if draft { 201 } else { 422 });
        let segments = memory.all_segments().await.unwrap();
        let deletion = segments.delete(segments.find(SegmentId::parse(SEGMENT).unwrap()).unwrap()).unwrap();
        memory.change_segments(&deletion, None).await.unwrap();
        let again = under_key(&router, &body).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        for name in ["location", "etag"] {
            assert_eq!(again.headers.get(name), first.headers.get(name), "{name}");
        }
        assert_eq!((queued.is_empty(), tasks(&memory)), (draft, vec![]), "planned by the first attempt alone");
    }
}

#[tokio::test]
async fn a_launch_is_refused_when_somebodys_message_cannot_be_made() {
    let (router, memory) = crm();
    let mut body = launch();
    // Nobody has a name, but only two would be written to.
    body["variants"][0]["body"] = json!("{{ name - 1 }}");
    let told = |answer: &crm_testing::Answer| -> Vec<String> {
        assert_eq!((answer.status, answer.fields()), (422, vec!["variants[0]"; 2]), "{answer:?}");
        let errors = answer.json["errors"].as_array().unwrap().iter();
        let mut people: Vec<String> = errors
            .map(|error| error["reason"].as_str().unwrap().to_owned())
            .map(|reason| reason.trim_start_matches("cannot be made for ").split(':').next().unwrap().to_owned())
            .collect();
        people.sort();
        people
    };
    assert_eq!(told(&send(&router, "POST", "/api/campaigns", body.to_string()).await), ["a@x.in", "b@x.in"]);
    body["draft"] = json!(true);
    let path = keep(&router, &body).await;
    assert_eq!(told(&send(&router, "POST", &format!("{path}/launch"), "").await), ["a@x.in", "b@x.in"]);
    assert!(tasks(&memory).is_empty());
    assert_eq!(send(&router, "GET", &path, "").await.json["status"], "draft");
    send(&router, "PATCH", &path, r#"{"variants":[{"subject":"s","body":"fine"}]}"#).await;
    assert_eq!(send(&router, "POST", &format!("{path}/launch"), "").await.status, 202);
}

#[tokio::test]
async fn an_sms_that_is_too_long_for_somebody_names_them_and_one_for_everybody_its_field() {
    let (router, memory) = crm();
    for (name, full_name) in [("b", "Bo"), ("c", "Chandra")] {
        let data = json!({"email": format!("{name}@x.in"), "name": full_name, "phone": "+919845012345", "smsConsent": true});
        let event = json!({"specversion": "1.0", "id": name, "source": "/s", "type": "crm.customer.upsert.v1", "time": Time::now(), "data": data});
        let event = Json::parse(event.to_string().as_bytes()).unwrap();
        memory.apply(&[Event::parse(&event, &settings().currency, Time::now()).unwrap()]);
    }
    let mut body = launch();
    body["channel"] = json!("sms");
    let mut launched = async |text: String| {
        body["variants"] = json!([{"body": text}]);
        send(&router, "POST", "/api/campaigns", body.to_string()).await
    };
    let refused = launched(format!("{}{{{{name}}}}", "x".repeat(1_526))).await;
    assert_eq!((refused.status, refused.fields()), (422, vec!["variants[0]"]));
    let reason = "cannot be made for c@x.in: takes 11 segments; an SMS may have at most 10";
    assert_eq!(refused.json["errors"][0]["reason"], reason);
    assert_eq!(launched("x".repeat(1_531)).await.fields(), ["variants[0].body"]);
    assert!(tasks(&memory).is_empty());
    assert_eq!(launched(format!("{}{{{{name}}}}", "x".repeat(1_523))).await.status, 202);
}

#[tokio::test]
async fn a_preview_of_a_draft_holds_out_whom_its_launch_holds_out() {
    let (router, memory) = crm();
    for number in 0..10 {
        let mut body = draft();
        body["name"] = json!(format!("n{number}"));
        let path = keep(&router, &body).await;
        let id = path.rsplit('/').next().unwrap();
        body["draftId"] = json!(id);
        let preview = send(&router, "POST", "/api/campaigns/preview", body.to_string()).await;
        send(&router, "POST", &format!("{path}/launch"), "").await;
        let campaign = memory.campaign(CampaignId::parse(id).unwrap()).await.unwrap().unwrap().record;
        let audience = campaign.audience(settings().consent_defaults);
        let survey = crate::funnel::survey(&*memory, &crm_testing::addresses(), &audience).await.unwrap();
        assert_eq!(preview.json["willSend"], survey.funnel.will_send());
        let examples = preview.json["steps"][5]["sample"].as_array().unwrap().len();
        assert_eq!(examples, survey.left[5].people().count());
    }
    let mut body = launch();
    body["draftId"] = json!("7");
    assert_eq!(send(&router, "POST", "/api/campaigns/preview", body.to_string()).await.fields(), ["draftId"]);
    assert_eq!(send(&router, "POST", "/api/campaigns", body.to_string()).await.fields(), ["draftId"]);
}

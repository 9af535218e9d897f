//! What is set for everybody.

use super::*;

const PATH: &str = "/api/settings";

async fn change_at(router: &Router, tag: &str, body: &str) -> Answer {
    let request =
        Request::patch(PATH).header("authorization", format!("Bearer {}", token("admin", &json!({})))).header("if-match", tag);
    answer(router, request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn what_an_administrator_sets_everybody_sees_and_the_log_tells() {
    let (router, _, memory) = house();
    let given = json!({
        "currency": "INR", "version": env!("CARGO_PKG_VERSION"),
        "consentDefaults": {"email": true, "sms": false, "whatsapp": false},
    });
    let fresh = send_as(&router, "analyst", "GET", PATH, "").await;
    assert_eq!((fresh.status, &fresh.json, &fresh.headers["etag"]), (200, &given, &"\"0\"".parse().unwrap()));
    let body =
        r#"{"caps":{"messages":3,"days":7},"windows":[{"from":"09:00","until":"20:00"}],"attributionDays":14,"holdout":0.1}"#;
    let set = send_as(&router, "admin", "PATCH", PATH, body).await;
    assert_eq!((set.status, &set.headers["etag"]), (200, &"\"1\"".parse().unwrap()));
    let expected = json!({
        "currency": given["currency"], "version": given["version"], "consentDefaults": given["consentDefaults"],
        "caps": {"messages": 3, "days": 7}, "windows": [{"from": "09:00", "until": "20:00"}], "attributionDays": 14, "holdout": 0.1,
    });
    assert_eq!(send_as(&router, "analyst", "GET", PATH, "").await.json, expected);
    let less = send_as(&router, "admin", "PATCH", PATH, r#"{"caps":null,"attributionDays":30}"#).await;
    assert_eq!((less.json.get("caps"), &less.json["attributionDays"]), (None, &json!(30)));
    assert_eq!(send_as(&router, "admin", "PATCH", PATH, r#"{"attributionDays":30}"#).await.headers["etag"], "\"2\"");
    let told = send(&router, "GET", "/api/audit?object=settings", "").await.json["items"].clone();
    assert_eq!(told.as_array().unwrap().len(), 2, "what changes nothing is not told");
    assert_eq!(told[0]["before"], json!({"caps": {"messages": 3, "days": 7}, "attributionDays": 14}));
    assert_eq!((&told[0]["after"], &told[0]["action"]), (&json!({"attributionDays": 30}), &json!("change_settings")));
    assert_eq!(memory.told().len(), 2);
}

#[tokio::test]
async fn settings_are_refused_with_every_fault_and_stay_as_they_were() {
    let (router, _, memory) = house();
    for (body, fields) in [
        (r#"{"caps":{"messages":0,"days":91},"holdout":0.6}"#, vec!["caps.messages", "caps.days", "holdout"]),
        (r#"{"windows":[{"from":"25:00","until":"20:00"}],"ratePerMinute":0}"#, vec!["windows[0].from", "ratePerMinute"]),
        (r#"{"timeZone":"Mars","attributionDays":0}"#, vec!["timeZone", "attributionDays"]),
        (r#"{"currency":"USD","localTime":"2026-12-01T09:00"}"#, vec!["currency", "localTime"]),
        ("[]", vec![""]),
    ] {
        let refused = send(&router, "PATCH", PATH, body).await;
        assert_eq!((refused.status, refused.fields()), (422, fields), "{body}");
    }
    assert_eq!(send_as(&router, "marketer", "PATCH", PATH, "{}").await.status, 403);
    assert_eq!(send(&router, "GET", PATH, "").await.headers["etag"], "\"0\"");
    assert!(memory.told().is_empty());
}

#[tokio::test]
async fn of_two_changes_of_the_same_settings_the_second_is_refused() {
    let (router, ..) = house();
    assert_eq!(change_at(&router, "\"0\"", r#"{"holdout":0.1}"#).await.status, 200);
    let refused = change_at(&router, "\"0\"", r#"{"holdout":0.2}"#).await;
    assert_eq!((refused.status, &refused.json["code"]), (412, &json!("precondition_failed")));
    assert_eq!(change_at(&router, "\"1\"", r#"{"holdout":0.2}"#).await.json["holdout"], 0.2);
}

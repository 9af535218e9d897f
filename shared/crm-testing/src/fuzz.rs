//! Requests of any form through a function's router, as API Gateway would hand them over. How it is run is said in `infra/fuzz`.

use axum::Router;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_lambda::routes;
use fuzzing::Target;
use lambda_http::RequestExt as _;
use serde_json::{Value, json};

use crate::access::spelt;
use crate::http::{Answer, cases, send_event};

/// The gateway hands over in Base64 what it does not take for a text.
const BASE64: &str = "x-base64";

/// Sends requests of any form to a function, each input to a router of its own.
///
/// An input is one request or several, with a line of `---` between: method and target, headers, an empty line, the body, which
/// is in Base64 where there is a header `x-base64`.
pub fn fuzz_requests(function: &'static str, rounds: usize, router: impl Fn() -> Router + 'static) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let words = "{ } [ ] \" : , null true 0 -1 1e308 2026-01-31 a@x.in email items total rules combinator and field operator value name \
        limit=1 cursor= & ?q= %00 %2F %F0 .. /api/ if-match: \"1\" idempotency-key: Bearer x-base64: /w== --- GET POST PATCH DELETE \
        00000000-0000-0000-0000-000000000000 channel subject body variants segmentId";
    let target = Target { name: function, seeds: seeds(function), words: words.split_whitespace().collect(), rounds };
    target.run(move |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        runtime.block_on(async {
            let router = router();
            for request in text.split("\n---\n").take(4) {
                let Some(event) = event(request) else { continue };
                judge(&send_event(&router, &event).await);
            }
        });
    });
}

/// The cases of `events/`, and every route with a body of nothing, and with a path that is no text.
fn seeds(function: &str) -> Vec<Vec<u8>> {
    let own = || routes::ALL.iter().filter(|operation| operation.function == function);
    let routes = own().flat_map(|operation| {
        let query: Vec<String> = operation.query.iter().map(|(name, _)| format!("{name}=1")).collect();
        let (verb, query) = (operation.verb.as_str(), query.join("&"));
        ["00000000-0000-0000-0000-000000000000", "%ff"]
            .map(|value| format!("{verb} {}?{query}\nauthorization: Bearer TOKEN\n\n{{}}", spelt(operation, value)))
    });
    let cases = cases(function).into_iter().map(|(_, event)| {
        let event: Value = serde_json::from_str(&event).unwrap();
        let headers = event["headers"].as_object().into_iter().flatten();
        let kept = headers.filter(|(name, _)| !name.starts_with("x-forwarded") && !["host", "accept"].contains(&name.as_str()));
        let headers: Vec<String> =
            kept.map(|(name, value)| format!("{name}: {}\n", value.as_str().unwrap_or_default())).collect();
        let headers = headers.concat();
        let text = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let base64 = if event["isBase64Encoded"] == true { format!("{BASE64}: 1\n") } else { String::new() };
        let (method, path, query) = (text("/requestContext/http/method"), text("/rawPath"), text("/rawQueryString"));
        format!("{method} {path}?{query}\n{headers}{base64}\n{}", text("/body"))
    });
    // And with a body that is no text.
    let bytes = own().map(|operation| {
        let target = spelt(operation, "00000000-0000-0000-0000-000000000000");
        format!("{} {target}\nauthorization: Bearer TOKEN\n{BASE64}: 1\n\neyJlbWFpbCI6Iv8ifQ==", operation.verb.as_str())
    });
    let mut seeds: Vec<String> = routes.chain(bytes).chain(cases).collect();
    seeds.push(seeds.iter().take(4).cloned().collect::<Vec<_>>().join("\n---\n"));
    seeds.into_iter().map(String::into_bytes).collect()
}

/// The event of a request; none of what the gateway itself would refuse.
fn event(request: &str) -> Option<String> {
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next()?.split_once(' ')?;
    let uri: Uri = format!("https://api.example.com{target}").parse().ok()?;
    http_method(method)?;
    let mut headers = json!({"host": "api.example.com"});
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        axum::http::HeaderName::from_bytes(name.as_bytes()).ok()?;
        axum::http::HeaderValue::from_str(value).ok()?;
        headers[name.to_ascii_lowercase()] = value.into();
    }
    let in_base64 = headers.get(BASE64).is_some();
    if in_base64 {
        STANDARD.decode(body).ok()?;
    }
    let context = json!({
        "accountId": "123456789012", "apiId": "crmapi0001", "stage": "$default", "requestId": "JKJaXmPLvHcESHA=",
        "time": "22/Nov/2026:10:00:00 +0000", "timeEpoch": 1_795_341_600_000_i64,
        "http": {"method": method, "path": uri.path(), "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "x"},
    });
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": uri.path(), "rawQueryString": uri.query().unwrap_or_default(),
        "headers": headers, "requestContext": context, "isBase64Encoded": in_base64, "body": body,
    });
    let event = event.to_string();
    let read = lambda_http::request::from_str(&event).ok()?;
    assert_eq!(read.raw_http_path(), uri.path(), "the path arrives as it was sent");
    Some(event)
}

fn http_method(method: &str) -> Option<axum::http::Method> {
    method.chars().all(|c| c.is_ascii_uppercase()).then(|| method.parse().ok())?
}

/// Whatever was asked, the answer is one that callers know how to read.
fn judge(answer: &Answer) {
    const KNOWN: [u16; 17] = [200, 201, 202, 204, 302, 303, 304, 400, 401, 403, 404, 405, 409, 412, 413, 422, 429];
    assert!(KNOWN.contains(&answer.status), "{answer:?}");
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("x-content-type-options"), "nosniff", "{answer:?}");
    assert!(!header("cache-control").is_empty(), "{answer:?}");
    let media = header("content-type");
    if answer.status >= 400 && !media.starts_with("text/html") && !media.starts_with("image/gif") {
        assert_eq!(media, "application/problem+json", "{answer:?}");
        assert_eq!(answer.json["status"], answer.status, "{answer:?}");
        assert!(answer.json["code"].as_str().is_some_and(|code| !code.is_empty()), "{answer:?}");
        assert!(answer.json["detail"].as_str().is_some_and(|detail| detail.len() < 2_000), "{answer:?}");
    }
    if answer.status == 422 {
        let errors = answer.json["errors"].as_array().unwrap();
        assert!(
            !errors.is_empty() && errors.iter().all(|error| error["reason"].as_str().is_some_and(|reason| !reason.is_empty())),
            "{answer:?}"
        );
    }
    if media.contains("json") {
        assert!(!answer.json.is_null(), "{answer:?}");
    }
    assert!(answer.text.len() < 1_000_000, "{} bytes", answer.text.len());
}

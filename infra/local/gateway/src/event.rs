//! Builds the event that API Gateway sends to a function: HTTP API, payload format version 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{COOKIE, HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::routes::Match;

/// The invocation payload for one request.
pub fn build(request: &Parts, body: &Bytes, matched: &Match<'_>, caller: IpAddr, port: u16) -> Value {
    let path = request.uri.path();
    let query = request.uri.query().unwrap_or("");
    let headers = flatten(request, caller, port);
    let host = headers.get("host").cloned().unwrap_or_default();
    let (body, encoded) = encode(body);

    let mut event = json!({
        "version": "2.0",
        "routeKey": matched.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": request.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", request.version),
                "sourceIp": caller.to_string(),
                "userAgent": text(&request.headers, &USER_AGENT).unwrap_or_default(),
            },
            "requestId": uuid::Uuid::now_v7().to_string(),
            "routeKey": matched.key,
            "stage": "$default",
            "timeEpoch": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |past| past.as_millis()) as i64,
        },
        "isBase64Encoded": encoded,
    });
    // API Gateway leaves out what is empty.
    if let Some(event) = event.as_object_mut() {
        let cookies = cookies(&request.headers);
        if !cookies.is_empty() {
            event.insert("cookies".into(), json!(cookies));
        }
        if !query.is_empty() {
            event.insert("queryStringParameters".into(), Value::Object(parameters(query)));
        }
        if !matched.parameters.is_empty() {
            event.insert("pathParameters".into(), json!(matched.parameters));
        }
        if let Some(body) = body {
            event.insert("body".into(), Value::String(body));
        }
    }
    event
}

/// Lower-case names, repeated ones joined by a comma, cookies apart, and the three `x-forwarded-*` that AWS adds.
fn flatten(request: &Parts, caller: IpAddr, port: u16) -> Map<String, Value> {
    let mut flat = Map::new();
    for name in request.headers.keys().filter(|name| **name != COOKIE) {
        if let Some(value) = text(&request.headers, name) {
            flat.insert(name.as_str().to_owned(), Value::String(value));
        }
    }
    let forwarded = match flat.get("x-forwarded-for").and_then(Value::as_str) {
        Some(earlier) => format!("{earlier}, {caller}"),
        None => caller.to_string(),
    };
    flat.insert("x-forwarded-for".into(), Value::String(forwarded));
    flat.insert("x-forwarded-port".into(), Value::String(port.to_string()));
    flat.insert("x-forwarded-proto".into(), Value::String("http".into()));
    // The function's URL is made of it, so it has to be there and readable, as it always is on AWS.
    let host = request.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| is_authority(host));
    flat.insert("host".into(), Value::String(host.map_or_else(|| format!("localhost:{port}"), str::to_owned)));
    flat
}

fn is_authority(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        && host.parse::<http::uri::Authority>().is_ok()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|value| {
            String::from_utf8_lossy(value.as_bytes()).split(';').map(|one| one.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|one| !one.is_empty())
        .collect()
}

fn parameters(query: &str) -> Map<String, Value> {
    let mut found = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name), decode(value));
        let joined = match found.get(&name).and_then(Value::as_str) {
            Some(earlier) => format!("{earlier},{value}"),
            None => value,
        };
        found.insert(name, Value::String(joined));
    }
    found
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn encode(body: &Bytes) -> (Option<String>, bool) {
    match std::str::from_utf8(body) {
        Ok("") => (None, false),
        Ok(text) => (Some(text.to_owned()), false),
        Err(_) => (Some(STANDARD.encode(body)), true),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::Ipv4Addr;

    use http::Request;
    use lambda_http::RequestExt;

    use super::*;

    fn parts(request: http::request::Builder) -> Parts {
        request.body(()).unwrap().into_parts().0
    }

    fn event(request: http::request::Builder, body: &'static [u8]) -> Value {
        let matched = Match {
            function: "orders-api",
            key: "GET /api/orders/by-email/{email}",
            parameters: BTreeMap::from([("email".to_owned(), "a@b.c".to_owned())]),
        };
        build(&parts(request), &Bytes::from_static(body), &matched, IpAddr::V4(Ipv4Addr::LOCALHOST), 8080)
    }

    #[test]
    fn repeated_headers_are_joined_and_cookies_stand_apart() {
        let event = event(Request::get("/api/x").header("Accept", "a").header("Accept", "b").header("Cookie", "s=1; t=2"), b"");
        assert_eq!(event["headers"]["accept"], "a,b");
        assert_eq!(event["headers"].get("cookie"), None);
        assert_eq!(event["cookies"], json!(["s=1", "t=2"]));
        assert_eq!(event.get("body"), None);
    }

    #[test]
    fn queries_are_decoded_and_joined_but_kept_raw_too() {
        let event = event(Request::get("/api/x?tag=a%20b&tag=c+d&flag"), b"");
        assert_eq!(event["queryStringParameters"], json!({"tag": "a b,c d", "flag": ""}));
        assert_eq!(event["rawQueryString"], "tag=a%20b&tag=c+d&flag");
    }

    #[test]
    fn body_that_is_not_utf8_travels_as_base64() {
        assert_eq!(event(Request::post("/api/x"), b"{\"a\":1}")["isBase64Encoded"], false);
        let event = event(Request::post("/api/x"), b"\xff\xfe");
        assert_eq!((event["body"].as_str(), event["isBase64Encoded"].as_bool()), (Some("//4="), Some(true)));
    }

    #[test]
    fn unreadable_host_is_replaced() {
        let event = event(Request::get("/api/x").header("Host", "a b/#"), b"");
        assert_eq!(event["headers"]["host"], "localhost:8080");
    }

    #[test]
    fn functions_read_back_what_was_sent() {
        let event = event(
            Request::patch("/api/orders/by-email/a%40b.c?limit=5").header("Host", "localhost:8080").header("If-Match", "\"1\""),
            b"\xff\x00",
        );
        let request = lambda_http::request::from_str(&event.to_string()).unwrap();
        assert_eq!(request.method(), "PATCH");
        assert_eq!(request.uri(), "http://localhost:8080/api/orders/by-email/a%40b.c?limit=5");
        assert_eq!(request.path_parameters().first("email"), Some("a@b.c"));
        assert_eq!(request.headers()["if-match"], "\"1\"");
        assert_eq!(request.body().as_ref(), b"\xff\x00");
    }
}

//! Turns a function's answer (payload format version 2.0) into the HTTP response of API Gateway.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The response, or why the function's answer is none.
pub fn read(answer: &[u8]) -> Result<Response<Full<Bytes>>, String> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|error| format!("answer is not a response: {error}"))?;
    let status = StatusCode::from_u16(answer.status_code).map_err(|error| error.to_string())?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded {
        STANDARD.decode(body).map_err(|error| format!("body is not base64: {error}"))?
    } else {
        body.into_bytes()
    };

    let mut response = Response::builder().status(status).body(Full::new(Bytes::from(body))).map_err(|e| e.to_string())?;
    let several = answer.multi_value_headers.into_iter().flatten();
    for (name, value) in answer.headers.into_iter().flatten().chain(several) {
        let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
        // The server says how long the body is and how it travels.
        if matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection") {
            continue;
        }
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        // `headers` and `multiValueHeaders` say the same thing twice: the list, which comes later, is complete.
        response.headers_mut().remove(&name);
        for value in values {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            response.headers_mut().append(&name, HeaderValue::try_from(text).map_err(|error| error.to_string())?);
        }
    }
    for cookie in answer.cookies.into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|error| error.to_string())?);
    }
    Ok(response)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    headers: Option<Map<String, Value>>,
    multi_value_headers: Option<Map<String, Value>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn lists_of_values_replace_the_single_ones() {
        let response = read(
            br#"{"statusCode": 202, "headers": {"location": "/a", "vary": "x"}, "multiValueHeaders": {"vary": ["x", "y"]},
                 "cookies": ["s=1", "t=2"], "body": "{}", "isBase64Encoded": false}"#,
        )
        .unwrap();
        assert_eq!(response.status(), 202);
        assert_eq!(response.headers()["location"], "/a");
        assert_eq!(response.headers().get_all("vary").iter().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    }

    #[tokio::test]
    async fn base64_bodies_are_decoded() {
        let response = read(br#"{"statusCode": 200, "body": "//4=", "isBase64Encoded": true}"#).unwrap();
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes().as_ref(), b"\xff\xfe");
    }

    #[test]
    fn what_is_no_response_is_said() {
        assert!(read(br#"{"errorMessage": "boom"}"#).unwrap_err().contains("statusCode"));
        assert!(read(b"nonsense").is_err());
    }
}

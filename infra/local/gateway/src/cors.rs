//! Cross-origin requests as API Gateway answers them from the `CorsConfiguration` of an HTTP API: it knows the allowed
//! origins, answers preflights itself, and lets no function say otherwise.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use serde::Deserialize;

/// The template's words.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Cors {
    allow_origins: Vec<String>,
    allow_methods: Vec<String>,
    allow_headers: Vec<String>,
    expose_headers: Vec<String>,
    allow_credentials: bool,
    max_age: u32,
}

/// What only API Gateway sets.
const OURS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

impl Cors {
    /// The answer to a preflight; `None` for any other request.
    pub fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response<Full<Bytes>>> {
        let asks =
            *method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !asks {
            return None;
        }
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        self.mark(headers, &mut response);
        if response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            let mut say = |name, value: String| {
                if let Ok(value) = HeaderValue::try_from(value) {
                    response.headers_mut().insert(name, value);
                }
            };
            say(ACCESS_CONTROL_ALLOW_METHODS, self.allow_methods.join(","));
            say(ACCESS_CONTROL_ALLOW_HEADERS, self.allow_headers.join(","));
            say(ACCESS_CONTROL_MAX_AGE, self.max_age.to_string());
        }
        Some(response)
    }

    /// Says in an answer whether the request's origin may read it.
    pub fn mark(&self, request: &HeaderMap, response: &mut Response<Full<Bytes>>) {
        let headers = response.headers_mut();
        for name in OURS {
            headers.remove(name);
        }
        let Some(origin) = request.get(ORIGIN) else { return };
        if !self.allow_origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()) {
            return;
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(VARY, HeaderValue::from_static("origin"));
        if self.allow_credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        if let Ok(exposed) = HeaderValue::try_from(self.expose_headers.join(",")) {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors() -> Cors {
        Cors {
            allow_origins: vec!["http://localhost:8080".into()],
            allow_methods: vec!["GET".into(), "POST".into()],
            allow_credentials: true,
            max_age: 600,
            ..Cors::default()
        }
    }

    fn asking(origin: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::try_from(origin).unwrap());
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
        headers
    }

    #[test]
    fn only_the_allowed_origin_is_told_anything() {
        let answer = cors().preflight(&Method::OPTIONS, &asking("http://localhost:8080")).unwrap();
        assert_eq!(
            (answer.status(), &answer.headers()[ACCESS_CONTROL_ALLOW_METHODS]),
            (StatusCode::NO_CONTENT, &HeaderValue::from_static("GET,POST"))
        );
        for origin in [
            "null",
            "http://localhost:8080.evil.example",
            "http://localhost:80801",
            "https://localhost:8080",
            "http://evil.example",
        ] {
            let answer = cors().preflight(&Method::OPTIONS, &asking(origin)).unwrap();
            assert!(OURS.iter().all(|name| !answer.headers().contains_key(name)), "{origin}");
        }
        assert!(cors().preflight(&Method::GET, &asking("http://localhost:8080")).is_none());
    }

    #[test]
    fn what_a_function_says_of_origins_does_not_count() {
        let mut answer = Response::new(Full::default());
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        cors().mark(&asking("http://evil.example"), &mut answer);
        assert!(!answer.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}

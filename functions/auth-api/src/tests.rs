//! Tokens, good and hostile.

use axum::body::Body;
use axum::http::Request;
use crm_testing::{answer, cases, keys, send, send_event, token};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::http::router;

#[tokio::test]
async fn every_event_of_the_folder_gets_its_answer() {
    for (case, event) in cases("auth-api") {
        let answer = send_event(&router(keys()), &event).await;
        let wanted = if case.starts_with("bad-") { 400..500 } else { 200..300 };
        assert!(wanted.contains(&answer.status), "{case}: {answer:?}");
    }
}

#[tokio::test]
async fn a_good_token_names_its_user() {
    let answer = send(&router(keys()), "GET", "/auth/user-jwt", "").await;
    assert_eq!(answer.json["user"], json!({"id": "u1", "email": "tester@example.com", "name": "Tester", "role": "owner"}));
}

#[tokio::test]
async fn tokens_that_are_not_ours_are_refused_alike() {
    let good = token("owner", &json!({}));
    let mut parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    let other_key = sign("another key", &Header::default());
    let other_algorithm = sign("current-key-of-the-tests", &Header::new(Algorithm::HS512));
    parts[2] = "AAAA";
    let forged = parts.join(".");
    let hostile = [
        String::new(),
        "x".to_owned(),
        unsigned,
        forged,
        other_key,
        other_algorithm,
        format!("{good}x"),
        good[..good.len() - 1].to_owned(),
        "a".repeat(1_000_000),
        token("owner", &json!({"exp": 1})),
        token("owner", &json!({"exp": null})),
        token("owner", &json!({"nbf": 32_503_680_000_i64})),
        token("owner", &json!({"iss": "somebody"})),
        token("owner", &json!({"aud": "something"})),
        token("owner", &json!({"aud": null})),
        token("owner", &json!({"sub": null})),
        token("emperor", &json!({})),
    ];
    for token in hostile {
        let request =
            Request::get("/auth/user-jwt").header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
        let answer = answer(&router(keys()), request).await;
        let shown = &token[..token.len().min(40)];
        assert_eq!((answer.status, &answer.json["code"]), (401, &json!("unauthorized")), "{shown}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{shown}");
    }
    for header in [None, Some("Basic dTpw"), Some("Bearer"), Some(good.as_str())] {
        let request = Request::get("/auth/user-jwt");
        let request = if let Some(header) = header { request.header("authorization", header) } else { request };
        assert_eq!(answer(&router(keys()), request.body(Body::empty()).unwrap()).await.status, 401, "{header:?}");
    }
}

#[tokio::test]
async fn the_previous_key_still_counts() {
    let token = sign("previous-key-of-the-tests", &Header::default());
    let request = Request::get("/auth/user-jwt").header("authorization", format!("bearer {token}")).body(Body::empty()).unwrap();
    assert_eq!(answer(&router(keys()), request).await.status, 200);
}

fn sign(key: &str, header: &Header) -> String {
    let claims: Value = json!({
        "iss": "mini-crm", "aud": "mini-crm-api", "sub": "u", "email": "e@x.in", "role": "owner", "exp": 32_503_680_000_i64,
    });
    jsonwebtoken::encode(header, &claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
}

//! Hostile input for what callers show: cursors, access tokens, API keys. How it is run is said in `infra/fuzz`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends by panicking")]

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Uri};
use axum::routing::get;
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::access::UserId;
use crm_domain::ports::{Page, SigningKeys};
use crm_domain::time::Time;
use crm_lambda::auth::{AUDIENCE, ISSUER, issue, names_other_key, read_api_key, verify, write_api_key};
use crm_lambda::paging::Paging;
use crm_testing::answer;
use fuzzing::{Target, halves};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

fn signing_keys() -> SigningKeys {
    SigningKeys(vec!["current".into(), "previous".into()])
}

/// A list that answers with the place from which it was read.
fn list() -> Router {
    let show = async |paging: Paging| {
        let here = paging.after.clone();
        paging.answer(Page { items: vec![here], next: Some("c#\u{e9}\n1".to_owned()) }, |after| after)
    };
    let keys: Extension<Arc<SigningKeys>> = Extension(Arc::new(signing_keys()));
    Router::new().route("/list", get(show)).route("/other", get(show)).layer(keys)
}

#[test]
fn cursors_of_any_form() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let router = list();
    let ask = move |target: &str| {
        let request = Request::get(target).body(Body::empty()).unwrap();
        runtime.block_on(answer(&router, request))
    };
    let scopes = ["/list?", "/list?city=Pune&city=Delhi", "/other?city=Pune%26"];
    let made: Vec<(String, String)> =
        scopes.iter().map(|scope| ((*scope).to_owned(), ask(scope).json["nextCursor"].as_str().unwrap().to_owned())).collect();
    let seeds = made.iter().map(|(scope, cursor)| format!("{scope}&limit=3&cursor={cursor}").into_bytes()).collect();
    let words =
        vec!["&cursor=", "&limit=100", "limit=101", "&city=", "%26", "%3D", "=", "+", "%00", "%ff", "/list?", "/other?", ";"];
    Target { name: "cursors", seeds, words, rounds: 3_000 }.run(move |input| {
        let Ok(target) = std::str::from_utf8(input) else { return };
        let Ok(uri) = target.parse::<Uri>() else { return };
        if !["/list", "/other"].contains(&uri.path()) || uri.authority().is_some() {
            return;
        }
        let found = ask(target);
        match (found.status, found.json["items"][0].as_str()) {
            (200, None) => {}
            (200, Some(place)) => {
                assert_eq!(place, "c#\u{e9}\n1");
                let shown = |cursor: &str| uri.query().unwrap_or_default().contains(&format!("cursor={cursor}"));
                let known = made.iter().any(|(scope, cursor)| scope.starts_with(&format!("{}?", uri.path())) && shown(cursor));
                // Percent-encoding spells the same cursor in many ways.
                assert!(known || target.contains('%'), "{target}");
            }
            (status, _) => {
                assert!([400, 422].contains(&status), "{found:?}");
                assert_eq!(found.headers["content-type"], "application/problem+json");
            }
        }
    });
}

#[test]
fn access_tokens_of_any_form() {
    let (keys, user) = (signing_keys(), UserId::parse("110169484474386276334").unwrap());
    let later = Time::parse("2150-01-01T00:00:00Z").unwrap();
    let (made, expires) = issue(&user, &keys, later).unwrap();
    let claims = json!({"iss": ISSUER, "aud": AUDIENCE, "sub": user.as_str(), "iat": 1, "exp": expires.micros() / 1_000_000});
    let mut seeds = vec![made.clone(), format!("mcrm_{}_secret", "0123456789abcdef0123456789abcdef")];
    for header in
        [json!({"alg": "HS256", "typ": "JWT"}), json!({"alg": "none"}), json!({"alg": "HS512", "kid": "x", "crit": ["exp"]})]
    {
        seeds.push(format!("{header}\n{claims}"));
        seeds.push(format!("{header}\n{}", json!({"iss": [ISSUER], "aud": [AUDIENCE, "x"], "sub": "", "exp": 1, "nbf": 1e300})));
    }
    let seeds = seeds.into_iter().map(String::into_bytes).collect();
    let words =
        "alg HS256 none RS256 kid typ crit jwk iss aud sub iat exp nbf mini-crm mini-crm-api 9999999999 1e308 -1 null . mcrm_ _";
    Target { name: "access-tokens", seeds, words: words.split_whitespace().collect(), rounds: 6_000 }.run(move |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        if let Some((id, secret)) = read_api_key(text) {
            assert!(write_api_key(id, secret).eq_ignore_ascii_case(text), "{text}");
        }
        let _other = names_other_key(text, &keys);
        if !text.starts_with('{') {
            return assert!(verify(text, &keys).is_none_or(|whose| whose == user && text == made), "{text}");
        }
        // What is signed properly is judged by what it says.
        let (header, claims) = halves(input);
        let said = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let key = EncodingKey::from_secret(keys.0[1].as_bytes());
        let token = format!("{said}.{}", jsonwebtoken::crypto::sign(said.as_bytes(), &key, Algorithm::HS256).unwrap());
        if let Some(whose) = verify(&token, &keys) {
            let (header, claims): (Value, Value) =
                (serde_json::from_slice(header).unwrap(), serde_json::from_slice(claims).unwrap());
            assert_eq!(
                (&header["alg"], &claims["iss"], &claims["aud"]),
                (&json!("HS256"), &json!(ISSUER), &json!(AUDIENCE)),
                "{text}"
            );
            assert_eq!(claims["sub"], whose.as_str(), "{text}");
            assert!(claims["exp"].as_f64().unwrap() > (Time::now().micros() / 1_000_000) as f64 - 1.0, "{text}");
        }
    });
}

//! Tokens that nobody should have made. Every one has its own test, and all get the same answer.

use axum::body::Body;
use axum::http::Request;
use crm_domain::access::{Scope, UserStatus};
use crm_testing::{Answer, answer, key, token};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::desk::{Desk, claims, claims_with, encoded, good, header, jwk, modulus, now, signed};

fn assert_refused(answer: &Answer) {
    assert_eq!((answer.status, &answer.json["code"]), (401, &json!("unauthorized")), "{answer:?}");
    assert_eq!(answer.json["detail"], "A valid bearer token is required.");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert!(answer.headers.get("set-cookie").is_none_or(|cookie| cookie.to_str().unwrap().contains("Max-Age=0")));
}

/// Credentials that `POST /auth/google-jwt` refuses.
macro_rules! credentials {
    ($($name:ident: $credential:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_refused(&Desk::new().sign_in(&$credential).await);
        }
    )*};
}

fn with_header(changes: &Value) -> String {
    let mut header = header();
    for (name, value) in changes.as_object().unwrap() {
        header[name] = value.clone();
    }
    header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    signed(&header, &claims(), 0)
}

fn hmac_with_the_public_key() -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("a".into());
    jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&modulus(0))).unwrap()
}

fn parts(token: &str) -> [String; 3] {
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

fn tampered() -> String {
    let [header, _, signature] = parts(&good(&json!({})));
    format!("{header}.{}.{signature}", encoded(&claims_with(&json!({"email": "boss@example.com"}))))
}

credentials! {
    empty_credential: "";
    words_for_a_token: "not a token";
    megabyte_of_letters: "a".repeat(1_000_000);
    megabyte_with_dots: format!("{}.{}.{}", "a".repeat(300_000), "a".repeat(300_000), "a".repeat(300_000));
    algorithm_none: format!("{}.{}.", encoded(&json!({"alg": "none", "kid": "a"})), encoded(&claims()));
    algorithm_none_with_a_signature: with_header(&json!({"alg": "none"}));
    hmac_signed_with_the_public_key: hmac_with_the_public_key();
    header_says_hs256: with_header(&json!({"alg": "HS256"}));
    header_says_rs512: with_header(&json!({"alg": "RS512"}));
    header_says_ps256: with_header(&json!({"alg": "PS256"}));
    header_says_rs256_in_small_letters: with_header(&json!({"alg": "rs256"}));
    header_without_an_algorithm: with_header(&json!({"alg": null}));
    header_with_its_own_key: signed(&json!({"alg": "RS256", "kid": "a", "jwk": jwk("a", 2)}), &claims(), 2);
    header_with_a_key_address: with_header(&json!({"jku": "https://evil.example/keys"}));
    header_with_a_certificate_address: with_header(&json!({"x5u": "https://evil.example/cert"}));
    header_with_a_certificate: with_header(&json!({"x5c": ["MIIB"]}));
    header_with_critical_extensions: with_header(&json!({"crit": ["exp"]}));
    header_that_is_a_list: format!("{}.{}.AAAA", encoded(&json!(["RS256"])), encoded(&claims()));
    key_id_that_nobody_has: with_header(&json!({"kid": "zz"}));
    key_id_missing: with_header(&json!({"kid": null}));
    key_id_of_another_key: with_header(&json!({"kid": "b"}));
    key_id_that_is_a_path: with_header(&json!({"kid": "../../etc/passwd"}));
    key_of_a_stranger_under_a_known_id: signed(&header(), &claims(), 2);
    signature_cut_short: { let token = good(&json!({})); token[..token.len() - 8].to_owned() };
    signature_missing: { let [header, body, _] = parts(&good(&json!({}))); format!("{header}.{body}.") };
    signature_of_another_token: { let [header, body, _] = parts(&good(&json!({}))); format!("{header}.{body}.{}", parts(&good(&json!({"jti": "x"})))[2]) };
    claims_cut_short: { let [header, body, signature] = parts(&good(&json!({}))); format!("{header}.{}.{signature}", &body[..body.len() - 4]) };
    claims_changed_after_signing: tampered();
    fourth_part: format!("{}.AAAA", good(&json!({})));
    header_with_padding: { let [header, body, signature] = parts(&good(&json!({}))); format!("{header}=.{body}.{signature}") };
    audience_of_somebody_else: good(&json!({"aud": "other-client"}));
    audience_in_a_list: good(&json!({"aud": ["client", "other-client"]}));
    audience_missing: good(&json!({"aud": null}));
    party_of_somebody_else: good(&json!({"azp": "other-client"}));
    issuer_of_somebody_else: good(&json!({"iss": "https://login.example"}));
    issuer_that_looks_alike: good(&json!({"iss": "https://accounts.google.com.evil.example"}));
    issuer_missing: good(&json!({"iss": null}));
    expired_long_ago: good(&json!({"exp": 1}));
    expired_a_second_ago: good(&json!({"exp": now() - 1}));
    expiry_missing: good(&json!({"exp": null}));
    expiry_that_is_text: good(&json!({"exp": "tomorrow"}));
    not_valid_for_two_minutes: good(&json!({"nbf": now() + 120}));
    issued_in_two_minutes: good(&json!({"iat": now() + 120}));
    address_not_verified: good(&json!({"email_verified": false}));
    address_verified_in_words: good(&json!({"email_verified": "true"}));
    address_missing: good(&json!({"email": null}));
    address_that_is_none: good(&json!({"email": "first"}));
    subject_missing: good(&json!({"sub": null}));
    subject_empty: good(&json!({"sub": ""}));
    subject_that_is_a_path: good(&json!({"sub": "../owner"}));
    our_own_access_token_as_a_credential: token("owner", &json!({}));
}

#[tokio::test]
async fn account_of_another_organisation() {
    let desk = Desk::of(Some("brand.example"));
    assert_refused(&desk.sign_in(&good(&json!({"hd": "other.example"}))).await);
    assert_refused(&desk.sign_in(&good(&json!({}))).await);
    assert_eq!(desk.sign_in(&good(&json!({"hd": "brand.example"}))).await.status, 200);
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    assert_eq!(Desk::new().sign_in(&good(&json!({"nbf": now() + 50, "iat": now() + 50}))).await.status, 200);
}

/// Bearer tokens that no route takes.
macro_rules! bearers {
    ($($name:ident: $token:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_refused(&Desk::new().who_am_i(&$token).await);
        }
    )*};
}

fn access(key: &str, header: &Header) -> String {
    let claims = json!({"iss": "mini-crm", "aud": "mini-crm-api", "sub": "u-owner", "iat": 0, "exp": 32_503_680_000_i64});
    jsonwebtoken::encode(header, &claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
}

bearers! {
    bearer_of_nothing: "";
    bearer_of_a_letter: "x";
    bearer_of_a_megabyte: "a".repeat(1_000_000);
    bearer_unsigned: format!("{}.{}.", encoded(&json!({"alg": "none"})), parts(&token("owner", &json!({})))[1]);
    bearer_signed_with_another_key: access("another key", &Header::default());
    bearer_signed_with_another_algorithm: access("current-key-of-the-tests", &Header::new(Algorithm::HS512));
    bearer_with_a_letter_more: format!("{}x", token("owner", &json!({})));
    bearer_with_a_letter_less: { let token = token("owner", &json!({})); token[..token.len() - 1].to_owned() };
    bearer_expired: token("owner", &json!({"exp": now() - 1}));
    bearer_without_expiry: token("owner", &json!({"exp": null}));
    bearer_not_valid_yet: token("owner", &json!({"nbf": 32_503_680_000_i64}));
    bearer_of_another_issuer: token("owner", &json!({"iss": "somebody"}));
    bearer_for_another_audience: token("owner", &json!({"aud": "something"}));
    bearer_without_audience: token("owner", &json!({"aud": null}));
    bearer_without_subject: token("owner", &json!({"sub": null}));
    bearer_of_a_user_who_never_was: token("emperor", &json!({}));
    bearer_that_is_googles_token: good(&json!({}));
    bearer_that_is_a_key_with_a_wrong_secret: key(Scope::Read).replace("secret", "Secret");
    bearer_that_is_a_key_with_no_secret: key(Scope::Read).replace("secret", "");
    bearer_that_is_an_unknown_key: format!("mcrm_{}_secret", "0".repeat(32));
    bearer_that_is_half_a_key: "mcrm_";
}

#[tokio::test]
async fn other_schemes_and_shapes_of_the_header() {
    let good = token("owner", &json!({}));
    for value in ["Basic dTpw", "Bearer", &good, &format!("Token {good}"), &format!("Bearer  {good}")] {
        let request = Request::get("/auth/user-jwt").header("authorization", value).body(Body::empty()).unwrap();
        assert_refused(&answer(&Desk::new().router, request).await);
    }
    let request = Request::get("/auth/user-jwt").body(Body::empty()).unwrap();
    assert_refused(&answer(&Desk::new().router, request).await);
}

#[tokio::test]
async fn token_of_a_disabled_user() {
    let desk = Desk::new();
    desk.set_user("u-marketer", |user| user.status = UserStatus::Disabled).await;
    assert_refused(&desk.who_am_i(&token("marketer", &json!({}))).await);
}

#[tokio::test]
async fn the_previous_key_still_counts() {
    assert_eq!(Desk::new().who_am_i(&access("previous-key-of-the-tests", &Header::default())).await.status, 200);
}

//! Sessions: renewed by use, ended by replay, by signing out and by being disabled.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use crm_domain::access::{Role, UserChange, UserStatus};
use crm_domain::ports::{ReadSecrets, SigningKeys, StoreError};
use crm_lambda::auth::Keys;
use crm_testing::{Memory, answer, token};
use serde_json::json;

use super::desk::{Desk, cookie, good};

#[tokio::test]
async fn signing_in_gives_a_token_and_a_cookie_that_no_script_reads() {
    let desk = Desk::new();
    let signed_in = desk.sign_in(&good(&json!({}))).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let user = json!({
        "id": "110169484474386276334", "email": "first@example.com", "name": "First Owner", "role": "owner",
        "picture": "https://lh3.googleusercontent.com/a/photo",
    });
    assert_eq!(signed_in.json["user"], user);
    let set = signed_in.headers["set-cookie"].to_str().unwrap();
    for part in ["; Path=/auth", "; Max-Age=86400", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
        assert!(set.contains(part), "{set}");
    }
    let me = desk.who_am_i(signed_in.json["token"].as_str().unwrap()).await;
    assert_eq!(me.json["user"], user);
}

#[tokio::test]
async fn each_renewal_gives_a_new_token_and_the_one_before_leads_to_the_same() {
    let desk = Desk::new();
    let first = cookie(&desk.sign_in(&good(&json!({}))).await);
    let (renewed, in_other_tab) = (desk.refresh(&first).await, desk.refresh(&first).await);
    assert_eq!((renewed.status, in_other_tab.status), (200, 200));
    assert_ne!(cookie(&renewed), first);
    assert_eq!(cookie(&renewed), cookie(&in_other_tab));
    assert_eq!(desk.who_am_i(renewed.json["token"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn a_token_used_long_after_its_renewal_ends_the_whole_family() {
    let desk = Desk::new();
    let first = cookie(&desk.sign_in(&good(&json!({}))).await);
    let second = cookie(&desk.refresh(&first).await);
    let third = cookie(&desk.refresh(&second).await);
    let replayed = desk.refresh(&first).await;
    assert_eq!((replayed.status, &replayed.json["code"]), (401, &json!("unauthorized")));
    assert!(replayed.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(desk.refresh(&third).await.status, 401, "who holds the newest one is out too");
    assert_eq!(desk.memory.sessions(), 0);
}

#[tokio::test]
async fn tokens_that_we_did_not_make_renew_nothing() {
    let desk = Desk::new();
    let real = cookie(&desk.sign_in(&good(&json!({}))).await);
    let [id, generation, mac] = real.split('.').collect::<Vec<_>>().try_into().unwrap();
    let access = token("owner", &json!({}));
    let long = "a".repeat(100_000);
    let forged = [
        "x",
        &access,
        &long,
        &format!("{id}.2.{mac}"),
        &format!("{id}.{generation}.AAAA"),
        &format!("{id}.{generation}."),
        &format!("{}.{generation}.{mac}", "0".repeat(32)),
        &format!("{id}.{mac}"),
        &good(&json!({})),
    ];
    for cookie in forged {
        let refused = desk.refresh(cookie).await;
        assert_eq!((refused.status, &refused.json["code"]), (401, &json!("unauthorized")), "{}", &cookie[..cookie.len().min(60)]);
    }
    assert_eq!(desk.refresh(&real).await.status, 200, "none of them has harmed the real one");
}

#[tokio::test]
async fn without_a_session_there_is_nothing_to_renew() {
    let desk = Desk::new();
    assert_eq!(desk.post("/auth/refresh", None).await.status, 204);
    assert_eq!(desk.refresh("").await.status, 204);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let desk = Desk::new();
    let session = cookie(&desk.sign_in(&good(&json!({}))).await);
    let out = desk.post("/auth/logout", Some(&session)).await;
    assert_eq!(out.status, 204);
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(desk.refresh(&session).await.status, 401);
    for cookie in [None, Some("rubbish"), Some(session.as_str())] {
        assert_eq!(desk.post("/auth/logout", cookie).await.status, 204);
    }
}

#[tokio::test]
async fn a_disabled_user_renews_nothing_and_cannot_come_back() {
    let desk = Desk::new();
    let session = cookie(&desk.sign_in(&good(&json!({}))).await);
    desk.set_user("110169484474386276334", |user| user.status = UserStatus::Disabled).await;
    let refused = desk.refresh(&session).await;
    assert_eq!((refused.status, &refused.json["code"]), (403, &json!("user_disabled")));
    assert_eq!(desk.memory.sessions(), 0);
    let refused = desk.sign_in(&good(&json!({}))).await;
    assert_eq!((refused.status, &refused.json["code"]), (403, &json!("user_disabled")));
}

#[tokio::test]
async fn who_is_enabled_again_signs_in_anew_and_no_old_session_comes_back() {
    let desk = Desk::new();
    let session = cookie(&desk.sign_in(&good(&json!({}))).await);
    for disabled in [true, false] {
        let change = UserChange { role: None, disabled: Some(disabled) };
        desk.set_user("110169484474386276334", |user| *user = change.applied_to(user).unwrap()).await;
    }
    let refused = desk.refresh(&session).await;
    assert_eq!((refused.status, &refused.json["code"]), (401, &json!("unauthorized")));
    assert!(refused.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(desk.memory.sessions(), 0);
    for _ in 0..2 {
        let signed_in = desk.sign_in(&good(&json!({}))).await;
        assert_eq!(desk.refresh(&cookie(&signed_in)).await.status, 200);
    }
    assert_eq!(desk.user("110169484474386276334").await.unwrap().era, 2);
}

#[tokio::test]
async fn a_changed_role_counts_with_the_next_renewal() {
    let desk = Desk::new();
    let session = cookie(&desk.sign_in(&good(&json!({}))).await);
    desk.set_user("110169484474386276334", |user| user.role = Role::Analyst).await;
    assert_eq!(desk.refresh(&session).await.json["user"]["role"], "analyst");
}

#[tokio::test]
async fn other_sites_cannot_sign_a_visitor_in() {
    let desk = Desk::new();
    let from = async |origin: &str, host: &str| {
        let body = json!({"credential": good(&json!({}))}).to_string();
        let request = Request::post("/auth/google-jwt").header("origin", origin).header("host", host);
        answer(&desk.router, request.body(Body::from(body)).unwrap()).await.status
    };
    assert_eq!(from("https://evil.example", "api.example").await, 403);
    assert_eq!(from("null", "api.example").await, 403);
    assert_eq!(from("https://crm.example", "api.example").await, 200);
    assert_eq!(from("http://localhost:8080", "localhost:8080").await, 200);
}

/// The secret, as it is at the moment.
struct Secret(Mutex<Vec<String>>);

impl ReadSecrets for Secret {
    async fn signing_keys(&self) -> Result<SigningKeys, StoreError> {
        Ok(SigningKeys(self.0.lock().unwrap().clone()))
    }
}

#[tokio::test]
async fn rotating_the_key_logs_nobody_out() {
    let secret = Arc::new(Secret(Mutex::new(vec!["one".into()])));
    let memory = Arc::new(Memory::default());
    let old = Desk::with(memory.clone(), Keys::new(secret.clone()), None);
    let signed_in = old.sign_in(&good(&json!({}))).await;
    let (token, session) = (signed_in.json["token"].as_str().unwrap().to_owned(), cookie(&signed_in));

    *secret.0.lock().unwrap() = vec!["two".into(), "one".into()];
    // Another function environment, which has read the secret after the rotation.
    let new = Desk::with(memory, Keys::new(secret), None);
    assert_eq!(new.who_am_i(&token).await.status, 200, "what the key before signed goes on");
    let renewed = new.refresh(&session).await;
    assert_eq!(renewed.status, 200);
    // The first one still holds the old keys, and hears of the new one now.
    assert_eq!(old.who_am_i(renewed.json["token"].as_str().unwrap()).await.status, 200);
    assert_eq!(old.refresh(&cookie(&renewed)).await.status, 200);
}

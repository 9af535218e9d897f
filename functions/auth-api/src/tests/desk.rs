//! An identity provider of the tests' own, and a router that trusts it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::access::{User, UserId};
use crm_domain::email::Email;
use crm_domain::ports::{AccessChange, KeepAccess, ReadAccess};
use crm_domain::time::Time;
use crm_lambda::auth::Keys;
use crm_testing::{Answer, Memory, answer, keys};
use serde_json::{Value, json};

use crate::certificates::{Certificates, FetchCertificates, Fetched};
use crate::entry::Entry;
use crate::google::Google;
use crate::http::{App, router};

/// Three keys: the provider's two, and one of somebody else.
pub static KEYS: LazyLock<[KeyPair; 3]> = LazyLock::new(|| [0; 3].map(|_| KeyPair::generate(KeySize::Rsa2048).unwrap()));

/// Answers what it is told to, and counts how often it is asked.
#[derive(Clone)]
pub struct Provider {
    pub answer: Arc<Mutex<Result<Fetched, String>>>,
    pub asked: Arc<AtomicU32>,
}

impl Provider {
    pub fn new() -> Self {
        let answer = Fetched { body: key_set(&[("a", 0), ("b", 1)]), max_age: Some(300) };
        Self { answer: Arc::new(Mutex::new(Ok(answer))), asked: Arc::default() }
    }

    pub fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl FetchCertificates for Provider {
    async fn fetch(&self) -> Result<Fetched, String> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        // Long enough for others to arrive meanwhile.
        tokio::task::yield_now().await;
        self.answer.lock().unwrap().clone()
    }
}

pub fn key_set(keys: &[(&str, usize)]) -> Vec<u8> {
    let keys: Vec<Value> = keys.iter().map(|(kid, number)| jwk(kid, *number)).collect();
    json!({"keys": keys}).to_string().into_bytes()
}

pub fn jwk(kid: &str, number: usize) -> Value {
    json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": URL_SAFE_NO_PAD.encode(modulus(number)), "e": "AQAB"})
}

/// Of the DER form: a sequence of the modulus (257 bytes, the first of them zero) and the exponent 65537.
pub fn modulus(number: usize) -> Vec<u8> {
    KEYS[number].public_key().as_ref()[9..265].to_vec()
}

pub fn now() -> i64 {
    Time::now().micros() / 1_000_000
}

/// The claims of a good token of the first owner.
pub fn claims() -> Value {
    json!({
        "iss": "https://accounts.google.com", "azp": "client", "aud": "client", "sub": "110169484474386276334",
        "email": "first@example.com", "email_verified": true, "name": "First Owner",
        "picture": "https://lh3.googleusercontent.com/a/photo", "iat": now() - 5, "exp": now() + 3_600,
    })
}

/// The good claims with some replaced; `null` removes one.
pub fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

pub fn header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "a"})
}

/// A token of these parts, signed by key `number` whatever the header says.
pub fn signed(header: &Value, claims: &Value, number: usize) -> String {
    let body = format!("{}.{}", encoded(header), encoded(claims));
    let mut signature = vec![0; 256];
    KEYS[number].sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body.as_bytes(), &mut signature).unwrap();
    format!("{body}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

pub fn good(changes: &Value) -> String {
    signed(&header(), &claims_with(changes), 0)
}

/// Sign-in with its storage in memory.
pub struct Desk {
    pub router: Router,
    pub memory: Arc<Memory>,
}

impl Desk {
    pub fn new() -> Self {
        Self::of(None)
    }

    /// One that lets in accounts of one organisation only.
    pub fn of(hosted_domain: Option<&str>) -> Self {
        Self::with(Arc::default(), keys(), hosted_domain)
    }

    /// One function environment of several: with its own view of the keys, over the same storage.
    pub fn with(memory: Arc<Memory>, keys: Keys, hosted_domain: Option<&str>) -> Self {
        let google = Google {
            client_id: "client".into(),
            hosted_domain: hosted_domain.map(str::to_owned),
            certificates: Certificates::new(Provider::new()),
        };
        let entry = Entry { first_owner: Email::parse("first@example.com").ok(), domains: vec!["brand.example".into()] };
        let app = App {
            store: memory.clone(),
            google: Arc::new(google),
            entry: Arc::new(entry),
            keys,
            origin: "https://crm.example".into(),
        };
        Self { router: router(app), memory }
    }

    pub async fn sign_in(&self, credential: &str) -> Answer {
        let body = json!({"credential": credential}).to_string();
        answer(&self.router, Request::post("/auth/google-jwt").body(Body::from(body)).unwrap()).await
    }

    pub async fn post(&self, path: &str, cookie: Option<&str>) -> Answer {
        let mut request = Request::post(path);
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("other=1; mini_crm_session={cookie}"));
        }
        answer(&self.router, request.body(Body::empty()).unwrap()).await
    }

    pub async fn refresh(&self, cookie: &str) -> Answer {
        self.post("/auth/refresh", Some(cookie)).await
    }

    pub async fn who_am_i(&self, token: &str) -> Answer {
        let request = Request::get("/auth/user-jwt").header("authorization", format!("Bearer {token}"));
        answer(&self.router, request.body(Body::empty()).unwrap()).await
    }

    pub async fn user(&self, id: &str) -> Option<User> {
        self.memory.user(&UserId::parse(id).unwrap()).await.unwrap().map(|user| user.record)
    }

    /// Changes or adds a user behind everyone's back.
    pub async fn set_user(&self, id: &str, change: impl FnOnce(&mut User)) {
        let id = UserId::parse(id).unwrap();
        let mut found = self.memory.user(&id).await.unwrap().unwrap();
        change(&mut found.record);
        self.memory.change_access(&AccessChange { users: vec![found], ..AccessChange::default() }).await.unwrap();
    }
}

/// The session token that an answer sets.
pub fn cookie(answer: &Answer) -> String {
    let header = answer.headers["set-cookie"].to_str().unwrap();
    header.split_once('=').unwrap().1.split_once(';').unwrap().0.to_owned()
}

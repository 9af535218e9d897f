//! The provider's keys when the provider is well, slow, down, or talks rubbish.

use crm_domain::time::{HOUR, SECOND, Time};

use super::desk::{Provider, key_set};
use crate::certificates::{Certificates, Fetched};

fn at(seconds: i64) -> Time {
    Time::from_micros(seconds * SECOND)
}

fn tell(provider: &Provider, answer: Result<Fetched, String>) {
    *provider.answer.lock().unwrap() = answer;
}

fn keys(keys: &[(&str, usize)], max_age: Option<u32>) -> Fetched {
    Fetched { body: key_set(keys), max_age }
}

#[tokio::test]
async fn many_at_once_ask_once_and_the_answer_is_kept_as_long_as_it_says() {
    let provider = Provider::new();
    let certificates = Certificates::new(provider.clone());
    let (a, b, c) = tokio::join!(certificates.key("a", at(0)), certificates.key("b", at(0)), certificates.key("a", at(0)));
    assert_eq!((a.is_some(), b.is_some(), c.is_some(), provider.asked()), (true, true, true, 1));
    assert!(certificates.key("a", at(299)).await.is_some());
    assert_eq!(provider.asked(), 1);
    assert!(certificates.key("a", at(300)).await.is_some());
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_a_minute() {
    let provider = Provider::new();
    let certificates = Certificates::new(provider.clone());
    certificates.key("a", at(0)).await;
    for second in 60..120 {
        assert!(certificates.key("new", at(second)).await.is_none());
    }
    assert_eq!(provider.asked(), 2);
    tell(&provider, Ok(keys(&[("new", 1)], None)));
    assert!(certificates.key("new", at(120)).await.is_some());
    assert!(certificates.key("a", at(121)).await.is_none(), "what the provider withdrew is gone");
}

#[tokio::test]
async fn while_the_provider_is_down_known_keys_go_on_for_six_hours() {
    let provider = Provider::new();
    let certificates = Certificates::new(provider.clone());
    certificates.key("a", at(0)).await;
    tell(&provider, Err("connection refused".into()));
    let end = 300 + 6 * HOUR / SECOND;
    assert!(certificates.key("a", at(end - 1)).await.is_some());
    assert!(certificates.key("unknown", at(end - 1)).await.is_none());
    assert!(certificates.key("a", at(end)).await.is_none(), "not for ever");
    assert_eq!(provider.asked(), 2, "asked once for the three of them: a minute has not passed");
}

#[tokio::test]
async fn rubbish_replaces_no_key() {
    let provider = Provider::new();
    let certificates = Certificates::new(provider.clone());
    certificates.key("a", at(0)).await;
    let rubbish: [&[u8]; 6] = [
        b"",
        b"<html>",
        b"{}",
        br#"{"keys":[]}"#,
        br#"{"keys":[{"kty":"EC","kid":"a","crv":"P-256"}]}"#,
        br#"{"keys":[{"kty":"RSA","kid":"a","alg":"RS256","n":"AQAB","e":"AQAB"}]}"#,
    ];
    for (round, body) in (1..).zip(rubbish) {
        tell(&provider, Ok(Fetched { body: body.to_vec(), max_age: Some(300) }));
        assert!(certificates.key("a", at(300 * round)).await.is_some());
        assert_eq!(provider.asked(), 1 + round as u32);
    }
}

#[tokio::test]
async fn nothing_known_and_nobody_there_fails_closed() {
    let provider = Provider::new();
    tell(&provider, Err("timed out".into()));
    let certificates = Certificates::new(provider.clone());
    assert!(certificates.key("a", at(0)).await.is_none());
}

#[tokio::test]
async fn ages_of_answers_are_kept_within_bounds() {
    for (max_age, kept) in [(Some(0), 60), (Some(1_000_000), 86_400), (None, 3_600)] {
        let provider = Provider::new();
        tell(&provider, Ok(keys(&[("a", 0)], max_age)));
        let certificates = Certificates::new(provider.clone());
        certificates.key("a", at(0)).await;
        certificates.key("a", at(kept - 1)).await;
        assert_eq!(provider.asked(), 1, "{max_age:?}");
        certificates.key("a", at(kept)).await;
        assert_eq!(provider.asked(), 2, "{max_age:?}");
    }
}

//! The signed webhook, whatever its gateway does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_domain::customer::Channel;
use crm_domain::ports::Letter;
use crm_domain::sending::Sending;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::peer::{Act, Peer, Request, nobody};
use super::{BRIEF, CALM, HASTY, letters};
use crate::providers::Patience;
use crate::providers::signature::SigningSecret;
use crate::providers::webhook::Webhook;

fn webhook(url: &str, patience: Patience) -> Webhook {
    let secret = SigningSecret::Fixed(Arc::new(vec![b"current".to_vec(), b"previous".to_vec()]));
    Webhook::new(&format!("{url}/send"), true, secret, patience).unwrap()
}

/// What becomes of one letter, and what the gateway saw.
async fn sent(act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> (Sending, Vec<Request>) {
    sent_within(CALM, act).await
}

async fn sent_within(patience: Patience, act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> (Sending, Vec<Request>) {
    let peer = Peer::start(act).await;
    // As the worker makes them: headers are e-mail's.
    let letters: Vec<_> = letters(1).into_iter().map(|letter| Letter { headers: Vec::new(), ..letter }).collect();
    let answers = webhook(&peer.url, patience).send(Channel::Whatsapp, &letters).await.unwrap();
    assert_eq!(answers.len(), 1);
    (answers.into_iter().next().unwrap(), peer.seen())
}

fn is_taken(answer: &Sending, id: Option<&str>) -> bool {
    matches!(answer, Sending::Taken { provider_id, .. } if provider_id.as_deref() == id)
}

#[tokio::test]
async fn a_letter_is_posted_signed_with_its_id_as_key() {
    let (answer, seen) = sent(|_| Act::Answer(202, &[], r#"{"id":"wamid.7","more":1}"#)).await;
    assert!(is_taken(&answer, Some("wamid.7")), "{answer:?}");
    let [request] = seen.as_slice() else { panic!("{seen:?}") };
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let id = body["id"].as_str().unwrap();
    assert_eq!(
        body,
        serde_json::json!({"id": id, "to": "p0@example.com", "channel": "whatsapp", "subject": "Grüße", "body": "<p>Hello</p>"})
    );
    let header = |name: &str| request.headers.get(name).unwrap().as_str();
    assert_eq!((request.path.as_str(), header("content-type")), ("/send", "application/json"));
    assert_eq!((header("idempotency-key"), header("webhook-id")), (id, id));
    let signed = format!("{id}.{}.{}", header("webhook-timestamp"), request.body);
    for (key, signature) in [b"current".as_slice(), b"previous"].iter().zip(header("webhook-signature").split(' ')) {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(signed.as_bytes());
        mac.verify_slice(&STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap()).unwrap();
    }
}

#[tokio::test]
async fn an_email_comes_as_plain_text_too() {
    let peer = Peer::start(|_| Act::Answer(200, &[], "")).await;
    let mut letters = letters(2);
    letters[1].body = "<img src=\"https://x.in/a.png\">".into();
    webhook(&peer.url, CALM).send(Channel::Email, &letters).await.unwrap();
    let mut texts: Vec<_> =
        peer.seen().iter().map(|seen| serde_json::from_str::<serde_json::Value>(&seen.body).unwrap()["text"].clone()).collect();
    texts.sort_by_key(serde_json::Value::is_null);
    assert_eq!(texts, [serde_json::json!("Hello"), serde_json::Value::Null]);
}

#[tokio::test]
async fn an_email_comes_with_the_headers_by_which_it_is_unsubscribed_from() {
    let peer = Peer::start(|_| Act::Answer(200, &[], "")).await;
    let mut letters = letters(1);
    letters[0].headers.push(("List-Unsubscribe-Post".into(), "List-Unsubscribe=One-Click".into()));
    webhook(&peer.url, CALM).send(Channel::Email, &letters).await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&peer.seen()[0].body).unwrap();
    let expected = serde_json::json!([
        {"name": "List-Unsubscribe", "value": "<https://crm.example/u/1>"},
        {"name": "List-Unsubscribe-Post", "value": "List-Unsubscribe=One-Click"},
    ]);
    assert_eq!(body["headers"], expected);
}

#[tokio::test]
async fn answers_mean_what_the_table_says() {
    for status in [200, 201, 204] {
        let (answer, seen) = sent(move |_| Act::Answer(status, &[], "")).await;
        assert!(is_taken(&answer, None) && seen.len() == 1, "{status}: {answer:?}");
    }
    for status in [301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422] {
        let (answer, seen) = sent(move |_| Act::Answer(status, &[("location", "/elsewhere")], "no")).await;
        assert!(matches!(&answer, Sending::Refused(reason) if reason.contains(&status.to_string())), "{status}: {answer:?}");
        assert_eq!(seen.len(), 1, "{status}: asked again, or followed");
    }
    for status in [408, 409, 425, 429, 500, 502, 503, 504] {
        let (answer, seen) = sent(move |request| match request.before {
            0 => Act::Answer(status, &[], ""),
            _ => Act::Answer(200, &[], r#"{"id":"second"}"#),
        })
        .await;
        assert!(is_taken(&answer, Some("second")) && seen.len() == 2, "{status}: {answer:?}");
    }
}

#[tokio::test]
async fn what_is_no_answer_is_asked_again_under_the_same_id() {
    // Of the answer to another attempt some may be lost as well, if the machine is busy for that long.
    let silent = Patience { attempt: Duration::from_secs(2), call: Duration::from_mins(1) };
    for (name, patience, act, most) in [
        ("reset", CALM, (|| Act::Reset) as fn() -> Act, 2),
        ("half", CALM, || Act::Half, 2),
        ("silence", silent, || Act::Silence, usize::MAX),
    ] {
        let act = move |request: &Request| if request.before == 0 { act() } else { Act::Answer(200, &[], "") };
        let (answer, seen) = sent_within(patience, act).await;
        assert!(is_taken(&answer, None), "{name}: {answer:?}");
        let keys: BTreeSet<_> = seen.iter().map(|request| request.headers["idempotency-key"].clone()).collect();
        assert!((2..=most).contains(&seen.len()) && keys.len() == 1, "{name}: {seen:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_stays_away_leaves_the_letter_queued() {
    for (patience, act) in
        [(BRIEF, (|| Act::Answer(503, &[], "")) as fn() -> Act), (BRIEF, || Act::Reset), (HASTY, || Act::Silence)]
    {
        let (answer, _) = sent_within(patience, move |_| act()).await;
        assert_eq!(answer, Sending::Deferred(30));
    }
    let (_nobody, url) = nobody();
    let answers = webhook(&url, BRIEF).send(Channel::Sms, &letters(3)).await.unwrap();
    assert_eq!(answers, vec![Sending::Deferred(30); 3]);
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept_or_left_to_a_later_step() {
    let (answer, seen) = sent(|_| Act::Answer(429, &[("retry-after", "120")], "")).await;
    assert_eq!((answer, seen.len()), (Sending::Deferred(120), 1));
    let (answer, _) = sent(|_| Act::Answer(503, &[("retry-after", "1000000")], "")).await;
    assert_eq!(answer, Sending::Deferred(900));
    // One that ends in time is waited for; this one is over at once.
    let (answer, seen) = sent(|request| match request.before {
        0 => Act::Answer(429, &[("retry-after", "0")], ""),
        _ => Act::Answer(200, &[], ""),
    })
    .await;
    assert!(is_taken(&answer, None) && seen.len() == 2, "{answer:?}");
}

#[tokio::test]
async fn answers_that_are_no_json_or_too_long_still_count_as_taken() {
    static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| format!(r#"{{"id":"{}"}}"#, "x".repeat(70_000)));
    for body in ["<html>", r#"{"id":7}"#, r#"{"id":""}"#, r#"{"id":"a\nb"}"#, "[]", LONG.as_str()] {
        let (answer, _) = sent(move |_| Act::Answer(200, &[], body)).await;
        assert!(is_taken(&answer, None), "{answer:?}");
    }
}

#[tokio::test]
async fn a_hundred_letters_get_their_own_answers_in_order_however_the_gateway_misbehaves() {
    let letters = letters(100);
    let refused: Vec<String> =
        letters.iter().filter(|letter| letter.id.draw("refused", 4) == 0).map(|letter| letter.id.to_string()).collect();
    let told = refused.clone();
    let peer = Peer::start(move |request| {
        let id = &request.headers["idempotency-key"];
        match (request.before, id.bytes().last().unwrap_or_default() % 4) {
            _ if told.contains(id) => Act::Answer(422, &[], ""),
            (0, 1) => Act::Answer(500, &[], ""),
            (0, 2) => Act::Reset,
            (0, 3) => Act::Half,
            _ => Act::Answer(200, &[], ""),
        }
    })
    .await;
    let answers = webhook(&peer.url, CALM).send(Channel::Whatsapp, &letters).await.unwrap();
    for (letter, answer) in letters.iter().zip(&answers) {
        let is_refused = refused.contains(&letter.id.to_string());
        assert_eq!(matches!(answer, Sending::Refused(_)), is_refused, "{answer:?}");
        assert_eq!(matches!(answer, Sending::Taken { .. }), !is_refused, "{answer:?}");
    }
    assert!(!refused.is_empty() && refused.len() < letters.len());
}

//! Any gateway that takes a signed POST: for messengers, SMS or e-mail.
//!
//! A letter is `{id, to, channel, subject?, body, text?, headers?}` with the headers of Standard Webhooks, and the message's id
//! as `Idempotency-Key`: who gets the same id again must not send again. So whatever is not an answer may be asked again, in
//! this call while there is time, and in a later one.

use std::time::{Duration, Instant};

use crm_domain::customer::Channel;
use crm_domain::ports::{Letter, QueueError};
use crm_domain::sending::Sending;
use crm_domain::signature::signature;
use crm_domain::time::{SECOND, Time};
use futures_util::{StreamExt, stream};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, Url, redirect};
use serde::{Deserialize, Serialize};

use crate::providers::answer::BUSY;
use crate::providers::signature::SigningSecret;
use crate::providers::{Patience, jitter};

/// Letters under way at once.
const CONCURRENCY: usize = 16;
/// Greatest answer that is read, in bytes.
const MAX_ANSWER: usize = 65_536;
/// Greatest length of a provider's id that is kept, in bytes.
const MAX_ID: usize = 200;
/// Longest wait that a provider may ask for, in seconds.
const MAX_WAIT: u32 = 900;

/// A gateway at a URL.
pub(super) struct Webhook {
    client: Client,
    url: Url,
    secret: SigningSecret,
    patience: Patience,
}

#[derive(Serialize)]
struct Wire<'a> {
    id: &'a str,
    to: &'a str,
    channel: Channel,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    body: &'a str,
    /// An e-mail's body as plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// An e-mail's own headers, which the gateway is to send with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    headers: Vec<Header<'a>>,
}

#[derive(Serialize)]
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

/// What a gateway may say of a letter that it took.
#[derive(Deserialize)]
struct Receipt {
    id: Option<String>,
}

/// How one attempt ended.
enum Attempt {
    Answered(Sending),
    /// No answer, or one that asks for another attempt, after that time if it says so.
    Again(Option<Duration>),
}

impl Webhook {
    /// Only `https`; in development also `http` on this machine.
    pub(super) fn new(url: &str, development: bool, secret: SigningSecret, patience: Patience) -> Result<Self, &'static str> {
        let url = Url::parse(url).map_err(|_| "must be a URL")?;
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(development && loopback && url.scheme() == "http") {
            return Err("must begin with https://");
        }
        // A redirect would take the letter, and who it goes to, to somebody else.
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(patience.attempt).no_proxy().build();
        let client = client.map_err(|_| "cannot be called: there are no root certificates")?;
        Ok(Self { client, url, secret, patience })
    }

    pub(super) async fn send(&self, channel: Channel, letters: &[Letter]) -> Result<Vec<Sending>, QueueError> {
        let keys = self.secret.keys().await.map_err(|fault| QueueError(Box::new(fault)))?;
        let deadline = Instant::now() + self.patience.call;
        let calls: Vec<_> = letters.iter().map(|letter| self.send_one(channel, letter, &keys, deadline)).collect();
        Ok(stream::iter(calls).buffered(CONCURRENCY).collect().await)
    }

    async fn send_one(&self, channel: Channel, letter: &Letter, keys: &[Vec<u8>], deadline: Instant) -> Sending {
        let id = letter.id.to_string();
        let text = if channel == Channel::Email { letter.text() } else { None };
        let headers = letter.headers.iter().map(|(name, value)| Header { name, value }).collect();
        let wire =
            Wire { id: &id, to: &letter.to, channel, subject: letter.subject.as_deref(), body: &letter.body, text, headers };
        let Ok(body) = serde_json::to_vec(&wire) else { return Sending::Refused("the message is not JSON".to_owned()) };
        // Others before it may have taken all the time.
        let mut wait = 1;
        let mut round = 0;
        while Instant::now() < deadline {
            let asked = match self.attempt(&id, &body, keys).await {
                Attempt::Answered(answer) => return answer,
                Attempt::Again(after) => after,
            };
            wait = asked.map_or(BUSY, |asked| u32::try_from(asked.as_secs()).unwrap_or(MAX_WAIT)).clamp(1, MAX_WAIT);
            let pause = jitter(round).max(asked.unwrap_or_default());
            if Instant::now() + pause >= deadline {
                break;
            }
            tokio::time::sleep(pause).await;
            round += 1;
        }
        Sending::Deferred(wait)
    }

    async fn attempt(&self, id: &str, body: &[u8], keys: &[Vec<u8>]) -> Attempt {
        let timestamp = Time::now().micros() / SECOND;
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", id)
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature(keys, id, timestamp, body))
            .body(body.to_vec());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                tracing::debug!(cause = %error.without_url(), "no answer from the webhook");
                return Attempt::Again(None);
            }
        };
        let status = response.status().as_u16();
        match status {
            200..300 => Attempt::Answered(Sending::Taken { at: Time::now(), provider_id: provider_id(response).await }),
            // 409 and 425: an earlier attempt is still in its hands (draft-ietf-httpapi-idempotency-key-header).
            408 | 409 | 425 | 429 | 500.. => Attempt::Again(retry_after(response.headers(), Time::now())),
            300..400 => Attempt::Answered(Sending::Refused(format!("answered {status}: redirects are not followed"))),
            _ => Attempt::Answered(Sending::Refused(format!("answered {status}"))),
        }
    }
}

/// The gateway's own id of the letter, if its answer is JSON with one.
async fn provider_id(mut response: Response) -> Option<String> {
    let mut body = Vec::new();
    // Taken it has, whatever becomes of the rest of the answer.
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ANSWER {
            return None;
        }
    }
    let receipt: Receipt = serde_json::from_slice(&body).ok()?;
    receipt.id.filter(|id| !id.is_empty() && id.len() <= MAX_ID && !id.chars().any(char::is_control))
}

/// The wait that `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(headers: &HeaderMap, now: Time) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = value.parse() {
        Duration::from_secs(seconds)
    } else {
        let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_microsecond();
        Duration::from_micros(u64::try_from(at - now.micros()).unwrap_or_default())
    };
    // Nobody waits for longer, and a moment so far ahead could not even be told.
    Some(wait.min(Duration::from_secs(u64::from(MAX_WAIT))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_read_in_both_forms() {
        let now = Time::parse("2026-11-25T07:28:00Z").unwrap();
        let told = |value: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(told("120"), Some(120));
        assert_eq!(told("Wed, 25 Nov 2026 07:28:30 GMT"), Some(30));
        assert_eq!(told("Wed, 25 Nov 2026 07:00:00 GMT"), Some(0));
        assert_eq!(told("soon"), None);
        for endless in ["18446744073709551615", "99999999", "Thu, 31 Dec 2099 23:59:59 GMT"] {
            assert_eq!(told(endless), Some(u64::from(MAX_WAIT)), "{endless}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn only_https_is_called_but_for_this_machine_in_development() {
        let secret = || SigningSecret::Fixed(std::sync::Arc::new(vec![b"k".to_vec()]));
        let takes = |url: &str, development| Webhook::new(url, development, secret(), Patience::DEFAULT).is_ok();
        assert!(takes("https://gateway.example/send", false));
        assert!(takes("http://localhost:9/send", true) && takes("http://127.0.0.1:9/", true) && takes("http://[::1]:9/", true));
        for url in ["http://gateway.example/", "http://localhost/", "ftp://gateway.example/", "gateway", "", "file:///etc/passwd"]
        {
            assert!(!takes(url, false), "{url}");
        }
        for url in ["http://gateway.example/", "http://localhost.example/", "http://127.0.0.1.example/", "http://10.0.0.1/"] {
            assert!(!takes(url, true), "{url}");
        }
    }
}

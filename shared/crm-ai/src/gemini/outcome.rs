//! What an HTTP answer of the model means for whoever asked: an answer, a refusal, or a reason to ask again.

use std::time::Duration;

use crm_domain::ai::Tokens;
use crm_domain::time::Time;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::transport::Reply;
use super::wire::{Failure, Response, Status};
use crate::{AiError, Refusal};

/// Longest wait that is believed, in seconds.
const LONGEST_WAIT: f64 = 86_400.0;

/// How one attempt ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing more is to be had by asking the same again.
    Answered {
        text: Result<String, AiError>,
        tokens: Tokens,
    },
    /// The model cannot be told how much to think.
    NoSuchThinking,
    OverQuota {
        after: Option<Duration>,
    },
    Failing {
        after: Option<Duration>,
    },
    /// Nobody answered.
    Silent,
}

impl Outcome {
    pub(super) const fn refused(refusal: Refusal) -> Self {
        Self::Answered { text: Err(AiError::Refused(refusal)), tokens: Tokens { input: 0, output: 0 } }
    }

    pub(super) fn tokens(&self) -> Tokens {
        match self {
            Self::Answered { tokens, .. } => *tokens,
            _ => Tokens::default(),
        }
    }

    /// For the log.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Answered { text: Ok(_), .. } => "answered",
            Self::Answered { text: Err(AiError::Refused(_)), .. } => "refused",
            Self::Answered { .. } => "unusable",
            Self::NoSuchThinking => "thinking refused",
            Self::OverQuota { .. } => "over quota",
            Self::Failing { .. } => "failing",
            Self::Silent => "silent",
        }
    }
}

/// What an answer means.
pub(super) fn of(reply: &Reply) -> Outcome {
    if (200..300).contains(&reply.status) {
        return answered(reply.body.as_deref());
    }
    // Not every fault comes from the model itself: what stands before it answers in other forms.
    let body = reply.body.as_deref().unwrap_or_default();
    let Failure { error } = serde_json::from_slice(body).unwrap_or_default();
    let after = || wait(&reply.headers, &error, Time::now());
    match reply.status {
        429 => Outcome::OverQuota { after: after() },
        // 408 and 499: it, or somebody on the way, gave up on us.
        408 | 499 | 500.. => Outcome::Failing { after: after() },
        401 | 403 => Outcome::refused(Refusal::Key),
        400 if error.reason() == Some("API_KEY_INVALID") => Outcome::refused(Refusal::Key),
        // "Thinking level is not supported for this model."
        400 if error.message.to_ascii_lowercase().contains("thinking") => Outcome::NoSuchThinking,
        _ => Outcome::refused(Refusal::Request),
    }
}

fn answered(body: Option<&[u8]>) -> Outcome {
    let unusable = |fault: &str| Err(AiError::BadOutput(fault.to_owned()));
    let response = match body.map(serde_json::from_slice::<Response>) {
        Some(Ok(response)) => response,
        Some(Err(_)) => return Outcome::Answered { text: unusable("not a response"), tokens: Tokens::default() },
        None => return Outcome::Answered { text: unusable("too long to be read"), tokens: Tokens::default() },
    };
    let blocked = || Err(AiError::Refused(Refusal::Blocked));
    let text = match response.candidates.first() {
        _ if response.prompt_feedback.block_reason.is_some() => blocked(),
        None => unusable("no candidates"),
        Some(candidate) => match candidate.finish_reason.as_deref() {
            Some("STOP") => Ok(candidate.text()).and_then(|text| if text.is_empty() { unusable("no text") } else { Ok(text) }),
            Some("MAX_TOKENS") => unusable("cut off at the greatest length of an answer"),
            Some("SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII") => blocked(),
            _ => unusable("ended before it was complete"),
        },
    };
    Outcome::Answered { text, tokens: response.tokens() }
}

/// The wait that is asked of us: by `Retry-After` (RFC 9110, 10.2.3), by the error itself, or the longer of both.
fn wait(headers: &HeaderMap, error: &Status, now: Time) -> Option<Duration> {
    let waits = [retry_after(headers, now), error.retry_delay()];
    let longest = waits.into_iter().flatten().filter(|seconds| seconds.is_finite()).reduce(f64::max)?;
    Some(Duration::from_secs_f64(longest.clamp(0.0, LONGEST_WAIT)))
}

fn retry_after(headers: &HeaderMap, now: Time) -> Option<f64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(f64::from(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp().as_microsecond();
    Some((at - now.micros()) as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn reply(status: u16, body: &Value) -> Reply {
        Reply { status, headers: HeaderMap::new(), body: Some(body.to_string().into_bytes()) }
    }

    fn text(body: &Value) -> Result<String, AiError> {
        let Outcome::Answered { text, .. } = of(&reply(200, body)) else { panic!("not an answer") };
        text
    }

    fn candidate(reason: &str, text: &str) -> Value {
        json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": text }] }, "finishReason": reason }] })
    }

    #[test]
    fn only_a_complete_answer_is_one() {
        assert_eq!(text(&candidate("STOP", " {} ")), Ok("{}".to_owned()));
        for reason in ["MAX_TOKENS", "OTHER", "MALFORMED_FUNCTION_CALL", "FINISH_REASON_UNSPECIFIED", "SOMETHING_NEW"] {
            assert!(matches!(text(&candidate(reason, "{}")), Err(AiError::BadOutput(_))), "{reason}");
        }
        for body in [json!({}), json!({ "candidates": [] }), json!({ "candidates": [{}] }), candidate("STOP", " \n"), json!([])] {
            assert!(matches!(text(&body), Err(AiError::BadOutput(_))), "{body}");
        }
    }

    #[test]
    fn what_is_blocked_is_refused() {
        for reason in ["SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"] {
            assert_eq!(text(&candidate(reason, "")), Err(AiError::Refused(Refusal::Blocked)), "{reason}");
        }
        let body = json!({ "promptFeedback": { "blockReason": "OTHER" }, "usageMetadata": { "promptTokenCount": 9 } });
        let tokens = Tokens { input: 9, output: 0 };
        assert_eq!(of(&reply(200, &body)), Outcome::Answered { text: Err(AiError::Refused(Refusal::Blocked)), tokens });
    }

    #[test]
    fn thoughts_count_but_are_not_part_of_the_text() {
        let body = json!({
            "candidates": [{
                "content": { "parts": [{ "text": "hm", "thought": true }, { "text": "{\"a\":" }, { "text": "1}" }] },
                "finishReason": "STOP",
            }],
            "usageMetadata": { "promptTokenCount": 7, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 15 },
        });
        let tokens = Tokens { input: 7, output: 8 };
        assert_eq!(of(&reply(200, &body)), Outcome::Answered { text: Ok("{\"a\":1}".to_owned()), tokens });
    }

    #[test]
    fn a_fence_around_the_text_is_taken_off() {
        for fenced in ["```json\n{}\n```", "```\n{}\n```", "  ```JSON\r\n{}```\n"] {
            assert_eq!(text(&candidate("STOP", fenced)), Ok("{}".to_owned()), "{fenced}");
        }
        let half = "```json\n{}";
        assert_eq!(text(&candidate("STOP", half)), Ok(half.to_owned()), "no end, no fence");
        assert!(text(&candidate("STOP", "```json\n```")).is_err(), "nothing in it");
    }

    #[test]
    fn errors_say_who_has_to_change_something() {
        let error = |status, error: Value| of(&reply(status, &json!({ "error": error })));
        let invalid = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }]);
        assert_eq!(error(400, json!({ "details": invalid })), Outcome::refused(Refusal::Key));
        assert_eq!(error(401, json!({})), Outcome::refused(Refusal::Key));
        assert_eq!(error(403, json!({})), Outcome::refused(Refusal::Key));
        assert_eq!(error(400, json!({ "message": "Thinking level is not supported for this model." })), Outcome::NoSuchThinking);
        assert_eq!(error(400, json!({ "message": "no" })), Outcome::refused(Refusal::Request));
        assert_eq!(error(404, json!({ "message": "no such model" })), Outcome::refused(Refusal::Request));
        assert_eq!(error(307, json!({})), Outcome::refused(Refusal::Request));
        assert_eq!(error(500, json!({})), Outcome::Failing { after: None });
        assert_eq!(error(429, json!({})), Outcome::OverQuota { after: None });
        let page = Reply { status: 502, headers: HeaderMap::new(), body: Some(b"<html>".to_vec()) };
        assert_eq!(of(&page), Outcome::Failing { after: None });
    }

    #[test]
    fn the_longest_wait_that_is_asked_for_counts() {
        let now = Time::parse("2026-11-25T07:28:00Z").unwrap();
        let told = |header: Option<&str>, delay: Option<&str>| {
            let headers = header.map(|value| (RETRY_AFTER, value.parse().unwrap())).into_iter().collect();
            let kind = "type.googleapis.com/google.rpc.RetryInfo";
            let details: Vec<_> = delay.map(|delay| json!({ "@type": kind, "retryDelay": delay })).into_iter().collect();
            let failure: Failure = serde_json::from_value(json!({ "error": { "details": details } })).unwrap();
            wait(&headers, &failure.error, now).map(|wait| wait.as_millis())
        };
        assert_eq!(told(None, None), None);
        assert_eq!(told(Some("2"), None), Some(2_000));
        assert_eq!(told(Some("Wed, 25 Nov 2026 07:28:30 GMT"), None), Some(30_000));
        assert_eq!(told(Some("Wed, 25 Nov 2026 07:00:00 GMT"), None), Some(0));
        assert_eq!(told(None, Some("3.5s")), Some(3_500));
        assert_eq!(told(Some("2"), Some("37.25s")), Some(37_250));
        assert_eq!(told(Some("soon"), Some("nans")), None);
        assert_eq!(told(None, Some("1e300s")), Some(86_400_000), "nonsense ends somewhere");
    }
}

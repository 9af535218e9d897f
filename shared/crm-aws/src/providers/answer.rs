//! What an error of an AWS API means for the letter: refused, not taken yet, or not known.
//!
//! The SDK's own retries are off. It would ask again after a time-out or a reset, when the letter may be out already.

use std::error::Error;
use std::future::Future;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use crm_domain::sending::Sending;
use crm_domain::time::Time;
use tokio::time::{Instant, sleep_until};

use crate::providers::Patience;

/// Seconds until a provider that has too much to do is tried again.
pub(super) const BUSY: u32 = 30;
/// Seconds until a provider is tried again that takes nothing of ours: somebody has to change something first.
const CLOSED: u32 = 900;
/// Codes of throttling that do not come with status 429.
const THROTTLED: [&str; 8] = [
    "LimitExceededException",
    "TooManyRequestsException",
    "Throttling",
    "ThrottlingException",
    "Throttled",
    "ThrottledException",
    "RequestTimeout",
    "RequestThrottled",
];
/// Codes of an account, a right or a setting that is missing, whatever the letter.
const SHUT: [&str; 11] = [
    "AccountSuspendedException",
    "SendingPausedException",
    // The MAIL FROM domain, and the configuration set.
    "MailFromDomainNotVerifiedException",
    "NotFoundException",
    "AccessDeniedException",
    "AuthorizationError",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "UnrecognizedClientException",
];

/// What an error says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This letter will never be taken.
    Refused(String),
    /// Not taken, for now.
    Busy,
    /// Not taken, nor will any other be before somebody changes something.
    Shut(String),
    /// It may have been taken.
    Lost,
}

/// Reads an error of SES or SNS.
pub(super) fn verdict<E>(error: &SdkError<E>) -> Verdict
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ConstructionFailure(_) => Verdict::Refused("the message cannot be put into a request".to_owned()),
        SdkError::ServiceError(answered) => {
            let status = answered.raw().status().as_u16();
            let (code, message) = (answered.err().code().unwrap_or_default(), answered.err().message());
            match status {
                _ if THROTTLED.contains(&code) => Verdict::Busy,
                _ if SHUT.contains(&code) || is_unverified(code, message) => Verdict::Shut(reason(code, message)),
                408 | 429 => Verdict::Busy,
                401 | 403 => Verdict::Shut(reason(code, message)),
                400..500 => Verdict::Refused(reason(code, message)),
                // It may have failed after it had taken the letter.
                _ => Verdict::Lost,
            }
        }
        _ if before_sending(error) => Verdict::Busy,
        _ => Verdict::Lost,
    }
}

/// Whether SES does not know the sender yet, or in its sandbox the recipient: it rejects all letters then, and has no code of its
/// own for it.
fn is_unverified(code: &str, message: Option<&str>) -> bool {
    code == "MessageRejected" && message.is_some_and(|message| message.contains("not verified"))
}

/// Whether nothing can have reached the provider: no connection came about, or there was nothing to sign with.
fn before_sending(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        // The HTTP client has no public type for the first; should its words change, the letter counts as lost, no worse.
        if error.is::<CredentialsError>() || error.to_string() == "client error (Connect)" {
            return true;
        }
        next = error.source();
    }
    false
}

/// In the provider's own words, uncut: who records it masks what it quotes, and that it can only in whole words.
fn reason(code: &str, message: Option<&str>) -> String {
    let code = if code.is_empty() { "refused" } else { code };
    message.map_or_else(|| code.to_owned(), |message| format!("{code}: {message}"))
}

/// Asks until there is an answer or no time, with full-jitter back-off while the provider is busy.
pub(super) async fn patiently<F, R>(patience: Patience, ask: F) -> Sending
where
    F: Fn() -> R,
    R: Future<Output = Result<Option<String>, Verdict>>,
{
    let deadline = Instant::now() + patience.call;
    let mut round = 0;
    loop {
        match ask().await {
            Ok(provider_id) => return Sending::Taken { at: Time::now(), provider_id },
            Err(Verdict::Refused(reason)) => return Sending::Refused(reason),
            Err(Verdict::Lost) => return Sending::Unknown("the provider's answer was lost".to_owned()),
            Err(Verdict::Shut(reason)) => {
                tracing::error!(cause = reason, "the provider does not let this account send");
                return Sending::Deferred(CLOSED);
            }
            Err(Verdict::Busy) => {}
        }
        let again = Instant::now() + super::jitter(round);
        if again < deadline {
            sleep_until(again).await;
        }
        // Looked at after the pause, which may take longer than was asked for.
        if Instant::now().max(again) >= deadline {
            return Sending::Deferred(BUSY);
        }
        round += 1;
    }
}

/// One attempt, with an end to it.
pub(super) fn once(patience: Patience) -> (RetryConfig, TimeoutConfig) {
    let timeouts = TimeoutConfig::builder().connect_timeout(patience.attempt).operation_timeout(patience.attempt).build();
    (RetryConfig::disabled(), timeouts)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn nothing_begins_after_a_pause_that_took_too_long() {
        let patience = Patience { attempt: Duration::from_secs(5), call: Duration::from_millis(200) };
        let late = Arc::new(AtomicBool::new(false));
        let ask = || {
            assert!(!late.load(Ordering::Relaxed), "asked after the deadline");
            let (began, late) = (Instant::now(), late.clone());
            // Something else has the only thread until the time is over.
            tokio::spawn(async move {
                while began.elapsed() < patience.call {}
                late.store(true, Ordering::Relaxed);
            });
            async { Err(Verdict::Busy) }
        };
        assert_eq!(patiently(patience, ask).await, Sending::Deferred(BUSY));
    }
}

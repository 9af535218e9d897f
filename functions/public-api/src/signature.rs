//! Signatures of receipts, after the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body` in the headers
//! `webhook-id`, `webhook-timestamp` and `webhook-signature` (`v1,BASE64`, several separated by spaces).

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_domain::ports::SigningKeys;
use crm_domain::time::{SECOND, Time};
use crm_lambda::auth::{same, sign};
use crm_lambda::problem::Problem;

/// How far a signature's time may be from ours.
const TOLERANCE: i64 = 300 * SECOND;

/// Refuses a body that the provider has not signed within the last minutes.
pub fn check(headers: &HeaderMap, provider: &str, body: &[u8], keys: &SigningKeys, now: Time) -> Result<(), Problem> {
    verified(headers, provider, body, keys, now).ok_or_else(Problem::unauthorized)
}

fn verified(headers: &HeaderMap, provider: &str, body: &[u8], keys: &SigningKeys, now: Time) -> Option<()> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let (id, timestamp, given) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let at = Time::from_micros(timestamp.parse::<i64>().ok()?.checked_mul(SECOND)?);
    if (now.micros() - at.micros()).abs() > TOLERANCE {
        return None;
    }
    let given: Vec<Vec<u8>> = given.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok()).collect();
    let message = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    let genuine = keys.0.iter().any(|key| {
        let expected = sign(key, &format!("receipts/{provider}"), &message);
        given.iter().any(|given| same(given, &expected))
    });
    genuine.then_some(())
}

//! Session tokens: `ID.GENERATION.MAC`, in a cookie that no script can read. Storage knows the generation alone, so that
//! who reads it can make no token, and a token that we have not made costs no look-up.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::access::{SESSION_LIFE, Session};
use crm_domain::ports::SigningKeys;
use crm_domain::time::SECOND;
use crm_lambda::auth::{same, sign};
use uuid::Uuid;

const COOKIE: &str = "mini_crm_session";

/// The token of a session's current generation.
pub fn token(session: &Session, keys: &SigningKeys) -> Option<String> {
    let name = format!("{}.{}", session.id.simple(), session.generation);
    Some(format!("{name}.{}", URL_SAFE_NO_PAD.encode(mac(keys.0.first()?, &name))))
}

/// Session and generation of a token that is ours.
pub fn read(token: &str, keys: &SigningKeys) -> Option<(Uuid, u32)> {
    if token.len() > 200 {
        return None;
    }
    let (name, given) = token.rsplit_once('.')?;
    let given = URL_SAFE_NO_PAD.decode(given).ok()?;
    keys.0.iter().any(|key| same(&given, &mac(key, name))).then_some(())?;
    let (id, generation) = name.split_once('.')?;
    Some((Uuid::try_parse(id).ok()?, generation.parse().ok()?))
}

/// The session token that a request brings.
pub fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// The cookie that keeps `token`; an empty one ends it. `secure` wherever the page comes over TLS.
pub fn cookie(token: &str, secure: bool) -> Option<HeaderValue> {
    let age = if token.is_empty() { 0 } else { SESSION_LIFE / SECOND };
    let secure = if secure { "; Secure" } else { "" };
    // Only sign-in ever gets it, and no request that another site has made.
    let cookie = format!("{COOKIE}={token}; Path=/auth; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(cookie).ok()
}

fn mac(key: &str, name: &str) -> [u8; 32] {
    sign(key, "session", name.as_bytes())
}

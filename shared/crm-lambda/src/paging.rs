//! Lists: `limit` and `cursor` in, `{"items": [...], "nextCursor": ...}` out.
//!
//! A cursor is signed together with the path and filters of its query, so it cannot be forged or moved to another list.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::faults::Faults;
use crm_domain::limits;
use crm_domain::ports::{Page, SigningKeys};
use serde::Serialize;

use crate::auth::sign;
use crate::problem::Problem;

/// Bytes of the signature that a cursor carries.
const TAG: usize = 16;

/// The paging parameters of a request.
pub struct Paging {
    pub limit: usize,
    /// The position to go on from, already checked.
    pub after: Option<String>,
    scope: String,
    keys: Arc<SigningKeys>,
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let keys = parts.extensions.get::<Arc<SigningKeys>>().cloned().ok_or_else(Problem::unauthorized)?;
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::bad_request("malformed_query", "The query string cannot be read."))?;
        let find = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let limit = match find("limit") {
            None => limits::PAGE_DEFAULT,
            Some(text) => match text.parse() {
                Ok(limit) if (1..=limits::PAGE).contains(&limit) => limit,
                _ => return Err(Faults::of("limit", format!("must be a whole number from 1 to {}", limits::PAGE)).into()),
            },
        };
        let mut filters: Vec<_> = pairs.iter().filter(|(key, _)| key != "limit" && key != "cursor").collect();
        filters.sort();
        let scope = format!("{}?{filters:?}", parts.uri.path());
        let after = match find("cursor") {
            None => None,
            Some(text) => Some(
                open(&keys, &scope, text)
                    .ok_or_else(|| Problem::bad_request("invalid_cursor", "The cursor is not one that this list gave out."))?,
            ),
        };
        Ok(Self { limit, after, scope, keys })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wire<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl Paging {
    /// The answer for one page, each item shown by `view`.
    pub fn answer<T, V: Serialize>(&self, page: Page<T>, view: impl Fn(T) -> V) -> Response {
        let next_cursor = page.next.and_then(|position| seal(&self.keys, &self.scope, &position));
        Json(Wire { items: page.items.into_iter().map(view).collect(), next_cursor }).into_response()
    }
}

fn seal(keys: &SigningKeys, scope: &str, position: &str) -> Option<String> {
    let tag = sign(keys.0.first()?, "cursor", format!("{scope}\n{position}").as_bytes());
    let mut bytes = tag[..TAG].to_vec();
    bytes.extend(position.as_bytes());
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

fn open(keys: &SigningKeys, scope: &str, cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (tag, position) = bytes.split_at_checked(TAG)?;
    let position = String::from_utf8(position.to_vec()).ok()?;
    // Forging gains nothing beyond a place in a list that the caller may read anyway, so equality need not be constant-time.
    let message = format!("{scope}\n{position}");
    keys.0.iter().any(|key| sign(key, "cursor", message.as_bytes())[..TAG] == *tag).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_open_only_where_and_as_they_were_sealed() {
        let keys = SigningKeys(vec!["k".into()]);
        let cursor = seal(&keys, "/a", "here").unwrap();
        assert_eq!(open(&keys, "/a", &cursor), Some("here".into()));
        assert_eq!(open(&keys, "/b", &cursor), None);
        assert_eq!(open(&SigningKeys(vec!["new".into(), "k".into()]), "/a", &cursor), Some("here".into()));
        for broken in ["", "x", "%%", &cursor[1..], &format!("{cursor}AA")] {
            assert_eq!(open(&keys, "/a", broken), None, "{broken}");
        }
    }
}

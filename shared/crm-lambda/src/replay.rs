//! `Idempotency-Key`: the same request again gets the first answer, and changes nothing twice.
//!
//! Stored answers are sealed with a key that only who knows the `Idempotency-Key` can have made again, since they may hold
//! personal data, or an API key that is shown once.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use crm_domain::error::chain;
use crm_domain::faults::{Faults, Reason, checked_text};
use crm_domain::limits;
use crm_domain::ports::{KeepRequests, SigningKeys, StoreError};
use crm_domain::replay::{Claim, LEASE, Repeat, RequestKey};
use crm_domain::time::Time;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::auth::sign;
use crate::body;
use crate::caller::{Attempt, Caller};
use crate::operation::{Operation, Replay};
use crate::problem::Problem;

/// The headers of an answer that are kept.
const KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];
/// Greatest answer that is kept: an item of DynamoDB takes 400 KB.
const MAX_ANSWER: usize = 350_000;

/// The caller's `Idempotency-Key`.
pub fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(header) = headers.get("idempotency-key") else { return Ok(None) };
    let text = header.to_str().map_err(|_| Reason::from("must be ASCII text"));
    let checked = text.and_then(|text| checked_text(text, limits::IDEMPOTENCY_KEY));
    checked.map(|text| Some(text.to_owned())).map_err(|reason| Faults::of("Idempotency-Key", reason).into())
}

/// Runs a request at most once under its key.
pub async fn once<S: KeepRequests>(
    store: &S,
    keys: &SigningKeys,
    caller: Caller,
    name: &str,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let operation = caller.operation;
    let (mut parts, body) = request.into_parts();
    let body = body::bytes(Request::from_parts(parts.clone(), body)).await?;
    // Of the key's own route and caller: others may use the same words.
    let place = format!("{}\n{}\n{}\n{name}", caller.id(), operation.verb.as_str(), parts.uri.path());
    let key: RequestKey = Sha256::digest(place.as_bytes()).into();
    let fingerprint = fingerprint(operation, parts.uri.query(), &body);
    let (now, lease) = (Time::now(), if operation.replay == Replay::Stored { LEASE } else { 0 });

    let fresh = Claim::new(fingerprint, now, lease);
    let (claim, first) = match store.claim(&key, &fresh).await? {
        None => (fresh, true),
        Some(earlier) => {
            let lease_was = earlier.lease_until;
            match earlier.repeated(&fingerprint, now, lease) {
                Repeat::OtherBody => return Err(Problem::key_reused()),
                Repeat::Running(seconds) => return Err(Problem::still_running(seconds)),
                Repeat::Answered(sealed) => return opened(keys, &place, &sealed).ok_or_else(Problem::key_reused),
                Repeat::TakeOver(claim) => {
                    if operation.replay == Replay::Stored {
                        match store.take_over(&key, &claim, lease_was).await {
                            Err(StoreError::Conflict) => return Err(Problem::still_running(1)),
                            done => done?,
                        }
                    }
                    (claim, false)
                }
            }
        }
    };

    parts.extensions.insert(caller);
    parts.extensions.insert(Attempt { id: claim.id, at: claim.at, name: name.to_owned() });
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let status = response.status();
    match operation.replay {
        // Nothing has happened: the key is free for the corrected request.
        _ if first && status.is_client_error() => {
            store.release(&key, claim.id).await?;
            Ok(response)
        }
        // What has happened is not known, in this attempt or in the one that it took over from, whose deed a refusal does not
        // undo: the next attempt goes on under the same identity, at once.
        Replay::Stored if status.is_server_error() || status.is_client_error() => {
            let ended = Claim { lease_until: now, ..claim.clone() };
            if let Err(error) = store.take_over(&key, &ended, claim.lease_until).await {
                tracing::warn!(cause = %chain(&error), "a lease runs on");
            }
            Ok(response)
        }
        Replay::Stored => keep(store, keys, &key, &place, &claim, response).await,
        Replay::Recomputed | Replay::Unneeded => Ok(response),
    }
}

/// What makes a request another one under the same key: its body and, where the operation's query says what is to be done, its
/// query. One that only pages says no such thing.
fn fingerprint(operation: &Operation, query: Option<&str>, body: &[u8]) -> [u8; 32] {
    let digest = Sha256::digest(body);
    match query.filter(|query| !query.is_empty() && !operation.query.is_empty()) {
        // Of the digest, so that no body can be taken for another one with a query.
        Some(query) => Sha256::new().chain_update(digest).chain_update(query).finalize().into(),
        None => digest.into(),
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

async fn keep<S: KeepRequests>(
    store: &S,
    keys: &SigningKeys,
    key: &RequestKey,
    place: &str,
    claim: &Claim,
    response: Response,
) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return Err(Problem::still_running(1)) };
    let text = |name: &HeaderName| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
    let kept = Kept {
        status: parts.status.as_u16(),
        headers: KEPT_HEADERS.iter().filter_map(text).collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    // The work is done: that its answer is not kept must not make it look failed. A repeat finds the lease over and
    // does it again under the same identity.
    let sealed = sealed(keys, place, &kept).filter(|sealed| sealed.len() <= MAX_ANSWER);
    match sealed {
        None => tracing::warn!(bytes = bytes.len(), "an answer is too long to be kept"),
        Some(sealed) => {
            if let Err(error) = store.answer(key, claim.id, sealed).await {
                tracing::warn!(cause = %chain(&error), "an answer is not kept");
            }
        }
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn sealed(keys: &SigningKeys, place: &str, kept: &Kept) -> Option<Vec<u8>> {
    let key = cipher(keys.0.first()?, place)?;
    let mut bytes = serde_json::to_vec(kept).ok()?;
    let nonce = key.seal_in_place_append_tag(Aad::empty(), &mut bytes).ok()?;
    let nonce: &[u8; NONCE_LEN] = nonce.as_ref();
    Some([&nonce[..], &bytes].concat())
}

fn opened(keys: &SigningKeys, place: &str, sealed: &[u8]) -> Option<Response> {
    let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN)?;
    let kept: Kept = keys.0.iter().find_map(|signing| {
        let (nonce, mut bytes) = (Nonce::try_assume_unique_for_key(nonce).ok()?, bytes.to_vec());
        let plain = cipher(signing, place)?.open_in_place(nonce, Aad::empty(), &mut bytes).ok()?;
        serde_json::from_slice(plain).ok()
    })?;
    let mut response = Response::new(Body::from(kept.body));
    *response.status_mut() = StatusCode::from_u16(kept.status).ok()?;
    for (name, value) in kept.headers {
        response.headers_mut().insert(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    Some(response)
}

fn cipher(signing: &str, place: &str) -> Option<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, &sign(signing, "answers", place.as_bytes())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes;

    #[test]
    fn a_query_that_says_what_to_do_makes_another_request_of_the_same_body() {
        let (import, search) = (&routes::IMPORT_MEMBERS, &routes::SEARCH_CUSTOMERS);
        let plain: [u8; 32] = Sha256::digest(b"a@x.in").into();
        let adding = fingerprint(import, Some("action=add"), b"a@x.in");
        assert_eq!(adding, fingerprint(import, Some("action=add"), b"a@x.in"));
        assert_ne!(adding, fingerprint(import, Some("action=remove"), b"a@x.in"));
        assert_ne!(adding, fingerprint(import, Some("action=add"), b"b@x.in"));
        assert_ne!(adding, fingerprint(import, None, b"a@x.inaction=add"));
        // What is stored of requests without one stays what it was.
        for query in [None, Some("")] {
            assert_eq!(fingerprint(import, query, b"a@x.in"), plain);
        }
        for query in [None, Some("limit=5"), Some("limit=5&cursor=c")] {
            assert_eq!(fingerprint(search, query, b"a@x.in"), plain, "it only pages");
        }
        // A cursor that came with a body and a key would have to be left out by name.
        assert!(routes::ALL.iter().all(|one| one.replay == Replay::Unneeded || !one.is_paged || one.query.is_empty()));
    }

    #[test]
    fn answers_open_only_for_who_knows_the_key() {
        let keys = SigningKeys(vec!["k".into()]);
        let kept = Kept { status: 201, headers: vec![("location".into(), "/x".into())], body: "{}".into() };
        let bytes = sealed(&keys, "place", &kept).unwrap();
        let opened_after_rotation = opened(&SigningKeys(vec!["new".into(), "k".into()]), "place", &bytes).unwrap();
        assert_eq!(
            (opened_after_rotation.status().as_u16(), &opened_after_rotation.headers()["location"]),
            (201, &HeaderValue::from_static("/x"))
        );
        assert!(opened(&keys, "other", &bytes).is_none());
        assert!(opened(&keys, "place", &bytes[1..]).is_none());
    }
}

//! One HTTP exchange: bounded in time and size, to one place only, and without the key in any text.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder, redirect};

/// Greatest answer that is read, in bytes.
pub(super) const LONGEST: usize = 1_000_000;
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(3);

/// What the other side answered, whatever it was.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// None when it is longer than is read.
    pub(super) body: Option<Vec<u8>>,
}

/// The one client of the process, so that connections are made once.
///
/// # Errors
/// There are no root certificates.
pub(super) fn once(client: &OnceLock<Client>) -> Result<&Client, String> {
    if let Some(client) = client.get() {
        return Ok(client);
    }
    // A redirect would take the question, and the key, to somebody else.
    let made = Client::builder().redirect(redirect::Policy::none()).connect_timeout(CONNECT).no_proxy().build();
    let made = made.map_err(|error| error.to_string())?;
    Ok(client.get_or_init(|| made))
}

/// The key as a header that no debug form shows. None when it cannot be one.
pub(super) fn key(key: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(key).ok().filter(|value| !value.is_empty())?;
    value.set_sensitive(true);
    Some(value)
}

/// # Errors
/// Nobody answered, or not to the end. The text names neither the question nor the key.
pub(super) async fn call(request: RequestBuilder) -> Result<Reply, String> {
    let cause = |error: reqwest::Error| error.without_url().to_string();
    let mut response = request.send().await.map_err(cause)?;
    let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(cause)? {
        if body.len() + chunk.len() > LONGEST {
            return Ok(Reply { status, headers, body: None });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status, headers, body: Some(body) })
}

//! The endpoint of Google's keys over HTTP.

use std::time::Duration;

use reqwest::header::CACHE_CONTROL;

use crate::certificates::{FetchCertificates, Fetched};

/// Longest wait for an answer: sign-in waits with it.
const PATIENCE: Duration = Duration::from_secs(3);
/// Greatest answer that is read.
const MAX_BYTES: usize = 65_536;

/// A URL that answers with a JSON Web Key Set.
pub struct Endpoint {
    client: reqwest::Client,
    url: String,
}

impl Endpoint {
    /// # Errors
    /// When there are no root certificates on this machine.
    pub fn new(url: String) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, url })
    }
}

impl FetchCertificates for Endpoint {
    async fn fetch(&self) -> Result<Fetched, String> {
        let wrong = |error: reqwest::Error| error.without_url().to_string();
        let mut response =
            self.client.get(&self.url).send().await.and_then(reqwest::Response::error_for_status).map_err(wrong)?;
        let directives = response.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let max_age = directives.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(wrong)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err("the answer is too long".into());
            }
        }
        Ok(Fetched { body, max_age })
    }
}

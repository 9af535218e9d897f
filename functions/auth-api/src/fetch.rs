//! The endpoint of Google's keys over HTTP.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::CACHE_CONTROL;
use reqwest::{Client, redirect};

use crate::certificates::{FetchCertificates, Fetched};

/// Longest wait for an answer: sign-in waits with it.
const PATIENCE: Duration = Duration::from_secs(3);
/// Greatest answer that is read.
const MAX_BYTES: usize = 65_536;

/// A URL that answers with a JSON Web Key Set.
pub struct Endpoint {
    /// Made by the first request: it reads all root certificates, which a function that starts has no time for.
    client: OnceLock<Client>,
    url: String,
}

impl Endpoint {
    pub const fn new(url: String) -> Self {
        Self { client: OnceLock::new(), url }
    }

    fn client(&self) -> Result<&Client, reqwest::Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build()?;
        Ok(self.client.get_or_init(|| made))
    }
}

impl FetchCertificates for Endpoint {
    async fn fetch(&self) -> Result<Fetched, String> {
        let wrong = |error: reqwest::Error| error.without_url().to_string();
        let request = self.client().map_err(wrong)?.get(&self.url);
        let mut response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(wrong)?;
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

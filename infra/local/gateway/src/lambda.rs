//! Invokes functions over the Lambda API that `cargo lambda watch` serves.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// What API Gateway waits for an integration.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client with its pool of connections.
pub struct Client {
    base: String,
    http: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
}

/// Why an invocation gave nothing.
#[derive(Debug)]
pub enum InvokeError {
    /// The Lambda API is not there, or the function failed; the text is for the log only.
    Failed(String),
    /// No answer within 30 s.
    TimedOut,
}

impl Client {
    /// `base` is the Lambda API's address, such as `http://127.0.0.1:9000`.
    pub fn new(base: &str) -> Result<Self, String> {
        let base = base.trim_end_matches('/').to_owned();
        base.parse::<Uri>().map_err(|error| format!("not an address: {base}: {error}"))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { base, http })
    }

    /// Sends the event and waits for the function's answer.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Bytes, InvokeError> {
        tokio::time::timeout(PATIENCE, self.send(function, event)).await.map_err(|_| InvokeError::TimedOut)?
    }

    async fn send(&self, function: &str, event: &Value) -> Result<Bytes, InvokeError> {
        let failed = |error: &dyn std::fmt::Display| InvokeError::Failed(error.to_string());
        let request = Request::post(format!("{}/2015-03-31/functions/{function}/invocations", self.base))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(event.to_string())))
            .map_err(|error| failed(&error))?;
        let response = self.http.request(request).await.map_err(|error| failed(&error))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
        if status.is_success() {
            Ok(body)
        } else {
            Err(InvokeError::Failed(format!("{status}: {}", String::from_utf8_lossy(&body))))
        }
    }
}

//! Invokes functions over the Lambda API that `cargo lambda watch` serves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::Semaphore;

/// What API Gateway waits for an integration.
const PATIENCE: Duration = Duration::from_secs(30);
/// By then nobody is at work on an invocation any more: its function has ended without a word.
const LOST: Duration = Duration::from_mins(15);
/// Invocations of one function that are under way or wait at the Lambda API, which stands still for good with more than 100.
const AT_ONCE: usize = 64;

type Http = hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>;

/// A client with its pool of connections.
pub struct Client {
    base: String,
    http: Http,
    /// By the function's name.
    room: Mutex<BTreeMap<String, Arc<Semaphore>>>,
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
        Ok(Self { base, http, room: Mutex::default() })
    }

    /// Sends the event and waits for the function's answer. Whoever asked may go away, or have waited long enough: the function
    /// ends its work all the same, as on AWS. An invocation that is given up takes the function's own connection to the Lambda
    /// API along, and with it the function.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Bytes, InvokeError> {
        let request = Request::post(format!("{}/2015-03-31/functions/{function}/invocations", self.base))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(event.to_string())))
            .map_err(|error| InvokeError::Failed(error.to_string()))?;
        let (http, room) = (self.http.clone(), self.room(function));
        let sent = async {
            let place = room.acquire_owned().await;
            let sending = tokio::spawn(async move {
                let sent = tokio::time::timeout(LOST, send(http, request)).await;
                drop(place);
                sent.unwrap_or(Err(InvokeError::TimedOut))
            });
            sending.await.map_err(|error| InvokeError::Failed(error.to_string()))?
        };
        tokio::time::timeout(PATIENCE, sent).await.map_err(|_| InvokeError::TimedOut)?
    }

    fn room(&self, function: &str) -> Arc<Semaphore> {
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        room.entry(function.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
    }
}

async fn send(http: Http, request: Request<Full<Bytes>>) -> Result<Bytes, InvokeError> {
    let failed = |error: &dyn std::fmt::Display| InvokeError::Failed(error.to_string());
    let response = http.request(request).await.map_err(|error| failed(&error))?;
    let status = response.status();
    let body = response.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
    if status.is_success() { Ok(body) } else { Err(InvokeError::Failed(format!("{status}: {}", String::from_utf8_lossy(&body)))) }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn an_answer_is_taken_though_nobody_waits_for_it_any_more() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let (asked, is_asked) = oneshot::channel();
        let (gone, is_gone) = oneshot::channel();
        let lambda = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            asked.send(()).unwrap();
            is_gone.await.unwrap();
            // More than any buffer on the way takes.
            let body = vec![b'x'; 32 * 1024 * 1024];
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await
        });
        tokio::select! {
            _ = client.invoke("orders-api", &Value::Null) => panic!("answered before it was asked"),
            asked = is_asked => asked.unwrap(),
        }
        gone.send(()).unwrap();
        lambda.await.unwrap().unwrap();
    }
}

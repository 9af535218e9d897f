//! The HTTP side: `generateContent` under `/v1beta/models/`, and what tests ask of it under `/_peer/`.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request as HttpRequest};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::answers::ordinary;
use crate::behaviour::{Behaviour, Script};
use crate::request::Request;
use crate::{faulty, reply};
use reply::Reply;

/// Greatest request that is read, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
const KEY: &str = "x-goog-api-key";

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    pub method: String,
    /// With the query, if there was one.
    pub path: String,
    /// By their names in lower case. The key's value is left out.
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

/// The stand-in without its connections.
pub struct Service {
    model: String,
    script: Mutex<Script>,
    requests: Mutex<Vec<Received>>,
    released: Notify,
}

/// Serves on `address` until it is dropped; the reason why it cannot.
pub async fn listen(service: Arc<Service>, address: SocketAddr) -> io::Error {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            println!("listening on {address}");
            serve(service, listener).await
        }
        Err(error) => error,
    }
}

/// Serves until it is dropped, and with it all connections.
pub(crate) async fn serve(service: Arc<Service>, listener: TcpListener) -> io::Error {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(service.clone(), stream))),
                Err(error) => return error,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(service: Arc<Service>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let answering = service_fn(move |request| {
        let service = service.clone();
        async move { service.answer(request).await }
    });
    // Whatever ends a connection is no event here.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answering).await;
}

impl Service {
    /// One that knows a model.
    #[must_use]
    pub fn new(model: &str) -> Self {
        let (script, requests) = (Mutex::default(), Mutex::default());
        Self { model: model.to_owned(), script, requests, released: Notify::new() }
    }

    pub(crate) fn script(&self, behaviours: Vec<Behaviour>, forever: bool) {
        *locked(&self.script) = Script { behaviours: behaviours.into(), forever };
    }

    pub(crate) fn release(&self) {
        self.released.notify_waiters();
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        locked(&self.requests).clone()
    }

    /// # Errors
    /// Ends the connection without an answer.
    async fn answer(&self, request: HttpRequest<Incoming>) -> io::Result<Reply> {
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LONGEST).collect().await else {
            return Ok(reply::error(400, "Request payload size exceeds the limit.", &[]));
        };
        let body = body.to_bytes();
        match parts.uri.path().strip_prefix("/_peer/") {
            Some(errand) => Ok(self.errand(&parts.method, errand, &body)),
            None => self.generate(&parts, &body).await,
        }
    }

    /// What tests ask.
    fn errand(&self, method: &Method, errand: &str, body: &[u8]) -> Reply {
        match (method.as_str(), errand) {
            ("POST", "script") => match serde_json::from_slice(body) {
                Ok(script) => {
                    *locked(&self.script) = script;
                    reply::json(200, &json!({}))
                }
                Err(error) => reply::error(400, &error.to_string(), &[]),
            },
            ("POST", "release") => {
                self.release();
                reply::json(200, &json!({}))
            }
            ("GET", "requests") => reply::json(200, &json!(self.requests())),
            ("DELETE", "requests") => {
                locked(&self.requests).clear();
                reply::json(200, &json!({}))
            }
            _ => reply::error(404, "There is script, release and requests.", &[]),
        }
    }

    async fn generate(&self, parts: &Parts, body: &Bytes) -> io::Result<Reply> {
        locked(&self.requests).push(received(parts, body));
        let behaviour = locked(&self.script).next();
        match behaviour {
            Behaviour::Hang => self.released.notified().await,
            Behaviour::Slow { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
            Behaviour::DropConnection { after_headers: false } => return Err(io::ErrorKind::ConnectionReset.into()),
            _ => {}
        }
        Ok(self.read(parts, body).map_or_else(|refused| *refused, |request| self.behave(&request, behaviour)))
    }

    /// The request, if the service would take it.
    fn read(&self, parts: &Parts, body: &[u8]) -> Result<Request, Box<Reply>> {
        let method = parts.uri.path().strip_prefix("/v1beta/models/").and_then(|rest| rest.rsplit_once(':'));
        let (Some((model, "generateContent")), &Method::POST) = (method, &parts.method) else {
            return Err(Box::new(reply::error(404, "The requested URL was not found on this server.", &[])));
        };
        match parts.headers.get(KEY).and_then(|key| key.to_str().ok()).filter(|key| !key.is_empty()) {
            Some(key) if key.starts_with("invalid") => return Err(Box::new(reply::key_refused())),
            Some(_) => {}
            None => {
                let message = "Method doesn't allow unregistered callers (callers without established identity).";
                return Err(Box::new(reply::error(403, message, &[])));
            }
        }
        if model != self.model {
            return Err(Box::new(reply::model_unknown(model)));
        }
        Request::read(body).map_err(|message| Box::new(reply::error(400, &message, &[])))
    }

    fn behave(&self, request: &Request, behaviour: Behaviour) -> Reply {
        let offer = "Get 50% off with code SAVE50 at http://evil.example today!";
        match behaviour {
            Behaviour::RateLimited { retry_after_seconds, retry_info } => {
                reply::over_quota(retry_after_seconds, retry_info.as_deref())
            }
            Behaviour::ServerError { status } => reply::error(status, "The model is overloaded. Please try again later.", &[]),
            Behaviour::DropConnection { .. } => reply::torn(),
            Behaviour::MalformedEnvelope => reply::bytes(200, "<!doctype html>"),
            Behaviour::MalformedJson => reply::said(request, "Sure! Here are your rules: {\"understood\": "),
            Behaviour::Truncated => {
                let text = ordinary(request);
                let half: String = text.chars().take(text.chars().count() / 2).collect();
                reply::candidate(request, &json!({ "parts": [{ "text": half }], "role": "model" }), "MAX_TOKENS")
            }
            Behaviour::BlockedPrompt => {
                reply::envelope(request, json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" } }), 0)
            }
            Behaviour::BlockedAnswer => reply::candidate(request, &json!({}), "SAFETY"),
            Behaviour::EmptyCandidates => reply::envelope(request, json!({ "candidates": [] }), 0),
            Behaviour::EmptyText => reply::said(request, ""),
            Behaviour::WrongSchema { fault } => reply::said(request, &faulty::wrong(request, fault)),
            Behaviour::Fenced => reply::said(request, &format!("```json\n{}\n```", ordinary(request))),
            Behaviour::Obedient => reply::said(request, &faulty::obedient(request)),
            Behaviour::InventedOffer => reply::said(request, &faulty::saying(request, offer)),
            Behaviour::InventedNumbers => reply::said(request, &faulty::invented_numbers(request)),
            Behaviour::UnknownPlaceholder => reply::said(request, &faulty::saying(request, "Dear {{firstName}}, hello.")),
            Behaviour::KeyRefused => reply::key_refused(),
            Behaviour::ModelUnknown => reply::model_unknown(&self.model),
            Behaviour::ThinkingUnknown if request.thinks() => {
                reply::error(400, "Thinking level is not supported for this model.", &[])
            }
            Behaviour::Normal | Behaviour::Hang | Behaviour::Slow { .. } | Behaviour::ThinkingUnknown => {
                reply::said(request, &ordinary(request))
            }
            Behaviour::HugeBody => reply::said(request, &"x".repeat(2 * 1024 * 1024)),
            Behaviour::Say { text } => reply::said(request, &text),
        }
    }
}

fn received(parts: &Parts, body: &[u8]) -> Received {
    let shown = |name: &str, value: &str| if name == KEY { "(left out)".to_owned() } else { value.to_owned() };
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), shown(name.as_str(), &value))
    });
    Received {
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: headers.collect(),
        body: serde_json::from_slice(body).unwrap_or_default(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

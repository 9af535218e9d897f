//! The HTTP server: one task per connection, API paths to functions, the rest to the web app's files.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

use crate::cors::Cors;
use crate::identity::Provider;
use crate::lambda::{Client, InvokeError};
use crate::routes::{Lookup, Match, RouteTable};
use crate::{event, problem, reply, web};

/// API Gateway's limit; the functions' own, smaller one is theirs to explain.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// API Gateway takes 10,240 bytes of request line and headers; an address of more than this is a mistake.
const URI_LIMIT: usize = 8 * 1024;

/// Everything a request needs.
pub struct Gateway {
    /// From `template.yaml`.
    pub routes: RouteTable,
    /// Which pages of other origins may read answers.
    pub cors: Cors,
    /// Signs people in who develop.
    pub identity: Provider,
    /// Where functions are invoked.
    pub lambda: Client,
    /// The built web app.
    pub web: web::Files,
    /// Where this gateway listens.
    pub port: u16,
}

/// Serves until SIGINT or SIGTERM, then lets open requests end.
pub async fn serve(gateway: Arc<Gateway>, first: TcpListener, second: Option<TcpListener>) {
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stopped());
    loop {
        let accepted = tokio::select! {
            accepted = first.accept() => accepted,
            accepted = accept(second.as_ref()) => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => connection(gateway.clone(), &graceful, stream, peer.ip()),
            // Out of file handles, mostly: waiting is all that helps.
            Err(error) => {
                eprintln!("local-gateway: cannot accept: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    let _ = tokio::time::timeout(Duration::from_secs(5), graceful.shutdown()).await;
}

async fn accept(listener: Option<&TcpListener>) -> std::io::Result<(TcpStream, std::net::SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn stopped() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn connection(gateway: Arc<Gateway>, graceful: &GracefulShutdown, stream: TcpStream, caller: IpAddr) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let gateway = gateway.clone();
        async move { Ok::<_, Infallible>(gateway.answer(request, caller).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(75))
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that goes away is no event here.
        let _ = connection.await;
    });
}

impl Gateway {
    async fn answer(&self, request: Request<Incoming>, caller: IpAddr) -> Response<Full<Bytes>> {
        let head = request.method() == Method::HEAD;
        let mut response = self.route(request, caller).await;
        if head {
            *response.body_mut() = Full::default();
        }
        response
    }

    async fn route(&self, request: Request<Incoming>, caller: IpAddr) -> Response<Full<Bytes>> {
        let path = request.uri().path();
        if path.len() + request.uri().query().map_or(0, str::len) > URI_LIMIT {
            return problem::uri_too_long();
        }
        if is_below(path, "/local") {
            return self.identify(request).await;
        }
        if !is_api(path) {
            return self.web.serve(request.method(), path, request.headers()).await;
        }
        if let Some(answer) = self.cors.preflight(request.method(), request.headers()) {
            return answer;
        }
        let asking = request.headers().clone();
        let mut answer = self.call(request, caller).await;
        self.cors.mark(&asking, &mut answer);
        answer
    }

    async fn call(&self, request: Request<Incoming>, caller: IpAddr) -> Response<Full<Bytes>> {
        match self.routes.find(request.method(), request.uri().path()) {
            Lookup::Found(matched) => self.invoke(request, matched, caller).await,
            Lookup::OtherMethods(methods) => problem::method_not_allowed(&methods),
            Lookup::Unknown => problem::route_not_found(),
        }
    }

    async fn identify(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        match Limited::new(body, URI_LIMIT).collect().await {
            Ok(body) => self.identity.answer(&parts.method, parts.uri.path(), &body.to_bytes()),
            Err(_) => problem::body_too_large(),
        }
    }

    async fn invoke(&self, request: Request<Incoming>, matched: Match<'_>, caller: IpAddr) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return problem::body_too_large(),
            Err(_) => return problem::body_unreadable(),
        };
        let event = event::build(&parts, &body, &matched, caller, self.port);
        let mut answer = self.ask(&matched, &event).await;
        // API Gateway says by which id it knows the request.
        if let Some(id) = event["requestContext"]["requestId"].as_str().and_then(|id| HeaderValue::from_str(id).ok()) {
            answer.headers_mut().insert("apigw-requestid", id);
        }
        answer
    }

    async fn ask(&self, matched: &Match<'_>, event: &Value) -> Response<Full<Bytes>> {
        match self.lambda.invoke(matched.function, event).await {
            Ok(answer) => reply::read(&answer).unwrap_or_else(|reason| {
                eprintln!("local-gateway: {}: {reason}", matched.function);
                problem::function_failed()
            }),
            Err(InvokeError::Failed(reason)) => {
                eprintln!("local-gateway: {}: {reason}", matched.function);
                problem::function_failed()
            }
            Err(InvokeError::TimedOut) => problem::function_timed_out(),
        }
    }
}

fn is_api(path: &str) -> bool {
    is_below(path, "/api") || is_below(path, "/auth")
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

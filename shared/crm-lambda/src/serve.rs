//! Running a function: logs, the HTTP loop, and what every HTTP answer has in common.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use tracing_subscriber::EnvFilter;

use crate::origin;
use crate::problem::Problem;

/// Starts JSON logs on standard output, at the level of `LOG_LEVEL`.
pub fn start_logs() {
    let filter = EnvFilter::try_from_env("LOG_LEVEL").unwrap_or_else(|_| EnvFilter::new("info"));
    // A second call in one process (tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_current_span(false).try_init();
}

/// A router with the common answers: problems for unknown routes and methods, no caching, no sniffing.
pub fn finished(router: Router) -> Router {
    router
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "route_not_found", "There is no such route."))
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The route does not take this method.")
        })
        .layer(middleware::from_fn(common_headers))
}

/// Serves `router` over the Lambda runtime API until the environment ends.
pub async fn serve(router: Router) -> Result<(), lambda_runtime::Error> {
    lambda_http::run(origin::through(finished(router), std::env::var("ORIGIN_KEY").ok())).await
}

async fn common_headers(request: Request, next: Next) -> Response {
    let (method, started) = (request.method().clone(), std::time::Instant::now());
    let route = request.extensions().get::<axum::extract::MatchedPath>().map(|path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Two years, as browsers ask for to preload; over plain HTTP they do not look at it.
    let hsts = HeaderValue::from_static("max-age=63072000; includeSubDomains");
    headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    // The route's pattern, never the path: paths may hold addresses.
    tracing::info!(
        http.method = %method,
        http.route = route.as_deref().unwrap_or("none"),
        http.status = response.status().as_u16(),
        duration_us = started.elapsed().as_micros() as u64,
        "request"
    );
    response
}

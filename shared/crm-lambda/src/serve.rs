//! Running a function behind the API: the HTTP loop, and what every HTTP answer has in common.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use crm_domain::did;
use lambda_http::request::RequestContext;
use lambda_runtime::Runtime;

use crate::origin;
use crate::problem::Problem;
use crate::telemetry;

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
    let router = origin::through(finished(router), std::env::var("ORIGIN_KEY").ok());
    telemetry::run(Runtime::new(lambda_http::Adapter::from(router))).await
}

async fn common_headers(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<axum::extract::MatchedPath>().map(|path| path.as_str().to_owned());
    let id = request_id(&request).map(ToOwned::to_owned);
    let mut response = telemetry::correlated(id, next.run(request)).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Two years, as browsers ask for to preload; over plain HTTP they do not look at it.
    let hsts = HeaderValue::from_static("max-age=63072000; includeSubDomains");
    headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    // The route's pattern, never the path: paths may hold addresses.
    did!(http.method = %method,
        http.route = route.as_deref().unwrap_or("none"),
        http.status = response.status().as_u16()
    );
    response
}

/// The id by which API Gateway knows a request, and its caller too: it is the header `apigw-requestid` of the answer.
pub(crate) fn request_id(request: &Request) -> Option<&str> {
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref(),
        _ => None,
    }
}

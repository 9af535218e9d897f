//! Requests through the distribution: they bring its key, and the viewer's address, which API Gateway does not see.
//!
//! Where a deployment has such a key (`ORIGIN_KEY`), a request without it is refused: it has gone around the distribution, and what is
//! in front of it. Where there is none, everybody may come directly, and nothing is believed of where they come from.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use lambda_http::request::RequestContext;

use crate::auth::same;
use crate::problem::Problem;

/// What the distribution adds to each request.
const KEY: &str = "x-origin-key";
/// What its function sets, whatever the viewer says.
const VIEWER: &str = "x-viewer-address";

/// `router`, reached with `key` alone where there is one.
pub fn through(router: Router, key: Option<String>) -> Router {
    match key.filter(|key| !key.is_empty()) {
        Some(key) => router.layer(middleware::from_fn_with_state(Arc::<str>::from(key), checked)),
        None => router,
    }
}

async fn checked(State(key): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    let key_said = said(request.headers(), KEY);
    if !key_said.is_some_and(|said| same(said.as_bytes(), key.as_bytes())) {
        let detail = "The API is reached by the address of the web app.";
        return Problem::new(StatusCode::FORBIDDEN, "not_through_the_web", detail).into_response();
    }
    let viewer = said(request.headers(), VIEWER).map(str::to_owned);
    if let (Some(RequestContext::ApiGatewayV2(context)), Some(viewer)) = (request.extensions_mut().get_mut(), viewer) {
        context.http.source_ip = Some(viewer);
    }
    request.headers_mut().remove(KEY);
    next.run(request).await
}

fn said<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
    use axum::body::Body;
    use axum::routing::get;
    use lambda_http::tower::ServiceExt;

    /// The status, and the address that a handler sees.
    async fn ask(key: Option<&str>, headers: &[(&str, &str)]) -> (StatusCode, String) {
        let told = async |request: Request| {
            assert!(!request.headers().contains_key(KEY));
            match request.extensions().get() {
                Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone().unwrap_or_default(),
                _ => String::new(),
            }
        };
        let router = through(Router::new().route("/", get(told)), key.map(str::to_owned));
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.http.source_ip = Some("10.0.0.1".to_owned());
        let mut request = axum::http::Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(RequestContext::ApiGatewayV2(context));
        let answer = router.oneshot(request).await.unwrap();
        let status = answer.status();
        (status, String::from_utf8(axum::body::to_bytes(answer.into_body(), 1_000).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn where_there_is_a_key_nobody_comes_without_it() {
        for headers in [&[][..], &[(KEY, "")], &[(KEY, "another")], &[(VIEWER, "192.0.2.7")]] {
            assert_eq!(ask(Some("k"), headers).await.0, StatusCode::FORBIDDEN, "{headers:?}");
        }
        assert_eq!(ask(Some("k"), &[(KEY, "k")]).await, (StatusCode::OK, "10.0.0.1".to_owned()));
    }

    #[tokio::test]
    async fn the_viewers_address_is_believed_of_the_distribution_alone() {
        let viewer = (VIEWER, "192.0.2.7");
        assert_eq!(ask(Some("k"), &[(KEY, "k"), viewer]).await.1, "192.0.2.7");
        for key in [None, Some("")] {
            assert_eq!(ask(key, &[viewer]).await, (StatusCode::OK, "10.0.0.1".to_owned()));
        }
    }
}

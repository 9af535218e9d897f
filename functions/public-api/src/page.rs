//! The page on which somebody says what they want to get: no script, nothing loaded, the same for links that are none.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_domain::ports::StoreError;
use crm_lambda::problem::Problem;
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

const PAGE: &str = include_str!("preferences.html");

/// What the page shows.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// As much of the address as its owner recognises.
    pub address: Option<String>,
    pub channels: Vec<Choice>,
    /// What has just been done.
    pub done: Option<&'static str>,
}

/// A channel, and whether messages on it are wanted.
#[derive(Debug, Serialize)]
pub struct Choice {
    pub channel: &'static str,
    pub label: &'static str,
    pub wanted: bool,
}

/// The page of somebody.
pub fn of(shown: &Shown) -> Result<Response, Problem> {
    answer(StatusCode::OK, Some(shown))
}

/// The page of nobody.
pub fn not_found() -> Result<Response, Problem> {
    answer(StatusCode::NOT_FOUND, None)
}

fn answer(status: StatusCode, shown: Option<&Shown>) -> Result<Response, Problem> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let page = environment.render_str(PAGE, context! { shown => minijinja::value::Serde(shown) });
    let page = page.map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        // The link is the right to change: it is not to be handed on.
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    Ok((status, headers, page).into_response())
}

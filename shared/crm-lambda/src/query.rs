//! Query strings: one that cannot be read is refused as a problem, like everything else.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use crm_domain::faults::Faults;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// Extracts the parameters of a query.
pub struct Asked<T>(pub T);

impl<S: Sync + Send, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::from_request_parts(parts, state).await;
        let Query(wanted) =
            read.map_err(|_| Problem::bad_request("malformed_query", "A parameter of the query is given twice, or is no text."))?;
        Ok(Self(wanted))
    }
}

/// A parameter that a route cannot do without.
///
/// # Errors
/// The fault that it is not there.
pub fn required(given: Option<String>, name: &'static str) -> Result<String, Faults> {
    given.ok_or_else(|| Faults::of(name, "is required"))
}

//! Who the caller is. Tokens come from outside for now; sign-in will issue them here.

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use crm_lambda::auth::{Caller, Keys, protected};
use serde_json::{Value, json};

/// All routes. Signing out needs no token: it must work with an expired one.
pub fn router(keys: Keys) -> Router {
    protected(Router::new().route("/auth/user-jwt", get(get_user)), keys).route("/auth/logout", post(sign_out))
}

async fn get_user(Extension(caller): Extension<Caller>) -> Json<Value> {
    Json(json!({"user": {"id": caller.sub, "email": caller.email, "name": caller.name, "role": caller.role}}))
}

/// There is no session on the server yet, so there is nothing to end.
async fn sign_out() -> StatusCode {
    StatusCode::NO_CONTENT
}

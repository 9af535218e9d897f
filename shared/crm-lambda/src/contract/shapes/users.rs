//! What the API says of users and their keys.

use crm_domain::access::{Role, Scope, UserStatus};
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// Somebody who works with the CRM.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    pub role: Role,
    pub status: UserStatus,
    pub created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sign_in_at: Option<Time>,
}

/// The signed-in user.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub id: String,
    pub email: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    pub role: Role,
}

/// Who the caller is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WhoAmI {
    pub user: Me,
}

/// An access token, and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    pub token: String,
    pub expires_at: Time,
    pub user: Me,
}

/// A key of an integration.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_by: String,
    pub created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Time>,
    /// The key itself: shown when it is created, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

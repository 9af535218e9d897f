//! What the API answers about files: attachments and exports.

use std::collections::BTreeMap;

use crm_domain::attachment::{AttachmentState, ContentType};
use crm_domain::audit::Actor;
use crm_domain::export::ExportStatus;
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// A file on a customer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub name: String,
    pub content_type: ContentType,
    /// In bytes.
    pub size: u64,
    pub uploaded_by: Actor,
    pub created_at: Time,
    pub state: AttachmentState,
    /// Whether the caller may download it, and delete it.
    pub may_download: bool,
}

/// A file that waits for its upload.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentTicket {
    #[serde(flatten)]
    pub attachment: Attachment,
    pub upload: AttachmentUpload,
}

/// Where the file is to be put, with just these headers, once.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentUpload {
    pub method: &'static str,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub expires_at: Time,
}

/// A file, and where to download it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentDownload {
    #[serde(flatten)]
    pub attachment: Attachment,
    pub url: String,
    pub expires_at: Time,
}

/// How far an export is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    /// Of exports of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uuid"))]
    pub segment_id: Option<String>,
    /// Of exports of logs. Exports of customers by rules have neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "uuid"))]
    pub campaign_id: Option<String>,
    pub status: ExportStatus,
    /// Rows written so far.
    pub rows: u64,
    pub created_at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Where to download the file; absent when it is not there yet, or not any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_expires_at: Option<Time>,
}

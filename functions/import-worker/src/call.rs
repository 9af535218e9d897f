//! What wakes the worker: S3's notice of an uploaded file, or its own call to go on from an offset.

use std::fmt::Write as _;

use crm_domain::ids::ImportId;
use crm_domain::json::Json;
use crm_domain::world;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A call to read on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub import: ImportId,
    /// How far the import was when the call was made.
    pub offset: u64,
    /// Names the call: two calls have two names, the same call delivered twice has one.
    pub name: String,
}

/// Reads a message's body; S3's test event asks for nothing.
///
/// # Errors
/// Says what cannot be understood.
pub fn read_calls(body: &str) -> Result<Vec<Call>, String> {
    let json = Json::parse(body.as_bytes()).map_err(|error| format!("not acceptable JSON: {error}"))?;
    // Unlike a message id, the body stays the same when it comes back from the dead-letter queue.
    let name = hex(&Sha256::digest(body.as_bytes())[..12]);
    if let Some(import) = json.get("importId") {
        let import = import.as_text().and_then(ImportId::parse).ok_or("importId is not the id of an import")?;
        let offset = json.get("offset").and_then(Json::as_integer).and_then(|offset| u64::try_from(offset).ok());
        return Ok(vec![Call { import, offset: offset.ok_or("offset is not a whole number")?, name }]);
    }
    if json.get("Event").and_then(Json::as_text) == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    let Some(Json::List(records)) = json.get("Records") else {
        return Err("neither a notice of S3 nor a call to go on".to_owned());
    };
    records.iter().map(|record| uploaded(record).map(|import| Call { import, offset: 0, name: name.clone() })).collect()
}

/// The body of a new call.
#[must_use]
pub fn call_on(import: ImportId, offset: u64) -> String {
    json!({"importId": import, "offset": offset, "call": world::fresh_id()}).to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn uploaded(record: &Json) -> Result<ImportId, String> {
    let key = record.get("s3").and_then(|s3| s3.get("object")).and_then(|object| object.get("key")).and_then(Json::as_text);
    key.and_then(|key| key.strip_prefix("imports/")?.strip_suffix("/file.csv"))
        .and_then(ImportId::parse)
        .ok_or_else(|| "the notice is not about imports/ID/file.csv".to_owned())
}

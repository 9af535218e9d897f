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

#[cfg(test)]
mod tests {
    use fuzzing::Target;

    use super::*;

    #[test]
    fn calls_of_any_form_are_read_or_refused() {
        const ID: &str = "019ab1c2-3d4e-7f50-8a61-b2c3d4e5f607";
        let seeds = [
            json!({"importId": ID, "offset": 5_242_880, "call": ID}),
            json!({"importId": ID, "offset": 1.5}),
            json!({"Records": [{"s3": {"object": {"key": format!("imports/{ID}/file.csv"), "size": 3}}}]}),
            json!({"Records": [{"s3": {"object": {"key": "imports/..%2F/file.csv"}}}]}),
            json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}),
        ];
        let seeds = seeds.into_iter().map(|seed| seed.to_string().into_bytes()).collect();
        let words = "importId offset call Event s3:TestEvent Records s3 object key imports/ /file.csv null -1 1e308 18446744073709551616 { } [ ]";
        Target { name: "calls", seeds, words: words.split_whitespace().collect(), rounds: 2_000 }.run(|input| {
            let Ok(body) = std::str::from_utf8(input) else { return };
            match read_calls(body) {
                Ok(calls) => {
                    for call in &calls {
                        assert!(call.name == calls[0].name && call.name.len() == 24, "{body}");
                        // What goes on can be read, and is another call each time.
                        let [next, other] = [(); 2].map(|()| read_calls(&call_on(call.import, call.offset)).unwrap().remove(0));
                        assert_eq!((next.import, next.offset), (call.import, call.offset), "{body}");
                        assert_ne!(next.name, other.name, "{body}");
                    }
                }
                Err(reason) => assert!(!reason.is_empty() && reason.len() < 300, "{reason}"),
            }
        });
    }
}

//! The request as the service takes it: whatever is not known is refused, as there.

use serde::Deserialize;
use serde_json::Value;

use crate::schema;

/// The body of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    contents: Vec<Content>,
    system_instruction: Option<Content>,
    #[serde(default)]
    generation_config: Generation,
    #[serde(rename = "safetySettings")]
    _safety: Option<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    role: Option<String>,
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Generation {
    response_mime_type: Option<String>,
    response_json_schema: Option<Value>,
    max_output_tokens: Option<i64>,
    thinking_config: Option<Thinking>,
    temperature: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Thinking {
    thinking_level: String,
}

impl Request {
    /// # Errors
    /// What the service would say of it.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        let request: Self = serde_json::from_slice(body)
            .map_err(|error| format!("Invalid JSON payload received. {error}: Cannot find field."))?;
        request.check()?;
        Ok(request)
    }

    fn check(&self) -> Result<(), String> {
        if self.contents.is_empty() {
            return Err("* GenerateContentRequest.contents: contents is not specified".to_owned());
        }
        for (index, content) in self.contents.iter().enumerate() {
            let due = if index % 2 == 0 { "user" } else { "model" };
            if content.role.as_deref() != Some(due) {
                return Err("Please ensure that multiturn requests alternate between user and model.".to_owned());
            }
            if content.parts.is_empty() || content.parts.iter().any(|part| part.text.is_empty()) {
                return Err(format!("* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty."));
            }
        }
        if self.contents.len().is_multiple_of(2) {
            return Err("Please ensure that multiturn requests end with a user role.".to_owned());
        }
        let config = &self.generation_config;
        if let Some(schema) = &config.response_json_schema {
            if config.response_mime_type.as_deref() != Some("application/json") {
                return Err("Json mode requires response_mime_type to be application/json.".to_owned());
            }
            if let Some(fault) = schema::unsupported(schema).first() {
                return Err(format!("* GenerateContentRequest.generation_config.response_json_schema: {fault}"));
            }
        }
        if config.max_output_tokens.is_some_and(|most| !(1..=65_536).contains(&most)) {
            return Err("Unable to submit request because max_output_tokens is out of range.".to_owned());
        }
        if config.temperature.is_some_and(|degree| !(0.0..=2.0).contains(&degree)) {
            return Err("Unable to submit request because temperature is out of range.".to_owned());
        }
        let levels = ["minimal", "low", "medium", "high"];
        match &config.thinking_config {
            Some(thinking) if !levels.contains(&thinking.thinking_level.to_ascii_lowercase().as_str()) => {
                Err("Invalid value at 'generation_config.thinking_config.thinking_level'".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// What was asked first: later turns speak of the answers to it.
    pub(crate) fn asked(&self) -> String {
        self.contents.first().map(Content::text).unwrap_or_default()
    }

    /// The form of the answer that is wanted.
    pub(crate) const fn schema(&self) -> Option<&Value> {
        self.generation_config.response_json_schema.as_ref()
    }

    pub(crate) const fn thinks(&self) -> bool {
        self.generation_config.thinking_config.is_some()
    }

    /// Characters that the model has to read.
    pub(crate) fn length(&self) -> usize {
        self.contents.iter().chain(&self.system_instruction).map(|content| content.text().chars().count()).sum()
    }
}

impl Content {
    fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn good() -> Value {
        json!({
            "systemInstruction": { "parts": [{ "text": "You write rules." }] },
            "contents": [{ "role": "user", "parts": [{ "text": "customers from Pune" }] }],
            "generationConfig": {
                "responseMimeType": "application/json",
                "responseJsonSchema": { "type": "object", "properties": { "summary": { "type": "string" } } },
                "maxOutputTokens": 100,
                "thinkingConfig": { "thinkingLevel": "low" },
            },
        })
    }

    fn fault(change: impl Fn(&mut Value)) -> Option<String> {
        let mut body = good();
        change(&mut body);
        Request::read(body.to_string().as_bytes()).err()
    }

    #[test]
    fn what_the_service_would_not_take_is_refused() {
        assert_eq!(fault(|_| ()), None);
        for pointer in ["", "/contents/0", "/contents/0/parts/0", "/generationConfig", "/generationConfig/thinkingConfig"] {
            let fault = fault(|body| body.pointer_mut(pointer).unwrap()["surplus"] = json!(1)).unwrap();
            assert!(fault.contains("surplus"), "{fault}");
        }
        for (pointer, value) in [
            ("/contents", json!([])),
            ("/contents/0/role", json!("assistant")),
            ("/contents/0/parts", json!([])),
            ("/contents/0/parts/0/text", json!("")),
            ("/generationConfig/responseMimeType", json!("text/plain")),
            ("/generationConfig/responseJsonSchema", json!({ "oneOf": [], "const": 1 })),
            ("/generationConfig/maxOutputTokens", json!(0)),
            ("/generationConfig/thinkingConfig/thinkingLevel", json!("none")),
        ] {
            assert!(fault(|body| *body.pointer_mut(pointer).unwrap() = value.clone()).is_some(), "{pointer}");
        }
        let turns = |roles: &[&str]| {
            json!(roles.iter().map(|role| json!({ "role": role, "parts": [{ "text": "a" }] })).collect::<Vec<_>>())
        };
        assert_eq!(fault(|body| body["contents"] = turns(&["user", "model", "user"])), None);
        assert!(fault(|body| body["contents"] = turns(&["user", "user"])).is_some());
        assert!(fault(|body| body["contents"] = turns(&["user", "model"])).is_some());
    }
}

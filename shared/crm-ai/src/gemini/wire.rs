//! The shapes of `generateContent` (v1beta), as far as they are used here. What is not known in an answer is ignored.
//!
//! <https://ai.google.dev/api/generate-content>, <https://google.aip.dev/193> (errors)

use crm_domain::ai::Tokens;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Question, Turn};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    system_instruction: Instruction<'a>,
    contents: Vec<Content<'a>>,
    generation_config: Generation<'a>,
}

#[derive(Serialize)]
struct Instruction<'a> {
    parts: [Text<'a>; 1],
}

#[derive(Serialize)]
struct Content<'a> {
    role: &'static str,
    parts: [Text<'a>; 1],
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Generation<'a> {
    max_output_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<Thinking>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Thinking {
    thinking_level: &'static str,
}

impl<'a> Request<'a> {
    /// The request for a question; `thinking` says whether the model is told how much to think.
    pub(super) fn new(question: &Question<'a>, thinking: bool) -> Self {
        let contents = question.turns.iter().map(|turn| match turn {
            Turn::User(text) => Content { role: "user", parts: [Text { text }] },
            Turn::Model(text) => Content { role: "model", parts: [Text { text }] },
        });
        Self {
            system_instruction: Instruction { parts: [Text { text: question.instructions }] },
            contents: contents.collect(),
            // No temperature: the models of this generation are to be left at their own.
            generation_config: Generation {
                max_output_tokens: question.max_output,
                response_mime_type: question.schema.map(|_| "application/json"),
                response_json_schema: question.schema,
                thinking_config: thinking.then_some(Thinking { thinking_level: "low" }),
            },
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Response {
    pub(super) candidates: Vec<Candidate>,
    pub(super) prompt_feedback: Feedback,
    usage_metadata: Usage,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Candidate {
    content: Said,
    /// Why it ends there; a word that may be new to us.
    pub(super) finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Feedback {
    /// Why the prompt is not answered.
    pub(super) block_reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    parts: Vec<Part>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Part {
    text: String,
    /// Whether it is a thought, and not a part of the answer.
    thought: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Usage {
    #[serde(rename = "promptTokenCount")]
    prompt: u64,
    #[serde(rename = "candidatesTokenCount")]
    candidates: u64,
    #[serde(rename = "thoughtsTokenCount")]
    thoughts: u64,
}

impl Response {
    pub(super) const fn tokens(&self) -> Tokens {
        let Usage { prompt, candidates, thoughts } = self.usage_metadata;
        Tokens { input: prompt, output: candidates.saturating_add(thoughts) }
    }
}

impl Candidate {
    /// All its text, without thoughts and without the code fence that models like to put around JSON.
    pub(super) fn text(&self) -> String {
        let said: String = self.content.parts.iter().filter(|part| !part.thought).map(|part| part.text.as_str()).collect();
        let said = said.trim();
        let fenced = said.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
        let inner = fenced.and_then(|rest| rest.split_once('\n')).map(|(_language, inner)| inner.trim());
        inner.unwrap_or(said).to_owned()
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Failure {
    pub(super) error: Status,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Status {
    pub(super) message: String,
    details: Vec<Detail>,
}

/// Any of the messages of `google.rpc` that say more about an error, of which two matter here.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Detail {
    #[serde(rename = "@type")]
    kind: String,
    /// Of `ErrorInfo`.
    reason: Option<Value>,
    /// Of `RetryInfo`, as in `3.5s`.
    retry_delay: Option<Value>,
}

impl Status {
    /// The reason of its `ErrorInfo`.
    pub(super) fn reason(&self) -> Option<&str> {
        self.detail("google.rpc.ErrorInfo")?.reason.as_ref()?.as_str()
    }

    /// How many seconds its `RetryInfo` asks us to wait.
    pub(super) fn retry_delay(&self) -> Option<f64> {
        let delay = self.detail("google.rpc.RetryInfo")?.retry_delay.as_ref()?;
        delay.as_str()?.strip_suffix('s')?.parse().ok()
    }

    fn detail(&self, kind: &str) -> Option<&Detail> {
        self.details.iter().find(|detail| detail.kind.rsplit('/').next() == Some(kind))
    }
}

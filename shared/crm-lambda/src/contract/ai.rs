//! What the assistant is asked, and what it answers.

use axum::http::StatusCode;
use crm_domain::ai::{self, Answer, Content, Lack, Outcome, Refusal, Source, Tokens, Waiting};
use crm_domain::campaign::Variant;
use crm_domain::customer::Channel;
use crm_domain::faults::{Fault, Faults};
use crm_domain::rules::Rules;
use crm_domain::time::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::requests::RuleGroup;
use crate::problem::Problem;

/// Whom somebody means, in their own words.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "RulesRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Prompt {
    #[schemars(length(min = 1, max = 1000))]
    pub prompt: String,
}

/// What messages are for.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "MessagesRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Brief {
    #[schemars(length(min = 1, max = 500))]
    pub objective: String,
    pub channel: Channel,
    /// Messages are tried on members of this segment; on any customers when nothing is said.
    #[schemars(extend("format" = "uuid"))]
    pub segment_id: Option<String>,
    /// Such as friendly, professional, playful, urgent.
    #[schemars(length(min = 1, max = 50))]
    pub tone: Option<String>,
    /// How many; 3 when nothing is said.
    #[schemars(range(min = 1, max = 5))]
    pub count: Option<u32>,
}

/// What a campaign is for.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, rename = "SuggestionRequest")]
#[allow(dead_code, reason = "describes what the domain's reader takes")]
pub struct Objective {
    #[schemars(length(min = 1, max = 500))]
    pub objective: String,
}

/// Who answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    pub source: Source,
    /// Why Gemini did not answer; absent when it did, and where there is no key for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_reason: Option<Lack>,
}

/// Rules for people who were described.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedRules {
    #[serde(flatten)]
    pub audience: Audience,
    #[serde(flatten)]
    pub origin: Origin,
}

/// Rules, and what they say.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Audience {
    #[schemars(with = "RuleGroup")]
    pub rules: Rules,
    /// The rules in words, which are understood as the same rules.
    pub explanation: String,
    /// Parts of what was written that the rules do not express.
    pub unsupported: Vec<String>,
}

/// Messages that can be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedMessages {
    pub messages: Vec<GeneratedMessage>,
    /// The objective, where nothing was made of it: the messages are mere greetings then. Absent otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub unsupported: Vec<String>,
    #[serde(flatten)]
    pub origin: Origin,
}

/// One wording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GeneratedMessage {
    /// Of e-mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub body: String,
    /// Most segments that it took as an SMS for those on whom it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_segments: Option<u32>,
}

/// What a campaign has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignSummary {
    /// Every number in it is one of the campaign's.
    pub summary: String,
    /// When its orders and variants were counted; counts of messages are those of now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Time>,
    #[serde(flatten)]
    pub origin: Origin,
}

/// A campaign that could be made: once its rules are saved as a segment, `campaign` with that `segmentId` can be kept as a draft.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CampaignSuggestion {
    #[serde(flatten)]
    pub audience: Audience,
    pub campaign: SuggestedCampaign,
    /// Why it is so, one reason each.
    pub why: Vec<String>,
    #[serde(flatten)]
    pub origin: Origin,
}

/// What a draft needs, but for its segment.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SuggestedCampaign {
    pub name: String,
    pub channel: Channel,
    pub objective: String,
    /// On each recipient's own clock: `2026-12-01T09:00`.
    pub local_time: String,
    pub variants: Vec<Variant>,
}

/// A question that waits for its turn with the model.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    #[schemars(extend("format" = "uuid"))]
    pub id: String,
    pub status: AskedStatus,
    /// The answer that the question would have got at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// The problem that it would have got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Value>,
}

/// Where a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AskedStatus {
    Waiting,
    Answered,
    Refused,
}

/// What was asked of the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiUsage {
    /// Tokens that one user may use in a day (UTC).
    pub daily_tokens: u64,
    /// Newest first.
    pub days: Vec<AiDay>,
}

/// One day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiDay {
    #[schemars(extend("format" = "date"))]
    pub date: String,
    #[serde(flatten)]
    pub sum: AiSum,
    /// Those who used most tokens first.
    pub users: Vec<AiUser>,
}

/// What one user asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiUser {
    /// A user's id; `keys/ID` for an API key.
    pub user: String,
    #[serde(flatten)]
    pub sum: AiSum,
}

/// Questions that were put to the model, by who answered them in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiSum {
    pub gemini: u64,
    pub offline: u64,
    pub tokens: Tokens,
}

impl From<ai::Audience> for Audience {
    fn from(audience: ai::Audience) -> Self {
        let ai::Audience { rules, explanation, unsupported } = audience;
        Self { rules, explanation, unsupported }
    }
}

impl From<ai::Wording> for GeneratedMessage {
    fn from(wording: ai::Wording) -> Self {
        Self { subject: wording.subject, body: wording.body, sms_segments: wording.sms_segments }
    }
}

/// The body of an answer.
#[must_use]
pub fn shown(answer: Answer) -> Value {
    let origin = Origin { source: answer.source, offline_reason: answer.lack };
    let body = match answer.content {
        Content::Rules(audience) => serde_json::to_value(GeneratedRules { audience: audience.into(), origin }),
        Content::Messages(ai::Messages { wordings, unsupported }) => {
            let messages = wordings.into_iter().map(Into::into).collect();
            serde_json::to_value(GeneratedMessages { messages, unsupported, origin })
        }
        Content::Summary(ai::Summary { text: summary, as_of }) => {
            serde_json::to_value(CampaignSummary { summary, as_of, origin })
        }
        Content::Suggestion(suggestion) => {
            let ai::Suggestion { name, objective, audience, channel, local_time, variants, why } = *suggestion;
            let variant = |wording: ai::Wording| Variant { subject: wording.subject, body: wording.body, share: None };
            let variants = variants.into_iter().map(variant).collect();
            let local_time = local_time.strftime("%Y-%m-%dT%H:%M").to_string();
            let campaign = SuggestedCampaign { name, channel, objective, local_time, variants };
            serde_json::to_value(CampaignSuggestion { audience: audience.into(), campaign, why, origin })
        }
    };
    // Texts and numbers: this cannot fail.
    body.unwrap_or_default()
}

/// What the caller gets, at once or later.
#[must_use]
pub fn outcome(answer: Result<Answer, Refusal>) -> Outcome {
    match answer {
        Ok(answer) => Outcome { status: 200, body: shown(answer) },
        Err(refusal) => {
            let problem = Problem::from(refusal);
            Outcome { status: problem.status().as_u16(), body: problem.body() }
        }
    }
}

/// A question that waits, or waited.
#[must_use]
pub fn asked(waiting: &Waiting) -> Asked {
    let (status, result, problem) = match &waiting.outcome {
        None => (AskedStatus::Waiting, None, None),
        Some(outcome) if outcome.status < 300 => (AskedStatus::Answered, Some(outcome.body.clone()), None),
        Some(outcome) => (AskedStatus::Refused, None, Some(outcome.body.clone())),
    };
    Asked { id: waiting.id.to_string(), status, result, problem }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotUnderstood { reason, parts } => {
                let parts = parts
                    .into_iter()
                    .map(|part| Fault { field: "prompt".into(), reason: format!("not understood: {part}").into() });
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "not_understood", format!("The prompt {reason}."))
                    .with(Faults(parts.collect()))
            }
            Refusal::Faulty(faults) => faults.into(),
            Refusal::NoCampaign => Self::not_found("campaign"),
            Refusal::NotLaunched => Self::conflict("The campaign has not been launched: there is nothing to be told of it."),
            Refusal::Waits => Self::too_many_requests(WAIT),
            Refusal::Store(error) => error.into(),
        }
    }
}

/// Seconds after which somebody who waits may look again.
pub const WAIT: u32 = 3;

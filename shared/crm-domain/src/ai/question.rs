//! What may be asked of the assistant, and how such a question waits for its turn.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::campaign;
use crate::customer::Channel;
use crate::faults::{self, Faults, Fields};
use crate::ids::{CampaignId, SegmentId};
use crate::json::Json;
use crate::limits;
use crate::time::Time;

/// Variants that are made when no number is given.
const COUNT: usize = 3;

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Question {
    /// Which rules select the people whom `prompt` describes.
    Rules { prompt: String },
    /// What to write to people.
    Messages(Brief),
    /// What a campaign has come to, in words.
    Summary { campaign_id: CampaignId },
    /// Whom to write to, how, when and what.
    Suggestion { objective: String },
}

/// What messages are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brief {
    pub objective: String,
    pub channel: Channel,
    /// Whose members they are tried on; any customers when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment_id: Option<SegmentId>,
    /// In the caller's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<String>,
    /// How many variants, 1 to 5.
    pub count: usize,
}

impl Question {
    /// Reads `{"prompt"}`.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn of_rules(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let prompt = fields.required("prompt", |json| faults::long_text(json, limits::PROMPT));
        fields.finish()?;
        prompt.map(|prompt| Self::Rules { prompt }).ok_or_else(|| Faults::of("prompt", "is required"))
    }

    /// Reads `{"objective", "channel", "segmentId"?, "tone"?, "count"?}`.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn of_messages(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let objective = fields.required("objective", |json| faults::long_text(json, limits::OBJECTIVE));
        let channel = campaign::channel_of(&mut fields);
        let segment_id = fields.optional("segmentId", campaign::segment_id).value();
        let tone = fields.optional("tone", |json| faults::text(json, 50)).value();
        let count = fields.optional("count", |json| faults::integer(json, 1, limits::VARIANTS as i64)).value();
        let count = count.map_or(COUNT, |count| count as usize);
        fields.finish()?;
        match (objective, channel) {
            (Some(objective), Some(channel)) => Ok(Self::Messages(Brief { objective, channel, segment_id, tone, count })),
            _ => Err(Faults::of("", "is incomplete")),
        }
    }

    /// Reads `{"objective"}`.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn of_suggestion(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let objective = fields.required("objective", |json| faults::long_text(json, limits::OBJECTIVE));
        fields.finish()?;
        objective.map(|objective| Self::Suggestion { objective }).ok_or_else(|| Faults::of("objective", "is required"))
    }

    /// What it is called in logs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Rules { .. } => "rules",
            Self::Messages(_) => "messages",
            Self::Summary { .. } => "summary",
            Self::Suggestion { .. } => "suggestion",
        }
    }
}

/// The messages of the questions queue. Each may come twice, late, or again after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all_fields = "camelCase")]
pub enum Task {
    /// Answer a question that found the model over its quota.
    #[serde(rename = "answer-question.v1")]
    Answer {
        /// Under which the outcome is kept.
        id: Uuid,
        /// Who asked.
        user: String,
        asked_at: Time,
        question: Question,
    },
}

/// One task on its queue.
pub type Step = crate::step::Step<Task>;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn messages_are_asked_for_as_the_contract_says() {
        let asked = Question::of_messages(&parsed(r#"{"objective": "Win them back", "channel": "sms"}"#)).unwrap();
        let Question::Messages(brief) = asked else { panic!("{asked:?}") };
        assert_eq!((brief.count, brief.tone, brief.segment_id), (3, None, None));
        let faults = Question::of_messages(&parsed(r#"{"objective": "", "channel": "fax", "count": 9, "send": true}"#));
        let named: Vec<String> = faults.unwrap_err().0.into_iter().map(|fault| fault.field).collect();
        assert_eq!(named, ["objective", "channel", "count", "send"]);
    }

    #[test]
    fn questions_survive_their_queue() {
        let questions = [
            Question::of_rules(&parsed(r#"{"prompt": "customers in Pune"}"#)).unwrap(),
            Question::of_messages(&parsed(r#"{"objective": "Hello", "channel": "email", "tone": "warm", "count": 2}"#)).unwrap(),
            Question::of_suggestion(&parsed(r#"{"objective": "Hello"}"#)).unwrap(),
            Question::Summary { campaign_id: CampaignId::generate() },
        ];
        for question in questions {
            let task = Task::Answer { id: Uuid::now_v7(), user: "u".into(), asked_at: Time::from_micros(7), question };
            let step = Step::first(task);
            assert_eq!(Step::parse(&step.body()).unwrap(), step);
        }
    }
}

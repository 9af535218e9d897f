//! What a campaign is for, to messages that can be sent.

use crm_domain::ai::{self, Messages, Refusal, Wording};
use crm_domain::campaign::Variant;
use crm_domain::customer::{Channel, Customer};
use crm_domain::json::Json;
use crm_domain::ports::ReadSecrets;
use crm_domain::sms;
use crm_domain::template::{self, Templates};
use crm_words::claims::invented;
use crm_words::messages::{Brief, COUNTS, Draft, Tone, compose, is_understood};
use serde_json::Value;

use crate::asking::{Ask, By};
use crate::assistant::{Assistant, Known, Store, Told};
use crate::{instructions, schema};

/// Greatest lengths, those of a launch.
const SUBJECT_CHARS: usize = 200;
const BODY_CHARS: usize = 10_000;

/// Messages that are asked for, and all that they are held against.
pub(super) struct Wanted<'a> {
    pub(super) brief: &'a Brief,
    /// In the caller's words.
    pub(super) tone: &'a str,
    pub(super) known: &'a Known,
    pub(super) sample: &'a [Customer],
}

impl Ask for Wanted<'_> {
    type Read = Messages;

    fn instructions(&self) -> String {
        instructions::messages(self.brief.channel, &self.known.told)
    }

    fn prompt(&self) -> String {
        format!("Messages: {}\nTone: {}\nObjective: {}", self.brief.count, self.tone, self.brief.objective)
    }

    fn schema(&self) -> &Value {
        schema::messages_answer_schema()
    }

    fn most_output(&self) -> u32 {
        8_192
    }

    fn read(&self, answer: &str) -> Result<Messages, String> {
        let json = Json::parse(answer.as_bytes()).map_err(|error| format!("it is not JSON: {error}"))?;
        Ok(Messages { wordings: self.wordings(&json)?, unsupported: Vec::new() })
    }
}

impl Wanted<'_> {
    /// Reads `messages` of a model's answer, and judges each.
    pub(super) fn wordings(&self, json: &Json) -> Result<Vec<Wording>, String> {
        let Some(Json::List(messages)) = json.get("messages") else { return Err("messages must be a list".to_owned()) };
        let mut wordings: Vec<Wording> = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            let text = |name: &str| message.get(name).and_then(Json::as_text).map(|text| text.trim().to_owned());
            let draft =
                Draft { subject: text("subject").filter(|text| !text.is_empty()), body: text("body").unwrap_or_default() };
            let wording = self.judged(draft).map_err(|fault| format!("messages[{index}] {fault}"))?;
            if wordings.iter().any(|other| other.body == wording.body) {
                return Err(format!("messages[{index}] repeats another one"));
            }
            wordings.push(wording);
        }
        if wordings.len() < self.brief.count {
            return Err(format!("there must be {} messages, not {}", self.brief.count, wordings.len()));
        }
        wordings.truncate(self.brief.count);
        Ok(wordings)
    }

    /// The draft, once it was found to be one that can be sent: to these people, and in the sender's name.
    fn judged(&self, draft: Draft) -> Result<Wording, String> {
        let channel = self.brief.channel;
        let subject = match (channel, draft.subject) {
            (Channel::Email, None) => return Err("needs a subject".to_owned()),
            (Channel::Email, subject) => subject,
            (Channel::Sms | Channel::Whatsapp, _) => None,
        };
        let draft = Draft { subject, body: draft.body };
        let lengths = [(draft.subject.as_deref(), "subject", SUBJECT_CHARS), (Some(&*draft.body), "body", BODY_CHARS)];
        for (text, name, most) in lengths.into_iter().filter_map(|(text, name, most)| Some((text?, name, most))) {
            if text.trim().is_empty() || text.chars().count() > most {
                return Err(format!("has a {name} that is empty or too long"));
            }
            template::check(text).map_err(|reason| format!("has a {name} that {reason}"))?;
        }
        if let Some(fault) = invented(&draft, self.brief, &self.known.vocabulary) {
            return Err(fault);
        }
        let sms_segments = self.tried(&draft)?;
        Ok(Wording { subject: draft.subject, body: draft.body, sms_segments })
    }

    /// Makes the message for each person of the sample; most segments of an SMS.
    fn tried(&self, draft: &Draft) -> Result<Option<u32>, String> {
        let channel = self.brief.channel;
        let variant = Variant { subject: draft.subject.clone(), body: draft.body.clone(), share: None };
        let templates = Templates::compile(channel, &[variant])?;
        let mut most = None;
        for customer in self.sample {
            // The reason may quote what is known of somebody: the model gets to hear nothing of it.
            let rendered = templates.render(0, channel, customer).map_err(|_| "cannot be made for somebody")?;
            if rendered.body.trim().is_empty() {
                return Err("has an empty body for somebody".to_owned());
            }
            if channel == Channel::Sms {
                most = most.max(Some(sms::Length::of(&rendered.body).segments));
            }
        }
        Ok(most)
    }

    /// The objective, where the offline engine makes nothing of it: what it writes then is a greeting.
    fn unread(&self) -> Vec<String> {
        let understood = is_understood(&self.brief.objective, &self.known.vocabulary);
        if understood { Vec::new() } else { vec![self.brief.objective.clone()] }
    }

    /// What the offline engine writes.
    pub(super) fn offline(&self) -> Vec<Wording> {
        // Two of them at least are always different, and one may be all that is wanted.
        let brief = Brief { count: self.brief.count.clamp(*COUNTS.start(), *COUNTS.end()), ..self.brief.clone() };
        let mut drafts = compose(&brief, &self.known.vocabulary);
        drafts.truncate(self.brief.count);
        // Those that somebody's data would spoil are left out, unless that were all.
        let good: Vec<Wording> = drafts.iter().filter_map(|draft| self.judged(draft.clone()).ok()).collect();
        if good.is_empty() {
            drafts.into_iter().map(|draft| Wording { subject: draft.subject, body: draft.body, sms_segments: None }).collect()
        } else {
            good
        }
    }
}

impl<S: Store, K: ReadSecrets> Assistant<S, K> {
    pub(super) async fn messages(&self, wanted: &ai::Brief, by: &By<'_>) -> Result<Told<Messages>, Refusal> {
        let sample = self.sample(wanted.segment_id, by.now).await?;
        let known = self.known(by.now).await?;
        let tone = wanted.tone.as_deref().unwrap_or(Tone::Friendly.as_str());
        let brief = Brief {
            objective: wanted.objective.clone(),
            channel: wanted.channel,
            tone: Tone::parse(tone).unwrap_or(Tone::Friendly),
            count: wanted.count,
        };
        let ask = Wanted { brief: &brief, tone, known: &known, sample: &sample };
        self.told(&ask, by, || Ok(Messages { wordings: ask.offline(), unsupported: ask.unread() })).await
    }
}

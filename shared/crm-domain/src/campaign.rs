//! A campaign: an audience, a channel, and the message variants that go to it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audience::{Audience, Decision};
use crate::customer::{Channel, ConsentDefaults, Customer};
use crate::faults::{self, Faults, Fields, Reason};
use crate::ids::{CampaignId, CustomerId, SegmentId};
use crate::json::Json;
use crate::limits;
use crate::message::{Message, MessageId, Phase};
use crate::rules::{Context, Rules};
use crate::template;
use crate::time::{DAY, Time};

/// How far ahead a launch may be scheduled.
const MAX_AHEAD: i64 = 366 * DAY;
/// Customers for whom the log gets one shard.
const CUSTOMERS_A_SHARD: u64 = 100;
/// Most shards of a log.
const MAX_SHARDS: u64 = 10_000;
/// Customers for whom the planning scan gets one part.
const CUSTOMERS_A_PART: u64 = 5_000;
/// Most parts of the planning scan.
const MAX_PARTS: u64 = 16;

/// One wording of the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    pub body: String,
}

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CampaignStatus {
    /// Accepted, to begin later.
    Scheduled,
    /// Its audience is being frozen or is being written to.
    Sending,
    Paused,
    Cancelled,
    Sent,
    Failed,
}

/// The part of a campaign that changes after its launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CampaignState {
    pub status: CampaignStatus,
    /// Whether the audience is frozen: every recipient has a log entry.
    pub planned: bool,
    /// Number of log entries, once planned.
    #[serde(default)]
    pub audience: u64,
    /// When the last recipient was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
}

/// A launched campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub segment_id: SegmentId,
    /// The segment's rules at launch: later edits do not change who gets this campaign.
    pub rules: Rules,
    pub channel: Channel,
    pub objective: Option<String>,
    pub variants: Vec<Variant>,
    pub created_at: Time,
    /// When it is to begin, unless at once.
    pub scheduled_at: Option<Time>,
    /// Number of shards of its log, fixed at launch: about one per hundred customers.
    pub shards: u32,
    /// Number of parts of the scan that freezes the audience.
    pub plan_parts: u32,
    /// Those of these parts that are done.
    pub parts_planned: BTreeSet<u32>,
    pub state: CampaignState,
}

/// The body of `POST /api/campaigns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignDraft {
    pub name: String,
    pub segment_id: SegmentId,
    pub channel: Channel,
    pub objective: Option<String>,
    pub variants: Vec<Variant>,
    /// Always in the future.
    pub scheduled_at: Option<Time>,
}

impl CampaignDraft {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found, those of the templates too.
    pub fn parse(json: &Json, now: Time) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let name = fields.required("name", |json| faults::text(json, 200));
        let segment_id = fields.required("segmentId", segment_id);
        let channel = fields.required("channel", channel);
        let objective = fields.optional("objective", |json| faults::long_text(json, 500)).value();
        let variants = fields.required("variants", |json| faults::list(json, limits::VARIANTS));
        let variants = match variants {
            Some([]) => {
                fields.fault("variants", "must have at least one element");
                None
            }
            Some(variants) => {
                let read =
                    variants.iter().enumerate().map(|(index, json)| Variant::parse(json, &format!("variants[{index}]"), channel));
                let read: Vec<Option<Variant>> = read.map(|variant| fields.nested(variant)).collect();
                read.into_iter().collect::<Option<Vec<Variant>>>()
            }
            None => None,
        };
        let scheduled_at = fields.optional("scheduledAt", |json| match Time::from_json(json)? {
            time if time > now.plus(MAX_AHEAD) => Err("must be at most a year ahead".into()),
            time => Ok(time),
        });
        fields.finish()?;
        match (name, segment_id, channel, variants) {
            (Some(name), Some(segment_id), Some(channel), Some(variants)) => {
                // A time that has come means "now".
                let scheduled_at = scheduled_at.value().filter(|time| *time > now);
                Ok(Self { name, segment_id, channel, objective, variants, scheduled_at })
            }
            _ => Err(Faults::of("", "is incomplete")),
        }
    }

    /// The campaign that begins with this draft, in a CRM of about `customers` customers.
    #[must_use]
    pub fn into_campaign(self, id: CampaignId, rules: Rules, customers: u64, now: Time) -> Campaign {
        let Self { name, segment_id, channel, objective, variants, scheduled_at } = self;
        let status = if scheduled_at.is_some() { CampaignStatus::Scheduled } else { CampaignStatus::Sending };
        Campaign {
            id,
            name,
            segment_id,
            rules,
            channel,
            objective,
            variants,
            created_at: now,
            scheduled_at,
            shards: customers.div_ceil(CUSTOMERS_A_SHARD).clamp(1, MAX_SHARDS) as u32,
            plan_parts: customers.div_ceil(CUSTOMERS_A_PART).clamp(1, MAX_PARTS) as u32,
            parts_planned: BTreeSet::new(),
            state: CampaignState { status, planned: false, audience: 0, finished_at: None, failed_reason: None },
        }
    }
}

impl Variant {
    fn parse(json: &Json, path: &str, channel: Option<Channel>) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let subject = fields.optional("subject", |json| templated(faults::text(json, 200)?));
        let body = fields.required("body", |json| templated(faults::long_text(json, 10_000)?));
        // A subject that is there but faulty has its fault already.
        let given = !matches!(json.get("subject"), None | Some(Json::Null));
        match channel {
            Some(Channel::Email) if !given => fields.fault("subject", "is required"),
            Some(Channel::Sms | Channel::Whatsapp) if given => fields.fault("subject", "is for e-mail only"),
            _ => {}
        }
        fields.finish()?;
        body.map(|body| Self { subject: subject.value(), body }).ok_or_else(|| Faults::of(path, "is incomplete"))
    }
}

impl CampaignState {
    /// At its time, a scheduled campaign begins.
    #[must_use]
    pub fn begun(&self) -> Option<Self> {
        self.moved(&[CampaignStatus::Scheduled], CampaignStatus::Sending)
    }

    /// No more messages go out until it is resumed.
    #[must_use]
    pub fn paused(&self) -> Option<Self> {
        self.moved(&[CampaignStatus::Sending], CampaignStatus::Paused)
    }

    #[must_use]
    pub fn resumed(&self) -> Option<Self> {
        self.moved(&[CampaignStatus::Paused], CampaignStatus::Sending)
    }

    /// No more messages go out; what is queued becomes skipped. One that has not begun has nobody to skip.
    #[must_use]
    pub fn cancelled(&self, now: Time) -> Option<Self> {
        use CampaignStatus::{Cancelled, Paused, Scheduled, Sending};
        let mut next = self.moved(&[Scheduled, Sending, Paused], Cancelled)?;
        if self.status == Scheduled {
            next.planned = true;
            next.finished_at = Some(now);
        }
        Some(next)
    }

    /// The audience is frozen.
    #[must_use]
    pub fn planned(&self, audience: u64) -> Self {
        Self { planned: true, audience, ..self.clone() }
    }

    /// Every recipient is settled. A paused campaign finishes when it is resumed or cancelled.
    #[must_use]
    pub fn finished(&self, now: Time) -> Option<Self> {
        let status = match self.status {
            CampaignStatus::Sending => CampaignStatus::Sent,
            CampaignStatus::Cancelled => CampaignStatus::Cancelled,
            _ => return None,
        };
        let due = self.planned && self.finished_at.is_none();
        due.then(|| Self { status, finished_at: Some(now), ..self.clone() })
    }

    fn moved(&self, from: &[CampaignStatus], to: CampaignStatus) -> Option<Self> {
        from.contains(&self.status).then(|| Self { status: to, ..self.clone() })
    }
}

impl Campaign {
    /// Who belongs to it. All parts of the plan ask at the same instant: the launch, or the time set for it.
    #[must_use]
    pub fn audience(&self, consent_defaults: ConsentDefaults) -> Audience<'_> {
        let now = self.scheduled_at.unwrap_or(self.created_at);
        Audience { rules: &self.rules, channel: self.channel, context: Context { now, consent_defaults } }
    }

    /// The log entry of `customer`; none for those outside the audience.
    #[must_use]
    pub fn entry(&self, customer: &Customer, decision: Decision, place: u32, now: Time) -> Option<Message> {
        let skipped_reason = match decision {
            Decision::Outside => return None,
            Decision::Skipped(reason) => Some(reason),
            Decision::Queued => None,
        };
        Some(Message {
            customer_id: customer.id,
            email: customer.email.to_string(),
            channel: self.channel,
            address: None,
            variant: self.variant_of(customer.id),
            place,
            queued_at: now,
            sent_at: None,
            delivered_at: None,
            opened_at: None,
            last_opened_at: None,
            machine_opened_at: None,
            clicked_at: None,
            bounced_at: None,
            complained_at: None,
            unsubscribed_at: None,
            failed_at: None,
            failed_reason: None,
            skipped_reason,
            skipped_phase: skipped_reason.map(|_| Phase::Launch),
            subject: None,
            body: None,
        })
    }

    /// The message to `customer`.
    #[must_use]
    pub const fn message_id(&self, customer: CustomerId) -> MessageId {
        MessageId { campaign: self.id, customer }
    }

    /// The shard of the log that holds `customer`.
    #[must_use]
    pub fn shard_of(&self, customer: CustomerId) -> u32 {
        customer.shard(self.shards)
    }

    /// The variant that `customer` gets: a hash of both, so that planning twice agrees.
    #[must_use]
    pub fn variant_of(&self, customer: CustomerId) -> u32 {
        self.message_id(customer).draw("variant", self.variants.len() as u32)
    }
}

fn segment_id(json: &Json) -> Result<SegmentId, Reason> {
    json.as_text().and_then(SegmentId::parse).ok_or_else(|| "must be the id of a segment".into())
}

fn channel(json: &Json) -> Result<Channel, Reason> {
    match json.as_text() {
        Some("email") => Ok(Channel::Email),
        Some("sms") => Ok(Channel::Sms),
        Some("whatsapp") => Ok(Channel::Whatsapp),
        _ => Err("must be email, sms or whatsapp".into()),
    }
}

fn templated(text: String) -> Result<String, Reason> {
    template::check(&text).map(|()| text)
}

/// The segment that a launch's body names, as far as it does: for a look-up beside the other faults.
#[must_use]
pub fn named_segment(json: &Json) -> Option<SegmentId> {
    segment_id(json.get("segmentId")?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SECOND;

    const NOW: Time = Time::from_micros(1_800_000_000 * SECOND);

    fn parse(text: &str) -> Result<CampaignDraft, Vec<String>> {
        let text = text.replace("SEGMENT", "01890a5d-ac96-774b-bcce-b302099a8057");
        let faults = |faults: Faults| faults.0.into_iter().map(|fault| fault.field).collect();
        CampaignDraft::parse(&Json::parse(text.as_bytes()).unwrap(), NOW).map_err(faults)
    }

    #[test]
    fn a_whole_draft_is_read() {
        let draft = parse(
            r#"{"name":" Spring ","segmentId":"SEGMENT","channel":"email","objective":null,
                "variants":[{"subject":"Hi {{name}}","body":"Hello\n{{city}}"}],"scheduledAt":"2020-01-01"}"#,
        )
        .unwrap();
        assert_eq!((draft.name.as_str(), draft.channel, draft.scheduled_at), ("Spring", Channel::Email, None));
        let later =
            parse(r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[{"body":"x"}],"scheduledAt":"2027-06-01"}"#);
        assert!(later.unwrap().scheduled_at.is_some());
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let faults = parse(
            r#"{"name":"","segmentId":"7","channel":"fax","objective":5,"scheduledAt":"soon","extra":1,
                "variants":[{"body":""},{"subject":"{{nope}}","body":"{{","more":1},7]}"#,
        );
        assert_eq!(
            faults.unwrap_err(),
            [
                "name",
                "segmentId",
                "channel",
                "objective",
                "variants[0].body",
                "variants[1].subject",
                "variants[1].body",
                "variants[1].more",
                "variants[2]",
                "scheduledAt",
                "extra"
            ]
        );
        for (body, field) in [
            (r#"{"name":"a","segmentId":"SEGMENT","channel":"email","variants":[{"body":"x"}]}"#, "variants[0].subject"),
            (
                r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[{"subject":"s","body":"x"}]}"#,
                "variants[0].subject",
            ),
            (r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[]}"#, "variants"),
            (
                r#"{"name":"a","segmentId":"SEGMENT","channel":"sms","variants":[{"body":"x"}],"scheduledAt":"2199-01-01"}"#,
                "scheduledAt",
            ),
            (
                r#"{"name":"a","segmentId":"SEGMENT","channel":"email","variants":[{"subject":"a\nb","body":"x"}]}"#,
                "variants[0].subject",
            ),
        ] {
            assert_eq!(parse(body).unwrap_err(), [field], "{body}");
        }
        assert_eq!(parse("{}").unwrap_err(), ["name", "segmentId", "channel", "variants"]);
    }

    #[test]
    fn states_move_only_where_they_may() {
        let sending = CampaignState {
            status: CampaignStatus::Sending,
            planned: false,
            audience: 0,
            finished_at: None,
            failed_reason: None,
        };
        let paused = sending.paused().unwrap();
        assert_eq!(paused.resumed(), Some(sending.clone()));
        assert!(sending.resumed().is_none() && paused.paused().is_none());
        assert!(sending.finished(NOW).is_none(), "not planned yet");
        assert!(paused.planned(3).finished(NOW).is_none());
        let sent = sending.planned(3).finished(NOW).unwrap();
        assert_eq!((sent.status, sent.audience, sent.finished_at), (CampaignStatus::Sent, 3, Some(NOW)));
        assert!(sent.cancelled(NOW).is_none() && sent.paused().is_none() && sent.finished(NOW).is_none());
        let cancelled = paused.cancelled(NOW).unwrap();
        assert_eq!((cancelled.status, cancelled.finished_at), (CampaignStatus::Cancelled, None));
        assert_eq!(cancelled.planned(3).finished(NOW).unwrap().status, CampaignStatus::Cancelled);
        let scheduled = CampaignState { status: CampaignStatus::Scheduled, ..sending };
        assert_eq!(scheduled.cancelled(NOW).unwrap().finished_at, Some(NOW));
        assert!(scheduled.paused().is_none());
    }
}

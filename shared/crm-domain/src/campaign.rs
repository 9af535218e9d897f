//! A campaign: an audience, a channel, and the message variants that go to it.

mod state;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::attribution;
use crate::audience::{Audience, Decision};
use crate::caps::Caps;
use crate::customer::{Channel, ConsentDefaults, Customer};
use crate::delivery::Task;
use crate::experiment::{self, Holdout, Score, Seed, Share, Test};
use crate::faults::{self, Faults, Fields, Reason};
use crate::ids::{CampaignId, CustomerId, SegmentId};
use crate::json::Json;
use crate::limits;
use crate::message::{Message, MessageId, Phase};
use crate::pace::Pace;
use crate::rules::{Context, Rules};
use crate::sms;
use crate::template;
use crate::time::{DAY, MINUTE, Time};
use crate::timing::Timing;

pub use state::{CampaignState, CampaignStatus};

/// How far ahead a launch may be scheduled.
const MAX_AHEAD: i64 = 366 * DAY;
/// How long ago a time may be that still means "now": as long as it takes to press a button.
const JUST_NOW: i64 = MINUTE;
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
    /// How many get it, relative to the others; 1 when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
}

/// A campaign: launched, or a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub segment_id: SegmentId,
    /// The segment's rules at launch: later edits do not change who gets this campaign. In a draft those of its last change.
    pub rules: Rules,
    pub channel: Channel,
    pub objective: Option<String>,
    pub variants: Vec<Variant>,
    /// Share of those who could be written to that is not, for comparison.
    pub holdout: Share,
    pub test: Option<Test>,
    /// What the holdout is drawn by.
    pub seed: Seed,
    pub created_at: Time,
    /// None in a draft, and in campaigns that are older than drafts: those were launched when they were created.
    pub launched_at: Option<Time>,
    /// When it is to begin, unless at once.
    pub scheduled_at: Option<Time>,
    /// When somebody may be written to, once it has begun.
    pub timing: Timing,
    pub caps: Option<Caps>,
    /// Number of shards of its log, fixed when it begins: about one per hundred customers.
    pub shards: u32,
    /// Number of parts of the scan that freezes the audience.
    pub plan_parts: u32,
    /// Those of these parts that are done.
    pub parts_planned: BTreeSet<u32>,
    /// For how many days after a message its recipient's orders count for the campaign.
    pub attribution_days: u32,
    pub state: CampaignState,
}

/// What somebody says of a campaign: the body of `POST /api/campaigns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignDraft {
    pub name: String,
    pub segment_id: SegmentId,
    pub channel: Channel,
    pub objective: Option<String>,
    pub variants: Vec<Variant>,
    pub holdout: Share,
    pub test: Option<Test>,
    pub scheduled_at: Option<Time>,
    /// See [`Campaign::timing`].
    pub timing: Timing,
    pub caps: Option<Caps>,
    /// See [`Campaign::attribution_days`].
    pub attribution_days: Option<u32>,
    /// Whether it is to be kept, not launched.
    pub draft: bool,
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
        let channel = channel_of(&mut fields);
        let objective = fields.optional("objective", |json| faults::long_text(json, limits::OBJECTIVE)).value();
        let variants = variants(&mut fields, channel);
        let holdout = fields.optional("holdout", Share::held_out).value();
        let test = match fields.raw("test") {
            None | Some(Json::Null) => None,
            Some(json) => fields.nested(Test::parse(json, "test")),
        };
        if test.is_some() && variants.as_ref().is_some_and(|variants| variants.len() < 2) {
            fields.fault("test", "needs at least two variants");
        }
        let draft = fields.optional("draft", faults::boolean).value().unwrap_or_default();
        let scheduled_at = fields.optional("scheduledAt", Time::from_json).value();
        let timing = Timing::read(&mut fields);
        let caps = Caps::read(&mut fields);
        let attribution_days = fields.optional("attributionDays", attribution::days).value();
        let far = now.plus(MAX_AHEAD);
        if scheduled_at.is_some_and(|at| at > far) || timing.stretch().is_some_and(|[earliest, _]| earliest > far) {
            fields.fault(if scheduled_at.is_some() { "scheduledAt" } else { "localTime" }, "must be at most a year ahead");
        }
        if scheduled_at.is_some() && timing.local_time.is_some() {
            fields.fault("localTime", "takes the place of scheduledAt: one of them only");
        }
        if test.is_some() && timing.local_time.is_some() {
            // The rest would have had their time before anybody has won.
            fields.fault("localTime", "cannot be combined with a test phase");
        }
        // A draft may lie there until its time has passed: that is found when it is launched.
        if let Some((field, reason)) = passed(scheduled_at, &timing, now).filter(|_| !draft) {
            fields.fault(field, reason);
        }
        fields.finish()?;
        match (name, segment_id, channel, variants) {
            (Some(name), Some(segment_id), Some(channel), Some(variants)) => {
                let holdout = holdout.unwrap_or_default();
                Ok(Self {
                    name,
                    segment_id,
                    channel,
                    objective,
                    variants,
                    holdout,
                    test,
                    scheduled_at,
                    timing,
                    caps,
                    attribution_days,
                    draft,
                })
            }
            _ => Err(Faults::of("", "is incomplete")),
        }
    }

    /// The campaign that begins with this, in a CRM of about `customers` customers.
    #[must_use]
    pub fn into_campaign(self, id: CampaignId, rules: Rules, customers: u64, now: Time) -> Campaign {
        let seed = self.seed();
        self.kept(id, seed, rules, now).begun(customers, now)
    }

    /// The draft that is kept of this.
    #[must_use]
    pub fn into_draft(self, id: CampaignId, rules: Rules, now: Time) -> Campaign {
        self.kept(id, Seed::of_draft(id), rules, now)
    }

    /// When it begins, launched at `now`.
    #[must_use]
    pub fn begins_at(&self, now: Time) -> Time {
        begins_at(self.scheduled_at, &self.timing, now)
    }

    /// What the holdout of this is drawn by when it is launched as it is.
    #[must_use]
    pub fn seed(&self) -> Seed {
        let texts: Vec<_> = self.variants.iter().map(|variant| (&variant.subject, &variant.body)).collect();
        Seed::of_text(&format!("{:?}", (&self.name, self.segment_id, self.channel, texts)))
    }

    fn kept(self, id: CampaignId, seed: Seed, rules: Rules, now: Time) -> Campaign {
        let Self { name, segment_id, channel, objective, variants, holdout, test, scheduled_at, timing, caps, .. } = self;
        Campaign {
            id,
            name,
            segment_id,
            rules,
            channel,
            objective,
            variants,
            holdout,
            test,
            seed,
            created_at: now,
            launched_at: None,
            scheduled_at,
            timing,
            caps,
            shards: 1,
            plan_parts: 1,
            parts_planned: BTreeSet::new(),
            attribution_days: self.attribution_days.unwrap_or(attribution::DEFAULT_DAYS),
            state: CampaignState {
                status: CampaignStatus::Draft,
                planned: false,
                audience: 0,
                funnel: None,
                test_until: None,
                winner: None,
                finished_at: None,
                held_at: None,
                failed_reason: None,
            },
        }
    }
}

impl Variant {
    fn parse(json: &Json, path: &str, channel: Option<Channel>) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let subject = fields.optional("subject", |json| templated(faults::text(json, 200)?));
        let body = fields.required("body", |json| {
            let body = templated(faults::long_text(json, 10_000)?)?;
            match channel {
                // With whatever is filled in, it only gets longer.
                Some(Channel::Sms) => template::literal(&body).map_or(Ok(()), |literal| sms::check(&literal)).map(|()| body),
                _ => Ok(body),
            }
        });
        let share = fields.optional("share", |json| Share::from_json(json, Share::WEIGHTS)).value();
        // A subject that is there but faulty has its fault already.
        let given = !matches!(json.get("subject"), None | Some(Json::Null));
        match channel {
            Some(Channel::Email) if !given => fields.fault("subject", "is required"),
            Some(Channel::Sms | Channel::Whatsapp) if given => fields.fault("subject", "is for e-mail only"),
            _ => {}
        }
        fields.finish()?;
        body.map(|body| Self { subject: subject.value(), body, share }).ok_or_else(|| Faults::of(path, "is incomplete"))
    }
}

impl Campaign {
    /// When it begins: at the launch, or at the time set for it.
    #[must_use]
    pub fn begins_at(&self) -> Time {
        begins_at(self.scheduled_at, &self.timing, self.launched_at.unwrap_or(self.created_at))
    }

    /// When somebody has to see to it that it begins, if that is later.
    #[must_use]
    pub fn alarm(&self) -> Option<Time> {
        (self.state.status == CampaignStatus::Scheduled).then(|| self.begins_at())
    }

    /// The steps that freeze its audience.
    pub fn plan(&self) -> impl Iterator<Item = Task> {
        let campaign = self.id;
        (0..self.plan_parts).map(move |part| Task::Plan { campaign, part, after: None, queued: 0 })
    }

    /// That its time has passed while it lay there as a draft.
    ///
    /// # Errors
    /// The fault at its field.
    pub fn check_time(&self, now: Time) -> Result<(), Faults> {
        passed(self.scheduled_at, &self.timing, now).map_or(Ok(()), |(field, reason)| Err(Faults::of(field, reason)))
    }

    /// Who belongs to it. All parts of the plan ask at the same instant: that at which it begins.
    #[must_use]
    pub fn audience(&self, consent_defaults: ConsentDefaults) -> Audience<'_> {
        let now = self.begins_at();
        let holdout = Holdout { seed: self.seed, share: self.holdout };
        let context = Context { now, consent_defaults };
        Audience { rules: &self.rules, channel: self.channel, context, caps: self.caps, holdout }
    }

    /// The campaign launched, in a CRM of about `customers` customers.
    pub(crate) fn begun(mut self, customers: u64, now: Time) -> Self {
        // A time that has just come means "now".
        self.scheduled_at = self.scheduled_at.filter(|time| *time > now);
        self.launched_at = Some(now);
        self.state.status = if self.begins_at() > now { CampaignStatus::Scheduled } else { CampaignStatus::Sending };
        self.sized(customers)
    }

    /// The campaign with as many shards and parts as it takes in a CRM of about `customers` customers. For one that has not
    /// begun: a log is found by them.
    #[must_use]
    pub fn sized(mut self, customers: u64) -> Self {
        self.shards = customers.div_ceil(CUSTOMERS_A_SHARD).clamp(1, MAX_SHARDS) as u32;
        self.plan_parts = customers.div_ceil(CUSTOMERS_A_PART).clamp(1, MAX_PARTS) as u32;
        self
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
            channel: self.channel,
            variant: self.variant_of(customer.id),
            place,
            waits: !self.is_tested(customer.id),
            skipped_reason,
            skipped_phase: skipped_reason.map(|_| Phase::Launch),
            ..Message::blank(&customer.email, now)
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

    /// The variant that `customer` gets: a hash of both, so that planning twice agrees. Outside a test phase, that is.
    #[must_use]
    pub fn variant_of(&self, customer: CustomerId) -> u32 {
        experiment::assigned(self.id, customer, self.weights())
    }

    /// Whether `customer` does not wait for the winner of a test phase.
    #[must_use]
    pub fn is_tested(&self, customer: CustomerId) -> bool {
        self.test.is_none_or(|test| test.takes(self.id, customer))
    }

    /// The variants that `customer` may get.
    #[must_use]
    pub fn variants_for(&self, customer: CustomerId) -> std::ops::Range<u32> {
        if !self.is_tested(customer) {
            return 0..self.variants.len() as u32;
        }
        let variant = self.variant_of(customer);
        variant..variant + 1
    }

    /// The variant in which the recipient of `entry` is to be written to now; none while they wait for the winner.
    #[must_use]
    pub fn due(&self, entry: &Message, state: &CampaignState) -> Option<u32> {
        if self.is_tested(entry.customer_id) { Some(entry.variant) } else { state.winner }
    }

    /// How fast recipients may be written to, where that is limited.
    #[must_use]
    pub fn pace(&self) -> Option<Pace> {
        self.timing.rate_per_minute.map(Pace::of)
    }

    /// Whether some recipients wait for the end of a test phase.
    #[must_use]
    pub const fn is_testing(&self, state: &CampaignState) -> bool {
        self.test.is_some() && state.winner.is_none()
    }

    /// The variant that has done best; `scores` by index.
    #[must_use]
    pub fn winner(&self, scores: &[Score]) -> u32 {
        experiment::winner(self.weights(), scores)
    }

    #[must_use]
    pub fn is_draft(&self) -> bool {
        self.state.status == CampaignStatus::Draft
    }

    fn weights(&self) -> impl Iterator<Item = Share> + Clone {
        self.variants.iter().map(|variant| variant.share.unwrap_or(Share::ONE))
    }
}

/// When a campaign begins that is launched at `launched`: one by local time, where that comes first.
fn begins_at(scheduled_at: Option<Time>, timing: &Timing, launched: Time) -> Time {
    let earliest = scheduled_at.or_else(|| timing.stretch().map(|[earliest, _]| earliest));
    earliest.map_or(launched, |at| at.max(launched))
}

/// Which time of a launch at `now` has passed, and what to say of it.
fn passed(scheduled_at: Option<Time>, timing: &Timing, now: Time) -> Option<(&'static str, &'static str)> {
    let late = now.plus(-JUST_NOW);
    if scheduled_at.is_some_and(|at| at < late) {
        Some(("scheduledAt", "has passed"))
    } else if timing.stretch().is_some_and(|[_, latest]| latest < late) {
        Some(("localTime", "has passed everywhere"))
    } else {
        None
    }
}

/// Reads the member `channel`.
pub(crate) fn channel_of(fields: &mut Fields<'_>) -> Option<Channel> {
    fields.required("channel", channel)
}

/// Reads the member `variants`, for a channel if that is known.
pub(crate) fn variants(fields: &mut Fields<'_>, channel: Option<Channel>) -> Option<Vec<Variant>> {
    let variants = fields.required("variants", |json| faults::list(json, limits::VARIANTS))?;
    if variants.is_empty() {
        fields.fault("variants", "must have at least one element");
        return None;
    }
    let read = variants.iter().enumerate().map(|(index, json)| Variant::parse(json, &format!("variants[{index}]"), channel));
    let read: Vec<Option<Variant>> = read.map(|variant| fields.nested(variant)).collect();
    read.into_iter().collect()
}

pub(crate) fn segment_id(json: &Json) -> Result<SegmentId, Reason> {
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
mod tests;

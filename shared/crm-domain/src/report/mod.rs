//! What became of a campaign: its whole log counted at one moment, with the orders of its recipients.
//!
//! A report is a recount, never an increment: it is made from the log and the histories as they are, so a cancelled order
//! or a late receipt is right in the next one. It is made in stretches of the log, each on condition of the version that the
//! one before has left, so any step may be repeated.

pub mod series;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attribution::{self, Credit, Side};
use crate::campaign::{Campaign, CampaignState, CampaignStatus};
use crate::cost::{Usage, Work};
use crate::experiment::Score;
use crate::history::History;
use crate::ids::CampaignId;
use crate::message::{Message, SkipReason, Tally};
use crate::statistics::{Amounts, Difference, difference_of_means, difference_of_proportions};
use crate::time::{DAY, HOUR, MINUTE, Time};
use series::Series;

/// For how long a report is taken for that of the moment.
pub const FRESH: i64 = MINUTE;
/// After how long without progress a recount counts as dead.
const DEAD: i64 = 2 * MINUTE;
/// How long after the end of a window its last orders may still be on their way.
const GRACE: i64 = 2 * MINUTE;
/// For how long after the last message a campaign is counted each hour.
const LIVELY: i64 = 2 * DAY;
/// Reasons that are counted apart; providers may give each message one of its own.
const REASONS: usize = 200;

/// People on one side of the comparison, and what they bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Group {
    pub people: u64,
    /// Those with at least one order that counts.
    pub converted: u64,
    pub orders: u64,
    /// In minor units.
    pub revenue: i64,
    /// The sum of the squares of what each of them spent.
    #[serde(with = "as_text")]
    squares: u128,
}

/// Everything that is counted of one variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OfVariant {
    pub tally: Tally,
    pub bought: Group,
}

/// What a count of (a part of) the log has found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    pub tally: Tally,
    /// By index.
    pub variants: Vec<OfVariant>,
    pub held_out: Group,
    /// By the API's word for the reason.
    pub skipped: BTreeMap<String, u64>,
    failures: BTreeMap<String, u64>,
    other_failures: u64,
    pub series: Series,
    /// When the last window begins.
    last_window: Option<Time>,
}

/// A finished report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// When counting began: everything up to then is in it.
    pub as_of: Time,
    pub count: Count,
    /// What the campaign had used by then.
    pub usage: Vec<(Work, Usage)>,
}

/// A recount under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub id: Uuid,
    pub as_of: Time,
    /// When it was last heard of.
    pub touched_at: Time,
    /// The shard with which it goes on.
    pub next_shard: u32,
    pub count: Count,
}

/// What is stored of a campaign's reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reports {
    pub campaign: CampaignId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<Report>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
}

/// How those who were written to compare with those who were held out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// Of the share of people who ordered.
    pub conversion: Option<Difference>,
    /// Of the revenue per person, in minor units.
    pub revenue: Option<Difference>,
}

impl Group {
    fn count(&mut self, credit: &Credit) {
        let revenue = credit.revenue.minor();
        self.people += 1;
        self.converted += u64::from(credit.orders > 0);
        self.orders += credit.orders;
        self.revenue = self.revenue.saturating_add(revenue);
        self.squares = self.squares.saturating_add(u128::from(revenue.unsigned_abs()).pow(2));
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            people: self.people + other.people,
            converted: self.converted + other.converted,
            orders: self.orders + other.orders,
            revenue: self.revenue.saturating_add(other.revenue),
            squares: self.squares.saturating_add(other.squares),
        }
    }

    /// How those who got something have done by conversions.
    #[must_use]
    pub const fn by_conversions(&self) -> Score {
        Score { reached: self.people, won: self.converted }
    }

    const fn amounts(&self) -> Amounts {
        Amounts { count: self.people, sum: self.revenue, squares: self.squares }
    }
}

impl Count {
    /// Nothing but counts of the log, as they are kept shard by shard.
    #[must_use]
    pub fn of(tally: Tally) -> Self {
        Self { tally, ..Self::default() }
    }

    /// Counts one entry of the log of `campaign`, with the orders of its person and the other entries that the same person
    /// has in it. Returns what counts for it.
    pub fn count(&mut self, campaign: &Campaign, entry: &Message, others: &[Message], history: &History) -> Credit {
        let days = campaign.attribution_days;
        let credit = attribution::credit(entry, others, history, days);
        let variant = entry.variant as usize;
        if self.variants.len() <= variant {
            self.variants.resize(variant + 1, OfVariant::default());
        }
        let own = self.variants.get_mut(variant);
        self.tally.count(entry);
        match (attribution::side(entry, others, days), own) {
            (Some(Side::HeldOut), _) => self.held_out.count(&credit),
            (Some(Side::Sent), Some(own)) => {
                own.tally.count(entry);
                own.bought.count(&credit);
            }
            (None, Some(own)) if entry.skipped_reason != Some(SkipReason::HeldOut) => own.tally.count(entry),
            _ => {}
        }
        self.series.count(entry, credit.first_at, campaign.begins_at());
        if let Some(window) = attribution::Window::of(entry, days) {
            self.last_window = self.last_window.max(Some(window.after));
        }
        self.reasons(entry);
        credit
    }

    fn reasons(&mut self, entry: &Message) {
        if let Some(reason) = entry.skipped_reason {
            *self.skipped.entry(reason.as_str().to_owned()).or_default() += 1;
        }
        if entry.failed_at.is_none() && entry.bounced_at.is_none() {
            return;
        }
        let reason = entry.why_failed().map_or_else(|| "no reason given".to_owned(), impersonal);
        if self.failures.len() < REASONS || self.failures.contains_key(&reason) {
            *self.failures.entry(reason).or_default() += 1;
        } else {
            self.other_failures += 1;
        }
    }

    /// All who were written to.
    #[must_use]
    pub fn sent(&self) -> Group {
        self.variants.iter().fold(Group::default(), |sum, variant| sum.plus(variant.bought))
    }

    /// What the comparison says, when anybody was held out.
    #[must_use]
    pub fn lift(&self) -> Option<Lift> {
        let (sent, held) = (self.sent(), self.held_out);
        (held.people > 0).then(|| Lift {
            conversion: difference_of_proportions((sent.converted, sent.people), (held.converted, held.people)),
            revenue: difference_of_means(&sent.amounts(), &held.amounts()),
        })
    }

    /// The most frequent reasons for which messages failed or bounced, at most `limit`, and how many had others.
    #[must_use]
    pub fn top_failures(&self, limit: usize) -> (Vec<(&str, u64)>, u64) {
        let mut reasons: Vec<(&str, u64)> = self.failures.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        reasons.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let others = reasons.iter().skip(limit).map(|(_, count)| count).sum::<u64>();
        reasons.truncate(limit);
        (reasons, others + self.other_failures)
    }
}

impl Run {
    #[must_use]
    pub fn new(now: Time) -> Self {
        Self { id: crate::world::fresh_id(), as_of: now, touched_at: now, next_shard: 0, count: Count::default() }
    }
}

impl Reports {
    #[must_use]
    pub const fn none(campaign: CampaignId) -> Self {
        Self { campaign, latest: None, run: None }
    }

    /// Whether a recount that was asked for at `asked_at` is to begin: not when one has begun since then, nor while another is
    /// under way.
    #[must_use]
    pub fn wants(&self, asked_at: Time, now: Time) -> bool {
        let is_alive = |run: &Run| now < run.touched_at.plus(DEAD);
        !self.run.as_ref().is_some_and(is_alive) && self.since(asked_at).is_none()
    }

    /// The latest report, if everything up to `time` is in it.
    #[must_use]
    pub fn since(&self, time: Time) -> Option<&Report> {
        self.latest.as_ref().filter(|latest| latest.as_of >= time)
    }

    /// Whether who reads the report at `now` should ask for a new one.
    #[must_use]
    pub fn is_stale(&self, now: Time) -> bool {
        self.wants(now.plus(-FRESH), now)
    }
}

/// A reason without what is one person's: providers repeat addresses, telephone numbers and ids of messages in it. Reports
/// outlive erasures, and without these equal reasons are equal.
fn impersonal(reason: &str) -> String {
    let is_personal = |word: &str| word.contains('@') || word.bytes().filter(u8::is_ascii_digit).count() >= 7;
    reason.split_whitespace().map(|word| if is_personal(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// When a campaign is to be counted again of itself, after a count that began at `as_of`: each hour for two days after the
/// last message, then each day while anything may still count for it, and once after the last window has closed. Most orders
/// come in the first days; who wants to know of a later one at once opens the report.
#[must_use]
pub fn next_recount(campaign: &Campaign, state: &CampaignState, count: &Count, as_of: Time) -> Option<Time> {
    let latest = count.last_window.unwrap_or_else(|| campaign.begins_at());
    let next = as_of.plus(if as_of < latest.plus(LIVELY) { HOUR } else { DAY });
    let over = match (state.finished_at, state.status) {
        (Some(at), _) => at,
        (None, CampaignStatus::Failed) => campaign.begins_at(),
        (None, _) => return Some(next),
    };
    let last = count.last_window.map(|after| after.plus(i64::from(campaign.attribution_days) * DAY));
    let closed = over.max(last.unwrap_or(over)).plus(GRACE);
    (as_of < closed).then(|| next.min(closed))
}

/// Numbers that JSON readers would round.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;

//! The results of a campaign in a few sentences, and which numbers of a text are not among them.
//!
//! [`summarize`] says what went out, how it was received, what it earned, which wording is ahead and what to look at;
//! [`unfounded`] holds the numbers of somebody else's sentences against the same facts. Both see only [`Facts`].

mod founded;
mod sentences;

use crm_domain::campaign::CampaignStatus;
use crm_domain::customer::Channel;
use crm_domain::message::Tally;
use jiff::civil::DateTime;

pub use founded::unfounded;

/// What is known of a campaign. Counts are of recipients, as in its report.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub name: String,
    pub channel: Channel,
    pub status: CampaignStatus,
    /// When it began and ended, on the clock that is to be spoken of.
    pub began: Option<DateTime>,
    pub ended: Option<DateTime>,
    pub tally: Tally,
    /// Why people were skipped, by the API's word for it (`no_consent`), and how many.
    pub skipped_for: Vec<(String, u64)>,
    /// Why messages failed or bounced, in the provider's words, the most frequent first.
    pub failed_for: Vec<(String, u64)>,
    /// Recipients with an order that counts, these orders, and what they are worth as it is shown: "₹12,300.50".
    pub converted: u64,
    pub orders: u64,
    pub revenue: Option<String>,
    /// How many days after their message orders count.
    pub attribution_days: Option<u32>,
    /// In their order; less than two say nothing of each other.
    pub variants: Vec<VariantFacts>,
    /// The place of the variant that is ahead, if one is.
    pub ahead: Option<usize>,
    /// Whether that is more than chance, if it is known.
    pub ahead_is_sure: Option<bool>,
    /// Only for campaigns that hold somebody out.
    pub lift: Option<LiftFacts>,
    /// What it has cost, as it is shown.
    pub cost: Option<String>,
}

/// What is known of one wording.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantFacts {
    /// What it is called: "Variant 1".
    pub name: String,
    pub sent: u64,
    pub delivered: u64,
    pub opened: u64,
    pub clicked: u64,
    pub converted: u64,
    pub orders: u64,
    pub revenue: Option<String>,
}

/// How those who were written to compare with those held out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiftFacts {
    pub held_out: u64,
    /// Buyers among those held out.
    pub held_out_converted: u64,
    /// How much larger the share of buyers is, and its 95 % interval, as shares from -1 to 1.
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Facts {
    /// Facts of a campaign that has not done anything yet, to be filled in.
    #[must_use]
    pub fn new(name: impl Into<String>, channel: Channel, status: CampaignStatus) -> Self {
        Self {
            name: name.into(),
            channel,
            status,
            began: None,
            ended: None,
            tally: Tally::default(),
            skipped_for: Vec::new(),
            failed_for: Vec::new(),
            converted: 0,
            orders: 0,
            revenue: None,
            attribution_days: None,
            variants: Vec::new(),
            ahead: None,
            ahead_is_sure: None,
            lift: None,
            cost: None,
        }
    }
}

/// Two to five sentences on a campaign. Every number in them passes [`unfounded`].
#[must_use]
pub fn summarize(facts: &Facts) -> String {
    sentences::sentences(facts).join(" ")
}

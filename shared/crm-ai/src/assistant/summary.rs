//! What a campaign has come to, in words.

use std::fmt::Write as _;

use crm_domain::ai::{Refusal, Summary};
use crm_domain::campaign::Campaign;
use crm_domain::ids::CampaignId;
use crm_domain::json::Json;
use crm_domain::message::Tally;
use crm_domain::money::{Currency, Money};
use crm_domain::ports::ReadSecrets;
use crm_domain::report::Count;
use crm_domain::statistics::difference_of_proportions;
use crm_words::money;
use crm_words::summary::{Facts, LiftFacts, VariantFacts, summarize, unfounded};
use serde_json::Value;

use crate::asking::{Ask, By};
use crate::assistant::{Assistant, Store, Told};
use crate::{instructions, schema};

/// Most characters of a summary.
const MOST_CHARS: usize = 1_500;
/// Reasons of failures that are told.
const REASONS: usize = 3;

struct Summed<'a>(&'a Facts);

impl Ask for Summed<'_> {
    type Read = String;

    fn instructions(&self) -> String {
        instructions::summary()
    }

    fn prompt(&self) -> String {
        told(self.0)
    }

    fn schema(&self) -> &Value {
        schema::summary_answer_schema()
    }

    fn most_output(&self) -> u32 {
        2_048
    }

    fn read(&self, answer: &str) -> Result<String, String> {
        let json = Json::parse(answer.as_bytes()).map_err(|error| format!("it is not JSON: {error}"))?;
        let summary = json.get("summary").and_then(Json::as_text).map(str::trim).unwrap_or_default();
        let odd = |c: char| c.is_control() && c != '\n';
        if summary.is_empty() || summary.chars().count() > MOST_CHARS || summary.contains(odd) {
            return Err(format!("summary must be text of at most {MOST_CHARS} characters"));
        }
        match unfounded(summary, self.0) {
            Some(number) => Err(format!("{number} is not among the facts")),
            None => Ok(summary.to_owned()),
        }
    }
}

impl<S: Store, K: ReadSecrets> Assistant<S, K> {
    pub(super) async fn summary(&self, id: CampaignId, by: &By<'_>) -> Result<Told<Summary>, Refusal> {
        let campaign = self.store.campaign(id).await?.ok_or(Refusal::NoCampaign)?.record;
        if campaign.is_draft() {
            return Err(Refusal::NotLaunched);
        }
        // Messages are counted as they happen; orders and variants when somebody looks at the report.
        let tally = self.store.tallies(id).await?.into_iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(tally));
        let latest = self.store.reports(id).await?.and_then(|held| held.record.latest);
        let (as_of, mut count) = latest.map_or_else(|| (None, Count::of(tally)), |report| (Some(report.as_of), report.count));
        count.tally = tally;
        let facts = facts(&campaign, &count, &self.settings.currency);
        let told = self.told(&Summed(&facts), by, || Ok(summarize(&facts))).await?;
        Ok(Told { read: Summary { text: told.read, as_of }, source: told.source, lack: told.lack })
    }
}

/// What is told of a campaign.
fn facts(campaign: &Campaign, count: &Count, currency: &Currency) -> Facts {
    let bought = count.sent();
    let worth = |minor: i64| Some(money(&currency.to_major(Money::from_minor(minor)), currency));
    let variants: Vec<VariantFacts> = (1..)
        .zip(&count.variants)
        .map(|(number, variant)| VariantFacts {
            name: format!("Variant {number}"),
            sent: variant.tally.sent,
            delivered: variant.tally.delivered,
            opened: variant.tally.opened,
            clicked: variant.tally.clicked,
            converted: variant.bought.converted,
            orders: variant.bought.orders,
            revenue: worth(variant.bought.revenue),
        })
        .collect();
    let (ahead, ahead_is_sure) = ahead(&variants);
    let lift = count.lift().and_then(|lift| lift.conversion).map(|found| LiftFacts {
        held_out: count.held_out.people,
        held_out_converted: count.held_out.converted,
        value: found.value,
        low: found.low,
        high: found.high,
    });
    Facts {
        began: Some(campaign.begins_at().date().to_datetime(jiff::civil::Time::midnight())),
        ended: campaign.state.finished_at.map(|at| at.date().to_datetime(jiff::civil::Time::midnight())),
        tally: count.tally,
        skipped_for: count.skipped.iter().map(|(reason, count)| (reason.clone(), *count)).collect(),
        failed_for: count.top_failures(REASONS).0.into_iter().map(|(reason, count)| (reason.to_owned(), count)).collect(),
        converted: bought.converted,
        orders: bought.orders,
        revenue: worth(bought.revenue),
        attribution_days: Some(campaign.attribution_days),
        variants,
        ahead,
        ahead_is_sure,
        lift,
        ..Facts::new(campaign.name.clone(), campaign.channel, campaign.state.status)
    }
}

/// The variant of whose recipients the largest share ordered, or clicked of those whom it reached where nobody ordered; and whether its lead over the
/// next one is more than chance.
fn ahead(variants: &[VariantFacts]) -> (Option<usize>, Option<bool>) {
    let orders = variants.iter().any(|variant| variant.converted > 0);
    // By the same measures as the sentences give.
    let reached = |variant: &VariantFacts| {
        if orders { (variant.converted, variant.sent) } else { (variant.clicked, variant.delivered) }
    };
    let mut ranked: Vec<(usize, (u64, u64))> =
        variants.iter().enumerate().map(|(place, variant)| (place, reached(variant))).filter(|(_, (_, of))| *of > 0).collect();
    // Shares compared without dividing; of equals the first.
    ranked.sort_by(|(_, (won, of)), (_, (other_won, other_of))| {
        (u128::from(*other_won) * u128::from(*of)).cmp(&(u128::from(*won) * u128::from(*other_of)))
    });
    match *ranked.as_slice() {
        [(place, first), (_, second), ..] if first.0 > 0 => {
            let sure = difference_of_proportions(first, second).map(|found| found.low > 0.0);
            (Some(place), sure)
        }
        _ => (None, None),
    }
}

/// The facts as the model gets them: counts, and the rates that may be spoken of. Reasons are the providers' words: they stay
/// here.
fn told(facts: &Facts) -> String {
    let mut told = String::new();
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        // Into a text: this cannot fail.
        let _ = writeln!(told, "{name}: {value}");
    };
    line("campaign", &serde_json::Value::from(facts.name.as_str()));
    line("status", &serde_json::json!(facts.status));
    for (name, count) in [
        ("recipients", facts.tally.audience),
        ("still queued", facts.tally.queued),
        ("sent", facts.tally.sent),
        ("failed", facts.tally.failed),
        ("skipped", facts.tally.skipped),
        ("unknown whether sent", facts.tally.unknown),
        ("orders", facts.orders),
    ] {
        line(name, &count);
    }
    for (name, part) in [
        ("delivered", facts.tally.delivered),
        ("opened", facts.tally.opened),
        ("clicked", facts.tally.clicked),
        ("bounced", facts.tally.bounced),
        ("complained", facts.tally.complained),
        ("unsubscribed", facts.tally.unsubscribed),
        ("ordered", facts.converted),
    ] {
        line(name, &of(part, facts.tally.sent));
    }
    if let Some(revenue) = &facts.revenue {
        line("revenue", revenue);
    }
    for (reason, count) in &facts.skipped_for {
        line(&format!("skipped for {reason}"), count);
    }
    if facts.variants.len() > 1 {
        for variant in &facts.variants {
            let (sent, clicked) = (variant.sent, of(variant.clicked, variant.sent));
            line(&variant.name, &format!("sent {sent}, clicked {clicked}, ordered {}", of(variant.converted, sent)));
        }
    }
    if let Some(variant) = facts.ahead.and_then(|place| facts.variants.get(place)) {
        let certainty = if facts.ahead_is_sure == Some(true) { "more than chance" } else { "may be chance" };
        line("ahead", &format!("{}, which {certainty}", variant.name));
    }
    if let Some(lift) = facts.lift {
        line("held out for comparison", &lift.held_out);
        line("of them ordered", &of(lift.held_out_converted, lift.held_out));
    }
    told
}

/// A count, and the share that it is.
fn of(part: u64, whole: u64) -> String {
    if whole == 0 { part.to_string() } else { format!("{part} ({:.1} %)", 100.0 * part as f64 / whole as f64) }
}

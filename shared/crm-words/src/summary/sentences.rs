//! The sentences of a summary, in the order in which somebody wants to hear them.

use crm_domain::campaign::CampaignStatus;
use crm_domain::customer::Channel;

use super::{Facts, VariantFacts};

/// Most sentences.
const MOST: usize = 5;
/// Above these shares of what was sent, something is out of the ordinary. Amazon SES reviews senders at 5 % bounces and
/// 0.1 % complaints, so that is late; people look at half of it.
const MANY_BOUNCES: f64 = 0.025;
const MANY_COMPLAINTS: f64 = 0.000_5;
const MANY_UNSUBSCRIBED: f64 = 0.005;
const MANY_FAILED: f64 = 0.01;
/// Of the audience.
const MANY_SKIPPED: f64 = 0.2;

pub(super) fn sentences(facts: &Facts) -> Vec<String> {
    let mut said = vec![went_out(facts)];
    if facts.tally.sent == 0 {
        said.push(nothing_sent(facts));
        return said;
    }
    said.push(received(facts));
    said.push(earned(facts));
    said.extend(ahead(facts));
    said.extend(lift(facts));
    if said.len() == MOST {
        // The last place is for what calls for action, if anything does.
        if let Some(look) = look_at(facts) {
            said.pop();
            said.push(look);
        }
    } else {
        said.extend(look_at(facts));
    }
    said.truncate(MOST);
    said
}

fn went_out(facts: &Facts) -> String {
    let name = facts.name.trim();
    let crm_domain::message::Tally { audience, sent, .. } = facts.tally;
    let date =
        |when: Option<jiff::civil::DateTime>| when.map(|when| format!(" on {}", when.strftime("%-d %B %Y"))).unwrap_or_default();
    let began = date(facts.began);
    let of = if audience > sent { format!("{} of {}", count(sent), people(audience)) } else { people(sent) };
    let way = match facts.channel {
        Channel::Email => "by e-mail",
        Channel::Sms => "by SMS",
        Channel::Whatsapp => "on WhatsApp",
    };
    match facts.status {
        CampaignStatus::Draft | CampaignStatus::Scheduled if sent == 0 => format!("\"{name}\" has not gone out yet."),
        CampaignStatus::Cancelled if sent == 0 => format!("\"{name}\" was cancelled before anything went out."),
        CampaignStatus::Failed if sent == 0 => format!("\"{name}\" has failed before anything went out."),
        _ if sent == 0 => format!("\"{name}\" has not reached anybody so far."),
        CampaignStatus::Sending => format!("\"{name}\" is on its way {way}; it has gone to {of} so far."),
        CampaignStatus::Paused => format!("\"{name}\" is paused; it has gone {way} to {of} so far."),
        CampaignStatus::Cancelled => format!("\"{name}\" was cancelled after it had gone {way} to {of}."),
        CampaignStatus::Failed => format!("\"{name}\" has failed after it had gone {way} to {of}."),
        CampaignStatus::Draft | CampaignStatus::Scheduled | CampaignStatus::Sent => {
            format!("\"{name}\" went {way} to {of}{began}.")
        }
    }
}

fn nothing_sent(facts: &Facts) -> String {
    match top(&facts.skipped_for).filter(|_| facts.tally.skipped > 0 && facts.tally.skipped * 2 >= facts.tally.audience) {
        Some((reason, number)) => format!(
            "{} of {} were skipped, mostly because {} ({}).",
            count(facts.tally.skipped),
            people(facts.tally.audience),
            skipped_because(reason),
            count(number)
        ),
        None if facts.tally.failed > 0 => {
            format!("{} of {} failed.", count(facts.tally.failed), plural(facts.tally.audience, "message"))
        }
        None if facts.tally.audience > 0 => format!("Its audience is {}.", people(facts.tally.audience)),
        None => "There is nothing to report.".to_owned(),
    }
}

fn received(facts: &Facts) -> String {
    let mut parts =
        vec![format!("{} ({}) were delivered", count(facts.tally.delivered), percent(facts.tally.delivered, facts.tally.sent))];
    if facts.tally.delivered == 0 {
        return "No delivery has been reported yet.".to_owned();
    }
    if facts.channel == Channel::Email || facts.tally.opened > 0 {
        parts.push(format!(
            "{} ({} of these) opened",
            count(facts.tally.opened),
            percent(facts.tally.opened, facts.tally.delivered)
        ));
    }
    if facts.channel == Channel::Email || facts.tally.clicked > 0 {
        parts.push(format!("{} ({}) clicked", count(facts.tally.clicked), percent(facts.tally.clicked, facts.tally.delivered)));
    }
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { format!("Of these, {last}.") } else { format!("Of these, {} and {last}.", parts.join(", ")) }
}

fn earned(facts: &Facts) -> String {
    let within = facts.attribution_days.map(|days| format!(" within {}", plural(u64::from(days), "day"))).unwrap_or_default();
    let cost = facts.cost.as_ref().map(|cost| format!(", at a cost of {cost}")).unwrap_or_default();
    if facts.converted == 0 {
        return format!("Nobody has ordered{within} so far{cost}.");
    }
    let worth = facts.revenue.as_ref().map(|revenue| format!(" worth {revenue}")).unwrap_or_default();
    format!(
        "{} ({}) placed {}{worth}{within}{cost}.",
        people(facts.converted),
        percent(facts.converted, facts.tally.sent),
        plural(facts.orders, "order")
    )
}

/// A part of a variant's recipients, and the whole.
type Measure = fn(&VariantFacts) -> (u64, u64);

/// Which wording is ahead, and whether that is more than chance.
fn ahead(facts: &Facts) -> Option<String> {
    let best = facts.variants.get(facts.ahead?).filter(|_| facts.variants.len() > 1)?;
    let (measure, of): (&str, Measure) = if facts.variants.iter().any(|one| one.converted > 0) {
        ("ordered", |one| (one.converted, one.sent))
    } else if facts.variants.iter().any(|one| one.clicked > 0) {
        ("clicked", |one| (one.clicked, one.delivered))
    } else {
        ("opened", |one| (one.opened, one.delivered))
    };
    let rate = |one: &VariantFacts| {
        let (part, whole) = of(one);
        if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
    };
    let shown = |one: &VariantFacts| {
        let (part, whole) = of(one);
        percent(part, whole)
    };
    let others = facts.variants.iter().filter(|one| one.name != best.name);
    let next = others.max_by(|one, other| rate(one).total_cmp(&rate(other)))?;
    let surely = match facts.ahead_is_sure {
        Some(true) => "; that is more than chance",
        Some(false) => "; that may be chance",
        None => "",
    };
    Some(format!("{} is ahead: {} {measure}, and {} with {}{surely}.", best.name, shown(best), shown(next), next.name))
}

fn lift(facts: &Facts) -> Option<String> {
    let lift = facts.lift.as_ref().filter(|lift| lift.held_out > 0)?;
    let points = |share: f64| format!("{:.1}", 100.0 * share);
    let interval = format!("95% interval {} to {}", points(lift.low), points(lift.high));
    Some(if lift.low > 0.0 {
        format!(
            "Compared with {} held out, the share of buyers is {} percentage points higher ({interval}), so the campaign made a difference.",
            people(lift.held_out),
            points(lift.value)
        )
    } else if lift.high < 0.0 {
        format!(
            "Compared with {} held out, the share of buyers is lower, by {} percentage points ({interval}).",
            people(lift.held_out),
            points(-lift.value)
        )
    } else {
        format!(
            "Whether it made anybody buy is not clear from the {} held out ({interval} percentage points).",
            people(lift.held_out)
        )
    })
}

/// What is out of the ordinary, the worst first.
fn look_at(facts: &Facts) -> Option<String> {
    let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let reason =
        top(&facts.failed_for).map(|(reason, number)| format!(", most often \"{}\" ({})", quoted(reason), count(number)));
    let reason = reason.unwrap_or_default();
    let of_sent = |part: u64| format!("{} ({})", count(part), percent(part, facts.tally.sent));
    if share(facts.tally.complained, facts.tally.sent) > MANY_COMPLAINTS {
        return Some(format!("Look at complaints first: {} marked it as unwanted.", of_sent(facts.tally.complained)));
    }
    if share(facts.tally.bounced, facts.tally.sent) > MANY_BOUNCES {
        return Some(format!("Look at the addresses: {} bounced{reason}.", of_sent(facts.tally.bounced)));
    }
    if share(facts.tally.failed, facts.tally.audience) > MANY_FAILED {
        let failed = format!("{} ({})", count(facts.tally.failed), percent(facts.tally.failed, facts.tally.audience));
        return Some(format!("Look at failures: {failed} could not be sent{reason}."));
    }
    if share(facts.tally.unsubscribed, facts.tally.sent) > MANY_UNSUBSCRIBED {
        return Some(format!("More people than usual unsubscribed: {}.", of_sent(facts.tally.unsubscribed)));
    }
    if share(facts.tally.skipped, facts.tally.audience) > MANY_SKIPPED {
        let because = top(&facts.skipped_for)
            .map(|(reason, number)| format!(", mostly because {} ({})", skipped_because(reason), count(number)));
        let skipped =
            format!("{} ({} of the audience)", count(facts.tally.skipped), percent(facts.tally.skipped, facts.tally.audience));
        return Some(format!("{skipped} were skipped{}.", because.unwrap_or_default()));
    }
    if facts.tally.unknown > 0 {
        return Some(format!(
            "Of {} it is unknown whether they were written to, as the provider's answer was lost.",
            people(facts.tally.unknown)
        ));
    }
    None
}

fn skipped_because(reason: &str) -> String {
    match reason {
        "no_consent" => "they have not agreed to be written to",
        "unreachable" => "they have no address on this channel",
        "suppressed" => "their address is on the suppression list",
        "capped" => "they have had as many messages as anybody may get",
        "held_out" => "they are held out for comparison",
        "gone" => "they are no longer customers",
        "cancelled" => "the campaign was cancelled",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

fn top(reasons: &[(String, u64)]) -> Option<(&str, u64)> {
    // Of equals the first.
    let best = reasons.iter().rev().max_by_key(|(_, number)| *number)?;
    Some((&*best.0, best.1)).filter(|(_, number)| *number > 0)
}

/// A reason of a provider, which may be of any length and say anything: without digits, which would read as figures.
fn quoted(reason: &str) -> String {
    let words = reason.split_whitespace().filter(|word| !word.chars().any(|c| c.is_numeric() || c == '"'));
    words.collect::<Vec<_>>().join(" ").chars().take(80).collect()
}

/// A share as a percentage with one decimal, or none where that is zero.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0%".to_owned();
    }
    // Tenths, halves upwards.
    let tenths = (u128::from(part) * 2_000 + u128::from(whole)) / (u128::from(whole) * 2);
    if tenths % 10 == 0 { format!("{}%", tenths / 10) } else { format!("{}.{}%", tenths / 10, tenths % 10) }
}

fn people(number: u64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", count(number)) }
}

fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Digits in groups of three.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

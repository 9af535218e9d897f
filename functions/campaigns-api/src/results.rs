//! A report as the API shows it: rates, money in major units, prices.

use crm_domain::campaign::Campaign;
use crm_domain::cost::{Prices, Usage, WHOLE, Work};
use crm_domain::message::Tally;
use crm_domain::money::{Currency, Money};
use crm_domain::report::{Count, Group, Lift};
use crm_domain::statistics::Difference;
use crm_lambda::contract::reports::{
    CampaignReport, FailureCount, Rates, ReportAttribution, ReportCost, ReportCostPart, ReportCounts, ReportDifference,
    ReportFailures, ReportGroup, ReportLift, ReportRates, ReportStretch, ReportUsage, VariantReport,
};

use crate::view;

/// Reasons of failures that are shown.
const TOP: usize = 10;

/// Everything but the moment at which it was counted.
pub fn report(campaign: &Campaign, count: &Count, usage: &[(Work, Usage)], currency: &Currency) -> CampaignReport {
    let sent = count.sent();
    let counts = counts(&count.tally, sent.converted);
    let (top, others) = count.top_failures(TOP);
    let money = |minor: i64| currency.to_major(Money::from_minor(minor));
    CampaignReport {
        campaign_id: campaign.id.to_string(),
        as_of: None,
        recounting: false,
        counts,
        rates: rates(&counts),
        skipped: count.skipped.clone(),
        series: series(campaign, count),
        variants: variants(count, currency),
        failures: ReportFailures {
            top: top.into_iter().map(|(reason, count)| FailureCount { reason: reason.to_owned(), count }).collect(),
            others,
        },
        funnel: campaign.state.funnel.as_ref().map(view::funnel),
        attribution: ReportAttribution {
            days: campaign.attribution_days,
            converted: sent.converted,
            orders: sent.orders,
            revenue: money(sent.revenue),
            currency: currency.code().to_owned(),
        },
        lift: count.lift().map(|lift| shown_lift(&lift, &sent, &count.held_out, currency)),
        cost: Prices::listed().filter(|_| !usage.is_empty()).map(|prices| cost(usage, count.tally.sent, prices)),
    }
}

fn counts(tally: &Tally, converted: u64) -> ReportCounts {
    ReportCounts { log: (*tally).into(), converted }
}

fn rates(counts: &ReportCounts) -> ReportRates {
    let of = |whole: u64| {
        let share = |part: u64| rounded(part as f64 / whole as f64, 6);
        (whole > 0).then(|| Rates {
            delivered: share(counts.log.delivered),
            opened: share(counts.log.opened),
            clicked: share(counts.log.clicked),
            bounced: share(counts.log.bounced),
            complained: share(counts.log.complained),
            unsubscribed: share(counts.log.unsubscribed),
            converted: share(counts.converted),
        })
    };
    ReportRates { of_sent: of(counts.log.sent), of_delivered: of(counts.log.delivered) }
}

fn series(campaign: &Campaign, count: &Count) -> Vec<ReportStretch> {
    let stretches = count.series.stretches(campaign.begins_at());
    let shown = stretches.map(|(from, hours, happened)| ReportStretch {
        from,
        hours,
        sent: happened.sent,
        delivered: happened.delivered,
        opened: happened.opened,
        clicked: happened.clicked,
        converted: happened.converted,
    });
    shown.collect()
}

fn variants(count: &Count, currency: &Currency) -> Vec<VariantReport> {
    let shown = (0..).zip(&count.variants).map(|(variant, of)| {
        let counts = counts(&of.tally, of.bought.converted);
        let revenue = Money::from_minor(of.bought.revenue);
        VariantReport {
            variant,
            counts,
            rates: rates(&counts),
            orders: of.bought.orders,
            revenue: currency.to_major(revenue),
            revenue_per_recipient: currency.average(revenue, of.bought.people),
        }
    });
    shown.collect()
}

fn shown_lift(lift: &Lift, sent: &Group, held_out: &Group, currency: &Currency) -> ReportLift {
    let share = |group: &Group| (group.people > 0).then(|| group.converted as f64 / group.people as f64);
    let mean = |group: &Group| (group.people > 0).then(|| group.revenue as f64 / group.people as f64);
    let group = |group: &Group| ReportGroup {
        people: group.people,
        converted: group.converted,
        conversion_rate: share(group).map(|share| rounded(share, 6)),
        orders: group.orders,
        revenue: currency.to_major(Money::from_minor(group.revenue)),
        revenue_per_person: currency.average(Money::from_minor(group.revenue), group.people),
    };
    let difference = |found: Difference, base: Option<f64>, scale: f64, decimals: i32| ReportDifference {
        value: rounded(found.value / scale, decimals),
        low: rounded(found.low / scale, decimals),
        high: rounded(found.high / scale, decimals),
        relative: base.filter(|base| *base > 0.0).map(|base| rounded(found.value / base, 4)),
    };
    ReportLift {
        sent: group(sent),
        held_out: group(held_out),
        conversion: lift.conversion.map(|found| difference(found, share(held_out), 1.0, 6)),
        revenue_per_person: lift.revenue.map(|found| difference(found, mean(held_out), currency.scale() as f64, 4)),
    }
}

fn cost(usage: &[(Work, Usage)], sent: u64, prices: &Prices) -> ReportCost {
    let total = usage.iter().fold(Usage::default(), |sum, (_, usage)| sum.plus(*usage));
    let each = |amount: u64| (sent > 0).then(|| rounded(whole(amount) / sent as f64, 4));
    ReportCost {
        total: shown_usage(&total, prices),
        parts: usage.iter().map(|(work, usage)| ReportCostPart { work: *work, usage: shown_usage(usage, prices) }).collect(),
        price_per_million: prices.per_million(&total, sent).map(|price| rounded(price, 4)),
        write_units_per_recipient: each(total.written),
        queue_requests_per_recipient: each(total.queued),
        currency: prices.currency.clone(),
        region: prices.region.clone(),
        prices_as_of: prices.as_of.clone(),
    }
}

fn shown_usage(usage: &Usage, prices: &Prices) -> ReportUsage {
    ReportUsage {
        write_units: whole(usage.written),
        read_units: whole(usage.read),
        queue_requests: whole(usage.queued),
        invocations: whole(usage.invoked),
        gb_seconds: rounded(whole(usage.held) / 1024.0, 3),
        price: rounded(prices.of(usage), 9),
    }
}

fn whole(thousandths: u64) -> f64 {
    thousandths as f64 / WHOLE as f64
}

pub(crate) fn rounded(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (number * scale).round() / scale
}

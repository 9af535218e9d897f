//! One round of deliveries: who is handed out now, after which delays, and when to look again.

use crate::campaign::{Campaign, CampaignState, CampaignStatus};
use crate::delivery::Task;
use crate::message::Tally;
use crate::time::{MINUTE, SECOND, Time};

/// Recipients for whom one delivery is made, as far as the shards allow.
pub const RECIPIENTS: u64 = 100;
/// How long a round with a rate lasts. When it ends, the next one takes whom it has left: so there are never more deliveries
/// than for two rounds, whatever holds them up.
const HORIZON: i64 = MINUTE;

/// What is handed out, and what is left to later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// With their delays in seconds.
    pub deliveries: Vec<(Task, u32)>,
    /// When to look again; `None` when nobody has to be waited for.
    pub next: Option<Time>,
}

impl Round {
    /// The round at `now`, by the counts of the log's shards in their order.
    #[must_use]
    pub fn of(campaign: &Campaign, state: &CampaignState, tallies: &[(u32, Tally)], now: Time) -> Self {
        // Who is skipped need not wait for anything.
        let skips = state.status == CampaignStatus::Cancelled;
        let is_due = |tally: &Tally| skips || tally.first_due.is_none_or(|first| first <= now);
        let queued = tallies.iter().filter(|(_, tally)| tally.queued > 0).copied();
        let (due, later): (Vec<_>, Vec<_>) = queued.partition(|(_, tally)| is_due(tally));
        let pace = campaign.pace().filter(|_| !skips);
        let until = pace.filter(|_| !due.is_empty()).map(|_| now.plus(HORIZON));
        let next = later.iter().filter_map(|(_, tally)| tally.first_due).chain(until).min();
        let (mut deliveries, mut before) = (Vec::new(), 0);
        for (first, last, count) in stretches(due) {
            let delay = pace.map_or(0, |pace| pace.time_of(before));
            if delay >= HORIZON {
                break;
            }
            deliveries.push((Task::Deliver { campaign: campaign.id, first, last, until }, (delay / SECOND) as u32));
            before += campaign.written_now(state, count);
        }
        Self { deliveries, next }
    }
}

/// Stretches of shards with up to [`RECIPIENTS`] who are queued, or a single fuller shard.
fn stretches(due: Vec<(u32, Tally)>) -> Vec<(u32, u32, u64)> {
    let mut stretches: Vec<(u32, u32, u64)> = Vec::new();
    for (shard, tally) in due {
        match stretches.last_mut() {
            Some((_, last, sum)) if *sum + tally.queued <= RECIPIENTS => {
                *last = shard;
                *sum += tally.queued;
            }
            _ => stretches.push((shard, shard, tally.queued)),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CampaignDraft;
    use crate::ids::CampaignId;
    use crate::json::Json;
    use crate::money::Currency;
    use crate::rules::Rules;

    const NOW: Time = Time::from_micros(1_800_000_000 * SECOND);

    fn campaign(more: &str) -> Campaign {
        let json = |text: &str| Json::parse(text.as_bytes()).unwrap();
        let body = format!(
            r#"{{"name":"a","segmentId":"01890a5d-ac96-774b-bcce-b302099a8057","channel":"sms","variants":[{{"body":"x"}},{{"body":"y"}}]{more}}}"#
        );
        let rules = Rules::parse(&json(r#"{"combinator":"and","rules":[]}"#), "", &Currency::parse("INR").unwrap()).unwrap();
        CampaignDraft::parse(&json(&body), NOW).unwrap().into_campaign(CampaignId::generate(), rules, 1, NOW)
    }

    fn queued(counts: &[(u64, Option<i64>)]) -> Vec<(u32, Tally)> {
        let tally = |(shard, (queued, due)): (usize, &(u64, Option<i64>))| {
            let first_due = due.map(|seconds| NOW.plus(seconds * SECOND));
            (shard as u32, Tally { audience: 100, queued: *queued, first_due, ..Tally::default() })
        };
        counts.iter().enumerate().map(tally).collect()
    }

    /// First and last shard, and delay, of each delivery; seconds until the next look.
    fn round(campaign: &Campaign, counts: &[(u64, Option<i64>)]) -> (Vec<(u32, u32, u32)>, Option<i64>) {
        let round = Round::of(campaign, &campaign.state, &queued(counts), NOW);
        let told = round.deliveries.into_iter().map(|(task, delay)| match task {
            Task::Deliver { first, last, .. } => (first, last, delay),
            other => panic!("{other:?}"),
        });
        (told.collect(), round.next.map(|next| (next.micros() - NOW.micros()) / SECOND))
    }

    #[test]
    fn deliveries_take_a_hundred_recipients_as_far_as_shards_allow() {
        let counts = [(60, None), (40, None), (1, None), (0, None), (100, None), (250, None)];
        assert_eq!(round(&campaign(""), &counts), (vec![(0, 1, 0), (2, 2, 0), (4, 4, 0), (5, 5, 0)], None));
    }

    #[test]
    fn who_is_not_due_is_left_until_then_unless_all_are_skipped() {
        let counts = [(60, Some(0)), (40, Some(90)), (10, None), (5, Some(30))];
        let mut campaign = campaign("");
        assert_eq!(round(&campaign, &counts), (vec![(0, 2, 0)], Some(30)));
        campaign.state.status = CampaignStatus::Cancelled;
        assert_eq!(round(&campaign, &counts), (vec![(0, 1, 0), (2, 3, 0)], None));
    }

    #[test]
    fn a_rate_spreads_a_minute_and_leaves_the_rest_to_the_next() {
        let full = [(100, None); 20];
        let (told, next) = round(&campaign(r#","ratePerMinute":600"#), &full);
        assert_eq!((told.len(), told[1], told[5], next), (6, (1, 1, 10), (5, 5, 50), Some(60)));
        let (told, next) = round(&campaign(r#","ratePerMinute":1"#), &full);
        assert_eq!((told, next), (vec![(0, 0, 0)], Some(60)));
        let testing = r#","ratePerMinute":600,"test":{"share":0.1,"minutes":60}"#;
        assert_eq!(round(&campaign(testing), &full).0.len(), 20, "a tenth of them are written to");
        assert_eq!(round(&campaign(r#","ratePerMinute":600"#), &[(3, Some(40))]), (vec![], Some(40)));
    }
}

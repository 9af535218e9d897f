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
        let is_testing = campaign.is_testing(state);
        let due_now = |tally: &Tally| if skips { tally.queued } else { tally.due(now, is_testing) };
        let due: Vec<_> = tallies.iter().map(|(shard, tally)| (*shard, tally.queued, due_now(tally))).collect();
        let due: Vec<_> = due.into_iter().filter(|(.., due)| *due > 0).collect();
        let pace = campaign.pace().filter(|_| !skips);
        let until = pace.filter(|_| !due.is_empty()).map(|_| now.plus(HORIZON));
        let later = tallies.iter().filter_map(|(_, tally)| tally.first_due).filter(|first| !skips && *first > now);
        let next = later.chain(until).min();
        let (mut deliveries, mut before) = (Vec::new(), 0);
        for Stretch { first, last, due, .. } in stretches(due) {
            let delay = pace.map_or(0, |pace| pace.time_of(before));
            if delay >= HORIZON {
                break;
            }
            deliveries.push((Task::Deliver { campaign: campaign.id, first, last, until }, (delay / SECOND) as u32));
            before += due;
        }
        Self { deliveries, next }
    }
}

/// Shards beside each other, how many are queued there, and how many of these are due.
struct Stretch {
    first: u32,
    last: u32,
    queued: u64,
    due: u64,
}

/// Stretches with up to [`RECIPIENTS`] who are queued, or a single fuller shard, of shards each with who is queued and who is due.
fn stretches(shards: Vec<(u32, u64, u64)>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (shard, queued, due) in shards {
        match stretches.last_mut() {
            Some(stretch) if stretch.queued + queued <= RECIPIENTS => {
                stretch.last = shard;
                stretch.queued += queued;
                stretch.due += due;
            }
            _ => stretches.push(Stretch { first: shard, last: shard, queued, due }),
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
    use crate::time::DAY;

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
            let timed = first_due.map_or(0, |_| *queued);
            (shard as u32, Tally { audience: 100, queued: *queued, timed, first_due, first: timed, ..Tally::default() })
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
        assert_eq!(round(&campaign(r#","ratePerMinute":600"#), &[(3, Some(40))]), (vec![], Some(40)));
    }

    /// Rounds until nobody is handed out; how many shards each has, where all who are due are written to at once.
    fn rounds(campaign: &Campaign, mut tallies: Vec<(u32, Tally)>, now: Time) -> Vec<usize> {
        let mut sizes = Vec::new();
        loop {
            let round = Round::of(campaign, &campaign.state, &tallies, now);
            if round.deliveries.is_empty() {
                return sizes;
            }
            sizes.push(round.deliveries.len());
            for (task, _) in round.deliveries {
                let Task::Deliver { first, last, .. } = task else { panic!("{task:?}") };
                for (_, tally) in &mut tallies[first as usize..=last as usize] {
                    let due = tally.due(now, campaign.is_testing(&campaign.state));
                    let timed = if tally.first_due.is_some_and(|due| due <= now) { tally.first } else { 0 };
                    // Whoever is left of those with a time is due tomorrow.
                    *tally = Tally { queued: tally.queued - due, timed: tally.timed - timed, ..*tally };
                    (tally.first_due, tally.first) = (tally.first_due.map(|_| NOW.plus(DAY)), tally.timed);
                }
            }
        }
    }

    #[test]
    fn a_rate_leaves_no_tester_behind_and_is_used_up() {
        let testing = campaign(r#","ratePerMinute":600,"test":{"share":0.1,"minutes":60}"#);
        let tally = |shard| (shard, Tally { audience: 100, queued: 100, waiting: 90, ..Tally::default() });
        assert_eq!(rounds(&testing, (0..140).map(tally).collect(), NOW), [56, 56, 28], "ten testers in each");
        let mut over = testing.clone();
        over.state.winner = Some(1);
        let tally = |shard| (shard, Tally { audience: 100, queued: 90, waiting: 90, ..Tally::default() });
        assert_eq!(rounds(&over, (0..10).map(tally).collect(), NOW), [7, 3], "and then the others");
        // Of each shard, a tenth is due now, and the others tomorrow.
        let timed = campaign(r#","ratePerMinute":600"#);
        let tally = |shard| {
            (shard, Tally { audience: 100, queued: 100, timed: 100, first_due: Some(NOW), first: 10, ..Tally::default() })
        };
        assert_eq!(rounds(&timed, (0..70).map(tally).collect(), NOW), [56, 14]);
    }

    #[test]
    fn who_waited_for_a_winner_does_not_wait_for_a_tester_who_sleeps() {
        let mut campaign = campaign(r#","test":{"share":0.1,"minutes":60}"#);
        let tally = Tally {
            audience: 100,
            queued: 91,
            waiting: 90,
            timed: 1,
            first_due: Some(NOW.plus(DAY)),
            first: 1,
            ..Tally::default()
        };
        let deliveries = |campaign: &Campaign| Round::of(campaign, &campaign.state, &[(0, tally)], NOW).deliveries.len();
        assert_eq!(deliveries(&campaign), 0);
        campaign.state.winner = Some(0);
        assert_eq!(deliveries(&campaign), 1);
        assert_eq!(Round::of(&campaign, &campaign.state, &[(0, tally)], NOW).next, Some(NOW.plus(DAY)));
    }
}

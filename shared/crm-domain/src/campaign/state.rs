//! Where a campaign stands, and how it gets from there to the next place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::experiment::Test;
use crate::funnel::Funnel;
use crate::message::Tally;
use crate::time::{MINUTE, Time};

/// Where a campaign stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CampaignStatus {
    /// Not launched; may be changed and deleted.
    Draft,
    /// Accepted, to begin later.
    Scheduled,
    /// Its audience is being frozen or is being written to.
    Sending,
    Paused,
    Cancelled,
    Sent,
    /// A step of it was set aside after all its tries; goes on when it is resumed.
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
    /// What was decided of everybody, once planned: what the log has beside it happened at sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funnel: Option<Funnel>,
    /// When the test phase ends, once planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_until: Option<Time>,
    /// The variant that won the test phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winner: Option<u32>,
    /// When the last recipient was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// Since when it stands still, or stood the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<Time>,
    /// Why it failed, the last time that it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_reason: Option<String>,
}

impl CampaignState {
    /// At its time, a scheduled campaign begins.
    #[must_use]
    pub fn begun(&self) -> Option<Self> {
        self.moved(&[CampaignStatus::Scheduled], CampaignStatus::Sending)
    }

    /// No more messages go out until it is resumed.
    #[must_use]
    pub fn paused(&self, now: Time) -> Option<Self> {
        let next = self.moved(&[CampaignStatus::Sending], CampaignStatus::Paused)?;
        Some(Self { held_at: Some(now), ..next })
    }

    /// It goes on. A test phase that was under way lasts longer by as much as the campaign stood still.
    #[must_use]
    pub fn resumed(&self, now: Time) -> Option<Self> {
        let next = self.moved(&[CampaignStatus::Paused, CampaignStatus::Failed], CampaignStatus::Sending)?;
        let test_until = self.test_until.map(|until| match self.held_at {
            Some(held) if held < until => until.plus((now.micros() - held.micros()).max(0)),
            _ => until,
        });
        Some(Self { test_until, ..next })
    }

    /// One of its steps cannot be done: nothing goes on until somebody has seen to it and resumes it.
    #[must_use]
    pub fn failed(&self, reason: &str, now: Time) -> Option<Self> {
        use CampaignStatus::{Failed, Paused, Scheduled, Sending};
        let next = self.moved(&[Scheduled, Sending, Paused], Failed)?;
        let held_at = self.held_at.filter(|_| self.is_held()).or(Some(now));
        Some(Self { failed_reason: Some(reason.to_owned()), held_at, ..next })
    }

    /// Whether nothing is sent until it is resumed.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        matches!(self.status, CampaignStatus::Paused | CampaignStatus::Failed)
    }

    /// No more messages go out; what is queued becomes skipped. One that has not begun has nobody to skip.
    #[must_use]
    pub fn cancelled(&self, now: Time) -> Option<Self> {
        use CampaignStatus::{Cancelled, Failed, Paused, Scheduled, Sending};
        let mut next = self.moved(&[Scheduled, Sending, Paused, Failed], Cancelled)?;
        if self.status == Scheduled {
            next.planned = true;
            next.finished_at = Some(now);
        }
        Some(next)
    }

    /// The audience is frozen, as its whole log says. None when that is what is known already.
    #[must_use]
    pub fn planned(&self, log: &Tally, test: Option<&Test>, now: Time) -> Option<Self> {
        let funnel = Some(log.funnel);
        let is_known = self.planned && self.audience == log.audience && self.funnel == funnel;
        // Who is written to in their own hours is tested from then on.
        let begins = log.first_due.map_or(now, |due| due.max(now));
        let test_until = self.test_until.or_else(|| test.map(|test| begins.plus(i64::from(test.minutes) * MINUTE)));
        // A test cannot have stood still before it was there.
        let held_at = if self.test_until.is_none() && self.is_held() { Some(now) } else { self.held_at };
        (!is_known).then(|| Self { planned: true, audience: log.audience, funnel, test_until, held_at, ..self.clone() })
    }

    /// The test phase has found its winner; the first one stands.
    #[must_use]
    pub fn won_by(&self, variant: u32) -> Option<Self> {
        let open = self.status == CampaignStatus::Sending && self.winner.is_none();
        open.then(|| Self { winner: Some(variant), ..self.clone() })
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

    /// Whether it may have written to somebody after `since`.
    #[must_use]
    pub fn may_have_written(&self, since: Time) -> bool {
        let has_begun = !matches!(self.status, CampaignStatus::Draft | CampaignStatus::Scheduled);
        has_begun && self.finished_at.is_none_or(|at| at > since)
    }

    fn moved(&self, from: &[CampaignStatus], to: CampaignStatus) -> Option<Self> {
        from.contains(&self.status).then(|| Self { status: to, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Share, WinBy};
    use crate::time::{DAY, SECOND};

    const NOW: Time = Time::from_micros(1_800_000_000 * SECOND);

    #[test]
    fn states_move_only_where_they_may() {
        let sending = CampaignState {
            status: CampaignStatus::Sending,
            planned: false,
            audience: 0,
            funnel: None,
            test_until: None,
            winner: None,
            finished_at: None,
            held_at: None,
            failed_reason: None,
        };
        let log = Tally { audience: 3, ..Tally::default() };
        let planned = |state: &CampaignState| state.planned(&log, None, NOW).unwrap();
        let paused = sending.paused(NOW).unwrap();
        assert_eq!(paused.resumed(NOW), Some(CampaignState { held_at: Some(NOW), ..sending.clone() }));
        assert!(sending.resumed(NOW).is_none() && paused.paused(NOW).is_none());
        assert!(sending.finished(NOW).is_none(), "not planned yet");
        assert!(planned(&paused).finished(NOW).is_none());
        let failed = paused.failed("storage is unavailable", NOW).unwrap();
        assert!(failed.is_held() && failed.finished(NOW).is_none() && failed.failed("again", NOW).is_none());
        assert_eq!(failed.resumed(NOW).unwrap().status, CampaignStatus::Sending);
        assert_eq!(failed.cancelled(NOW).unwrap().status, CampaignStatus::Cancelled);
        let sent = planned(&sending).finished(NOW).unwrap();
        assert!(sent.failed("too late", NOW).is_none());
        assert_eq!((sent.status, sent.audience, sent.finished_at), (CampaignStatus::Sent, 3, Some(NOW)));
        assert!(sent.cancelled(NOW).is_none() && sent.paused(NOW).is_none() && sent.finished(NOW).is_none());
        assert!(sent.may_have_written(NOW.plus(-1)) && !sent.may_have_written(NOW) && paused.may_have_written(NOW));
        let cancelled = paused.cancelled(NOW).unwrap();
        assert_eq!((cancelled.status, cancelled.finished_at), (CampaignStatus::Cancelled, None));
        assert_eq!(planned(&cancelled).finished(NOW).unwrap().status, CampaignStatus::Cancelled);
        let scheduled = CampaignState { status: CampaignStatus::Scheduled, ..sending.clone() };
        assert_eq!(scheduled.cancelled(NOW).unwrap().finished_at, Some(NOW));
        assert!(scheduled.paused(NOW).is_none() && !scheduled.may_have_written(NOW));
        let draft = CampaignState { status: CampaignStatus::Draft, ..planned(&sending) };
        assert!(
            draft.cancelled(NOW).is_none() && draft.paused(NOW).is_none() && draft.begun().is_none() && draft.won_by(1).is_none()
        );
        let won = sending.won_by(1).unwrap();
        assert_eq!((won.winner, won.won_by(0)), (Some(1), None), "the first winner stands");
        let test = Test { share: Share::ONE, minutes: 2, by: WinBy::Clicks };
        let tested = sending.planned(&log, Some(&test), NOW).unwrap();
        assert_eq!(tested.test_until, Some(NOW.plus(2 * MINUTE)));
        assert_eq!(tested.planned(&log, Some(&test), NOW.plus(MINUTE)), None);
        // Those who sleep are asked when they have been written to.
        let asleep = Tally { first_due: Some(NOW.plus(DAY)), ..log };
        assert_eq!(sending.planned(&asleep, Some(&test), NOW).unwrap().test_until, Some(NOW.plus(DAY + 2 * MINUTE)));
        let awake = Tally { first_due: Some(NOW.plus(-DAY)), ..log };
        assert_eq!(sending.planned(&awake, Some(&test), NOW).unwrap().test_until, tested.test_until);
        // A pause is no part of the test.
        let [early, late] = [NOW.plus(MINUTE), NOW.plus(DAY)];
        let resumed = |state: &CampaignState| state.resumed(late).unwrap().test_until;
        assert_eq!(resumed(&tested.paused(early).unwrap()), Some(late.plus(MINUTE)));
        assert_eq!(resumed(&tested.paused(early).unwrap().failed("x", late).unwrap()), Some(late.plus(MINUTE)));
        assert_eq!(resumed(&tested.failed("x", early).unwrap()), Some(late.plus(MINUTE)));
        assert_eq!(resumed(&tested.paused(NOW.plus(3 * MINUTE)).unwrap()), tested.test_until, "it was over");
        let planned_while_paused = sending.paused(NOW).unwrap().planned(&log, Some(&test), early).unwrap();
        assert_eq!(resumed(&planned_while_paused), Some(late.plus(2 * MINUTE)));
        let more = Tally { audience: 4, ..log };
        assert_eq!(tested.planned(&more, Some(&test), NOW.plus(MINUTE)).unwrap().test_until, tested.test_until);
    }
}

//! Whose turn it is to write to somebody: campaigns with caps write to a person one after the other, so that each counts
//! what those before it sent.
//!
//! A turn is one small record per identity of a person, and nobody gives it back: it is over when the log says what became of
//! the message for which it was taken. Where nobody comes to say so (the campaign was paused, or its step set aside, between
//! taking the turn and settling) it ends by itself, later than the holder could come back without taking it anew.

use serde::{Deserialize, Serialize};

use crate::ids::CampaignId;
use crate::sending::LEASE;
use crate::time::{MINUTE, SECOND, Time};

/// How long a turn lasts that nobody ends: more than the longest wait of a step (15 minutes) and what an invocation may take.
pub const LASTS: i64 = 20 * MINUTE;
/// The shortest and the longest wait for somebody else, in seconds.
const WAITS: [i64; 2] = [2, 60];

/// That a campaign is about to write to somebody, since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub campaign: CampaignId,
    pub at: Time,
}

/// What follows for a campaign that wants a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It has it.
    Held,
    /// It may take it from whoever has it.
    Free,
    /// It is another's for now; worth another look after so many seconds.
    Wait(u32),
}

impl Turn {
    /// What follows for `campaign`; `is_settled` is whether the holder's log says what became of its message.
    #[must_use]
    pub fn claim(&self, campaign: CampaignId, is_settled: bool, now: Time) -> Claim {
        if self.campaign == campaign {
            // One that is not young any more is taken anew, so that it cannot end while it is used.
            let is_young = now.micros() < self.at.micros().saturating_add(LEASE);
            return if is_young { Claim::Held } else { Claim::Free };
        }
        if is_settled { Claim::Free } else { wait(self.at, now).map_or(Claim::Free, Claim::Wait) }
    }
}

/// Seconds until a look at what somebody has in hand since `at` is worth it; `None` when they cannot come back to it.
#[must_use]
pub fn wait(at: Time, now: Time) -> Option<u32> {
    let [shortest, longest] = WAITS;
    let age = now.micros().saturating_sub(at.micros());
    // As long as it has lasted already, which backs off by itself.
    (age < LASTS).then(|| (age / SECOND).clamp(shortest, longest) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_over_when_its_message_is_settled_or_nobody_can_come_back() {
        let (mine, other) = (CampaignId::generate(), CampaignId::generate());
        let turn = Turn { campaign: other, at: Time::from_micros(0) };
        let claim = |by, settled, seconds: i64| turn.claim(by, settled, Time::from_micros(seconds * SECOND));
        assert_eq!(claim(mine, true, 0), Claim::Free);
        assert_eq!(claim(mine, false, 0), Claim::Wait(2));
        assert_eq!(claim(mine, false, 30), Claim::Wait(30));
        assert_eq!(claim(mine, false, 1_199), Claim::Wait(60));
        assert_eq!(claim(mine, false, 1_200), Claim::Free);
        assert_eq!(claim(mine, false, -9_000), Claim::Wait(2), "the clock of the holder is ahead");
        assert_eq!((claim(other, false, 119), claim(other, false, 120)), (Claim::Held, Claim::Free));
    }
}

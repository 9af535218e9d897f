//! Requests that come twice: what is kept of the first one under its `Idempotency-Key`, and what that means for the next.
//!
//! A queued write needs no stored answer, since it can be computed again; it keeps the moment at which it was first
//! accepted, so that its event is the same event every time. All others hold a lease while they run, then their answer.

use uuid::Uuid;

use crate::time::{DAY, SECOND, Time};

/// How long an answer is kept for its key.
pub const KEPT: i64 = DAY;
/// How long a request that answers nothing blocks its key: longer than a function may run.
pub const LEASE: i64 = 30 * SECOND;

/// Where a request is kept: a hash of caller, route and key, so that it is spread evenly and tells nothing.
pub type RequestKey = [u8; 32];

/// What is kept of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// A UUID version 7 made by the first attempt: what the request creates has it as identity, in every attempt.
    pub id: Uuid,
    /// Hash of what makes it this request: the body, and a query that says what is to be done.
    pub fingerprint: [u8; 32],
    /// When the first attempt was accepted.
    pub at: Time,
    /// Until when the attempt under way keeps others out.
    pub lease_until: Time,
    /// The sealed answer, once there is one.
    pub answer: Option<Vec<u8>>,
}

/// What to do with a request whose key is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeat {
    /// The key was used for something else.
    OtherBody,
    /// Give this answer again.
    Answered(Vec<u8>),
    /// The first attempt still runs; worth another try after so many seconds.
    Running(u32),
    /// The first attempt ended without an answer: go on in its place, as this claim.
    TakeOver(Claim),
}

impl Claim {
    /// A first attempt. One that is done when it is accepted needs no lease.
    #[must_use]
    pub fn new(fingerprint: [u8; 32], now: Time, lease: i64) -> Self {
        Self { id: crate::world::fresh_id(), fingerprint, at: now, lease_until: now.plus(lease), answer: None }
    }

    /// Judges a request with this fingerprint, of which `self` is already known.
    #[must_use]
    pub fn repeated(self, fingerprint: &[u8; 32], now: Time, lease: i64) -> Repeat {
        if self.fingerprint != *fingerprint {
            return Repeat::OtherBody;
        }
        match self.answer {
            Some(answer) => Repeat::Answered(answer),
            None if now < self.lease_until => {
                let left = (self.lease_until.micros() - now.micros()) as u64;
                Repeat::Running(left.div_ceil(SECOND as u64) as u32)
            }
            None => Repeat::TakeOver(Self { lease_until: now.plus(lease), ..self }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_waits_takes_over_or_gets_the_answer() {
        let (mine, other) = ([1; 32], [2; 32]);
        let at = |seconds: i64| Time::from_micros(seconds * SECOND);
        let claim = Claim::new(mine, at(0), LEASE);
        assert_eq!(claim.clone().repeated(&other, at(1), LEASE), Repeat::OtherBody);
        assert_eq!(claim.clone().repeated(&mine, at(29), LEASE), Repeat::Running(1));
        let Repeat::TakeOver(taken) = claim.clone().repeated(&mine, at(30), LEASE) else { panic!("the lease is over") };
        assert_eq!((taken.id, taken.at, taken.lease_until), (claim.id, claim.at, at(60)));
        let answered = Claim { answer: Some(vec![7]), ..claim };
        assert_eq!(answered.clone().repeated(&mine, at(1), LEASE), Repeat::Answered(vec![7]));
        assert_eq!(answered.repeated(&other, at(99), LEASE), Repeat::OtherBody);
    }
}

//! A rate per minute, kept exactly: in no minute, whenever it begins, are more recipients written to than were asked for.
//!
//! Recipients go in pieces, which begin at least so long apart that a minute has room for only so many of them. Whoever is
//! about to write to a piece takes its time out of one stored instant, from which on the campaign is free again.

use sha2::{Digest as _, Sha256};

use crate::ids::CampaignId;
use crate::replay::RequestKey;
use crate::time::{MINUTE, SECOND, Time};

/// Greatest piece.
const PIECE: u32 = 100;
/// Pieces a minute, from the smoothest that is made for small rates on. All are whole seconds apart, since the queue delays by
/// whole seconds.
const PIECES: [u32; 8] = [12, 10, 6, 5, 4, 3, 2, 1];
/// The same for greater rates.
const MANY: [u32; 4] = [15, 20, 30, 60];

/// A rate per minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Most recipients who are written to at once.
    pub piece: u32,
    /// How far apart pieces begin, in microseconds.
    apart: i64,
}

impl Pace {
    #[must_use]
    pub fn of(per_minute: u32) -> Self {
        let rate = per_minute.max(1);
        // At least nine tenths of the rate can be used.
        let smooth = PIECES.into_iter().filter(|pieces| rate / pieces * pieces * 10 >= rate * 9);
        let fitting = smooth.chain(MANY).find(|pieces| rate / pieces <= PIECE);
        let pieces = fitting.unwrap_or_else(|| rate.div_ceil(PIECE));
        Self { piece: rate / pieces, apart: (MINUTE + i64::from(pieces) - 1) / i64::from(pieces) }
    }

    /// Takes the time of a piece that begins now; from when on the campaign is free again.
    ///
    /// # Errors
    /// After how many seconds that will be.
    pub fn take(self, free_at: Option<Time>, now: Time) -> Result<Time, u32> {
        let wait = free_at.map_or(0, |free_at| free_at.micros() - now.micros());
        if wait <= 0 { Ok(now.plus(self.apart)) } else { Err((wait as u64).div_ceil(SECOND as u64) as u32) }
    }

    /// How long so many recipients take, in microseconds.
    #[must_use]
    pub fn time_of(self, count: u64) -> i64 {
        i64::try_from(count.div_ceil(u64::from(self.piece))).map_or(i64::MAX, |pieces| pieces.saturating_mul(self.apart))
    }

    /// Where the instant of a campaign is kept.
    #[must_use]
    pub fn key(campaign: CampaignId) -> RequestKey {
        Sha256::new().chain_update(b"pace").chain_update(campaign.as_bytes()).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whoever comes, at whatever times.
        #[test]
        fn no_minute_has_more_than_the_rate(
            rate in prop_oneof![1..200_u32, 1..200_000_u32],
            pauses in prop::collection::vec(prop_oneof![0..200_000_i64, 0..20_000_000_i64], 1..300),
        ) {
            let pace = Pace::of(rate);
            prop_assert!(pace.piece >= 1 && pace.piece <= PIECE);
            let (mut now, mut free, mut begun) = (0, None, Vec::new());
            for pause in pauses {
                now += pause;
                if let Ok(free_at) = pace.take(free, Time::from_micros(now)) {
                    free = Some(free_at);
                    begun.push(now);
                }
            }
            for begin in &begun {
                let pieces = begun.iter().filter(|at| (*begin..begin + MINUTE).contains(*at)).count();
                prop_assert!(pieces as u32 * pace.piece <= rate, "{pieces} of {pace:?} from {begin}");
            }
        }
    }

    #[test]
    fn most_of_a_rate_can_be_used() {
        for rate in (1..3_000).chain([9_999, 100_000, 1_000_000]) {
            let hour = 60 * MINUTE / Pace::of(rate).time_of(u64::from(Pace::of(rate).piece));
            let used = hour as f64 * f64::from(Pace::of(rate).piece) / (60.0 * f64::from(rate));
            assert!((0.9..=1.0).contains(&used), "{rate}: {used}");
        }
        assert_eq!(Pace::of(23), Pace { piece: 7, apart: 20 * SECOND });
        assert_eq!(Pace::of(600), Pace { piece: 50, apart: 5 * SECOND });
    }
}

//! What differs from run to run: the time, chance, and fresh ids, which are made of both.
//!
//! Whoever needs one of them asks here, so that a simulation can decide all of them and be repeated to the letter. Pure
//! code takes them as values instead; this is for the edges.

use std::cell::Cell;

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// Where time and chance come from.
#[derive(Debug, Clone, Copy)]
pub struct World {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub micros: fn() -> i64,
    /// Sixty-four bits by chance.
    pub bits: fn() -> u64,
}

thread_local! {
    static OTHER: Cell<Option<World>> = const { Cell::new(None) };
}

/// Puts another world into the place of the machine's, for this thread; `None` is the machine's own.
pub fn replace(world: Option<World>) {
    OTHER.set(world);
}

/// Microseconds since 1970-01-01T00:00:00Z.
#[must_use]
pub fn micros() -> i64 {
    OTHER.get().map_or_else(|| Timestamp::now().as_microsecond(), |world| (world.micros)())
}

/// Any whole number from 0 to `most`, each as likely as the others.
#[must_use]
pub fn up_to(most: u64) -> u64 {
    match OTHER.get() {
        None => rand::random_range(0..=most),
        // The product's upper half: as even as 64 bits are.
        Some(world) => ((u128::from((world.bits)()) * (u128::from(most) + 1)) >> 64) as u64,
    }
}

/// Any number from 0 up to, but not, 1.
#[must_use]
pub fn fraction() -> f64 {
    const STEPS: u64 = 1 << 53;
    up_to(STEPS - 1) as f64 / STEPS as f64
}

/// An id that nobody else has: a `UUIDv7`, so that ids sort by the time at which they were made.
#[must_use]
pub fn fresh_id() -> Uuid {
    let Some(world) = OTHER.get() else { return Uuid::now_v7() };
    let mut bytes = [0; 10];
    for (byte, by_chance) in bytes.iter_mut().zip((world.bits)().to_le_bytes().into_iter().chain((world.bits)().to_le_bytes())) {
        *byte = by_chance;
    }
    Builder::from_unix_timestamp_millis(((world.micros)() / 1_000).max(0) as u64, &bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    #[test]
    fn another_world_decides_time_chance_and_ids_of_its_thread() {
        replace(Some(World { micros: || 7_000, bits: || u64::MAX }));
        let seen = (Time::now().micros(), up_to(9), fresh_id(), fresh_id());
        let elsewhere = std::thread::spawn(|| Time::now().micros()).join();
        replace(None);
        assert_eq!((seen.0, seen.1), (7_000, 9));
        assert_eq!((seen.2, seen.2.get_version_num()), (seen.3, 7));
        assert!(elsewhere.is_ok_and(|micros| micros > 7_000));
    }

    #[test]
    fn chance_stays_within_its_bounds() {
        let drawn: Vec<u64> = (0..400).map(|_| up_to(3)).collect();
        assert!((0..=3).all(|number| drawn.contains(&number)) && drawn.iter().all(|number| *number <= 3));
        assert!((0..400).all(|_| (0.0..1.0).contains(&fraction())));
        assert_ne!(fresh_id(), fresh_id());
    }
}

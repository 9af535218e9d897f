//! What a process has used, as the kernel counts it.

use std::fs;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::report::Cost;

/// How long a process must not have run to count as waiting.
const QUIET: Duration = Duration::from_millis(2);

/// Processor time of all threads of a process that are alive, user and system, to the nanosecond.
///
/// # Errors
/// It has ended, or the kernel keeps no such statistics.
pub fn processor_time(pid: u32) -> io::Result<Duration> {
    let mut nanos = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end meanwhile; what it used is then forgotten, as it is each time.
        let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
        nanos += first_number(&text).ok_or_else(|| io::Error::other("no schedstat"))?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// The same, once it waits: what it has asked for last may be on its way while it still runs.
///
/// # Errors
/// See [`processor_time`].
pub fn settled_time(pid: u32) -> io::Result<Duration> {
    let mut before = processor_time(pid)?;
    loop {
        thread::sleep(QUIET);
        let now = processor_time(pid)?;
        if now == before {
            return Ok(now);
        }
        before = now;
    }
}

/// What a piece of work takes this process.
///
/// # Errors
/// See [`processor_time`].
pub fn measured(work: impl FnOnce()) -> io::Result<Cost> {
    let (cpu, begun) = (own_time()?, Instant::now());
    work();
    let wall = begun.elapsed();
    Ok(Cost { cpu: own_time()?.saturating_sub(cpu), wall })
}

/// [`processor_time`] of this process. The kernel counts a running thread with each tick of its clock, four milliseconds apart,
/// and when it stops: so it stops first.
fn own_time() -> io::Result<Duration> {
    thread::sleep(Duration::from_nanos(1));
    processor_time(std::process::id())
}

/// Memory that a process holds, in bytes.
///
/// # Errors
/// It has ended.
pub fn resident(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(first_number).map(|kilobytes| kilobytes * 1024).ok_or_else(|| io::Error::other("no VmRSS"))
}

fn first_number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_and_waiting_is_not() {
        let pid = std::process::id();
        let before = processor_time(pid).unwrap();
        let worked: u64 = (0..20_000_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n.wrapping_mul(31)));
        let used = processor_time(pid).unwrap().saturating_sub(before);
        assert!(used > Duration::from_millis(1), "{used:?} {worked}");
        assert!(resident(pid).unwrap() > 100_000);
    }

    #[test]
    fn work_that_is_over_before_the_next_tick_is_seen() {
        let work = || {
            std::hint::black_box((0..50_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n)));
        };
        for _ in 0..20 {
            let cost = measured(work).unwrap();
            assert!(cost.cpu > Duration::from_micros(10), "{:?} of {:?}", cost.cpu, cost.wall);
        }
    }
}

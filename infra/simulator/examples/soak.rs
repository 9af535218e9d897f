//! `make soak HISTORIES=N` runs that many histories, from `FROM` on (0), of one `KIND` or of each in turn; `make soak SEED=n`
//! tells one of them, call by call.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use simulator::faults::Fault;
use simulator::history::{Kind, Setup, run};

/// How often it says how far it has come.
const EVERY: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match number("SEED") {
        Some(seed) => replay(seed),
        None => soak(number("FROM").unwrap_or(0), number("HISTORIES").unwrap_or(1_000)),
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn kind() -> Option<Kind> {
    Kind::parse(&std::env::var("KIND").ok()?)
}

fn replay(seed: u64) -> ExitCode {
    match run(&Setup { seed, kind: kind(), tells: true, ..Setup::default() }) {
        Ok(report) => {
            println!("{}\nseed {seed}: all is well after {} calls", report.story.join("\n"), report.calls);
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("{}\n{broken}", broken.story.join("\n"));
            ExitCode::FAILURE
        }
    }
}

/// What histories came to, together.
#[derive(Default)]
struct Sum {
    histories: u64,
    events: usize,
    calls: u64,
    faults: Vec<u64>,
    broken: u64,
}

/// Histories know nothing of each other, so each core has its own.
fn soak(from: u64, histories: u64) -> ExitCode {
    let (begun, next, sum) = (Instant::now(), AtomicU64::new(0), Mutex::new(Sum::default()));
    let rate = |done: u64| done as f64 / begun.elapsed().as_secs_f64();
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(|| live(from, histories, &next, &sum))).collect();
        let mut said = begun;
        while !workers.iter().all(ScopedJoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(100));
            if said.elapsed() >= EVERY {
                said = Instant::now();
                let done = lock(&sum).histories;
                println!("{done} histories, {:.1} per second", rate(done));
            }
        }
    });
    let Sum { histories: done, events, calls, faults, broken } = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (seconds, rate) = (begun.elapsed().as_secs_f64(), rate(done));
    let outcome = if broken == 0 { "all is well".to_owned() } else { format!("{broken} are broken") };
    println!(
        "{done} histories from seed {from}: {outcome}. {events} events, {calls} calls, {seconds:.0} s, {rate:.1} histories per second"
    );
    for (fault, count) in Fault::ALL.iter().zip(faults) {
        println!("{count:>12} {fault:?}");
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the next history until there is none. One that is broken is told at once, and the others go on: what is rare is worth
/// the time that it took to meet it.
fn live(from: u64, histories: u64, next: &AtomicU64, sum: &Mutex<Sum>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= histories {
            return;
        }
        let lived = run(&Setup { seed: from + number, kind: kind(), ..Setup::default() });
        let mut sum = lock(sum);
        sum.histories += 1;
        match lived {
            Ok(report) => {
                sum.events += report.events;
                sum.calls += report.calls;
                sum.faults.resize(report.faults.len(), 0);
                sum.faults.iter_mut().zip(report.faults).for_each(|(sum, more)| *sum += more);
            }
            Err(broken) => {
                sum.broken += 1;
                println!("{broken}\nagain, call by call: make soak SEED={} KIND={}", broken.seed, broken.kind);
            }
        }
    }
}

fn lock(sum: &Mutex<Sum>) -> MutexGuard<'_, Sum> {
    sum.lock().unwrap_or_else(PoisonError::into_inner)
}

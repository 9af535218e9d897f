//! `make soak HISTORIES=N` runs that many histories, from `FROM` on (0), of one `KIND` or of each in turn; `make soak SEED=n`
//! tells one of them, call by call.

use std::process::ExitCode;
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

fn soak(from: u64, histories: u64) -> ExitCode {
    let begun = Instant::now();
    let (mut events, mut calls, mut faults) = (0, 0, vec![0; Fault::ALL.len()]);
    let mut said = begun;
    for done in 0..histories {
        match run(&Setup { seed: from + done, kind: kind(), ..Setup::default() }) {
            Ok(report) => {
                events += report.events;
                calls += report.calls;
                faults.iter_mut().zip(report.faults).for_each(|(sum, more)| *sum += more);
            }
            Err(broken) => {
                println!("{broken}\nagain, call by call: make soak SEED={} KIND={}", broken.seed, broken.kind);
                return ExitCode::FAILURE;
            }
        }
        if said.elapsed() >= EVERY {
            said = Instant::now();
            println!("{} histories, {:.1} per second", done + 1, (done + 1) as f64 / begun.elapsed().as_secs_f64());
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{histories} histories from seed {from}: all is well. {events} events, {calls} calls, {seconds:.0} s, {:.1} histories per second",
        histories as f64 / seconds
    );
    for (fault, count) in Fault::ALL.iter().zip(faults) {
        println!("{count:>12} {fault:?}");
    }
    ExitCode::SUCCESS
}

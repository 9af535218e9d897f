//! `cargo run --release -p crm-words --example eval -- cases.jsonl [YYYY-MM-DD]`: how many cases the offline engine gets
//! right, how long a phrase takes, and each miss. The day is that on which the prompts are said to be written; without
//! one it is today.

use std::process::ExitCode;
use std::time::Instant;

use crm_domain::money::Currency;
use crm_domain::time::Time;
use crm_words::accuracy::{Evaluation, vocabulary};
use crm_words::understand;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let currency = Currency::parse("INR").map_err(|reason| reason.to_string())?;
    let (cases, today) = Evaluation::read(std::env::args().skip(1), &currency, Time::now().date())?;
    let vocabulary = vocabulary(today, currency);
    let mut evaluation = Evaluation::default();
    for case in &cases {
        let answer = understand(&case.prompt, &vocabulary).ok();
        let answer = answer.as_ref().map(|answer| (&answer.rules, answer.unsupported.is_empty()));
        if let Some(miss) = evaluation.take(case, answer, today, &vocabulary) {
            println!("{miss}");
        }
    }
    let begun = Instant::now();
    let rounds = 20_u32;
    for _ in 0..rounds {
        for case in &cases {
            let _understood = std::hint::black_box(understand(&case.prompt, &vocabulary));
        }
    }
    let phrases = f64::from(rounds) * cases.len() as f64;
    println!("{evaluation}");
    println!("time-per-phrase {:.1} us", begun.elapsed().as_secs_f64() * 1e6 / phrases);
    Ok(())
}

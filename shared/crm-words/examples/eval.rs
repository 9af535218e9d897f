//! `cargo run --release -p crm-words --example eval -- cases.jsonl [YYYY-MM-DD]`: how many cases the offline engine gets
//! right, how long a phrase takes, and each miss. The day is that on which the prompts are said to be written; without
//! one it is today.

use std::process::ExitCode;
use std::time::Instant;

use crm_domain::money::Currency;
use crm_domain::time::Time;
use crm_words::accuracy::{Case, Score, noon, vocabulary};
use crm_words::{explain, understand};

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
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file of cases?")?;
    let today =
        arguments.next().map_or_else(|| Ok(Time::now().date()), |day| day.parse().map_err(|_| "the day must be YYYY-MM-DD"))?;
    let currency = Currency::parse("INR").map_err(|reason| reason.to_string())?;
    let vocabulary = vocabulary(today, currency.clone());
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let cases: Vec<Case> =
        text.lines().filter(|line| !line.trim().is_empty()).map(|line| Case::parse(line, &currency)).collect::<Result<_, _>>()?;
    let mut right = 0;
    let mut wrong_refusals = 0;
    for case in &cases {
        let answer = understand(&case.prompt, &vocabulary);
        let rules = answer.as_ref().ok().map(|answer| &answer.rules);
        let whole = answer.as_ref().is_ok_and(|answer| answer.unsupported.is_empty());
        match case.score(rules, whole, noon(today)) {
            Score::Right => right += 1,
            score => {
                wrong_refusals += usize::from(case.rules.is_empty());
                let answered = match &answer {
                    Ok(answer) => format!("{} (left out: {:?})", explain(&answer.rules, &vocabulary), answer.unsupported),
                    Err(reason) => format!("{reason:?}"),
                };
                println!("miss {score:?}: {}\n     {answered}", case.prompt);
            }
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
    println!("accuracy {:.1} % {right}-of-{}", 100.0 * f64::from(right) / cases.len().max(1) as f64, cases.len());
    println!("wrong-guesses-on-refusals {wrong_refusals} cases of-{}", cases.iter().filter(|case| case.rules.is_empty()).count());
    println!("time-per-phrase {:.1} us", begun.elapsed().as_secs_f64() * 1e6 / phrases);
    Ok(())
}

//! What the product costs, a line a figure: name, value, unit, how many times of what, and whether its target is met.
//!
//! The functions are the release builds that are deployed. Each runs as Lambda runs it, between a runtime API ([`function`]) and an
//! AWS ([`aws`]) that answer at once, so that what is measured is the product's own. Processor time is what counts, as the kernel
//! counts it ([`process`]); the time by the clock stands beside it. `make bench` runs it.

mod aws;
mod closures;
mod function;
mod http;
mod population;
mod process;
mod report;
mod rows;
mod settings;
mod shop;
mod tables;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use report::Row;
use rows::{accept, apply, campaign, engine, messages, size, start};
use settings::Settings;

/// A measurement, by how its lines begin.
type Measurement = (&'static [&'static str], fn(&Settings) -> Result<Vec<Row>, Box<dyn Error>>);

const MEASUREMENTS: [Measurement; 7] = [
    (&["zip"], size::rows),
    (&["start", "first-call"], start::rows),
    (&["accept"], accept::rows),
    (&["apply"], apply::rows),
    (&["segments", "million"], engine::rows),
    (&["message"], messages::rows),
    (&["campaign"], campaign::rows),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("bench SETTINGS [ROW...]");
        return ExitCode::FAILURE;
    };
    let wanted: Vec<String> = arguments.collect();
    match measure(Path::new(&path), &wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures and prints the lines that begin as is wanted; all of them where nothing is said.
fn measure(settings: &Path, wanted: &[String]) -> Result<(), Box<dyn Error>> {
    let settings = Settings::read(settings)?;
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| name.starts_with(wanted));
    let mut printed = 0;
    for (names, rows) in MEASUREMENTS {
        // A word may pick one line of a measurement, or more than one measurement.
        if names.iter().any(|name| is_wanted(name) || wanted.iter().any(|wanted| wanted.starts_with(name))) {
            for row in rows(&settings).map_err(|error| format!("{}: {error}", names.join(", ")))? {
                if is_wanted(&row.name) {
                    println!("{row}");
                    printed += 1;
                }
            }
        }
    }
    if printed == 0 { Err(format!("no line begins with {}", wanted.join(" or ")).into()) } else { Ok(()) }
}

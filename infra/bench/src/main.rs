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
    (&["segments", "million"], |_| engine::rows()),
    (&["message"], |_| messages::rows()),
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

fn measure(settings: &Path, wanted: &[String]) -> Result<(), Box<dyn Error>> {
    let settings = Settings::read(settings)?;
    for (names, rows) in MEASUREMENTS {
        if wanted.is_empty() || names.iter().any(|name| wanted.iter().any(|wanted| wanted == name)) {
            for row in rows(&settings).map_err(|error| format!("{}: {error}", names.join(", ")))? {
                println!("{row}");
            }
        }
    }
    Ok(())
}

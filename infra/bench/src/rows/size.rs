//! How large a function's zip is, as it is uploaded.

use std::error::Error;

use crate::report::{Row, Target};
use crate::settings::Settings;

const MEGABYTE: f64 = 1e6;

/// A line for each function.
pub fn rows(settings: &Settings) -> Result<Vec<Row>, Box<dyn Error>> {
    let least = settings.functions.iter().min_by_key(|one| one.zip).ok_or("there are no functions")?;
    let row = |name: &str, zip: u64| Row::new(format!("zip.{name}"), zip as f64 / MEGABYTE, "MB");
    let what = format!("the smallest, {}", least.name);
    let rows = settings.functions.iter();
    Ok(rows.map(|one| row(&one.name, one.zip).against(least.zip as f64 / MEGABYTE, &what).target(Target::AtMost(3.0))).collect())
}

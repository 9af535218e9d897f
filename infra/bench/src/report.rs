//! What is printed: a figure a line, with what it is held against, and whether it is good enough.

use std::fmt;
use std::time::Duration;

/// A measurement of a unit of work, processor time and by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    pub cpu: Duration,
    pub wall: Duration,
}

impl Cost {
    /// Of one of so many.
    #[must_use]
    pub fn each(self, of: usize) -> Self {
        let of = of.max(1) as f64;
        Self { cpu: self.cpu.div_f64(of), wall: self.wall.div_f64(of) }
    }

    /// The median of each by itself.
    #[must_use]
    pub fn median(costs: &[Self]) -> Self {
        let of = |part: fn(&Self) -> Duration| median(costs.iter().map(part).collect());
        Self { cpu: of(|cost| cost.cpu), wall: of(|cost| cost.wall) }
    }
}

/// The one in the middle, of an even number the greater of the two; the default of none.
#[must_use]
pub fn median<T: PartialOrd + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// What a figure must not pass.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// Of the ratio.
    RatioAtMost(f64),
}

/// A line of the report.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    value: f64,
    unit: &'static str,
    ratio: Option<(f64, String)>,
    target: Option<Target>,
    notes: Vec<String>,
}

impl Row {
    #[must_use]
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, ratio: None, target: None, notes: Vec::new() }
    }

    /// Processor time in `unit`, with the time by the clock beside it.
    #[must_use]
    pub fn of_cost(name: impl Into<String>, cost: Cost, unit: &'static str) -> Self {
        Self::new(name, in_unit(cost.cpu, unit), unit).note(format!("by the clock {:.2} {unit}", in_unit(cost.wall, unit)))
    }

    /// With what it is compared.
    #[must_use]
    pub fn against(mut self, other: f64, what: &str) -> Self {
        self.ratio = Some((self.value / other, format!("{what} ({other:.2} {})", self.unit)));
        self
    }

    #[must_use]
    pub const fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Whether it is good enough; none where nothing is asked of it.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        let ratio = self.ratio.as_ref().map_or(f64::INFINITY, |(ratio, _)| *ratio);
        Some(match self.target? {
            Target::AtMost(most) => self.value <= most,
            Target::AtLeast(least) => self.value >= least,
            Target::RatioAtMost(most) => ratio <= most,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {:.2} {}", self.name, self.value, self.unit)?;
        if let Some((ratio, what)) = &self.ratio {
            write!(to, " {ratio:.2} of {what}")?;
        }
        if let (Some(target), Some(is_met)) = (self.target, self.is_met()) {
            let verdict = if is_met { "met" } else { "missed" };
            match target {
                Target::AtMost(most) => write!(to, "; target <= {most} {}: {verdict}", self.unit),
                Target::AtLeast(least) => write!(to, "; target >= {least} {}: {verdict}", self.unit),
                Target::RatioAtMost(most) => write!(to, "; target <= {most} of it: {verdict}"),
            }?;
        }
        self.notes.iter().try_for_each(|note| write!(to, "; {note}"))
    }
}

/// A time as a number.
#[must_use]
pub fn in_unit(time: Duration, unit: &str) -> f64 {
    time.as_secs_f64()
        * match unit {
            "ms" => 1e3,
            "us" => 1e6,
            "ns" => 1e9,
            _ => 1.0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_not_moved_by_one_that_is_far_off() {
        assert_eq!(median(vec![3, 1000, 1, 2, 4]), 3);
        assert_eq!(median(Vec::<u64>::new()), 0);
        let cost = |cpu, wall| Cost { cpu: Duration::from_micros(cpu), wall: Duration::from_micros(wall) };
        assert_eq!(Cost::median(&[cost(1, 9), cost(2, 7), cost(30, 8)]), cost(2, 8));
        assert_eq!(cost(20, 40).each(10), cost(2, 4));
    }

    #[test]
    fn a_line_says_what_it_is_held_against_and_whether_that_is_met() {
        let row = Row::new("accept", 120.0, "us").against(60.0, "refusing").target(Target::AtMost(110.0)).note("warm");
        assert_eq!(row.to_string(), "accept 120.00 us 2.00 of refusing (60.00 us); target <= 110 us: missed; warm");
        let verdict = |row: Row, target| row.target(target).is_met();
        assert_eq!(verdict(Row::new("a", 1.0, "us").against(0.5, "b"), Target::RatioAtMost(2.0)), Some(true));
        assert_eq!(verdict(Row::new("a", 1.0, "us"), Target::RatioAtMost(2.0)), Some(false), "compared with nothing");
        assert_eq!(verdict(Row::new("a", 7.0, "/s"), Target::AtLeast(7.5)), Some(false));
        assert_eq!(Row::new("a", 7.0, "/s").is_met(), None);
    }
}

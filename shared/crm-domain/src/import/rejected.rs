//! The rows that were refused, as a CSV file that is safe to open in a spreadsheet: line, reason, row.

use std::fmt::Write as _;

use crate::import::naming::Names;
use crate::import::rows::shortened;
use crate::spreadsheet::cell;

/// The first line of such a file.
pub const HEADER: &str = "line,reason,row\n";
/// Most bytes kept of one stretch; what is beyond is counted but not listed.
const MAX_BYTES: usize = 1 << 20;
/// Most characters of a row and of a reason that are shown.
const MAX_SHOWN: usize = 500;

/// The refused rows of one stretch. Each is one line of text, so that lines can be counted.
#[derive(Debug, Default)]
pub struct Rejected {
    count: u64,
    csv: String,
}

impl Rejected {
    pub fn add(&mut self, line: u64, reason: &str, raw: &[u8]) {
        self.count += 1;
        if self.csv.len() < MAX_BYTES {
            let reason = shortened(reason.as_bytes(), MAX_SHOWN);
            // Writing to a string cannot fail.
            let _ = writeln!(self.csv, "{line},{},{}", cell(&reason), cell(&shortened(raw, MAX_SHOWN)));
        }
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Their lines, without a header.
    #[must_use]
    pub fn into_csv(self) -> String {
        self.csv
    }
}

/// The whole file: the header, the lines kept, and how many of `rejected` rows are missing from them.
#[must_use]
pub fn file(lines: &str, rejected: u64) -> String {
    let listed = lines.lines().count() as u64;
    let rest = match rejected.saturating_sub(listed) {
        0 => String::new(),
        missing => format!(",{missing} more rejected rows are not listed,\n"),
    };
    format!("{HEADER}{lines}{rest}")
}

/// The lines of a stretch without those whose row names one of `names`; `None` when no line does.
#[must_use]
pub fn without(lines: &str, names: &Names) -> Option<String> {
    let kept: String = lines.split_inclusive('\n').filter(|line| !names_anyone(line, names)).collect();
    (kept.len() < lines.len()).then_some(kept)
}

/// Of a row that was cut short, the last word may be the beginning of an address.
fn names_anyone(line: &str, names: &Names) -> bool {
    let cut = || line.rsplit_once('…').is_some_and(|(shown, _)| names.may_begin_at_end_of(shown));
    names.are_in(line.as_bytes()) || cut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;

    #[test]
    fn rejected_rows_are_one_harmless_line_each() {
        let mut rejected = Rejected::default();
        rejected.add(7, "email: must be an e-mail address", b"=cmd|' /C calc'!A0,1");
        rejected.add(9, "has 2 cells, \"quoted\"", b"\"a\nb\",\xff");
        assert_eq!(rejected.count(), 2);
        let expected = "7,email: must be an e-mail address,\"'=cmd|' /C calc'!A0,1\"\n9,\"has 2 cells, \"\"quoted\"\"\",\"\"\"a b\"\",\u{fffd}\"\n";
        assert_eq!(rejected.into_csv(), expected);
    }

    #[test]
    fn rows_of_somebody_are_taken_out_and_nobody_elses() {
        let names = Names::of(&[Email::parse("asha@x.in").unwrap()]);
        let mut rejected = Rejected::default();
        let long = format!("b@x.in,{},ASHA@x.in", "n".repeat(490));
        let rows: [(&str, bool); 9] = [
            ("Asha,Asha@X.in,5", false),
            ("asha@x.in;1,000.5", false),
            ("\"asha@x.in\",\"x\"", false),
            ("pune,  asha@x.in", false),
            ("Asha Rao <asha@x.in>,5", false),
            (&long, false),
            ("natasha@x.in,5", true),
            ("asha@x.in.example,5", true),
            ("asha,x.in", true),
        ];
        for (line, (row, _)) in rows.iter().enumerate() {
            rejected.add(line as u64, "total: must be a number", row.as_bytes());
        }
        let lines = rejected.into_csv();
        assert!(lines.contains("AS…"), "the long row is cut within the address: {lines}");
        let kept = without(&lines, &names).unwrap();
        let expected: Vec<&str> = lines.lines().zip(rows).filter(|(_, (_, stays))| *stays).map(|(line, _)| line).collect();
        assert_eq!(kept.lines().collect::<Vec<_>>(), expected);
        assert_eq!(without(&kept, &names), None);
        assert_eq!(without("", &names), None);
    }

    #[test]
    fn what_is_not_listed_is_stated() {
        let mut rejected = Rejected::default();
        for line in 0..20_000 {
            rejected.add(line, "must not be", "x".repeat(400).as_bytes());
        }
        let count = rejected.count();
        let csv = rejected.into_csv();
        assert!(csv.len() < MAX_BYTES + 2_000);
        let listed = csv.lines().count() as u64;
        assert!(file(&csv, count).ends_with(&format!("\n,{} more rejected rows are not listed,\n", 20_000 - listed)));
        assert_eq!(file("", 0), HEADER);
        assert!(shortened("é".repeat(600).as_bytes(), 500).ends_with('…'));
    }
}

//! The rows that were refused, as a CSV file that is safe to open in a spreadsheet: line, reason, row.

use std::fmt::Write as _;

use crate::import::rows::shortened;

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

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection), quoted where it must be.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r', ';']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_rows_are_one_harmless_line_each() {
        let mut rejected = Rejected::default();
        rejected.add(7, "email: must be an e-mail address", b"=cmd|' /C calc'!A0,1");
        rejected.add(9, "has 2 cells, \"quoted\"", b"\"a\nb\",\xff");
        assert_eq!(rejected.count(), 2);
        let expected = "7,email: must be an e-mail address,\"'=cmd|' /C calc'!A0,1\"\n9,\"has 2 cells, \"\"quoted\"\"\",\"\"\"a b\"\",\u{fffd}\"\n";
        assert_eq!(rejected.into_csv(), expected);
        for risky in ["=1", "+1", "-1", "@x", "\tx", "\rx"] {
            assert!(cell(risky).trim_start_matches('"').starts_with('\''), "{risky:?}");
        }
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

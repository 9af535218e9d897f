//! Cells of the CSV files that we hand out. They are opened in spreadsheets, which run what looks like a formula.

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection), quoted where it must be (RFC 4180).
#[must_use]
pub fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    // Where a comma stands for the decimal point, spreadsheets take `;` for the delimiter.
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
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        for (text, expected) in [
            ("", ""),
            ("Asha Rao", "Asha Rao"),
            ("a,b", "\"a,b\""),
            ("a; b", "\"a; b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+91 98450", "'+91 98450"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("=cmd|' /C calc'!A0,1", "\"'=cmd|' /C calc'!A0,1\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}

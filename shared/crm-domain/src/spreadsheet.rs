//! Cells of the CSV files that we hand out. They are opened in spreadsheets, which run what looks like a formula.

/// What a formula begins with.
const BEGINS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that no spreadsheet takes for a formula (OWASP, CSV injection), quoted where it must be (RFC 4180).
#[must_use]
pub fn cell(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && BEGINS.contains(&c) {
            guarded.push('\'');
        }
        // Where a comma stands for the decimal point, spreadsheets take `;` for the delimiter, quotes within a line for text,
        // and so the end of a line for the end of a row.
        begins = matches!(c, ';' | '\n' | '\r') || begins && matches!(c, ' ' | '"') && !guarded.is_empty();
        guarded.push(c);
    }
    if text.contains([',', '"', '\n', '\r', ';']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// A cell as it was before it was kept from being a formula.
#[must_use]
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| text.starts_with(BEGINS)).unwrap_or(cell)
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
            ("\r=1", "\"'\r'=1\""),
            ("two\n=1+1", "\"two\n'=1+1\""),
            ("=cmd|' /C calc'!A0,1", "\"'=cmd|' /C calc'!A0,1\""),
            ("a;=1+1;b", "\"a;'=1+1;b\""),
            ("a; \"=1", "\"a; \"\"'=1\""),
            ("a -b", "a -b"),
            ("a;b-c", "\"a;b-c\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
        for text in ["+91 98450", "-5.5", "O'Neil", "'quoted'", "", "'"] {
            assert_eq!(plain(&cell(text)), text);
        }
    }
}

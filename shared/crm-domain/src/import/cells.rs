//! One cell of a CSV file as the JSON value that the same field has over HTTP.
//!
//! What does not read as the kind of value that a field wants stays text, so that the field's own validator refuses it.

use crate::json::{Json, Number};

/// Most digits of which every decimal number survives the way through a float (IEEE 754 binary64).
const EXACT_DIGITS: usize = 15;

/// A plain decimal number such as `1234.50`; no exponent, no thousands separator, no currency sign.
#[must_use]
pub fn number(cell: &str) -> Json {
    plain_number(cell).map_or_else(|| Json::from(cell), Json::Number)
}

/// `true`, `yes`, `1` or their opposites, in any case.
#[must_use]
pub fn flag(cell: &str) -> Json {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Json::Bool(true),
        "false" | "no" | "0" => Json::Bool(false),
        _ => Json::from(cell),
    }
}

/// Words between `;` or `|`.
#[must_use]
pub fn tags(cell: &str) -> Json {
    Json::List(cell.split([';', '|']).map(|tag| tag.trim_matches(' ')).filter(|tag| !tag.is_empty()).map(Json::from).collect())
}

/// A value of no declared type: a number or a flag where it is written as one, else text.
///
/// `007` and `1e5` are text: codes and numbers of articles look like that.
#[must_use]
pub fn attribute(cell: &str) -> Json {
    let padded = cell.trim_start_matches('-').strip_prefix('0').is_some_and(|rest| !rest.is_empty() && !rest.starts_with('.'));
    match cell {
        "true" | "TRUE" | "True" => Json::Bool(true),
        "false" | "FALSE" | "False" => Json::Bool(false),
        _ if padded => Json::from(cell),
        _ => number(cell),
    }
}

fn plain_number(cell: &str) -> Option<Number> {
    let (sign, digits) = cell.strip_prefix('-').map_or(("", cell), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !fraction.is_none_or(are_digits) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.unwrap_or_default().trim_end_matches('0');
    if whole.len() + fraction.len() > EXACT_DIGITS {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() {
        return format!("{sign}{whole}").parse::<i64>().ok().map(Number::from);
    }
    format!("{sign}{whole}.{fraction}").parse::<f64>().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_stay_text() {
        for (cell, shown) in [
            ("11.77", "11.77"),
            ("12.00", "12"),
            ("007", "7"),
            ("0", "0"),
            ("-3.50", "-3.5"),
            ("999999999999.99", "999999999999.99"),
            ("0000000000000000000001", "1"),
            ("123456789012345", "123456789012345"),
        ] {
            assert_eq!(number(cell).to_string(), shown, "{cell}");
        }
        for text in
            ["1,234.50", "1 234", "1.234,50", "$5", "1e3", "NaN", "", "-", "1.", ".5", "+1", "0.12345678901234567", "1_000", "１"]
        {
            assert_eq!(number(text), Json::from(text), "{text}");
        }
    }

    #[test]
    fn flags_tags_and_attributes_read_as_people_write_them() {
        assert_eq!(flag("Yes"), Json::Bool(true));
        assert_eq!(flag("0"), Json::Bool(false));
        assert_eq!(flag("maybe"), Json::from("maybe"));
        assert_eq!(tags("vip; new |x;"), Json::List(vec!["vip".into(), "new".into(), "x".into()]));
        assert_eq!(attribute("12.5").to_string(), "12.5");
        assert_eq!(attribute("0.5").to_string(), "0.5");
        assert_eq!(attribute("TRUE"), Json::Bool(true));
        for text in ["01234", "-01", "gold", "1e5", "+91 98"] {
            assert_eq!(attribute(text), Json::from(text), "{text}");
        }
    }
}

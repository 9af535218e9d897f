//! Durations: their units, how ISO 8601 writes them and how people say them.

/// So many of a unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) count: u32,
    pub(crate) unit: Unit,
}

/// The units of ISO 8601, in the order in which it writes them.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

/// Units with their letters in ISO 8601 and their names.
const UNITS: [(Unit, char, &str); 7] = [
    (Unit::Year, 'Y', "year"),
    (Unit::Month, 'M', "month"),
    (Unit::Week, 'W', "week"),
    (Unit::Day, 'D', "day"),
    (Unit::Hour, 'H', "hour"),
    (Unit::Minute, 'M', "minute"),
    (Unit::Second, 'S', "second"),
];

/// A unit by a word for it, and how many of them the word means.
pub(crate) fn unit(word: &str) -> Option<(u32, Unit)> {
    Some(match word {
        "yr" | "yrs" => (1, Unit::Year),
        "wk" | "wks" => (1, Unit::Week),
        "fortnight" | "fortnights" => (2, Unit::Week),
        "quarter" | "quarters" => (3, Unit::Month),
        "hr" | "hrs" => (1, Unit::Hour),
        "min" | "mins" => (1, Unit::Minute),
        _ => {
            let (unit, _, _) = UNITS.into_iter().find(|(_, _, name)| word.strip_suffix('s').unwrap_or(word) == *name)?;
            (1, unit)
        }
    })
}

/// As ISO 8601 writes it: `P1Y2M`, `PT12H`.
pub(crate) fn iso(parts: &[Part]) -> String {
    let mut text = String::from("P");
    for Part { count, unit } in parts {
        if *unit >= Unit::Hour && !text.contains('T') {
            text.push('T');
        }
        text.push_str(&count.to_string());
        text.extend(UNITS.into_iter().find(|(one, _, _)| one == unit).map(|(_, letter, _)| letter));
    }
    text
}

/// An ISO 8601 duration as people say it: "1 year 2 months".
pub(crate) fn spoken(iso: &str) -> String {
    let (date, clock) = iso.split_once('T').unwrap_or((iso, ""));
    let parts = [(date, 0..4), (clock, 4..7)].into_iter().flat_map(|(text, units)| {
        let units = UNITS.get(units).unwrap_or_default();
        text.trim_start_matches('P').split_inclusive(|c: char| c.is_ascii_alphabetic()).filter_map(move |part| {
            let count: u32 = part.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok().filter(|count| *count > 0)?;
            let (_, _, name) = units.iter().find(|(_, letter, _)| part.ends_with(*letter))?;
            Some(format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
        })
    });
    let parts: Vec<String> = parts.collect();
    match &*parts {
        // "the last month"
        [only] => only.trim_start_matches("1 ").to_owned(),
        _ => parts.join(" "),
    }
}

//! The length of an SMS: in which alphabet it goes out, and in how many segments it is sent and paid for.
//!
//! After 3GPP TS 23.038 (the alphabets) and 23.040 (concatenation). A segment carries 140 octets; those of a longer text each
//! give six of them to the header that puts it together again. Networks may have national shift tables and shorter reference
//! numbers; what is counted here is what every gateway counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::faults::Reason;
use crate::limits;

/// The alphabet of an SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// The default alphabet and its extension table, seven bits a character.
    Gsm7,
    /// UTF-16, for a text with any other character.
    Ucs2,
}

/// How long an SMS is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub encoding: Encoding,
    pub segments: u32,
}

impl Length {
    /// The length of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if let Some(segments) = segments(text.chars().map(septets), 160, 153) {
            return Self { encoding: Encoding::Gsm7, segments };
        }
        let segments = segments(text.chars().map(|c| Some(c.len_utf16() as u32)), 70, 67).unwrap_or(u32::MAX);
        Self { encoding: Encoding::Ucs2, segments }
    }
}

/// Checks that `text` can be sent as an SMS.
///
/// # Errors
/// Says that it is too long; fit for the log.
pub fn check(text: &str) -> Result<(), Reason> {
    let Length { segments, encoding } = Length::of(text);
    if segments <= limits::SMS_SEGMENTS {
        return Ok(());
    }
    let alphabet = match encoding {
        Encoding::Gsm7 => "",
        Encoding::Ucs2 => " of 67 characters, since not all of its characters are in the GSM alphabet",
    };
    Err(format!("takes {segments} segments{alphabet}; an SMS may have at most {}", limits::SMS_SEGMENTS).into())
}

/// The number of segments for characters of these widths: one up to `alone` units, else such of `each` units, none of which
/// ends within a character. None when one of them has no width.
fn segments(widths: impl Iterator<Item = Option<u32>>, alone: u32, each: u32) -> Option<u32> {
    let (mut total, mut segments, mut filled) = (0, 1, 0);
    for width in widths {
        let width = width?;
        total += width;
        filled += width;
        if filled > each {
            segments += 1;
            filled = width;
        }
    }
    Some(if total <= alone { 1 } else { segments })
}

/// The width of a character in the default alphabet: one, or two with the escape to its extension table.
fn septets(c: char) -> Option<u32> {
    match c {
        '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => Some(2),
        '\n' | '\r' | ' '..='Z' | '_' | 'a'..='z' => Some(1),
        other => "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà".contains(other).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gsm7(segments: u32) -> Length {
        Length { encoding: Encoding::Gsm7, segments }
    }

    fn ucs2(segments: u32) -> Length {
        Length { encoding: Encoding::Ucs2, segments }
    }

    #[test]
    fn the_alphabet_is_that_of_the_specification() {
        // 3GPP TS 23.038, 6.2.1 and 6.2.1.1: 128 codes, of which one is the escape to ten more.
        let basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
            ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
        let extension = "\u{c}^{}\\[~]|€";
        assert_eq!((basic.chars().count(), extension.chars().count()), (127, 10));
        assert!(basic.chars().all(|c| septets(c) == Some(1)));
        assert!(extension.chars().all(|c| septets(c) == Some(2)));
        let known = (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|c| septets(*c).is_some());
        assert_eq!(known.count(), 137, "and no other");
        for text in ["`", "ç", "á", "’", "–", "…", "\t", "₹", "नमस्ते", "😀"] {
            assert_eq!(Length::of(text), ucs2(1), "{text}");
        }
    }

    #[test]
    fn segments_end_where_the_specification_ends_them() {
        for (text, times, expected) in [
            ("a", 0, gsm7(1)),
            ("a", 160, gsm7(1)),
            ("a", 161, gsm7(2)),
            ("a", 306, gsm7(2)),
            ("a", 307, gsm7(3)),
            ("a", 1_530, gsm7(10)),
            ("a", 1_531, gsm7(11)),
            ("€", 80, gsm7(1)),
            ("€", 81, gsm7(2)),
            // 76 in each: the odd septet stays empty.
            ("€", 152, gsm7(2)),
            ("€", 153, gsm7(3)),
            ("अ", 70, ucs2(1)),
            ("अ", 71, ucs2(2)),
            ("अ", 134, ucs2(2)),
            ("अ", 135, ucs2(3)),
            ("अ", 670, ucs2(10)),
            ("अ", 671, ucs2(11)),
            ("😀", 35, ucs2(1)),
            ("😀", 36, ucs2(2)),
            // 33 in each, for the same reason.
            ("😀", 66, ucs2(2)),
            ("😀", 67, ucs2(3)),
        ] {
            assert_eq!(Length::of(&text.repeat(times)), expected, "{text} {times} times");
        }
    }

    #[test]
    fn no_character_is_split_over_two_segments() {
        let around = |unit: &str, before, middle: &str, after| format!("{}{middle}{}", unit.repeat(before), unit.repeat(after));
        assert_eq!(Length::of(&around("a", 151, "€", 153)), gsm7(2));
        assert_eq!(Length::of(&around("a", 152, "€", 152)), gsm7(3), "306 septets, but not in two segments");
        assert_eq!(Length::of(&around("अ", 65, "😀", 67)), ucs2(2));
        assert_eq!(Length::of(&around("अ", 66, "😀", 66)), ucs2(3), "134 units, but not in two segments");
        // One character is enough for the other alphabet.
        assert_eq!((Length::of(&around("a", 80, "", 80)), Length::of(&around("a", 80, "’", 80))), (gsm7(1), ucs2(3)));
    }

    #[test]
    fn ten_segments_may_be_sent() {
        assert_eq!((check(&"a".repeat(1_530)), check(&"अ".repeat(670))), (Ok(()), Ok(())));
        assert_eq!(check(&"a".repeat(1_531)).unwrap_err(), "takes 11 segments; an SMS may have at most 10");
        assert!(check(&"अ".repeat(671)).unwrap_err().starts_with("takes 11 segments of 67 characters"));
    }

    proptest! {
        // What a launch is refused for rests on it: more text never takes less.
        #[test]
        fn a_text_takes_as_many_segments_as_any_part_of_it(
            before in "[a€अ😀]{0,200}",
            after in "[a€अ😀]{0,200}",
            more in "[a€अ😀]{0,9}",
        ) {
            let (part, whole) = (format!("{before}{after}"), format!("{before}{more}{after}"));
            prop_assert!(Length::of(&part).segments <= Length::of(&whole).segments);
        }
    }
}

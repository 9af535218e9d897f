//! Money as integer minor units of the deployment's one currency. No floats take part in sums or comparisons.

use serde::{Deserialize, Serialize};

use crate::faults::Reason;
use crate::json::{Json, Number};

/// An amount in minor units (paise, cents). Sums saturate, far beyond any amount that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

/// Greatest amount accepted, in major units.
pub const MAX_MAJOR: i64 = 1_000_000_000_000;

impl Money {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0.saturating_mul(count))
    }
}

/// An ISO 4217 code with its number of decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    code: String,
    decimals: u32,
}

impl Currency {
    /// A currency by its ISO 4217 code.
    ///
    /// # Errors
    /// Says that the code is not three capital letters.
    pub fn parse(code: &str) -> Result<Self, Reason> {
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err("must be an ISO 4217 code of three capital letters".into());
        }
        // ISO 4217, list one: all others have two.
        let decimals = match code {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND" | "VUV"
            | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        Ok(Self { code: code.to_owned(), decimals })
    }

    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Minor units in one major unit.
    #[must_use]
    pub const fn scale(&self) -> i64 {
        10_i64.pow(self.decimals)
    }

    /// Reads a JSON number of major units, 0 to 10^12 with at most the currency's decimals.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn amount(&self, json: &Json) -> Result<Money, Reason> {
        let Json::Number(number) = json else { return Err("must be a number".into()) };
        let minor = self.exact(number)?;
        if (0..=MAX_MAJOR * self.scale()).contains(&minor) {
            Ok(Money(minor))
        } else {
            Err("must be from 0 to 1000000000000".into())
        }
    }

    /// Major units for JSON: `12.5` for 1250 paise.
    #[must_use]
    pub fn to_major(&self, money: Money) -> Number {
        if money.0 % self.scale() == 0 {
            return Number::from(money.0 / self.scale());
        }
        // The nearest float prints as the exact decimal up to 15 digits, which covers every accepted amount.
        Number::from_f64(money.0 as f64 / self.scale() as f64).unwrap_or_else(|| Number::from(0))
    }

    /// The average shown to people: major units, rounded half up to the minor unit.
    #[must_use]
    pub fn average(&self, total: Money, count: u64) -> Option<Number> {
        let count = i128::from(count);
        if count == 0 {
            return None;
        }
        let rounded = (i128::from(total.0) * 2 + count).div_euclid(count * 2);
        i64::try_from(rounded).ok().map(|minor| self.to_major(Money(minor)))
    }

    fn exact(&self, number: &Number) -> Result<i64, Reason> {
        if let Some(whole) = number.as_i64().filter(|whole| (-MAX_MAJOR..=MAX_MAJOR).contains(whole)) {
            return Ok(whole * self.scale());
        }
        let text = number.to_string();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or(i32::MAX)),
            None => (text.as_str(), 0),
        };
        let negative = mantissa.starts_with('-');
        let (whole, fraction) =
            mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            return Ok(0);
        }
        // value = significant * 10^power, in minor units
        let dropped = (digits.len() - significant.len()) as i64;
        let power = i64::from(exponent) - fraction.len() as i64 + dropped + i64::from(self.decimals);
        if power < 0 {
            return Err(format!("must have at most {} decimals", self.decimals).into());
        }
        if significant.len() as i64 + power > 18 {
            return Err("must be from 0 to 1000000000000".into());
        }
        let minor = significant.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(10_i64.pow(power as u32));
        Ok(if negative { -minor } else { minor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Result<i64, Reason> {
        let json = Json::parse(text.as_bytes()).map_err(|e| e.to_string())?;
        Currency::parse("INR")?.amount(&json).map(Money::minor)
    }

    #[test]
    fn amounts_are_exact() {
        for (text, minor) in [
            ("11.77", 1177),
            ("0", 0),
            ("0.1", 10),
            ("12", 1200),
            ("12.0", 1200),
            ("1e2", 10_000),
            ("1.5e1", 1500),
            ("1000000000000", 100_000_000_000_000),
            ("999999999999.99", 99_999_999_999_999),
            ("2500315.63", 250_031_563),
            ("-0", 0),
        ] {
            assert_eq!(amount(text), Ok(minor), "{text}");
        }
        for bad in ["0.001", "-1", "-0.01", "1000000000000.01", "1e15", "1e-3", "1e300", "\"1\"", "null", "true"] {
            assert!(amount(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn averages_round_half_up() {
        let inr = Currency::parse("INR").unwrap_or_else(|e| panic!("{e}"));
        let shown = |total, count| inr.average(Money::from_minor(total), count).map(|n| n.to_string());
        assert_eq!(shown(1, 2), Some("0.01".into()));
        assert_eq!(shown(10_00, 3), Some("3.33".into()));
        assert_eq!(shown(5, 0), None);
    }
}

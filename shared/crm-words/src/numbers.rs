//! Numbers and amounts: digits and words, thousands, lakhs and crores, marks of the currency.

use crm_domain::json::Number;

use crate::cursor::Reader;
use crate::lexer::Kind;

/// A number as it was said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Amount {
    pub(crate) number: Number,
    /// Whether it has a mark of the deployment's currency.
    pub(crate) money: bool,
    /// The thousands, lakhs or crores in which it was said, or 1.
    factor: u64,
}

impl Amount {
    /// As the lower end of a range up to `high`: "between 1 and 5 lakh" begins at one lakh, "between 500 and 1k" at 500.
    pub(crate) fn below(self, high: &Self) -> Self {
        let (low, high_value) = (self.number.as_f64().unwrap_or(0.0), high.number.as_f64().unwrap_or(0.0));
        let shares = self.factor == 1 && high.factor >= 1_000 && low > 0.0 && low < high_value / high.factor as f64;
        match product(&self.number.to_string(), high.factor).filter(|_| shares) {
            Some(number) => Self { number, factor: high.factor, ..self },
            None => self,
        }
    }
}

impl Reader<'_> {
    /// "₹10,000", "Rs. 500", "10k", "1.5 lakh", "twenty-five". Percentages and other currencies are none.
    pub(crate) fn amount(&mut self) -> Option<Amount> {
        self.amount_of(true)
    }

    /// As [`Reader::amount`], ending before "and": "between five hundred and one thousand".
    pub(crate) fn low_amount(&mut self) -> Option<Amount> {
        self.amount_of(false)
    }

    fn amount_of(&mut self, with_and: bool) -> Option<Amount> {
        self.attempt(|reader| {
            let mark = reader.mark();
            let (number, factor) = reader.scaled_number(with_and)?;
            let mark = mark.or(reader.mark());
            let unfit = reader.symbol() == Some('%') || matches!(reader.word(0), "percent" | "percentage" | "pc");
            (mark != Some(false) && !unfit).then_some(Amount { number, money: mark.is_some(), factor })
        })
    }

    /// A whole number that fits a count of days or the like.
    pub(crate) fn small_number(&mut self) -> Option<u32> {
        self.attempt(|reader| u32::try_from(reader.scaled_number(true)?.0.as_u64()?).ok())
    }

    /// Any number, also of a percentage: "20", "twenty", "1.5 lakh".
    pub(crate) fn spoken_number(&mut self) -> Option<Number> {
        self.scaled_number(false).map(|(number, _)| number)
    }

    fn mark(&mut self) -> Option<bool> {
        let Kind::Money(ours) = self.token(0)?.kind else { return None };
        self.at += 1;
        Some(ours)
    }

    fn scaled_number(&mut self, with_and: bool) -> Option<(Number, u64)> {
        let Some(Kind::Number) = self.token(0).map(|token| &token.kind) else {
            return self.attempt(|reader| reader.number_words(with_and)).map(|(number, factor)| (number.into(), factor));
        };
        self.attempt(|reader| {
            let digits = &reader.token(0)?.word;
            reader.at += 1;
            let mut factor = 1_u64;
            while let Some(more) = multiple(reader.word(0)) {
                factor = factor.checked_mul(more)?;
                reader.at += 1;
            }
            let number = if factor == 1 { digits.parse().ok() } else { product(digits, factor) };
            Some((number?, factor))
        })
    }

    fn number_words(&mut self, with_and: bool) -> Option<(u64, u64)> {
        let (mut total, mut group, mut last) = (0_u64, None::<u64>, 1);
        if matches!(self.word(0), "a" | "an") && (multiple(self.word(1)).is_some() || self.word(1) == "dozen") {
            group = Some(1);
            self.at += 1;
        }
        loop {
            let word = self.word(0);
            if let Some(small) = small(word) {
                // "twenty five", "one hundred five", but not "five twenty".
                let held = group.unwrap_or(0);
                let room = if held % 100 == 0 {
                    100
                } else if held % 10 == 0 && held % 100 >= 20 {
                    10
                } else {
                    0
                };
                if group.is_some() && small >= room {
                    break;
                }
                group = Some(held + small);
            } else if let (Some(factor), Some(held)) = (multiple(word), group) {
                if factor == 100 {
                    group = Some(held.checked_mul(100)?);
                } else {
                    total = total.checked_add(held.checked_mul(factor)?)?;
                    group = Some(0);
                }
                last = factor;
            } else if let ("dozen", Some(held)) = (word, group) {
                group = Some(held.checked_mul(12)?);
            } else if word == "and" && with_and && group.is_some_and(|held| held % 100 == 0) && small(self.word(1)).is_some() {
                // "one hundred and fifty"; "two and three" are two numbers.
                if group == Some(0) && total == 0 {
                    break;
                }
            } else {
                break;
            }
            self.at += 1;
        }
        // "two thousand five hundred" is no number of thousands.
        group.map(|group| (total + group, if group == 0 { last } else { 1 }))
    }
}

fn multiple(word: &str) -> Option<u64> {
    Some(match word {
        "hundred" | "hundreds" => 100,
        "k" | "thousand" | "thousands" => 1_000,
        "l" | "lakh" | "lakhs" | "lac" | "lacs" => 100_000,
        "m" | "mn" | "million" | "millions" => 1_000_000,
        "cr" | "crore" | "crores" => 10_000_000,
        "bn" | "billion" => 1_000_000_000,
        _ => return None,
    })
}

fn small(word: &str) -> Option<u64> {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let place = |words: &[&str]| words.iter().position(|one| *one == word).map(|place| place as u64);
    place(&ONES).or_else(|| Some(place(&TENS)? * 10 + 20))
}

/// A decimal times a factor, exactly.
fn product(decimal: &str, factor: u64) -> Option<Number> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let product = format!("{whole}{fraction}").parse::<u64>().ok()?.checked_mul(factor)?;
    if product % scale == 0 {
        return Some((product / scale).into());
    }
    let rest = format!("{:0width$}", product % scale, width = fraction.len());
    format!("{}.{rest}", product / scale).parse().ok()
}

//! Reading a condition's value into what its field and operator compare with.

use std::cmp::Ordering;

use crate::faults::{Faults, Reason, boolean, checked_text, integer, list};
use crate::ids::SegmentId;
use crate::json::Json;
use crate::money::Currency;
use crate::time::{DAY, Time, parse_date};

use super::compare::{Needles, NumberTest, TextTest, TimeRange};
use super::condition::{AttributeTest, BoughtTest, TagTest, Test, WhenTest};
use super::field::{Article, Field, Measure, Operator};
use super::subject::fold;
use super::window::Window;

/// How many elements the list of `in` and `notIn` may have.
pub const MAX_LIST: usize = 1000;
const MAX_TEXT: usize = 500;
const MAX_INTEGER: i64 = 1_000_000_000;

/// Reads one value, noting its faults under its path.
pub(super) struct Value<'a> {
    pub(super) json: &'a Json,
    pub(super) place: String,
    pub(super) currency: &'a Currency,
    pub(super) faults: &'a mut Faults,
}

impl Value<'_> {
    /// The test that `field` and the positive `operator` make of it. Which operators go with a field is checked before.
    pub(super) fn test(&mut self, field: Field, operator: Operator, window: Option<Window>) -> Option<Test> {
        Some(match field {
            Field::Text(of) => Test::Text(of, self.text_test(operator)?),
            Field::Attribute(key) => Test::Attribute(key, self.attribute_test(operator)?),
            Field::Orders(Measure::OrderCount) => Test::Orders(Measure::OrderCount, self.integer_test(operator)?, window),
            Field::Orders(measure) => {
                let currency = self.currency;
                let amount = |json: &Json| currency.amount(json).map(crate::money::Money::minor);
                Test::Orders(measure, self.number_test(operator, amount, Ord::cmp)?, window)
            }
            Field::Visits => Test::Visits(self.integer_test(operator)?),
            Field::When(of) => Test::When(of, self.when_test(operator)?),
            Field::Tags => Test::Tags(match operator {
                Operator::NotNull => TagTest::Present,
                _ => TagTest::AnyOf(self.needles(operator)?),
            }),
            Field::Purchased(article) => {
                let needles = self.needles(operator)?;
                let test = match article {
                    Article::Sku => BoughtTest::Sku(needles),
                    Article::Name => BoughtTest::NameWith(needles),
                };
                Test::Purchased(test, window)
            }
            Field::Consent(channel) => Test::Consent(channel, self.one(boolean)?),
            Field::Segment => Test::Listed(self.many(segment)?.into_iter().collect()),
        })
    }

    fn text_test(&mut self, operator: Operator) -> Option<TextTest> {
        Some(match operator {
            Operator::NotNull => TextTest::Present,
            Operator::In => TextTest::AnyOf(self.needles(operator)?),
            Operator::Contains => TextTest::Contains(self.one(needle)?),
            Operator::BeginsWith => TextTest::BeginsWith(self.one(needle)?),
            Operator::EndsWith => TextTest::EndsWith(self.one(needle)?),
            _ => TextTest::Equals(self.one(needle)?),
        })
    }

    /// The value and the operator say of which type the attribute is meant to be.
    fn attribute_test(&mut self, operator: Operator) -> Option<AttributeTest> {
        let sample = match (operator, self.json) {
            (Operator::In, Json::List(items)) => items.first(),
            (_, json) => Some(json),
        };
        match (operator, sample) {
            (Operator::NotNull, _) => Some(AttributeTest::Present),
            (Operator::Contains | Operator::BeginsWith | Operator::EndsWith, _)
            | (Operator::Equal | Operator::In, Some(Json::Text(_))) => self.text_test(operator).map(AttributeTest::Text),
            (Operator::Equal, Some(Json::Bool(flag))) => Some(AttributeTest::Flag(*flag)),
            (Operator::Equal, Some(Json::Null | Json::List(_) | Json::Object(_))) => {
                self.fault("must be text, a number, true or false");
                None
            }
            (Operator::In, Some(Json::Bool(_) | Json::Null | Json::Object(_) | Json::List(_)))
                if matches!(self.json, Json::List(_)) =>
            {
                self.faults.add(format!("{}[0]", self.place), "must be text or a number");
                None
            }
            _ => {
                let by_size = |a: &f64, b: &f64| a.partial_cmp(b).unwrap_or(Ordering::Equal);
                self.number_test(operator, number, by_size).map(AttributeTest::Number)
            }
        }
    }

    fn when_test(&mut self, operator: Operator) -> Option<WhenTest> {
        let (first, last) = (Time::from_micros(i64::MIN), Time::from_micros(i64::MAX));
        Some(match operator {
            Operator::NotNull => WhenTest::Present,
            Operator::Within => WhenTest::Window(self.one(Window::from_json)?),
            Operator::Less => WhenTest::Range(TimeRange { from: first, until: self.one(day_or_instant)?.from.plus(-1) }),
            Operator::AtMost => WhenTest::Range(TimeRange { from: first, until: self.one(day_or_instant)?.until }),
            Operator::Greater => WhenTest::Range(TimeRange { from: self.one(day_or_instant)?.until.plus(1), until: last }),
            Operator::AtLeast => WhenTest::Range(TimeRange { from: self.one(day_or_instant)?.from, until: last }),
            _ => {
                let (low, high) = self.pair(day_or_instant)?;
                if low.from > high.until {
                    self.fault(SWAPPED);
                    return None;
                }
                WhenTest::Range(TimeRange { from: low.from, until: high.until })
            }
        })
    }

    fn integer_test(&mut self, operator: Operator) -> Option<NumberTest<i64>> {
        self.number_test(operator, |json| integer(json, 0, MAX_INTEGER), Ord::cmp)
    }

    fn number_test<T: Copy>(
        &mut self,
        operator: Operator,
        parse: impl Fn(&Json) -> Result<T, Reason>,
        compare: impl Fn(&T, &T) -> Ordering,
    ) -> Option<NumberTest<T>> {
        Some(match operator {
            Operator::NotNull => NumberTest::Present,
            Operator::Less => NumberTest::Less(self.one(parse)?),
            Operator::AtMost => NumberTest::AtMost(self.one(parse)?),
            Operator::Greater => NumberTest::Greater(self.one(parse)?),
            Operator::AtLeast => NumberTest::AtLeast(self.one(parse)?),
            Operator::Between => {
                let (low, high) = self.pair(parse)?;
                if compare(&low, &high).is_gt() {
                    self.fault(SWAPPED);
                    return None;
                }
                NumberTest::Between(low, high)
            }
            Operator::In => {
                let mut bounds = self.many(parse)?;
                bounds.sort_by(compare);
                NumberTest::AnyOf(bounds.into())
            }
            _ => NumberTest::Equals(self.one(parse)?),
        })
    }

    /// The needles of `contains` (one) or `in` (some).
    fn needles(&mut self, operator: Operator) -> Option<Needles> {
        let needles = if operator == Operator::In { self.many(needle)? } else { vec![self.one(needle)?] };
        Some(Needles::new(needles))
    }

    fn one<T>(&mut self, parse: impl FnOnce(&Json) -> Result<T, Reason>) -> Option<T> {
        parse(self.json).map_err(|reason| self.fault(reason)).ok()
    }

    fn many<T>(&mut self, parse: impl Fn(&Json) -> Result<T, Reason>) -> Option<Vec<T>> {
        let items = list(self.json, MAX_LIST).map_err(|reason| self.fault(reason)).ok()?;
        if items.is_empty() {
            self.fault("must have at least one element");
            return None;
        }
        self.each(items, parse)
    }

    fn pair<T: Copy>(&mut self, parse: impl Fn(&Json) -> Result<T, Reason>) -> Option<(T, T)> {
        let Json::List(items) = self.json else {
            self.fault("must be a list of two ends");
            return None;
        };
        if items.len() != 2 {
            self.fault("must have exactly two ends");
            return None;
        }
        match *self.each(items, parse)? {
            [low, high] => Some((low, high)),
            _ => None,
        }
    }

    fn each<T>(&mut self, items: &[Json], parse: impl Fn(&Json) -> Result<T, Reason>) -> Option<Vec<T>> {
        let mut parsed = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match parse(item) {
                Ok(value) => parsed.push(value),
                Err(reason) => self.faults.add(format!("{}[{index}]", self.place), reason),
            }
        }
        (parsed.len() == items.len()).then_some(parsed)
    }

    fn fault(&mut self, reason: impl Into<Reason>) {
        self.faults.add(self.place.clone(), reason);
    }
}

const SWAPPED: &str = "must have the lower end first";

fn needle(json: &Json) -> Result<Box<str>, Reason> {
    let text = json.as_text().ok_or("must be text")?;
    checked_text(text, MAX_TEXT).map(|text| fold(text).into())
}

fn segment(json: &Json) -> Result<SegmentId, Reason> {
    json.as_text().and_then(SegmentId::parse).ok_or_else(|| "must be the id of a segment".into())
}

fn number(json: &Json) -> Result<f64, Reason> {
    match json {
        Json::Number(number) => number.as_f64().filter(|n| n.is_finite()).ok_or_else(|| "must be a finite number".into()),
        _ => Err("must be a number".into()),
    }
}

/// A plain date stands for its whole day in UTC.
fn day_or_instant(json: &Json) -> Result<TimeRange, Reason> {
    let from = Time::from_json(json)?;
    let is_day = json.as_text().is_some_and(|text| parse_date(text).is_some());
    Ok(TimeRange { from, until: if is_day { from.plus(DAY - 1) } else { from } })
}

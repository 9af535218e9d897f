//! Sizes: "over ₹5,000", "between 3 and 5 orders", "average order value of at least 500 in the last 6 months".

use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::lexer::Kind;
use crate::numbers::Amount;
use crate::times::When;
use crate::tree::Node;
use crate::vocabulary::{AttributeType, Named};
use crate::words::{AVERAGED, COUNTED, FIELDS, Field, OFTEN, OR_SO, PRESENCE, SIZES, Size, TAILS};

/// What a number is held against.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Test {
    operator: &'static str,
    value: Json,
    /// Whether it was said to be money.
    money: bool,
}

impl Test {
    fn one(operator: &'static str, amount: Amount) -> Self {
        Self { operator, value: Json::Number(amount.number), money: amount.money }
    }

    fn list(operator: &'static str, amounts: Vec<Amount>) -> Self {
        let money = amounts.iter().any(|amount| amount.money);
        Self { operator, value: Json::List(amounts.into_iter().map(|amount| Json::Number(amount.number)).collect()), money }
    }
}

/// What is said of a field by tests that all hold. Money is no count.
pub(crate) fn tested(field: &str, tests: Vec<Test>) -> Option<Node> {
    let is_money = matches!(field, "totalSpend" | "averageOrderValue");
    let sound = tests.iter().all(|test| is_money || !test.money);
    let node = |test: Test| Node::is(field.to_owned(), test.operator, test.value);
    sound.then(|| Node::And(tests.into_iter().map(node).collect()))
}

impl Reader<'_> {
    /// "over 5000", "between 1k and 5k", "5 or more", "exactly 2", "3 to 5"; also "over 500 but under 2000".
    pub(crate) fn sizes(&mut self) -> Option<Vec<Test>> {
        let mut tests = vec![self.size()?];
        while let Some(next) = self.attempt(|reader| {
            if !reader.eat(&["and", "but"]) {
                return None;
            }
            let compares = reader.compares();
            reader.size().filter(|_| compares && !reader.is_counted())
        }) {
            tests.push(next);
        }
        Some(tests)
    }

    /// Whether what stands here compares a number.
    fn compares(&self) -> bool {
        matches!(self.token(0).map(|token| &token.kind), Some(Kind::Compare(_))) || self.is_phrase(&SIZES)
    }

    /// Whether what follows a number says that something else was counted.
    fn is_counted(&self) -> bool {
        matches!(self.word(0), "times" | "day" | "days" | "week" | "weeks" | "month" | "months" | "year" | "years")
            || self.is_phrase(&COUNTED)
            || self.vocabulary.find(self.rest(), |named| matches!(named, Named::Attribute(..))).is_some()
    }

    fn size(&mut self) -> Option<Test> {
        self.attempt(|reader| {
            if reader.eat_run(&["one", "of"]) || reader.eat_run(&["any", "of"]) {
                return reader.amounts().map(|amounts| Test::list("in", amounts));
            }
            let sign = reader.eat_comparison().map(Size::Than);
            let size = sign.or_else(|| reader.eat_phrase(&SIZES));
            match size {
                Some(Size::Roughly) => None,
                Some(Size::Between) => {
                    let low = reader.low_amount()?;
                    let joined = reader.eat(&["and", "to"]) || reader.eat_symbol("-");
                    let high = if joined { reader.amount()? } else { return None };
                    range(low, high)
                }
                Some(Size::Than(operator)) if operator != "=" => Some(Test::one(operator, reader.amount()?)),
                _ => reader.bare_size(),
            }
        })
    }

    fn bare_size(&mut self) -> Option<Test> {
        let first = self.amount()?;
        if let Some(operator) = self.or_so() {
            return Some(Test::one(operator, first));
        }
        let high = self.attempt(|reader| if reader.eat(&["to"]) || reader.eat_symbol("-") { reader.amount() } else { None });
        if let Some(high) = high {
            return range(first, high);
        }
        let other = self.attempt(|reader| if reader.eat(&["or"]) { reader.amount() } else { None });
        Some(match other {
            Some(other) => Test::list("in", vec![first, other]),
            None => Test::one("=", first),
        })
    }

    /// "1, 2 or 3"
    fn amounts(&mut self) -> Option<Vec<Amount>> {
        let mut amounts = vec![self.amount()?];
        while let Some(next) = self.attempt(|reader| {
            let comma = reader.eat_symbol(",");
            let joined = reader.eat(&["or", "and"]) || comma;
            if joined { reader.amount() } else { None }
        }) {
            amounts.push(next);
        }
        Some(amounts)
    }

    /// "or more", after a number or what it counts.
    fn or_so(&mut self) -> Option<&'static str> {
        if self.eat_symbol("+") { Some(">=") } else { self.eat_phrase(&OR_SO) }
    }

    /// "at least 3 times", "twice", "more than once".
    pub(crate) fn times(&mut self) -> Option<Vec<Test>> {
        let often = self.attempt(|reader| {
            let size = reader.eat_phrase(&SIZES);
            let often = reader.eat_phrase(&OFTEN)?;
            let operator = match size {
                None => reader.or_so().unwrap_or("="),
                Some(Size::Than(operator)) => operator,
                Some(Size::Between | Size::Roughly) => return None,
            };
            Some(vec![Test { operator, value: Json::Number(often.into()), money: false }])
        });
        often.or_else(|| {
            self.attempt(|reader| {
                let mut tests = reader.counting()?;
                let counted = reader.eat(&["times", "time", "x"]);
                reader.or_more(&mut tests);
                counted.then_some(tests)
            })
        })
    }

    /// Sizes whose number is followed by what is counted, so that both of "over 3 but under 10 times" may be.
    fn counting(&mut self) -> Option<Vec<Test>> {
        let mut tests = vec![self.size()?];
        let more = self.attempt(|reader| {
            let compares = reader.eat(&["and", "but"]) && reader.is_phrase(&SIZES);
            if compares { reader.size() } else { None }
        });
        tests.extend(more);
        Some(tests)
    }

    /// "3 orders or more"
    fn or_more(&mut self, tests: &mut [Test]) {
        if let [Test { operator: operator @ "=", .. }] = tests
            && let Some(more) = self.or_so()
        {
            *operator = more;
        }
    }

    /// "5 orders", "more than 500 points", "₹5,000 in total spend".
    pub(crate) fn counted(&mut self) -> Option<Node> {
        let start = self.at;
        self.attempt(|reader| {
            let mut tests = reader.counting()?;
            reader.eat(&["in", "of"]);
            if let Some(Named::Attribute(key, _)) =
                reader.eat_name(|named| matches!(named, Named::Attribute(_, AttributeType::Number)))
            {
                reader.or_more(&mut tests);
                return tested(&format!("attributes.{key}"), tests);
            }
            let field = match reader.eat_phrase(&COUNTED) {
                Some(field) => field,
                None => match reader.eat_phrase(&FIELDS)? {
                    Field::Figure(field @ ("totalSpend" | "averageOrderValue")) => field,
                    _ => return None,
                },
            };
            reader.or_more(&mut tests);
            Some(reader.figure_over(start, field, tests))
        })
    }

    /// "spent over 500", "orders > 5", "average order value in the last year between 1k and 2k".
    pub(crate) fn figure(&mut self, has: bool) -> Option<Node> {
        let start = self.at;
        self.attempt(|reader| {
            let Field::Figure(field) = reader.eat_phrase(&FIELDS)? else { return None };
            let early =
                if matches!(reader.word(0), "in" | "during" | "since" | "within" | "this") { reader.when() } else { None };
            if field == "orderCount" && reader.eat(&["worth", "totalling", "totaling"]) {
                return reader.sizes().map(|tests| reader.figure_over(start, "totalSpend", tests));
            }
            let presence = reader.eat_phrase(&PRESENCE);
            if let Some(known) = presence {
                let late = reader.when();
                return Some(reader.narrowed(start, Node::known(field, known), early.or(late)));
            }
            let mut denied = false;
            loop {
                if !reader.is_phrase(&SIZES) && reader.eat(&["not"]) {
                    denied = !denied;
                } else if !reader
                    .eat(&["is", "are", "was", "were", "of", "has", "have", "been", "being", "a", "an", "to", "total"])
                    && !reader.eat_symbol(":")
                {
                    break;
                }
            }
            reader.topic = Some(field);
            if reader.eat(&["nothing", "anything", "something", "money"]) {
                let nothing = reader.word_before() == "nothing";
                let zero = Node::is(field, ">", Json::Number(0.into())).negated_if(nothing);
                let late = reader.when();
                return (field == "totalSpend").then(|| reader.narrowed(start, zero, early.or(late)).negated_if(denied));
            }
            if let Some(tests) = reader.sizes() {
                let node = match early {
                    Some(when) => tested(field, tests).map(|node| reader.narrowed(start, node, Some(when)))?,
                    None => reader.figure_over(start, field, tests),
                };
                return Some(node.negated_if(denied));
            }
            // "with orders", "no visits in the last week"
            let counts = has && !denied && matches!(field, "orderCount" | "visits" | "totalSpend");
            let when = early.or_else(|| reader.when());
            counts.then(|| match when {
                Some(when) if field == "visits" => Self::moment("lastActiveAt", &when),
                when => reader.narrowed(start, Node::is(field, ">", Json::Number(0.into())), when),
            })
        })
    }

    /// What was tested, over the stretch that follows.
    pub(crate) fn figure_over(&mut self, start: usize, field: &'static str, tests: Vec<Test>) -> Node {
        self.eat_phrase(&TAILS);
        let averaged = field == "totalSpend" && self.eat_phrase(&AVERAGED).is_some();
        let field = if averaged { "averageOrderValue" } else { field };
        self.topic = Some(field);
        let when = self.when();
        self.eat_phrase(&TAILS);
        match tested(field, tests) {
            Some(node) => self.narrowed(start, node, when),
            None => self.unknown(start, false),
        }
    }

    /// Counting only the orders of a stretch; unknown if there is no such stretch.
    pub(crate) fn narrowed(&self, start: usize, node: Node, when: Option<When>) -> Node {
        let Some(when) = when else { return node };
        let of_orders =
            !matches!(&node, Node::And(nodes) if nodes.iter().any(|node| matches!(node, Node::Is(is) if is.field == "visits")));
        match when.stretch().filter(|_| of_orders) {
            Some(stretch) => node.within(Some(&stretch)),
            None => self.unread(start, false),
        }
    }

    /// "over 1 lakh", of what was spoken of before.
    pub(crate) fn more_of_topic(&mut self) -> Option<Node> {
        let start = self.at;
        let field = self.topic?;
        self.attempt(|reader| {
            // A bare number may be anything.
            let tests = if reader.compares() { reader.sizes()? } else { return None };
            if matches!(field, "orderCount" | "visits") {
                reader.eat(&["times"]);
            }
            Some(reader.figure_over(start, field, tests))
        })
    }
}

fn range(low: Amount, high: Amount) -> Option<Test> {
    let low = low.below(&high);
    let (a, b) = (low.number.as_f64()?, high.number.as_f64()?);
    Some(Test::list("between", if a <= b { vec![low, high] } else { vec![high, low] }))
}

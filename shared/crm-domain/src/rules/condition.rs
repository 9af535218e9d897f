//! The compiled tree: groups of typed tests, each with the words that it came from.

use std::collections::BTreeSet;

use crate::customer::Channel;
use crate::ids::SegmentId;
use crate::json::Json;

use super::compare::{Needles, NumberTest, TextTest, TimeRange};
use super::field::{Combinator, Field, Measure, Moment, Operator, TextField};
use super::reads::{Part, Reads};
use super::window::Window;

/// A group of rules.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) combinator: Combinator,
    /// As given, so that what is stored reads back as it was written.
    pub(super) not: Option<bool>,
    /// The segment whose rules these are, where they stand for a condition that named it.
    pub(super) segment: Option<SegmentId>,
    /// In the order of evaluation: what time cannot change first, then the cheap before the dear.
    rules: Box<[Placed]>,
    /// How many conditions beneath depend on the time.
    pub(super) timed: usize,
}

/// A rule with its place among its siblings on the wire.
#[derive(Debug, Clone, PartialEq)]
struct Placed {
    place: usize,
    node: Node,
}

/// A rule: a group or a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Group(Group),
    Condition(Condition),
}

/// One test of one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) test: Test,
    /// Whether it holds exactly when the test does not.
    pub(super) negated: bool,
    pub(super) wire: Box<Wire>,
}

/// A condition as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wire {
    pub(super) field: Field,
    pub(super) operator: Operator,
    pub(super) value: Option<Json>,
    pub(super) within: Option<String>,
}

/// The positive question that a condition asks, ready to be answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Text(TextField, TextTest),
    Attribute(Box<str>, AttributeTest),
    /// Money in minor units. The quotient of an average is compared exactly.
    Orders(Measure, NumberTest<i64>, Option<Window>),
    Visits(NumberTest<i64>),
    When(Moment, WhenTest),
    Tags(TagTest),
    Purchased(BoughtTest, Option<Window>),
    Consent(Channel, bool),
    /// Whether one of these segments lists the customer by name. What segments of rules say takes the place of such a
    /// condition before it is asked (see [`super::expand`]).
    Listed(BTreeSet<SegmentId>),
}

/// A test of an attribute; one of another type counts as missing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum AttributeTest {
    Text(TextTest),
    Number(NumberTest<f64>),
    Flag(bool),
    Present,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum WhenTest {
    Range(TimeRange),
    Window(Window),
    Present,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TagTest {
    AnyOf(Needles),
    Present,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum BoughtTest {
    /// Whole SKUs.
    Sku(Needles),
    /// Texts within names.
    NameWith(Needles),
}

impl Group {
    pub(super) fn new(combinator: Combinator, not: Option<bool>, nodes: Vec<Node>) -> Self {
        let timed = nodes.iter().map(Node::timed).sum();
        let mut rules: Vec<Placed> = nodes.into_iter().enumerate().map(|(place, node)| Placed { place, node }).collect();
        rules.sort_by_key(|rule| (rule.node.timed() > 0, rule.node.cost()));
        Self { combinator, not, segment: None, rules: rules.into(), timed }
    }

    /// The same, said to be the rules of `segment`.
    pub(super) fn of(self, segment: Option<SegmentId>) -> Self {
        Self { segment, ..self }
    }

    /// Its rules in the order of evaluation.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Node> {
        self.rules.iter().map(|rule| &rule.node)
    }

    /// Its rules in the order of the wire.
    pub(super) fn written(&self) -> Vec<&Node> {
        let mut rules: Vec<&Placed> = self.rules.iter().collect();
        rules.sort_by_key(|rule| rule.place);
        rules.into_iter().map(|rule| &rule.node).collect()
    }

    pub(super) fn negated(&self) -> bool {
        self.not == Some(true)
    }

    pub(super) fn to_json(&self) -> Json {
        let rules = self.written().into_iter().map(|node| match node {
            Node::Group(group) => group.to_json(),
            Node::Condition(condition) => condition.wire.to_json(),
        });
        let mut members = vec![("combinator".to_owned(), Json::from(self.combinator.as_str()))];
        if let Some(not) = self.not {
            members.push(("not".to_owned(), Json::Bool(not)));
        }
        if let Some(segment) = self.segment {
            members.push(("segment".to_owned(), Json::Text(segment.to_string())));
        }
        members.push(("rules".to_owned(), Json::List(rules.collect())));
        Json::Object(members)
    }

    pub(super) fn note_reads(&self, reads: &mut Reads) {
        for node in self.rules() {
            match node {
                Node::Group(group) => group.note_reads(reads),
                Node::Condition(condition) => reads.add(condition.test.part()),
            }
        }
    }
}

impl Node {
    fn timed(&self) -> usize {
        match self {
            Self::Group(group) => group.timed,
            Self::Condition(condition) => usize::from(condition.test.timed()),
        }
    }

    /// A guess that only orders siblings.
    fn cost(&self) -> usize {
        match self {
            Self::Group(group) => group.rules().map(Self::cost).sum(),
            Self::Condition(condition) => match &condition.test {
                Test::Orders(_, _, None) | Test::Visits(_) | Test::When(..) | Test::Consent(..) => 1,
                Test::Text(..) => 2,
                Test::Tags(_) | Test::Attribute(..) | Test::Listed(_) => 4,
                Test::Orders(_, _, Some(_)) => 8,
                Test::Purchased(..) => 16,
            },
        }
    }
}

impl Wire {
    fn to_json(&self) -> Json {
        let mut members = vec![
            ("field".to_owned(), Json::Text(self.field.name())),
            ("operator".to_owned(), Json::from(self.operator.as_str())),
        ];
        if let Some(value) = &self.value {
            members.push(("value".to_owned(), value.clone()));
        }
        if let Some(within) = &self.within {
            members.push(("within".to_owned(), Json::from(within.as_str())));
        }
        Json::Object(members)
    }
}

impl Test {
    /// Whether time alone can change its answer.
    pub(super) const fn timed(&self) -> bool {
        match self {
            Self::When(_, WhenTest::Window(window)) | Self::Orders(_, _, Some(window)) | Self::Purchased(_, Some(window)) => {
                window.moves()
            }
            _ => false,
        }
    }

    const fn part(&self) -> Part {
        match self {
            Self::Text(TextField::Name, _) => Part::Name,
            Self::Text(TextField::Email, _) => Part::Email,
            Self::Text(TextField::Phone, _) => Part::Phone,
            Self::Text(TextField::City, _) => Part::City,
            Self::Text(TextField::Country, _) => Part::Country,
            Self::Text(TextField::TimeZone, _) => Part::TimeZone,
            Self::Attribute(..) => Part::Attributes,
            Self::Orders(_, _, Some(_)) | Self::Purchased(..) => Part::History,
            Self::Orders(_, _, None) | Self::When(Moment::FirstOrder | Moment::LastOrder, _) => Part::Sums,
            Self::Visits(_) => Part::Visits,
            Self::When(Moment::Created, _) => Part::CreatedAt,
            Self::When(Moment::LastActive, _) => Part::LastActiveAt,
            Self::Tags(_) => Part::Tags,
            Self::Consent(..) => Part::Consents,
            Self::Listed(_) => Part::Lists,
        }
    }
}

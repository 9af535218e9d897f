//! What a prompt says, as a tree, and how it becomes rules: what was not understood is taken out where that leaves
//! a wider audience, and takes the whole with it where it would leave another one.

use std::borrow::Cow;
use std::ops::Range;

use crm_domain::json::Json;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// Everyone, if empty.
    And(Vec<Node>),
    /// No one, if empty.
    Or(Vec<Node>),
    Not(Box<Node>),
    Is(Condition),
    Unknown(Unknown),
}

/// A condition of the wire form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) field: Cow<'static, str>,
    pub(crate) operator: &'static str,
    pub(crate) value: Option<Json>,
    pub(crate) within: Option<String>,
    /// A convention, which gives way to whatever is said of the same field beside it.
    pub(crate) vague: bool,
}

/// A part of the prompt that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// In bytes of the prompt.
    pub(crate) part: Range<usize>,
    /// Whether the rest is to be refused too, because this does not describe people.
    pub(crate) astray: bool,
}

pub(crate) const EVERYONE: Node = Node::And(Vec::new());
pub(crate) const NO_ONE: Node = Node::Or(Vec::new());

impl Node {
    pub(crate) fn is(field: impl Into<Cow<'static, str>>, operator: &'static str, value: impl Into<Json>) -> Self {
        let value = Some(value.into());
        Self::Is(Condition { field: field.into(), operator, value, within: None, vague: false })
    }

    /// Whether the field has a value, or is missing.
    pub(crate) fn known(field: impl Into<Cow<'static, str>>, known: bool) -> Self {
        let operator = if known { "notNull" } else { "null" };
        Self::Is(Condition { field: field.into(), operator, value: None, within: None, vague: false })
    }

    pub(crate) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    pub(crate) fn negated_if(self, negated: bool) -> Self {
        if negated { self.negated() } else { self }
    }

    /// Both hold; what is an `and` already grows.
    pub(crate) fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut nodes) => {
                nodes.push(other);
                Self::And(nodes)
            }
            first => Self::And(vec![first, other]),
        }
    }

    /// The same, every condition of it changed.
    pub(crate) fn each(self, change: &impl Fn(&mut Condition)) -> Self {
        match self {
            Self::Is(mut condition) => {
                change(&mut condition);
                Self::Is(condition)
            }
            Self::And(nodes) => Self::And(nodes.into_iter().map(|node| node.each(change)).collect()),
            Self::Or(nodes) => Self::Or(nodes.into_iter().map(|node| node.each(change)).collect()),
            Self::Not(node) => node.each(change).negated(),
            Self::Unknown(unknown) => Self::Unknown(unknown),
        }
    }

    /// A convention that stands beside what is said of its field.
    pub(crate) fn surely(self) -> Self {
        self.each(&|condition| condition.vague = false)
    }

    pub(crate) fn vague(self) -> Self {
        self.each(&|condition| condition.vague = true)
    }

    /// Counting only the orders of this stretch.
    pub(crate) fn within(self, stretch: Option<&str>) -> Self {
        self.each(&|condition| condition.within = stretch.map(str::to_owned))
    }

    pub(crate) const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// The part that was understood, if it stands for what was asked: a wider audience at most. What is not denied may
    /// lose a condition of an `and`; all else is lost as a whole.
    pub(crate) fn understood(self, denied: bool, lost: &mut Vec<Unknown>) -> Option<Self> {
        match self {
            Self::Is(_) => Some(self),
            Self::Unknown(unknown) => {
                lost.push(unknown);
                None
            }
            Self::Not(node) => node.understood(!denied, lost).map(Self::negated),
            Self::And(nodes) => some(nodes, !denied, denied, lost).map(Self::And),
            Self::Or(nodes) => some(nodes, false, denied, lost).map(Self::Or),
        }
    }

    /// The same audience in as few groups as possible.
    pub(crate) fn tidy(self) -> Self {
        match self {
            Self::Not(node) => match node.tidy() {
                Self::Not(node) => *node,
                Self::Is(condition) => condition.opposite().map_or_else(|condition| Self::Is(condition).negated(), Self::Is),
                node => node.negated(),
            },
            Self::And(nodes) => {
                let mut nodes = flat(nodes, |node| match node {
                    Self::And(nodes) => Ok(nodes),
                    node => Err(node),
                });
                let said: Vec<Condition> = nodes.iter().filter_map(Self::said).cloned().collect();
                let gives_way = |vague: &Condition| vague.vague && said.iter().any(|said| said.is_instead_of(vague));
                nodes.retain(|node| !matches!(node, Self::Is(condition) if gives_way(condition)));
                Self::single(nodes, Self::And)
            }
            Self::Or(nodes) => {
                let nodes = flat(nodes, |node| match node {
                    Self::Or(nodes) => Ok(nodes),
                    node => Err(node),
                });
                Self::single(nodes, Self::Or)
            }
            leaf => leaf,
        }
    }

    fn said(&self) -> Option<&Condition> {
        match self {
            Self::Is(condition) => Some(condition).filter(|condition| !condition.vague),
            Self::Not(node) => node.said(),
            _ => None,
        }
    }

    fn single(mut nodes: Vec<Self>, group: impl Fn(Vec<Self>) -> Self) -> Self {
        match (nodes.len(), nodes.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                nodes.extend(last);
                group(nodes)
            }
        }
    }

    /// The wire form, whose root is always a group.
    pub(crate) fn into_json(self) -> Json {
        match self {
            Self::And(nodes) => group("and", false, nodes),
            Self::Or(nodes) => group("or", false, nodes),
            Self::Not(node) => match *node {
                Self::And(nodes) => group("and", true, nodes),
                Self::Or(nodes) => group("or", true, nodes),
                node => group("and", true, vec![node]),
            },
            leaf => group("and", false, vec![leaf]),
        }
    }

    fn into_rule(self) -> Json {
        match self {
            Self::Is(condition) => condition.into_json(),
            node => node.into_json(),
        }
    }
}

/// The nodes that were understood, if they may stand without the others.
fn some(nodes: Vec<Node>, may_lose: bool, denied: bool, lost: &mut Vec<Unknown>) -> Option<Vec<Node>> {
    let all = nodes.len();
    let nodes: Vec<Node> = nodes.into_iter().filter_map(|node| node.understood(denied, lost)).collect();
    let says_something = nodes.iter().any(|node| *node != EVERYONE && *node != NO_ONE);
    (nodes.len() == all || may_lose && says_something).then_some(nodes)
}

/// Tidied, with the members of groups like this one in their place.
fn flat(nodes: Vec<Node>, open: impl Fn(Node) -> Result<Vec<Node>, Node>) -> Vec<Node> {
    nodes.into_iter().flat_map(|node| open(node.tidy()).unwrap_or_else(|node| vec![node])).collect()
}

fn group(combinator: &str, not: bool, nodes: Vec<Node>) -> Json {
    let rules = nodes.into_iter().map(Node::into_rule).collect();
    let members = [("combinator", Json::from(combinator)), ("not", Json::Bool(not)), ("rules", Json::List(rules))];
    Json::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
}

impl Condition {
    /// Whether this says a number for what a convention would say. What looks the other way says something more: "active
    /// customers, but not in the last week", "repeat customers with fewer than 5 orders".
    fn is_instead_of(&self, vague: &Self) -> bool {
        let other_way = matches!(
            (vague.operator, self.operator),
            ("within", "notWithin") | ("notWithin", "within") | (">" | ">=", "<" | "<=") | ("<" | "<=", ">" | ">=")
        );
        // How many orders somebody has in a month says nothing of how many they have at all.
        self.field == vague.field && self.within == vague.within && !other_way
    }

    /// What holds exactly when this does not, if an operator says so.
    fn opposite(mut self) -> Result<Self, Self> {
        const TWINS: [(&str, &str); 8] = [
            ("=", "!="),
            ("contains", "doesNotContain"),
            ("beginsWith", "doesNotBeginWith"),
            ("endsWith", "doesNotEndWith"),
            ("in", "notIn"),
            ("between", "notBetween"),
            ("within", "notWithin"),
            ("notNull", "null"),
        ];
        const SIZES: [(&str, &str); 2] = [("<", ">="), (">", "<=")];
        // Sums over no orders are 0, so these are never missing.
        let always_there = matches!(&*self.field, "totalSpend" | "orderCount" | "visits");
        let zero = self.operator == ">" && self.value == Some(Json::Number(0.into()));
        let twins = TWINS.iter().chain(SIZES.iter().filter(|_| always_there));
        let opposite = twins.into_iter().find_map(|(one, other)| match self.operator {
            operator if operator == *one => Some(*other),
            operator if operator == *other => Some(*one),
            _ => None,
        });
        match opposite {
            Some(operator) => {
                self.operator = if zero && always_there { "=" } else { operator };
                Ok(self)
            }
            None => Err(self),
        }
    }

    fn into_json(self) -> Json {
        let mut members = vec![("field".to_owned(), Json::Text(self.field.into_owned()))];
        members.push(("operator".to_owned(), Json::from(self.operator)));
        members.extend(self.value.map(|value| ("value".to_owned(), value)));
        members.extend(self.within.map(|within| ("within".to_owned(), Json::Text(within))));
        Json::Object(members)
    }
}

//! Conditions that name segments, replaced by what those segments say: the result stands for itself, so that evaluating,
//! explaining and storing it need nothing else.

use std::collections::BTreeSet;

use crate::faults::Reason;
use crate::ids::SegmentId;
use crate::json::Json;
use crate::money::Currency;

use super::Rules;
use super::condition::{Condition, Group, Node, Test, Wire};
use super::field::{Combinator, Field, Operator};
use super::parse::{EXPANDED, MAX_BYTES, MAX_GROUPS};

impl Rules {
    /// Those whom `segment` lists by name.
    #[must_use]
    pub fn listed(segment: SegmentId, currency: &Currency) -> Self {
        let condition = Node::Condition(listed([segment].into(), false));
        Self { root: Group::new(Combinator::And, None, vec![condition]), currency: currency.clone() }
    }

    /// The segments that conditions name, each with its place; `path` is that of the rules.
    #[must_use]
    pub fn references(&self, path: &str) -> Vec<(String, SegmentId)> {
        let mut found = Vec::new();
        references(&self.root, path, &mut found);
        found
    }

    /// Every segment that has a part in these rules, also through others.
    #[must_use]
    pub fn mentions(&self) -> BTreeSet<SegmentId> {
        let mut found = BTreeSet::new();
        mentions(&self.root, &mut found);
        found
    }

    /// These rules with each segment that `rules_of` knows written out. Of segments that list customers by name it knows
    /// nothing: their conditions stay.
    ///
    /// # Errors
    /// The result is too large.
    pub fn expanded<'a>(&self, rules_of: &impl Fn(SegmentId) -> Option<&'a Self>) -> Result<Self, Reason> {
        let root = expanded(&self.root, rules_of);
        let (conditions, groups, depth) = size(&root);
        if conditions > EXPANDED.conditions || groups > MAX_GROUPS {
            let most = EXPANDED.conditions;
            return Err(format!("must have at most {most} conditions together with those of the segments that they name").into());
        }
        if depth > EXPANDED.depth {
            return Err("must not name segments that name others so deep".into());
        }
        if root.to_json().to_string().len() > MAX_BYTES {
            return Err(format!("must be at most {} KB together with the segments that they name", MAX_BYTES / 1024).into());
        }
        Ok(Self { root, currency: self.currency.clone() })
    }
}

fn references(group: &Group, path: &str, found: &mut Vec<(String, SegmentId)>) {
    for (index, node) in group.written().into_iter().enumerate() {
        let place = format!("{path}.rules[{index}]");
        match node {
            Node::Group(inner) => references(inner, &place, found),
            Node::Condition(Condition { test: Test::Listed(segments), .. }) => {
                found.extend(segments.iter().map(|segment| (format!("{place}.value"), *segment)));
            }
            Node::Condition(_) => {}
        }
    }
}

fn mentions(group: &Group, found: &mut BTreeSet<SegmentId>) {
    found.extend(group.segment);
    for node in group.rules() {
        match node {
            Node::Group(inner) => mentions(inner, found),
            Node::Condition(Condition { test: Test::Listed(segments), .. }) => found.extend(segments),
            Node::Condition(_) => {}
        }
    }
}

fn expanded<'a>(group: &Group, rules_of: &impl Fn(SegmentId) -> Option<&'a Rules>) -> Group {
    let nodes = group.written().into_iter().map(|node| match node {
        Node::Group(inner) => Node::Group(expanded(inner, rules_of)),
        Node::Condition(Condition { test: Test::Listed(segments), negated, .. }) => {
            let (ruled, lists): (Vec<SegmentId>, Vec<SegmentId>) =
                segments.iter().partition(|segment| rules_of(**segment).is_some());
            if ruled.is_empty() {
                return node.clone();
            }
            let mut parts: Vec<Node> = Vec::new();
            for segment in ruled {
                let written_out = rules_of(segment).map(|rules| rules.root.clone().of(Some(segment)));
                parts.extend(written_out.map(Node::Group));
            }
            if !lists.is_empty() {
                parts.push(Node::Condition(listed(lists.into_iter().collect(), false)));
            }
            Node::Group(Group::new(Combinator::Or, negated.then_some(true), parts))
        }
        Node::Condition(_) => node.clone(),
    });
    Group::new(group.combinator, group.not, nodes.collect()).of(group.segment)
}

/// Conditions, groups and depth of a tree.
fn size(group: &Group) -> (usize, usize, usize) {
    group.rules().fold((0, 1, 1), |(conditions, groups, depth), node| match node {
        Node::Condition(_) => (conditions + 1, groups, depth),
        Node::Group(inner) => {
            let (more, inner_groups, inner_depth) = size(inner);
            (conditions + more, groups + inner_groups, depth.max(inner_depth + 1))
        }
    })
}

fn listed(segments: BTreeSet<SegmentId>, negated: bool) -> Condition {
    let value = Json::List(segments.iter().map(|segment| Json::Text(segment.to_string())).collect());
    let operator = if negated { Operator::NotIn } else { Operator::In };
    let wire = Wire { field: Field::Segment, operator, value: Some(value), within: None };
    Condition { test: Test::Listed(segments), negated, wire: Box::new(wire) }
}

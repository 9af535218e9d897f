//! Many rules for one customer: what several of them ask is answered once.
//!
//! Segments of one shop share most of their conditions (a city, a tag, a round sum), so ten thousand of them come down to
//! far fewer questions. What remains per segment is to combine known answers, which [`super::evaluate`] does.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::ops::Range;

use crate::customer::Customer;

use super::condition::{Condition, Group, Node, Test};
use super::evaluate::{combined, refined};
use super::field::Combinator;
use super::subject::Subject;
use super::{Context, Rules, Verdict};

/// Rules compiled together, to be evaluated together. Made once and kept while the rules stay as they are.
#[derive(Debug, Clone, Default)]
pub struct Set {
    roots: Vec<Root>,
    /// The conditions that time cannot change, those of one group side by side.
    still: Vec<Leaf>,
    /// All other children of groups, those of one group side by side.
    others: Vec<Child>,
    /// What the still conditions ask, each question once.
    still_tests: Vec<Test>,
    /// What the other conditions ask, each question once.
    moving_tests: Vec<Test>,
}

#[derive(Debug, Clone)]
struct Root {
    branch: Branch,
    /// As [`Group::timed`].
    timed: usize,
}

/// A group, by the places of its children.
#[derive(Debug, Clone)]
struct Branch {
    combinator: Combinator,
    negated: bool,
    still: Range<u32>,
    others: Range<u32>,
}

#[derive(Debug, Clone)]
enum Child {
    Branch(Branch),
    Moving(Leaf),
}

/// A condition, by the place of its test.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    test: u32,
    negated: bool,
}

impl Set {
    /// Compiles rules, in the order in which their verdicts will come.
    pub fn new<R: Borrow<Rules>>(rules: impl IntoIterator<Item = R>) -> Self {
        let mut compiler = Compiler::default();
        for rules in rules {
            let root = &rules.borrow().root;
            let branch = compiler.branch(root);
            compiler.set.roots.push(Root { branch, timed: root.timed });
        }
        compiler.set
    }

    /// How many rules it was made of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// Whether it was made of none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// For each of the rules, in their order, what [`Rules::evaluate`] says of the customer.
    #[must_use]
    pub fn evaluate(&self, customer: &Customer, context: &Context) -> Vec<Verdict> {
        let mut answers = Answers::new(self, customer, context);
        self.roots.iter().map(|root| refined(root.timed, context, |then| answers.branch(&root.branch, then))).collect()
    }
}

#[derive(Default)]
struct Compiler {
    set: Set,
    /// Where each test lies, by its debug form: tests are equal when these are.
    places: HashMap<String, u32>,
}

impl Compiler {
    fn branch(&mut self, group: &Group) -> Branch {
        let (mut still, mut others) = (Vec::new(), Vec::new());
        for node in group.rules() {
            match node {
                Node::Group(group) => others.push(Child::Branch(self.branch(group))),
                Node::Condition(condition) if condition.test.timed() => others.push(Child::Moving(self.leaf(condition))),
                Node::Condition(condition) => still.push(self.leaf(condition)),
            }
        }
        Branch {
            combinator: group.combinator,
            negated: group.negated(),
            still: laid(&mut self.set.still, still),
            others: laid(&mut self.set.others, others),
        }
    }

    fn leaf(&mut self, condition: &Condition) -> Leaf {
        let Condition { test, negated, .. } = condition;
        let tests = if test.timed() { &mut self.set.moving_tests } else { &mut self.set.still_tests };
        let place = self.places.entry(format!("{test:?}")).or_insert_with(|| {
            tests.push(test.clone());
            tests.len() as u32 - 1
        });
        Leaf { test: *place, negated: *negated }
    }
}

/// Appends `items`, and says where they lie now.
fn laid<T>(all: &mut Vec<T>, items: Vec<T>) -> Range<u32> {
    let first = all.len() as u32;
    all.extend(items);
    first..all.len() as u32
}

fn slice<'a, T>(all: &'a [T], place: &Range<u32>) -> &'a [T] {
    all.get(place.start as usize..place.end as usize).unwrap_or_default()
}

/// What is known of one customer so far.
struct Answers<'a> {
    set: &'a Set,
    subject: Subject<'a>,
    context: &'a Context,
    still: Vec<Option<bool>>,
    /// At the `now` of the context.
    moving: Vec<Option<Verdict>>,
}

impl<'a> Answers<'a> {
    fn new(set: &'a Set, customer: &'a Customer, context: &'a Context) -> Self {
        let (still, moving) = (vec![None; set.still_tests.len()], vec![None; set.moving_tests.len()]);
        Self { set, subject: Subject::new(customer), context, still, moving }
    }

    /// As [`Group::verdict`], at the `now` of `then`, which is that of the context or a later one.
    fn branch(&mut self, branch: &Branch, then: &Context) -> Verdict {
        let deciding = branch.combinator == Combinator::Or;
        // Most groups are decided here, so this does without verdicts.
        for leaf in slice(&self.set.still, &branch.still) {
            if self.still(*leaf) == deciding {
                return Verdict { holds: deciding != branch.negated, flips_at: None };
            }
        }
        if branch.others.is_empty() {
            return Verdict { holds: deciding == branch.negated, flips_at: None };
        }
        self.others(branch, then)
    }

    /// Apart from [`Answers::branch`], so that the compiler can inline that.
    fn others(&mut self, branch: &Branch, then: &Context) -> Verdict {
        let children = slice(&self.set.others, &branch.others).iter().map(|child| match child {
            Child::Branch(inner) => self.branch(inner, then),
            Child::Moving(leaf) => self.moving(*leaf, then),
        });
        combined(branch.combinator, branch.negated, children)
    }

    fn still(&mut self, leaf: Leaf) -> bool {
        let place = leaf.test as usize;
        let (Some(test), Some(known)) = (self.set.still_tests.get(place), self.still.get_mut(place)) else { return false };
        *known.get_or_insert_with(|| test.holds(&self.subject, self.context)) != leaf.negated
    }

    fn moving(&mut self, leaf: Leaf, then: &Context) -> Verdict {
        const NEVER: Verdict = Verdict { holds: false, flips_at: None };
        let place = leaf.test as usize;
        let (Some(test), Some(known)) = (self.set.moving_tests.get(place), self.moving.get_mut(place)) else { return NEVER };
        let mut verdict = *known.get_or_insert_with(|| test.verdict(&self.subject, self.context));
        if verdict.flips_at.is_some_and(|flip| flip <= then.now) {
            verdict = test.verdict(&self.subject, then);
        }
        Verdict { holds: verdict.holds != leaf.negated, ..verdict }
    }
}

//! Many rules for one customer: what several of them ask is answered once.
//!
//! Segments of one shop share most of their conditions (a city, a tag, a round sum), so ten thousand of them come down to
//! far fewer questions. Those that are cheap and that time cannot change are answered first, all of them: whoever asks for
//! one of some texts is found by the texts that the customer has ([`super::index`]), the others are asked in turn. What
//! remains per segment is to combine known answers, and to ask the dear questions where these do not decide.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::ops::Range;

use crate::customer::Customer;

use super::condition::{BoughtTest, Condition, Group, Node, Test};
use super::evaluate::{combined, refined};
use super::field::Combinator;
use super::index::Index;
use super::subject::Subject;
use super::{Context, Rules, Verdict};

/// Rules compiled together, to be evaluated together. Made once and kept while the rules stay as they are.
#[derive(Debug, Clone, Default)]
pub struct Set {
    /// Those of like shape side by side, so that the processor guesses right what comes next.
    roots: Vec<Root>,
    /// The settled conditions of groups, those of one group side by side.
    settled: Vec<Leaf>,
    /// All other children of groups, those of one group side by side.
    others: Vec<Child>,
    /// How many questions are settled first.
    questions: usize,
    /// Those of them that are answered by the texts that a customer has.
    found: Index,
    /// Those of them that are asked, each with its number.
    asked: Vec<(u32, Test)>,
    /// The other questions, each once.
    late: Vec<Test>,
    /// Those of them to which the answer is no unless the customer has one of some texts.
    late_found: Index,
    /// Whether that is so, for each of them.
    late_needs: Vec<bool>,
}

#[derive(Debug, Clone)]
struct Root {
    branch: Branch,
    /// Where its verdict belongs.
    place: u32,
    /// As [`Group::timed`].
    timed: usize,
}

/// A group, by the places of its children.
#[derive(Debug, Clone)]
struct Branch {
    combinator: Combinator,
    negated: bool,
    settled: Range<u32>,
    others: Range<u32>,
}

#[derive(Debug, Clone)]
enum Child {
    Branch(Branch),
    Late { test: u32, negated: bool },
}

/// A settled condition, by the place of what decides its group: twice the number of its question, and one more where
/// that is a no.
type Leaf = u32;

impl Set {
    /// Compiles rules, in the order in which their verdicts will come.
    pub fn new<R: Borrow<Rules>>(rules: impl IntoIterator<Item = R>) -> Self {
        let mut compiler = Compiler::default();
        for (place, rules) in rules.into_iter().enumerate() {
            let root = &rules.borrow().root;
            let branch = compiler.branch(root);
            compiler.set.roots.push(Root { branch, place: place as u32, timed: root.timed });
        }
        compiler.finish()
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
        let mut verdicts = vec![NO; self.roots.len()];
        for root in &self.roots {
            let verdict = if root.branch.others.is_empty() {
                Verdict { holds: answers.settles(&root.branch).1, flips_at: None }
            } else {
                refined(root.timed, context, |then| answers.branch(&root.branch, then))
            };
            if let Some(place) = verdicts.get_mut(root.place as usize) {
                *place = verdict;
            }
        }
        verdicts
    }
}

const NO: Verdict = Verdict { holds: false, flips_at: None };

#[derive(Default)]
struct Compiler {
    set: Set,
    /// The number of each question, by its debug form: tests are equal when these are.
    numbers: HashMap<String, u32>,
}

impl Compiler {
    fn branch(&mut self, group: &Group) -> Branch {
        let (mut settled, mut others) = (Vec::new(), Vec::new());
        // One no decides an `and`, one yes an `or`.
        let deciding = group.combinator == Combinator::Or;
        for node in group.rules() {
            match node {
                Node::Group(group) => others.push(Child::Branch(self.branch(group))),
                Node::Condition(Condition { test, negated, .. }) if is_late(test) => {
                    others.push(Child::Late { test: self.number(test), negated: *negated });
                }
                Node::Condition(Condition { test, negated, .. }) => {
                    settled.push(2 * self.number(test) + u32::from(deciding == *negated));
                }
            }
        }
        Branch {
            combinator: group.combinator,
            negated: group.negated(),
            settled: laid(&mut self.set.settled, settled),
            others: laid(&mut self.set.others, others),
        }
    }

    fn number(&mut self, test: &Test) -> u32 {
        let set = &mut self.set;
        *self.numbers.entry(format!("{test:?}")).or_insert_with(|| {
            if is_late(test) {
                let number = set.late.len() as u32;
                set.late_needs.push(set.late_found.add(test, number));
                set.late.push(test.clone());
                return number;
            }
            let number = set.questions as u32;
            set.questions += 1;
            if !set.found.add(test, number) {
                set.asked.push((number, test.clone()));
            }
            number
        })
    }

    fn finish(self) -> Set {
        let mut set = self.set;
        // Questions of one kind one after another, for the same reason as the roots.
        set.asked.sort_by_cached_key(|(_, test)| format!("{test:?}"));
        set.roots.sort_by_key(|Root { branch, timed, .. }| (*timed, branch.others.len(), branch.settled.len()));
        set
    }
}

/// Whether a question is left until somebody wants to know: time may change its answer, or it is dear.
const fn is_late(test: &Test) -> bool {
    test.timed()
        || matches!(test, Test::Orders(_, _, Some(_)) | Test::Purchased(_, Some(_)) | Test::Purchased(BoughtTest::NameWith(_), _))
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
    /// For each question whether the answer is yes, and whether it is no.
    settled: Vec<[bool; 2]>,
    /// At the `now` of the context.
    late: Vec<Option<Verdict>>,
}

impl<'a> Answers<'a> {
    fn new(set: &'a Set, customer: &'a Customer, context: &'a Context) -> Self {
        let subject = Subject::new(customer);
        let mut settled = vec![[false, true]; set.questions];
        let mut answer = |number: u32, holds: bool| {
            if let Some(place) = settled.get_mut(number as usize) {
                *place = [holds, !holds];
            }
        };
        set.found.each(&subject, |number| answer(number, true));
        for (number, test) in &set.asked {
            answer(*number, test.holds(&subject, context));
        }
        let mut late: Vec<Option<Verdict>> = set.late_needs.iter().map(|needs| needs.then_some(NO)).collect();
        set.late_found.each(&subject, |number| {
            if let Some(place) = late.get_mut(number as usize) {
                *place = None;
            }
        });
        Self { set, subject, context, settled, late }
    }

    /// Whether the settled conditions of a group decide it, and whether it holds if nothing else does. Without a way out
    /// of the loop: it is short, and what a processor cannot foresee costs more than it saves.
    fn settles(&self, branch: &Branch) -> (bool, bool) {
        let deciding = branch.combinator == Combinator::Or;
        let mut decided = false;
        let settled = self.settled.as_flattened();
        for leaf in slice(&self.set.settled, &branch.settled) {
            decided |= settled.get(*leaf as usize).copied().unwrap_or_default();
        }
        (decided, (decided == deciding) != branch.negated)
    }

    /// As [`Group::verdict`], at the `now` of `then`, which is that of the context or a later one.
    fn branch(&mut self, branch: &Branch, then: &Context) -> Verdict {
        let (decided, holds) = self.settles(branch);
        if decided || branch.others.is_empty() {
            return Verdict { holds, flips_at: None };
        }
        let children = slice(&self.set.others, &branch.others).iter().map(|child| match child {
            Child::Branch(inner) => self.branch(inner, then),
            Child::Late { test, negated } => self.late(*test, *negated, then),
        });
        combined(branch.combinator, branch.negated, children)
    }

    fn late(&mut self, test: u32, negated: bool, then: &Context) -> Verdict {
        let place = test as usize;
        let (Some(test), Some(known)) = (self.set.late.get(place), self.late.get_mut(place)) else { return NO };
        let mut verdict = *known.get_or_insert_with(|| test.verdict(&self.subject, self.context));
        if verdict.flips_at.is_some_and(|flip| flip <= then.now) {
            verdict = test.verdict(&self.subject, then);
        }
        Verdict { holds: verdict.holds != negated, ..verdict }
    }
}

//! The rule language: which customers an audience holds, now and as time goes on.
//!
//! [`Rules::parse`] reads the wire form (API.md, "Rules"), naming every fault, and compiles it once. The compiled tree
//! then answers for any number of customers: [`Rules::holds`] (shortest way), [`Rules::evaluate`] (also when time alone
//! may change the answer) and [`Rules::explain`] (what each node saw). [`Set`] evaluates many rules for one customer at
//! once. Where customers come from is left to others.

mod bought;
mod compare;
mod condition;
mod evaluate;
mod expand;
mod explain;
mod field;
mod index;
mod parse;
mod purchases;
mod reads;
mod set;
mod span;
mod subject;
mod values;
mod vocabulary;
mod window;

use serde::{Serialize, Serializer};

use crate::customer::{ConsentDefaults, Customer};
use crate::faults::Faults;
use crate::json::Json;
use crate::money::Currency;
use crate::time::Time;

use condition::Group;

pub use explain::Explanation;
pub use field::Combinator;
pub use parse::{MAX_BYTES, MAX_GROUPS};
pub use reads::{Part, Reads};
pub use set::Set;
pub use subject::Subject;
pub use values::MAX_LIST;
pub use vocabulary::{FieldForm, ValueForm, fields};

/// What rules are evaluated against besides the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The instant from which durations count back.
    pub now: Time,
    /// What stands for the consent of those who never said.
    pub consent_defaults: ConsentDefaults,
}

/// Whether rules hold for a customer, and until when that is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the customer matches at the context's `now`.
    pub holds: bool,
    /// The first instant after `now` at which `holds` may change although nothing but time has passed. Never later than
    /// the true change; `None` when time alone can never change it.
    pub flips_at: Option<Time>,
}

/// A compiled rule tree. Two are equal when their wire forms are.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    root: Group,
    /// Explanations show money in it.
    currency: Currency,
}

impl Rules {
    /// Those that hold for everyone.
    #[must_use]
    pub fn everyone(currency: &Currency) -> Self {
        Self { root: Group::new(Combinator::And, None, Vec::new()), currency: currency.clone() }
    }

    /// Reads and compiles the wire form; `path` is its place in the body, such as `rules`.
    ///
    /// # Errors
    /// Every fault of it, each with its path (`rules.rules[0].operator`).
    pub fn parse(json: &Json, path: &str, currency: &Currency) -> Result<Self, Faults> {
        let root = parse::parse(json, path, currency, parse::WRITTEN)?;
        Ok(Self { root, currency: currency.clone() })
    }

    /// Reads what [`Rules::expanded`] gave, as it was stored.
    ///
    /// # Errors
    /// Every fault of it.
    pub fn parse_expanded(json: &Json, currency: &Currency) -> Result<Self, Faults> {
        let root = parse::parse(json, "rules", currency, parse::EXPANDED)?;
        Ok(Self { root, currency: currency.clone() })
    }

    /// The wire form, without what is ignored on reading. [`Rules::parse`] of it gives equal rules.
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.root.to_json()
    }

    /// Whether they hold for one customer, by the shortest way.
    #[must_use]
    pub fn holds(&self, customer: &Customer, context: &Context) -> bool {
        self.holds_for(&Subject::new(customer), context)
    }

    /// As [`Rules::holds`], for a customer who is tried against many rules.
    #[must_use]
    pub fn holds_for(&self, subject: &Subject<'_>, context: &Context) -> bool {
        self.root.holds(subject, context)
    }

    /// Whether they hold for one customer, and when time alone may change that.
    #[must_use]
    pub fn evaluate(&self, customer: &Customer, context: &Context) -> Verdict {
        self.evaluate_for(&Subject::new(customer), context)
    }

    /// As [`Rules::evaluate`], for a customer who is tried against many rules.
    #[must_use]
    pub fn evaluate_for(&self, subject: &Subject<'_>, context: &Context) -> Verdict {
        evaluate::refined(self.root.timed, context, |context| self.root.verdict(subject, context))
    }

    /// The same tree with what each node makes of one customer.
    #[must_use]
    pub fn explain(&self, customer: &Customer, context: &Context) -> Explanation {
        explain::group(&self.root, &Subject::new(customer), context, &self.currency)
    }

    /// Which parts of a customer they name; the rest need not be read.
    #[must_use]
    pub fn reads(&self) -> Reads {
        let mut reads = Reads::default();
        self.root.note_reads(&mut reads);
        reads
    }

    /// Whether time alone can change the answer for some customer.
    #[must_use]
    pub const fn depends_on_time(&self) -> bool {
        self.root.timed > 0
    }
}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

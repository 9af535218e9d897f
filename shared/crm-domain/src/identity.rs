//! What stands under a customer's identity: the customer, or what became of them.
//!
//! An identity is derived from an address and never ends. Events go on naming it after its customer has been merged into
//! another or erased, so what it has become stays in its place: whoever finds it there follows, or forgets.

use crate::customer::{Consents, Customer};
use crate::email::Email;
use crate::time::{DAY, Time};

/// Events may be dated a day ahead; this is beyond all that were there when somebody was erased, and all that was done since.
const AHEAD: i64 = 1_000 * DAY;

/// What is stored under one customer id.
#[derive(Debug, Clone, PartialEq)]
pub enum Identity {
    Customer(Box<Customer>),
    Merged(Merged),
    Erased(Erasure),
}

/// What was said of this identity, and will be, is said of another customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The address of the customer that stays.
    pub into: Email,
    /// What was said up to then is forgotten, as with the customer before.
    pub erased_at: Option<Time>,
}

/// What was said up to a moment is forgotten. What is said later begins a new customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub at: Time,
    /// A no outlives its customer: whoever begins anew has not agreed to anything again.
    pub refused: Consents,
}

impl Identity {
    /// The customer, where there is one.
    #[must_use]
    pub fn customer(&self) -> Option<&Customer> {
        match self {
            Self::Customer(customer) => Some(customer),
            Self::Merged(_) | Self::Erased(_) => None,
        }
    }

    /// Up to when what was said of it is forgotten.
    #[must_use]
    pub fn erased_at(&self) -> Option<Time> {
        match self {
            Self::Customer(customer) => customer.erased_at,
            Self::Merged(merged) => merged.erased_at,
            Self::Erased(erasure) => Some(erasure.at),
        }
    }

    /// Whether what was said at `at` is forgotten.
    #[must_use]
    pub fn has_forgotten(&self, at: Time) -> bool {
        self.erased_at().is_some_and(|erased_at| at <= erased_at)
    }
}

impl Identity {
    /// Before which moment whatever is kept under this identity is of somebody who was erased; nothing is where nobody was.
    #[must_use]
    pub fn forgotten_before(&self) -> Option<Time> {
        match self {
            // Nobody has come since: also what was dated ahead is theirs.
            Self::Erased(erasure) => Some(erasure.at.plus(AHEAD)),
            // Who came since may have taken in somebody who was there long before.
            Self::Customer(customer) => customer.erased_at.map(|at| customer.first_seen.max(at.plus(1))),
            Self::Merged(merged) => merged.erased_at.map(|at| at.plus(1)),
        }
    }
}

impl Erasure {
    /// The erasure of `customer` at `at`.
    #[must_use]
    pub fn of(customer: &Customer, at: Time) -> Self {
        let no = |said: Option<bool>| said.filter(|agreed| !agreed);
        let Consents { email, sms, whatsapp } = customer.consents;
        Self { at, refused: Consents { email: no(email), sms: no(sms), whatsapp: no(whatsapp) } }
    }

    /// Who comes after it.
    #[must_use]
    pub fn successor(&self, email: Email, first_seen: Time) -> Customer {
        Customer { erased_at: Some(self.at), consents: self.refused, ..Customer::new(email, first_seen) }
    }
}

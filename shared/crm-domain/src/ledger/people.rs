//! Who is meant by an address, and what becomes of customers as a whole: merging two of them, erasing one.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Held, Ledger};
use crate::customer::Customer;
use crate::email::Email;
use crate::identity::{Erasure, Identity, Merged};
use crate::ids::CustomerId;
use crate::limits;
use crate::order::OrderBody;
use crate::stamp::Stamp;
use crate::time::Time;

/// Why two customers were not merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    #[error("names no customer")]
    Nobody,
    #[error("is the same customer")]
    Same,
    #[error("would make a customer of more than {} addresses", limits::MERGED + 1)]
    TooMany,
}

impl Ledger {
    /// The customer of whom something was said at `at`; a new one, where nothing is known of that address. `None` when what
    /// was said then is forgotten.
    pub(super) fn customer(&mut self, email: &Email, at: Time) -> Option<&mut Customer> {
        if email.is_erased() {
            return None;
        }
        // What is forgotten is said of the identity that is named: it may be that of somebody who was merged since.
        let mut id = CustomerId::of(email);
        if self.has_forgotten(id, at) {
            return None;
        }
        let mut email = Cow::Borrowed(email);
        // Merges lead one way, so this ends; what is held bounds it all the same.
        for _ in 0..=self.customers.len() {
            let Some(Identity::Merged(merged)) = self.identity(id) else { break };
            email = Cow::Owned(merged.into.clone());
            id = CustomerId::of(&email);
        }
        let held = self.customers.entry(id).or_insert_with(|| Held::stored(None));
        match &held.current {
            None => held.current = Some(Identity::Customer(Box::new(Customer::new(email.into_owned(), at)))),
            Some(Identity::Erased(erasure)) => {
                held.current = Some(Identity::Customer(Box::new(erasure.successor(email.into_owned(), at))));
            }
            Some(Identity::Customer(_) | Identity::Merged(_)) => {}
        }
        match &mut held.current {
            Some(Identity::Customer(customer)) => {
                customer.first_seen = customer.first_seen.min(at);
                Some(customer)
            }
            _ => None,
        }
    }

    /// Whether an order that is kept, and was placed at `at`, is that of somebody who has been erased since.
    pub(super) fn is_forgotten(&self, order: &OrderBody, at: Time) -> bool {
        order.email.is_erased() || self.was_forgotten(CustomerId::of(&order.email), at)
    }

    /// Whether what is kept under an identity, and was said at `at`, is of somebody who has been erased since.
    pub(super) fn was_forgotten(&self, id: CustomerId, at: Time) -> bool {
        self.identity(id).and_then(Identity::forgotten_before).is_some_and(|before| at < before)
    }

    /// Whether what is said of an identity as of `at` is forgotten.
    pub(super) fn has_forgotten(&self, id: CustomerId, at: Time) -> bool {
        self.identity(id).is_some_and(|identity| identity.has_forgotten(at))
    }

    /// An identity, and those into which it was merged, one after the other; the last is that of the customer.
    #[must_use]
    pub fn followed(&self, id: CustomerId) -> Vec<CustomerId> {
        let mut path = vec![id];
        let mut last = id;
        while let Some(Identity::Merged(merged)) = self.identity(last) {
            last = CustomerId::of(&merged.into);
            if path.contains(&last) {
                break;
            }
            path.push(last);
        }
        path
    }

    /// The customer who is known by an identity now.
    #[must_use]
    pub fn known_by(&self, id: CustomerId) -> Option<&Customer> {
        let last = *self.followed(id).last()?;
        self.identity(last).and_then(Identity::customer)
    }

    /// What stands under an identity itself.
    #[must_use]
    pub fn identity(&self, id: CustomerId) -> Option<&Identity> {
        self.customers.get(&id).and_then(Held::now)
    }

    /// The version of the customer who is known by an identity, as stored; 0 for nobody.
    #[must_use]
    pub fn version_of(&self, id: CustomerId) -> u64 {
        let held = self.followed(id).last().and_then(|last| self.customers.get(last));
        held.and_then(|held| held.stored.as_ref()).map_or(0, |(version, _)| *version)
    }

    /// Merges the customer known by `from` into the one known by `into`, as [`Customer::absorb`] says. From then on whatever is
    /// said of either is said of the second.
    ///
    /// # Errors
    /// There are no two such customers, or they would have too many addresses.
    pub fn merge(&mut self, into: CustomerId, from: CustomerId, stamp: &Stamp) -> Result<(), Unmergeable> {
        let (Some(stays), Some(goes)) = (self.known_by(into), self.known_by(from)) else { return Err(Unmergeable::Nobody) };
        if stays.id == goes.id {
            return Err(Unmergeable::Same);
        }
        if stays.other_emails.len() + goes.other_emails.len() + 1 > limits::MERGED {
            return Err(Unmergeable::TooMany);
        }
        let (mut stays, goes) = (stays.clone(), goes.clone());
        let (stays_id, goes_id) = (stays.id, goes.id);
        let merged = Merged { into: stays.email.clone(), erased_at: goes.erased_at };
        stays.absorb(goes, stamp);
        for (id, becomes) in [(stays_id, Identity::Customer(Box::new(stays))), (goes_id, Identity::Merged(merged))] {
            if let Some(held) = self.customers.get_mut(&id) {
                held.current = Some(becomes);
            }
        }
        Ok(())
    }

    /// Forgets the customer known by `id`, under all identities, and what was said of them up to `at`. The identities that were
    /// merged into them must be held. False when there is nobody, or when this is an erasure that has been made before: who has
    /// begun anew since, or was merged into somebody since, stays.
    pub fn erase(&mut self, id: CustomerId, at: Time) -> bool {
        if self.has_forgotten(id, at) {
            return false;
        }
        let Some(customer) = self.known_by(id) else { return false };
        let erasure = Erasure::of(customer, at);
        for id in customer.identities().into_iter().collect::<BTreeSet<_>>() {
            let held = self.customers.entry(id).or_insert_with(|| Held::stored(None));
            held.current = Some(Identity::Erased(erasure.clone()));
        }
        true
    }
}

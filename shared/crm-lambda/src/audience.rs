//! Who gets a campaign, as everybody asks who has storage at hand: what the customer says of it, then the suppression list,
//! then the caps. A preview, the launch's check and the plan ask the same.

use std::collections::{BTreeMap, HashMap};

use crm_domain::audience::{Audience, Decision};
use crm_domain::caps::{Caps, Contact};
use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{ReadContacts, ReadSuppressions, StoreError};
use crm_domain::suppression::AddressKey;
use crm_domain::time::Time;

use crate::addresses::suppressed_among;

/// What is decided of each of `customers` at `now`.
pub async fn decide<'a, S: ReadSuppressions + ReadContacts>(
    store: &S,
    key: &AddressKey,
    audience: &Audience<'_>,
    customers: &'a [Customer],
    now: Time,
) -> Result<Vec<(&'a Customer, Decision)>, StoreError> {
    let mut decided: Vec<_> = customers.iter().map(|customer| (customer, audience.decide(customer))).collect();
    let asked = decided.iter().filter(|(_, decision)| decision.asks_list()).map(|(customer, _)| *customer);
    let suppressed = suppressed_among(store, key, audience.channel, asked).await?;
    for (customer, decision) in &mut decided {
        *decision = decision.unless_suppressed(suppressed.contains(&customer.id));
    }
    if let Some(caps) = audience.caps {
        // What is still to begin is asked as of then.
        let now = audience.context.now.max(now);
        let asked = decided.iter().filter(|(_, decision)| decision.asks_caps()).map(|(customer, _)| *customer);
        let contacts = contacts_of(store, caps, asked, now).await?;
        for (customer, decision) in &mut decided {
            let reached = contacts.get(&customer.id).is_some_and(|contacts| caps.are_reached(contacts, now));
            *decision = decision.unless_capped(reached);
        }
    }
    Ok(decided)
}

/// What went to each of `customers` under any of their identities, as far as it may count at `now`.
pub async fn contacts_of<S: ReadContacts>(
    store: &S,
    caps: Caps,
    customers: impl Iterator<Item = &Customer>,
    now: Time,
) -> Result<HashMap<CustomerId, Vec<Contact>>, StoreError> {
    let owners: BTreeMap<CustomerId, CustomerId> =
        customers.flat_map(|customer| customer.identities().into_iter().map(|identity| (identity, customer.id))).collect();
    let identities: Vec<CustomerId> = owners.keys().copied().collect();
    let mut contacts: HashMap<CustomerId, Vec<Contact>> = HashMap::new();
    for contact in store.contacts(&identities, caps.since(now)).await? {
        if let Some(owner) = owners.get(&contact.message.customer) {
            contacts.entry(*owner).or_default().push(contact);
        }
    }
    Ok(contacts)
}

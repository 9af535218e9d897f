//! Contacts, turns and letters in hand, in memory.

use std::collections::BTreeMap;

use crm_domain::caps::Contact;
use crm_domain::hand::Hand;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::ports::{KeepHands, KeepTurns, ReadContacts, StoreError, Versioned};
use crm_domain::time::Time;
use crm_domain::turn::Turn;

use crate::memory::Memory;
use crate::reports::{read, wrote};

/// What [`Memory`] keeps that senders look at before they write to somebody.
#[derive(Default)]
pub(crate) struct Turnstile {
    turns: BTreeMap<CustomerId, Turn>,
    hands: BTreeMap<(CampaignId, u32), Versioned<Hand>>,
}

impl Memory {
    /// Lets so many microseconds pass for everything that is in hand and every turn that is taken.
    pub fn pass(&self, micros: i64) {
        self.mailroom().age_intents(micros);
        let mut stile = self.turnstile();
        stile.turns.values_mut().for_each(|turn| turn.at = turn.at.plus(-micros));
        stile.hands.values_mut().for_each(|hand| hand.record.at = hand.record.at.plus(-micros));
    }
}

impl ReadContacts for Memory {
    async fn contacts(&self, identities: &[CustomerId], since: Time) -> Result<Vec<Contact>, StoreError> {
        self.step().await?;
        let (room, stile) = (self.mailroom(), self.turnstile());
        let own = room.entries_of(identities).into_iter().filter(|(campaign, _)| campaign.state.may_have_written(since));
        let contact = own.filter_map(|(campaign, entry)| {
            let hand = stile.hands.get(&(campaign.id, campaign.shard_of(entry.customer_id)));
            let in_hand = hand.and_then(|hand| hand.record.holds(entry.customer_id));
            read(&entry);
            Contact::of(campaign.message_id(entry.customer_id), &entry, in_hand)
        });
        Ok(contact.collect())
    }
}

impl KeepTurns for Memory {
    async fn turns(&self, customers: &[CustomerId]) -> Result<Vec<(CustomerId, Turn)>, StoreError> {
        self.step().await?;
        let stile = self.turnstile();
        Ok(customers.iter().filter_map(|customer| Some((*customer, *stile.turns.get(customer)?))).collect())
    }

    async fn take_turn(&self, customer: CustomerId, was: Option<&Turn>, turn: &Turn) -> Result<bool, StoreError> {
        self.step().await?;
        wrote(turn);
        let taken = {
            let mut stile = self.turnstile();
            let unchanged = stile.turns.get(&customer) == was;
            if unchanged {
                stile.turns.insert(customer, *turn);
            }
            unchanged
        };
        // Taken, but nobody hears of it.
        self.step().await?;
        Ok(taken)
    }
}

impl KeepHands for Memory {
    async fn hand(&self, campaign: CampaignId, shard: u32) -> Result<Versioned<Hand>, StoreError> {
        self.step().await?;
        let held = self.turnstile().hands.get(&(campaign, shard)).cloned();
        Ok(held.unwrap_or(Versioned { version: 0, record: Hand::empty() }))
    }

    async fn put_hand(&self, campaign: CampaignId, shard: u32, version: u64, hand: &Hand) -> Result<(), StoreError> {
        self.step().await?;
        wrote(hand);
        {
            let mut stile = self.turnstile();
            if stile.hands.get(&(campaign, shard)).map_or(0, |held| held.version) != version {
                return Err(StoreError::Conflict);
            }
            stile.hands.insert((campaign, shard), Versioned { version: version + 1, record: hand.clone() });
        }
        // Noted, but nobody hears of it.
        self.step().await
    }
}

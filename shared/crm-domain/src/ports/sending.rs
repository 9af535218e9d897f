//! What keeps senders apart: contacts, turns and letters in hand.

use std::future::Future;

use crate::caps::Contact;
use crate::hand::Hand;
use crate::ids::{CampaignId, CustomerId};
use crate::ports::{Stored, Versioned};
use crate::time::Time;
use crate::turn::Turn;

pub trait ReadContacts: Send + Sync + 'static {
    /// What the logs of all campaigns say that went to these people, or may have, after `since`; older ones may be among them.
    /// Everything that was written before the call is seen.
    fn contacts(&self, identities: &[CustomerId], since: Time) -> impl Future<Output = Stored<Vec<Contact>>> + Send;
}

pub trait KeepTurns: Send + Sync + 'static {
    /// Who has the turns of these people, where anybody has; in no particular order.
    fn turns(&self, customers: &[CustomerId]) -> impl Future<Output = Stored<Vec<(CustomerId, Turn)>>> + Send;
    /// Takes a turn in place of the one that was read (`None`: there was none). False when it has changed hands since.
    fn take_turn(&self, customer: CustomerId, was: Option<&Turn>, turn: &Turn) -> impl Future<Output = Stored<bool>> + Send;
}

pub trait KeepHands: Send + Sync + 'static {
    /// The letters in hand of one shard of a log; version 0 where there are none yet.
    fn hand(&self, campaign: CampaignId, shard: u32) -> impl Future<Output = Stored<Versioned<Hand>>> + Send;
    /// Replaces version `version`; [`super::StoreError::Conflict`] when there is another by now.
    fn put_hand(&self, campaign: CampaignId, shard: u32, version: u64, hand: &Hand) -> impl Future<Output = Stored<()>> + Send;
}

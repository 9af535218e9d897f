//! Letters in hand, for providers that recognise them: noted before they are handed over, and looked at before anybody is
//! said not to have got one. Of providers that do not, the intent in the log tells (`KeepLog::note_intent`).

use std::collections::BTreeMap;

use crm_domain::campaign::Campaign;
use crm_domain::hand::{Ending, Hand};
use crm_domain::ids::CustomerId;
use crm_domain::message::Message;
use crm_domain::ports::{Enqueue, Letter, SendLetters, StoreError, Versioned};
use crm_domain::template::Rendered;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::deliver::{Again, SHARDS, answered};
use crate::worker::{StepError, Store, Worker};

/// Attempts to change what is in hand while others change it too.
const ATTEMPTS: usize = 10;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Hands letters to a provider that recognises them; returns the entries that are to be settled.
    pub(crate) async fn hand_over(
        &self,
        campaign: &Campaign,
        mut sending: Vec<(Message, Rendered, Letter)>,
        again: &mut Again,
    ) -> Result<Vec<Message>, StepError> {
        let closed = self.take_in_hand(campaign, sending.iter().map(|(entry, ..)| entry.customer_id)).await?;
        let mut settled = Vec::new();
        sending.retain(|(entry, ..)| match closed.get(&entry.customer_id) {
            Some(ending) => {
                settled.push(ending.clone().settle(entry, self.now()));
                false
            }
            None => true,
        });
        if sending.is_empty() {
            return Ok(settled);
        }
        let letters: Vec<Letter> = sending.iter().map(|(.., letter)| letter.clone()).collect();
        let answers = self.provider.send(campaign.channel, &letters).await?;
        for ((entry, text, _), answer) in sending.into_iter().zip(answers) {
            match answered(&entry, text, answer) {
                Ok(entry) => {
                    again.moves = true;
                    settled.push(entry);
                }
                Err(seconds) => again.after(seconds),
            }
        }
        Ok(settled)
    }

    /// Takes the letters to `customers` in hand. Returns those to whom nothing is sent any more, with how it ends for them.
    async fn take_in_hand(
        &self,
        campaign: &Campaign,
        customers: impl Iterator<Item = CustomerId>,
    ) -> Result<BTreeMap<CustomerId, Ending>, StepError> {
        let now = self.now();
        let changes = by_shard(campaign, customers.map(|customer| (customer, ()))).into_iter().map(|(shard, taken)| {
            self.change_hand(campaign, shard, move |hand| hand.take(taken.iter().map(|(customer, ())| *customer), now))
        });
        self.closed_after(changes).await
    }

    /// Settles entries that are to end without a letter: as told, or as unknown where one may be out.
    pub(crate) async fn end(&self, campaign: &Campaign, endings: Vec<(Message, Ending)>) -> Result<Vec<Message>, StepError> {
        let now = self.now();
        let mut closed = BTreeMap::new();
        if self.provider.recognises(campaign.channel) {
            let ends = endings.iter().map(|(entry, ending)| (entry.customer_id, ending.clone()));
            let changes = by_shard(campaign, ends).into_iter().map(|(shard, ends)| {
                self.change_hand(campaign, shard, move |hand| {
                    // Not `any`: each of them is to be closed.
                    ends.iter().filter(|(customer, ending)| hand.close(*customer, ending.clone())).count() > 0
                })
            });
            closed = self.closed_after(changes).await?;
        }
        let settled =
            endings.into_iter().map(|(entry, ending)| closed.remove(&entry.customer_id).unwrap_or(ending).settle(&entry, now));
        Ok(settled.collect())
    }

    /// Makes changes side by side; everybody who is closed in what they changed.
    async fn closed_after<F: Future<Output = Result<Hand, StoreError>>>(
        &self,
        changes: impl Iterator<Item = F>,
    ) -> Result<BTreeMap<CustomerId, Ending>, StepError> {
        let changes: Vec<F> = changes.collect();
        let hands: Vec<Hand> = stream::iter(changes).buffer_unordered(SHARDS).try_collect().await?;
        Ok(hands.into_iter().flat_map(|hand| hand.closed).collect())
    }

    /// Changes what is in hand of a shard, unless `change` sees no need; what then stands.
    async fn change_hand(&self, campaign: &Campaign, shard: u32, change: impl Fn(&mut Hand) -> bool) -> Result<Hand, StoreError> {
        for _ in 0..ATTEMPTS {
            let Versioned { version, record: mut hand } = self.store.hand(campaign.id, shard).await?;
            if !change(&mut hand) {
                return Ok(hand);
            }
            match self.store.put_hand(campaign.id, shard, version, &hand).await {
                Err(StoreError::Conflict) => {}
                done => return done.map(|()| hand),
            }
        }
        Err(StoreError::Conflict)
    }
}

fn by_shard<T>(campaign: &Campaign, of: impl Iterator<Item = (CustomerId, T)>) -> BTreeMap<u32, Vec<(CustomerId, T)>> {
    let mut shards: BTreeMap<u32, Vec<(CustomerId, T)>> = BTreeMap::new();
    for (customer, value) in of {
        shards.entry(campaign.shard_of(customer)).or_default().push((customer, value));
    }
    shards
}

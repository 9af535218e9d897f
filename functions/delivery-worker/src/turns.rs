//! Caps at sending. A campaign that has some takes each person's turn before it reads what went to them, so that two of
//! them never count at once. Campaigns without caps pass through here without a request.

use std::collections::{BTreeMap, BTreeSet};

use crm_domain::campaign::Campaign;
use crm_domain::caps::Room;
use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::message::{Message, MessageId};
use crm_domain::ports::{Enqueue, SendLetters};
use crm_domain::turn::{Claim, Turn};
use crm_lambda::audience::contacts_of;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::deliver::Again;
use crate::worker::{StepError, Store, Worker};

/// Turns taken side by side.
const CONCURRENCY: usize = 16;
/// Seconds after which a turn is looked at again that somebody else has just taken.
const SOON: u32 = 2;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Takes the turns of `recipients`; returns those for whom the campaign has it. The others stay queued.
    ///
    /// To be called before the customers are read: who is merged into somebody after that cannot be missed by the other
    /// campaign, which finds this turn under their old identity.
    pub(crate) async fn take_turns(
        &self,
        campaign: &Campaign,
        recipients: &[Message],
        again: &mut Again,
    ) -> Result<Vec<Message>, StepError> {
        if campaign.caps.is_none() {
            return Ok(recipients.to_vec());
        }
        let now = self.now();
        let ids: Vec<CustomerId> = recipients.iter().map(|entry| entry.customer_id).collect();
        let turns: BTreeMap<CustomerId, Turn> = self.store.turns(&ids).await?.into_iter().collect();
        let settled = self.settled_among(&turns).await?;
        let takes = recipients.iter().map(|entry| {
            let id = entry.customer_id;
            let was = turns.get(&id);
            let claim = was.map_or(Claim::Free, |turn| turn.claim(campaign.id, settled.contains(&id), now));
            async move {
                Ok::<_, StepError>(match claim {
                    Claim::Held => Ok(entry.clone()),
                    Claim::Wait(seconds) => Err(seconds),
                    Claim::Free => {
                        let turn = Turn { campaign: campaign.id, at: now };
                        if self.store.take_turn(id, was, &turn).await? { Ok(entry.clone()) } else { Err(SOON) }
                    }
                })
            }
        });
        let takes: Vec<_> = takes.collect();
        let outcomes: Vec<Result<Message, u32>> = stream::iter(takes).buffered(CONCURRENCY).try_collect().await?;
        Ok(outcomes.into_iter().filter_map(|outcome| outcome.map_err(|seconds| again.after(seconds)).ok()).collect())
    }

    /// What the caps leave to each of `customers`, whose turns are taken; nobody is named by a campaign without caps.
    pub(crate) async fn rooms(
        &self,
        campaign: &Campaign,
        customers: &BTreeMap<CustomerId, Customer>,
    ) -> Result<BTreeMap<CustomerId, Room>, StepError> {
        let Some(caps) = campaign.caps else { return Ok(BTreeMap::new()) };
        let now = self.now();
        // Whoever was merged into one of them may be in the turn of another campaign that did not know of it.
        let older: Vec<CustomerId> = customers.values().flat_map(|customer| customer.identities().into_iter().skip(1)).collect();
        let turns: BTreeMap<CustomerId, Turn> = self.store.turns(&older).await?.into_iter().collect();
        let settled = self.settled_among(&turns).await?;
        let mut contacts = contacts_of(&*self.store, caps, customers.values(), now).await?;
        let rooms = customers.values().map(|customer| {
            let waits = customer.identities().into_iter().skip(1).filter_map(|identity| {
                let turn = turns.get(&identity)?;
                (!settled.contains(&identity)).then(|| crm_domain::turn::wait(turn.at, now)).flatten()
            });
            let mut contacts = contacts.remove(&customer.id).unwrap_or_default();
            contacts.retain(|contact| contact.message != campaign.message_id(customer.id));
            let room = waits.max().map_or_else(|| caps.room(&contacts, now), Room::Unsure);
            (customer.id, room)
        });
        Ok(rooms.collect())
    }

    /// Those of the turns whose message has come to its end.
    async fn settled_among(&self, turns: &BTreeMap<CustomerId, Turn>) -> Result<BTreeSet<CustomerId>, StepError> {
        let named = turns.iter().map(|(customer, turn)| MessageId { campaign: turn.campaign, customer: *customer });
        let named: Vec<MessageId> = named.collect();
        let entries = self.store.messages_named(&named).await?;
        Ok(entries.into_iter().filter(|(_, entry)| entry.is_settled()).map(|(id, _)| id.customer).collect())
    }
}

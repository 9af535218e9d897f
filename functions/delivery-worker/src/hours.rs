//! The recipient's clock, and the rate of the campaign.

use std::collections::BTreeMap;

use crm_domain::campaign::Campaign;
use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::message::Message;
use crm_domain::pace::Pace;
use crm_domain::ports::{Alarm, Enqueue, SendLetters, StoreError};
use crm_domain::time::Time;

use crate::worker::{StepError, Store, Worker};

/// Attempts to take a piece's time while others take theirs.
const ATTEMPTS: usize = 5;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Those of `recipients` whose hour it is. The others are put off until theirs: they had it once, but the campaign was
    /// paused then, or slower, or they have moved to another zone.
    pub(crate) async fn in_their_hours<'a>(
        &self,
        campaign: &Campaign,
        customers: &BTreeMap<CustomerId, Customer>,
        recipients: &'a [Message],
    ) -> Result<Vec<&'a Message>, StepError> {
        if !campaign.timing.asks_recipient() {
            return Ok(recipients.iter().collect());
        }
        let (week, now) = (campaign.timing.week(), self.now());
        let due = |entry: &Message| {
            let zone = customers.get(&entry.customer_id)?.time_zone.as_deref();
            Some(campaign.timing.due(&week, zone, now)).filter(|due| *due > now)
        };
        let (mut open, mut later) = (Vec::with_capacity(recipients.len()), Vec::new());
        for entry in recipients {
            match due(entry) {
                Some(due) => later.push((entry.customer_id, due)),
                None => open.push(entry),
            }
        }
        self.store.postpone(campaign, &later).await?;
        Ok(open)
    }

    /// Takes the time of a piece out of the campaign's rate; or says after how many seconds there will be some.
    pub(crate) async fn wait_for_pace(&self, campaign: &Campaign, due: &[Message]) -> Result<Option<u32>, StepError> {
        let Some(pace) = campaign.pace().filter(|_| !due.is_empty()) else { return Ok(None) };
        let key = Pace::key(campaign.id);
        for _ in 0..ATTEMPTS {
            let free_at = self.store.bucket(&key).await?;
            let next = match pace.take(free_at, self.now()) {
                Ok(next) => next,
                Err(wait) => return Ok(Some(wait)),
            };
            match self.store.set_bucket(&key, free_at, next).await {
                Err(StoreError::Conflict) => {}
                done => return Ok(done.map(|()| None)?),
            }
        }
        Ok(Some(1))
    }

    /// Sees to it that whoever is left of these shards is written to when their time comes.
    pub(crate) async fn remember(&self, campaign: &Campaign, first_due: Option<Time>) -> Result<(), StepError> {
        match first_due {
            Some(at) if at > self.now() => Ok(self.store.bring_forward(Alarm::Wake, campaign.id, at).await?),
            _ => Ok(()),
        }
    }
}

//! What is kept of customers outside their own record, and forgetting it, in memory.

use crm_domain::activity::Activity;
use crm_domain::campaign::Campaign;
use crm_domain::email::Email;
use crm_domain::erasure::{self, Erased, Scrubbed};
use crm_domain::ids::CustomerId;
use crm_domain::message::Message;
use crm_domain::ports::{ForgetTraces, KeepErasures, Outgoing, Page, QueueError, QueueName, ReadTraces, ScrubQueues, StoreError};
use crm_domain::time::Time;

use crate::memory::{Memory, paged};

impl ReadTraces for Memory {
    async fn activities_of(&self, identities: &[CustomerId]) -> Result<Vec<Activity>, StoreError> {
        let tables = self.lock();
        let own = tables.activities.iter().filter(|((customer, _), _)| identities.contains(customer));
        Ok(own.map(|(_, (_, activity))| activity.clone()).collect())
    }

    async fn messages_to(&self, identities: &[CustomerId]) -> Result<Vec<(Campaign, Message)>, StoreError> {
        Ok(self.mailroom().entries_of(identities))
    }
}

impl KeepErasures for Memory {
    async fn note_finished(&self, id: CustomerId, at: Time, finished_at: Time) -> Result<(), StoreError> {
        if let Some(erased) = self.lock().erasures.get_mut(&format!("{}#{id}", at.sortable())) {
            erased.finished_at = Some(finished_at);
        }
        Ok(())
    }

    async fn erasures(&self, after: Option<String>, limit: usize) -> Result<Page<Erased>, StoreError> {
        let all = self.lock().erasures.values().cloned().collect();
        Ok(paged(all, |erased: &Erased| format!("{}#{}", erased.at.sortable(), erased.id), after.as_deref(), limit))
    }
}

impl ForgetTraces for Memory {
    async fn forget_orders(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let mut count = 0;
        for (version, order) in self.lock().orders.values_mut() {
            let Some((stamp, body)) = &mut order.standing else { continue };
            if stamp.at < before && !body.email.is_erased() && CustomerId::of(&body.email) == identity {
                *body = body.anonymous();
                *version += 1;
                count += 1;
            }
        }
        Ok(count)
    }

    async fn forget_activities(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        let mut tables = self.lock();
        let all = tables.activities.len();
        tables.activities.retain(|(customer, _), (_, activity)| *customer != identity || activity.stamp.at >= before);
        Ok((all - tables.activities.len()) as u64)
    }

    async fn forget_chapters(&self, _: CustomerId) -> Result<u64, StoreError> {
        // Here a history is one piece with its customer.
        Ok(0)
    }

    async fn forget_messages(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        Ok(self.mailroom().forget(identity, before))
    }

    async fn forget_moves(&self, identity: CustomerId, before: Time) -> Result<u64, StoreError> {
        Ok(self.registry().forget_moves(identity, before))
    }

    async fn forget_words(&self, _: &[CustomerId]) -> Result<u64, StoreError> {
        // Here a search reads the customers themselves.
        Ok(0)
    }
}

impl ScrubQueues for Memory {
    async fn scrub(&self, queue: QueueName, emails: &[Email], until: Time) -> Result<u64, QueueError> {
        let mut tables = self.lock();
        let letters = tables.dead.entry(queue).or_default();
        let mut touched = 0;
        *letters = std::mem::take(letters)
            .into_iter()
            .filter_map(|letter| match erasure::scrub(&letter.body, emails, until) {
                Scrubbed::Untouched => Some(letter),
                Scrubbed::Rest(body) => {
                    touched += 1;
                    Some(Outgoing { body, ..letter })
                }
                Scrubbed::Nothing => {
                    touched += 1;
                    None
                }
            })
            .collect();
        Ok(touched)
    }
}

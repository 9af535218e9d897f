//! One pass over everything that may tell of somebody who was erased.
//!
//! Every step takes out what is there now and may be repeated. Several passes follow each other, since writes that were under
//! way when the customer was erased may still leave something behind; what they wrote to the customer itself was dropped.

use std::collections::BTreeSet;

use crm_domain::customer::Customer;
use crm_domain::email::Email;
use crm_domain::erasure::{PAUSE, Sweep};
use crm_domain::identity::Identity;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{KeepUploads, QueueName, StoreError, Versioned};
use crm_domain::time::Time;

use crate::worker::{Files, Queues, Store, SweepError, Worker};

/// Times that a customer is read again because somebody else was faster.
const ATTEMPTS: u32 = 8;
/// Passes in which exports are deleted: those that had begun before the erasure, and those that were being put together then.
const EXPORTS: u32 = 2;

impl<S: Store, Q: Queues, F: Files, U: KeepUploads> Worker<S, Q, F, U> {
    /// Makes a pass; gives the next one, and after how many seconds it is due.
    pub(crate) async fn sweep(&self, mut sweep: Sweep) -> Result<Option<(Sweep, u32)>, SweepError> {
        self.make_sure(&mut sweep).await?;
        let mut found = 0;
        for identity in &sweep.identities {
            found += self.forget(*identity).await?;
        }
        if !sweep.emails.is_empty() {
            for queue in QueueName::ALL {
                // The erasures' own letters are what is left to be done; they name the address until it is.
                if queue != QueueName::Erasures {
                    found += self.queue.scrub(queue, &sweep.emails, sweep.at).await?;
                }
            }
            if sweep.is_last() {
                // A file that is being read has time to be: what it says of them is dropped, what it says of others is not.
                self.uploads.forget_files_of(&sweep.emails, sweep.at).await?;
            }
            self.uploads.forget_rows_of(&sweep.emails).await?;
        }
        if sweep.pass < EXPORTS {
            self.files.forget_exports().await?;
        }
        if sweep.is_last() {
            // It reads every row that there is, so it is done once, when nothing can come any more.
            found += self.store.forget_words(&sweep.identities).await?;
            self.store.note_finished(sweep.customer, sweep.at, Time::now()).await?;
        }
        tracing::info!(customer = %sweep.customer, pass = sweep.pass, traces = found, "pass complete");
        Ok((!sweep.is_last()).then(|| (sweep.next(), PAUSE)))
    }

    /// Makes sure that the customer is erased. A backup may have brought them back, with identities that it knows apart: then
    /// all of them are erased here, and the pass learns what is known of each.
    async fn make_sure(&self, sweep: &mut Sweep) -> Result<(), SweepError> {
        let mut left: BTreeSet<CustomerId> = [sweep.customer].into_iter().chain(sweep.identities.drain(..)).collect();
        let mut emails: BTreeSet<Email> = sweep.emails.drain(..).collect();
        let mut identities = BTreeSet::new();
        while let Some(identity) = left.pop_first() {
            identities.insert(identity);
            if let Some(known) = self.erase(identity, sweep).await? {
                left.extend(known.identities().into_iter().filter(|id| !identities.contains(id)));
                emails.extend(known.emails().cloned());
            }
        }
        (sweep.identities, sweep.emails) = (identities.into_iter().collect(), emails.into_iter().collect());
        Ok(())
    }

    /// Erases the customer known by an identity, unless that has been done; gives them as they were.
    async fn erase(&self, identity: CustomerId, sweep: &Sweep) -> Result<Option<Customer>, SweepError> {
        for _ in 0..ATTEMPTS {
            let mut ledger = self.store.hold(&[identity]).await?;
            let Some(known) = ledger.known_by(identity).cloned() else { return Ok(None) };
            if !ledger.erase(identity, sweep.at) {
                return Ok(None);
            }
            if !sweep.replayed {
                return Err(SweepError::NotErased);
            }
            match self.store.edit(&ledger, None, None).await {
                Ok(()) => return Ok(Some(known)),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// Takes out of the tables, and of the files, what is there under one identity, but for what is of somebody who came since.
    async fn forget(&self, identity: CustomerId) -> Result<u64, StoreError> {
        let Some(before) = self.forgotten_before(identity).await? else { return Ok(0) };
        let mut found = self.store.forget_orders(identity, before).await?;
        found += self.store.forget_activities(identity, before).await?;
        found += self.store.forget_chapters(identity).await?;
        found += self.store.forget_messages(identity, before).await?;
        found += self.store.forget_moves(identity, before).await?;
        found += self.store.forget_deliveries(identity, before).await?;
        let Versioned { version, record: mut held } = self.store.attachments(identity).await?;
        // Asked once more: whoever has begun anew meanwhile keeps what they have attached.
        let Some(before) = self.forgotten_before(identity).await? else { return Ok(found) };
        let all = held.files.len();
        held.files.retain(|file| file.created_at >= before);
        let kept: Vec<_> = held.files.iter().map(|file| file.id).collect();
        if kept.is_empty() {
            self.store.forget_attachments(identity).await?;
        } else if kept.len() < all {
            self.store.put_attachments(version, &held, None, None).await?;
        }
        self.files.forget_attached(identity, &kept).await?;
        Ok(found)
    }

    async fn forgotten_before(&self, identity: CustomerId) -> Result<Option<Time>, StoreError> {
        let ledger = self.store.hold(&[identity]).await?;
        Ok(ledger.identity(identity).and_then(Identity::forgotten_before))
    }
}

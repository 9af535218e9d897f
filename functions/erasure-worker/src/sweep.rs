//! One pass over everything that may tell of somebody who was erased.
//!
//! Every step takes out what is there now and may be repeated. Several passes follow each other, since writes that were under
//! way when the customer was erased may still leave something behind; what they wrote to the customer itself was dropped.

use std::collections::BTreeSet;

use crm_domain::email::Email;
use crm_domain::erasure::{PAUSE, Sweep};
use crm_domain::ids::CustomerId;
use crm_domain::ports::{KeepUploads, QueueName, StoreError};
use crm_domain::time::Time;

use crate::worker::{Files, Queues, Store, SweepError, Worker};

/// Times that a customer is read again because somebody else was faster.
const ATTEMPTS: u32 = 8;

impl<S: Store, Q: Queues, F: Files, U: KeepUploads> Worker<S, Q, F, U> {
    /// Makes a pass; gives the next one, and after how many seconds it is due.
    pub(crate) async fn sweep(&self, mut sweep: Sweep) -> Result<Option<(Sweep, u32)>, SweepError> {
        let until = self.erased(&mut sweep).await?;
        let mut found = 0;
        for identity in &sweep.identities {
            found += self.forget(*identity, until).await?;
        }
        if !sweep.emails.is_empty() {
            for queue in QueueName::ALL {
                // The erasures' own letters are what is left to be done; they name the address until it is.
                if queue != QueueName::Erasures {
                    found += self.queue.scrub(queue, &sweep.emails).await?;
                }
            }
            if sweep.is_last() {
                // A file that is being read has time to be: what it says of them is dropped, what it says of others is not.
                self.uploads.forget_files_of(&sweep.emails, until).await?;
            }
            self.uploads.forget_rows_of(&sweep.emails).await?;
        }
        self.files.forget_exports().await?;
        if sweep.is_last() {
            // It reads every row that there is, so it is done once, when nothing can come any more.
            found += self.store.forget_words(&sweep.identities).await?;
            self.note_finished(&sweep).await?;
        }
        tracing::info!(customer = %sweep.customer, pass = sweep.pass, traces = found, "pass complete");
        Ok((!sweep.is_last()).then(|| (sweep.next(), PAUSE)))
    }

    /// Makes sure that the customer is erased, and learns what is known of them: a backup may have brought them back, or the
    /// request may have ended half-way. Gives the moment up to which everything is forgotten.
    async fn erased(&self, sweep: &mut Sweep) -> Result<Time, StoreError> {
        for _ in 0..ATTEMPTS {
            let mut ledger = self.store.hold(&[sweep.customer]).await?;
            let known: Option<(Vec<CustomerId>, Vec<Email>)> =
                ledger.known_by(sweep.customer).map(|there| (there.identities(), there.emails().cloned().collect()));
            let identities: BTreeSet<CustomerId> = [sweep.customer].into_iter().chain(sweep.identities.drain(..)).collect();
            sweep.identities = identities.into_iter().collect();
            if !ledger.erase(sweep.customer, sweep.at) {
                let at = ledger.customers().filter_map(|(_, held)| held.now()?.erased_at()).max();
                return Ok(at.unwrap_or(sweep.at).max(sweep.at));
            }
            if let Some((identities, emails)) = known {
                sweep.identities =
                    identities.into_iter().chain(sweep.identities.drain(..)).collect::<BTreeSet<_>>().into_iter().collect();
                sweep.emails = emails.into_iter().chain(sweep.emails.drain(..)).collect::<BTreeSet<_>>().into_iter().collect();
            }
            match self.store.edit(&ledger, None).await {
                Ok(()) => return Ok(sweep.at),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Takes out of the tables, and of the files, what is there under one identity.
    async fn forget(&self, identity: CustomerId, until: Time) -> Result<u64, StoreError> {
        let mut found = self.store.forget_orders(identity, until).await?;
        found += self.store.forget_activities(identity, until).await?;
        found += self.store.forget_chapters(identity).await?;
        // What the CRM did of itself has no stamp of an event: it goes by who was there when it was done.
        let successor = self.store.customers(&[identity]).await?.pop().map(|found| found.record.first_seen);
        let before = successor.unwrap_or_else(Time::now);
        found += self.store.forget_messages(identity, before).await?;
        found += self.store.forget_moves(identity, before).await?;
        if successor.is_none() {
            self.store.forget_attachments(identity).await?;
            self.files.forget_attached(identity).await?;
        }
        Ok(found)
    }

    async fn note_finished(&self, sweep: &Sweep) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self.store.erasures(after, 100).await?;
            if let Some(mut erased) = page.items.into_iter().find(|one| one.id == sweep.customer && one.at == sweep.at) {
                erased.finished_at = Some(Time::now());
                return self.store.note_erasure(&erased).await;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

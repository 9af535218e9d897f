//! Making new meanings of segments: everybody is settled once more, and when all are, readers see the new members.
//!
//! One build is under way at a time. It completes every meaning that had come before it began; what came later is left to
//! the next. Its parts may run twice or begin again: settling somebody twice changes nothing.

use tokio::time::Instant;

use crm_domain::error::chain;
use crm_domain::membership::{Build, Cause, EditionId, PartOfBuild, SWEEP_DELAY, Task};
use crm_domain::ports::{Enqueue, KeepExportFiles, Outgoing, QueueName, ScanPart, StoreError};
use crm_domain::segment::Retired;
use crm_domain::time::{MINUTE, Time};
use crm_lambda::queue;

use crate::worker::{Next, Store, TaskError, Worker};

/// Customers for whom a part of a build is made.
const CUSTOMERS_A_PART: u64 = 5_000;
const MAX_PARTS: u64 = 16;
/// After so long without a word, parts of a build count as lost.
pub(crate) const SILENCE: i64 = MINUTE;
/// Attempts to change segments while others change them too.
const ATTEMPTS: usize = 10;

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// What settles everybody as they are by now: a build that begins later than this. By the version of what is stored, and by
    /// no clock: whoever begins the next one may have another.
    pub(crate) async fn everyone(&self) -> Result<Next, TaskError> {
        let after = self.store.build().await?.map_or(0, |held| held.version);
        Ok(Next::Then(Task::Build { everyone: true, after: Some(after) }))
    }

    /// Begins a build if one is needed and none is under way; wakes one of which nothing is heard. One is needed where there
    /// are new meanings, and where everybody is to be settled by one that began at version `after` or later.
    pub(crate) async fn begin(&self, after: Option<u64>, now: Time) -> Result<Next, TaskError> {
        let segments = self.store.all_segments().await?;
        let held = self.store.build().await?;
        let version = held.as_ref().map_or(0, |held| held.version);
        let last = held.map(|held| held.record);
        // One that began before may have passed customers who changed since.
        let serves = |build: &Build| after.is_none_or(|after| after <= build.after);
        match last {
            Some(build) if !build.finished => {
                if build.touched_at.plus(SILENCE) < now {
                    self.hand_out(&build).await?;
                }
                // It looks for new meanings itself when it ends.
                if serves(&build) { Ok(Next::Done) } else { Err(TaskError::BuildUnderWay) }
            }
            last if segments.is_unbuilt() || !last.as_ref().map_or(after.is_none(), serves) => {
                let customers = self.store.customer_count().await?;
                let parts = customers.div_ceil(CUSTOMERS_A_PART).clamp(1, MAX_PARTS) as u32;
                let build = Build::new(segments.revision, parts, customers, version, now);
                match self.store.put_build(version, &build).await {
                    Ok(()) => self.hand_out(&build).await.map(|()| Next::Done),
                    // Somebody else has begun one, perhaps just before.
                    Err(StoreError::Conflict) if after.is_some() => Err(TaskError::BuildUnderWay),
                    Err(StoreError::Conflict) => Ok(Next::Done),
                    Err(error) => Err(error.into()),
                }
            }
            _ => Ok(Next::Done),
        }
    }

    /// Hands out the parts of a build that are not done.
    async fn hand_out(&self, build: &Build) -> Result<(), TaskError> {
        let tasks = build.missing().map(|part| Task::SettlePart(part).body());
        let messages: Vec<Outgoing> = tasks.map(Outgoing::from).collect();
        tracing::info!(build.target = build.target, build.parts = messages.len(), "build begins");
        if messages.is_empty() {
            // Everything was done but the last word.
            return self.finish(build.target).await;
        }
        Ok(queue::send(&*self.queue, QueueName::Segments, messages).await?)
    }

    /// Settles the customers of one part, until `deadline`; with the last part the build is complete.
    pub(crate) async fn settle_part(&self, mut at: PartOfBuild, deadline: Instant) -> Result<Next, TaskError> {
        while self.is_wanted(&at).await? {
            let catalogue = self.keeper.catalogue().await?;
            let scan = ScanPart { part: at.part, of: at.of, after: at.after, most: None };
            let (customers, next) = self.store.scan_consistently(&scan, catalogue.reads()).await?;
            at.scanned += customers.len() as u64;
            let outcome = self.keeper.settle_read(customers, catalogue, Cause::Rules, Time::now()).await?;
            TaskError::of(&outcome)?;
            at.after = next;
            let noted = self.store.note_build(&at, next.is_none(), Time::now()).await?;
            if next.is_none() {
                if noted.is_some_and(|held| held.record.is_complete()) {
                    self.finish(at.target).await?;
                }
                break;
            }
            if Instant::now() >= deadline {
                return Ok(Next::Then(Task::SettlePart(at)));
            }
        }
        Ok(Next::Done)
    }

    /// Whether nobody has done this part yet, nor begun another build.
    async fn is_wanted(&self, at: &PartOfBuild) -> Result<bool, StoreError> {
        let build = self.store.build().await?.map(|held| held.record);
        Ok(build.is_some_and(|build| build.wants(at)))
    }

    /// Shows readers what has been built, and begins with what has come since.
    async fn finish(&self, target: EditionId) -> Result<(), TaskError> {
        let mut conflicts = 0;
        while let Some(change) = self.store.all_segments().await?.show(target, Time::now()) {
            match self.store.change_segments(&change, None).await {
                Ok(()) => self.sweep_later(change.retired).await,
                Err(StoreError::Conflict) if conflicts < ATTEMPTS => conflicts += 1,
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(held) = self.store.build().await?
            && held.record.target == target
            && !held.record.finished
        {
            let finished = Build { finished: true, touched_at: Time::now(), ..held.record };
            match self.store.put_build(held.version, &finished).await {
                // Whoever was faster has done the same.
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            tracing::info!(build.target = target, build.customers = finished.scanned.values().sum::<u64>(), "build complete");
        }
        if self.store.all_segments().await?.is_unbuilt() {
            let again = Task::Build { everyone: false, after: None }.body();
            queue::send(&*self.queue, QueueName::Segments, vec![again.into()]).await?;
        }
        Ok(())
    }

    /// Members of old meanings are not seen any more; if this is lost they only take up room.
    async fn sweep_later(&self, retired: Vec<Retired>) {
        let tasks = retired.into_iter().map(|Retired { segment, edition }| Task::Sweep { edition, segment: Some(segment) });
        let messages: Vec<Outgoing> =
            tasks.map(|task| Outgoing { body: task.body(), delay: SWEEP_DELAY, ..Outgoing::default() }).collect();
        if !messages.is_empty()
            && let Err(error) = queue::send(&*self.queue, QueueName::Segments, messages).await
        {
            tracing::warn!(cause = %chain(&error), "old members stay");
        }
    }
}

//! Making new meanings of segments: everybody is settled once more, and when all are, readers see the new members.
//!
//! One build is under way at a time. It completes every meaning that had come before it began; what came later is left to
//! the next. Its parts may run twice or begin again: settling somebody twice changes nothing.

use tokio::time::Instant;

use crm_domain::membership::{Build, Cause, EditionId, PartOfBuild, SWEEP_DELAY, Task};
use crm_domain::ports::{Enqueue, KeepExportFiles, Outgoing, QueueName, ScanPart, StoreError};
use crm_domain::segment::Retired;
use crm_domain::time::{MINUTE, Time};
use crm_lambda::problem::chain;

use crate::worker::{Next, Store, TaskError, Worker};

/// Customers for whom a part of a build is made.
const CUSTOMERS_A_PART: u64 = 5_000;
const MAX_PARTS: u64 = 16;
/// After so long without a word, parts of a build count as lost.
pub(crate) const SILENCE: i64 = MINUTE;
/// Attempts to change segments while others change them too.
const ATTEMPTS: usize = 10;

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// Begins a build if one is needed and none is under way; wakes one of which nothing is heard.
    pub(crate) async fn begin(&self, everyone: bool, now: Time) -> Result<Next, TaskError> {
        let segments = self.store.all_segments().await?;
        let held = self.store.build().await?;
        let version = held.as_ref().map_or(0, |held| held.version);
        let build = match held.map(|held| held.record).filter(|build| !build.finished) {
            Some(build) if build.touched_at.plus(SILENCE) < now => build,
            Some(_) if everyone => return Err(TaskError::BuildUnderWay),
            None if everyone || segments.is_unbuilt() => {
                let days = self.store.figures().await?.days;
                let customers = days.iter().map(|day| day.figures.customers).sum::<i64>().max(0) as u64;
                let parts = customers.div_ceil(CUSTOMERS_A_PART).clamp(1, MAX_PARTS) as u32;
                let build = Build::new(segments.revision, parts, customers, now);
                match self.store.put_build(version, &build).await {
                    Ok(()) => build,
                    Err(StoreError::Conflict) => return Ok(Next::Done),
                    Err(error) => return Err(error.into()),
                }
            }
            // One that is under way looks for what has come since when it ends.
            Some(_) | None => return Ok(Next::Done),
        };
        let missing = (0..build.parts).filter(|part| !build.done.contains_key(part));
        let parts = missing.map(|part| PartOfBuild { target: build.target, part, of: build.parts, after: None, scanned: 0 });
        let messages: Vec<Outgoing> =
            parts.map(|part| Outgoing { body: Task::SettlePart(part).body(), ..Outgoing::default() }).collect();
        tracing::info!(build.target = build.target, build.parts = messages.len(), "build begins");
        if messages.is_empty() {
            // Everything was done but the last word.
            self.finish(build.target).await?;
        } else {
            self.queue.enqueue(QueueName::Segments, messages).await?;
        }
        Ok(Next::Done)
    }

    /// Settles the customers of one part, until `deadline`; with the last part the build is complete.
    pub(crate) async fn settle_part(&self, mut at: PartOfBuild, deadline: Instant) -> Result<Next, TaskError> {
        let catalogue = self.keeper.catalogue().await?;
        while self.is_wanted(&at).await? {
            let scan = ScanPart { part: at.part, of: at.of, after: at.after, most: None };
            let (customers, next) = self.store.scan_consistently(&scan, catalogue.reads()).await?;
            at.scanned += customers.len() as u64;
            let outcome = self.keeper.settle_read(customers, Cause::Rules, Time::now()).await?;
            if !outcome.failed.is_empty() {
                return Err(TaskError::Unsettled(outcome.failed.len()));
            }
            at.after = next;
            let noted = self.store.note_build(at.target, at.part, at.scanned, next.is_none(), Time::now()).await?;
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
        Ok(build.is_some_and(|build| build.target == at.target && !build.finished && !build.done.contains_key(&at.part)))
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
            let again = Outgoing { body: Task::Build { everyone: false }.body(), ..Outgoing::default() };
            self.queue.enqueue(QueueName::Segments, vec![again]).await?;
        }
        Ok(())
    }

    /// Members of old meanings are not seen any more; if this is lost they only take up room.
    async fn sweep_later(&self, retired: Vec<Retired>) {
        let tasks = retired.into_iter().map(|Retired { segment, edition }| Task::Sweep { edition, segment: Some(segment) });
        let messages: Vec<Outgoing> =
            tasks.map(|task| Outgoing { body: task.body(), delay: SWEEP_DELAY, ..Outgoing::default() }).collect();
        if !messages.is_empty()
            && let Err(error) = self.queue.enqueue(QueueName::Segments, messages).await
        {
            tracing::warn!(cause = %chain(&error), "old members stay");
        }
    }
}

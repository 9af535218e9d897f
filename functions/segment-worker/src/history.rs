//! What outlasts the counters of editions: how large their segments were. Days that are over are folded away once a day, the
//! rest of a counter when its edition is swept away.

use tokio::time::Instant;

use crm_domain::ids::SegmentId;
use crm_domain::membership::{EditionId, Task};
use crm_domain::ports::{Enqueue, KeepExportFiles, StoreError};
use crm_domain::sizes::RECENT_DAYS;
use crm_domain::time::{DAY, Time};

use crate::worker::{Next, Store, TaskError, Worker};

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// Folds the days that no list shows any more, edition by edition.
    pub(crate) async fn fold(&self, after: Option<EditionId>, now: Time, deadline: Instant) -> Result<Next, TaskError> {
        let before = now.plus((1 - RECENT_DAYS) * DAY).date();
        let segments = self.store.all_segments().await?;
        let editions = segments.all.iter().flat_map(|held| held.record.editions().map(|edition| (edition.id, held.record.id)));
        let mut editions: Vec<(EditionId, SegmentId)> = editions.filter(|(edition, _)| Some(*edition) > after).collect();
        editions.sort_unstable();
        for (edition, segment) in editions {
            match self.store.fold(segment, edition, Some(before)).await {
                // Somebody was counted for a day long over. Tomorrow is early enough.
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            if Instant::now() >= deadline {
                return Ok(Next::Then(Task::Fold { after: Some(edition) }));
            }
        }
        Ok(Next::Done)
    }

    /// Deletes what is kept of an edition that nobody asks for any more. What readers have seen of its size stays with the
    /// segment; when that is gone, its history goes too.
    pub(crate) async fn sweep(
        &self,
        edition: EditionId,
        segment: Option<SegmentId>,
        deadline: Instant,
    ) -> Result<Next, TaskError> {
        match self.check_kept(edition).await {
            Err(TaskError::Retired) => {}
            kept => return kept.map(|()| Next::Done),
        }
        if let Some(id) = segment {
            match self.store.all_segments().await?.find(id) {
                Some(held) if held.record.shown_since.iter().any(|shown| shown.edition == edition) => {
                    self.store.fold(id, edition, None).await?;
                }
                Some(_) => {}
                None => self.store.forget_sizes(id).await?,
            }
        }
        while Instant::now() < deadline {
            if self.store.sweep(edition).await? {
                return Ok(Next::Done);
            }
        }
        Ok(Next::Then(Task::Sweep { edition, segment }))
    }
}

#[cfg(test)]
mod tests;

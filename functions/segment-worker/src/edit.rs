//! Bulk edits: an event for each member of a segment, page by page.

use std::time::Instant;

use crm_domain::edit::Edit;
use crm_domain::ids::CustomerId;
use crm_domain::membership::{EditionId, Task};
use crm_domain::ports::{Enqueue, KeepExportFiles, QueueName};
use crm_lambda::accept::pack;

use crate::worker::{Next, Store, TaskError, Worker};

/// Members read at once.
const PAGE: usize = 500;

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// Queues the events of members until `deadline`. Who is met again, or has left by being edited, is edited once.
    pub(crate) async fn edit(&self, mut edit: Edit, deadline: Instant) -> Result<Next, TaskError> {
        loop {
            let page = self.store.members(edit.edition, edit.after.take(), PAGE).await?;
            self.check_kept(edit.edition).await?;
            let ids: Vec<CustomerId> = page.items.into_iter().map(|(id, _)| id).collect();
            // Who is gone stays gone: an event would bring them back.
            let found = self.store.customers(&ids).await?;
            let events: Vec<String> = found.iter().map(|found| edit.event(found.record.id, &found.record.email)).collect();
            edit.edited += events.len() as u64;
            if !events.is_empty() {
                self.queue.enqueue(QueueName::Customers, pack(events)).await?;
            }
            if page.next.is_none() {
                tracing::info!(edit.edition = edit.edition, edit.members = edit.edited, "edit complete");
                return Ok(Next::Done);
            }
            edit.after = page.next;
            if Instant::now() >= deadline {
                return Ok(Next::Then(Task::Edit(edit)));
            }
        }
    }

    /// Whether an edition is still kept: members that were read before this are all of them, later ones may be swept away.
    pub(crate) async fn check_kept(&self, edition: EditionId) -> Result<(), TaskError> {
        let segments = self.store.all_segments().await?;
        let kept = segments.all.iter().any(|held| held.record.editions().any(|kept| kept.id == edition));
        if kept { Ok(()) } else { Err(TaskError::Retired) }
    }
}

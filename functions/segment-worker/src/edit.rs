//! Bulk edits: an event for each of those who are chosen, page by page.

use tokio::time::Instant;

use crm_domain::edit::Edit;
use crm_domain::membership::Task;
use crm_domain::ports::{Enqueue, KeepExportFiles, QueueName};
use crm_lambda::queue;

use crate::worker::{Next, Store, TaskError, Worker};

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// Queues the events until `deadline`. Who is met again, or is chosen no more by being edited, is edited once.
    pub(crate) async fn edit(&self, mut edit: Edit, deadline: Instant) -> Result<Next, TaskError> {
        loop {
            // Who is gone stays gone: an event would bring them back.
            let (customers, next) = self.page_of(&edit.whom, edit.at, edit.after.take()).await?;
            let events: Vec<String> = customers.iter().map(|customer| edit.event(customer.id, &customer.email)).collect();
            edit.edited += events.len() as u64;
            if !events.is_empty() {
                queue::send_events(&*self.queue, QueueName::Customers, events).await?;
            }
            if next.is_none() {
                tracing::info!(edit.customers = edit.edited, "edit complete");
                return Ok(Next::Done);
            }
            edit.after = next;
            if Instant::now() >= deadline {
                return Ok(Next::Then(Task::Edit(edit)));
            }
        }
    }
}

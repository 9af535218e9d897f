//! Exports: the members of a segment become a CSV file, part by part.
//!
//! Any step may be the last before a crash, and any call may come twice or to two workers at once. What was done is written
//! into the export, on condition that nobody has moved it on since it was read; so rows are written once, by whoever was
//! first. Two who write the same part at the same moment leave one that is not the recorded one: storage then refuses to
//! put the file together, and it is begun again. A wrong file cannot come about.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use crm_domain::customer::Customer;
use crm_domain::export::table::{Terms, header, row};
use crm_domain::export::{Export, ExportCall, ExportStatus, Stage, Writing, collect};
use crm_domain::ids::CustomerId;
use crm_domain::membership::Task;
use crm_domain::ports::{Enqueue, FileError, KeepExportFiles, StoreError, Versioned};
use crm_domain::time::Time;
use crm_lambda::problem::chain;

use crate::worker::{Next, Store, TaskError, Worker};

#[cfg(test)]
mod tests;

/// Members read at once.
const PAGE: usize = 500;

/// What exports need beside the segments.
pub struct Exports<F> {
    pub files: Arc<F>,
    pub terms: Terms,
    /// Size from which on a part is sent, [`crm_domain::export::PART_BYTES`]. It must be made within one invocation.
    pub part_bytes: usize,
}

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// Goes on with an export until `deadline`, which is looked at after each part.
    pub(crate) async fn export(&self, call: &ExportCall, deadline: Instant) -> Result<Next, TaskError> {
        let Some(Versioned { mut version, record: mut export }) = self.store.export(call.export).await? else {
            return Ok(Next::Done);
        };
        if !export.waits_for(call, version) {
            return Ok(Next::Done);
        }
        while export.status() == ExportStatus::Running {
            if export.moved_by == Some(call.call) && Instant::now() >= deadline {
                return Ok(Next::Then(Task::Export(ExportCall::new(export.id, version))));
            }
            let now = Time::now();
            let moved = match self.advance_export(export.clone(), deadline).await {
                Ok(moved) => moved,
                Err(TaskError::Retired) => export.failed("The segment was changed or deleted meanwhile; export it again.", now),
                Err(error) => return Err(error),
            };
            export = Export { moved_by: Some(call.call), ..moved };
            self.store.update_export(version, &export).await?;
            version += 1;
        }
        tracing::info!(export.id = %export.id, export.rows = export.rows, export.error = export.error(), "export ended");
        Ok(Next::Done)
    }

    /// Notes that nobody goes on with an export, as far as storage answers.
    pub(crate) async fn give_up(&self, call: &ExportCall) {
        let noted = async {
            if let Some(held) = self.store.export(call.export).await?
                && held.record.waits_for(call, held.version)
            {
                let failed = held.record.failed("The export failed; try again later.", Time::now());
                self.store.update_export(held.version, &failed).await?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = noted.await {
            tracing::error!(cause = %chain(&error), "an export looks as if it went on");
        }
    }

    async fn advance_export(&self, export: Export, deadline: Instant) -> Result<Export, TaskError> {
        match export.stage.clone() {
            Stage::Collecting { attributes, after } => self.collect_attributes(export, attributes, after, deadline).await,
            Stage::Writing(writing) if writing.complete => self.finish_file(export, writing).await,
            Stage::Writing(writing) => self.write_part(export, writing).await,
            Stage::Done | Stage::Failed { .. } => Ok(export),
        }
    }

    /// Reads members for their attributes; when all are read, the file is begun.
    async fn collect_attributes(
        &self,
        export: Export,
        mut attributes: BTreeSet<String>,
        mut after: Option<String>,
        deadline: Instant,
    ) -> Result<Export, TaskError> {
        loop {
            let (customers, next) = self.page_of_members(&export, after).await?;
            if let Err(reason) = collect(&mut attributes, &customers) {
                return Ok(export.failed(&reason, Time::now()));
            }
            if next.is_none() {
                let upload = self.exports.files.begin_export_file(export.id).await?;
                return Ok(export.begun(attributes, upload));
            }
            after = next;
            if Instant::now() >= deadline {
                return Ok(Export { stage: Stage::Collecting { attributes, after }, ..export });
            }
        }
    }

    /// Writes one part, the last of which may be of any size; the first begins with the header.
    async fn write_part(&self, export: Export, mut writing: Writing) -> Result<Export, TaskError> {
        let mut text = if writing.parts.is_empty() { header(&writing.attributes) } else { String::new() };
        let mut rows = export.rows;
        while text.len() < self.exports.part_bytes && !writing.complete {
            let (customers, next) = self.page_of_members(&export, writing.after.take()).await?;
            rows += customers.len() as u64;
            for customer in &customers {
                text.push_str(&row(customer, &writing.attributes, &self.exports.terms));
            }
            writing.complete = next.is_none();
            writing.after = next;
        }
        let number = writing.parts.len() as u32 + 1;
        match self.exports.files.put_export_part(export.id, &writing.upload, number, text.into_bytes()).await {
            Ok(tag) => writing.parts.push(tag),
            Err(FileError::Broken) => return self.begin_again(export, writing.attributes).await,
            Err(FileError::Store(error)) => return Err(error.into()),
        }
        Ok(Export { stage: Stage::Writing(writing), rows, ..export })
    }

    async fn finish_file(&self, export: Export, writing: Writing) -> Result<Export, TaskError> {
        match self.exports.files.finish_export_file(export.id, &writing.upload, &writing.parts).await {
            Ok(()) => Ok(export.done(Time::now())),
            // It may have been finished before, by one who died before saying so.
            Err(FileError::Broken) if self.exports.files.has_export_file(export.id).await? => Ok(export.done(Time::now())),
            Err(FileError::Broken) => self.begin_again(export, writing.attributes).await,
            Err(FileError::Store(error)) => Err(error.into()),
        }
    }

    async fn begin_again(&self, export: Export, attributes: BTreeSet<String>) -> Result<Export, TaskError> {
        tracing::warn!(export.id = %export.id, "an export is written again");
        let upload = self.exports.files.begin_export_file(export.id).await?;
        Ok(export.begun_again(attributes, upload, Time::now()))
    }

    /// Members who are still there, and where the next ones begin.
    async fn page_of_members(
        &self,
        export: &Export,
        after: Option<String>,
    ) -> Result<(Vec<Customer>, Option<String>), TaskError> {
        let page = self.store.members(export.edition, after, PAGE).await?;
        self.check_kept(export.edition).await?;
        let ids: Vec<CustomerId> = page.items.into_iter().map(|(id, _)| id).collect();
        let found = self.store.customers(&ids).await?;
        Ok((found.into_iter().map(|found| found.record).collect(), page.next))
    }
}

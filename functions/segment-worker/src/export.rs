//! Exports: the members of a segment, customers by rules, or the log of a campaign, become a CSV file, part by part.
//!
//! Any step may be the last before a crash, and any call may come twice or to two workers at once. What was done is written
//! into the export, on condition that nobody has moved it on since it was read; so rows are written once, by whoever was
//! first. Two who write the same part at the same moment leave one that is not the recorded one: storage then refuses to
//! put the file together, and it is begun again. A wrong file cannot come about.

use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;

use crm_domain::campaign::Campaign;
use crm_domain::error::chain;
use crm_domain::export::table::Terms;
use crm_domain::export::{Export, ExportCall, ExportStatus, Source, Stage, Writing, collect, log, table};
use crm_domain::ids::CampaignId;
use crm_domain::membership::Task;
use crm_domain::ports::{Enqueue, FileError, KeepExportFiles, StoreError, Versioned};
use crm_domain::time::Time;
use futures_util::future::try_join_all;

use crate::worker::{Next, Store, TaskError, Worker};

#[cfg(test)]
mod tests;

/// Shards of a log read side by side.
const SHARDS: u32 = 8;

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

    /// Reads people for their attributes; when all are read, the file is begun.
    async fn collect_attributes(
        &self,
        export: Export,
        mut attributes: BTreeSet<String>,
        mut after: Option<String>,
        deadline: Instant,
    ) -> Result<Export, TaskError> {
        let Some(chosen) = export.source.chosen() else {
            // The columns of a log are always the same.
            let upload = self.exports.files.begin_export_file(export.id).await?;
            return Ok(export.begun(attributes, upload));
        };
        loop {
            let (customers, next) = self.page_of(&chosen, export.created_at, after).await?;
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
        let mut text = match export.source {
            _ if !writing.parts.is_empty() => String::new(),
            Source::Segment { .. } | Source::Customers { .. } => table::header(&writing.attributes),
            Source::Campaign { .. } => log::header(),
        };
        let mut rows = export.rows;
        let campaign = match export.source {
            Source::Segment { .. } | Source::Customers { .. } => None,
            Source::Campaign { campaign_id, .. } => Some(self.exported_campaign(campaign_id).await?),
        };
        let chosen = export.source.chosen();
        while text.len() < self.exports.part_bytes && !writing.complete {
            let after = writing.after.take();
            let (lines, next) = match (&chosen, &campaign) {
                (Some(chosen), _) => {
                    let (customers, next) = self.page_of(chosen, export.created_at, after).await?;
                    let lines = customers.iter().map(|customer| table::row(customer, &writing.attributes, &self.exports.terms));
                    (lines.collect::<Vec<String>>(), next)
                }
                (_, Some(campaign)) => self.page_of_log(campaign, after).await?,
                (_, None) => (Vec::new(), None),
            };
            rows += lines.len() as u64;
            text.extend(lines);
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

    /// The rows of some shards of a log, and the shard with which it goes on.
    async fn page_of_log(&self, campaign: &Campaign, after: Option<String>) -> Result<(Vec<String>, Option<String>), TaskError> {
        let first: u32 = after.and_then(|shard| shard.parse().ok()).unwrap_or_default();
        let end = first.saturating_add(SHARDS).min(campaign.shards);
        let entries = try_join_all((first..end).map(|shard| self.store.shard(campaign, shard))).await?;
        let lines = entries.into_iter().flatten().map(|entry| log::row(campaign, &entry));
        Ok((lines.collect(), (end < campaign.shards).then(|| end.to_string())))
    }

    async fn exported_campaign(&self, id: CampaignId) -> Result<Campaign, TaskError> {
        let found = self.store.campaign(id).await?;
        let missing = || StoreError::Corrupt(format!("an export names the campaign {id}, which is not there"));
        Ok(found.ok_or_else(missing)?.record)
    }
}

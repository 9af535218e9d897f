//! The worker: one call, one stretch of a file.
//!
//! Any step may be the last before a crash, any call may be delivered twice or to two workers at once. The order of
//! steps, each of which can be done again:
//!
//! 1. keep the refused rows (one object per stretch, overwritten by the same);
//! 2. note the stretch's parts as pending, on condition that nobody has written the import since it was read. This ends
//!    the turn of anyone else who has noted parts but not moved on: whoever moves on has sent his parts after the last
//!    noting, so no part stays pending without a message that will take it out;
//! 3. send the parts; sent twice, they count once, since file and line identify each row;
//! 4. move on: offset, line and counts in one write, on the same condition. So rows are counted once;
//! 5. call for the next stretch. `moved_by` says whose move was the last: when its call comes again, it only makes up for
//!    step 5; a call which finds that another has moved on has nothing to do. So there is always somebody to go on, and
//!    calls that were doubled become one again;
//! 6. when nothing is left to read, delete the file. Calls that come later find that all is read, and delete it again.

use std::sync::Arc;
use std::time::Duration;

use crm_domain::dead_letter;
use crm_domain::error::chain;
use crm_domain::import::Import;
use crm_domain::import::columns::read_header;
use crm_domain::money::Currency;
use crm_domain::ports::{Enqueue, KeepImports, KeepUploads, Postpone, QueueError, QueueName, StoreError, Versioned};
use crm_domain::world;
use crm_lambda::batch::{Failed, Incoming, give_back};
use crm_lambda::queue;

use crate::call::{Call, call_on, read_calls};
use crate::stretch::{self, Limits};

/// Attempts at a stretch within one invocation; a message given back waits for minutes.
const ATTEMPTS: u32 = 6;

/// What the worker works with.
pub struct App<S, U, Q> {
    pub store: S,
    pub uploads: U,
    pub queue: Q,
    pub currency: Currency,
    pub limits: Limits,
}

/// Why a call was not answered.
#[derive(Debug)]
enum Failure {
    /// Worth another try.
    Transient(String),
    /// It will never work.
    Hopeless(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(_) | StoreError::Rejected(_) => Self::Hopeless(chain(&error)),
            StoreError::Conflict | StoreError::Throttled | StoreError::Unavailable(_) => Self::Transient(chain(&error)),
        }
    }
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        Self::Transient(chain(&error))
    }
}

/// Handles messages one after the other; the ids of those that must come again.
pub async fn consume_all<S: KeepImports, U: KeepUploads, Q: Enqueue + Postpone>(
    app: Arc<App<S, U, Q>>,
    messages: Vec<Incoming>,
) -> Vec<String> {
    let mut failed = Vec::new();
    for message in &messages {
        if let Err(cause) = app.handle(message).await {
            tracing::error!(message = message.id, cause, "import message failed");
            failed.push(Failed { message, cause, may_succeed: true });
        }
    }
    give_back(&app.queue, failed).await
}

impl<S: KeepImports, U: KeepUploads, Q: Enqueue> App<S, U, Q> {
    async fn handle(&self, message: &Incoming) -> Result<(), String> {
        match self.answer(&message.body).await {
            Ok(()) => Ok(()),
            Err(Failure::Transient(cause)) => Err(cause),
            Err(Failure::Hopeless(reason)) => {
                tracing::warn!(message = message.id, reason, "import message set aside");
                let letter = dead_letter::set_aside(
                    QueueName::Imports,
                    message.body.clone(),
                    &reason,
                    message.receives,
                    &message.attributes,
                );
                self.queue.bury(QueueName::Imports, letter).await.map_err(|error| chain(&error))
            }
        }
    }

    async fn answer(&self, body: &str) -> Result<(), Failure> {
        for call in read_calls(body).map_err(Failure::Hopeless)? {
            let mut attempt = 0;
            while let Err(failure) = self.read_stretch(&call).await {
                attempt += 1;
                if attempt == ATTEMPTS || matches!(failure, Failure::Hopeless(_)) {
                    return Err(failure);
                }
                self.pause(attempt).await;
            }
        }
        Ok(())
    }

    async fn read_stretch(&self, call: &Call) -> Result<(), Failure> {
        let Some(Versioned { mut version, record: mut import }) = self.store.import(call.import).await? else {
            return Err(Failure::Hopeless("there is no such import".to_owned()));
        };
        if import.is_read() {
            return self.close(&import).await;
        }
        if import.bytes_read > call.offset {
            return if import.moved_by.as_ref() == Some(&call.name) { self.call_on(&import).await } else { Ok(()) };
        }
        let slice = match self.uploads.read(import.id, import.bytes_read, self.limits.bytes, import.tag.as_deref()).await {
            Ok(Some(slice)) => slice,
            Ok(None) => {
                return self.fail(version, import, "The file is not there any more; was somebody erased whom it names?").await;
            }
            Err(StoreError::Conflict) => {
                return self.fail(version, import, "The file was replaced while it was being read; start another import.").await;
            }
            Err(error) => return Err(error.into()),
        };
        let header = if let Some(header) = import.header.clone() {
            header
        } else {
            import.tag = Some(slice.tag);
            import.bytes_total = slice.size;
            if slice.size > self.limits.file_bytes {
                return self
                    .fail(version, import, "The file is larger than 1 GB. Split it, and import the parts one after the other.")
                    .await;
            }
            match read_header(&slice.bytes, slice.bytes.len() as u64 >= slice.size, import.kind, &import.mapping) {
                Ok(header) => import.header.insert(header).clone(),
                Err(reason) => return self.fail(version, import, &reason).await,
            }
        };
        let Some(mut stretch) = stretch::read(&import, &header, &slice.bytes, self.limits.rows, &self.currency) else {
            return Err(Failure::Transient("the file ended early".to_owned()));
        };
        if !stretch.rejected.is_empty() {
            self.uploads.keep_rejected(import.id, import.bytes_read, stretch.rejected).await?;
        }
        if !stretch.messages.is_empty() {
            self.store.update_import(version, &import, import.parts..stretch.next.parts).await?;
            version += 1;
            let events = stretch.next.accepted - import.accepted;
            queue::send_packed(&self.queue, import.kind.queue(), stretch.messages, events as usize).await?;
        }
        stretch.next.moved_by = Some(call.name.clone());
        self.store.update_import(version, &stretch.next, 0..0).await?;
        tracing::info!(import = %import.id, rows = stretch.next.rows, rejected = stretch.next.rejected, "stretch queued");
        self.call_on(&stretch.next).await
    }

    /// Calls for the next stretch, if there is one.
    async fn call_on(&self, import: &Import) -> Result<(), Failure> {
        if import.is_read() {
            return self.close(import).await;
        }
        Ok(queue::send(&self.queue, QueueName::Imports, vec![call_on(import.id, import.bytes_read).into()]).await?)
    }

    /// The file has no further use, and is full of personal data.
    async fn close(&self, import: &Import) -> Result<(), Failure> {
        Ok(self.uploads.forget_file(import.id).await?)
    }

    /// Full-jitter back-off.
    async fn pause(&self, attempt: u32) {
        let ceiling = self.limits.pause_ms << attempt.min(6);
        tokio::time::sleep(Duration::from_millis(world::up_to(ceiling))).await;
    }

    async fn fail(&self, version: u64, mut import: Import, reason: &str) -> Result<(), Failure> {
        import.error = Some(reason.to_owned());
        self.store.update_import(version, &import, 0..0).await?;
        self.close(&import).await
    }
}

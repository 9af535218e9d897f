//! Imports, uploaded files and queues in memory, as one worker sees them: its process can be made to die at any step.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;

use crm_domain::audit::AuditEntry;
use crm_domain::email::Email;
use crm_domain::ids::ImportId;
use crm_domain::import::naming::Names;
use crm_domain::import::{Import, rejected};
use crm_domain::ports::{
    Enqueue, KeepImports, KeepUploads, Outgoing, Page, QueueError, QueueName, QueueState, Slice, StoreError, Versioned,
    WatchQueues,
};
use crm_domain::time::Time;

/// What all workers share.
#[derive(Default)]
pub struct Desk {
    pub imports: BTreeMap<ImportId, (u64, Import)>,
    /// Content and tag of each file.
    pub files: BTreeMap<ImportId, (Vec<u8>, String)>,
    pub rejected: BTreeMap<(ImportId, u64), String>,
    pub queues: BTreeMap<QueueName, Vec<Outgoing>>,
    pub dead: BTreeMap<QueueName, Vec<Outgoing>>,
    /// Messages that were given back, by their receipts, and for how many seconds.
    pub postponed: Vec<(String, u32)>,
}

/// One worker's way to a [`Desk`].
#[derive(Clone, Default)]
pub struct AtDesk {
    desk: Arc<Mutex<Desk>>,
    /// Steps until this worker dies: the last one takes effect, but its answer is lost.
    steps: Arc<Mutex<Option<u32>>>,
}

impl AtDesk {
    /// Another worker at the same desk, which dies after `steps`.
    #[must_use]
    pub fn colleague(&self, steps: Option<u32>) -> Self {
        Self { desk: self.desk.clone(), steps: Arc::new(Mutex::new(steps)) }
    }

    /// The desk itself.
    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap()
    }

    /// What the write worker reports.
    pub fn part_applied(&self, import: ImportId, part: u64) {
        if let Some((_, import)) = self.desk().imports.get_mut(&import) {
            import.pending.remove(&part);
        }
    }

    /// One step: others may do theirs before it.
    async fn step<T>(&self, effect: impl FnOnce(&mut Desk, bool) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut waited = false;
        poll_fn(|context| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let left = {
            let mut steps = self.steps.lock().unwrap();
            let left = *steps;
            *steps = left.map(|left| left.saturating_sub(1));
            left
        };
        let died = || StoreError::Unavailable("the worker has died".into());
        match left {
            Some(0) => Err(died()),
            Some(1) => effect(&mut self.desk(), true).and_then(|_| Err(died())),
            _ => effect(&mut self.desk(), false),
        }
    }
}

impl KeepImports for AtDesk {
    async fn create_import(&self, import: &Import, _: &AuditEntry) -> Result<(), StoreError> {
        self.step(|desk, _| {
            desk.imports.entry(import.id).or_insert_with(|| (1, import.clone()));
            Ok(())
        })
        .await
    }

    async fn import(&self, id: ImportId) -> Result<Option<Versioned<Import>>, StoreError> {
        self.step(|desk, _| {
            Ok(desk.imports.get(&id).map(|(version, import)| Versioned { version: *version, record: import.clone() }))
        })
        .await
    }

    async fn imports(&self, after: Option<String>, limit: usize) -> Result<Page<Import>, StoreError> {
        self.step(|desk, _| {
            let older = |id: &ImportId| after.as_ref().is_none_or(|after| id.to_string() < *after);
            let mut items: Vec<Import> = desk
                .imports
                .iter()
                .rev()
                .filter(|(id, _)| older(id))
                .take(limit + 1)
                .map(|(_, (_, import))| import.clone())
                .collect();
            let more = items.len() > limit;
            items.truncate(limit);
            let next = items.last().filter(|_| more).map(|import| import.id.to_string());
            Ok(Page { items, next })
        })
        .await
    }

    async fn update_import(&self, version: u64, import: &Import, begun: Range<u64>) -> Result<(), StoreError> {
        self.step(|desk, _| {
            let held = desk.imports.get_mut(&import.id).filter(|(held, _)| *held == version).ok_or(StoreError::Conflict)?;
            let mut pending = held.1.pending.clone();
            pending.extend(begun);
            *held = (version + 1, Import { pending, ..import.clone() });
            Ok(())
        })
        .await
    }
}

impl KeepUploads for AtDesk {
    async fn upload_url(&self, id: ImportId) -> Result<String, StoreError> {
        Ok(format!("http://files.test/imports/{id}/file.csv"))
    }

    async fn read(&self, id: ImportId, offset: u64, length: u64, tag: Option<&str>) -> Result<Option<Slice>, StoreError> {
        self.step(|desk, _| {
            let Some((file, held)) = desk.files.get(&id) else { return Ok(None) };
            if tag.is_some_and(|tag| tag != held) {
                return Err(StoreError::Conflict);
            }
            let (from, size) = ((offset as usize).min(file.len()), file.len() as u64);
            let bytes = file[from..(from + length as usize).min(file.len())].to_vec();
            Ok(Some(Slice { bytes, size, tag: held.clone() }))
        })
        .await
    }

    async fn forget_file(&self, id: ImportId) -> Result<(), StoreError> {
        self.step(|desk, _| {
            desk.files.remove(&id);
            Ok(())
        })
        .await
    }

    async fn keep_rejected(&self, id: ImportId, offset: u64, csv: String) -> Result<(), StoreError> {
        self.step(|desk, _| {
            desk.rejected.insert((id, offset), csv);
            Ok(())
        })
        .await
    }

    async fn rejected(&self, id: ImportId, max: usize) -> Result<String, StoreError> {
        self.step(|desk, _| {
            let mut text = String::new();
            for (_, csv) in desk.rejected.iter().filter(|((import, _), _)| *import == id) {
                if text.len() + csv.len() > max {
                    break;
                }
                text.push_str(csv);
            }
            Ok(text)
        })
        .await
    }

    async fn forget_rows_of(&self, emails: &[Email]) -> Result<(), StoreError> {
        let names = Names::of(emails);
        self.step(|desk, _| {
            for csv in desk.rejected.values_mut() {
                if let Some(kept) = rejected::without(csv, &names) {
                    *csv = kept;
                }
            }
            desk.rejected.retain(|_, csv| !csv.is_empty());
            Ok(())
        })
        .await
    }

    async fn forget_files_of(&self, emails: &[Email], _: Time) -> Result<(), StoreError> {
        let names = Names::of(emails);
        self.step(|desk, _| {
            desk.files.retain(|_, (file, _)| !names.are_in(file));
            Ok(())
        })
        .await
    }
}

impl Enqueue for AtDesk {
    async fn enqueue(&self, queue: QueueName, mut messages: Vec<Outgoing>) -> Result<(), QueueError> {
        let sent = self.step(|desk, dying| {
            // Who dies while sending has sent some.
            let count = if dying { messages.len() / 2 } else { messages.len() };
            desk.queues.entry(queue).or_default().extend(messages.drain(..count));
            Ok(())
        });
        sent.await.map_err(|error| QueueError(error.into()))
    }

    async fn bury(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        let buried = self.step(|desk, _| {
            desk.dead.entry(queue).or_default().push(message);
            Ok(())
        });
        buried.await.map_err(|error| QueueError(error.into()))
    }
}

impl WatchQueues for AtDesk {
    async fn states(&self) -> Result<Vec<QueueState>, QueueError> {
        let desk = self.desk();
        let count =
            |queues: &BTreeMap<QueueName, Vec<Outgoing>>, name| queues.get(&name).map_or(0, |messages| messages.len() as u64);
        let state = |name| QueueState {
            name,
            waiting: count(&desk.queues, name),
            in_flight: 0,
            delayed: 0,
            dead: count(&desk.dead, name),
        };
        Ok(QueueName::ALL.map(state).to_vec())
    }

    async fn redrive(&self, queue: QueueName) -> Result<u64, QueueError> {
        let mut desk = self.desk();
        let letters = desk.dead.remove(&queue).unwrap_or_default();
        let count = letters.len() as u64;
        desk.queues.entry(queue).or_default().extend(letters);
        Ok(count)
    }
}

//! Files.

use std::future::Future;

use super::Stored;
use crate::email::Email;
use crate::ids::ImportId;

/// A stretch of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    pub bytes: Vec<u8>,
    /// Size of the whole file.
    pub size: u64,
    /// Identifies the content: equal files have equal tags.
    pub tag: String,
}

pub trait KeepUploads: Send + Sync + 'static {
    /// A URL to which the file can be PUT for one hour.
    fn upload_url(&self, id: ImportId) -> impl Future<Output = Stored<String>> + Send;
    /// Up to `length` bytes from `offset`; `None` when there is no file. With `tag`, [`super::StoreError::Conflict`] when the file
    /// is another by now.
    fn read(
        &self,
        id: ImportId,
        offset: u64,
        length: u64,
        tag: Option<&str>,
    ) -> impl Future<Output = Stored<Option<Slice>>> + Send;
    /// Deletes the file; it may be gone already.
    fn forget_file(&self, id: ImportId) -> impl Future<Output = Stored<()>> + Send;
    /// Keeps the rejected rows (CSV lines) of the stretch that begins at `offset`.
    fn keep_rejected(&self, id: ImportId, offset: u64, csv: String) -> impl Future<Output = Stored<()>> + Send;
    /// The rejected rows kept so far, in the order of the file, up to `max` bytes of whole stretches.
    fn rejected(&self, id: ImportId, max: usize) -> impl Future<Output = Stored<String>> + Send;
    /// Forgets everybody with one of these addresses: deletes the files of imports that name them, and their rejected rows.
    /// May be repeated.
    fn forget_rows_of(&self, emails: &[Email]) -> impl Future<Output = Stored<()>> + Send;
}

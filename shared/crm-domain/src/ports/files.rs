//! Files: what is uploaded, attached and exported, and the records of it.
//!
//! Records and objects are two things, kept by two adapters; whatever comes between the two may be done again.

use std::collections::BTreeMap;
use std::future::Future;

use super::{StoreError, Stored, Versioned};
use crate::attachment::{Attachment, Attachments};
use crate::audit::AuditEntry;
use crate::email::Email;
use crate::export::Export;
use crate::ids::{AttachmentId, CustomerId, ExportId, ImportId};
use crate::time::Time;

/// A stretch of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    pub bytes: Vec<u8>,
    /// Size of the whole file.
    pub size: u64,
    /// Identifies the content: equal files have equal tags.
    pub tag: String,
}

/// A URL that lets its bearer do one thing to one file, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUrl {
    pub url: String,
    /// Headers that a request to it must have; the length of the body comes by itself.
    pub headers: BTreeMap<String, String>,
    pub expires_at: Time,
}

pub trait KeepUploads: Send + Sync + 'static {
    /// A URL to which the file can be PUT for one hour.
    fn upload_url(&self, id: ImportId) -> impl Future<Output = Stored<String>> + Send;
    /// Up to `length` bytes from `offset`; `None` when there is no file. With `tag`, [`StoreError::Conflict`] when the file
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
    /// Takes everybody with one of these addresses out of the rejected rows. May be repeated.
    fn forget_rows_of(&self, emails: &[Email]) -> impl Future<Output = Stored<()>> + Send;
    /// Deletes files that were put before a moment and name one of these addresses: nobody has read them, or nobody will. May be
    /// repeated.
    fn forget_files_of(&self, emails: &[Email], before: Time) -> impl Future<Output = Stored<()>> + Send;
}

/// The records of attachments: all of one customer together.
pub trait KeepAttachments: Send + Sync + 'static {
    /// What is attached to a customer; version 0 when nothing ever was.
    fn attachments(&self, customer: CustomerId) -> impl Future<Output = Stored<Versioned<Attachments>>> + Send;
    /// Replaces version `version` (0: none). With `rests_on`, only while the customer still has this version: whoever has
    /// just been erased gets no new files. [`StoreError::Conflict`] when one of them has moved.
    fn put_attachments(
        &self,
        version: u64,
        attachments: &Attachments,
        rests_on: Option<u64>,
        audit: Option<&AuditEntry>,
    ) -> impl Future<Output = Stored<()>> + Send;
    /// Deletes all records of a customer; there may be none.
    fn forget_attachments(&self, customer: CustomerId) -> impl Future<Output = Stored<()>> + Send;
}

/// The files of attachments.
pub trait KeepAttachedFiles: Send + Sync + 'static {
    /// A URL for [`crate::attachment::UPLOAD_TIME`], to which this file can be PUT once: of this type and size, no other.
    fn attachment_upload(&self, customer: CustomerId, attachment: &Attachment) -> impl Future<Output = Stored<SignedUrl>> + Send;
    /// A URL for [`crate::attachment::DOWNLOAD_TIME`], from which the file is saved under its name.
    fn attachment_download(
        &self,
        customer: CustomerId,
        attachment: &Attachment,
    ) -> impl Future<Output = Stored<SignedUrl>> + Send;
    /// Whether the file has come.
    fn is_attached(&self, customer: CustomerId, id: AttachmentId) -> impl Future<Output = Stored<bool>> + Send;
    /// Deletes the file; it may never have come.
    fn delete_attached(&self, customer: CustomerId, id: AttachmentId) -> impl Future<Output = Stored<()>> + Send;
    /// Deletes all files of a customer but those that are `kept`. May be repeated; what an upload URL brings afterwards stays, so
    /// once more when the last of them has ended.
    fn forget_attached(&self, customer: CustomerId, kept: &[AttachmentId]) -> impl Future<Output = Stored<()>> + Send;
}

/// The records of exports.
pub trait KeepExports: Send + Sync + 'static {
    /// Stores a new export; one with this id that is there already stays as it is.
    fn create_export(&self, export: &Export, audit: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
    fn export(&self, id: ExportId) -> impl Future<Output = Stored<Option<Versioned<Export>>>> + Send;
    /// Replaces the export of version `version`; [`StoreError::Conflict`] when it is at another by now.
    fn update_export(&self, version: u64, export: &Export) -> impl Future<Output = Stored<()>> + Send;
}

/// Why a file could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Somebody has ended the upload, or put another part in the place of one of these.
    #[error("the upload has ended, or has other parts by now")]
    Broken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The files of exports, each of them put together from parts. Nobody sees a file that is not complete.
pub trait KeepExportFiles: Send + Sync + 'static {
    /// Begins an upload; its name. One that is never finished ends by itself.
    fn begin_export_file(&self, id: ExportId) -> impl Future<Output = Stored<String>> + Send;
    /// Puts part `number` (from 1) of an upload, in place of the one that was there; its tag. All parts but the last have at
    /// least [`crate::export::PART_BYTES`] bytes.
    fn put_export_part(
        &self,
        id: ExportId,
        upload: &str,
        number: u32,
        bytes: Vec<u8>,
    ) -> impl Future<Output = Result<String, FileError>> + Send;
    /// Makes a file of just these parts, the tags of which are given. May be repeated.
    fn finish_export_file(
        &self,
        id: ExportId,
        upload: &str,
        parts: &[String],
    ) -> impl Future<Output = Result<(), FileError>> + Send;
    /// Whether the file is there.
    fn has_export_file(&self, id: ExportId) -> impl Future<Output = Stored<bool>> + Send;
    /// A URL for [`crate::export::DOWNLOAD_TIME`], from which the file is saved under this name.
    fn export_download(&self, id: ExportId, name: &str) -> impl Future<Output = Stored<SignedUrl>> + Send;
    /// Ends all uploads of exports and deletes all of their files. May be repeated. Uploads that begin afterwards read
    /// customers as they are by then, so whoever is gone before this call is in no file after it.
    fn forget_exports(&self) -> impl Future<Output = Stored<()>> + Send;
}

//! The bucket: histories have no files, so there is nothing to read, and nothing is left of anybody.

use crm_domain::attachment::Attachment;
use crm_domain::email::Email;
use crm_domain::ids::{AttachmentId, CustomerId, ExportId, ImportId};
use crm_domain::ports::{FileError, KeepAttachedFiles, KeepExportFiles, KeepUploads, SignedUrl, Slice, StoreError};
use crm_domain::time::Time;

/// A bucket without files.
pub struct NoFiles;

type Stored<T> = Result<T, StoreError>;

fn nothing<T>() -> Stored<T> {
    Err(StoreError::Unavailable("histories have no files".into()))
}

impl KeepExportFiles for NoFiles {
    async fn begin_export_file(&self, _: ExportId) -> Stored<String> {
        nothing()
    }

    async fn put_export_part(&self, _: ExportId, _: &str, _: u32, _: Vec<u8>) -> Result<String, FileError> {
        Ok(nothing()?)
    }

    async fn finish_export_file(&self, _: ExportId, _: &str, _: &[String]) -> Result<(), FileError> {
        Ok(nothing()?)
    }

    async fn has_export_file(&self, _: ExportId) -> Stored<bool> {
        nothing()
    }

    async fn export_download(&self, _: ExportId, _: &str) -> Stored<SignedUrl> {
        nothing()
    }

    async fn forget_exports(&self) -> Stored<()> {
        Ok(())
    }
}

impl KeepAttachedFiles for NoFiles {
    async fn attachment_upload(&self, _: CustomerId, _: &Attachment) -> Stored<SignedUrl> {
        nothing()
    }

    async fn attachment_download(&self, _: CustomerId, _: &Attachment) -> Stored<SignedUrl> {
        nothing()
    }

    async fn is_attached(&self, _: CustomerId, _: AttachmentId) -> Stored<bool> {
        nothing()
    }

    async fn delete_attached(&self, _: CustomerId, _: AttachmentId) -> Stored<()> {
        nothing()
    }

    async fn forget_attached(&self, _: CustomerId, _: &[AttachmentId]) -> Stored<()> {
        Ok(())
    }
}

impl KeepUploads for NoFiles {
    async fn upload_url(&self, _: ImportId) -> Stored<String> {
        nothing()
    }

    async fn read(&self, _: ImportId, _: u64, _: u64, _: Option<&str>) -> Stored<Option<Slice>> {
        nothing()
    }

    async fn forget_file(&self, _: ImportId) -> Stored<()> {
        Ok(())
    }

    async fn keep_rejected(&self, _: ImportId, _: u64, _: String) -> Stored<()> {
        nothing()
    }

    async fn rejected(&self, _: ImportId, _: usize) -> Stored<String> {
        nothing()
    }

    async fn forget_rows_of(&self, _: &[Email]) -> Stored<()> {
        Ok(())
    }

    async fn forget_files_of(&self, _: &[Email], _: Time) -> Stored<()> {
        Ok(())
    }
}

//! The files of exports: `exports/ID.csv`, by multipart upload.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use crm_domain::export::DOWNLOAD_TIME;
use crm_domain::ids::ExportId;
use crm_domain::ports::{FileError, KeepExportFiles, SignedUrl, StoreError};

use crate::bucket::{S3Uploads, file_error};
use crate::error::corrupt;

const PREFIX: &str = "exports/";

impl KeepExportFiles for S3Uploads {
    async fn begin_export_file(&self, id: ExportId) -> Result<String, StoreError> {
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(key(id));
        let answer = request.content_type("text/csv; charset=utf-8").send().await.map_err(file_error)?;
        answer.upload_id.ok_or_else(|| corrupt("an upload has no id"))
    }

    async fn put_export_part(&self, id: ExportId, upload: &str, number: u32, bytes: Vec<u8>) -> Result<String, FileError> {
        let request = self.client.upload_part().bucket(&self.bucket).key(key(id)).upload_id(upload).part_number(number as i32);
        let answer = request.body(ByteStream::from(bytes)).send().await.map_err(part_error)?;
        Ok(answer.e_tag.ok_or_else(|| corrupt("a part has no tag"))?)
    }

    async fn finish_export_file(&self, id: ExportId, upload: &str, parts: &[String]) -> Result<(), FileError> {
        let numbered = (1..).zip(parts);
        let parts = numbered.map(|(number, tag)| CompletedPart::builder().part_number(number).e_tag(tag).build()).collect();
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(key(id)).upload_id(upload);
        request.multipart_upload(whole).send().await.map(|_| ()).map_err(part_error)
    }

    async fn has_export_file(&self, id: ExportId) -> Result<bool, StoreError> {
        self.exists(&key(id)).await
    }

    async fn export_download(&self, id: ExportId, name: &str) -> Result<SignedUrl, StoreError> {
        self.download(&key(id), name, DOWNLOAD_TIME).await
    }

    async fn forget_exports(&self) -> Result<(), StoreError> {
        // Uploads first: one that is finished meanwhile is a file by the time files are deleted.
        self.end_uploads().await?;
        self.delete_all_under(PREFIX, &[]).await
    }
}

impl S3Uploads {
    async fn end_uploads(&self) -> Result<(), StoreError> {
        let (mut key_marker, mut upload_marker) = (None, None);
        loop {
            let page = self.client.list_multipart_uploads().bucket(&self.bucket).prefix(PREFIX);
            let page = page.set_key_marker(key_marker).set_upload_id_marker(upload_marker).send().await.map_err(file_error)?;
            for upload in page.uploads() {
                let request = self.client.abort_multipart_upload().bucket(&self.bucket);
                let request = request.set_key(upload.key.clone()).set_upload_id(upload.upload_id.clone());
                match request.send().await {
                    Err(error) if error.code() != Some("NoSuchUpload") => return Err(file_error(error)),
                    _ => {}
                }
            }
            if !page.is_truncated().unwrap_or_default() {
                return Ok(());
            }
            (key_marker, upload_marker) = (page.next_key_marker, page.next_upload_id_marker);
        }
    }
}

fn key(id: ExportId) -> String {
    format!("{PREFIX}{id}.csv")
}

fn part_error<E>(error: SdkError<E>) -> FileError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error.code() {
        Some("NoSuchUpload" | "InvalidPart" | "InvalidPartOrder") => FileError::Broken,
        _ => file_error(error).into(),
    }
}

//! Uploaded files and the rows that were refused.
//!
//! `imports/ID/file.csv` is what people upload; what arrives there wakes the import worker. `rejected/ID/OFFSET.csv` is
//! kept beside it, where nothing listens.

use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use crm_domain::email::Email;
use crm_domain::ids::ImportId;
use crm_domain::import::naming::Names;
use crm_domain::import::rejected;
use crm_domain::ports::{KeepUploads, Slice, StoreError};
use crm_domain::time::Time;

use crate::bucket::{S3Uploads, file_error};
use crate::error::corrupt;

/// How long an upload URL is good.
const UPLOAD_TIME: Duration = Duration::from_hours(1);

impl KeepUploads for S3Uploads {
    async fn upload_url(&self, id: ImportId) -> Result<String, StoreError> {
        let expiry = PresigningConfig::expires_in(UPLOAD_TIME).map_err(corrupt)?;
        let request = self.client.put_object().bucket(&self.bucket).key(file_key(id)).presigned(expiry).await;
        Ok(request.map_err(file_error)?.uri().to_owned())
    }

    async fn read(&self, id: ImportId, offset: u64, length: u64, tag: Option<&str>) -> Result<Option<Slice>, StoreError> {
        let range = format!("bytes={offset}-{}", offset + length.max(1) - 1);
        let request = self.client.get_object().bucket(&self.bucket).key(file_key(id)).range(range);
        let answer = match request.set_if_match(tag.map(|tag| format!("\"{tag}\""))).send().await {
            Ok(answer) => answer,
            Err(error) => {
                return match error.code() {
                    Some("NoSuchKey" | "NotFound") => Ok(None),
                    // No range of an empty file can be had.
                    Some("InvalidRange") if offset == 0 => {
                        Ok(Some(Slice { bytes: Vec::new(), size: 0, tag: "empty".to_owned() }))
                    }
                    Some("PreconditionFailed") => Err(StoreError::Conflict),
                    _ => Err(file_error(error)),
                };
            }
        };
        let tag = answer.e_tag.as_deref().unwrap_or_default().trim_matches('"').to_owned();
        let whole = answer.content_range.as_deref().and_then(|range| range.rsplit('/').next()).and_then(|size| size.parse().ok());
        let bytes = answer.body.collect().await.map_err(|error| StoreError::Unavailable(Box::new(error)))?.to_vec();
        // Without a range in the answer it is the whole file.
        let size = whole.unwrap_or(bytes.len() as u64);
        Ok(Some(Slice { bytes, size, tag }))
    }

    async fn forget_file(&self, id: ImportId) -> Result<(), StoreError> {
        self.delete(&file_key(id)).await
    }

    async fn keep_rejected(&self, id: ImportId, offset: u64, csv: String) -> Result<(), StoreError> {
        // Fixed width, so that the keys sort as the stretches do.
        let key = format!("{}{offset:015}.csv", rejected_prefix(id));
        self.put_csv(&key, csv).await
    }

    async fn rejected(&self, id: ImportId, max: usize) -> Result<String, StoreError> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(rejected_prefix(id)).into_paginator().send();
        let mut text = String::new();
        while let Some(page) = pages.next().await {
            for object in page.map_err(file_error)?.contents.unwrap_or_default() {
                let size = object.size.and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
                let Some(key) = object.key.filter(|_| text.len() + size <= max) else { return Ok(text) };
                text.push_str(&self.text(&key).await?.unwrap_or_default());
            }
        }
        Ok(text)
    }

    async fn forget_rows_of(&self, emails: &[Email]) -> Result<(), StoreError> {
        let names = Names::of(emails);
        for (key, _) in self.keys("rejected/").await? {
            let kept = self.text(&key).await?.and_then(|lines| rejected::without(&lines, &names));
            match kept {
                Some(lines) if lines.is_empty() => self.delete(&key).await?,
                Some(lines) => self.put_csv(&key, lines).await?,
                None => {}
            }
        }
        Ok(())
    }

    async fn forget_files_of(&self, emails: &[Email], before: Time) -> Result<(), StoreError> {
        let names = Names::of(emails);
        for (key, put_at) in self.keys("imports/").await? {
            if put_at < before && self.is_named_in(&key, &names).await? {
                self.delete(&key).await?;
            }
        }
        Ok(())
    }
}

impl S3Uploads {
    /// Looks through a file of any size, piece by piece.
    async fn is_named_in(&self, key: &str, names: &Names) -> Result<bool, StoreError> {
        let Some(mut body) = self.body(key).await? else { return Ok(false) };
        let mut search = names.search();
        while let Some(bytes) = body.next().await {
            search.read(&bytes.map_err(|error| StoreError::Unavailable(Box::new(error)))?);
            if search.has_found() {
                return Ok(true);
            }
        }
        Ok(search.finish())
    }

    async fn put_csv(&self, key: &str, csv: String) -> Result<(), StoreError> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type("text/csv; charset=utf-8");
        request.body(ByteStream::from(csv.into_bytes())).send().await.map(|_| ()).map_err(file_error)
    }

    async fn text(&self, key: &str) -> Result<Option<String>, StoreError> {
        let Some(body) = self.body(key).await? else { return Ok(None) };
        let bytes = body.collect().await.map_err(|error| StoreError::Unavailable(Box::new(error)))?.into_bytes();
        String::from_utf8(bytes.into()).map(Some).map_err(corrupt)
    }

    /// The content of an object; `None` when it is gone.
    async fn body(&self, key: &str) -> Result<Option<ByteStream>, StoreError> {
        match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NotFound")) => Ok(None),
            Err(error) => Err(file_error(error)),
        }
    }
}

fn file_key(id: ImportId) -> String {
    format!("imports/{id}/file.csv")
}

fn rejected_prefix(id: ImportId) -> String {
    format!("rejected/{id}/")
}

//! Uploaded files and the rows that were refused, in one bucket.
//!
//! `imports/ID/file.csv` is what people upload; what arrives there wakes the import worker. `rejected/ID/OFFSET.csv` is
//! kept beside it, where nothing listens.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use crm_domain::ids::ImportId;
use crm_domain::ports::{KeepUploads, Slice, StoreError};

use crate::dynamo::{MissingVariable, variable};
use crate::error::corrupt;

/// How long an upload URL is good.
const UPLOAD_TIME: Duration = Duration::from_hours(1);

/// S3, and the name of the bucket (`UPLOADS_BUCKET`).
pub struct S3Uploads {
    client: Client,
    bucket: String,
}

impl S3Uploads {
    pub fn from_env(config: &aws_config::SdkConfig) -> Result<Self, MissingVariable> {
        let config = aws_sdk_s3::config::Builder::from(config)
            // An endpoint of one's own knows no host names of buckets.
            .force_path_style(config.endpoint_url().is_some())
            // Who uploads sends no checksum: it must not be part of what the URL demands.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        Ok(Self { client: Client::from_conf(config), bucket: variable("UPLOADS_BUCKET")? })
    }

    async fn text(&self, key: &str) -> Result<String, StoreError> {
        let answer = self.client.get_object().bucket(&self.bucket).key(key).send().await.map_err(file_error)?;
        let bytes = answer.body.collect().await.map_err(|error| StoreError::Unavailable(Box::new(error)))?.into_bytes();
        String::from_utf8(bytes.into()).map_err(corrupt)
    }
}

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

    async fn keep_rejected(&self, id: ImportId, offset: u64, csv: String) -> Result<(), StoreError> {
        // Fixed width, so that the keys sort as the stretches do.
        let key = format!("{}{offset:015}.csv", rejected_prefix(id));
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type("text/csv; charset=utf-8");
        request.body(ByteStream::from(csv.into_bytes())).send().await.map(|_| ()).map_err(file_error)
    }

    async fn rejected(&self, id: ImportId, max: usize) -> Result<String, StoreError> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(rejected_prefix(id)).into_paginator().send();
        let mut text = String::new();
        while let Some(page) = pages.next().await {
            for object in page.map_err(file_error)?.contents.unwrap_or_default() {
                let size = object.size.and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
                let Some(key) = object.key.filter(|_| text.len() + size <= max) else { return Ok(text) };
                text.push_str(&self.text(&key).await?);
            }
        }
        Ok(text)
    }
}

fn file_key(id: ImportId) -> String {
    format!("imports/{id}/file.csv")
}

fn rejected_prefix(id: ImportId) -> String {
    format!("rejected/{id}/")
}

fn file_error<E>(error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error.code() {
        Some("SlowDown" | "RequestLimitExceeded" | "Throttling") => StoreError::Throttled,
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

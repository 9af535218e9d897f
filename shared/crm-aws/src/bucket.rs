//! The bucket of all files, and what is done with its objects whatever they hold.
//!
//! Each kind has a prefix of its own, by which template.yaml says who may touch it and when it is deleted: `imports/` and
//! `rejected/` (`uploads.rs`).

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use crm_domain::ports::StoreError;

use crate::dynamo::{MissingVariable, variable};

/// S3, and the name of the bucket (`UPLOADS_BUCKET`).
pub struct S3Uploads {
    pub(crate) client: Client,
    pub(crate) bucket: String,
}

impl S3Uploads {
    pub fn from_env(config: &aws_config::SdkConfig) -> Result<Self, MissingVariable> {
        Ok(Self::new(config, variable("UPLOADS_BUCKET")?))
    }

    pub(crate) fn new(config: &aws_config::SdkConfig, bucket: String) -> Self {
        let config = aws_sdk_s3::config::Builder::from(config)
            // An endpoint of one's own knows no host names of buckets.
            .force_path_style(config.endpoint_url().is_some())
            // Who uploads sends no checksum: it must not be part of what the URL demands.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        Self { client: Client::from_conf(config), bucket }
    }

    /// Deletes an object; it may be gone already.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map(|_| ()).map_err(file_error)
    }

    /// The keys of all objects under a prefix.
    pub(crate) async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            keys.extend(page.map_err(file_error)?.contents.unwrap_or_default().into_iter().filter_map(|object| object.key));
        }
        Ok(keys)
    }
}

pub(crate) fn file_error<E>(error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error.code() {
        Some("SlowDown" | "RequestLimitExceeded" | "Throttling") => StoreError::Throttled,
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

//! The bucket of all files, and what is done with its objects whatever they hold.
//!
//! Each kind has a prefix of its own, by which template.yaml says who may touch it and when it is deleted: `imports/` and
//! `rejected/` (`uploads.rs`), `attachments/` (`attached.rs`), `exports/` (`exported.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use crm_domain::download::content_disposition;
use crm_domain::ports::{SignedUrl, StoreError};
use crm_domain::time::{SECOND, Time};

use crate::dynamo::{MissingVariable, variable};
use crate::error::corrupt;

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

    /// Whether there is such an object.
    pub(crate) async fn exists(&self, key: &str) -> Result<bool, StoreError> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(false),
            Err(error) => Err(file_error(error)),
        }
    }

    /// Deletes an object; it may be gone already.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.client.delete_object().bucket(&self.bucket).key(key).send().await.map(|_| ()).map_err(file_error)
    }

    /// The keys of all objects under a prefix, and when they were put.
    pub(crate) async fn keys(&self, prefix: &str) -> Result<Vec<(String, Time)>, StoreError> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            for object in page.map_err(file_error)?.contents.unwrap_or_default() {
                let put_at = object.last_modified.map_or(0, |at| at.secs());
                keys.extend(object.key.map(|key| (key, Time::from_micros(put_at * SECOND))));
            }
        }
        Ok(keys)
    }

    /// Deletes all objects under a prefix but those that are kept, a page at a time.
    pub(crate) async fn delete_all_under(&self, prefix: &str, kept: &[String]) -> Result<(), StoreError> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        while let Some(page) = pages.next().await {
            let objects = page.map_err(file_error)?.contents.unwrap_or_default();
            let keys = objects.into_iter().filter_map(|object| object.key).filter(|key| !kept.contains(key));
            let named = keys.map(|key| ObjectIdentifier::builder().key(key).build()).collect::<Result<Vec<_>, _>>();
            let named = named.map_err(corrupt)?;
            if named.is_empty() {
                continue;
            }
            let delete = Delete::builder().set_objects(Some(named)).quiet(true).build().map_err(corrupt)?;
            let answer = self.client.delete_objects().bucket(&self.bucket).delete(delete).send().await.map_err(file_error)?;
            // The request succeeds even when some of its deletions do not.
            if let Some(error) = answer.errors().first() {
                let code = error.code().unwrap_or("unknown");
                return Err(StoreError::Unavailable(format!("an object was not deleted: {code}").into()));
            }
        }
        Ok(())
    }

    /// A URL from which an object is saved under `name`.
    pub(crate) async fn download(&self, key: &str, name: &str, time: Duration) -> Result<SignedUrl, StoreError> {
        let expiry = PresigningConfig::expires_in(time).map_err(corrupt)?;
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let request = request.response_content_disposition(content_disposition(name)).presigned(expiry).await;
        Ok(signed(&request.map_err(file_error)?, time))
    }
}

/// A signed request as its sender needs it.
pub(crate) fn signed(request: &PresignedRequest, time: Duration) -> SignedUrl {
    // Every client says host and length by itself, and a browser lets no script say them.
    let named = request.headers().filter(|(name, _)| !matches!(*name, "host" | "content-length"));
    let headers: BTreeMap<String, String> = named.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    SignedUrl { url: request.uri().to_owned(), headers, expires_at: Time::now().plus(time.as_micros() as i64) }
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

#[cfg(test)]
pub(crate) mod tests {
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};

    use super::*;

    /// A bucket to which nothing is sent.
    pub(crate) fn bucket() -> S3Uploads {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-south-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials));
        S3Uploads::new(&config.build(), "files".to_owned())
    }

    #[tokio::test]
    async fn a_download_is_saved_under_its_name_and_never_shown() {
        let signed = bucket().download("exports/1.csv", "Big \"new\".csv", Duration::from_mins(5)).await.unwrap();
        assert!(signed.url.starts_with("https://files.s3.ap-south-1.amazonaws.com/exports/1.csv?"), "{}", signed.url);
        assert!(signed.url.contains("X-Amz-Expires=300") && signed.url.contains("X-Amz-SignedHeaders=host&"), "{}", signed.url);
        assert!(
            signed.url.contains("response-content-disposition=attachment%3B%20filename%3D%22Big%20_new_.csv%22"),
            "{}",
            signed.url
        );
        assert!(signed.headers.is_empty());
    }
}

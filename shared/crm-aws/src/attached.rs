//! The files of attachments: `attachments/CUSTOMER/ID`.
//!
//! Limits are kept by S3 itself: type and length are part of what an upload URL signs, and so is `If-None-Match: *`, by
//! which a file can come once and is never replaced.

use aws_sdk_s3::presigning::PresigningConfig;
use crm_domain::attachment::{Attachment, DOWNLOAD_TIME, UPLOAD_TIME};
use crm_domain::ids::{AttachmentId, CustomerId};
use crm_domain::ports::{KeepAttachedFiles, SignedUrl, StoreError};

use crate::bucket::{S3Uploads, file_error, signed};
use crate::error::corrupt;

impl KeepAttachedFiles for S3Uploads {
    async fn attachment_upload(&self, customer: CustomerId, attachment: &Attachment) -> Result<SignedUrl, StoreError> {
        let expiry = PresigningConfig::expires_in(UPLOAD_TIME).map_err(corrupt)?;
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key(customer, attachment.id))
            .content_type(attachment.content_type.as_str())
            .content_length(attachment.size as i64)
            .if_none_match("*")
            .presigned(expiry)
            .await;
        Ok(signed(&request.map_err(file_error)?, UPLOAD_TIME))
    }

    async fn attachment_download(&self, customer: CustomerId, attachment: &Attachment) -> Result<SignedUrl, StoreError> {
        self.download(&key(customer, attachment.id), &attachment.name, DOWNLOAD_TIME).await
    }

    async fn is_attached(&self, customer: CustomerId, id: AttachmentId) -> Result<bool, StoreError> {
        self.exists(&key(customer, id)).await
    }

    async fn delete_attached(&self, customer: CustomerId, id: AttachmentId) -> Result<(), StoreError> {
        self.delete(&key(customer, id)).await
    }

    async fn forget_attached(&self, customer: CustomerId, kept: &[AttachmentId]) -> Result<(), StoreError> {
        let kept: Vec<String> = kept.iter().map(|id| key(customer, *id)).collect();
        self.delete_all_under(&prefix(customer), &kept).await
    }
}

fn prefix(customer: CustomerId) -> String {
    format!("attachments/{customer}/")
}

fn key(customer: CustomerId, id: AttachmentId) -> String {
    format!("{}{id}", prefix(customer))
}

#[cfg(test)]
mod tests {
    use crm_domain::attachment::{AttachmentState, ContentType};
    use crm_domain::audit::Actor;
    use crm_domain::email::Email;
    use crm_domain::time::Time;

    use super::*;
    use crate::bucket::tests::bucket;

    #[tokio::test]
    async fn an_upload_url_demands_type_and_length_and_that_nothing_is_there() {
        let customer = CustomerId::of(&Email::parse("a@x.in").unwrap());
        let attachment = Attachment {
            id: AttachmentId::generate(),
            name: "a.pdf".into(),
            content_type: ContentType::Pdf,
            size: 1_234,
            uploaded_by: Actor { id: "u".into(), name: "u".into() },
            created_at: Time::now(),
            state: AttachmentState::Waiting,
        };
        let signed = bucket().attachment_upload(customer, &attachment).await.unwrap();
        let demanded = "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match";
        assert!(signed.url.contains(demanded), "{}", signed.url);
        assert!(signed.url.contains("X-Amz-Expires=900"), "{}", signed.url);
        let headers: Vec<(&str, &str)> = signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(headers, [("content-type", "application/pdf"), ("if-none-match", "*")]);
    }
}

//! Attachments in memory, records and files: what S3 promises of them holds here too.

use std::collections::BTreeMap;

use crm_domain::attachment::{Attachment, Attachments, DOWNLOAD_TIME, UPLOAD_TIME};
use crm_domain::audit::AuditEntry;
use crm_domain::download::content_disposition;
use crm_domain::ids::{AttachmentId, CustomerId};
use crm_domain::ports::{KeepAttachedFiles, KeepAttachments, SignedUrl, StoreError, Versioned};
use crm_domain::time::Time;

use crate::memory::Memory;

/// What [`Memory`] keeps of files.
#[derive(Default)]
pub(crate) struct Cabinet {
    attachments: BTreeMap<CustomerId, Versioned<Attachments>>,
    attached: BTreeMap<(CustomerId, AttachmentId), Vec<u8>>,
}

impl Memory {
    /// Uploads the file of an attachment, as a browser does past the API.
    pub fn attach(&self, customer: CustomerId, id: AttachmentId, bytes: &[u8]) {
        self.cabinet().attached.insert((customer, id), bytes.to_vec());
    }

    /// Number of files of attachments.
    pub fn attached(&self) -> usize {
        self.cabinet().attached.len()
    }

    /// Lets the records of a customer's attachments look as if they were so much older.
    pub fn age_attachments(&self, customer: CustomerId, micros: i64) {
        for file in self.cabinet().attachments.get_mut(&customer).into_iter().flat_map(|held| &mut held.record.files) {
            file.created_at = file.created_at.plus(-micros);
        }
    }
}

fn signed(path: &str, headers: &[(&str, &str)], micros: i64) -> SignedUrl {
    SignedUrl {
        url: format!("http://files.test/{path}"),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        expires_at: Time::now().plus(micros),
    }
}

impl KeepAttachments for Memory {
    async fn attachments(&self, customer: CustomerId) -> Result<Versioned<Attachments>, StoreError> {
        let none = || Versioned { version: 0, record: Attachments::none(customer) };
        Ok(self.cabinet().attachments.get(&customer).cloned().unwrap_or_else(none))
    }

    async fn put_attachments(
        &self,
        version: u64,
        attachments: &Attachments,
        rests_on: Option<u64>,
        audit: Option<&AuditEntry>,
    ) -> Result<(), StoreError> {
        let customer = attachments.customer;
        let stands = rests_on.is_none_or(|version| self.version_of(customer) == version);
        let mut cabinet = self.cabinet();
        if !stands || cabinet.attachments.get(&customer).map_or(0, |held| held.version) != version {
            return Err(StoreError::Conflict);
        }
        cabinet.attachments.insert(customer, Versioned { version: version + 1, record: attachments.clone() });
        drop(cabinet);
        if let Some(entry) = audit {
            self.tell(entry);
        }
        Ok(())
    }

    async fn forget_attachments(&self, customer: CustomerId) -> Result<(), StoreError> {
        self.cabinet().attachments.remove(&customer);
        Ok(())
    }
}

impl KeepAttachedFiles for Memory {
    async fn attachment_upload(&self, customer: CustomerId, file: &Attachment) -> Result<SignedUrl, StoreError> {
        let headers = [("content-type", file.content_type.as_str())];
        Ok(signed(&format!("attachments/{customer}/{}", file.id), &headers, UPLOAD_TIME.as_micros() as i64))
    }

    async fn attachment_download(&self, customer: CustomerId, file: &Attachment) -> Result<SignedUrl, StoreError> {
        let path = format!("attachments/{customer}/{}?{}", file.id, content_disposition(&file.name));
        Ok(signed(&path, &[], DOWNLOAD_TIME.as_micros() as i64))
    }

    async fn is_attached(&self, customer: CustomerId, id: AttachmentId) -> Result<bool, StoreError> {
        Ok(self.cabinet().attached.contains_key(&(customer, id)))
    }

    async fn delete_attached(&self, customer: CustomerId, id: AttachmentId) -> Result<(), StoreError> {
        self.cabinet().attached.remove(&(customer, id));
        Ok(())
    }

    async fn forget_attached(&self, customer: CustomerId) -> Result<(), StoreError> {
        self.cabinet().attached.retain(|(owner, _), _| *owner != customer);
        Ok(())
    }
}

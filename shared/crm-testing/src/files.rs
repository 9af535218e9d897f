//! Attachments and exports in memory, records and files: what S3 promises of them holds here too.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crm_domain::attachment::{Attachment, Attachments, DOWNLOAD_TIME, UPLOAD_TIME};
use crm_domain::audit::AuditEntry;
use crm_domain::download::content_disposition;
use crm_domain::export::{Export, PART_BYTES};
use crm_domain::ids::{AttachmentId, CustomerId, ExportId};
use crm_domain::ports::{
    FileError, KeepAttachedFiles, KeepAttachments, KeepExportFiles, KeepExports, SignedUrl, StoreError, Versioned,
};
use crm_domain::time::Time;

use crate::memory::Memory;

/// What [`Memory`] keeps of files.
#[derive(Default)]
pub(crate) struct Cabinet {
    attachments: BTreeMap<CustomerId, Versioned<Attachments>>,
    attached: BTreeMap<(CustomerId, AttachmentId), Vec<u8>>,
    exports: BTreeMap<ExportId, Versioned<Export>>,
    exported: BTreeMap<ExportId, Vec<u8>>,
    uploads: HashMap<String, Upload>,
    begun: usize,
    takes_small_parts: bool,
}

struct Upload {
    export: ExportId,
    /// Content and tag of each.
    parts: BTreeMap<u32, (Vec<u8>, String)>,
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

    /// The file of an export.
    pub fn exported(&self, id: ExportId) -> Option<String> {
        self.cabinet().exported.get(&id).map(|bytes| String::from_utf8(bytes.clone()).unwrap())
    }

    /// Number of uploads that were begun, and of those that are under way.
    pub fn uploads(&self) -> (usize, usize) {
        let cabinet = self.cabinet();
        (cabinet.begun, cabinet.uploads.len())
    }

    /// Lets files be put together from parts of any size.
    pub fn take_small_parts(&self) {
        self.cabinet().takes_small_parts = true;
    }
}

impl Memory {
    fn put_together(&self, id: ExportId, upload: &str, parts: &[String]) -> Result<(), FileError> {
        let mut cabinet = self.cabinet();
        let held = cabinet.uploads.get(upload).filter(|upload| upload.export == id).ok_or(FileError::Broken)?;
        let mut file = Vec::new();
        for (number, tag) in (1..).zip(parts) {
            let (bytes, _) = held.parts.get(&number).filter(|(_, held)| held == tag).ok_or(FileError::Broken)?;
            let is_last = number as usize == parts.len();
            assert!(
                is_last || cabinet.takes_small_parts || bytes.len() >= PART_BYTES,
                "S3 takes no part of {} bytes",
                bytes.len()
            );
            file.extend_from_slice(bytes);
        }
        cabinet.uploads.remove(upload);
        cabinet.exported.insert(id, file);
        Ok(())
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

    async fn forget_attached(&self, customer: CustomerId, kept: &[AttachmentId]) -> Result<(), StoreError> {
        self.cabinet().attached.retain(|(owner, id), _| *owner != customer || kept.contains(id));
        Ok(())
    }
}

impl KeepExports for Memory {
    async fn create_export(&self, export: &Export, audit: &AuditEntry) -> Result<(), StoreError> {
        if let Entry::Vacant(place) = self.cabinet().exports.entry(export.id) {
            place.insert(Versioned { version: 1, record: export.clone() });
            self.tell(audit);
        }
        Ok(())
    }

    async fn export(&self, id: ExportId) -> Result<Option<Versioned<Export>>, StoreError> {
        self.step().await?;
        Ok(self.cabinet().exports.get(&id).cloned())
    }

    async fn update_export(&self, version: u64, export: &Export) -> Result<(), StoreError> {
        self.step().await?;
        let mut cabinet = self.cabinet();
        let held = cabinet.exports.get_mut(&export.id).filter(|held| held.version == version).ok_or(StoreError::Conflict)?;
        *held = Versioned { version: version + 1, record: export.clone() };
        Ok(())
    }
}

impl KeepExportFiles for Memory {
    async fn begin_export_file(&self, id: ExportId) -> Result<String, StoreError> {
        self.step().await?;
        let mut cabinet = self.cabinet();
        cabinet.begun += 1;
        let name = format!("upload-{}", cabinet.begun);
        cabinet.uploads.insert(name.clone(), Upload { export: id, parts: BTreeMap::new() });
        Ok(name)
    }

    async fn put_export_part(&self, id: ExportId, upload: &str, number: u32, bytes: Vec<u8>) -> Result<String, FileError> {
        self.step().await?;
        let mut cabinet = self.cabinet();
        let upload = cabinet.uploads.get_mut(upload).filter(|upload| upload.export == id).ok_or(FileError::Broken)?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let tag = format!("{:x}", hasher.finish());
        upload.parts.insert(number, (bytes, tag.clone()));
        Ok(tag)
    }

    async fn finish_export_file(&self, id: ExportId, upload: &str, parts: &[String]) -> Result<(), FileError> {
        self.step().await?;
        self.put_together(id, upload, parts)?;
        // The answer may be lost.
        Ok(self.step().await?)
    }

    async fn has_export_file(&self, id: ExportId) -> Result<bool, StoreError> {
        Ok(self.cabinet().exported.contains_key(&id))
    }

    async fn export_download(&self, id: ExportId, name: &str) -> Result<SignedUrl, StoreError> {
        Ok(signed(&format!("exports/{id}.csv?{}", content_disposition(name)), &[], DOWNLOAD_TIME.as_micros() as i64))
    }

    async fn forget_exports(&self) -> Result<(), StoreError> {
        let mut cabinet = self.cabinet();
        cabinet.uploads.clear();
        cabinet.exported.clear();
        Ok(())
    }
}

//! The records of attachments in the App table: one item for each customer, of at most 50 files.

use crm_domain::attachment::Attachments;
use crm_domain::audit::AuditEntry;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{KeepAttachments, StoreError, Versioned};

use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::items::{Item, key, read_row, row};
use crate::transaction::{check_at, put_at};

const SORT: &str = "files";

impl KeepAttachments for Dynamo {
    async fn attachments(&self, customer: CustomerId) -> Result<Versioned<Attachments>, StoreError> {
        let found = self.app_item(&partition(customer), SORT).await?.map(read_row).transpose()?;
        Ok(found.unwrap_or_else(|| Versioned { version: 0, record: Attachments::none(customer) }))
    }

    async fn put_attachments(
        &self,
        version: u64,
        attachments: &Attachments,
        rests_on: Option<u64>,
        audit: Option<&AuditEntry>,
    ) -> Result<(), StoreError> {
        let item = row(&partition(attachments.customer), SORT, version + 1, attachments)?;
        let mut actions = vec![put_at(&self.app, item, version)?];
        if let Some(version) = rests_on {
            actions.push(check_at(&self.customers, key([("id", attachments.customer.to_string())]), version)?);
        }
        if let Some(entry) = audit {
            actions.push(self.audit_put(entry)?);
        }
        self.transact(actions).await
    }

    async fn forget_attachments(&self, customer: CustomerId) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.app).set_key(Some(item_key(customer)));
        request.send().await.map(|_| ()).map_err(store_error)
    }
}

fn partition(customer: CustomerId) -> String {
    format!("attachments#{customer}")
}

fn item_key(customer: CustomerId) -> Item {
    key([("pk", partition(customer)), ("sk", SORT.to_owned())])
}

#[cfg(test)]
mod tests {
    use crm_domain::attachment::{Attachment, AttachmentState, ContentType};
    use crm_domain::audit::Actor;
    use crm_domain::email::Email;
    use crm_domain::ids::AttachmentId;
    use crm_domain::time::Time;

    use super::*;

    #[test]
    fn attachments_read_as_they_were_written_and_fit_into_an_item() {
        let customer = CustomerId::of(&Email::parse("a@x.in").unwrap());
        let file = |_| Attachment {
            id: AttachmentId::generate(),
            name: "\u{10ffff}".repeat(200),
            content_type: ContentType::Docx,
            size: 10_485_760,
            uploaded_by: Actor { id: "u".repeat(255), name: "n".repeat(254) },
            created_at: Time::from_micros(1_700_000_000_000_000),
            state: AttachmentState::Stored,
        };
        let all = Attachments { customer, files: (0..50).map(file).collect() };
        assert!(serde_json::to_vec(&all).unwrap().len() < 200_000, "DynamoDB takes 400 KB");
        let item = row(&partition(customer), SORT, 3, &all).unwrap();
        assert_eq!(read_row::<Attachments>(item).unwrap(), Versioned { version: 3, record: all });
    }
}

//! (being written)
use crate::dynamo::Dynamo;
use crm_domain::message::Receipt;
use crm_domain::ports::StoreError;
impl Dynamo {
    pub(crate) async fn record_receipts(&self, _: &[Receipt]) -> Result<Vec<Receipt>, StoreError> {
        Ok(Vec::new())
    }
}

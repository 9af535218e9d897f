//! Settling those who have changed.

use crm_domain::did;
use crm_domain::ids::CustomerId;
use crm_domain::membership::Cause;
use crm_domain::ports::{Enqueue, PortError};
use crm_domain::time::Time;
use crm_lambda::memberships::{Keeper, Store, hand_on};

/// Settles customers. Those who cannot be settled now are handed to the segments queue, so that they hold up nobody.
///
/// # Errors
/// Storage or the queue does not answer; nothing is lost, since the batch comes again.
pub async fn settle<S: Store, Q: Enqueue>(keeper: &Keeper<S>, queue: &Q, customers: Vec<CustomerId>) -> Result<(), PortError> {
    let outcome = keeper.settle(&customers, Cause::Data, Time::now()).await?;
    did!(customers.changed = customers.len(), customers.handed_on = outcome.failed.len());
    Ok(hand_on(queue, &outcome.failed, Cause::Data).await?)
}

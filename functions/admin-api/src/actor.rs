//! On whose right a change rests.
//!
//! The gate believes for half a minute what it saw of a user. That is too long for what lasts: who was disabled in that time
//! would leave a key or a webhook behind.

use crm_domain::access::User;
use crm_domain::ports::{ReadAccess, Right, Versioned};
use crm_lambda::caller::Caller;
use crm_lambda::problem::Problem;

/// The caller as they are at this moment, still entitled to the operation.
pub async fn actor<S: ReadAccess>(store: &S, caller: &Caller) -> Result<Versioned<User>, Problem> {
    let found = store.user(&caller.user()?.id).await?.ok_or_else(Problem::unauthorized)?;
    let entitled = found.record.is_active() && caller.operation.permission.held_by(found.record.role);
    if entitled { Ok(found) } else { Err(Problem::forbidden()) }
}

/// The caller's right to the operation, for a change that is made on condition that they still have it.
pub async fn right<S: ReadAccess>(store: &S, caller: &Caller) -> Result<Right, Problem> {
    let Versioned { version, record } = actor(store, caller).await?;
    Ok((record.id, version))
}

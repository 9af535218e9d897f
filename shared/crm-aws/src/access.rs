//! Users, API keys and sessions in the Access table.

use aws_sdk_dynamodb::types::TransactWriteItem;
use crm_domain::access::{ApiKey, Session, User, UserId};
use crm_domain::ids::KeyId;
use crm_domain::ports::{AccessChange, KeepAccess, KeepSessions, Page, ReadAccess, Right, StoreError, Versioned};
use crm_domain::time::Time;
use uuid::Uuid;

use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::items::{Item, key, read_row, row, until};
use crate::partition::Partition;
use crate::transaction::{check_at, delete_at, put_at};

const USERS: &str = "user";
const KEYS: &str = "key";
/// The sort key of what is alone in its partition.
const ONLY: &str = "-";

impl ReadAccess for Dynamo {
    async fn user(&self, id: &UserId) -> Result<Option<Versioned<User>>, StoreError> {
        self.access_item(USERS, id.as_str()).await?.map(read_row).transpose()
    }

    async fn api_key(&self, id: KeyId) -> Result<Option<Versioned<ApiKey>>, StoreError> {
        self.access_item(KEYS, &id.to_string()).await?.map(read_row).transpose()
    }

    async fn note_key_use(&self, id: KeyId, at: Time) -> Result<(), StoreError> {
        self.note_use(&key_use(id), at).await
    }
}

impl KeepAccess for Dynamo {
    async fn users(&self, after: Option<String>, limit: usize) -> Result<Page<User>, StoreError> {
        let page = self.access_page(USERS, after, limit, true).await?;
        let users = page.items.into_iter().map(|item| read_row::<User>(item).map(|user| user.record));
        Ok(Page { items: users.collect::<Result<_, _>>()?, next: page.next })
    }

    async fn api_keys(&self, after: Option<String>, limit: usize) -> Result<Page<(ApiKey, Option<Time>)>, StoreError> {
        let page = self.access_page(KEYS, after, limit, false).await?;
        let keys = page.items.into_iter().map(|item| read_row::<ApiKey>(item).map(|key| key.record));
        let keys: Vec<ApiKey> = keys.collect::<Result<_, _>>()?;
        let mut uses = self.last_uses(keys.iter().map(|one| key_use(one.id)).collect()).await?;
        let items = keys.into_iter().map(|one| {
            let last = uses.remove(&key_use(one.id));
            (one, last)
        });
        Ok(Page { items: items.collect(), next: page.next })
    }

    async fn change_access(&self, change: &AccessChange) -> Result<(), StoreError> {
        let mut actions = Vec::new();
        for Versioned { version, record } in &change.users {
            actions.push(put_at(&self.access, row(USERS, record.id.as_str(), version + 1, record)?, *version)?);
        }
        for (id, version) in &change.removed {
            actions.push(delete_at(&self.access, user_key(id), *version)?);
        }
        for right in &change.unchanged {
            actions.push(self.right_check(right)?);
        }
        if let Some(Versioned { version, record }) = &change.key {
            actions.push(put_at(&self.access, row(KEYS, &record.id.to_string(), version + 1, record)?, *version)?);
        }
        if change.first_owner {
            actions.push(put_at(&self.access, row("first-owner", ONLY, 1, &true)?, 0)?);
        }
        if let Some(entry) = &change.audit {
            actions.push(self.audit_put(entry)?);
        }
        self.transact(actions).await
    }
}

impl KeepSessions for Dynamo {
    async fn session(&self, id: Uuid) -> Result<Option<Session>, StoreError> {
        let item = self.access_item(&session_partition(id), ONLY).await?;
        Ok(item.map(read_row).transpose()?.map(|session| session.record))
    }

    async fn begin_session(&self, session: &Session) -> Result<(), StoreError> {
        self.transact(vec![put_at(&self.access, session_item(session)?, 0)?]).await
    }

    async fn rotate_session(&self, session: &Session) -> Result<(), StoreError> {
        let before = u64::from(session.generation.saturating_sub(1));
        self.transact(vec![put_at(&self.access, session_item(session)?, before)?]).await
    }

    async fn end_session(&self, id: Uuid) -> Result<(), StoreError> {
        let key = key([("pk", session_partition(id)), ("sk", ONLY.to_owned())]);
        self.client.delete_item().table_name(&self.access).set_key(Some(key)).send().await.map(|_| ()).map_err(store_error)
    }
}

impl Dynamo {
    /// That whoever has the right is as they were.
    pub(crate) fn right_check(&self, (id, version): &Right) -> Result<TransactWriteItem, StoreError> {
        check_at(&self.access, user_key(id), *version)
    }

    async fn access_item(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        self.get(&self.access, key([("pk", pk.to_owned()), ("sk", sk.to_owned())])).await
    }

    async fn access_page(
        &self,
        pk: &str,
        after: Option<String>,
        limit: usize,
        ascending: bool,
    ) -> Result<Page<Item>, StoreError> {
        let partition = Partition { table: &self.access, index: None, key: ("pk", pk.to_owned()), sort: "sk", ascending };
        self.page(partition, after, limit).await
    }
}

fn user_key(id: &UserId) -> Item {
    key([("pk", USERS.to_owned()), ("sk", id.to_string())])
}

fn key_use(id: KeyId) -> String {
    format!("key-use#{id}")
}

fn session_partition(id: Uuid) -> String {
    format!("session#{id}")
}

/// A session's version is the generation of its token.
fn session_item(session: &Session) -> Result<Item, StoreError> {
    let mut item = row(&session_partition(session.id), ONLY, u64::from(session.generation), session)?;
    item.insert("expiresAt".to_owned(), until(session.expires_at));
    Ok(item)
}

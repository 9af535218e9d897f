//! Alarms of campaigns in the App table: for each kind one small partition, which `clock` reads each minute.
//!
//! Whoever claims an alarm marks it with their claim, and settles it on condition that the mark still stands. Everybody
//! else who sets it leaves another mark, or none.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use crm_domain::campaign::Campaign;
use crm_domain::ids::CampaignId;
use crm_domain::ports::{Alarm, KeepAlarms, StoreError};
use crm_domain::time::Time;
use crm_domain::world;
use uuid::Uuid;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, held, key, text, unless_conflict};
use crate::transaction::put;

/// Attempts to bring an alarm forward while others set it and take it away.
const ATTEMPTS: usize = 4;

impl KeepAlarms for Dynamo {
    async fn set_alarm(&self, alarm: Alarm, id: CampaignId, at: Option<Time>) -> Result<(), StoreError> {
        let Some(at) = at else {
            let delete = self.client.delete_item().table_name(&self.app).set_key(Some(alarm_key(alarm, id)));
            return delete.send().await.map(|_| ()).map_err(store_error);
        };
        let put = self.client.put_item().table_name(&self.app).set_item(Some(alarm_item(alarm, id, at)));
        put.send().await.map(|_| ()).map_err(store_error)
    }

    async fn bring_forward(&self, alarm: Alarm, id: CampaignId, at: Time) -> Result<(), StoreError> {
        let mark = [(":mark", world::fresh_id().to_string())];
        for _ in 0..ATTEMPTS {
            let values = [mark.clone(), [(":at", at.sortable())]].concat();
            let set = "SET dueAt = :at, mark = :mark";
            if self.change(alarm, id, set, "attribute_not_exists(pk) OR dueAt > :at", values).await? {
                return Ok(());
            }
            // It rings in time. Who is just settling it has looked before whatever this is about.
            if self.change(alarm, id, "SET mark = :mark", "attribute_exists(pk)", mark.to_vec()).await? {
                return Ok(());
            }
        }
        Err(StoreError::Conflict)
    }

    async fn alarms(&self, alarm: Alarm, until: Time) -> Result<Vec<(CampaignId, Time)>, StoreError> {
        let mut due = Vec::new();
        for mut item in self.app_partition(partition(alarm).to_owned(), None, false).await? {
            let at =
                text(item.remove("dueAt")).and_then(|at| Time::parse(&at).ok()).ok_or_else(|| corrupt("an alarm has no time"))?;
            let id =
                text(item.remove("sk")).and_then(|id| CampaignId::parse(&id)).ok_or_else(|| corrupt("an alarm of nothing"))?;
            due.extend((at <= until).then_some((id, at)));
        }
        Ok(due)
    }

    async fn claim_alarm(&self, alarm: Alarm, id: CampaignId, at: Time, again: Time) -> Result<Option<Uuid>, StoreError> {
        let claim = world::fresh_id();
        let values = vec![(":at", at.sortable()), (":again", again.sortable()), (":mark", claim.to_string())];
        let claimed = self.change(alarm, id, "SET dueAt = :again, mark = :mark", "dueAt = :at", values).await?;
        Ok(claimed.then_some(claim))
    }

    async fn settle_alarm(&self, alarm: Alarm, id: CampaignId, claim: Uuid, next: Option<Time>) -> Result<(), StoreError> {
        let mark = (":mark", claim.to_string());
        if let Some(next) = next {
            let values = vec![mark, (":next", next.sortable())];
            return self.change(alarm, id, "SET dueAt = :next", "mark = :mark", values).await.map(|_| ());
        }
        let delete = self.client.delete_item().table_name(&self.app).set_key(Some(alarm_key(alarm, id)));
        let delete = delete.condition_expression("mark = :mark").expression_attribute_values(mark.0, AttributeValue::S(mark.1));
        unless_conflict(delete.send().await.map_err(store_error))
    }
}

impl Dynamo {
    /// Changes an alarm on a condition; false when that does not hold.
    async fn change(
        &self,
        alarm: Alarm,
        id: CampaignId,
        set: &str,
        condition: &str,
        values: Vec<(&str, String)>,
    ) -> Result<bool, StoreError> {
        let mut update = self.client.update_item().table_name(&self.app).set_key(Some(alarm_key(alarm, id)));
        for (name, value) in values {
            update = update.expression_attribute_values(name, AttributeValue::S(value));
        }
        held(update.update_expression(set).condition_expression(condition).send().await.map_err(store_error))
    }

    /// The alarm of a campaign that begins later, as an action.
    pub(crate) fn alarm_put(&self, campaign: &Campaign) -> Result<Option<TransactWriteItem>, StoreError> {
        campaign.alarm().map(|at| put(&self.app, alarm_item(Alarm::Wake, campaign.id, at))).transpose()
    }
}

const fn partition(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::Recount => "recounts",
        Alarm::Wake => "wakes",
    }
}

fn alarm_key(alarm: Alarm, id: CampaignId) -> Item {
    key([("pk", partition(alarm).to_owned()), ("sk", id.to_string())])
}

fn alarm_item(alarm: Alarm, id: CampaignId, at: Time) -> Item {
    let mut item = alarm_key(alarm, id);
    item.insert("dueAt".to_owned(), AttributeValue::S(at.sortable()));
    item
}

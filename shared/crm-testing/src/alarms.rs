//! Alarms of campaigns in memory.

use std::collections::BTreeMap;

use crm_domain::ids::CampaignId;
use crm_domain::ports::{Alarm, KeepAlarms, StoreError};
use crm_domain::time::Time;
use uuid::Uuid;

use crate::memory::Memory;
use crate::reports::wrote;

/// When each alarm rings, and the mark of whoever set it last.
pub(crate) type Alarms = BTreeMap<(Alarm, CampaignId), (Time, Option<Uuid>)>;

impl Memory {
    /// When an alarm rings.
    pub fn alarm(&self, alarm: Alarm, id: CampaignId) -> Option<Time> {
        self.clockwork().get(&(alarm, id)).map(|(at, _)| *at)
    }
}

impl KeepAlarms for Memory {
    async fn set_alarm(&self, alarm: Alarm, id: CampaignId, at: Option<Time>) -> Result<(), StoreError> {
        self.step().await?;
        wrote(&at);
        match at {
            Some(at) => self.clockwork().insert((alarm, id), (at, None)),
            None => self.clockwork().remove(&(alarm, id)),
        };
        Ok(())
    }

    async fn bring_forward(&self, alarm: Alarm, id: CampaignId, at: Time) -> Result<(), StoreError> {
        self.step().await?;
        wrote(&at);
        let mut alarms = self.clockwork();
        let held = alarms.get(&(alarm, id)).map_or(at, |(held, _)| *held);
        alarms.insert((alarm, id), (held.min(at), Some(Uuid::now_v7())));
        Ok(())
    }

    async fn alarms(&self, alarm: Alarm, until: Time) -> Result<Vec<(CampaignId, Time)>, StoreError> {
        self.step().await?;
        let alarms = self.clockwork();
        let due = alarms.iter().filter(|((kind, _), (at, _))| *kind == alarm && *at <= until);
        Ok(due.map(|((_, id), (at, _))| (*id, *at)).collect())
    }

    async fn claim_alarm(&self, alarm: Alarm, id: CampaignId, at: Time, again: Time) -> Result<Option<Uuid>, StoreError> {
        self.step().await?;
        wrote(&at);
        let claim = Uuid::now_v7();
        let claimed = match self.clockwork().get_mut(&(alarm, id)) {
            Some(held) if held.0 == at => {
                *held = (again, Some(claim));
                Some(claim)
            }
            _ => None,
        };
        // Claimed, but nobody hears of it.
        self.step().await?;
        Ok(claimed)
    }

    async fn settle_alarm(&self, alarm: Alarm, id: CampaignId, claim: Uuid, next: Option<Time>) -> Result<(), StoreError> {
        self.step().await?;
        wrote(&next);
        let mut alarms = self.clockwork();
        if alarms.get(&(alarm, id)).is_some_and(|(_, mark)| *mark == Some(claim)) {
            match next {
                Some(at) => alarms.insert((alarm, id), (at, Some(claim))),
                None => alarms.remove(&(alarm, id)),
            };
        }
        Ok(())
    }
}

//! What is to be asked for of campaigns at a time of its own.

use std::future::Future;

use uuid::Uuid;

use super::Stored;
use crate::ids::CampaignId;
use crate::time::Time;

/// What an alarm is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alarm {
    /// A new report.
    Recount,
    /// To begin, or to write to those who are due by then. Launching something for later sets it, in the same write.
    Wake,
}

/// The alarms, one of each kind for a campaign. They ring until somebody claims them: `clock` asks, whoever does the work claims.
pub trait KeepAlarms: Send + Sync + 'static {
    /// Sets an alarm anew, whatever was set; `None`: it does not ring any more.
    fn set_alarm(&self, alarm: Alarm, id: CampaignId, at: Option<Time>) -> impl Future<Output = Stored<()>> + Send;
    /// Sees to it that an alarm rings at `at` at the latest. Whoever has claimed it meanwhile cannot settle it any more.
    fn bring_forward(&self, alarm: Alarm, id: CampaignId, at: Time) -> impl Future<Output = Stored<()>> + Send;
    /// The alarms that ring up to `until`, with their times.
    fn alarms(&self, alarm: Alarm, until: Time) -> impl Future<Output = Stored<Vec<(CampaignId, Time)>>> + Send;
    /// Claims an alarm that was set for `at`: until it is settled it rings again at `again`. `None` when it was set anew, or
    /// claimed, meanwhile.
    fn claim_alarm(
        &self,
        alarm: Alarm,
        id: CampaignId,
        at: Time,
        again: Time,
    ) -> impl Future<Output = Stored<Option<Uuid>>> + Send;
    /// Sets a claimed alarm for its next time, if there is one; one that was set anew or brought forward meanwhile stays.
    fn settle_alarm(
        &self,
        alarm: Alarm,
        id: CampaignId,
        claim: Uuid,
        next: Option<Time>,
    ) -> impl Future<Output = Stored<()>> + Send;
}

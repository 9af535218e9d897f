//! The delivery queue's messages: the steps by which a campaign gets from its launch to its last recipient.
//!
//! Every step may be delivered twice, late, or again after a crash half-way: each looks at what is stored first and then
//! does what is left.

use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::cost::Work;
use crate::ids::{CampaignId, CustomerId};
use crate::time::Time;

/// One step of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all_fields = "camelCase")]
pub enum Task {
    /// Freeze the audience found in one part of the scan of all customers.
    #[serde(rename = "plan.v1")]
    Plan {
        campaign: CampaignId,
        part: u32,
        /// Where the scan goes on; absent at its start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<CustomerId>,
        /// Recipients queued by this part so far.
        #[serde(default)]
        queued: u32,
    },
    /// Write to those who are still queued in some shards of the log, `first` to `last`.
    #[serde(rename = "deliver.v1")]
    Deliver {
        campaign: CampaignId,
        first: u32,
        last: u32,
        /// When the round ends of which it is: whoever is left then is handed out again. Absent where it sees to them itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// Make deliveries for everyone who is still queued, once the campaign has moved on from version `since`.
    #[serde(rename = "spread.v1")]
    Spread { campaign: CampaignId, since: u64 },
    /// Begin, or make deliveries for everyone who is due by now, as the alarm says that was set for `alarm`.
    #[serde(rename = "wake.v1")]
    Wake { campaign: CampaignId, alarm: Time },
    /// Make a new report of the campaign.
    #[serde(rename = "recount.v1")]
    Recount {
        campaign: CampaignId,
        /// The recount that goes on; absent where one is to begin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<Uuid>,
        /// When somebody asked for it: a report from after that is good enough.
        asked_at: Time,
    },
    /// End the test phase when its time has come: the variant that did best goes to the rest.
    #[serde(rename = "decide.v1")]
    Decide {
        campaign: CampaignId,
        /// Since when this waits for a report of the test phase; absent while it does not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_at: Option<Time>,
    },
}

/// One step of a campaign on its queue.
pub type Step = crate::step::Step<Task>;

impl Task {
    #[must_use]
    pub const fn campaign(&self) -> CampaignId {
        match self {
            Self::Plan { campaign, .. }
            | Self::Deliver { campaign, .. }
            | Self::Spread { campaign, .. }
            | Self::Wake { campaign, .. }
            | Self::Recount { campaign, .. }
            | Self::Decide { campaign, .. } => *campaign,
        }
    }

    /// What it is for, where it is told what was used.
    #[must_use]
    pub const fn work(&self) -> Work {
        match self {
            Self::Plan { .. } | Self::Spread { .. } | Self::Wake { .. } => Work::Planning,
            Self::Deliver { .. } | Self::Decide { .. } => Work::Delivery,
            Self::Recount { .. } => Work::Recounts,
        }
    }

    /// The body of the queue message for its first try.
    #[must_use]
    pub fn body(&self) -> String {
        Step { task: self.clone(), attempt: 0 }.body()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_survive_their_queue() {
        let campaign = CampaignId::generate();
        for task in [
            Task::Plan { campaign, part: 3, after: None, queued: 0 },
            Task::Deliver { campaign, first: 0, last: 9, until: None },
            Task::Deliver { campaign, first: 0, last: 9, until: Some(Time::from_micros(1)) },
            Task::Spread { campaign, since: 7 },
            Task::Wake { campaign, alarm: Time::from_micros(1) },
            Task::Recount { campaign, run: None, asked_at: Time::from_micros(1) },
            Task::Recount { campaign, run: Some(Uuid::now_v7()), asked_at: Time::from_micros(1) },
            Task::Decide { campaign, asked_at: None },
            Task::Decide { campaign, asked_at: Some(Time::from_micros(1)) },
        ] {
            let step = Step { task, attempt: 2 };
            assert_eq!(Step::parse(&step.body()), Ok(step));
        }
        assert!(Step::parse(r#"{"task":"plan.v9"}"#).is_err());
    }
}

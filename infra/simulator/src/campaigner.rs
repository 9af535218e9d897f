//! Whoever launches campaigns, by the API, and holds, resumes and cancels them.

use std::sync::Arc;
use std::time::Duration;

use crm_domain::time::SECOND;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::client::{Answered, Client};
use crate::cloud::Cloud;
use crate::editor::Editor;
use crate::functions::campaigns_api;
use crate::world;

/// Campaigns of one history, at most.
const CAMPAIGNS: u32 = 3;

/// Somebody with campaigns.
pub struct Campaigner {
    client: Client,
    editor: Editor,
    chance: StdRng,
    /// What has been launched.
    pub launched: Vec<Launched>,
}

/// A campaign that was launched.
#[derive(Debug, Clone)]
pub struct Launched {
    pub id: String,
    /// What the addresses of its audience begin with.
    pub prefix: &'static str,
    /// Whether nobody may get more than one message, whichever campaign it is of.
    pub is_capped: bool,
    /// Whether somebody wanted it cancelled: the answer does not always say whether it was.
    pub may_be_cancelled: bool,
    /// Whether it was to begin later.
    pub is_scheduled: bool,
}

impl Campaigner {
    /// Somebody who does what `seed` says.
    #[must_use]
    pub fn new(cloud: &Arc<Cloud>, seed: u64) -> Self {
        let client = Client::new(cloud, "CampaignsApiFunction", campaigns_api);
        Self { client, editor: Editor::new(cloud, seed), chance: StdRng::seed_from_u64(seed), launched: Vec::new() }
    }

    /// Launches one campaign after the other, and changes their minds about some.
    pub async fn work(&mut self) {
        let is_capped = self.chance.random();
        let prefix = if self.chance.random() { "p" } else { "p1" };
        let rules = json!({"combinator": "and", "rules": [{"field": "email", "operator": "beginsWith", "value": prefix}]});
        let Some(segment) = self.editor.create_by(0, rules).await else { return };
        for number in 0..self.chance.random_range(1..=CAMPAIGNS) {
            self.wait(0..20_000).await;
            let mut body = json!({
                "name": format!("c{number}"), "segmentId": segment, "channel": "email",
                "variants": [{"subject": "News", "body": "Hello {{name|default(\"there\")}}"}],
            });
            if is_capped {
                body["caps"] = json!({"messages": 1, "days": 2});
            }
            let is_scheduled = self.chance.random_ratio(1, 3);
            if is_scheduled {
                let ahead = self.chance.random_range(5..90) * SECOND;
                body["scheduledAt"] = json!(world::now().plus(ahead));
            }
            let key = format!("launch-{number}");
            let Answered { status, body: told } = self.client.ask("POST", "/api/campaigns", Some(&body), &key).await;
            let Some(id) = told["id"].as_str().filter(|_| status == 202) else { continue };
            self.launched.push(Launched { id: id.to_owned(), prefix, is_capped, may_be_cancelled: false, is_scheduled });
            if self.chance.random_ratio(1, 3) {
                self.hold(number, id).await;
            }
        }
    }

    async fn hold(&mut self, number: u32, id: &str) {
        self.wait(0..10_000).await;
        self.steer(id, "pause", &format!("pause-{number}")).await;
        self.wait(0..20_000).await;
        let cancels = self.chance.random_ratio(1, 3);
        if let Some(launched) = self.launched.last_mut() {
            launched.may_be_cancelled = cancels;
        }
        self.steer(id, if cancels { "cancel" } else { "resume" }, &format!("go-on-{number}")).await;
    }

    /// Pauses, resumes or cancels a campaign, if that can be done by now.
    pub async fn steer(&self, id: &str, verb: &str, key: &str) {
        self.client.ask("POST", &format!("/api/campaigns/{id}/{verb}"), None::<&Value>, key).await;
    }

    async fn wait(&mut self, millis: std::ops::Range<u64>) {
        let pause = self.chance.random_range(millis);
        sleep(Duration::from_millis(pause)).await;
    }
}

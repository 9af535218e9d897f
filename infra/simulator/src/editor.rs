//! Whoever makes, changes and deletes segments, by the API, while everything else goes on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::client::{Answered, Client};
use crate::cloud::Cloud;
use crate::functions::segments_api;

/// Things that are asked for in one history, at most.
const WISHES: u32 = 4;

/// Somebody with segments.
pub struct Editor {
    client: Client,
    chance: StdRng,
    /// The rules that each segment has, as far as somebody was told; none where it was deleted.
    pub kept: BTreeMap<String, Option<Value>>,
}

impl Editor {
    /// Somebody who does what `seed` says.
    #[must_use]
    pub fn new(cloud: &Arc<Cloud>, seed: u64) -> Self {
        let client = Client::new(cloud, "SegmentsApiFunction", segments_api);
        Self { client, chance: StdRng::seed_from_u64(seed), kept: BTreeMap::new() }
    }

    /// Asks for one thing after the other.
    pub async fn work(&mut self) {
        for number in 0..self.chance.random_range(1..=WISHES) {
            let pause = self.chance.random_range(0..30_000);
            sleep(Duration::from_millis(pause)).await;
            let there: Vec<String> = self.kept.iter().filter(|(_, rules)| rules.is_some()).map(|(id, _)| id.clone()).collect();
            let chosen = there.choose(&mut self.chance).cloned();
            match (self.chance.random_range(0..6), chosen) {
                (0..2, Some(id)) => self.change(number, &id, &there).await,
                (2, Some(id)) => self.delete(number, id).await,
                _ => self.create(number, &there).await,
            }
        }
    }

    /// Makes one segment, of these rules; its id.
    pub async fn create_by(&mut self, number: u32, rules: Value) -> Option<String> {
        let body = json!({"name": format!("s{number}"), "rules": rules});
        let Answered { status, body: told } = self.client.ask("POST", "/api/segments", Some(&body), &format!("k{number}")).await;
        let id = told["id"].as_str().filter(|_| status == 201)?;
        self.kept.insert(id.to_owned(), Some(rules));
        Some(id.to_owned())
    }

    async fn create(&mut self, number: u32, there: &[String]) {
        let rules = rules(&mut self.chance, there);
        self.create_by(number, rules).await;
    }

    async fn change(&mut self, number: u32, id: &str, there: &[String]) {
        let others: Vec<String> = there.iter().filter(|other| *other != id).cloned().collect();
        let rules = rules(&mut self.chance, &others);
        let body = json!({"rules": rules});
        let answered = self.client.ask("PATCH", &format!("/api/segments/{id}"), Some(&body), &format!("k{number}")).await;
        // Rules that lead back to the segment itself are refused.
        if answered.status == 200 {
            self.kept.insert(id.to_owned(), Some(rules));
        }
    }

    async fn delete(&mut self, number: u32, id: String) {
        let answered = self.client.ask("DELETE", &format!("/api/segments/{id}"), None, &format!("k{number}")).await;
        // One that others name stays; one that is not there any more was deleted by an attempt before.
        if matches!(answered.status, 204 | 404) {
            self.kept.insert(id, None);
        }
    }
}

/// Rules of one or two conditions; most of them change by time alone.
fn rules(chance: &mut StdRng, others: &[String]) -> Value {
    let conditions = (0..chance.random_range(1..=2)).map(|_| condition(chance, others)).collect::<Vec<_>>();
    json!({"combinator": if chance.random() { "and" } else { "or" }, "not": chance.random_ratio(1, 5), "rules": conditions})
}

fn condition(chance: &mut StdRng, others: &[String]) -> Value {
    let back = ["P7D", "P30D"].choose(chance);
    match chance.random_range(0..12) {
        0 => json!({"field": "orderCount", "operator": ">=", "value": chance.random_range(1..4)}),
        1 => json!({"field": "totalSpend", "operator": ">", "value": chance.random_range(0..600)}),
        2 => json!({"field": "tags", "operator": "contains", "value": "vip"}),
        3..6 => json!({"field": "lastOrderAt", "operator": "within", "value": back}),
        6 => json!({"field": "lastActiveAt", "operator": "notWithin", "value": back}),
        7 => json!({"field": "orderCount", "operator": ">=", "value": 1, "within": back}),
        8..11 => json!({"field": "firstOrderAt", "operator": "within", "value": back}),
        _ => match others.choose(chance) {
            Some(other) => json!({"field": "segment", "operator": "in", "value": [other]}),
            None => json!({"field": "city", "operator": "=", "value": "Pune"}),
        },
    }
}

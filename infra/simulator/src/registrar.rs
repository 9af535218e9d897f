//! Whoever says, by the API, that two customers are one, and that one is to be forgotten.

use std::sync::Arc;
use std::time::Duration;

use crm_domain::email::Email;
use crm_domain::ids::CustomerId;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use tokio::time::sleep;

use crate::client::Client;
use crate::cloud::Cloud;
use crate::functions::customers_api;
use crate::workload;

/// Things that are asked for in one history, at most.
const WISHES: u32 = 8;

/// Somebody who looks after the list of customers.
pub struct Registrar {
    client: Client,
    chance: StdRng,
    /// What they asked for, and were told.
    pub kept: Kept,
}

/// What was asked for, and answered.
#[derive(Debug, Default)]
pub struct Kept {
    /// Pairs that were to be one, whatever was answered.
    pub asked: Vec<(CustomerId, CustomerId)>,
    /// Those of which it was said that they are.
    pub merged: Vec<(CustomerId, CustomerId)>,
    /// Those of whom it was said that they are erased.
    pub erased: Vec<CustomerId>,
}

impl Registrar {
    /// Somebody who does what `seed` says.
    #[must_use]
    pub fn new(cloud: &Arc<Cloud>, seed: u64) -> Self {
        let client = Client::new(cloud, "CustomersApiFunction", customers_api);
        Self { client, chance: StdRng::seed_from_u64(seed), kept: Kept::default() }
    }

    /// Asks for one thing after the other.
    pub async fn work(&mut self) {
        for number in 0..self.chance.random_range(2..=WISHES) {
            let pause = self.chance.random_range(0..25_000);
            sleep(Duration::from_millis(pause)).await;
            let (one, other) = (self.somebody(), self.somebody());
            if one != other && self.chance.random() {
                self.merge(number, one, other).await;
            } else {
                self.erase(number, one).await;
            }
        }
    }

    fn somebody(&mut self) -> CustomerId {
        let number = self.chance.random_range(0..workload::ACQUAINTANCES);
        identity(number)
    }

    async fn merge(&mut self, number: u32, into: CustomerId, from: CustomerId) {
        self.kept.asked.push((into, from));
        let body = json!({"from": from.to_string()});
        let path = format!("/api/customers/{into}/merge");
        // Nobody may be known by one of these ids yet, or both may be one by now.
        if self.client.ask("POST", &path, Some(&body), &format!("m{number}")).await.status == 200 {
            self.kept.merged.push((into, from));
        }
    }

    async fn erase(&mut self, number: u32, who: CustomerId) {
        let path = format!("/api/customers/{who}");
        if self.client.ask("DELETE", &path, None, &format!("x{number}")).await.status == 204 {
            self.kept.erased.push(who);
        }
    }
}

/// By which id somebody is known.
///
/// # Panics
/// Their address is none.
#[must_use]
pub fn identity(number: u32) -> CustomerId {
    CustomerId::of(&Email::parse(&workload::email(number)).expect("an address"))
}

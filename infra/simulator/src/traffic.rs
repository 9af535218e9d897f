//! Who says what is said in a history: shops by the API, and integrations that write to the queues themselves.

use std::sync::Arc;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::join;

use crate::cloud::Cloud;
use crate::crm::Crm;
use crate::shop::{Shops, Told};
use crate::workload::Said;

/// Shops that say things at the same time.
const SHOPS: usize = 2;

/// Everything that is said, by whom.
pub struct Traffic {
    shops: Shops,
    /// The share of each shop.
    shares: Vec<Vec<Said>>,
    /// What one of them says at once.
    bulk: Vec<Said>,
    /// What is put on the queues.
    fed: Vec<Said>,
}

impl Traffic {
    /// Shares out what is said, `bulk` at once: two thirds of it to shops.
    #[must_use]
    pub fn shared_out(cloud: &Arc<Cloud>, said: Vec<Said>, bulk: Vec<Said>, chance: &mut StdRng) -> Self {
        let mut shares = vec![Vec::new(); SHOPS];
        let mut fed = Vec::new();
        for one in said {
            match shares.get_mut(chance.random_range(0..=SHOPS)).filter(|_| Shops::can_say(&one)) {
                Some(share) => share.push(one),
                None => fed.push(one),
            }
        }
        Self { shops: Shops::new(cloud), shares, bulk, fed }
    }

    /// All of it is put on the queues.
    #[must_use]
    pub fn fed(cloud: &Arc<Cloud>, said: Vec<Said>) -> Self {
        Self { shops: Shops::new(cloud), shares: Vec::new(), bulk: Vec::new(), fed: said }
    }

    /// Has it said.
    pub async fn flow(&self, crm: &Crm, seconds: u64, chance: &mut StdRng) {
        let mut fresh = || StdRng::seed_from_u64(chance.random());
        let shares = self.shares.iter().map(|share| (share, fresh())).collect::<Vec<_>>();
        let shops = shares.into_iter().map(|(share, chance)| self.shops.say(share, seconds, chance));
        let mut own = fresh();
        join!(join_all(shops), self.shops.say_at_once(&self.bulk), crm.say(&self.fed, seconds, &mut own));
    }

    /// What was put on the queues, and what the shops were told, once nobody says anything any more.
    #[must_use]
    pub fn end(self) -> (Vec<Said>, Told) {
        (self.fed, self.shops.end())
    }
}

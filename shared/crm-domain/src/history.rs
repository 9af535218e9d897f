//! A customer's orders in small: what sums, windows and purchase rules need, kept packed on the customer.
//!
//! One entry per order, without its id: entries are a multiset, so taking an order out again needs only its values.
//! About ten bytes per order without items, so a scan for an audience needs no second table.

use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::time::Time;

/// An article as it stood on an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Product {
    pub sku: String,
    pub name: String,
}

/// One order as far as rules can see it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Purchase {
    pub at: Time,
    pub total: Money,
    /// False for cancelled and refunded orders, which leave every sum and window.
    pub counts: bool,
    /// Indices into [`History::products`], ascending.
    products: Vec<u32>,
}

impl Purchase {
    /// What was bought, as indices into [`History::products`], ascending.
    #[must_use]
    pub fn product_indices(&self) -> &[u32] {
        &self.products
    }
}

/// All orders of one customer, ascending in time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    products: Vec<Product>,
    purchases: Vec<Purchase>,
}

/// What the counting orders add up to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    pub order_count: u64,
    pub total_spend: Money,
    pub first_order_at: Option<Time>,
    pub last_order_at: Option<Time>,
}

impl History {
    /// Adds an order. `products` may repeat.
    pub fn add(&mut self, at: Time, total: Money, counts: bool, products: impl IntoIterator<Item = Product>) {
        let mut indices: Vec<u32> = products.into_iter().map(|product| self.index_of(product)).collect();
        indices.sort_unstable();
        indices.dedup();
        let purchase = Purchase { at, total, counts, products: indices };
        let place = self.purchases.partition_point(|held| *held <= purchase);
        self.purchases.insert(place, purchase);
    }

    /// Takes one order with exactly these values out; false when there is none.
    pub fn remove(&mut self, at: Time, total: Money, counts: bool, products: impl IntoIterator<Item = Product>) -> bool {
        let mut indices: Vec<u32> = products.into_iter().map(|product| self.index_of(product)).collect();
        indices.sort_unstable();
        indices.dedup();
        let sought = Purchase { at, total, counts, products: indices };
        match self.purchases.iter().position(|held| *held == sought) {
            Some(place) => {
                self.purchases.remove(place);
                true
            }
            None => false,
        }
    }

    /// Every order, also those that do not count, ascending in time.
    #[must_use]
    pub fn purchases(&self) -> &[Purchase] {
        &self.purchases
    }

    /// The counting orders, ascending in time.
    #[must_use]
    pub fn counting(&self) -> impl DoubleEndedIterator<Item = &Purchase> {
        self.purchases.iter().filter(|purchase| purchase.counts)
    }

    /// The articles of one order.
    pub fn products_of<'a>(&'a self, purchase: &'a Purchase) -> impl Iterator<Item = &'a Product> {
        purchase.products.iter().filter_map(|index| self.products.get(*index as usize))
    }

    /// Every article named by any order, in no particular order.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The latest order of any status.
    #[must_use]
    pub fn latest(&self) -> Option<Time> {
        self.purchases.last().map(|purchase| purchase.at)
    }

    #[must_use]
    pub fn sums(&self) -> Sums {
        self.counting().fold(Sums::default(), |mut sums, purchase| {
            sums.order_count += 1;
            sums.total_spend = sums.total_spend.plus(purchase.total);
            sums.first_order_at = sums.first_order_at.or(Some(purchase.at));
            sums.last_order_at = Some(purchase.at);
            sums
        })
    }

    /// Roughly the size of the packed form, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let products: usize = self.products.iter().map(|product| product.sku.len() + product.name.len() + 4).sum();
        products + self.purchases.iter().map(|purchase| 16 + 2 * purchase.products.len()).sum::<usize>()
    }

    /// A compact form for storage; the first byte is its version.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut canonical = self.clone();
        canonical.canonicalise();
        let mut bytes = vec![PACKED_V1];
        bytes.extend(postcard::to_stdvec(&canonical).unwrap_or_default());
        bytes
    }

    /// The reverse of [`History::pack`]; `None` for bytes that it did not make.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&PACKED_V1, rest) => postcard::from_bytes(rest).ok(),
            _ => None,
        }
    }

    fn index_of(&mut self, product: Product) -> u32 {
        let index = self.products.iter().position(|held| *held == product).unwrap_or_else(|| {
            self.products.push(product);
            self.products.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Sorts the articles and drops unused ones, so that equal histories have equal bytes whatever the way to them.
    fn canonicalise(&mut self) {
        let mut used: Vec<u32> = self.purchases.iter().flat_map(|purchase| purchase.products.iter().copied()).collect();
        used.sort_unstable();
        used.dedup();
        used.sort_by(|a, b| self.products.get(*a as usize).cmp(&self.products.get(*b as usize)));
        let place = |old: u32| used.iter().position(|index| *index == old).unwrap_or_default();
        for purchase in &mut self.purchases {
            for index in &mut purchase.products {
                *index = u32::try_from(place(*index)).unwrap_or(u32::MAX);
            }
            purchase.products.sort_unstable();
        }
        self.products = used.iter().filter_map(|index| self.products.get(*index as usize).cloned()).collect();
        self.purchases.sort();
    }
}

const PACKED_V1: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn product(sku: &str) -> Product {
        Product { sku: sku.into(), name: sku.to_uppercase() }
    }

    #[test]
    fn adding_and_removing_in_any_order_gives_the_same_bytes() {
        let (early, late) = (Time::from_micros(1), Time::from_micros(2));
        let mut one = History::default();
        one.add(late, Money::from_minor(5), true, [product("b"), product("a"), product("a")]);
        one.add(early, Money::from_minor(7), false, [product("z")]);
        one.add(early, Money::from_minor(9), true, []);
        assert!(one.remove(early, Money::from_minor(7), false, [product("z")]));
        assert!(!one.remove(early, Money::from_minor(7), false, [product("z")]));
        let mut two = History::default();
        two.add(early, Money::from_minor(9), true, []);
        two.add(late, Money::from_minor(5), true, [product("a"), product("b")]);
        assert_eq!(one.pack(), two.pack());
        assert_eq!(History::unpack(&one.pack()).map(|h| h.sums()), Some(two.sums()));
        assert_eq!(two.sums().total_spend, Money::from_minor(14));
        assert_eq!(two.sums().first_order_at, Some(early));
    }
}

//! A customer's orders in small: what sums, windows and purchase rules need.
//!
//! One entry per order, without its id: entries are a multiset, so taking an order out again needs only its values.
//! In memory a history is whole, whatever its length; how it is stored, `chapters.rs` says.

mod chapters;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::time::Time;

pub use chapters::{Chapter, LIMIT};

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
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Ascending, so that orders compare by their articles as they compare by these indices.
    products: Vec<Product>,
    purchases: Vec<Purchase>,
    /// Where storage cuts `purchases`, from the oldest on. What follows the last chapter is the tail.
    chapters: Vec<Chapter>,
    /// See [`History::tail_bytes`].
    tail_bytes: usize,
}

/// Equal when the orders are, wherever storage cuts them.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        let equal = |(one, two): (&Purchase, &Purchase)| {
            (one.at, one.total, one.counts) == (two.at, two.total, two.counts) && self.products_of(one).eq(other.products_of(two))
        };
        self.purchases.len() == other.purchases.len() && self.purchases.iter().zip(&other.purchases).all(equal)
    }
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
        let products = self.admit(&products.into_iter().collect());
        let purchase = Purchase { at, total, counts, products };
        let place = self.purchases.partition_point(|held| *held <= purchase);
        self.purchases.insert(place, purchase);
        self.recut(place, 1, 0);
    }

    /// Takes one order with exactly these values out; false when there is none.
    pub fn remove(&mut self, at: Time, total: Money, counts: bool, products: impl IntoIterator<Item = Product>) -> bool {
        let Some(products) = self.places(&products.into_iter().collect::<BTreeSet<_>>()) else { return false };
        let Ok(place) = self.purchases.binary_search(&Purchase { at, total, counts, products }) else { return false };
        self.purchases.remove(place);
        self.recut(place, 0, 1);
        true
    }

    /// Takes in all orders of another history.
    pub fn absorb(&mut self, other: Self) {
        let own = self.admit(&other.products.iter().cloned().collect());
        let moved = other.purchases.into_iter().map(|purchase| {
            // `own` has the place of each of the other's articles, both in ascending order.
            let place = |index: &u32| own.get(*index as usize).copied().unwrap_or(u32::MAX);
            let products = purchase.products.iter().map(place).collect();
            Purchase { products, ..purchase }
        });
        self.purchases.extend(moved);
        self.purchases.sort();
        self.recut_all();
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

    /// Every article named by any order, ascending; those of orders taken out may linger.
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

    /// Takes articles into the table, where new ones move those behind them; returns their places.
    fn admit(&mut self, products: &BTreeSet<Product>) -> Vec<u32> {
        if let Some(places) = self.places(products) {
            return places;
        }
        let new: Vec<Product> = products.iter().filter(|one| self.products.binary_search(one).is_err()).cloned().collect();
        let moved = |(index, held): (usize, &Product)| (index + new.partition_point(|one| one < held)) as u32;
        let moved: Vec<u32> = self.products.iter().enumerate().map(moved).collect();
        for index in self.purchases.iter_mut().flat_map(|purchase| &mut purchase.products) {
            *index = moved.get(*index as usize).copied().unwrap_or(u32::MAX);
        }
        self.products.extend(new);
        self.products.sort();
        self.places(products).unwrap_or_default()
    }

    /// The places of articles in the table; `None` when it lacks one.
    fn places<'a>(&self, products: impl IntoIterator<Item = &'a Product>) -> Option<Vec<u32>> {
        products.into_iter().map(|one| self.products.binary_search(one).ok().map(|index| index as u32)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(sku: &str) -> Product {
        Product { sku: sku.into(), name: sku.to_uppercase() }
    }

    #[test]
    fn adding_and_removing_in_any_order_gives_the_same_history() {
        let (early, late) = (Time::from_micros(1), Time::from_micros(2));
        let mut one = History::default();
        one.add(late, Money::from_minor(5), true, [product("b"), product("a"), product("a")]);
        one.add(early, Money::from_minor(7), false, [product("z")]);
        one.add(early, Money::from_minor(9), true, []);
        assert!(one.remove(early, Money::from_minor(7), false, [product("z")]));
        assert!(!one.remove(early, Money::from_minor(7), false, [product("z")]));
        assert!(!one.remove(early, Money::from_minor(9), true, [product("z")]));
        let mut two = History::default();
        two.add(early, Money::from_minor(9), true, []);
        two.add(late, Money::from_minor(5), true, [product("a"), product("b")]);
        assert_eq!(one, two);
        let packed = [1, 2, 1, b'a', 1, b'A', 1, b'b', 1, b'B', 2, 2, 18, 1, 0, 4, 10, 1, 2, 0, 1];
        assert_eq!((one.tail(), two.tail()), (packed.to_vec(), packed.to_vec()), "what is stored must stay readable");
        assert_eq!(two.sums().total_spend, Money::from_minor(14));
        assert_eq!(two.sums().first_order_at, Some(early));
    }
}

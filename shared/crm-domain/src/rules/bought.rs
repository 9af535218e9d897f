//! What a customer bought, made ready to be asked for by SKU or by a part of a name.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use crate::history::History;

use super::compare::Needles;
use super::condition::BoughtTest;
use super::purchases::MAX_KEPT;
use super::subject::fold;

/// The articles of the counting orders. Orders are named by their places in the history.
pub(super) struct Bought<'a> {
    history: &'a History,
    by_sku: OnceCell<BySku<'a>>,
    names: OnceCell<Names>,
    /// Orders found by name: searching is dear, and the same few needles are wanted over several stretches.
    by_name: RefCell<BTreeMap<Needles, Vec<usize>>>,
}

/// Each SKU of each order, sorted by SKU and then by order.
struct BySku<'a> {
    skus: Vec<Cow<'a, str>>,
    orders: Vec<usize>,
}

/// The names of the history's products in one text, so that one search goes through all of them.
struct Names {
    /// Each closed by a line break, which no needle has.
    text: String,
    /// Where each ends in the text.
    ends: Vec<usize>,
}

impl<'a> Bought<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        Self { history, by_sku: OnceCell::new(), names: OnceCell::new(), by_name: RefCell::default() }
    }

    /// What `answer` makes of the orders that hold a wanted article: ascending; one may come more than once.
    pub(super) fn ask<T>(&self, wanted: &BoughtTest, answer: impl FnOnce(&[usize]) -> T) -> T {
        match wanted {
            BoughtTest::Sku(skus) => {
                let by_sku = self.by_sku.get_or_init(|| BySku::new(self.history));
                if let Some(sku) = skus.only() {
                    return answer(by_sku.orders(sku));
                }
                let mut orders: Vec<usize> = skus.iter().flat_map(|sku| by_sku.orders(sku)).copied().collect();
                orders.sort_unstable();
                answer(&orders)
            }
            BoughtTest::NameWith(needles) => {
                let mut by_name = self.by_name.borrow_mut();
                if let Some(orders) = by_name.get(needles) {
                    return answer(orders);
                }
                let orders = self.with_name(needles);
                let outcome = answer(&orders);
                if (by_name.len() + 1) * self.history.purchases().len() <= MAX_KEPT {
                    by_name.insert(needles.clone(), orders);
                }
                outcome
            }
        }
    }

    /// The SKUs of the counting orders, lower-cased, each once.
    pub(super) fn skus(&self) -> impl Iterator<Item = &str> {
        let skus = &self.by_sku.get_or_init(|| BySku::new(self.history)).skus;
        let mut last: Option<&str> = None;
        skus.iter().map(|sku| &**sku).filter(move |sku| last.replace(sku) != Some(sku))
    }

    fn with_name(&self, needles: &Needles) -> Vec<usize> {
        let picked = self.names.get_or_init(|| Names::new(self.history)).with(needles);
        let holds_one = |indices: &[u32]| indices.iter().any(|index| picked.get(*index as usize) == Some(&true));
        let orders = self.history.purchases().iter().enumerate();
        orders.filter(|(_, order)| order.counts && holds_one(order.product_indices())).map(|(place, _)| place).collect()
    }
}

impl Names {
    fn new(history: &History) -> Self {
        let mut names = Self { text: String::new(), ends: Vec::with_capacity(history.products().len()) };
        for product in history.products() {
            names.text.push_str(&fold(&product.name));
            names.text.push('\n');
            names.ends.push(names.text.len());
        }
        names
    }

    /// Whether one of the needles stands in it, for each.
    fn with(&self, needles: &Needles) -> Vec<bool> {
        let mut picked = vec![false; self.ends.len()];
        for (at, _) in needles.iter().flat_map(|needle| self.text.match_indices(needle)) {
            let place = self.ends.partition_point(|end| *end <= at);
            if let Some(picked) = picked.get_mut(place) {
                *picked = true;
            }
        }
        picked
    }
}

impl<'a> BySku<'a> {
    fn new(history: &'a History) -> Self {
        let orders = history.purchases().iter().enumerate().filter(|(_, order)| order.counts);
        let mut lines: Vec<_> = orders
            .flat_map(|(place, order)| history.products_of(order).map(move |product| (fold(&product.sku), place)))
            .collect();
        lines.sort_unstable();
        let (skus, orders) = lines.into_iter().unzip();
        Self { skus, orders }
    }

    fn orders(&self, wanted: &str) -> &[usize] {
        let first = self.skus.partition_point(|sku| **sku < *wanted);
        let alike = self.skus.iter().skip(first).take_while(|sku| **sku == wanted).count();
        self.orders.get(first..first + alike).unwrap_or_default()
    }
}

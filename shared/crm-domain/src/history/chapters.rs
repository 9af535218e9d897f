//! How a history is stored: the recent orders, its tail, on the customer; older ones in chapters beside it.
//!
//! A chapter is a run of the sorted orders, packed with the articles that it names, and is never changed: it is named by
//! its content. A new order rewrites the tail alone, a late one its own chapter too. Cuts are places in the order, not
//! instants, so that any number of orders of one instant can be cut.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{History, Product, Purchase};
use crate::ids::ChapterId;

/// Most bytes of a chapter, and about those of a tail, but for one that is a single order. DynamoDB takes 400 KB, and
/// writing costs by the KB.
pub const LIMIT: usize = 32 * 1024;
/// One part in so many of a tail stays when its older orders become a chapter.
const STAYS: usize = 4;
const PACKED_V1: u8 = 1;

/// A run of older orders, as storage keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    pub id: ChapterId,
    /// Packed size.
    pub bytes: usize,
    orders: usize,
}

/// A product as it is packed: its number and its name.
type Article<'a> = (&'a str, &'a str);

#[derive(Default, Serialize, Deserialize)]
struct Packed<'a> {
    /// Ascending.
    #[serde(borrow)]
    products: Vec<Article<'a>>,
    /// Ascending.
    purchases: Vec<Purchase>,
}

impl History {
    /// The reverse of [`History::chapters`] and [`History::tail`]; `None` for bytes that these did not make.
    #[must_use]
    pub fn join(chapters: &[(ChapterId, &[u8])], tail: &[u8]) -> Option<Self> {
        let packed = chapters.iter().map(|(_, bytes)| *bytes).chain([tail]);
        let parts: Vec<Packed<'_>> = packed.map(unpack).collect::<Option<_>>()?;
        let chapter = |((id, bytes), part): (&(ChapterId, &[u8]), &Packed<'_>)| Chapter {
            id: *id,
            bytes: bytes.len(),
            orders: part.purchases.len(),
        };
        let chapters = chapters.iter().zip(&parts).map(chapter).collect();
        // One table of all articles, each of which has a place in those of many chapters.
        let mut places: HashMap<Article<'_>, u32> = parts.iter().flat_map(|part| &part.products).map(|one| (*one, 0)).collect();
        let mut products: Vec<Article<'_>> = places.keys().copied().collect();
        products.sort_unstable();
        for (place, article) in products.iter().enumerate() {
            places.insert(*article, place as u32);
        }
        let mut purchases = Vec::with_capacity(parts.iter().map(|part| part.purchases.len()).sum());
        for mut part in parts {
            let places: Vec<u32> = part.products.iter().filter_map(|article| places.get(article).copied()).collect();
            for index in part.purchases.iter_mut().flat_map(|purchase| &mut purchase.products) {
                *index = *places.get(*index as usize)?;
            }
            purchases.append(&mut part.purchases);
        }
        let products = products.into_iter().map(|(sku, name)| Product { sku: sku.to_owned(), name: name.to_owned() }).collect();
        Some(Self { products, purchases, chapters, tail_bytes: tail.len() })
    }

    /// The chapters, from the oldest on.
    #[must_use]
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// The chapters, each once, that `other` does not have.
    #[must_use]
    pub fn chapters_beyond(&self, other: &Self) -> Vec<Chapter> {
        // Two runs of equal orders are one chapter, named twice.
        let mut known: BTreeSet<ChapterId> = other.chapters.iter().map(|chapter| chapter.id).collect();
        self.chapters.iter().filter(|chapter| known.insert(chapter.id)).copied().collect()
    }

    /// The packed form of a chapter; `None` for one of another history.
    #[must_use]
    pub fn chapter(&self, id: ChapterId) -> Option<Vec<u8>> {
        let place = self.chapters.iter().position(|chapter| chapter.id == id)?;
        let first = self.chapters.get(..place)?.iter().map(|chapter| chapter.orders).sum();
        Some(self.pack(first..first + self.chapters.get(place)?.orders))
    }

    /// The packed form of the orders after the last chapter.
    #[must_use]
    pub fn tail(&self) -> Vec<u8> {
        let first = self.chapters.iter().map(|chapter| chapter.orders).sum();
        self.pack(first..self.purchases.len())
    }

    /// About the size of [`History::tail`], rather too much than too little.
    #[must_use]
    pub const fn tail_bytes(&self) -> usize {
        self.tail_bytes
    }

    /// Brings the cuts in line after `came` orders were put in at `place`, or `left` taken out there.
    pub(super) fn recut(&mut self, place: usize, came: usize, left: usize) {
        let mut first = 0;
        for (index, chapter) in self.chapters.iter().enumerate() {
            let end = first + chapter.orders;
            if place < end {
                let revised = self.cut(first..end + came - left);
                self.chapters.splice(index..=index, revised);
                return;
            }
            first = end;
        }
        // More than comes on top, where the tail names the articles already: only a tail that may be too big is measured.
        self.tail_bytes += self.pack(place..place + came).len();
        if self.tail_bytes > LIMIT {
            self.shorten_tail(first);
        }
    }

    /// Cuts the whole of it anew.
    pub(super) fn recut_all(&mut self) {
        self.chapters.clear();
        self.shorten_tail(0);
    }

    fn shorten_tail(&mut self, mut first: usize) {
        loop {
            let orders = self.purchases.len() - first;
            self.tail_bytes = self.pack(first..self.purchases.len()).len();
            if orders <= 1 || self.tail_bytes <= LIMIT {
                return;
            }
            let end = self.purchases.len() - (orders / STAYS).max(1);
            self.chapters.extend(self.cut(first..end));
            first = end;
        }
    }

    /// A run of orders as chapters: halved until each is small enough.
    fn cut(&self, run: Range<usize>) -> Vec<Chapter> {
        if run.is_empty() {
            return Vec::new();
        }
        let packed = self.pack(run.clone());
        if run.len() == 1 || packed.len() <= LIMIT {
            return vec![Chapter { id: ChapterId::of(&packed), bytes: packed.len(), orders: run.len() }];
        }
        let middle = run.start + run.len() / 2;
        [self.cut(run.start..middle), self.cut(middle..run.end)].concat()
    }

    /// A run of orders with the articles that they name. The first byte is the version.
    fn pack(&self, run: Range<usize>) -> Vec<u8> {
        let mut purchases = self.purchases.get(run).unwrap_or_default().to_vec();
        let mut places: Vec<Option<u32>> = vec![None; self.products.len()];
        for index in purchases.iter().flat_map(|purchase| &purchase.products) {
            if let Some(place) = places.get_mut(*index as usize) {
                *place = Some(0);
            }
        }
        let mut products: Vec<Article<'_>> = Vec::new();
        for (place, product) in places.iter_mut().zip(&self.products).filter(|(place, _)| place.is_some()) {
            *place = Some(products.len() as u32);
            products.push((&product.sku, &product.name));
        }
        for index in purchases.iter_mut().flat_map(|purchase| &mut purchase.products) {
            *index = places.get(*index as usize).copied().flatten().unwrap_or(u32::MAX);
        }
        let mut bytes = vec![PACKED_V1];
        bytes.extend(postcard::to_stdvec(&Packed { products, purchases }).unwrap_or_default());
        bytes
    }
}

fn unpack(bytes: &[u8]) -> Option<Packed<'_>> {
    match bytes.split_first() {
        None => Some(Packed::default()),
        Some((&PACKED_V1, rest)) => postcard::from_bytes(rest).ok(),
        Some(_) => None,
    }
}

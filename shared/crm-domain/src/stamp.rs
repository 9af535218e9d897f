//! Last-writer-wins: which of two writes to one field stands, whatever the order in which they arrive.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// When and by which event something was said. The greater one wins a field; the smaller one wins an identity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// The event's own time.
    pub at: Time,
    /// The event's id, then its source: together they identify it.
    pub event: String,
}

impl Stamp {
    #[must_use]
    pub fn new(at: Time, id: &str, source: &str) -> Self {
        // The separator sorts below every character that an id may have, so ids compare first.
        Self { at, event: format!("{id}\u{1f}{source}") }
    }
}

/// The stamp of each field of a record. A field that was cleared keeps its stamp.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamps(BTreeMap<String, Stamp>);

impl Stamps {
    /// Whether a write of `field` at `stamp` stands; if so it is remembered.
    pub fn admit(&mut self, field: &str, stamp: &Stamp) -> bool {
        match self.0.get_mut(field) {
            Some(held) if *held >= *stamp => false,
            Some(held) => {
                *held = stamp.clone();
                true
            }
            None => {
                self.0.insert(field.to_owned(), stamp.clone());
                true
            }
        }
    }

    /// The stamp of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Stamp> {
        self.0.get(field)
    }

    /// The latest time at which anything was said.
    #[must_use]
    pub fn latest(&self) -> Option<Time> {
        self.0.values().map(|stamp| stamp.at).max()
    }

    /// The fields whose name begins with `prefix`, newest stamp first.
    #[must_use]
    pub fn newest(&self, prefix: &str) -> Vec<String> {
        let mut fields: Vec<_> = self.0.iter().filter(|(field, _)| field.starts_with(prefix)).collect();
        fields.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        fields.into_iter().map(|(field, _)| field.clone()).collect()
    }

    pub fn forget(&mut self, field: &str) {
        self.0.remove(field);
    }

    /// A compact form: each distinct stamp once, fields pointing at it.
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut stamps: Vec<&Stamp> = self.0.values().collect();
        stamps.sort();
        stamps.dedup();
        let fields: Vec<(&str, usize)> =
            self.0.iter().map(|(field, stamp)| (field.as_str(), stamps.binary_search(&stamp).unwrap_or_default())).collect();
        postcard::to_stdvec(&(&stamps, fields)).unwrap_or_default()
    }

    /// The reverse of [`Stamps::pack`]; `None` for bytes that it did not make.
    #[must_use]
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        let (stamps, fields): (Vec<Stamp>, Vec<(String, usize)>) = postcard::from_bytes(bytes).ok()?;
        fields.into_iter().map(|(field, at)| stamps.get(at).map(|stamp| (field, stamp.clone()))).collect::<Option<_>>().map(Self)
    }
}

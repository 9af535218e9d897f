//! Which parts of a customer rules look at, so that a scan fetches nothing else.

use std::collections::BTreeSet;

/// A part of a [`crate::customer::Customer`] that rules can name; each is documented with the members behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `name`
    Name,
    /// `email`
    Email,
    /// `phone`
    Phone,
    /// `city`
    City,
    /// `country`
    Country,
    /// `time_zone`
    TimeZone,
    /// `tags`
    Tags,
    /// `attributes`
    Attributes,
    /// `consents`
    Consents,
    /// `visits_given`, `visits_recorded`
    Visits,
    /// `created_given`, `first_seen`
    CreatedAt,
    /// `seen_at`, `last_purchase_at`
    LastActiveAt,
    /// `sums`
    Sums,
    /// `history`
    History,
    /// `lists`
    Lists,
}

/// The parts that some rules look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads(BTreeSet<Part>);

impl Reads {
    /// Whether they look at `part`.
    #[must_use]
    pub fn names(&self, part: Part) -> bool {
        self.0.contains(&part)
    }

    /// The parts, each once.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        self.0.iter().copied()
    }

    /// What either looks at.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.0.extend(&other.0);
        self
    }

    pub(super) fn add(&mut self, part: Part) {
        self.0.insert(part);
    }
}

impl FromIterator<Part> for Reads {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

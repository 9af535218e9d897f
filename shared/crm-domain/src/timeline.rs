//! What happened with a customer, newest first: orders, activities, messages, enters and leaves, from stores of their own.
//!
//! Each happening has a [`Place`]. A store that is sorted like its part of the places is asked for what comes after one of
//! them; a store that is small per customer is read whole.

use crate::activity::Activity;
use crate::campaign::Campaign;
use crate::ids::CustomerId;
use crate::membership::Move;
use crate::message::Message;
use crate::order::Order;
use crate::ports::Page;
use crate::time::Time;

/// Kinds of happenings, in the order in which those of one instant are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Segment,
    Order,
    Message,
    Activity,
}

/// One happening.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    Order(Order),
    Activity(Activity),
    /// A message of a campaign.
    Message(Box<Campaign>, Box<Message>),
    Move(Move),
}

/// Where a happening stands in a timeline. Texts compare like the places themselves; a greater one is newer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Kind {
    const fn letter(self) -> &'static str {
        match self {
            Self::Activity => "a",
            Self::Message => "m",
            Self::Order => "o",
            Self::Segment => "s",
        }
    }
}

impl Place {
    fn of(kind: Kind, at: Time, id: &str) -> Self {
        Self::within(kind, &format!("{}#{id}", at.sortable()))
    }

    /// The place of what its store has sorted under `time#id`.
    #[must_use]
    pub fn within(kind: Kind, sort: &str) -> Self {
        let (time, id) = sort.split_once('#').unwrap_or((sort, ""));
        Self(format!("{time}#{}#{id}", kind.letter()))
    }

    #[must_use]
    pub fn order(order: &Order) -> Option<Self> {
        Some(Self::of(Kind::Order, order.placed_at()?, &order.id.to_string()))
    }

    #[must_use]
    pub fn activity(activity: &Activity) -> Self {
        Self::of(Kind::Activity, activity.at, &format!("{}.{}", activity.id, activity.customer))
    }

    #[must_use]
    pub fn message(campaign: &Campaign, message: &Message) -> Self {
        Self::of(Kind::Message, message.told_at(), &format!("{}.{}", campaign.id, message.customer_id))
    }

    /// That of one of several moves which are stored together under `time#id`.
    #[must_use]
    pub fn segment(sort: &str, index: usize, customer: CustomerId) -> Self {
        Self::within(Kind::Segment, &format!("{sort}.{index:03}.{customer}"))
    }

    /// Reads a position of a list.
    #[must_use]
    pub fn read(position: &str) -> Self {
        Self(position.to_owned())
    }

    /// Below which sort key `time#id` a store of one kind has what comes after this place.
    #[must_use]
    pub fn bound(&self, kind: Kind) -> String {
        let mut parts = self.0.splitn(3, '#');
        let (time, letter, id) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        match kind.letter().cmp(letter) {
            std::cmp::Ordering::Equal => format!("{time}#{id}"),
            // All of this kind at that time come after it, or before it.
            std::cmp::Ordering::Less => format!("{time}#~"),
            std::cmp::Ordering::Greater => format!("{time}#"),
        }
    }
}

/// The newest `limit` of the happenings that come after `after`, and where to go on.
#[must_use]
pub fn page(mut found: Vec<(Place, Happening)>, after: Option<&Place>, limit: usize) -> Page<Happening> {
    found.retain(|(place, _)| after.is_none_or(|after| place < after));
    found.sort_by(|a, b| b.0.cmp(&a.0));
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(place, _)| place.0.clone());
    Page { items: found.into_iter().map(|(_, happening)| happening).collect(), next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_asked_for_exactly_what_comes_after_a_place() {
        let times = ["2026-01-01T00:00:00.000000Z", "2026-01-02T00:00:00.000000Z", "2026-01-03T00:00:00.000000Z"];
        let kinds = [Kind::Activity, Kind::Message, Kind::Order, Kind::Segment];
        let sorts: Vec<String> = times.iter().flat_map(|time| ["0a", "7", "ff"].map(|id| format!("{time}#{id}"))).collect();
        for place in kinds.iter().flat_map(|kind| sorts.iter().map(|sort| Place::within(*kind, sort))) {
            for kind in kinds {
                let bound = place.bound(kind);
                for sort in &sorts {
                    assert_eq!(*sort < bound, Place::within(kind, sort) < place, "{sort} of {kind:?} after {place:?}");
                }
            }
        }
    }
}

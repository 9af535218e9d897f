//! What two customers are together.
//!
//! Who stays keeps what is known of them; what is not is filled in from the other. Everything that is counted, and every word on
//! consents and lists, is as if all had been said of one person: then it does not matter when the merge comes. Where the
//! two differed, the choice is stamped as said by the merge, so that older events which come again cannot undo it.

use std::collections::BTreeSet;

use crate::customer::Customer;
use crate::ledger::{ATTRIBUTE, BARRIER, DEEDS, LIST, TAG, TAGS, attribute_field, visits_field};
use crate::stamp::Stamp;

impl Customer {
    /// Takes `other` in. `stamp` is that of the merge.
    pub fn absorb(&mut self, mut other: Self, stamp: &Stamp) {
        self.fill(&mut other, stamp, "name", |c| &mut c.name);
        self.fill(&mut other, stamp, "phone", |c| &mut c.phone);
        self.fill(&mut other, stamp, "city", |c| &mut c.city);
        self.fill(&mut other, stamp, "country", |c| &mut c.country);
        self.fill(&mut other, stamp, "timeZone", |c| &mut c.time_zone);
        self.fill(&mut other, stamp, "createdAt", |c| &mut c.created_given);
        self.take(&mut other, "emailConsent", |c| &mut c.consents.email);
        self.take(&mut other, "smsConsent", |c| &mut c.consents.sms);
        self.take(&mut other, "whatsappConsent", |c| &mut c.consents.whatsapp);
        self.take_visits(&other);
        self.fill_attributes(&mut other, stamp);
        self.take_lists(&mut other);
        self.take_tags(&other, stamp);
        self.learn(&other, DEEDS);
        self.visits_recorded += other.visits_recorded;
        self.first_seen = self.first_seen.min(other.first_seen);
        self.seen_at = self.seen_at.max(other.seen_at);
        self.history.absorb(other.history);
        self.recount();
        self.other_emails.insert(other.email);
        self.other_emails.append(&mut other.other_emails);
    }

    /// The own value of a field; where there is none, the other's, unless it was cleared since.
    fn fill<T>(&mut self, other: &mut Self, stamp: &Stamp, field: &str, place: impl Fn(&mut Self) -> &mut Option<T>) {
        if place(self).is_none() {
            self.take(other, field, place);
        } else if other.stamps.get(field) > self.stamps.get(field) {
            self.stamps.admit(field, stamp);
        }
    }

    /// The value of a field that was said last; where nothing was ever said, one that was kept from before an erasure.
    fn take<T>(&mut self, other: &mut Self, field: &str, place: impl Fn(&mut Self) -> &mut Option<T>) {
        let later = match (self.stamps.get(field), other.stamps.get(field)) {
            (None, None) => place(self).is_none(),
            (own, others) => others > own,
        };
        if later {
            *place(self) = place(other).take();
            self.learn(other, field);
        }
    }

    /// Takes the stamp of a field over.
    fn learn(&mut self, other: &Self, field: &str) {
        if let Some(stamp) = other.stamps.get(field) {
            self.stamps.admit(field, stamp);
        }
    }

    fn take_visits(&mut self, other: &Self) {
        for of in other.identities() {
            let visits = if of == other.id { Some(other.visits_given) } else { other.visits_merged.get(&of).copied() };
            if let Some(visits) = visits.filter(|visits| *visits > 0) {
                self.visits_merged.insert(of, visits);
            }
            if let Some(stamp) = other.stamps.get(&visits_field(&other.id, &of)) {
                self.stamps.admit(&visits_field(&self.id, &of), stamp);
            }
        }
    }

    fn fill_attributes(&mut self, other: &mut Self, stamp: &Stamp) {
        for field in other.stamps.newest(ATTRIBUTE) {
            if other.stamps.get(&field) > self.stamps.get(&field) {
                let key = &field[ATTRIBUTE.len()..];
                if self.attributes.contains_key(key) {
                    self.stamps.admit(&field, stamp);
                    continue;
                }
                if let Some(value) = other.attributes.remove(key) {
                    self.attributes.insert(key.to_owned(), value);
                }
                self.learn(other, &field);
            }
        }
        let stamps = &mut self.stamps;
        // Who stays has cleared all of them since.
        if let Some(barrier) = stamps.get(BARRIER) {
            self.attributes.retain(|key, _| stamps.get(&attribute_field(key)) > Some(barrier));
        }
        // The other had: that was about the other.
        if let Some(barrier) = other.stamps.get(BARRIER).filter(|barrier| stamps.get(BARRIER) < Some(barrier)) {
            let behind = self.attributes.keys().map(|key| attribute_field(key));
            for field in behind.filter(|field| stamps.get(field) <= Some(barrier)).collect::<Vec<_>>() {
                stamps.admit(&field, stamp);
            }
            stamps.admit(BARRIER, barrier);
        }
        self.forget_attributes();
    }

    fn take_lists(&mut self, other: &mut Self) {
        for field in other.stamps.newest(LIST) {
            if other.stamps.get(&field) > self.stamps.get(&field) {
                let listed = |list: &&crate::ids::SegmentId| list.to_string() == field[LIST.len()..];
                let own = self.lists.iter().find(listed).copied();
                match (own, other.lists.iter().find(listed).copied()) {
                    (None, Some(list)) => {
                        self.lists.insert(list);
                    }
                    (Some(list), None) => {
                        self.lists.remove(&list);
                    }
                    _ => {}
                }
                self.learn(other, &field);
            }
        }
        self.forget_lists();
    }

    /// The tags of both: those that come new were added by the merge.
    fn take_tags(&mut self, other: &Self, stamp: &Stamp) {
        let new: BTreeSet<String> = other.tags.difference(&self.tags).cloned().collect();
        for field in other.stamps.newest(TAG) {
            self.learn(other, &field);
        }
        self.learn(other, TAGS);
        for tag in new {
            self.stamps.admit(&format!("{TAG}{tag}"), stamp);
            self.tags.insert(tag);
        }
        self.forget_tags();
    }
}

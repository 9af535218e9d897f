//! What two customers are together.
//!
//! Every field knows when it was said: so the merged customer is the one that would have come about, had everything been
//! said of one person. Sums follow from the joined history; what was counted apart is added up.

use std::collections::BTreeSet;

use crate::customer::Customer;
use crate::ledger::{ATTRIBUTE, BARRIER, LIST, TAG, TAGS, visits_field};
use crate::stamp::Stamp;

impl Customer {
    /// Takes `other` in. `stamp` is that of the merge.
    pub fn absorb(&mut self, mut other: Self, stamp: &Stamp) {
        self.take(&mut other, "name", |c| &mut c.name);
        self.take(&mut other, "phone", |c| &mut c.phone);
        self.take(&mut other, "city", |c| &mut c.city);
        self.take(&mut other, "country", |c| &mut c.country);
        self.take(&mut other, "timeZone", |c| &mut c.time_zone);
        self.take(&mut other, "createdAt", |c| &mut c.created_given);
        self.take(&mut other, "emailConsent", |c| &mut c.consents.email);
        self.take(&mut other, "smsConsent", |c| &mut c.consents.sms);
        self.take(&mut other, "whatsappConsent", |c| &mut c.consents.whatsapp);
        self.take_visits(&other);
        self.take_attributes(&mut other);
        self.take_lists(&mut other);
        self.take_tags(&other, stamp);
        self.visits_recorded += other.visits_recorded;
        self.first_seen = self.first_seen.min(other.first_seen);
        self.seen_at = self.seen_at.max(other.seen_at);
        self.history.absorb(other.history);
        self.recount();
        self.other_emails.insert(other.email);
        self.other_emails.append(&mut other.other_emails);
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

    fn take_attributes(&mut self, other: &mut Self) {
        for field in other.stamps.newest(ATTRIBUTE) {
            if other.stamps.get(&field) > self.stamps.get(&field) {
                let key = &field[ATTRIBUTE.len()..];
                match other.attributes.remove(key) {
                    Some(value) => self.attributes.insert(key.to_owned(), value),
                    None => self.attributes.remove(key),
                };
                self.learn(other, &field);
            }
        }
        // Whoever cleared all of them has cleared those of either.
        self.learn(other, BARRIER);
        let stamps = &self.stamps;
        if let Some(barrier) = stamps.get(BARRIER) {
            self.attributes.retain(|key, _| stamps.get(&format!("{ATTRIBUTE}{key}")) > Some(barrier));
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

//! What each kind of event changes.

use std::collections::BTreeSet;

use super::{Held, Ledger, Outcome};
use crate::activity::{Activity, ActivityBody};
use crate::amendment::Amendment;
use crate::customer::{AttributeValue, Customer};
use crate::event::{Command, Event};
use crate::faults::Patch;
use crate::ids::{ActivityId, CustomerId, OrderId};
use crate::limits;
use crate::order::{Order, OrderBody, OrderStatus};
use crate::profile::Profile;
use crate::stamp::Stamp;

/// Most attribute keys that a customer keeps: those set last. A tombstone of a cleared key takes a place too, so that
/// which keys are kept does not depend on the order of arrival.
pub const MAX_KEPT_ATTRIBUTES: usize = 200;
/// Most tags of a customer of which it is kept when they were added or removed one by one: those said last.
pub const MAX_KEPT_TAGS: usize = 100;

impl Ledger {
    /// Applies one event; records that it names and nobody holds count as absent.
    pub fn apply(&mut self, event: &Event) -> Outcome {
        let stamp = event.stamp();
        match &event.command {
            Command::UpsertCustomer(profile) => self.upsert(profile, &stamp),
            Command::AmendCustomer(amendment) => self.amend(amendment, &stamp),
            Command::PlaceOrder(body) => match event.order() {
                Some(id) => self.place(id, body, &stamp),
                None => Outcome::Duplicate,
            },
            Command::ChangeOrderStatus(id, status) => self.change_status(*id, *status, &stamp),
            Command::RecordActivity(body) => match event.activity() {
                Some((_, id)) => self.record(id, body, &stamp),
                None => Outcome::Duplicate,
            },
            // Receipts belong to the delivery log, not to the ledger.
            Command::RecordReceipt(_) => Outcome::Duplicate,
        }
    }

    fn order(&mut self, id: OrderId) -> &mut Order {
        let held = self.orders.entry(id).or_insert_with(|| Held::stored(None));
        held.current.get_or_insert_with(|| Order::unknown(id))
    }

    fn upsert(&mut self, profile: &Profile, stamp: &Stamp) -> Outcome {
        let Some(customer) = self.customer(&profile.email, stamp.at) else { return Outcome::Forgotten };
        let before = customer.clone();
        set(customer, stamp, "name", &profile.name, |c| &mut c.name);
        set(customer, stamp, "phone", &profile.phone, |c| &mut c.phone);
        set(customer, stamp, "city", &profile.city, |c| &mut c.city);
        set(customer, stamp, "country", &profile.country, |c| &mut c.country);
        set(customer, stamp, "timeZone", &profile.time_zone, |c| &mut c.time_zone);
        set(customer, stamp, "createdAt", &profile.created_at, |c| &mut c.created_given);
        set(customer, stamp, "emailConsent", &profile.email_consent, |c| &mut c.consents.email);
        set(customer, stamp, "smsConsent", &profile.sms_consent, |c| &mut c.consents.sms);
        set(customer, stamp, "whatsappConsent", &profile.whatsapp_consent, |c| &mut c.consents.whatsapp);
        match &profile.tags {
            Patch::Absent => {}
            said => {
                if customer.stamps.admit(TAGS, stamp) {
                    replace_tags(customer, said.clone().value().unwrap_or_default().into_iter().collect(), stamp);
                }
            }
        }
        if !matches!(profile.visits, Patch::Absent) {
            // Those whom a merge has brought together were counted apart, and go on being so.
            let named = CustomerId::of(&profile.email);
            let own = named == customer.id;
            if customer.stamps.admit(&visits_field(&customer.id, &named), stamp) {
                let visits = profile.visits.clone().value().unwrap_or_default();
                match visits {
                    _ if own => customer.visits_given = visits,
                    0 => {
                        customer.visits_merged.remove(&named);
                    }
                    _ => {
                        customer.visits_merged.insert(named, visits);
                    }
                }
            }
        }
        if let Patch::Set(at) = profile.last_active_at {
            customer.seen_at = customer.seen_at.max(Some(at));
        }
        set_attributes(customer, &profile.attributes, stamp);
        if before == *customer { Outcome::Duplicate } else { Outcome::Applied }
    }

    fn amend(&mut self, amendment: &Amendment, stamp: &Stamp) -> Outcome {
        let Some(customer) = self.customer(&amendment.email, stamp.at) else { return Outcome::Forgotten };
        let before = customer.clone();
        let tags =
            amendment.tags_added.iter().map(|tag| (tag, true)).chain(amendment.tags_removed.iter().map(|tag| (tag, false)));
        for (tag, has) in tags {
            // Later than this the tags were said as a whole.
            let behind = customer.stamps.get(TAGS).is_some_and(|whole| whole >= stamp);
            if !behind && customer.stamps.admit(&format!("{TAG}{tag}"), stamp) {
                if has {
                    customer.tags.insert(tag.clone());
                } else {
                    customer.tags.remove(tag);
                }
            }
        }
        customer.forget_tags();
        let lists =
            amendment.lists_joined.iter().map(|list| (list, true)).chain(amendment.lists_left.iter().map(|list| (list, false)));
        for (list, on) in lists {
            if customer.stamps.admit(&format!("{LIST}{list}"), stamp) {
                if on {
                    customer.lists.insert(*list);
                } else {
                    customer.lists.remove(list);
                }
            }
        }
        customer.forget_lists();
        set_attributes(customer, &amendment.attributes, stamp);
        if before == *customer { Outcome::Duplicate } else { Outcome::Applied }
    }

    fn place(&mut self, id: OrderId, body: &OrderBody, stamp: &Stamp) -> Outcome {
        let standing = self.orders.get(&id).and_then(Held::now).and_then(|order| order.standing.as_ref());
        if standing.is_some_and(|(held, standing)| self.is_forgotten(standing, held.at)) {
            // It tells of somebody who is forgotten; and who sends it again says nothing new.
            return Outcome::Forgotten;
        }
        // Also a version that loses has told us of its customer. What the order is worth is not forgotten.
        let known = self.customer(&body.email, stamp.at).is_some();
        let body = if known { body.clone() } else { body.anonymous() };
        let order = self.order(id);
        let (replaces, outcome) = match &order.standing {
            None => (true, Outcome::Applied),
            Some((held, standing)) if *standing == body => (stamp < held, Outcome::Duplicate),
            Some((held, _)) => {
                order.conflict = true;
                (stamp < held, Outcome::Conflict)
            }
        };
        if replaces {
            let old = order.clone();
            order.standing = Some((stamp.clone(), body));
            let new = order.clone();
            self.swap(&old, &new);
        }
        outcome
    }

    fn change_status(&mut self, id: OrderId, status: OrderStatus, stamp: &Stamp) -> Outcome {
        let order = self.order(id);
        if order.status.as_ref().is_some_and(|(held, _)| held >= stamp) {
            return Outcome::Duplicate;
        }
        let old = order.clone();
        order.status = Some((stamp.clone(), status));
        let new = order.clone();
        if old.status().counts() != new.status().counts() {
            self.swap(&old, &new);
        }
        Outcome::Applied
    }

    /// Takes one version of an order out of its customer's history and puts another into its own customer's.
    fn swap(&mut self, old: &Order, new: &Order) {
        for (order, enters) in [(old, false), (new, true)] {
            let (Some((stamp, body)), Some(at)) = (&order.standing, order.placed_at()) else { continue };
            if self.is_forgotten(body, stamp.at) {
                continue;
            }
            let counts = order.status().counts();
            let Some(customer) = self.customer(&body.email, stamp.at) else { continue };
            if enters {
                customer.stamps.admit(DEEDS, &deed(stamp));
                customer.history.add(at, body.total(), counts, body.products());
            } else {
                customer.history.remove(at, body.total(), counts, body.products());
            }
            customer.recount();
        }
    }

    fn record(&mut self, id: ActivityId, body: &ActivityBody, stamp: &Stamp) -> Outcome {
        let held = self.activities.get(&(CustomerId::of(&body.email), id)).and_then(Held::now);
        // Who sends again what is forgotten says nothing new.
        let again = held.is_some_and(|held| self.was_forgotten(held.customer, held.stamp.at));
        if again || self.customer(&body.email, stamp.at).is_none() {
            return Outcome::Forgotten;
        }
        // It keeps the identity that it was first sent with, also after a merge: so it is found when it comes again.
        let customer_id = CustomerId::of(&body.email);
        let new = Activity { customer: customer_id, id, kind: body.kind.clone(), at: body.at, stamp: stamp.clone() };
        let held = self.activities.entry((customer_id, id)).or_insert_with(|| Held::stored(None));
        let old = held.current.clone();
        let replaces = old.as_ref().is_none_or(|old| new.stamp < old.stamp);
        if replaces {
            held.current = Some(new.clone());
        }
        if let Some(customer) = self.customer(&body.email, stamp.at) {
            if replaces {
                customer.stamps.admit(DEEDS, &deed(stamp));
                let was_visit = old.as_ref().is_some_and(Activity::is_visit);
                // Records are read one after the other: an activity may be there that its customer did not yet count. What does
                // not fit together is refused when it is written.
                customer.visits_recorded =
                    (customer.visits_recorded + u64::from(new.is_visit())).saturating_sub(u64::from(was_visit));
            }
            customer.seen_at = customer.seen_at.max(Some(body.at));
        }
        if old.is_none() { Outcome::Applied } else { Outcome::Duplicate }
    }
}

/// What is kept of things that are said one by one: those said last. Tombstones take a place too.
impl Customer {
    pub(crate) fn forget_tags(&mut self) {
        self.forget_oldest(TAG, MAX_KEPT_TAGS, |customer, tag| {
            customer.tags.remove(tag);
        });
    }

    pub(crate) fn forget_lists(&mut self) {
        self.forget_oldest(LIST, limits::LISTS, |customer, list| customer.lists.retain(|held| held.to_string() != list));
    }

    pub(crate) fn forget_attributes(&mut self) {
        self.forget_oldest(ATTRIBUTE, MAX_KEPT_ATTRIBUTES, |customer, key| {
            customer.attributes.remove(key);
        });
    }

    fn forget_oldest(&mut self, prefix: &str, kept: usize, forget: impl Fn(&mut Self, &str)) {
        for field in self.stamps.newest(prefix).into_iter().skip(kept) {
            forget(self, &field[prefix.len()..]);
            self.stamps.forget(&field);
        }
    }
}

fn set<T: Clone>(
    customer: &mut Customer,
    stamp: &Stamp,
    field: &str,
    said: &Patch<T>,
    place: impl FnOnce(&mut Customer) -> &mut Option<T>,
) {
    if !matches!(said, Patch::Absent) && customer.stamps.admit(field, stamp) {
        *place(customer) = said.clone().value();
    }
}

/// Says the tags as a whole. What was said of single ones later than that stands.
fn replace_tags(customer: &mut Customer, mut tags: BTreeSet<String>, stamp: &Stamp) {
    for field in customer.stamps.newest(TAG) {
        let tag = &field[TAG.len()..];
        if customer.stamps.get(&field) <= Some(stamp) {
            customer.stamps.forget(&field);
        } else if customer.tags.contains(tag) {
            tags.insert(tag.to_owned());
        } else {
            tags.remove(tag);
        }
    }
    customer.tags = tags;
}

/// Attributes merge by key. `null` for the whole object is a barrier: it clears every key set before it.
fn set_attributes(customer: &mut Customer, said: &Patch<Vec<(String, Option<AttributeValue>)>>, stamp: &Stamp) {
    match said {
        Patch::Absent => return,
        Patch::Clear => {
            if customer.stamps.admit(BARRIER, stamp) {
                let stamps = &customer.stamps;
                customer.attributes.retain(|key, _| stamps.get(&attribute_field(key)) > Some(stamp));
            }
        }
        Patch::Set(pairs) => {
            for (key, value) in pairs {
                let behind = customer.stamps.get(BARRIER).is_some_and(|barrier| barrier >= stamp);
                if customer.stamps.admit(&attribute_field(key), stamp) {
                    match value {
                        Some(value) if !behind => customer.attributes.insert(key.clone(), value.clone()),
                        _ => customer.attributes.remove(key),
                    };
                }
            }
        }
    }
    customer.forget_attributes();
}

pub(crate) const ATTRIBUTE: &str = "a.";
pub(crate) const BARRIER: &str = "attributes";
pub(crate) const TAGS: &str = "tags";
pub(crate) const TAG: &str = "t.";
pub(crate) const LIST: &str = "l.";
/// When the last of their orders and activities was said, or later: those have records of their own, and an erasure comes after
/// them too. Which of several versions came first can be seen by it, so it takes no part in what is true of the customer.
pub const DEEDS: &str = "deeds";
const VISITS: &str = "visits";

pub(crate) fn attribute_field(key: &str) -> String {
    format!("{ATTRIBUTE}{key}")
}

/// The field of a customer that holds the visits given of one of the identities merged into it, or of its own.
pub(crate) fn visits_field(customer: &CustomerId, of: &CustomerId) -> String {
    if customer == of { VISITS.to_owned() } else { format!("{VISITS}.{of}") }
}

/// Its moment alone: by which event is of no interest, and would be kept with every customer.
fn deed(stamp: &Stamp) -> Stamp {
    Stamp { at: stamp.at, event: String::new() }
}

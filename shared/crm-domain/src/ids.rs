//! Identities. All but campaigns, segments, imports and files are derived from what they name, so that writing needs no look-up.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::email::Email;
use crate::time::Time;

/// Namespace of every derived identity of the CRM; it can never change.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c1d_9a5e_53f7_4e0b_9f0d_2b1c_7d3e_8a41);

fn derived(kind: &str, parts: &[&str]) -> Uuid {
    let mut name = String::with_capacity(kind.len() + parts.iter().map(|part| 1 + part.len()).sum::<usize>());
    name.push_str(kind);
    for part in parts {
        // A unit separator cannot stand in any part: control characters are refused everywhere.
        name.push('\u{1f}');
        name.push_str(part);
    }
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Reads the hyphenated text form.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                if text.len() != 36 { return None; }
                Uuid::try_parse(text).ok().map(Self)
            }

            /// The reverse of `as_bytes`.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The sixteen bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// A number below `shards`, evenly spread and the same for ever.
            #[must_use]
            pub fn shard(&self, shards: u32) -> u32 {
                let bytes = self.0.as_bytes();
                let word = u64::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]]);
                // The top bits of these bytes hold the UUID variant; the low 48 are free.
                ((word & 0xffff_ffff_ffff) % u64::from(shards.max(1))) as u32
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A customer: derived from the normalised e-mail address.
    CustomerId
}
id! {
    /// An order: derived from the merchant's number, else from the event that brought it.
    OrderId
}
id! {
    /// An activity of one customer.
    ActivityId
}
id! {
    /// A chapter of a customer's history.
    ChapterId
}
id! {
    /// A segment; newer ones sort later.
    SegmentId
}
id! {
    /// A campaign; newer ones sort later.
    CampaignId
}
id! {
    /// An import; newer ones sort later.
    ImportId
}
id! {
    /// A file on a customer; newer ones sort later.
    AttachmentId
}
id! {
    /// An export of a segment; newer ones sort later.
    ExportId
}
id! {
    /// A key of an integration; newer ones sort later.
    KeyId
}
id! {
    /// An entry of the audit log; newer ones sort later.
    AuditId
}
id! {
    /// A webhook; newer ones sort later.
    WebhookId
}
id! {
    /// An event that other systems are told: derived from what happened.
    EventId
}
id! {
    /// The delivery of one event to one webhook: derived from both; those of later events sort later.
    DeliveryId
}

impl CustomerId {
    #[must_use]
    pub fn of(email: &Email) -> Self {
        Self(derived("customer", &[email.as_str()]))
    }
}

impl OrderId {
    /// The identity of an order: the merchant's own number when there is one, else the event (`source` and `id`).
    #[must_use]
    pub fn of(merchant_id: Option<&str>, source: &str, event_id: &str) -> Self {
        Self(match merchant_id {
            Some(merchant_id) => derived("order", &[merchant_id]),
            None => derived("order-event", &[source, event_id]),
        })
    }
}

impl ActivityId {
    /// The identity of an activity among those of its customer.
    #[must_use]
    pub fn of(given: Option<&str>, source: &str, event_id: &str) -> Self {
        Self(match given {
            Some(given) => derived("activity", &[given]),
            None => derived("activity-event", &[source, event_id]),
        })
    }
}

impl EventId {
    /// The identity of an event among those of its `kind`.
    #[must_use]
    pub fn of(kind: &str, identity: &[&str]) -> Self {
        let mut parts = vec![kind];
        parts.extend_from_slice(identity);
        Self(derived("event", &parts))
    }
}

impl DeliveryId {
    /// A UUID version 8 (RFC 9562): the millisecond of the event as version 7 has it, then half the SHA-256 of webhook and event.
    /// So it says by itself on which day it is filed.
    #[must_use]
    pub fn of(webhook: WebhookId, event: EventId, time: Time) -> Self {
        let mut bytes = [0; 16];
        let digest = Sha256::new().chain_update(webhook.as_bytes()).chain_update(event.as_bytes()).finalize();
        bytes[6..].copy_from_slice(&digest[..10]);
        let millis = (time.micros() / 1_000).clamp(0, (1 << 48) - 1);
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The millisecond of the event.
    #[must_use]
    pub fn time(&self) -> Time {
        let millis = self.as_bytes()[..6].iter().fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
        Time::from_micros(millis * 1_000)
    }
}

impl ChapterId {
    /// The identity of a chapter: half the SHA-256 of its packed form. Another content is another chapter.
    #[must_use]
    pub fn of(packed: &[u8]) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&Sha256::digest(packed)[..16]);
        Self::from_bytes(id)
    }
}

macro_rules! new_v7 {
    ($($name:ident)*) => {$(
        impl $name {
            /// A new identity that sorts after those of the past.
            #[must_use]
            pub fn generate() -> Self {
                Self(crate::world::fresh_id())
            }

            /// The identity of what the request `request` (a UUID version 7) creates: repeated, it creates the same.
            #[must_use]
            pub const fn of_request(request: Uuid) -> Self {
                Self(request)
            }
        }
    )*};
}
new_v7!(SegmentId CampaignId ImportId AttachmentId ExportId KeyId AuditId WebhookId);

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is stored goes by these.
    #[test]
    fn derived_identities_are_the_same_for_ever() {
        let ids = [
            CustomerId::of(&Email::parse("a@x.in").unwrap()).to_string(),
            OrderId::of(Some("7"), "/s", "e1").to_string(),
            OrderId::of(None, "/s", "e1").to_string(),
            ActivityId::of(Some("v1"), "/s", "e1").to_string(),
            ActivityId::of(None, "/s", "e1").to_string(),
            EventId::of("kind", &["a", "b"]).to_string(),
        ];
        let known = [
            "b2c42b84-3338-58b8-a3d0-e3425c9cf7eb",
            "8580d4a8-8e0d-5d52-8050-fab960629180",
            "f7b7bf93-aa8f-5575-aa85-df7357d35280",
            "5c461f4c-6b39-5b91-abd8-522fd9a43c7a",
            "50c06e9b-8196-5170-be67-62616595507c",
            "a52208c7-9558-594b-a875-33b6b98e681c",
        ];
        assert_eq!(ids, known);
    }
}

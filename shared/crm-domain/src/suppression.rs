//! The suppression list: addresses that must not be written to, whoever they belong to and whatever was agreed.
//!
//! An entry outlives its customer, so it holds no address: it stands under a keyed hash of channel and address, and shows as
//! much of the address as the audit log does. What brings one about may come late, twice and in any order.

pub mod file;

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::audit::masked_email;
use crate::customer::{Channel, Customer};
use crate::email::Email;
use crate::faults::{self, Faults, Fields, Reason};
use crate::json::Json;
use crate::limits;
use crate::message::{Bounce, Message, MessageId, Receipt, Report};
use crate::time::Time;

/// So many messages that bounced softly make an address one that is given up.
pub const SOFT_BOUNCES: usize = 3;

/// What stands for an address on a channel: 128 bits of an HMAC-SHA256. Whoever does not have the key learns nothing from it,
/// also not by trying addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressHash([u8; 16]);

/// The key with which addresses are hashed. It is the same for the whole life of a deployment.
#[derive(Clone)]
pub struct AddressKey(Vec<u8>);

/// Why an address is not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// There is no such address.
    HardBounce,
    /// The recipient called a message spam.
    Complaint,
    /// Three different messages did not arrive.
    SoftBounces,
    /// The recipient wants no more messages on the channel.
    Unsubscribed,
    /// Somebody put it on the list.
    Manual,
    /// It came with a file.
    Imported,
}

/// An address that is not written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suppression {
    pub id: AddressHash,
    pub channel: Channel,
    pub reason: SuppressionReason,
    /// When the reason came about.
    pub at: Time,
    /// As much of the address as those recognise who know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<String>,
    /// What it is suppressed for besides, each since when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub also: BTreeMap<SuppressionReason, Time>,
}

/// Something that happened to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: AddressHash,
    pub channel: Channel,
    pub shown: Option<String>,
    pub at: Time,
    pub what: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A reason to suppress it at once.
    Reason(SuppressionReason),
    /// A message bounced softly; a short hash names it.
    SoftBounce(String),
}

/// All that is kept of an address: what stands, and what may come to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub id: AddressHash,
    pub channel: Channel,
    /// Why it is suppressed, unless it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Suppression>,
    /// Taken off the list then: what happened before counts no more, also when it is told later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_at: Option<Time>,
    /// The earliest messages that bounced softly, each with its first bounce.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub soft_bounces: BTreeMap<String, Time>,
}

/// Which suppressions are wanted; all that are given must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SuppressionFilter {
    pub channel: Option<Channel>,
    pub reason: Option<SuppressionReason>,
}

impl AddressHash {
    /// Reads the 32 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || text.bytes().any(|b| b.is_ascii_uppercase()) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().filter(|_| !text.starts_with('+')).map(|bits| Self(bits.to_be_bytes()))
    }
}

impl fmt::Display for AddressHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl Serialize for AddressHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AddressHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not the hash of an address"))
    }
}

impl AddressKey {
    /// The key that follows from a secret.
    #[must_use]
    pub fn of_secret(secret: &str) -> Self {
        Self(mac(secret.as_bytes(), b"suppressions").to_vec())
    }

    /// What stands for `address`, which need not be normalised.
    ///
    /// # Errors
    /// Says why it is no address on that channel.
    pub fn hash(&self, channel: Channel, address: &str) -> Result<AddressHash, Reason> {
        Ok(self.hash_normalised(channel, &normalised(channel, address)?))
    }

    /// What stands for the address of a customer; none where there is no address.
    #[must_use]
    pub fn of(&self, customer: &Customer, channel: Channel) -> Option<AddressHash> {
        let address = customer.address_on(channel)?;
        match channel {
            Channel::Email => self.hash(channel, address).ok(),
            Channel::Sms | Channel::Whatsapp => Some(self.hash_normalised(channel, &telephone(address)?)),
        }
    }

    /// Tells this key from others, and nothing about it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        AddressHash(half(&mac(&self.0, b"fingerprint"))).to_string()
    }

    /// A key of its own for another purpose, which nobody can tell from this one or from others. `purpose` begins with a word
    /// that is no channel.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> Vec<u8> {
        mac(&self.0, purpose.as_bytes()).to_vec()
    }

    fn hash_normalised(&self, channel: Channel, address: &str) -> AddressHash {
        AddressHash(half(&mac(&self.0, format!("{}\n{address}", channel.as_str()).as_bytes())))
    }
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let mac = Hmac::<Sha256>::new_from_slice(key);
    mac.map(|mac| mac.chain_update(message).finalize().into_bytes().into()).unwrap_or_default()
}

fn half(digest: &[u8]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

/// An address as it is hashed: e-mail in lower case, of numbers the digits, `00` in front for `+`. Somebody has typed it, so a
/// number with letters is none.
///
/// # Errors
/// Says why it is none.
pub fn normalised(channel: Channel, text: &str) -> Result<String, Reason> {
    match channel {
        Channel::Email => Email::parse(text).map(|email| email.to_string()),
        Channel::Sms | Channel::Whatsapp => {
            let number = telephone(text).filter(|_| !text.chars().any(|c| c.is_alphabetic() || c == '@'));
            number.ok_or_else(|| "must be a telephone number".into())
        }
    }
}

/// The number in what a profile says of a telephone, whatever stands around its digits; none where there are too few or too many.
/// Nobody is written to by a number that has no place on the list.
#[must_use]
pub fn telephone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !(4..=20).contains(&digits.len()) {
        return None;
    }
    let before = text.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    Some(match digits.strip_prefix("00") {
        _ if before.contains('+') => format!("+{digits}"),
        Some(rest) => format!("+{rest}"),
        None => digits,
    })
}

/// As much of an address as those recognise who know it.
#[must_use]
pub fn masked(channel: Channel, address: &str) -> String {
    match channel {
        Channel::Email => masked_email(&address.trim().to_ascii_lowercase()),
        Channel::Sms | Channel::Whatsapp => {
            let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
            format!("***{}", digits.iter().skip(digits.len().saturating_sub(2)).collect::<String>())
        }
    }
}

impl SuppressionReason {
    pub const ALL: [Self; 6] =
        [Self::HardBounce, Self::Complaint, Self::SoftBounces, Self::Unsubscribed, Self::Manual, Self::Imported];

    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HardBounce => "hard_bounce",
            Self::Complaint => "complaint",
            Self::SoftBounces => "soft_bounces",
            Self::Unsubscribed => "unsubscribed",
            Self::Manual => "manual",
            Self::Imported => "imported",
        }
    }

    /// The reverse of [`SuppressionReason::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

impl SuppressionFilter {
    /// Whether a suppression is wanted.
    #[must_use]
    pub fn fits(&self, channel: Channel, reason: SuppressionReason) -> bool {
        self.channel.is_none_or(|wanted| wanted == channel) && self.reason.is_none_or(|wanted| wanted == reason)
    }
}

/// Whether a receipt says anything about the address to which its message went.
#[must_use]
pub const fn concerns(receipt: &Receipt) -> bool {
    matches!(receipt.report, Report::Bounced | Report::Complained | Report::Unsubscribed)
}

impl Note {
    /// What a receipt means for the address to which its message went; nothing for most of them.
    #[must_use]
    pub fn of_receipt(receipt: &Receipt, entry: &Message) -> Option<Self> {
        let what = match (receipt.report, receipt.bounce) {
            (Report::Bounced, Bounce::Hard) => Happened::Reason(SuppressionReason::HardBounce),
            (Report::Bounced, Bounce::Soft) => Happened::SoftBounce(name(receipt.message)),
            (Report::Complained, _) => Happened::Reason(SuppressionReason::Complaint),
            (Report::Unsubscribed, _) => Happened::Reason(SuppressionReason::Unsubscribed),
            _ => return None,
        };
        let erased = entry.email == Email::erased().as_str();
        let shown = (entry.channel == Channel::Email && !erased).then(|| masked(Channel::Email, &entry.email));
        // A provider whose clock is wrong cannot have heard of it before it was written.
        Some(Self { id: entry.address?, channel: entry.channel, shown, at: receipt.at.max(entry.queued_at), what })
    }

    /// Puts an address on the list.
    ///
    /// # Errors
    /// Says why it is no address.
    pub fn of_address(
        key: &AddressKey,
        channel: Channel,
        address: &str,
        reason: SuppressionReason,
        at: Time,
    ) -> Result<Self, Reason> {
        let id = key.hash(channel, address)?;
        Ok(Self { id, channel, shown: Some(masked(channel, address)), at, what: Happened::Reason(reason) })
    }
}

/// Names a message, and neither its campaign nor its customer.
fn name(message: MessageId) -> String {
    AddressHash(half(&Sha256::digest(message.to_string().as_bytes()))).to_string()
}

impl Entry {
    /// An address of which nothing has been heard.
    #[must_use]
    pub const fn new(id: AddressHash, channel: Channel) -> Self {
        Self { id, channel, standing: None, lifted_at: None, soft_bounces: BTreeMap::new() }
    }

    /// Takes something in; false when that changes nothing. Of several reasons the earliest stands, so that neither order nor
    /// repetition matters.
    pub fn note(&mut self, note: &Note) -> bool {
        if self.lifted_at.is_some_and(|lifted| note.at <= lifted) {
            return false;
        }
        match &note.what {
            Happened::Reason(reason) => self.stand(*reason, note.at, note.shown.as_ref()),
            Happened::SoftBounce(message) => {
                let before = self.soft_bounces.clone();
                let first = self.soft_bounces.entry(message.clone()).or_insert(note.at);
                *first = (*first).min(note.at);
                // The third message decides: later ones than that need not be known.
                let mut earliest: Vec<(Time, String)> = self.soft_bounces.iter().map(|(name, at)| (*at, name.clone())).collect();
                earliest.sort();
                earliest.truncate(SOFT_BOUNCES);
                let third = earliest.get(SOFT_BOUNCES - 1).map(|(at, _)| *at);
                self.soft_bounces = earliest.into_iter().map(|(at, name)| (name, at)).collect();
                let stands = third.is_some_and(|at| self.stand(SuppressionReason::SoftBounces, at, note.shown.as_ref()));
                stands || self.soft_bounces != before
            }
        }
    }

    /// Takes the address off the list; false when it is not on it.
    pub fn lift(&mut self, now: Time) -> bool {
        let Some(standing) = self.standing.take() else { return false };
        self.lifted_at = Some(now.max(standing.at));
        self.soft_bounces.clear();
        true
    }

    fn stand(&mut self, reason: SuppressionReason, at: Time, shown: Option<&String>) -> bool {
        let before = self.standing.take();
        let mut reasons = BTreeMap::from([(reason, at)]);
        let held = before.iter().flat_map(|one| one.also.iter().map(|(why, at)| (*why, *at)).chain([(one.reason, one.at)]));
        for (reason, at) in held {
            let first = reasons.entry(reason).or_insert(at);
            *first = (*first).min(at);
        }
        let (at, reason) = reasons.iter().map(|(reason, at)| (*at, *reason)).min().unwrap_or((at, reason));
        reasons.remove(&reason);
        let shown = before.as_ref().and_then(|one| one.shown.clone()).or_else(|| shown.cloned());
        self.standing = Some(Suppression { id: self.id, channel: self.channel, reason, at, shown, also: reasons });
        self.standing != before
    }
}

/// Reads the body of `POST /api/suppressions`: `{channel, address}`, or `{"items": [...]}` of many.
///
/// # Errors
/// Every fault found.
pub fn parse_additions(json: &Json, key: &AddressKey, now: Time) -> Result<Vec<Note>, Faults> {
    let Json::Object(members) = json else { return Err(Faults::of("", "must be an object")) };
    let [(name, list)] = members.as_slice() else { return Ok(vec![addition(json, "", key, now)?]) };
    if name != "items" {
        return Ok(vec![addition(json, "", key, now)?]);
    }
    let items = faults::list(list, limits::BULK).map_err(|reason| Faults::of("items", reason))?;
    if items.is_empty() {
        return Err(Faults::of("items", "must have at least one element"));
    }
    let (mut notes, mut faults) = (Vec::with_capacity(items.len()), Faults::default());
    for (index, item) in items.iter().enumerate() {
        match addition(item, &format!("items[{index}]"), key, now) {
            Ok(note) => notes.push(note),
            Err(mut more) => faults.0.append(&mut more.0),
        }
    }
    if faults.is_empty() { Ok(notes) } else { Err(faults) }
}

fn addition(json: &Json, path: &str, key: &AddressKey, now: Time) -> Result<Note, Faults> {
    let mut fields = Fields::of(json, path)?;
    let channel = fields.optional("channel", |json| {
        json.as_text().and_then(Channel::parse).ok_or_else(|| "must be email, sms or whatsapp".into())
    });
    let channel = channel.value().unwrap_or(Channel::Email);
    let note = fields.required("address", |json| {
        Note::of_address(key, channel, json.as_text().ok_or("must be text")?, SuppressionReason::Manual, now)
    });
    fields.finish()?;
    note.ok_or_else(|| Faults::of(path, "is incomplete"))
}

#[cfg(test)]
mod tests;

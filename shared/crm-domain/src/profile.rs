//! What a customer upsert says: only the fields that it names change.

use crate::customer::AttributeValue;
use crate::email::Email;
use crate::faults::{self, Faults, Fields, Patch, Reason};
use crate::json::Json;
use crate::limits;
use crate::time::Time;
use crate::timing;

/// The body of `POST /api/customers`.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub email: Email,
    pub name: Patch<String>,
    pub phone: Patch<String>,
    pub city: Patch<String>,
    pub country: Patch<String>,
    pub time_zone: Patch<String>,
    pub tags: Patch<Vec<String>>,
    /// Per key; `None` clears the key.
    pub attributes: Patch<Vec<(String, Option<AttributeValue>)>>,
    pub visits: Patch<u64>,
    pub last_active_at: Patch<Time>,
    pub created_at: Patch<Time>,
    pub email_consent: Patch<bool>,
    pub sms_consent: Patch<bool>,
    pub whatsapp_consent: Patch<bool>,
}

impl Profile {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let email = fields.required("email", Email::from_json);
        Self::read(fields, email).and_then(|profile| profile.ok_or_else(|| Faults::of(path, "is incomplete")))
    }

    /// Reads the body of `PATCH /api/customers/{id}`, which is about the customer of `email`.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse_patch(json: &Json, email: Email) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        if fields.raw("email").is_some() {
            fields.fault("email", "cannot be edited: addresses change by merging customers");
        }
        Self::read(fields, Some(email)).and_then(|profile| profile.ok_or_else(|| Faults::of("", "is incomplete")))
    }

    fn read(mut fields: Fields<'_>, email: Option<Email>) -> Result<Option<Self>, Faults> {
        let name = fields.optional("name", |json| faults::text(json, 200));
        let phone = fields.optional("phone", |json| faults::text(json, 500));
        let city = fields.optional("city", |json| faults::text(json, 500));
        let country = fields.optional("country", |json| faults::text(json, 500));
        let time_zone = fields.optional("timeZone", timing::zone_name);
        let tags = tags(&mut fields, "tags");
        let attributes = attributes(&mut fields);
        let visits = fields.optional("visits", |json| faults::integer(json, 0, 1_000_000_000).map(|n| n as u64));
        let last_active_at = fields.optional("lastActiveAt", Time::from_json);
        let created_at = fields.optional("createdAt", Time::from_json);
        let email_consent = fields.optional("emailConsent", faults::boolean);
        let sms_consent = fields.optional("smsConsent", faults::boolean);
        let whatsapp_consent = fields.optional("whatsappConsent", faults::boolean);
        for derived in ["totalSpend", "orderCount", "averageOrderValue", "firstOrderAt", "lastOrderAt"] {
            if fields.raw(derived).is_some() {
                fields.fault(derived, "is computed from orders and cannot be set");
            }
        }
        fields.finish()?;
        Ok(email.map(|email| Self {
            email,
            name,
            phone,
            city,
            country,
            time_zone,
            tags,
            attributes,
            visits,
            last_active_at,
            created_at,
            email_consent,
            sms_consent,
            whatsapp_consent,
        }))
    }
}

/// An attribute key: 1 to 64 of letters, digits and `_`.
#[must_use]
pub fn is_attribute_key(key: &str) -> bool {
    (1..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The member `name` as a list of tags.
pub(crate) fn tags(fields: &mut Fields<'_>, name: &'static str) -> Patch<Vec<String>> {
    let path = fields.place(name);
    let list = match fields.optional(name, |json| faults::list(json, limits::TAGS)) {
        Patch::Absent => return Patch::Absent,
        Patch::Clear => return Patch::Clear,
        Patch::Set(list) => list,
    };
    let mut tags = Vec::with_capacity(list.len());
    for (index, json) in list.iter().enumerate() {
        let tag = faults::text(json, 64).map_err(|reason| Faults::of(format!("{path}[{index}]"), reason));
        tags.extend(fields.nested(tag));
    }
    Patch::Set(tags)
}

/// The member `attributes`.
pub(crate) fn attributes(fields: &mut Fields<'_>) -> Patch<Vec<(String, Option<AttributeValue>)>> {
    let path = fields.place("attributes");
    let given = fields.optional("attributes", |json| match json {
        Json::Object(members) if members.len() > limits::ATTRIBUTES => {
            Err(format!("must have at most {} keys", limits::ATTRIBUTES).into())
        }
        Json::Object(_) if json.to_string().len() > limits::ATTRIBUTE_BYTES => {
            Err(format!("must be at most {} bytes in all", limits::ATTRIBUTE_BYTES).into())
        }
        Json::Object(members) => Ok(members),
        _ => Err("must be an object".into()),
    });
    let members = match given {
        Patch::Absent => return Patch::Absent,
        Patch::Clear => return Patch::Clear,
        Patch::Set(members) => members,
    };
    let mut attributes = Vec::with_capacity(members.len());
    for (key, json) in members {
        let shown: String = key.chars().filter(|c| !c.is_control()).take(64).collect();
        let parsed = attribute(key, json).map_err(|reason| Faults::of(format!("{path}.{shown}"), reason));
        if let Some(value) = fields.nested(parsed) {
            attributes.push((key.clone(), value));
        }
    }
    Patch::Set(attributes)
}

fn attribute(key: &str, json: &Json) -> Result<Option<AttributeValue>, Reason> {
    if !is_attribute_key(key) {
        return Err("must have a key of 1 to 64 letters, digits or underscores".into());
    }
    match json {
        Json::Null => Ok(None),
        Json::Bool(flag) => Ok(Some(AttributeValue::Flag(*flag))),
        Json::Text(_) => faults::text(json, 500).map(|text| Some(AttributeValue::Text(text))),
        Json::Number(number) => match number.as_f64() {
            // DynamoDB keeps 38 digits and JavaScript 15: this range is safe in both. Nearer to 0 DynamoDB takes no number.
            Some(value) if value == 0.0 || (1e-100..=1e15).contains(&value.abs()) => Ok(Some(AttributeValue::Number(value))),
            _ => Err("must be a number from -10^15 to 10^15, and 0 or at least 10^-100 away from it".into()),
        },
        Json::List(_) | Json::Object(_) => Err("must be text, a number, true or false".into()),
    }
}

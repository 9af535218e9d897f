//! The rows of an export: CSV by RFC 4180, in UTF-8, safe to open in a spreadsheet.

use std::collections::BTreeSet;

use crate::customer::{AttributeValue, Channel, ConsentDefaults, Customer};
use crate::email::Email;
use crate::money::Currency;
use crate::spreadsheet::cell;
use crate::time::Time;

/// The columns that every file has, named as the API names the fields; those of the attributes follow.
pub const COLUMNS: [&str; 21] = [
    "id",
    "email",
    "otherEmails",
    "name",
    "phone",
    "city",
    "country",
    "timeZone",
    "tags",
    "visits",
    "totalSpend",
    "orderCount",
    "averageOrderValue",
    "firstOrderAt",
    "lastOrderAt",
    "lastActiveAt",
    "createdAt",
    "updatedAt",
    "emailConsent",
    "smsConsent",
    "whatsappConsent",
];

/// What amounts and consents are shown by.
#[derive(Debug, Clone)]
pub struct Terms {
    pub currency: Currency,
    pub consent_defaults: ConsentDefaults,
}

/// The first line, with one column for each of `attributes`.
#[must_use]
pub fn header(attributes: &BTreeSet<String>) -> String {
    let own = COLUMNS.iter().map(|name| (*name).to_owned());
    line(own.chain(attributes.iter().map(|key| format!("attributes.{key}"))))
}

/// The line of one customer; what is not known is an empty cell.
#[must_use]
pub fn row(customer: &Customer, attributes: &BTreeSet<String>, terms: &Terms) -> String {
    let (currency, sums) = (&terms.currency, &customer.sums);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |time: Option<Time>| time.map(|time| time.to_string()).unwrap_or_default();
    let consent = |channel| customer.consents_to(channel, terms.consent_defaults).to_string();
    let own: [String; COLUMNS.len()] = [
        customer.id.to_string(),
        customer.email.to_string(),
        customer.other_emails.iter().map(Email::as_str).collect::<Vec<_>>().join("; "),
        text(&customer.name),
        text(&customer.phone),
        text(&customer.city),
        text(&customer.country),
        text(&customer.time_zone),
        customer.tags.iter().map(String::as_str).collect::<Vec<_>>().join("; "),
        customer.visits().to_string(),
        currency.to_major(sums.total_spend).to_string(),
        sums.order_count.to_string(),
        currency.average(sums.total_spend, sums.order_count).map(|average| average.to_string()).unwrap_or_default(),
        time(sums.first_order_at),
        time(sums.last_order_at),
        time(customer.last_active_at()),
        customer.created_at().to_string(),
        customer.updated_at.to_string(),
        consent(Channel::Email),
        consent(Channel::Sms),
        consent(Channel::Whatsapp),
    ];
    let attributes = attributes.iter().map(|key| match customer.attributes.get(key) {
        None => String::new(),
        Some(AttributeValue::Flag(flag)) => flag.to_string(),
        Some(AttributeValue::Number(number)) => number.to_string(),
        Some(AttributeValue::Text(text)) => text.clone(),
    });
    line(own.into_iter().chain(attributes))
}

pub(super) fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = cells.map(|text| cell(&text)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    #[test]
    fn a_row_reads_back_cell_by_cell() {
        let mut customer = Customer::new(Email::parse("asha@x.in").unwrap(), Time::parse("2026-01-02").unwrap());
        customer.name = Some("Rao, \"Asha\"".into());
        customer.phone = Some("+91 98450".into());
        customer.city = Some("=HYPERLINK(\"http://x\")".into());
        customer.tags = ["vip".to_owned(), "new".to_owned()].into();
        customer.visits_given = 4;
        customer.sums.total_spend = Money::from_minor(10_050);
        customer.sums.order_count = 3;
        customer.consents.sms = Some(true);
        customer.attributes = [
            ("plan".to_owned(), AttributeValue::Text("gold".into())),
            ("debt".to_owned(), AttributeValue::Number(-5.5)),
            ("app".to_owned(), AttributeValue::Flag(true)),
            ("new".to_owned(), AttributeValue::Text("came too late".into())),
        ]
        .into();
        let keys: BTreeSet<String> = ["plan", "debt", "app", "gone"].map(str::to_owned).into();
        let terms = Terms { currency: Currency::parse("INR").unwrap(), consent_defaults: ConsentDefaults::default() };
        let file = format!("{}{}", header(&keys), row(&customer, &keys, &terms));
        assert!(file.ends_with("\r\n") && file.lines().count() == 2);
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(names[COLUMNS.len()..], ["attributes.app", "attributes.debt", "attributes.gone", "attributes.plan"]);
        let record = reader.records().next().unwrap().unwrap();
        let read = |name: &str| &record[names.iter().position(|own| own == name).unwrap()];
        for (name, value) in [
            ("id", customer.id.to_string().as_str()),
            ("email", "asha@x.in"),
            ("name", "Rao, \"Asha\""),
            ("phone", "'+91 98450"),
            ("city", "'=HYPERLINK(\"http://x\")"),
            ("country", ""),
            ("tags", "new; vip"),
            ("visits", "4"),
            ("totalSpend", "100.5"),
            ("orderCount", "3"),
            ("averageOrderValue", "33.5"),
            ("firstOrderAt", ""),
            ("createdAt", "2026-01-02T00:00:00Z"),
            ("emailConsent", "true"),
            ("smsConsent", "true"),
            ("whatsappConsent", "false"),
            ("attributes.app", "true"),
            ("attributes.debt", "'-5.5"),
            ("attributes.gone", ""),
            ("attributes.plan", "gold"),
        ] {
            assert_eq!(read(name), value, "{name}");
        }
    }
}

//! Customers and orders as the API shows them.

use crm_domain::customer::{self, Channel};
use crm_domain::money::Money;
use crm_domain::order;

use crate::config::Settings;
use crate::contract::shapes::{Customer, Order, OrderLine};

/// A customer as the API shows it.
#[must_use]
pub fn customer(customer: &customer::Customer, settings: &Settings) -> Customer {
    let (currency, defaults) = (&settings.currency, settings.consent_defaults);
    let sums = &customer.sums;
    Customer {
        id: customer.id.to_string(),
        email: customer.email.to_string(),
        other_emails: customer.other_emails.iter().map(ToString::to_string).collect(),
        name: customer.name.clone(),
        phone: customer.phone.clone(),
        city: customer.city.clone(),
        country: customer.country.clone(),
        time_zone: customer.time_zone.clone(),
        tags: customer.tags.iter().cloned().collect(),
        attributes: customer.attributes.clone(),
        visits: customer.visits(),
        total_spend: currency.to_major(sums.total_spend),
        order_count: sums.order_count,
        average_order_value: currency.average(sums.total_spend, sums.order_count),
        first_order_at: sums.first_order_at,
        last_order_at: sums.last_order_at,
        last_active_at: customer.last_active_at(),
        created_at: customer.created_at(),
        updated_at: customer.updated_at,
        email_consent: customer.consents_to(Channel::Email, defaults),
        sms_consent: customer.consents_to(Channel::Sms, defaults),
        whatsapp_consent: customer.consents_to(Channel::Whatsapp, defaults),
    }
}

/// An order as the API shows it; `None` for one that has no standing version, as all that are read do.
#[must_use]
pub fn order(order: &order::Order, settings: &Settings) -> Option<Order> {
    let (body, currency) = (order.body()?, &settings.currency);
    let major = |money: Money| currency.to_major(money);
    let items = body.items.iter().map(|item| OrderLine {
        sku: item.sku.clone(),
        name: item.name.clone(),
        quantity: item.quantity,
        unit_price: major(item.unit_price),
    });
    Some(Order {
        id: order.id.to_string(),
        order_id: body.merchant_id.clone(),
        email: body.email.to_string(),
        customer_id: order.customer_id().map(|id| id.to_string()),
        items: items.collect(),
        quantity: body.quantity,
        total: major(body.total()),
        currency: currency.code().to_owned(),
        placed_at: order.placed_at(),
        status: order.status(),
        conflict: order.conflict,
    })
}

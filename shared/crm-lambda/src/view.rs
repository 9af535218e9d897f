//! Customers and orders as the API shows them.

use crm_domain::customer::{Channel, Customer};
use crm_domain::order::Order;
use serde_json::{Map, Value, json};

use crate::config::Settings;

/// A customer as JSON; what is not known is left out.
#[must_use]
pub fn customer(customer: &Customer, settings: &Settings) -> Value {
    let (currency, defaults) = (&settings.currency, settings.consent_defaults);
    let sums = &customer.sums;
    shown([
        ("id", json!(customer.id)),
        ("email", json!(customer.email)),
        ("name", json!(customer.name)),
        ("phone", json!(customer.phone)),
        ("city", json!(customer.city)),
        ("country", json!(customer.country)),
        ("timeZone", json!(customer.time_zone)),
        ("tags", json!(customer.tags)),
        ("attributes", json!(customer.attributes)),
        ("visits", json!(customer.visits())),
        ("totalSpend", json!(currency.to_major(sums.total_spend))),
        ("orderCount", json!(sums.order_count)),
        ("averageOrderValue", json!(currency.average(sums.total_spend, sums.order_count))),
        ("firstOrderAt", json!(sums.first_order_at)),
        ("lastOrderAt", json!(sums.last_order_at)),
        ("lastActiveAt", json!(customer.last_active_at())),
        ("createdAt", json!(customer.created_at())),
        ("updatedAt", json!(customer.updated_at)),
        ("emailConsent", json!(customer.consents_to(Channel::Email, defaults))),
        ("smsConsent", json!(customer.consents_to(Channel::Sms, defaults))),
        ("whatsappConsent", json!(customer.consents_to(Channel::Whatsapp, defaults))),
    ])
}

/// An order as JSON. It must have a standing version, as all that are read do.
#[must_use]
pub fn order(order: &Order, settings: &Settings) -> Value {
    let Some(body) = order.body() else { return json!({"id": order.id}) };
    let currency = &settings.currency;
    let items: Vec<Value> = body
        .items
        .iter()
        .map(|item| {
            json!({"sku": item.sku, "name": item.name, "quantity": item.quantity, "unitPrice": currency.to_major(item.unit_price)})
        })
        .collect();
    shown([
        ("id", json!(order.id)),
        ("orderId", json!(body.merchant_id)),
        ("email", json!(body.email)),
        ("items", json!(items)),
        ("quantity", json!(body.quantity)),
        ("total", json!(currency.to_major(body.total()))),
        ("currency", json!(currency.code())),
        ("placedAt", json!(order.placed_at())),
        ("status", json!(order.status())),
        ("conflict", json!(order.conflict)),
    ])
}

fn shown<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.to_owned(), value))
            .collect::<Map<_, _>>(),
    )
}

//! Orders that come in by HTTP, with an API key: one a request, and a hundred.

use std::error::Error;

use serde_json::{Value, json};

use super::RUNS;
use crate::aws::{Aws, token};
use crate::function::Function;
use crate::report::{Cost, Row, Target, in_unit};
use crate::settings::Settings;

/// Requests of one run, and before the first.
const REQUESTS: usize = 500;
const BULK_REQUESTS: usize = 50;
/// Orders of a request of many.
const ORDERS: usize = 100;

/// A line for one, one for many.
pub fn rows(settings: &Settings) -> Result<Vec<Row>, Box<dyn Error>> {
    let aws = Aws::start()?;
    let mut function = settings.start("orders-api", &aws)?;
    let event = |body: &Value| -> Result<String, Box<dyn Error>> {
        let mut event = settings.event("orders-api", "place-with-items")?;
        event["headers"]["authorization"] = format!("Bearer {}", token()).into();
        // A key would be a request to storage more.
        event["headers"].as_object_mut().ok_or("headers")?.shift_remove("idempotency-key");
        event["body"] = body.to_string().into();
        Ok(event.to_string())
    };
    let one = event(&order(0))?;
    let refused = event(&without_address(order(0)))?;
    let many = event(&json!({"items": (0..ORDERS).map(order).collect::<Vec<_>>()}))?;
    let many_refused = event(&json!({"items": (0..ORDERS).map(|number| without_address(order(number))).collect::<Vec<_>>()}))?;
    let mut costs = [const { Vec::new() }; 4];
    for run in 0..=RUNS {
        let events =
            [(&one, 202, REQUESTS), (&refused, 422, REQUESTS), (&many, 202, BULK_REQUESTS), (&many_refused, 422, BULK_REQUESTS)];
        for ((event, status, times), costs) in events.into_iter().zip(&mut costs) {
            let cost = ask(&mut function, event, status, times)?;
            // The first run warms up.
            if run > 0 {
                costs.push(cost);
            }
        }
    }
    let sent = aws.asked().get("SendMessageBatch").copied().unwrap_or_default() as usize;
    if sent != (RUNS + 1) * (REQUESTS + BULK_REQUESTS) {
        return Err(format!("{sent} requests to the queue").into());
    }
    let [one, refused, many, many_refused] = costs.map(|costs| Cost::median(&costs));
    let us = |cost: Cost| in_unit(cost.cpu, "us");
    Ok(vec![
        Row::of_cost("accept.one", one, "us").against(us(refused), "refusing it").target(Target::AtMost(110.0)),
        Row::of_cost("accept.bulk", many.each(ORDERS), "us")
            .against(us(many_refused.each(ORDERS)), "refusing them")
            .target(Target::AtMost(5.0))
            .note(format!("an order, {ORDERS} a request")),
    ])
}

fn ask(function: &mut Function, event: &str, status: u16, times: usize) -> Result<Cost, Box<dyn Error>> {
    let cost = function.cost_of(|function| {
        for _ in 0..times {
            let answer: Value = serde_json::from_slice(&function.invoke(event.to_owned())?)?;
            if answer["statusCode"] != status {
                return Err(format!("not {status}: {answer}").into());
            }
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    Ok(cost.each(times))
}

/// An order of two lines.
pub fn order(number: usize) -> Value {
    json!({
        "email": format!("person{number}@example.com"), "orderId": format!("INV-2026-{number:06}"), "currency": "INR",
        "items": [
            {"sku": "TEA-ASSAM-250", "name": "Assam Tea 250 g", "quantity": 2, "unitPrice": 349.5},
            {"sku": "CUP-BLUE", "name": "Blue Cup", "quantity": 1, "unitPrice": 220},
        ],
        "placedAt": "2026-11-20T09:30:00+05:30",
    })
}

fn without_address(mut order: Value) -> Value {
    order["email"] = "nobody".into();
    order
}

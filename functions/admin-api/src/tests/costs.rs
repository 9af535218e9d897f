//! What a month costs.

use crm_domain::event::Event;
use crm_domain::json::Json;
use crm_domain::time::Time;
use crm_testing::{send, settings};
use serde_json::{Value, json};

use super::{house, send_as};

fn line<'a>(costs: &'a Value, part: &str, item: &str) -> &'a Value {
    costs[part].as_array().unwrap().iter().find(|line| line["item"] == item).unwrap()
}

#[tokio::test]
async fn a_month_is_told_by_line_and_every_price_has_its_source() {
    let (router, _, memory) = house();
    let order = json!({
        "specversion": "1.0", "id": "1", "source": "/t", "type": "crm.order.place.v1", "time": "2026-10-02T00:00:00Z",
        "data": {"email": "a@x.in", "total": 5, "placedAt": "2026-10-02T00:00:00Z"},
    });
    let order = Json::parse(order.to_string().as_bytes()).unwrap();
    let now = Time::parse("2026-10-03").unwrap();
    memory.apply(&[Event::parse(&order, &settings().currency, now).unwrap()]);
    let costs = send_as(&router, "admin", "GET", "/api/costs?month=2026-10", "").await.json;
    let orders = line(&costs, "work", "orders");
    assert_eq!((&orders["count"], &orders["basis"]), (&json!(1), &json!("estimated")));
    let each = orders["perMillion"].as_f64().unwrap() / 1e6;
    // One alone is rounded by less than a thousandth of a GB-second.
    assert!((orders["price"].as_f64().unwrap() - each).abs() < 1e-8);
    assert_eq!(line(&costs, "work", "questions")["count"], json!(0));
    assert!(line(&costs, "floor", "alarms")["count"].as_u64() > Some(0));
    let lines = ["work", "floor"].into_iter().flat_map(|part| costs[part].as_array().unwrap());
    let sum: f64 = lines.clone().map(|line| line["price"].as_f64().unwrap()).sum();
    assert!((costs["total"].as_f64().unwrap() - sum).abs() < 1e-9);
    let priced: Vec<&Value> = costs["prices"].as_array().unwrap().iter().map(|price| &price["unit"]).collect();
    for part in lines.flat_map(|line| line["parts"].as_array().unwrap()) {
        assert!(priced.contains(&&part["unit"]), "{part}");
    }
    for price in costs["prices"].as_array().unwrap() {
        assert!(price["source"].as_str().unwrap().starts_with("https://") && price["date"].is_string(), "{price}");
    }
}

#[tokio::test]
async fn this_month_is_told_unless_another_is_asked_for_and_what_is_none_is_refused() {
    let (router, ..) = house();
    let before = Time::now();
    let costs = send(&router, "GET", "/api/costs", "").await.json;
    // A month may end in between.
    let month = costs["month"].as_str().unwrap();
    assert!([before, Time::now()].iter().any(|time| time.to_string().starts_with(month)), "{month}");
    assert!(costs["total"].as_f64().unwrap() <= costs["floorPerMonth"].as_f64().unwrap());
    for month in ["11", "2026-13", "next"] {
        let refused = send(&router, "GET", &format!("/api/costs?month={month}"), "").await;
        assert_eq!((refused.status, refused.fields()), (422, vec!["month"]), "{month}");
    }
    assert_eq!(send_as(&router, "analyst", "GET", "/api/costs", "").await.status, 403);
}

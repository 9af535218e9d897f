//! Orders that come from the queue: batches of a thousand messages, three orders a customer, all of them new.

use std::error::Error;
use std::hint::black_box;

use serde_json::{Value, json};

use super::RUNS;
use super::accept::order;
use crate::aws::Aws;
use crate::process::measured;
use crate::report::{Cost, Row, Target, in_unit, median};
use crate::settings::Settings;

const ORDERS: usize = 1_000;
const ORDERS_OF_ONE: usize = 3;
/// Batches of one run.
const BATCHES: usize = 3;

/// One line.
pub fn rows(settings: &Settings) -> Result<Vec<Row>, Box<dyn Error>> {
    let aws = Aws::start()?;
    let mut worker = settings.start("write-worker", &aws)?;
    let (mut costs, mut floors, mut requests) = (Vec::new(), Vec::new(), 0);
    for run in 0..=RUNS {
        let batches: Vec<String> = (0..BATCHES)
            .map(|batch| {
                let first = (run * BATCHES + batch) * ORDERS;
                settings.batch("write-worker", "orders", (first..first + ORDERS).map(message))
            })
            .collect::<Result<_, _>>()?;
        drop(aws.take_said(true));
        let before = aws.requests();
        let cost = worker.cost_of(|worker| {
            for batch in batches {
                let answer: Value = serde_json::from_slice(&worker.invoke(batch)?)?;
                if answer["batchItemFailures"] != json!([]) {
                    return Err(format!("not applied: {answer}").into());
                }
            }
            Ok::<_, Box<dyn Error>>(())
        })?;
        requests = aws.requests() - before;
        let floor = serialising(&aws.take_said(false))?;
        // The first run warms up.
        if run > 0 {
            costs.push(cost.each(ORDERS * BATCHES));
            floors.push(floor / (ORDERS * BATCHES) as f64);
        }
    }
    let asked = requests as f64 / (ORDERS * BATCHES) as f64;
    let row = Row::of_cost("apply", Cost::median(&costs), "us").against(median(floors), "serialising the same requests alone");
    Ok(vec![row.target(Target::AtMost(40.0)).note(format!("an order; {asked:.3} requests to AWS for it"))])
}

/// Microseconds that it takes to write the bodies of these requests.
fn serialising(said: &[Vec<u8>]) -> Result<f64, Box<dyn Error>> {
    let said: Vec<Value> = said.iter().map(|body| serde_json::from_slice(body)).collect::<Result<_, _>>()?;
    let cost = measured(|| said.iter().for_each(|body| drop(black_box(body.to_string()))))?;
    Ok(in_unit(cost.cpu, "us"))
}

fn message(number: usize) -> String {
    let mut order = order(number);
    order["email"] = format!("person{}@example.com", number / ORDERS_OF_ONE).into();
    let event = json!({
        "specversion": "1.0", "id": format!("ord-{number}"), "source": "/bench", "type": "crm.order.place.v1",
        "time": "2026-11-20T09:30:00Z", "data": order,
    });
    event.to_string()
}

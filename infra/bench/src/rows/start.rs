//! What a new environment takes: until the function asks for work, and until its first invocation, with the first requests to
//! AWS in it, is done.

use std::collections::BTreeMap;
use std::error::Error;

use super::RUNS;
use crate::aws::Aws;
use crate::function::Function;
use crate::report::{Cost, Row, Target, in_unit};
use crate::settings::Settings;

/// The first event of each function: one that asks AWS.
const FIRST: [(&str, &str); 19] = [
    ("admin-api", "list-keys"),
    ("ai-api", "usage"),
    ("ai-worker", "question"),
    ("auth-api", "who-am-i"),
    ("campaigns-api", "list"),
    ("clock", "minute"),
    ("customers-api", "list"),
    ("dashboard-api", "stats"),
    ("delivery-worker", "deliver"),
    ("erasure-worker", "sweep"),
    ("event-stream", "orders"),
    ("import-worker", "go-on"),
    ("orders-api", "list"),
    ("public-api", "health"),
    ("segment-stream", "changes"),
    ("segment-worker", "settle"),
    ("segments-api", "list"),
    ("webhook-worker", "deliver"),
    ("write-worker", "orders"),
];

/// Two lines for each function.
pub fn rows(settings: &Settings) -> Result<Vec<Row>, Box<dyn Error>> {
    let aws = Aws::start()?;
    let mut floor = Vec::with_capacity(RUNS);
    let mut starts: BTreeMap<&str, (Vec<Cost>, Vec<Cost>, u64)> = BTreeMap::new();
    for _ in 0..RUNS {
        floor.push(Function::start(&settings.floor, &settings.variables_beside(&aws))?.start);
        for built in &settings.functions {
            let case = FIRST.iter().find(|(name, _)| *name == built.name).map(|(_, case)| *case);
            let event = settings.event(&built.name, case.ok_or_else(|| format!("no event for {}", built.name))?)?.to_string();
            let mut function = settings.start(&built.name, &aws)?;
            let before = aws.requests();
            let first = function.cost_of(|function| function.invoke(event).map(|_| ()))?;
            let requests = aws.requests() - before;
            if requests == 0 {
                return Err(format!("the first event of {} asked nothing of AWS", built.name).into());
            }
            let (until_next, until_done, asked) = starts.entry(&built.name).or_default();
            let start = function.start;
            until_next.push(start);
            until_done.push(Cost { cpu: start.cpu + first.cpu, wall: start.wall + first.wall });
            *asked = requests;
        }
    }
    let floor = in_unit(Cost::median(&floor).cpu, "ms");
    let row = |name: String, costs: &[Cost], most| {
        Row::of_cost(name, Cost::median(costs), "ms").against(floor, "an empty static program").target(Target::AtMost(most))
    };
    let both = |(name, (until_next, until_done, asked)): (&str, (Vec<Cost>, Vec<Cost>, u64))| {
        [
            row(format!("start.{name}"), &until_next, 5.0),
            row(format!("first-call.{name}"), &until_done, 25.0).note(format!("{asked} requests to AWS")),
        ]
    };
    Ok(starts.into_iter().flat_map(both).collect())
}

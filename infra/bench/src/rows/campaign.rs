//! A campaign to many: planned, counted and delivered by delivery-worker, of which every step is taken, ten at a time.

use std::collections::VecDeque;
use std::error::Error;
use std::time::Duration;

use crm_domain::campaign::CampaignStatus;
use serde_json::{Value, json};

use crate::aws::Aws;
use crate::function::Function;
use crate::population::Population;
use crate::report::{Cost, Row, Target, in_unit};
use crate::settings::Settings;
use crate::tables::{APP, CUSTOMERS, MESSAGES};

/// Messages of one batch, as template.yaml has it.
const BATCH: usize = 10;
const SUBJECT: &str = "{{name|default(\"Hello\")}}, new in {{city|default(\"your city\")}}";
const BODY: &str = "<html><body><p>Dear {{name|default(\"customer\")}},</p><p>come and see the <a href=\"https://shop.example/spring\">new \
    collection</a> in {{city|default(\"your city\")}}.</p></body></html>";

/// A line for the whole, and one for each kind of step; one for its memory.
pub fn rows(settings: &Settings) -> Result<Vec<Row>, Box<dyn Error>> {
    let aws = Aws::start()?;
    let steps = launched(settings, &aws)?;
    let mut worker = settings.start("delivery-worker", &aws)?;
    let outcome = run(settings, &aws, &mut worker, steps)?;
    let recipients = settings.recipients;
    let sent = aws.tables().all(MESSAGES).filter(|entry| entry.contains_key("sentAt")).count();
    let status = aws.tables().all(APP).find(|item| item["pk"]["S"] == "campaign").map(|item| item["status"]["S"].clone());
    if sent != recipients || status != Some(serde_json::to_value(CampaignStatus::Sent)?) {
        return Err(format!("{sent} of {recipients} were sent, and the campaign is {status:?}").into());
    }
    let all = outcome.planning + outcome.delivering;
    let rate = recipients as f64 / all.as_secs_f64();
    let each = |name: &str, cpu: Duration| Row::new(name, in_unit(cpu, "us") / recipients as f64, "us").note("a recipient");
    let requests = aws.requests() as f64 / recipients as f64;
    Ok(vec![
        Row::new("campaign", rate, "recipients/s").target(Target::AtLeast(50_000.0)).note(format!(
            "on one core, {recipients} recipients; {requests:.2} requests to AWS for one; by the clock {:.0}",
            recipients as f64 / outcome.wall.as_secs_f64()
        )),
        each("campaign.plan", outcome.planning),
        each("campaign.deliver", outcome.delivering),
        Row::new("campaign.memory", outcome.last as f64 / 1e6, "MB")
            .against(outcome.early as f64 / 1e6, "after a tenth of it")
            .target(Target::RatioAtMost(1.1)),
    ])
}

struct Outcome {
    planning: Duration,
    delivering: Duration,
    wall: Duration,
    /// Memory, the most until a tenth of the steps and the most at all.
    early: u64,
    last: u64,
}

/// Takes step after step until none is left.
fn run(settings: &Settings, aws: &Aws, worker: &mut Function, steps: Vec<String>) -> Result<Outcome, Box<dyn Error>> {
    let mut outcome = Outcome { planning: Duration::ZERO, delivering: Duration::ZERO, wall: Duration::ZERO, early: 0, last: 0 };
    let mut steps = VecDeque::from(steps);
    let (mut taken, mut expected) = (0, usize::MAX);
    while !steps.is_empty() {
        let batch: Vec<String> = steps.drain(..BATCH.min(steps.len())).collect();
        let delivers = batch.iter().all(|step| step.contains("deliver.v1"));
        taken += batch.len();
        let event = settings.batch("delivery-worker", "deliver", batch.into_iter())?;
        let Cost { cpu, wall } = worker.cost_of(|worker| worker.invoke(event).map(|_| ()))?;
        outcome.wall += wall;
        *(if delivers { &mut outcome.delivering } else { &mut outcome.planning }) += cpu;
        // What is no step is a receipt, which is write-worker's.
        let more: Vec<String> = aws.take_queued().into_iter().filter(|body| body.starts_with("{\"task\"")).collect();
        if !delivers && !more.is_empty() {
            expected = more.len();
            taken = 0;
        }
        steps.extend(more);
        outcome.last = outcome.last.max(worker.memory()?);
        if taken <= expected / 10 {
            outcome.early = outcome.last;
        }
    }
    Ok(outcome)
}

/// Makes a customer, a segment of everybody and a campaign to it, by the functions that do so; its first steps.
fn launched(settings: &Settings, aws: &Aws) -> Result<Vec<String>, Box<dyn Error>> {
    settings.start("write-worker", aws)?.invoke(settings.event("write-worker", "customers")?.to_string())?;
    let everyone = json!({"name": "Everyone", "rules": {"combinator": "and", "rules": []}});
    let segment = asked(settings, aws, ("segments-api", "create"), &everyone)?;
    // As many shards as that many customers have.
    aws.tables()
        .put(APP, json!({"pk": {"S": "figures#0"}, "sk": {"S": "2026-01"}, "c07": {"N": settings.recipients.to_string()}}));
    let customer = aws.tables().all(CUSTOMERS).next().cloned().ok_or("no customer was written")?;
    drop(aws.take_queued());
    let variants = json!([{"subject": SUBJECT, "body": BODY}]);
    let campaign = json!({"name": "Many", "segmentId": segment["id"], "channel": "email", "variants": variants});
    asked(settings, aws, ("campaigns-api", "launch"), &campaign)?;
    aws.tables().population = Some(Population::of(customer, settings.recipients));
    Ok(aws.take_queued())
}

/// What a function behind the API answers to a body.
fn asked(settings: &Settings, aws: &Aws, (name, case): (&str, &str), body: &Value) -> Result<Value, Box<dyn Error>> {
    let mut event = settings.event(name, case)?;
    event["body"] = body.to_string().into();
    event["headers"].as_object_mut().ok_or("headers")?.shift_remove("idempotency-key");
    let answer: Value = serde_json::from_slice(&settings.start(name, aws)?.invoke(event.to_string())?)?;
    if answer["statusCode"].as_u64().is_none_or(|status| status >= 300) {
        return Err(format!("{name}: {answer}").into());
    }
    Ok(serde_json::from_str(answer["body"].as_str().unwrap_or_default())?)
}

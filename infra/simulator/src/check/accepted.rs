//! What must follow from an answer that something is accepted: it is one event on its queue, and nothing else is.

use std::collections::BTreeMap;

use crm_domain::event::{Event, Kind};
use crm_domain::ports::QueueName;
use serde_json::Value;

use crate::crm::Crm;
use crate::model::same;
use crate::shop::{Accepted, Told};
use crate::workload::Said;

/// What callers of the API say has a source that begins with this.
const CALLERS: &str = "/api/";

/// The events of everything that the shops were told is accepted, as they were put on the queues.
///
/// # Errors
/// Something that was accepted is on no queue, or as two different events; or something is there that nobody was told of; or an
/// answer was not to the point.
pub fn events(crm: &Crm, told: &Told) -> Result<Vec<Said>, String> {
    same("answers that are amiss", &told.amiss, &Vec::new())?;
    let mut seen = seen(crm);
    let mut all = Vec::new();
    for one in &told.accepted {
        let mut forms = seen.remove(&one.event).unwrap_or_default();
        let Some((queue, envelope)) = forms.pop() else {
            return Err(format!("{} was accepted, and is lost: {one:?}", one.event));
        };
        if let Some((_, other)) = forms.pop() {
            return Err(format!("{} is two events: {envelope} and {other}", one.event));
        }
        all.push(event(one, queue, &envelope)?);
    }
    let mut changed = told.changed.clone();
    for (id, forms) in seen {
        for (queue, envelope) in forms {
            let data = &envelope["data"];
            if envelope["type"] != Kind::ChangeOrderStatus.as_str() || !told.changes.contains(data) {
                return Err(format!("nobody was told of {id}: {envelope}"));
            }
            if let Some(place) = changed.iter().position(|change| change == data) {
                changed.swap_remove(place);
            }
            all.push(Said::new(queue, Kind::ChangeOrderStatus, &envelope));
        }
    }
    same("changes of status that were accepted, and are lost", &changed, &Vec::new())?;
    Ok(all)
}

/// The forms of each event of a caller that were ever put on a queue.
fn seen(crm: &Crm) -> BTreeMap<String, Vec<(QueueName, Value)>> {
    let mut seen: BTreeMap<String, Vec<(QueueName, Value)>> = BTreeMap::new();
    let state = crm.cloud.state();
    for (queue, body) in state.queues.brought() {
        let envelopes = match serde_json::from_str(body) {
            Ok(Value::Array(envelopes)) => envelopes,
            one => one.into_iter().collect(),
        };
        for envelope in envelopes {
            let text = |name: &str| envelope[name].as_str().unwrap_or_default().to_owned();
            if text("source").starts_with(CALLERS) {
                let forms = seen.entry(text("id")).or_default();
                if !forms.iter().any(|(_, form)| *form == envelope) {
                    forms.push((queue, envelope));
                }
            }
        }
    }
    seen
}

/// What was accepted, as it was put on a queue.
fn event(one: &Accepted, queue: QueueName, envelope: &Value) -> Result<Said, String> {
    let id = &one.event;
    same(&format!("the kind of {id}"), &envelope["type"].as_str(), &Some(one.kind.as_str()))?;
    same(&format!("what {id} says"), &envelope["data"], &one.data)?;
    let said = Said::new(queue, one.kind, envelope);
    let event = said.event.as_ref().ok_or_else(|| format!("{id} cannot be read: {envelope}"))?;
    same(&format!("the id that was answered for {id}"), &one.id, &subject(event))?;
    Ok(said)
}

/// What the event is of.
fn subject(event: &Event) -> String {
    let order = event.order().map(|id| id.to_string());
    let activity = event.activity().map(|(_, id)| id.to_string());
    order.or(activity).or_else(|| event.customer().map(|id| id.to_string())).unwrap_or_default()
}

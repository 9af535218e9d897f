//! Changes over the ports in memory: bursts, repeated batches, lost races and lost answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crm_domain::customer::ConsentDefaults;
use crm_domain::event::Event;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json;
use crm_domain::membership::{Cause, EditionId, Step, Task};
use crm_domain::ports::QueueName;
use crm_domain::time::Time;
use crm_lambda::memberships::Keeper;
use crm_lambda::stream::changed;
use crm_testing::{Memory, cases, settings};
use serde_json::{Value, json};

use crate::changes::settle;

const BIG: &str = "01900000-0000-7000-8000-00000000000a";
const LOCAL: &str = "01900000-0000-7000-8000-00000000000b";

struct Crm {
    memory: Arc<Memory>,
    keeper: Keeper<Memory>,
    big: EditionId,
    local: EditionId,
}

impl Crm {
    fn new() -> Self {
        let memory = Arc::new(Memory::default());
        let rule = |field: &str, operator: &str, value: Value| json!({"combinator": "and", "rules": [{"field": field, "operator": operator, "value": value}]});
        let big = memory.keep_segment(BIG, "Big", &rule("totalSpend", ">", json!(500)));
        let local = memory.keep_segment(LOCAL, "Local", &rule("city", "=", json!("Pune")));
        Self { keeper: Keeper::new(memory.clone(), ConsentDefaults::default()), memory, big, local }
    }

    async fn settle(&self, customers: &[CustomerId]) {
        settle(&self.keeper, &*self.memory, customers.to_vec()).await.unwrap();
    }

    fn members(&self) -> [usize; 2] {
        let members = [self.big, self.local].map(|edition| self.memory.members_of(edition).len());
        // The size that is kept is never another than the number of members.
        assert_eq!([self.big, self.local].map(|edition| self.memory.size_of(edition)), members.map(|size| size as i64));
        members
    }

    fn say(&self, kind: &str, id: &str, data: &Value) -> CustomerId {
        let event = json!({
            "specversion": "1.0", "id": id, "source": "/t", "type": kind, "time": format!("2026-01-{:02}T00:00:00Z", 1 + id.len()),
            "data": data,
        });
        let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
        self.memory.apply(std::slice::from_ref(&event));
        event.customer().unwrap()
    }

    fn order(&self, email: &str, id: &str, total: u32) -> CustomerId {
        self.say("crm.order.place.v1", id, &json!({"email": email, "orderId": id, "total": total}))
    }

    fn lives_in(&self, email: &str, id: &str, city: &str) -> CustomerId {
        self.say("crm.customer.upsert.v1", id, &json!({"email": email, "city": city}))
    }
}

#[tokio::test]
async fn members_follow_the_data_and_each_move_is_told_once() {
    let crm = Crm::new();
    let asha = crm.order("asha@x.in", "1", 400);
    crm.settle(&[asha]).await;
    assert_eq!(crm.members(), [0, 0]);
    crm.order("asha@x.in", "2", 200);
    crm.lives_in("asha@x.in", "3", "Pune");
    // The stream names her twice, and again after the batch was thought to be lost.
    for _ in 0..3 {
        crm.settle(&[asha, asha]).await;
    }
    assert_eq!(crm.members(), [1, 1]);
    crm.lives_in("asha@x.in", "44", "Goa");
    crm.settle(&[asha]).await;
    assert_eq!(crm.members(), [1, 0]);
    let told: Vec<_> = crm.memory.moves_of(asha).iter().map(|one| (one.edition, one.entered, one.cause)).collect();
    assert_eq!(told, [(crm.big, true, Cause::Data), (crm.local, true, Cause::Data), (crm.local, false, Cause::Data)]);
}

#[tokio::test]
async fn whoever_is_gone_belongs_nowhere() {
    let crm = Crm::new();
    let asha = crm.order("asha@x.in", "1", 4_000);
    crm.settle(&[asha]).await;
    assert_eq!(crm.members(), [1, 0]);
    crm.memory.remove_customer(asha);
    crm.settle(&[asha, asha]).await;
    assert_eq!(crm.members(), [0, 0]);
    // And may come back.
    crm.order("asha@x.in", "2", 4_000);
    crm.settle(&[asha]).await;
    assert_eq!(crm.members(), [1, 0]);
}

#[tokio::test]
async fn lost_races_and_lost_answers_change_nothing() {
    for trouble in 0..12_u32 {
        let crm = Crm::new();
        let customers: Vec<CustomerId> = (0..40)
            .map(|number| {
                crm.lives_in(&format!("c{number}@x.in"), "p", if number % 2 == 0 { "Pune" } else { "Goa" });
                crm.order(&format!("c{number}@x.in"), &number.to_string(), number * 100)
            })
            .collect();
        if trouble % 2 == 0 {
            crm.memory.fail_memberships(trouble);
        } else {
            crm.memory.lose_an_answer_after(trouble / 2);
        }
        crm.settle(&customers).await;
        assert_eq!(crm.members(), [34, 20], "trouble {trouble}");
        let twice = customers.iter().map(|id| crm.memory.moves_of(*id).len()).sum::<usize>();
        assert_eq!(twice, 54, "each move once");
    }
}

#[tokio::test]
async fn who_cannot_be_settled_is_handed_on_and_holds_up_nobody() {
    let crm = Crm::new();
    let asha = crm.lives_in("asha@x.in", "1", "Pune");
    crm.memory.fail_memberships(1_000);
    crm.settle(&[asha]).await;
    let handed_on = crm.memory.drain(QueueName::Segments);
    assert_eq!(handed_on.len(), 1);
    assert_eq!(Step::parse(&handed_on[0].body).unwrap().task, Task::Settle { customers: vec![asha], cause: Cause::Data });
}

#[test]
fn every_event_of_the_folder_names_its_customers() {
    for (case, text) in cases("segment-stream") {
        let event: Value = serde_json::from_str(&text).unwrap();
        let records = event["Records"].as_array().unwrap();
        let wanted = records.iter().filter_map(|record| record["dynamodb"]["Keys"]["id"]["S"].as_str());
        let wanted: BTreeSet<&str> = wanted.filter(|id| CustomerId::parse(id).is_some()).collect();
        let named: BTreeSet<String> = changed(serde_json::from_str(&text).unwrap()).iter().map(ToString::to_string).collect();
        assert_eq!(named, wanted.into_iter().map(str::to_owned).collect(), "{case}");
    }
}

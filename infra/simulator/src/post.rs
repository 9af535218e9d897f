//! The provider: it takes letters, defers or refuses some, and reports what became of them. One kind recognises a letter
//! that it has been handed before, one does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crm_domain::customer::Channel;
use crm_domain::ports::{Letter, QueueError, SendLetters, Sending};
use crm_domain::time::SECOND;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::cloud::{Cloud, Process, State};
use crate::faults::Fault;
use crate::weakness::Weakness;
use crate::world;

const RECEIPTS: &str = "ReceiptsQueue";

/// What the provider knows.
#[derive(Debug, Default)]
pub struct Office {
    /// How often it has written, by message.
    pub written: BTreeMap<String, u32>,
    /// Messages that it has said it will never take. Asked again, it may think better of it.
    pub refused: BTreeSet<String>,
    /// What it has reported, by message: what, and when that was.
    pub reported: BTreeMap<String, Vec<(&'static str, String)>>,
}

/// The provider as a process has it.
pub struct Post {
    pub cloud: Arc<Cloud>,
    pub process: Arc<Process>,
    pub recognises: bool,
}

impl SendLetters for Post {
    fn recognises(&self, _: Channel) -> bool {
        self.recognises
    }

    async fn send(&self, _: Channel, letters: &[Letter]) -> Result<Vec<Sending>, QueueError> {
        self.process.step().await;
        let (cloud, recognises, ids) = (self.cloud.clone(), self.recognises, letters.iter().map(|letter| letter.id.to_string()));
        let ids: Vec<String> = ids.collect();
        let (tell, told) = oneshot::channel();
        // On their way letters do not depend on their sender any more.
        tokio::spawn(async move {
            let (there, back) = cloud.state().way();
            tokio::time::sleep(there).await;
            let answers = cloud.state().take_letters(&ids, recognises);
            cloud.stirred.notify_waiters();
            tokio::time::sleep(back).await;
            let _ = tell.send(answers);
        });
        let answers = told.await.ok().flatten();
        self.process.step().await;
        answers.ok_or_else(|| QueueError("the provider does not answer".into()))
    }
}

impl State {
    /// How long a call takes, there and back.
    pub fn way(&mut self) -> (Duration, Duration) {
        let most = if self.faults.strike(Fault::Slow) { 4_000 } else { 20 };
        (Duration::from_millis(self.faults.below(most)), Duration::from_millis(self.faults.below(most / 2)))
    }

    /// Takes letters; none is no answer.
    fn take_letters(&mut self, ids: &[String], recognises: bool) -> Option<Vec<Sending>> {
        let is_lost = self.faults.strike(Fault::RequestLost);
        let answers: Option<Vec<Sending>> = (!is_lost).then(|| ids.iter().map(|id| self.take_letter(id, recognises)).collect());
        let answers = answers.filter(|_| !self.faults.strike(Fault::AnswerLost));
        self.note("letters", &json!(ids), Some(&(0, json!(format!("{answers:?}")))));
        answers
    }

    fn take_letter(&mut self, id: &str, recognises: bool) -> Sending {
        let taken = Sending::taken(world::now());
        let forgets = self.weakness == Some(Weakness::LettersAreForgotten);
        if recognises && !forgets && self.office.written.contains_key(id) {
            return taken;
        }
        if self.faults.strike(Fault::LetterDeferred) {
            let deferred = Sending::Deferred(self.faults.below(20) as u32);
            return self.weakness.map_or(deferred.clone(), |weakness| weakness.word(deferred));
        }
        if self.faults.strike(Fault::LetterRefused) {
            self.office.refused.insert(id.to_owned());
            let refused = Sending::Refused("there is no such mailbox".to_owned());
            return self.weakness.map_or(refused.clone(), |weakness| weakness.word(refused));
        }
        *self.office.written.entry(id.to_owned()).or_default() += 1;
        let reports: &[&str] = match self.faults.below(10) {
            0 => &["bounced"],
            1..5 => &["delivered"],
            5..8 => &["delivered", "opened"],
            _ => &["delivered", "opened", "clicked"],
        };
        for (number, report) in reports.iter().enumerate() {
            self.report(id, report, number as i64);
        }
        taken
    }

    /// Reports something of a letter, some of it twice, and in whatever order.
    fn report(&mut self, id: &str, report: &'static str, number: i64) {
        let at = world::now().plus((1 + 5 * number) * SECOND).to_string();
        let mut data = json!({"messageId": id, "status": report, "at": at});
        if report == "bounced" {
            data["bounceType"] = json!("soft");
        }
        let event = json!([{
            "specversion": "1.0", "id": format!("{id}.{report}"), "source": "/providers/post", "type": "crm.message.receipt.v1",
            "time": at, "data": data,
        }]);
        self.office.reported.entry(id.to_owned()).or_default().push((report, at));
        for _ in 0..=u32::from(self.faults.strike(Fault::Repeated)) {
            let delay = self.faults.below(30);
            self.queues.tell(RECEIPTS, &Value::to_string(&event), delay, &mut self.faults);
        }
    }
}

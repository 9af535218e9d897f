//! The provider until a real sender is configured: it takes every letter, and its receipts come as those of real
//! providers do, later, some twice, some out of order.
//!
//! Nine in ten are delivered. What becomes of a letter follows from its campaign, its recipient and the recipient's place
//! in the plan, so a letter that is handed over twice gets the same receipts, with the same event ids.

use crm_domain::customer::Channel;
use crm_domain::event::{Envelope, Kind};
use crm_domain::json::Json;
use crm_domain::message::Report;
use crm_domain::ports::{Enqueue, Letter, Outgoing, QueueError, QueueName, SendLetters, Sending};
use crm_domain::time::{SECOND, Time};

/// One letter in this many bounces.
const BOUNCES: u32 = 10;
/// Of a hundred delivered ones, those opened, those whose opening is told before the delivery, those told twice.
const OPENED: u32 = 30;
const HASTY: u32 = 20;
const REPEATED: u32 = 5;
/// Seconds after which the two messages with receipts come.
const SOON: u32 = 1;
const LATER: u32 = 4;
/// Seconds from a delivery to its opening: what is opened within two is the work of machines.
const READING: i64 = 3;

/// A provider that sends nothing and reports much.
pub struct Simulated<Q> {
    queue: Q,
}

impl<Q> Simulated<Q> {
    pub const fn new(queue: Q) -> Self {
        Self { queue }
    }
}

impl<Q: Enqueue> SendLetters for Simulated<Q> {
    fn recognises(&self, _channel: Channel) -> bool {
        true
    }

    async fn send(&self, _channel: Channel, letters: &[Letter]) -> Result<Vec<Sending>, QueueError> {
        let now = Time::now();
        let (mut soon, mut later) = (Vec::new(), Vec::new());
        for letter in letters {
            receipts(letter, now, &mut soon, &mut later);
        }
        let messages = [(soon, SOON), (later, LATER)].into_iter().filter(|(events, _)| !events.is_empty());
        let messages =
            messages.map(|(events, delay)| Outgoing { body: format!("[{}]", events.join(",")), delay, ..Outgoing::default() });
        self.queue.enqueue(QueueName::Receipts, messages.collect()).await?;
        Ok(letters.iter().map(|_| Sending::taken(now)).collect())
    }
}

/// Adds the events about one letter to those that come soon and those that come later.
fn receipts(letter: &Letter, now: Time, soon: &mut Vec<String>, later: &mut Vec<String>) {
    let first = now.plus(i64::from(SOON) * SECOND);
    if bounces(letter) {
        soon.push(event(letter, Report::Bounced, first));
        return;
    }
    let delivered = event(letter, Report::Delivered, first);
    if letter.id.draw("repeated", 100) < REPEATED {
        later.push(delivered.clone());
    }
    let opened = (letter.id.draw("opened", 100) < OPENED).then(|| event(letter, Report::Opened, first.plus(READING * SECOND)));
    match opened {
        Some(opened) if letter.id.draw("hasty", 100) < HASTY => {
            soon.push(opened);
            later.push(delivered);
        }
        opened => {
            soon.push(delivered);
            later.extend(opened);
        }
    }
}

/// Every tenth of a campaign's recipients, from a place that differs from campaign to campaign: so the share is right for
/// small audiences too.
fn bounces(letter: &Letter) -> bool {
    letter.place.wrapping_add(letter.id.campaign.shard(BOUNCES)).is_multiple_of(BOUNCES)
}

fn event(letter: &Letter, report: Report, at: Time) -> String {
    let id = letter.id.to_string();
    let mut data = vec![
        ("messageId".to_owned(), Json::from(id.as_str())),
        ("status".to_owned(), Json::from(report.as_str())),
        ("at".to_owned(), Json::from(at.to_string().as_str())),
    ];
    if report == Report::Bounced {
        data.push(("reason".to_owned(), Json::from("the mailbox is full (simulated)")));
        // Nothing was sent to the address, so nothing has been learned that would be good for a real sender.
        data.push(("bounceType".to_owned(), Json::from("soft")));
    }
    let event_id = format!("{id}.{}", report.as_str());
    let data = Json::Object(data);
    // Text and times only: this cannot fail.
    serde_json::to_string(&Envelope::new(Kind::RecordReceipt, "/providers/simulated", &event_id, at, &data)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crm_domain::email::Email;
    use crm_domain::event::{Command, Event};
    use crm_domain::ids::{CampaignId, CustomerId};
    use crm_domain::message::MessageId;
    use crm_domain::money::Currency;

    fn letters(count: u32) -> Vec<Letter> {
        let campaign = CampaignId::generate();
        let letter = |place| {
            let customer = CustomerId::of(&Email::parse(&format!("p{place}@example.com")).unwrap());
            Letter {
                id: MessageId { campaign, customer },
                place,
                to: String::new(),
                subject: None,
                body: String::new(),
                headers: Vec::new(),
            }
        };
        (0..count).map(letter).collect()
    }

    fn all(letters: &[Letter]) -> (Vec<String>, Vec<String>) {
        let (mut soon, mut later) = (Vec::new(), Vec::new());
        for letter in letters {
            receipts(letter, Time::from_micros(1_700_000_000 * SECOND), &mut soon, &mut later);
        }
        (soon, later)
    }

    #[test]
    fn nine_in_ten_are_delivered_in_large_and_small_campaigns() {
        for count in [50, 100, 1_000, 20_000] {
            let delivered = letters(count).iter().filter(|letter| !bounces(letter)).count() as f64 / f64::from(count);
            assert!((0.88..=0.92).contains(&delivered), "{count}: {delivered}");
        }
    }

    #[test]
    fn every_letter_gets_one_outcome_and_some_hear_it_twice_or_too_early() {
        let letters = letters(2_000);
        let (soon, later) = all(&letters);
        let currency = Currency::parse("INR").unwrap();
        let read = |texts: &[String]| -> Vec<(String, Report)> {
            let event = |text: &String| Event::parse(&Json::parse(text.as_bytes()).unwrap(), &currency, Time::now()).unwrap();
            let report = |event: Event| match event.command {
                Command::RecordReceipt(receipt) => (event.id, receipt.report),
                _ => panic!("not a receipt"),
            };
            texts.iter().map(|text| report(event(text))).collect()
        };
        let (soon_read, later_read) = (read(&soon), read(&later));
        let events: BTreeSet<_> = soon_read.iter().chain(&later_read).collect();
        let outcomes = events.iter().filter(|(_, report)| *report != Report::Opened).count();
        assert_eq!(outcomes, letters.len());
        assert!(events.len() < soon.len() + later.len(), "some are told twice");
        assert!(soon_read.iter().any(|(_, report)| *report == Report::Opened), "some are told before their delivery");
        assert_eq!(all(&letters), (soon, later), "the same again");
    }
}

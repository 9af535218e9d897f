//! Dead letters one by one. SQS has no browsing: whoever looks receives, and gives back at once what was seen, so two who
//! look at the same moment may see a part each.

use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName as Attribute};
use crm_domain::dead_letter::{self, DeadLetter, Postmark};
use crm_domain::ports::{CountDeadLetters, Found, Held, Postpone, QueueError, QueueName, ReadDeadLetters};
use futures_util::future::{join_all, try_join_all};

use crate::sqs::{Sqs, copied, failed, sent_at};

/// Seconds after which letters are in sight again, should whoever looks at them not live to give them back.
const LOOK: i32 = 30;
/// Seconds for which one letter is held, so that its entry in the audit log can be written before anything happens to it.
const HOLD: i32 = 60;
/// Most letters among which one is looked for: those of a larger queue are redriven first.
const SEARCHED: usize = 2_000;
/// For how long a request looks, however many letters there are, and however large: it must give them back and answer in time.
const PATIENCE: Duration = Duration::from_secs(8);
/// Most entries of one batch request.
const BATCH_ENTRIES: usize = 10;

impl ReadDeadLetters for Sqs {
    async fn dead_letters(&self, queue: QueueName, most: usize) -> Result<Found, QueueError> {
        let dead = self.url(queue, "DEAD")?;
        let total: u64 = self.depths(dead.clone()).await?.iter().sum();
        let (mut letters, mut handles) = (Vec::new(), Vec::new());
        let seen = self
            .look(&dead, most, total, Instant::now() + PATIENCE, |message| {
                handles.extend(message.receipt_handle.clone());
                letters.push(opened(queue, &message));
                true
            })
            .await;
        self.release(&dead, handles).await;
        seen?;
        Ok(Found { total: total.max(letters.len() as u64), letters })
    }

    async fn hold(&self, queue: QueueName, id: &str) -> Result<Option<Held>, QueueError> {
        self.hold_in(&self.url(queue, "DEAD")?, queue, id, Instant::now() + PATIENCE).await
    }

    async fn redrive_one(&self, queue: QueueName, held: Held) -> Result<(), QueueError> {
        self.send(&self.url(queue, "QUEUE")?, vec![dead_letter::again(held.message.clone())]).await?;
        self.discard(queue, held).await
    }

    async fn discard(&self, queue: QueueName, held: Held) -> Result<(), QueueError> {
        let dead = self.url(queue, "DEAD")?;
        self.client.delete_message().queue_url(dead).receipt_handle(held.handle).send().await.map(|_| ()).map_err(failed)
    }
}

impl CountDeadLetters for Sqs {
    async fn count_dead(&self) -> Result<u64, QueueError> {
        let depths = QueueName::ALL.map(|queue| async move { self.depths(self.url(queue, "DEAD")?).await });
        Ok(try_join_all(depths).await?.iter().flatten().sum())
    }
}

impl Postpone for Sqs {
    async fn postpone(&self, queue: QueueName, messages: Vec<(String, u32)>) -> Result<(), QueueError> {
        let live = self.url(queue, "QUEUE")?;
        for some in messages.chunks(BATCH_ENTRIES) {
            self.hide(&live, some).await?;
        }
        Ok(())
    }
}

impl Sqs {
    /// Takes one letter in hand. Where somebody else has some in theirs it looks again, as long as there is time: who only
    /// looks at them gives them back in a moment.
    async fn hold_in(&self, dead: &str, queue: QueueName, id: &str, until: Instant) -> Result<Option<Held>, QueueError> {
        loop {
            let total: u64 = self.depths(dead.to_owned()).await?.iter().sum();
            let (mut held, mut others) = (None, Vec::new());
            let seen = self
                .look(dead, SEARCHED, total, until, |message| {
                    let handle = message.receipt_handle.clone().unwrap_or_default();
                    if message.message_id.as_deref() == Some(id) {
                        held = Some(Held { letter: opened(queue, &message), message: copied(&message), handle });
                    } else {
                        others.push(handle);
                    }
                    held.is_none()
                })
                .await;
            let all = others.len() >= SEARCHED || others.len() as u64 >= total;
            self.release(dead, others).await;
            seen?;
            if let Some(held) = &held {
                let request = self.client.change_message_visibility().queue_url(dead).receipt_handle(&held.handle);
                request.visibility_timeout(HOLD).send().await.map_err(failed)?;
            }
            if held.is_some() || all || Instant::now() >= until {
                return Ok(held);
            }
        }
    }

    /// Shows up to `most` letters of `total` to `see`, until it has seen enough, or it is `until`.
    async fn look(
        &self,
        dead: &str,
        most: usize,
        total: u64,
        until: Instant,
        mut see: impl FnMut(Message) -> bool,
    ) -> Result<(), QueueError> {
        let mut seen = 0;
        while seen < most && Instant::now() < until {
            let wanted = (most - seen).min(BATCH_ENTRIES) as i32;
            let request = self.client.receive_message().queue_url(dead).max_number_of_messages(wanted);
            let request = request.message_attribute_names("All").visibility_timeout(LOOK);
            // Waiting asks all servers of the queue; as many as there are need not be waited for.
            let request = request.wait_time_seconds(i32::from((seen as u64) < total || total == 0));
            let names = [Attribute::SentTimestamp, Attribute::DeadLetterQueueSourceArn];
            let request = request.set_message_system_attribute_names(Some(names.to_vec()));
            let letters = request.send().await.map_err(failed)?.messages.unwrap_or_default();
            if letters.is_empty() {
                break;
            }
            seen += letters.len();
            // All that have come are shown: who is not shown one cannot give it back.
            let wants_more: Vec<bool> = letters.into_iter().map(&mut see).collect();
            if wants_more.contains(&false) {
                break;
            }
        }
        Ok(())
    }

    /// Gives letters back at once. Those that cannot be are in sight again soon.
    pub(crate) async fn release(&self, dead: &str, handles: Vec<String>) {
        let now: Vec<(String, u32)> = handles.into_iter().map(|handle| (handle, 0)).collect();
        drop(join_all(now.chunks(BATCH_ENTRIES).map(|some| self.hide(dead, some))).await);
    }

    async fn hide(&self, url: &str, messages: &[(String, u32)]) -> Result<(), QueueError> {
        let entries: Result<Vec<_>, _> = messages
            .iter()
            .enumerate()
            .map(|(index, (handle, seconds))| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string()).receipt_handle(handle);
                entry.visibility_timeout(*seconds as i32).build()
            })
            .collect();
        let request = self.client.change_message_visibility_batch().queue_url(url);
        // Of single ones that are refused the time has run out: they come again by themselves.
        request.set_entries(Some(entries.map_err(failed)?)).send().await.map(|_| ()).map_err(failed)
    }
}

fn opened(queue: QueueName, message: &Message) -> DeadLetter {
    let attributes = message.attributes.as_ref();
    let postmark = Postmark {
        id: message.message_id.clone().unwrap_or_default(),
        sent_at: sent_at(message),
        moved_by_queue: attributes.is_some_and(|attributes| attributes.contains_key(&Attribute::DeadLetterQueueSourceArn)),
    };
    DeadLetter::of(queue, postmark, &copied(message))
}

#[cfg(all(test, feature = "providers"))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::providers::tests::config;
    use crate::providers::tests::peer::{Act, Peer};

    const LETTER: &str = r#"{"Messages":[{"MessageId":"m-1","ReceiptHandle":"r-1","Body":"[]"}]}"#;

    /// A queue of one letter, which somebody else has in hand while it is asked for `times` times.
    async fn in_other_hands(times: usize) -> (Sqs, Peer) {
        let asked = AtomicUsize::new(0);
        let peer = Peer::start(move |request| {
            let answer = match request.headers.get("x-amz-target").and_then(|target| target.split('.').nth(1)) {
                Some("GetQueueAttributes") => r#"{"Attributes":{"ApproximateNumberOfMessagesNotVisible":"1"}}"#,
                Some("ReceiveMessage") if asked.fetch_add(1, Ordering::Relaxed) >= times => LETTER,
                _ => "{}",
            };
            Act::Answer(200, &[("content-type", "application/x-amz-json-1.0")], answer)
        })
        .await;
        (Sqs::new(&config(&peer.url)), peer)
    }

    fn calls(peer: &Peer, name: &str) -> Vec<String> {
        let wanted = format!("AmazonSQS.{name}");
        peer.seen().into_iter().filter(|one| one.headers.get("x-amz-target") == Some(&wanted)).map(|one| one.body).collect()
    }

    #[tokio::test]
    async fn a_letter_that_somebody_else_is_looking_at_is_waited_for() {
        let (sqs, peer) = in_other_hands(2).await;
        let late = Instant::now() + Duration::from_mins(2);
        let held = sqs.hold_in("q", QueueName::Orders, "m-1", late).await.unwrap().unwrap();
        assert_eq!((held.letter.id.as_str(), held.handle.as_str()), ("m-1", "r-1"));
        assert_eq!(calls(&peer, "ReceiveMessage").len(), 3);
        assert!(matches!(calls(&peer, "ChangeMessageVisibility").as_slice(), [one] if one.contains("\"VisibilityTimeout\":60")));
    }

    #[tokio::test]
    async fn nobody_looks_longer_than_there_is_time() {
        let (sqs, peer) = in_other_hands(usize::MAX).await;
        let soon = Instant::now() + Duration::from_millis(50);
        assert_eq!(sqs.hold_in("q", QueueName::Orders, "m-1", soon).await.unwrap(), None);
        let before = calls(&peer, "ReceiveMessage").len();
        sqs.look("q", 10, 1, Instant::now(), |_| true).await.unwrap();
        assert_eq!(calls(&peer, "ReceiveMessage").len(), before);
    }
}

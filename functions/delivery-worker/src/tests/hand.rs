//! Letters in hand of a provider that recognises them: what may be said of them once there must be none.

use crm_domain::hand::{Ending, Hand};
use crm_domain::ports::KeepHands;

use super::*;

/// A campaign to one person who has just been queued, and its delivery.
async fn queued() -> (Crm, Campaign, Vec<Outgoing>) {
    let crm = Crm::new(1);
    let campaign = crm.launch("x", 1, None).await;
    crm.work().await;
    let delivery = crm.memory.drain(QueueName::Delivery);
    (crm, campaign, delivery)
}

#[tokio::test]
async fn a_letter_that_may_be_out_is_unknown_whatever_speaks_against_it_now() {
    for case in 0..4 {
        let (crm, campaign, delivery) = queued().await;
        // Its sender dies between handing it over and noting that.
        for step in 0.. {
            crm.memory.die_after(Some(step));
            crm.worker.handle(delivery.iter().cloned().map(received).collect()).await;
            crm.memory.die_after(None);
            if !crm.memory.letters().is_empty() {
                break;
            }
        }
        crm.memory.drain(QueueName::Delivery);
        match case {
            0 => upsert(&crm.memory, 0, &json!({"emailConsent": false}), 2),
            1 => suppress(&crm, "p0@x.in").await,
            2 => crm.memory.remove_customer(CustomerId::of(&Email::parse("p0@x.in").unwrap())),
            _ => assert!(crm.change(campaign.id, |state| state.cancelled(Time::now())).await),
        }
        crm.put([Task::Deliver { campaign: campaign.id, first: 0, last: 0, until: None }].into_iter()).await;
        crm.drain().await;
        assert_eq!(crm.assert_counts(campaign.id).await.unknown, 1, "case {case}");
        assert!(crm.state(campaign.id).await.finished_at.is_some(), "case {case}");
        // The provider is heard of after all.
        let message = campaign.message_id(crm.memory.log(campaign.id)[0].customer_id);
        let receipt = Receipt {
            message,
            report: Report::Delivered,
            at: Time::now(),
            reason: None,
            bounce: crm_domain::message::Bounce::Hard,
            machine: false,
        };
        crm.memory.apply_receipts(&[receipt]).await.unwrap();
        let tally = crm.assert_counts(campaign.id).await;
        assert_eq!((tally.sent, tally.unknown), (1, 0), "case {case}");
    }
}

#[tokio::test]
async fn what_is_closed_stays_so_though_its_closer_died_and_its_reason_is_gone() {
    let (crm, campaign, delivery) = queued().await;
    let mut hand = Hand::empty();
    let customer = crm.memory.log(campaign.id)[0].customer_id;
    hand.close(customer, Ending::Skipped(SkipReason::NoConsent));
    crm.memory.put_hand(campaign.id, 0, 0, &hand).await.unwrap();
    crm.worker.handle(delivery.into_iter().map(received).collect()).await;
    let entry = crm.memory.log(campaign.id).remove(0);
    assert_eq!((entry.skipped_reason, entry.skipped_phase), (Some(SkipReason::NoConsent), Some(Phase::Send)));
    assert!(crm.memory.letters().is_empty());
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sent);
}

//! Who was written to: by the logs, by their counts, and by what the provider knows.

use std::collections::{BTreeMap, BTreeSet};

use crm_aws::Dynamo;
use crm_domain::campaign::{Campaign, CampaignStatus};
use crm_domain::ids::CampaignId;
use crm_domain::message::{Message, Tally};
use crm_domain::ports::KeepCampaigns as _;
use crm_domain::time::Time;

use crate::campaigner::Launched;
use crate::check::PAGE;
use crate::crm::Crm;
use crate::faults::Fault;
use crate::functions::store;
use crate::model::same;
use crate::post::Office;

/// Kinds of faults under which everybody hears all the same what the provider said.
const HEARD: [Fault; 6] =
    [Fault::LetterDeferred, Fault::LetterRefused, Fault::Delayed, Fault::Reordered, Fault::ShortPage, Fault::EmptyPage];

/// The campaign of this id.
pub async fn campaign(store: &Dynamo, id: &str) -> Option<Campaign> {
    store.campaign(CampaignId::parse(id)?).await.ok()?.map(|held| held.record)
}

/// Everybody of the audience has one entry and one outcome, nobody was written to twice, the provider and the log agree, and
/// the counts are those of the log.
///
/// # Errors
/// Says what is not true.
pub async fn check(crm: &Crm, launched: &[Launched], people: &[String]) -> Result<(), String> {
    crm.cloud.state().faults.cut_pages();
    let store = store(&crm.config());
    let office = std::mem::take(&mut crm.cloud.state().office);
    let may_be_unknown = may_be_unknown(crm);
    for (id, count) in &office.written {
        same(&format!("letters of {id}"), count, &1)?;
    }
    let mut entries = BTreeMap::new();
    for one in launched {
        let campaign = campaign(&store, &one.id).await.ok_or_else(|| format!("the campaign {} is not there", one.id))?;
        let status = campaign.state.status;
        if status != CampaignStatus::Sent && !(one.may_be_cancelled && status == CampaignStatus::Cancelled) {
            return Err(format!("the campaign {} ended as {status:?}", one.id));
        }
        let log = log(&store, &campaign).await?;
        if one.is_scheduled && status == CampaignStatus::Cancelled && log.is_empty() {
            // Before it began.
            continue;
        }
        let who: BTreeSet<&str> = log.iter().map(|entry| entry.email.as_str()).collect();
        same(&format!("entries of {}", one.id), &log.len(), &who.len())?;
        let meant = people.iter().map(String::as_str).filter(|email| email.starts_with(one.prefix)).collect();
        same(&format!("the audience of {}", one.id), &who, &meant)?;
        let mut tally = Tally::default();
        for entry in &log {
            tally.count(entry);
        }
        let stored = store.tallies(campaign.id).await.map_err(|error| error.to_string())?;
        let stored = stored.into_iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(tally));
        same(&format!("counts of {}", one.id), &stored, &tally)?;
        for entry in log {
            let id = campaign.message_id(entry.customer_id).to_string();
            outcome(&id, &entry, &office, may_be_unknown)?;
            entries.insert(id, entry);
        }
    }
    if let Some(stray) = office.written.keys().find(|id| !entries.contains_key(*id)) {
        return Err(format!("a letter to nobody of a log was sent: {stray}"));
    }
    capped(launched, &office)
}

/// An entry has one outcome, and it is what the provider knows.
fn outcome(id: &str, entry: &Message, office: &Office, may_be_unknown: bool) -> Result<(), String> {
    let is_written = office.written.contains_key(id);
    let may_be = if entry.skipped_reason.is_some() {
        !is_written
    } else if entry.failed_at.is_some() {
        !is_written && office.refused.contains(id)
    } else if entry.sent_at.is_some() {
        is_written
    } else {
        // Refused to one and taken from another whose answer was lost: then it is heard of.
        entry.unknown_at.is_some() && (may_be_unknown || is_written)
    };
    if !may_be {
        return Err(format!("{id} is {:?}, and was written to: {is_written}; {entry:?}", entry.status()));
    }
    let told = |report: &str| {
        let reported = office.reported.get(id).into_iter().flatten().filter(|(what, _)| *what == report);
        reported.filter_map(|(_, at)| Time::parse(at).ok()).min()
    };
    same(&format!("delivery of {id}"), &entry.delivered_at, &told("delivered"))?;
    same(&format!("bounce of {id}"), &entry.bounced_at, &told("bounced"))?;
    same(&format!("opening of {id}"), &entry.opened_at, &told("opened"))?;
    same(&format!("click of {id}"), &entry.clicked_at, &told("clicked"))
}

/// Whether it may be that nobody knows what became of a letter: something was lost, or late, or died.
fn may_be_unknown(crm: &Crm) -> bool {
    let state = crm.cloud.state();
    let is_heard = |fault: &Fault| HEARD.contains(fault);
    Fault::ALL.iter().zip(state.faults.counts()).any(|(fault, count)| *count > 0 && !is_heard(fault))
}

/// Where nobody may get more than one message, nobody did.
fn capped(launched: &[Launched], office: &Office) -> Result<(), String> {
    let mut letters: BTreeMap<&str, u32> = BTreeMap::new();
    for id in office.written.keys() {
        if let Some((campaign, customer)) = id.split_once('.')
            && launched.iter().any(|one| one.id == campaign && one.is_capped)
        {
            *letters.entry(customer).or_default() += 1;
        }
    }
    match letters.iter().find(|(_, count)| **count > 1) {
        Some((customer, count)) => Err(format!("{customer} got {count} messages of campaigns that allow one")),
        None => Ok(()),
    }
}

async fn log(store: &Dynamo, campaign: &Campaign) -> Result<Vec<Message>, String> {
    let (mut log, mut after) = (Vec::new(), None);
    loop {
        let page = store.messages(campaign, after, PAGE).await.map_err(|error| error.to_string())?;
        log.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(log);
        }
    }
}

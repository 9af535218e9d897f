//! Campaigns, and the counts of their logs, in the App table.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem, Update};
use crm_domain::attribution;
use crm_domain::audit::AuditEntry;
use crm_domain::campaign::{Campaign, CampaignState, Variant};
use crm_domain::caps::Caps;
use crm_domain::customer::Channel;
use crm_domain::experiment::{Seed, Share, Test};
use crm_domain::ids::{CampaignId, CustomerId, SegmentId};
use crm_domain::message::{Message, Tally};
use crm_domain::ports::{KeepCampaigns, Page, StoreError, Versioned};
use crm_domain::time::Time;
use crm_domain::timing::Timing;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::dynamo::Dynamo;
use crate::entries::{entry_key, read_message};
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, text};
use crate::transaction::{delete_at, put_at};

/// Shards of a log read side by side for a page of it.
const SHARDS_AT_ONCE: usize = 8;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CampaignRecord {
    pk: String,
    sk: CampaignId,
    name: String,
    segment_id: SegmentId,
    /// The wire form, as text.
    rules: String,
    channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    objective: Option<String>,
    variants: Vec<Variant>,
    #[serde(default)]
    holdout: Share,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    test: Option<Test>,
    /// Absent in campaigns that are older than holdouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<Seed>,
    created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    launched_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheduled_at: Option<Time>,
    #[serde(default)]
    timing: Timing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caps: Option<Caps>,
    shards: u32,
    plan_parts: u32,
    /// Only ever added to, by [`Dynamo::note_part`].
    #[serde(default, skip_serializing)]
    parts_planned: BTreeSet<u32>,
    #[serde(default = "default_days")]
    attribution_days: u32,
    #[serde(flatten)]
    state: CampaignState,
    version: u64,
}

/// Of campaigns that were stored before there was a choice.
const fn default_days() -> u32 {
    attribution::DEFAULT_DAYS
}

/// The counts of one shard of a log.
#[derive(Serialize, Deserialize)]
pub(crate) struct TallyRecord {
    pub pk: String,
    /// The shard, as [`shard_name`] has it.
    pub sk: String,
    #[serde(flatten)]
    pub tally: Tally,
    pub version: u64,
}

/// Partition of the App table with the counts of a campaign's log.
pub(crate) fn tally_partition(id: CampaignId) -> String {
    format!("tally#{id}")
}

/// Four digits: there are at most 10,000 shards.
pub(crate) fn shard_name(shard: u32) -> String {
    format!("{shard:04}")
}

impl KeepCampaigns for Dynamo {
    async fn create_campaign(&self, campaign: &Campaign, audit: &AuditEntry) -> Result<(), StoreError> {
        self.create_app_item(campaign_item(campaign, 1)?, self.alarm_put(campaign)?, audit).await
    }

    async fn campaign(&self, id: CampaignId) -> Result<Option<Versioned<Campaign>>, StoreError> {
        self.app_item("campaign", &id.to_string()).await?.map(|item| self.read_campaign(item)).transpose()
    }

    async fn campaigns(&self, after: Option<String>, limit: usize) -> Result<Page<Campaign>, StoreError> {
        let page = self.newest_of("campaign", after, limit).await?;
        let items = page.items.into_iter().map(|item| self.read_campaign(item).map(|campaign| campaign.record));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }

    async fn set_campaign_state(
        &self,
        id: CampaignId,
        version: u64,
        state: &CampaignState,
        audit: Option<&AuditEntry>,
    ) -> Result<(), StoreError> {
        let values: BTreeMap<String, AttributeValue> =
            serde_dynamo::to_item::<_, Item>(state).map_err(corrupt)?.into_iter().collect();
        let mut update = Update::builder()
            .table_name(&self.app)
            .set_key(Some(campaign_key(id)))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .expression_attribute_values(":next", AttributeValue::N((version + 1).to_string()));
        let mut sets = vec!["#version = :next".to_owned()];
        for (index, (name, value)) in values.into_iter().enumerate() {
            sets.push(format!("#s{index} = :s{index}"));
            update = update
                .expression_attribute_names(format!("#s{index}"), name)
                .expression_attribute_values(format!(":s{index}"), value);
        }
        let update = update.update_expression(format!("SET {}", sets.join(", "))).build().map_err(corrupt)?;
        let mut actions = vec![TransactWriteItem::builder().update(update).build()];
        if let Some(entry) = audit {
            actions.push(self.audit_put(entry)?);
        }
        self.transact(actions).await
    }

    async fn resize_campaign(&self, version: u64, campaign: &Campaign) -> Result<(), StoreError> {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let update = self.client.update_item().table_name(&self.app).set_key(Some(campaign_key(campaign.id)));
        let update = update
            .condition_expression("#version = :version")
            .update_expression("SET #version = :next, shards = :shards, planParts = :parts")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":next", number(version + 1))
            .expression_attribute_values(":shards", number(campaign.shards.into()))
            .expression_attribute_values(":parts", number(campaign.plan_parts.into()));
        update.send().await.map(|_| ()).map_err(store_error)
    }

    async fn replace_draft(&self, version: u64, campaign: &Campaign, audit: &AuditEntry) -> Result<(), StoreError> {
        let put = put_at(&self.app, campaign_item(campaign, version + 1)?, version)?;
        self.transact([put, self.audit_put(audit)?].into_iter().chain(self.alarm_put(campaign)?).collect()).await
    }

    async fn delete_draft(&self, id: CampaignId, version: u64, audit: &AuditEntry) -> Result<(), StoreError> {
        let deletion = delete_at(&self.app, campaign_key(id), version)?;
        self.transact(vec![deletion, self.audit_put(audit)?]).await
    }

    async fn entry(&self, campaign: &Campaign, customer: CustomerId) -> Result<Option<Message>, StoreError> {
        self.get(&self.messages, entry_key(campaign, customer)).await?.map(read_message).transpose()
    }

    async fn tallies(&self, id: CampaignId) -> Result<Vec<(u32, Tally)>, StoreError> {
        // Who settles the last recipient must see what the others have counted.
        self.app_partition(tally_partition(id), None, true).await?.into_iter().map(read_tally).collect()
    }

    async fn messages(&self, campaign: &Campaign, after: Option<String>, limit: usize) -> Result<Page<Message>, StoreError> {
        let (first, within) = match after.as_deref().and_then(|position| position.split_once('#')) {
            Some((shard, customer)) => (shard.parse().unwrap_or_default(), CustomerId::parse(customer)),
            None => (0, None),
        };
        // Small audiences leave most shards of a large CRM empty. Before the plan is done their counts are not known.
        let filled: BTreeSet<u32> = if campaign.state.planned {
            let tallies = self.tallies(campaign.id).await?;
            tallies.into_iter().filter(|(_, tally)| tally.audience > 0).map(|(shard, _)| shard).collect()
        } else {
            (0..campaign.shards).collect()
        };
        let pages = stream::iter(filled.range(first..).copied())
            .map(|shard| self.shard_page(campaign.id, shard, within.filter(|_| shard == first), limit + 1))
            .buffered(SHARDS_AT_ONCE);
        let mut pages = std::pin::pin!(pages);
        let mut items: Vec<Message> = Vec::new();
        while items.len() <= limit {
            let Some(page) = pages.try_next().await? else { break };
            items.extend(page);
        }
        let more = items.len() > limit;
        items.truncate(limit);
        let position = |last: &Message| format!("{}#{}", campaign.shard_of(last.customer_id), last.customer_id);
        Ok(Page { next: items.last().filter(|_| more).map(position), items })
    }
}

impl Dynamo {
    /// All campaigns, in no particular order.
    pub(crate) async fn all_campaigns(&self) -> Result<Vec<Campaign>, StoreError> {
        let items = self.app_partition("campaign".to_owned(), None, false).await?;
        items.into_iter().map(|item| self.read_campaign(item).map(|campaign| campaign.record)).collect()
    }

    /// Notes that a part of the plan is done; true when all are.
    pub(crate) async fn note_part(&self, id: CampaignId, part: u32) -> Result<bool, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.app)
            .set_key(Some(campaign_key(id)))
            .condition_expression("attribute_exists(pk)")
            .update_expression("ADD partsPlanned :part")
            .expression_attribute_values(":part", AttributeValue::Ns(vec![part.to_string()]))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(store_error)?;
        let campaign = self.read_campaign(answer.attributes.unwrap_or_default())?.record;
        Ok(campaign.parts_planned.len() >= campaign.plan_parts as usize)
    }

    pub(crate) fn read_campaign(&self, item: Item) -> Result<Versioned<Campaign>, StoreError> {
        let record: CampaignRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
        let campaign = Campaign {
            id: record.sk,
            name: record.name,
            segment_id: record.segment_id,
            rules: self.read_rules(&record.rules)?,
            channel: record.channel,
            objective: record.objective,
            variants: record.variants,
            holdout: record.holdout,
            test: record.test,
            seed: record.seed.unwrap_or(Seed::of_draft(record.sk)),
            created_at: record.created_at,
            launched_at: record.launched_at,
            scheduled_at: record.scheduled_at,
            timing: record.timing,
            caps: record.caps,
            shards: record.shards,
            plan_parts: record.plan_parts,
            parts_planned: record.parts_planned,
            attribution_days: record.attribution_days,
            state: record.state,
        };
        Ok(Versioned { version: record.version, record: campaign })
    }
}

fn campaign_key(id: CampaignId) -> Item {
    key([("pk", "campaign".to_owned()), ("sk", id.to_string())])
}

/// The item of version `version` of a campaign.
fn campaign_item(campaign: &Campaign, version: u64) -> Result<Item, StoreError> {
    let record = CampaignRecord {
        pk: "campaign".to_owned(),
        sk: campaign.id,
        name: campaign.name.clone(),
        segment_id: campaign.segment_id,
        rules: campaign.rules.to_json().to_string(),
        channel: campaign.channel,
        objective: campaign.objective.clone(),
        variants: campaign.variants.clone(),
        holdout: campaign.holdout,
        test: campaign.test,
        seed: Some(campaign.seed),
        created_at: campaign.created_at,
        launched_at: campaign.launched_at,
        scheduled_at: campaign.scheduled_at,
        timing: campaign.timing.clone(),
        caps: campaign.caps,
        shards: campaign.shards,
        plan_parts: campaign.plan_parts,
        parts_planned: BTreeSet::new(),
        attribution_days: campaign.attribution_days,
        state: campaign.state.clone(),
        version,
    };
    serde_dynamo::to_item(record).map_err(corrupt)
}

fn read_tally(item: Item) -> Result<(u32, Tally), StoreError> {
    let shard = text(item.get("sk").cloned()).and_then(|sk| sk.parse().ok()).ok_or_else(|| corrupt("shard of a tally"))?;
    let record: TallyRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    Ok((shard, record.tally))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::campaign::CampaignStatus;
    use crm_domain::experiment::{VariantCounts, WinBy};
    use crm_domain::funnel::Funnel;

    #[test]
    fn campaigns_survive_storage() {
        let state = CampaignState {
            status: CampaignStatus::Sending,
            planned: true,
            audience: 7,
            funnel: Some(Funnel { matching: 7, reachable: 6, ..Funnel::default() }),
            test_until: Some(Time::from_micros(5)),
            winner: Some(1),
            finished_at: None,
            held_at: Some(Time::from_micros(4)),
            failed_reason: None,
        };
        let test = Test { share: Share::of_a_million(200_000), minutes: 5, by: WinBy::Conversions };
        let timing = r#"{"localTime":"2026-12-01T09:00:00","windows":[{"from":"09:00","until":"24:00","days":["mon"]}],"ratePerMinute":7}"#;
        let timing: Timing = serde_json::from_str(timing).unwrap();
        let record = CampaignRecord {
            pk: "campaign".into(),
            sk: CampaignId::generate(),
            name: "n".into(),
            segment_id: SegmentId::generate(),
            rules: "{}".into(),
            channel: Channel::Sms,
            objective: None,
            variants: vec![Variant { subject: None, body: "b".into(), share: Some(Share::of_a_million(2_500_000)) }],
            holdout: Share::of_a_million(123_456),
            test: Some(test),
            seed: Some(Seed::of_text("x")),
            created_at: Time::from_micros(1),
            launched_at: Some(Time::from_micros(2)),
            scheduled_at: None,
            timing: timing.clone(),
            caps: Some(Caps { messages: 2, days: 7 }),
            shards: 3,
            plan_parts: 2,
            parts_planned: BTreeSet::new(),
            attribution_days: default_days(),
            state: state.clone(),
            version: 4,
        };
        let seed = record.seed;
        let mut item: Item = serde_dynamo::to_item(record).unwrap();
        // What the state is set to later has the same names.
        let names: Item = serde_dynamo::to_item(&state).unwrap();
        assert!(names.iter().all(|(name, value)| item.get(name) == Some(value)), "{item:?}");
        item.insert("partsPlanned".into(), AttributeValue::Ns(vec!["1".into()]));
        let read: CampaignRecord = serde_dynamo::from_item(item.clone()).unwrap();
        assert_eq!((read.state, read.test, read.seed, read.timing), (state, Some(test), seed, timing));
        assert_eq!((read.holdout, read.parts_planned), (Share::of_a_million(123_456), [1].into()));
        assert_eq!(read.variants[0].share, Some(Share::of_a_million(2_500_000)));
        // One that was stored before there were holdouts, tests and drafts.
        for name in ["holdout", "test", "seed", "launchedAt", "funnel", "testUntil", "winner", "timing", "caps"] {
            item.remove(name);
        }
        let old: CampaignRecord = serde_dynamo::from_item(item).unwrap();
        assert_eq!((old.holdout, old.test, old.state.funnel), (Share::NONE, None, None));
    }

    #[test]
    fn tallies_survive_storage() {
        let mut tally = Tally { audience: 9, queued: 2, sent: 7, delivered: 6, bounced: 1, ..Tally::default() };
        tally.funnel.matching = 9;
        tally.variants[1] = VariantCounts { sent: 7, clicked: 3 };
        let record = TallyRecord { pk: tally_partition(CampaignId::generate()), sk: shard_name(17), tally, version: 3 };
        let mut item: Item = serde_dynamo::to_item(record).unwrap();
        assert_eq!(item.get("version"), Some(&AttributeValue::N("3".into())));
        assert_eq!(read_tally(item.clone()).unwrap(), (17, tally));
        item.remove("variants");
        assert_eq!(read_tally(item).unwrap().1.variants, Tally::default().variants, "counted before variants were");
    }
}

//! Suppressions, settings, imports, webhooks, and what asking a model needs.

use crm_domain::ai::{AnswerKey, Breaker, Lack, Outcome, Source, Tokens, Use, Waiting};
use crm_domain::customer::Channel;
use crm_domain::ids::{ImportId, WebhookId};
use crm_domain::import::{Import, ImportKind};
use crm_domain::names::Name;
use crm_domain::ports::{
    ApplyEvents, KeepAiState, KeepHealth, KeepImports, KeepNames, KeepSettings, KeepSuppressions, KeepWaiting, KeepWebhooks,
    ReadSuppressions,
};
use crm_domain::settings::CampaignDefaults;
use crm_domain::suppression::{AddressKey, Happened, Note, SuppressionFilter, SuppressionReason};
use crm_domain::time::{DAY, HOUR, Time};
use crm_domain::webhook::health::Health;
use serde_json::json;
use uuid::Uuid;

use crate::store::{all, at, audit, conflicts, store};

fn note(number: usize, what: Happened, day: i64) -> Note {
    let id = AddressKey::of_secret("key").hash(Channel::Email, &format!("c{number}@x.in")).unwrap();
    Note { id, channel: Channel::Email, shown: Some("c…".into()), at: at("2026-01-01").plus(day * DAY), what }
}

#[tokio::test]
async fn suppressions_take_notes_in_any_order_and_any_number_of_times() {
    let store = store().await;
    let complaint = || Happened::Reason(SuppressionReason::Complaint);
    let notes: Vec<_> = (0..120).map(|n| note(n, complaint(), n as i64)).collect();
    assert_eq!(store.suppress(&notes).await.unwrap(), 120);
    assert_eq!(store.suppress(&notes).await.unwrap(), 0, "told again, nothing changes");
    assert_eq!(store.suppress(&[note(500, Happened::SoftBounce("m1".into()), 1)]).await.unwrap(), 1);
    let ids: Vec<_> = (0..130).map(|n| note(n, complaint(), 0).id).collect();
    assert_eq!(store.suppressed(&ids).await.unwrap().len(), 120, "more than one batch takes");
    let filter = SuppressionFilter { channel: Some(Channel::Email), reason: Some(SuppressionReason::Complaint) };
    let whole = all(100, async |after| store.suppressions(filter, after, 100).await).await;
    assert_eq!(whole.len(), 120);
    assert!(whole.windows(2).all(|two| two[0].at >= two[1].at), "newest first");
    assert_eq!(all(7, async |after| store.suppressions(filter, after, 7).await).await, whole);
    let other = SuppressionFilter { channel: Some(Channel::Sms), reason: None };
    assert_eq!(all(7, async |after| store.suppressions(other, after, 7).await).await, []);

    let (first, now) = (notes[0].id, Time::now());
    assert!(store.lift(first, now, Some(&audit("suppressions/x"))).await.unwrap());
    assert!(!store.lift(first, now, Some(&audit("suppressions/x"))).await.unwrap());
    store.suppress(&notes[..1]).await.unwrap();
    assert_eq!(store.suppressed(&[first]).await.unwrap(), [], "what happened before counts no more");
    assert_eq!(store.keyed_by("one").await.unwrap(), "one");
    assert_eq!(store.keyed_by("two").await.unwrap(), "one", "the first key stays");
}

#[tokio::test]
async fn settings_webhooks_and_their_health_have_versions() {
    let store = store().await;
    let none = store.campaign_defaults().await.unwrap();
    assert_eq!((none.version, none.record), (0, CampaignDefaults::default()));
    let defaults = CampaignDefaults { attribution_days: Some(3), ..CampaignDefaults::default() };
    store.put_campaign_defaults(0, &defaults, &audit("settings")).await.unwrap();
    conflicts(store.put_campaign_defaults(0, &defaults, &audit("settings")).await);
    assert_eq!(store.campaign_defaults().await.unwrap().record, defaults);

    let webhook = WebhookId::generate();
    assert_eq!(store.health(webhook).await.unwrap().version, 0);
    let ill = Health { failures: 3, failing_since: Some(at("2026-01-01")), rests_until: None };
    store.put_health(webhook, 0, &ill).await.unwrap();
    conflicts(store.put_health(webhook, 0, &ill).await);
    let held = store.health(webhook).await.unwrap();
    assert_eq!((held.version, held.record), (1, ill));
    assert_eq!(store.webhooks().await.unwrap(), []);
    assert_eq!(store.quiet_until().await.unwrap(), None);
}

#[tokio::test]
async fn parts_of_an_import_are_taken_out_whoever_writes_meanwhile() {
    let store = store().await;
    let id = ImportId::generate();
    let mut import = Import::new(id, ImportKind::Orders, [("total".into(), "Sum".into())].into(), at("2026-01-01"));
    store.create_import(&import, &audit("imports/x")).await.unwrap();
    let held = async || store.import(id).await.unwrap().unwrap();
    assert_eq!(held().await.record, import);
    (import.tag, import.bytes_total, import.bytes_read, import.parts) = (Some("t".into()), 100, 100, 3);
    store.update_import(1, &import, 0..3).await.unwrap();
    conflicts(store.update_import(1, &import, 0..3).await);
    for part in [1, 1, 0, 7] {
        store.import_part_applied(id, part).await.unwrap();
    }
    import.rows = 9;
    store.update_import(2, &import, 0..0).await.unwrap();
    let found = held().await;
    assert_eq!((found.version, found.record.rows, found.record.pending), (3, 9, [2].into()));
    store.import_part_applied(id, 2).await.unwrap();
    assert_eq!(held().await.record.status(), crm_domain::import::ImportStatus::Done);
    for limit in [1, 4] {
        assert_eq!(all(limit, async |after| store.imports(after, limit).await).await.len(), 1);
    }
}

#[tokio::test]
async fn answers_of_a_model_are_kept_for_their_time() {
    let store = store().await;
    let (key, now) = (AnswerKey::of(&["a", "b"]), Time::now());
    store.keep_answer(&key, "said \u{e9}", now.plus(HOUR)).await.unwrap();
    assert_eq!(store.answer(&key, now).await.unwrap().as_deref(), Some("said \u{e9}"));
    assert_eq!(store.answer(&key, now.plus(HOUR)).await.unwrap(), None, "also while it is still stored");

    let day = "2026-01-05".parse().unwrap();
    let used =
        |user: &str| Use { user: user.into(), source: Source::Offline, lack: Some(Lack::Quota), tokens: Tokens::default() };
    let attempt = Uuid::now_v7();
    for (attempt, user) in [(attempt, "u1"), (attempt, "u1"), (Uuid::now_v7(), "u2")] {
        store.note_use(day, attempt, &used(user)).await.unwrap();
    }
    assert_eq!((store.uses(day, None).await.unwrap().len(), store.uses(day, Some("u1")).await.unwrap().len()), (2, 1));
    let breaker = store.breaker().await.unwrap();
    store.put_breaker(breaker.version, &Breaker::default()).await.unwrap();
    conflicts(store.put_breaker(breaker.version, &Breaker::default()).await);

    let mut waiting = Waiting { id: Uuid::now_v7(), user: "u1".into(), asked_at: now, outcome: None };
    store.put_waiting(&waiting).await.unwrap();
    waiting.outcome = Some(Outcome { status: 200, body: json!({"a": [1.5, null]}) });
    store.finish_waiting(&waiting).await.unwrap();
    store.put_waiting(&Waiting { outcome: None, ..waiting.clone() }).await.unwrap();
    let other = Waiting { outcome: Some(Outcome { status: 503, body: json!({}) }), ..waiting.clone() };
    store.finish_waiting(&other).await.unwrap();
    assert_eq!(store.waiting(waiting.id, now).await.unwrap().as_ref(), Some(&waiting), "the first outcome stays");
    assert_eq!(store.waiting(waiting.id, now.plus(2 * DAY)).await.unwrap(), None);
}

#[tokio::test]
async fn names_are_noted_once() {
    let store = store().await;
    let names: Vec<_> = (0..60).map(|n| Name::Tag(format!("tag {n}"))).collect();
    let now = Time::now();
    store.note_names(&names, now).await.unwrap();
    store.note_names(&names, now).await.unwrap();
    assert_eq!(store.names(now).await.unwrap().len(), 60);
}

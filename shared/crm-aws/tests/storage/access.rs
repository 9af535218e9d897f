//! Users, keys, sessions, idempotency keys, rates, and the audit log.

use crm_domain::access::{ApiKey, Role, Scope, Session, User, UserId, UserStatus};
use crm_domain::audit::AuditFilter;
use crm_domain::email::Email;
use crm_domain::ids::{AuditId, KeyId};
use crm_domain::ports::{AccessChange, KeepAccess, KeepAudit, KeepRequests, KeepSessions, ReadAccess, Versioned};
use crm_domain::replay::{Claim, LEASE};
use crm_domain::time::{DAY, HOUR, SECOND, Time};
use uuid::Uuid;

use crate::store::{all, at, audit, conflicts, store};

pub fn user(id: &str) -> User {
    User {
        id: UserId::parse(id).unwrap(),
        email: Email::parse(&format!("{id}@x.in")).unwrap(),
        name: "N".into(),
        picture: None,
        role: Role::Owner,
        status: UserStatus::Active,
        created_at: at("2026-01-01"),
        last_sign_in_at: None,
        era: 0,
    }
}

#[tokio::test]
async fn a_change_of_access_happens_as_a_whole_or_not_at_all() {
    let store = store().await;
    let first = |id: &str| AccessChange {
        users: vec![Versioned { version: 0, record: user(id) }],
        first_owner: true,
        audit: Some(audit(&format!("users/{id}"))),
        ..AccessChange::default()
    };
    store.change_access(&first("u1")).await.unwrap();
    conflicts(store.change_access(&first("u2")).await);
    let held = store.user(&user("u1").id).await.unwrap().unwrap();
    assert_eq!((held.version, held.record), (1, user("u1")));
    assert_eq!(store.user(&user("u2").id).await.unwrap(), None, "the place was taken");
    assert_eq!(store.audit(&AuditFilter::default(), None, 10).await.unwrap().items.len(), 1);

    let more = AccessChange {
        users: (3..9).map(|n| Versioned { version: 0, record: user(&format!("u{n}")) }).collect(),
        ..AccessChange::default()
    };
    store.change_access(&more).await.unwrap();
    let rests = |version| AccessChange {
        removed: vec![(user("u3").id, 1)],
        unchanged: vec![(user("u1").id, version)],
        ..AccessChange::default()
    };
    conflicts(store.change_access(&rests(2)).await);
    store.change_access(&rests(1)).await.unwrap();
    conflicts(store.change_access(&rests(1)).await);
    let users = all(2, async |after| store.users(after, 2).await).await;
    assert_eq!(users.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["u1", "u4", "u5", "u6", "u7", "u8"]);

    let key = ApiKey {
        id: KeyId::generate(),
        name: "till".into(),
        scopes: vec![Scope::Ingest],
        secret_hash: "00".into(),
        created_by: user("u1").id,
        created_at: at("2026-01-01"),
        expires_at: None,
        revoked_at: None,
    };
    let made = AccessChange { key: Some(Versioned { version: 0, record: key.clone() }), ..AccessChange::default() };
    store.change_access(&made).await.unwrap();
    conflicts(store.change_access(&made).await);
    store.note_key_use(key.id, at("2026-01-02")).await.unwrap();
    assert_eq!(store.api_key(key.id).await.unwrap().map(|held| held.version), Some(1));
    assert_eq!(store.api_keys(None, 5).await.unwrap().items, [(key, Some(at("2026-01-02")))]);
}

#[tokio::test]
async fn a_session_moves_on_once() {
    let store = store().await;
    let now = Time::now();
    let session = Session { id: Uuid::now_v7(), ..Session::begun(&user("u1"), now) };
    store.begin_session(&session).await.unwrap();
    conflicts(store.begin_session(&session).await);
    let next = Session { generation: 2, ..session.clone() };
    store.rotate_session(&next).await.unwrap();
    conflicts(store.rotate_session(&next).await);
    assert_eq!(store.session(session.id).await.unwrap(), Some(next));
    store.end_session(session.id).await.unwrap();
    store.end_session(session.id).await.unwrap();
    assert_eq!(store.session(session.id).await.unwrap(), None);
}

#[tokio::test]
async fn of_repeated_requests_one_has_the_key() {
    let store = store().await;
    let (key, now) = ([7; 32], Time::now());
    let first = Claim::new([1; 32], now, LEASE);
    assert_eq!(store.claim(&key, &first).await.unwrap(), None);
    let other = Claim::new([1; 32], now, LEASE);
    assert_eq!(store.claim(&key, &other).await.unwrap(), Some(first.clone()), "whoever comes second sees the first");

    let later = Claim { lease_until: now.plus(2 * LEASE), ..first.clone() };
    conflicts(store.take_over(&key, &later, now).await);
    store.take_over(&key, &later, first.lease_until).await.unwrap();
    conflicts(store.take_over(&key, &later, first.lease_until).await);
    conflicts(store.answer(&key, other.id, vec![1]).await);
    store.answer(&key, first.id, b"said".to_vec()).await.unwrap();
    store.release(&key, first.id).await.unwrap();
    let kept = store.claim(&key, &other).await.unwrap().unwrap();
    assert_eq!((kept.id, kept.answer.as_deref()), (first.id, Some(&b"said"[..])), "what was answered is not released");

    let free = [8; 32];
    store.claim(&free, &first).await.unwrap();
    store.release(&free, other.id).await.unwrap();
    assert!(store.claim(&free, &other).await.unwrap().is_some(), "nobody releases another's claim");
    store.release(&free, first.id).await.unwrap();
    assert_eq!(store.claim(&free, &other).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_who_take_from_a_bucket_one_looks_again() {
    let store = store().await;
    let (key, full) = ([9; 32], Time::now().plus(HOUR));
    assert_eq!(store.bucket(&key).await.unwrap(), None);
    store.set_bucket(&key, None, full).await.unwrap();
    conflicts(store.set_bucket(&key, None, full).await);
    store.set_bucket(&key, Some(full), full.plus(SECOND)).await.unwrap();
    conflicts(store.set_bucket(&key, Some(full), full.plus(SECOND)).await);
    assert_eq!(store.bucket(&key).await.unwrap(), Some(full.plus(SECOND)));
}

#[tokio::test]
async fn the_audit_log_is_read_newest_first_over_the_months() {
    let store = store().await;
    // Within what is kept, whenever this runs.
    let start = Time::start_of(Time::now().date()).plus(-100 * DAY);
    let mut entries = Vec::new();
    for n in 0..25_i64 {
        let moment = start.plus(n * 3 * DAY);
        let mut entry = audit(if n % 5 == 0 { "segments/s" } else { "users/u" });
        let seconds = u64::try_from(moment.micros() / SECOND).unwrap();
        let id = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0));
        (entry.at, entry.id) = (moment, AuditId::from_bytes(*id.as_bytes()));
        entry.before = Some(serde_json::json!({"limit": 1.5, "deep": [null, {"a": "\u{e9}"}]}));
        store.note(&entry).await.unwrap();
        // Whoever did not hear the answer tells of it again.
        store.note(&entry).await.unwrap();
        entries.insert(0, entry);
    }
    let (everything, span) = (AuditFilter::default(), (start.plus(12 * DAY), start.plus(49 * DAY)));
    assert_eq!(all(4, async |after| store.audit(&everything, after, 4).await).await, entries);
    let within = AuditFilter { object: Some("segments/s".into()), since: Some(span.0), until: Some(span.1), actor: None };
    let wanted: Vec<_> = entries.iter().filter(|entry| within.fits(entry)).cloned().collect();
    assert_eq!(wanted.len(), 3);
    for limit in [1, 2, 50] {
        assert_eq!(all(limit, async |after| store.audit(&within, after, limit).await).await, wanted, "by {limit}");
    }
}

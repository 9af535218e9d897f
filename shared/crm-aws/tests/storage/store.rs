//! Tables as template.yaml describes them, on whichever `DynamoDB` is asked for, and what tests put into them.

use std::cell::RefCell;
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use crm_aws::Dynamo;
use crm_domain::audit::{Actor, AuditEntry};
use crm_domain::event::Event;
use crm_domain::ids::AuditId;
use crm_domain::json::Json;
use crm_domain::ledger::{Ledger, Outcome};
use crm_domain::money::Currency;
use crm_domain::ports::{ApplyEvents, Page, StoreError};
use crm_domain::time::Time;
use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;
use tokio::sync::Notify;

/// Where the tables are.
static ENDPOINT: OnceLock<String> = OnceLock::new();

thread_local! {
    /// Begins the names of the tables of the test that this thread runs.
    static PREFIX: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Empty tables.
pub async fn store() -> Dynamo {
    let config = config();
    PREFIX.set(format!("storage-{}", uuid::Uuid::now_v7().simple()));
    let client = Client::new(&config);
    for (name, table) in tables() {
        create(&client, &variable(&format!("{name}_TABLE")).unwrap(), &table).await;
    }
    Dynamo::named_by(&config, currency(), variable).unwrap()
}

/// The tables of this test over a connection of their own, on which the request with that number, of those for `operation`, is
/// held up at `gate`.
pub fn held_up(operation: &'static str, number: usize, gate: &Arc<Gate>) -> Dynamo {
    let client = aws_smithy_http_client::Builder::new().build_http();
    let (awaited, gate) = (Arc::new(AtomicUsize::new(number)), gate.clone());
    let client = http_client_fn(move |settings, components| {
        let connector = client.http_connector(settings, components);
        SharedHttpConnector::new(Line { connector, operation, awaited: awaited.clone(), gate: gate.clone() })
    });
    let config = config().into_builder().http_client(client).build();
    Dynamo::named_by(&config, currency(), variable).unwrap()
}

/// Where a request waits.
#[derive(Debug, Default)]
pub struct Gate {
    reached: Notify,
    open: Notify,
}

impl Gate {
    /// Does something while a request is held up.
    pub async fn meanwhile(&self, what: impl Future) {
        self.reached.notified().await;
        what.await;
        self.open.notify_one();
    }
}

/// A connection with a gate.
#[derive(Debug, Clone)]
struct Line {
    connector: SharedHttpConnector,
    operation: &'static str,
    awaited: Arc<AtomicUsize>,
    gate: Arc<Gate>,
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { connector, operation, awaited, gate } = self.clone();
        HttpConnectorFuture::new(async move {
            let named = request.headers().get("x-amz-target").is_some_and(|target| target.ends_with(operation));
            if named && awaited.fetch_sub(1, Ordering::Relaxed) == 1 {
                gate.reached.notify_one();
                gate.open.notified().await;
            }
            connector.call(request).await
        })
    }
}

fn config() -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "tests")))
        .endpoint_url(ENDPOINT.get_or_init(|| std::env::var("STORAGE_ENDPOINT").unwrap_or_else(|_| dynoxide())))
        .build()
}

/// What the environment of a function says of the tables: `CUSTOMERS_TABLE` and so on.
fn variable(name: &str) -> Option<String> {
    let table = name.strip_suffix("_TABLE")?;
    Some(PREFIX.with_borrow(|prefix| format!("{prefix}-{table}")))
}

/// Serves an empty database on a port of its own until the process ends.
fn dynoxide() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()).await;
        });
    });
    format!("http://{address}")
}

/// The tables of template.yaml, by the names of their variables.
fn tables() -> Vec<(String, Yaml)> {
    let template = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml")).unwrap();
    let template: Yaml = serde_yaml_ng::from_str(&template).unwrap();
    let resources = template["Resources"].as_mapping().unwrap();
    let found = resources.iter().filter(|(_, one)| one["Type"].as_str() == Some("AWS::DynamoDB::Table"));
    let named =
        found.map(|(name, one)| (name.as_str().unwrap().trim_end_matches("Table").to_uppercase(), one["Properties"].clone()));
    let tables: Vec<_> = named.collect();
    assert_eq!(tables.len(), 15, "a table that no adapter knows, or one too few");
    tables
}

async fn create(client: &Client, name: &str, table: &Yaml) {
    let text = |value: &Yaml, name: &str| value[name].as_str().unwrap().to_owned();
    let list = |value: &Yaml, name: &str| value[name].as_sequence().cloned().unwrap_or_default();
    let keys = |value: &Yaml| -> Vec<KeySchemaElement> {
        let element = |one: &Yaml| {
            let kind = KeyType::from(text(one, "KeyType").as_str());
            KeySchemaElement::builder().attribute_name(text(one, "AttributeName")).key_type(kind).build().unwrap()
        };
        list(value, "KeySchema").iter().map(element).collect()
    };
    let attributes = list(table, "AttributeDefinitions").into_iter().map(|one| {
        let kind = ScalarAttributeType::from(text(&one, "AttributeType").as_str());
        AttributeDefinition::builder().attribute_name(text(&one, "AttributeName")).attribute_type(kind).build().unwrap()
    });
    let indexes: Vec<GlobalSecondaryIndex> = list(table, "GlobalSecondaryIndexes")
        .iter()
        .map(|index| {
            let kept = list(&index["Projection"], "NonKeyAttributes")
                .iter()
                .map(|one| one.as_str().unwrap().to_owned())
                .collect::<Vec<_>>();
            let kind = ProjectionType::from(text(&index["Projection"], "ProjectionType").as_str());
            let projection =
                Projection::builder().projection_type(kind).set_non_key_attributes((!kept.is_empty()).then_some(kept)).build();
            let index = GlobalSecondaryIndex::builder().index_name(text(index, "IndexName")).set_key_schema(Some(keys(index)));
            index.projection(projection).build().unwrap()
        })
        .collect();
    let request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let request = request.set_attribute_definitions(Some(attributes.collect())).set_key_schema(Some(keys(table)));
    request.set_global_secondary_indexes((!indexes.is_empty()).then_some(indexes)).send().await.unwrap();
}

pub fn currency() -> Currency {
    Currency::parse("INR").unwrap()
}

pub fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

pub fn tree(json: &Value) -> Json {
    Json::parse(json.to_string().as_bytes()).unwrap()
}

/// The event of a kind, by the shop, at noon of a day of 2026 so many after the first.
pub fn event(kind: &str, id: &str, day: i64, data: &Value) -> Event {
    let time = at("2026-01-01T12:00:00Z").plus(day * crm_domain::time::DAY);
    let event = json!({"specversion": "1.0", "id": id, "source": "/shop", "type": kind, "time": time.to_string(), "data": data});
    Event::parse(&tree(&event), &currency(), Time::now().max(time)).unwrap()
}

pub fn order(email: &str, number: &str, day: i64, total: i64) -> Event {
    let placed = at("2026-01-01T12:00:00Z").plus(day * crm_domain::time::DAY).to_string();
    event("crm.order.place.v1", number, day, &json!({"email": email, "orderId": number, "total": total, "placedAt": placed}))
}

pub fn customer(email: &str, day: i64, name: &str) -> Event {
    event("crm.customer.upsert.v1", email, day, &json!({"email": email, "name": name, "city": "Pune"}))
}

/// Applies events in one transaction, as the worker does.
pub async fn apply(store: &Dynamo, events: &[Event]) -> Vec<Outcome> {
    let (ledger, outcomes) = applied(store, events).await;
    store.commit(&[&ledger]).await.unwrap();
    outcomes
}

/// The records that events name, with the events applied and not written.
pub async fn applied(store: &Dynamo, events: &[Event]) -> (Ledger, Vec<Outcome>) {
    let mut ledger = store.load(&events.iter().collect::<Vec<_>>()).await.unwrap();
    let outcomes = events.iter().map(|event| ledger.apply(event)).collect();
    (ledger, outcomes)
}

pub fn audit(object: &str) -> AuditEntry {
    AuditEntry {
        id: AuditId::generate(),
        at: Time::now(),
        actor: Actor { id: "u-1".into(), name: "Owner".into() },
        action: "test".into(),
        object: object.into(),
        before: None,
        after: None,
        request_id: "r-1".into(),
    }
}

/// All of a list, by pages of so many. None may be longer; an empty one may stand only at the end.
pub async fn all<T>(limit: usize, mut page: impl AsyncFnMut(Option<String>) -> Result<Page<T>, StoreError>) -> Vec<T> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let Page { items, next } = page(after).await.unwrap();
        assert!(items.len() <= limit, "a page of {}", items.len());
        found.extend(items);
        match next {
            None => return found,
            next => after = next,
        }
        assert!(found.len() < 10_000, "the list does not end");
    }
}

#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "nothing is left to do with it")]
pub fn conflicts<T: std::fmt::Debug>(outcome: Result<T, StoreError>) {
    assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
}

//! What template.yaml says of tables, queues and their consumers: the simulated AWS is made from it.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;

/// The deployed system, as far as it is simulated.
pub struct Template {
    /// Requests that create the tables.
    pub tables: Vec<Value>,
    /// By their logical ids.
    pub queues: BTreeMap<String, QueueTerms>,
    /// How the stream of the customers is handed to whoever keeps memberships.
    pub stream: StreamTerms,
    /// How long functions may take, by their logical ids.
    timeouts: BTreeMap<String, Duration>,
    /// What functions are told of tables and queues.
    variables: BTreeMap<String, String>,
}

/// A queue.
#[derive(Debug, Clone)]
pub struct QueueTerms {
    /// The end of its resource name, by which consumers know it.
    pub name: String,
    /// Seconds for which a message is out of sight once it has been handed out.
    pub visibility: u64,
    /// Where a message goes that was handed out too often, and how often that is.
    pub dead: Option<(String, u32)>,
    /// Most messages of one batch for its consumer.
    pub batch: usize,
}

/// How a stream is handed to its consumer.
#[derive(Debug, Clone, Default)]
pub struct StreamTerms {
    /// Most records of one batch.
    pub batch: usize,
    /// Batches of one shard at once; those of one key are in the same lane.
    pub lanes: usize,
    /// How often a batch that failed comes again.
    pub retries: u32,
    /// Whether a batch that failed comes again as two.
    pub bisects: bool,
    /// The queue that is told of what was given up.
    pub given_up: String,
}

/// The template of this repository.
///
/// # Panics
/// It does not read.
pub fn template() -> &'static Template {
    static READ: OnceLock<Template> = OnceLock::new();
    READ.get_or_init(|| Template::read(include_str!("../../../template.yaml")))
}

/// The mapping from the stream of the customers to whoever keeps memberships.
const STREAM_MAPPING: &str = "SegmentStreamMapping";

/// A function's environment: names of tables and URLs of queues.
#[must_use]
pub fn variables(name: &str) -> Option<String> {
    template().variables.get(name).cloned()
}

impl Template {
    /// How long one invocation of a function may take.
    #[must_use]
    pub fn timeout(&self, function: &str) -> Duration {
        self.timeouts.get(function).copied().unwrap_or_default()
    }

    fn read(text: &str) -> Self {
        let yaml: Yaml = serde_yaml_ng::from_str(text).expect("template.yaml is YAML");
        let resources = yaml.get("Resources").and_then(Yaml::as_mapping).expect("it has resources");
        let mut read = Self {
            tables: Vec::new(),
            queues: BTreeMap::new(),
            stream: StreamTerms::default(),
            timeouts: BTreeMap::new(),
            variables: BTreeMap::new(),
        };
        let globals = &yaml["Globals"]["Function"];
        read.note_variables(&globals["Environment"]["Variables"]);
        let mut batches = BTreeMap::new();
        for (id, resource) in resources {
            let (Some(id), properties) = (id.as_str(), &resource["Properties"]) else { continue };
            match resource["Type"].as_str() {
                Some("AWS::DynamoDB::Table") => read.tables.push(table(id, properties)),
                Some("AWS::SQS::Queue") => {
                    read.queues.insert(id.to_owned(), queue(properties));
                }
                Some("AWS::Serverless::Function") => {
                    let seconds = properties["Timeout"].as_u64().or_else(|| globals["Timeout"].as_u64()).unwrap_or_default();
                    read.timeouts.insert(id.to_owned(), Duration::from_secs(seconds));
                    read.note_variables(&properties["Environment"]["Variables"]);
                }
                Some("AWS::Lambda::EventSourceMapping") if id == STREAM_MAPPING => read.stream = stream(properties),
                Some("AWS::Lambda::EventSourceMapping") => {
                    if let (Some(source), Some(size)) = (named(&properties["EventSourceArn"]), properties["BatchSize"].as_u64()) {
                        batches.insert(source, size as usize);
                    }
                }
                _ => {}
            }
        }
        for (id, size) in batches {
            if let Some(queue) = read.queues.get_mut(&id) {
                queue.batch = size;
            }
        }
        assert!(!read.tables.is_empty() && !read.queues.is_empty(), "it has tables and queues");
        read
    }

    fn note_variables(&mut self, variables: &Yaml) {
        for (name, value) in variables.as_mapping().into_iter().flatten() {
            if let (Some(name), Some(id)) = (name.as_str(), named(value)) {
                let value = if name.ends_with("_URL") { format!("https://sqs.simulated/{id}") } else { id };
                self.variables.insert(name.to_owned(), value);
            }
        }
    }
}

/// The resource that `!Ref` or `!GetAtt` names.
fn named(value: &Yaml) -> Option<String> {
    match value {
        Yaml::Tagged(tagged) if tagged.tag == "Ref" || tagged.tag == "GetAtt" => {
            Some(tagged.value.as_str()?.trim_end_matches(".Arn").to_owned())
        }
        _ => None,
    }
}

fn table(id: &str, properties: &Yaml) -> Value {
    let mut request = json!({"TableName": id, "BillingMode": "PAY_PER_REQUEST"});
    for part in ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"] {
        if let Some(value) = properties.get(part) {
            request[part] = serde_json::to_value(value).expect("plain values");
        }
    }
    if let Some(view) = properties["StreamSpecification"]["StreamViewType"].as_str() {
        request["StreamSpecification"] = json!({"StreamEnabled": true, "StreamViewType": view});
    }
    request
}

fn stream(properties: &Yaml) -> StreamTerms {
    let number = |name: &str| properties[name].as_u64().unwrap_or(1);
    StreamTerms {
        batch: number("BatchSize") as usize,
        lanes: number("ParallelizationFactor") as usize,
        retries: number("MaximumRetryAttempts") as u32,
        bisects: properties["BisectBatchOnFunctionError"].as_bool() == Some(true),
        given_up: named(&properties["DestinationConfig"]["OnFailure"]["Destination"]).unwrap_or_default(),
    }
}

fn queue(properties: &Yaml) -> QueueTerms {
    let name = match &properties["QueueName"] {
        Yaml::Tagged(tagged) => tagged.value.as_str().unwrap_or_default(),
        name => name.as_str().unwrap_or_default(),
    };
    let redrive = &properties["RedrivePolicy"];
    let dead = named(&redrive["deadLetterTargetArn"]).zip(redrive["maxReceiveCount"].as_u64());
    QueueTerms {
        name: name.replace("${AWS::StackName}-", ""),
        visibility: properties["VisibilityTimeout"].as_u64().unwrap_or(30),
        dead: dead.map(|(id, count)| (id, count as u32)),
        batch: 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_queues_and_their_names_are_those_of_the_template() {
        assert_eq!(variables("CUSTOMERS_TABLE").as_deref(), Some("CustomersTable"));
        assert_eq!(variables("ORDERS_QUEUE_URL").as_deref(), Some("https://sqs.simulated/OrdersQueue"));
        let orders = &template().queues["OrdersQueue"];
        assert_eq!((orders.name.as_str(), orders.batch), ("orders", 100));
        assert_eq!(orders.dead, Some(("OrdersDeadQueue".to_owned(), crm_domain::dead_letter::RECEIVES)));
        let customers = template().tables.iter().find(|table| table["TableName"] == "CustomersTable").unwrap();
        assert_eq!(customers["StreamSpecification"]["StreamViewType"], "KEYS_ONLY");
        let StreamTerms { batch, lanes, retries, bisects, given_up } = &template().stream;
        assert_eq!((*batch, *lanes, *retries, *bisects, given_up.as_str()), (200, 4, 3, true, "SegmentsQueue"));
        assert_eq!(["WriteWorkerFunction", "SegmentsApiFunction"].map(|id| template().timeout(id).as_secs()), [120, 20]);
    }
}

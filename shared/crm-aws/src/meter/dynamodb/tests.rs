//! What each kind of request is counted as: by the service's word, by sizes, and when it is refused.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, BatchStatementRequest, Delete, KeysAndAttributes, Put, PutRequest};

use super::*;
use crate::items::key;
use crate::meter::metered;

const ORDERS: &[Index] =
    &[Index { keys: ["listKey", "listSort"], is_whole: true }, Index { keys: ["customerId", "listSort"], is_whole: true }];
const CUSTOMERS: &[Index] = &[Index { keys: ["listKey", "listSort"], is_whole: false }];

fn counting() -> Counting {
    Counting::new([("orders".to_owned(), ORDERS), ("customers".to_owned(), CUSTOMERS)])
}

/// An item of exactly so many bytes with these attributes among them.
fn item(bytes: usize, names: &[&str]) -> Item {
    let mut item: Item = names.iter().map(|name| ((*name).to_owned(), AttributeValue::S("x".to_owned()))).collect();
    let rest = bytes - item_size(&item) - 1;
    item.insert("a".to_owned(), AttributeValue::S("x".repeat(rest)));
    item
}

#[test]
fn an_index_costs_where_the_item_is_in_it_and_a_transaction_doubles_the_item_alone() {
    let order = item(1_025, &["listKey", "listSort", "customerId"]);
    let of = |table: &str, item: &Item, times| {
        let Asked { written, refused, .. } = counting().put(table, item, times);
        (written / WHOLE, refused / WHOLE)
    };
    assert_eq!(of("orders", &order, 1), (2 + 2 + 2, 2));
    assert_eq!(of("orders", &order, 2), (4 + 2 + 2, 4));
    assert_eq!(of("orders", &item(1_024, &["listKey", "listSort"]), 2), (2 + 1, 2), "of nobody");
    assert_eq!(of("orders", &item(100, &["customerId"]), 2), (2, 2), "a status that waits for its order");
    assert_eq!(of("customers", &item(5_000, &["listKey", "listSort"]), 2), (10 + 1, 10), "keys alone are small");
    assert_eq!(of("activities", &order, 1), (2, 2));
}

#[cfg(feature = "providers")]
mod at_the_client {
    use super::*;
    use crate::providers::tests::config;
    use crate::providers::tests::peer::{Act, Peer};

    /// Thousandths written and read by a request that is answered so.
    async fn used<F: Future>(status: u16, answer: &'static str, request: impl FnOnce(Client) -> F) -> (u64, u64) {
        let peer = Peer::start(move |_| Act::Answer(status, &[("content-type", "application/x-amz-json-1.0")], answer)).await;
        let counted = aws_sdk_dynamodb::config::Builder::from(&config(&peer.url)).interceptor(counting());
        let (_, usage) = metered(request(Client::from_conf(counted.build()))).await;
        let asked = peer.seen().iter().all(|one| one.body.contains(r#""ReturnConsumedCapacity":"TOTAL""#));
        assert!(asked, "units are asked for");
        (usage.written, usage.read)
    }

    fn transaction() -> [TransactWriteItem; 2] {
        let put = Put::builder().table_name("orders").set_item(Some(item(2_000, &["listKey", "listSort"]))).build().unwrap();
        let delete = Delete::builder().table_name("orders").set_key(Some(key([("id", "1".to_owned())]))).build().unwrap();
        [TransactWriteItem::builder().put(put).build(), TransactWriteItem::builder().delete(delete).build()]
    }

    fn batch() -> [WriteRequest; 2] {
        let put = |bytes| PutRequest::builder().set_item(Some(item(bytes, &[]))).build().unwrap();
        [3_000, 10].map(|bytes| WriteRequest::builder().put_request(put(bytes)).build())
    }

    #[tokio::test]
    async fn writes_are_what_the_service_says_else_what_they_say_themselves() {
        let put = |client: Client| async move {
            client.put_item().table_name("customers").set_item(Some(item(1_025, &["listKey", "listSort"]))).send().await
        };
        assert_eq!(used(200, r#"{"ConsumedCapacity":{"CapacityUnits":7.0}}"#, put).await, (7_000, 0));
        assert_eq!(used(200, "{}", put).await, (3_000, 0));
        let update = |client: Client| async move { client.update_item().table_name("t").key("id", x()).send().await };
        assert_eq!(used(200, r#"{"ConsumedCapacity":{"CapacityUnits":2.0}}"#, update).await, (2_000, 0));
        assert_eq!(used(200, "{}", update).await, (1_000, 0));
        let delete = |client: Client| async move { client.delete_item().table_name("t").key("id", x()).send().await };
        assert_eq!(used(200, r#"{"ConsumedCapacity":{"CapacityUnits":4.0}}"#, delete).await, (4_000, 0));
        let transact = |client: Client| async move {
            client.transact_write_items().set_transact_items(Some(transaction().to_vec())).send().await
        };
        let said = r#"{"ConsumedCapacity":[{"CapacityUnits":4.0},{"CapacityUnits":2.0}]}"#;
        assert_eq!(used(200, said, transact).await, (6_000, 0));
        assert_eq!(used(200, "{}", transact).await, (4_000 + 2_000 + 2_000, 0));
        let write = |client: Client| async move { client.batch_write_item().request_items("t", batch().to_vec()).send().await };
        assert_eq!(used(200, r#"{"ConsumedCapacity":[{"CapacityUnits":5.0}]}"#, write).await, (5_000, 0));
        assert_eq!(used(200, "{}", write).await, (4_000, 0));
        let execute = |client: Client| async move {
            let statement = |text: &str| BatchStatementRequest::builder().statement(text).build().unwrap();
            client.batch_execute_statement().statements(statement("INSERT")).statements(statement("UPDATE")).send().await
        };
        let said = r#"{"Responses":[{},{"Error":{"Code":"ConditionalCheckFailed"}}],"ConsumedCapacity":[{"CapacityUnits":3.0}]}"#;
        assert_eq!(used(200, said, execute).await, (3_000, 0));
        assert_eq!(used(200, r#"{"Responses":[{},{}]}"#, execute).await, (2_000, 0));
        let left = r#"{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"a":{"S":"x"}}}}]}}"#;
        assert_eq!(used(200, left, write).await, (3_000, 0));
    }

    #[tokio::test]
    async fn what_a_condition_refuses_is_billed_and_what_is_too_much_is_not() {
        let put = |client: Client| async move {
            client.put_item().table_name("customers").set_item(Some(item(1_025, &["listKey", "listSort"]))).send().await
        };
        let refused = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}"#;
        assert_eq!(used(400, refused, put).await, (2_000, 0), "no index is written");
        let transact = |client: Client| async move {
            client.transact_write_items().set_transact_items(Some(transaction().to_vec())).send().await
        };
        let cancelled = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"ConditionalCheckFailed"},{"Code":"None"}]}"#;
        assert_eq!(used(400, cancelled, transact).await, (6_000, 0));
        let wrong = r#"{"__type":"com.amazon.coral.validate#ValidationException"}"#;
        assert_eq!(used(400, wrong, put).await, (0, 0));
    }

    #[tokio::test]
    async fn reads_are_at_least_what_they_bring() {
        let get =
            |client: Client| async move { client.get_item().table_name("t").key("id", x()).consistent_read(true).send().await };
        assert_eq!(used(200, r#"{"Item":{"a":{"S":"x"}},"ConsumedCapacity":{"CapacityUnits":3.0}}"#, get).await, (0, 3_000));
        assert_eq!(used(200, "{}", get).await, (0, 1_000), "looking for what is not there is reading too");
        let query = |client: Client| async move { client.query().table_name("t").send().await };
        assert_eq!(used(200, r#"{"Items":[{"a":{"S":"x"}},{"a":{"S":"x"}}]}"#, query).await, (0, 500), "rounded up together");
        let scan = |client: Client| async move { client.scan().table_name("t").send().await };
        assert_eq!(used(200, r#"{"Items":[],"ConsumedCapacity":{"CapacityUnits":128.5}}"#, scan).await, (0, 128_500));
        let batch = |client: Client| async move {
            let keys = (0..3).map(|n| key([("id", n.to_string())])).collect();
            let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().unwrap();
            client.batch_get_item().request_items("t", keys).send().await
        };
        assert_eq!(used(200, r#"{"Responses":{"t":[{"a":{"S":"x"}}]}}"#, batch).await, (0, 3_000), "each by itself");
        let left = r#"{"Responses":{"t":[{"a":{"S":"x"}}]},"UnprocessedKeys":{"t":{"Keys":[{"id":{"S":"1"}}]}}}"#;
        assert_eq!(used(200, left, batch).await, (0, 2_000));
        // An emulator that knows no sizes says a unit for each request.
        let flat = r#"{"Responses":{"t":[{"a":{"S":"x"}}]},"ConsumedCapacity":[{"CapacityUnits":1.0}]}"#;
        assert_eq!(used(200, flat, batch).await, (0, 3_000));
    }

    fn x() -> AttributeValue {
        AttributeValue::S("x".to_owned())
    }
}

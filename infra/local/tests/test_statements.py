"""Statements in PartiQL write as other writes do: on the stream, and at their price."""

from __future__ import annotations

from typing import Any

from infra.local.tests.harness import StackTest

_NAME = "statements"
_LARGE = {"S": "x" * 3_000}


class Statements(StackTest):
    """On a table of its own."""

    def setUp(self) -> None:
        self.dynamo = self.aws("dynamodb")
        made = self.dynamo.create_table(
            TableName=_NAME,
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("shard", "id")],
            KeySchema=[{"AttributeName": "shard", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        self.stream: str = made["TableDescription"]["LatestStreamArn"]
        self.addCleanup(self.dynamo.delete_table, TableName=_NAME)

    def execute(self, *statements: tuple[str, list[dict[str, str]]]) -> tuple[list[str | None], float]:
        """What became of each, and the units of all."""
        sent = [{"Statement": statement, "Parameters": parameters} for statement, parameters in statements]
        answer = self.dynamo.batch_execute_statement(Statements=sent, ReturnConsumedCapacity="TOTAL")
        codes = [one.get("Error", {}).get("Code") for one in answer["Responses"]]
        return codes, sum(one["CapacityUnits"] for one in answer["ConsumedCapacity"])

    def records(self) -> list[dict[str, Any]]:
        """All that is on the stream."""
        streams = self.aws("dynamodbstreams")
        shards = streams.describe_stream(StreamArn=self.stream)["StreamDescription"]["Shards"]
        ask = {"StreamArn": self.stream, "ShardIteratorType": "TRIM_HORIZON"}
        starts = [streams.get_shard_iterator(ShardId=shard["ShardId"], **ask)["ShardIterator"] for shard in shards]
        return [record for start in starts for record in streams.get_records(ShardIterator=start)["Records"]]

    def test_what_they_change_is_on_the_stream_and_counts_by_its_size(self) -> None:
        key = [{"S": "s"}, {"S": "1"}]
        insert = f"INSERT INTO \"{_NAME}\" VALUE {{'shard':?,'id':?,'text':?}}"
        update = f'UPDATE "{_NAME}" SET "sentAt"=? SET "text"=? WHERE "shard"=? AND "id"=? AND "sentAt" IS MISSING'
        self.assertEqual(self.execute((insert, [*key, {"S": "a"}])), ([None], 1))
        self.assertEqual(self.execute((insert, [*key, _LARGE])), (["DuplicateItem"], 1))
        nobody = (update, [{"S": "now"}, {"S": "b"}, {"S": "s"}, {"S": "2"}])
        self.assertEqual(self.execute((update, [{"S": "now"}, _LARGE, *key]), nobody), ([None, "ConditionalCheckFailed"], 3 + 1))
        self.assertEqual(self.execute((update, [{"S": "later"}, {"S": "c"}, *key])), (["ConditionalCheckFailed"], 3))
        records = self.records()
        self.assertEqual([record["eventName"] for record in records], ["INSERT", "MODIFY"])
        old, new = records[1]["dynamodb"]["OldImage"], records[1]["dynamodb"]["NewImage"]
        self.assertEqual((old["text"], old.get("sentAt"), new["text"], new["sentAt"]), ({"S": "a"}, None, _LARGE, {"S": "now"}))

"""What the local AWS takes a request for, and what it refuses to functions. Needs no stack."""

from __future__ import annotations

import asyncio
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from infra.local.iam.calls import Call, Request, calls, context
from infra.local.iam.guard import Guard, Journal
from infra.local.iam.policies import NotUnderstood, Policy, grants, of_mappings

_TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/App"
_NAME = "mini-crm-orders-api"


def asked(service: str, target: str = "", body: Any = b"", method: str = "POST", path: str = "/", query: str = "") -> Request:
    """A request as the guard sees it."""
    data = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    return Request(service, "us-east-1", method, path, query, target, data)


def dynamo(operation: str, **body: Any) -> Request:
    """A request to DynamoDB."""
    return asked("dynamodb", f"DynamoDB_20120810.{operation}", body)


def names(request: Request) -> list[str]:
    """Its calls, short."""
    return [f"{call.action.split(':')[1]} {call.resource.split(':', 5)[-1]}" for call in calls(request)]


def keys(request: Request) -> list[list[str] | None]:
    """The leading keys of each of its calls."""
    found = [context(request, call, lambda table, index: "listKey" if index else "pk") for call in calls(request)]
    return [one.get("dynamodb:leadingkeys") for one in found]


class Calls(unittest.TestCase):
    """Requests in the words of IAM."""

    def test_a_table_is_told_from_its_index_and_from_what_items_say(self) -> None:
        trap = {"text": {"S": '"TableName":"Orders"'}, "TableName": {"S": "Orders"}}
        self.assertEqual(names(dynamo("PutItem", Item={"pk": {"S": "a"}, **trap}, TableName="App")), ["PutItem table/App"])
        query = dynamo("Query", TableName="App", IndexName="byDay", KeyConditionExpression="listKey = :a")
        self.assertEqual(names(query), ["Query table/App/index/byDay"])
        spaced = asked("dynamodb", "DynamoDB_20120810.GetItem", b'{"TableName": "App", "Key": {"pk": {"S": "a"}}}')
        self.assertEqual(names(spaced), ["GetItem table/App"])

    def test_batches_and_transactions_are_as_many_calls_as_they_concern_tables(self) -> None:
        batch = dynamo("BatchGetItem", RequestItems={"App": {"Keys": [{"pk": {"S": "a"}}]}, "Orders": {"Keys": [{"pk": {"S": "b"}}, {"pk": {"S": "c"}}]}})
        self.assertEqual(names(batch), ["BatchGetItem table/App", "BatchGetItem table/Orders"])
        self.assertEqual(keys(batch), [["a"], ["b", "c"]])
        items = [
            {"Put": {"TableName": "App", "Item": {"pk": {"S": "a"}}}},
            {"Put": {"TableName": "App", "Item": {"pk": {"S": "b"}}}},
            {"ConditionCheck": {"TableName": "App", "Key": {"pk": {"S": "c"}}}},
            {"Delete": {"TableName": "Orders", "Key": {"pk": {"S": "d"}}}},
            {"Update": {"TableName": "Orders", "Key": {"pk": {"N": "5"}}}},
        ]
        transaction = dynamo("TransactWriteItems", TransactItems=items)
        self.assertEqual(names(transaction), ["PutItem table/App", "ConditionCheckItem table/App", "DeleteItem table/Orders", "UpdateItem table/Orders"])
        self.assertEqual(keys(transaction), [["a", "b"], ["c"], ["d"], ["5"]])

    def test_statements_are_told_by_how_they_begin(self) -> None:
        added = {"Statement": "INSERT INTO \"App\" VALUE {'pk':?,'text':?}", "Parameters": [{"S": "a"}, {"S": 'UPDATE "Orders"'}]}
        changed = {"Statement": 'UPDATE "App" SET "a"=? WHERE "pk"=? AND "b" IS MISSING', "Parameters": [{"S": "x"}, {"S": "b"}]}
        batch = dynamo("BatchExecuteStatement", Statements=[added, changed, changed])
        self.assertEqual(names(batch), ["PartiQLInsert table/App", "PartiQLUpdate table/App"])
        self.assertEqual(keys(batch), [["a"], ["b"]])
        read = {"Statement": 'SELECT * FROM "App"', "Parameters": []}
        self.assertEqual(names(dynamo("BatchExecuteStatement", Statements=[changed, read])), [], "nothing reads so")

    def test_leading_keys_are_those_of_the_table_or_the_index(self) -> None:
        writes = [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}, {"DeleteRequest": {"Key": {"pk": {"S": "b"}}}}]
        self.assertEqual(keys(dynamo("BatchWriteItem", RequestItems={"App": writes})), [["a", "b"]])
        self.assertEqual(keys(dynamo("GetItem", TableName="App", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})), [["a"]])
        query = {"TableName": "App", "KeyConditionExpression": "sk > :b AND #p = :a", "ExpressionAttributeNames": {"#p": "pk"}}
        self.assertEqual(keys(dynamo("Query", **query, ExpressionAttributeValues={":a": {"S": "x"}, ":b": {"S": "y"}})), [["x"]])
        query = {"TableName": "App", "IndexName": "byDay", "KeyConditionExpression": "listKey=:day"}
        self.assertEqual(keys(dynamo("Query", **query, ExpressionAttributeValues={":day": {"S": "d"}})), [["d"]])
        self.assertEqual(keys(dynamo("Scan", TableName="App")), [None])

    def test_queues_secrets_buses_letters_and_numbers(self) -> None:
        for operation in ("SendMessage", "SendMessageBatch"):
            sent = asked("sqs", f"AmazonSQS.{operation}", {"QueueUrl": "http://localhost:4566/000000000000/orders"})
            self.assertEqual(calls(sent), [Call("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:orders")])
        secret = asked("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": "arn:x"})
        self.assertEqual(calls(secret), [Call("secretsmanager:GetSecretValue", "arn:x")])
        events = asked("events", "AWSEvents.PutEvents", {"Entries": [{"EventBusName": "crm"}, {"EventBusName": "crm"}, {}]})
        self.assertEqual(names(events), ["PutEvents event-bus/crm", "PutEvents event-bus/default"])
        letter = asked("ses", body={"FromEmailAddress": "CRM <a@b.example>", "ConfigurationSetName": "set"}, path="/v2/email/outbound-emails")
        self.assertEqual(names(letter), ["SendEmail identity/a@b.example", "SendEmail configuration-set/set"])
        self.assertEqual(context(letter, calls(letter)[0], lambda table, index: ""), {"ses:fromaddress": "a@b.example"})
        self.assertEqual(calls(asked("sns", body=b"Action=Publish&PhoneNumber=%2B91")), [Call("sns:Publish", "*")])
        self.assertEqual(calls(asked("sns", body=b"Action=Publish&TopicArn=arn%3Aaws")), [Call("sns:Publish", "arn:aws")])

    def test_objects_and_what_is_done_to_them(self) -> None:
        cases = [
            ("GET", "/b/k/1", "x-id=GetObject&response-content-disposition=x", ["s3:GetObject b/k/1"]),
            ("HEAD", "/b/k", "", ["s3:GetObject b/k"]),
            ("PUT", "/b/k", "X-Amz-Signature=1&x-id=PutObject", ["s3:PutObject b/k"]),
            ("POST", "/b/k", "uploads", ["s3:PutObject b/k"]),
            ("PUT", "/b/k", "partNumber=1&uploadId=2", ["s3:PutObject b/k"]),
            ("DELETE", "/b/k", "uploadId=2", ["s3:AbortMultipartUpload b/k"]),
            ("DELETE", "/b/k", "x-id=DeleteObject", ["s3:DeleteObject b/k"]),
            ("GET", "/b", "list-type=2&prefix=k", ["s3:ListBucket b"]),
            ("GET", "/b/", "uploads&prefix=k", ["s3:ListBucketMultipartUploads b"]),
            ("PUT", "/b", "", []),
            ("GET", "/b/k", "acl", []),
            ("PUT", "/b", "policy", []),
        ]
        for method, path, query, expected in cases:
            found = calls(asked("s3", method=method, path=path, query=query))
            self.assertEqual([f"{call.action} {call.resource.removeprefix('arn:aws:s3:::')}" for call in found], expected, f"{method} {path}?{query}")
        deleted = b"<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object></Delete>"
        self.assertEqual(names(asked("s3", body=deleted, path="/b", query="delete")), ["DeleteObject b/a", "DeleteObject b/b&c"])

    def test_what_nobody_has_mapped_is_no_call(self) -> None:
        for request in (asked("iam", body=b"Action=CreateUser"), asked("sns", body=b"Action=CreateTopic"), asked("ses", path="/v2/email/identities")):
            self.assertEqual(calls(request), [])


class Policies(unittest.TestCase):
    """Grants, one by one."""

    def allows(self, statement: dict[str, Any], action: str, resource: str, **asked: str | list[str]) -> bool:
        document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}}
        keys = {name.replace("_", ":"): value for name, value in asked.items()}
        return Policy(grants("f", [document])).allowing(Call(action, resource), lambda: keys) is not None

    def test_an_action_on_a_resource_is_allowed_as_it_is_named(self) -> None:
        statement = {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::b/imports/*", "arn:aws:s3:::b/x"]}
        self.assertTrue(self.allows(statement, "s3:PutObject", "arn:aws:s3:::b/imports/1"))
        self.assertTrue(self.allows(statement, "s3:GetObject", "arn:aws:s3:::b/x"))
        self.assertFalse(self.allows(statement, "s3:GetObject", "arn:aws:s3:::b/X"))
        self.assertFalse(self.allows(statement, "s3:DeleteObject", "arn:aws:s3:::b/x"))
        table = {"Action": "dynamodb:Query", "Resource": _TABLE}
        self.assertFalse(self.allows(table, "dynamodb:Query", f"{_TABLE}/index/byDay"))

    def test_not_resource_is_everything_else(self) -> None:
        statement = {"Action": "sns:Publish", "NotResource": "arn:aws:sns:*:*:*"}
        self.assertTrue(self.allows(statement, "sns:Publish", "*"))
        self.assertFalse(self.allows(statement, "sns:Publish", "arn:aws:sns:us-east-1:000000000000:topic"))

    def test_all_leading_keys_have_to_be_named(self) -> None:
        statement = {
            "Action": "dynamodb:PutItem",
            "Resource": _TABLE,
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ai#*", "names"]}},
        }
        for keys, allowed in ((["ai#1", "names"], True), (["ai#1", "campaigns"], False), (["campaigns"], False)):
            self.assertEqual(self.allows(statement, "dynamodb:PutItem", _TABLE, dynamodb_leadingkeys=keys), allowed, keys)

    def test_the_sender_has_to_be_the_one_that_is_named(self) -> None:
        statement = {"Action": "ses:SendEmail", "Resource": "*", "Condition": {"StringEquals": {"ses:FromAddress": "a@b.example"}}}
        self.assertTrue(self.allows(statement, "ses:SendEmail", "arn:x", ses_fromaddress="a@b.example"))
        self.assertFalse(self.allows(statement, "ses:SendEmail", "arn:x", ses_fromaddress="c@b.example"))

    def test_what_is_not_understood_is_said(self) -> None:
        for statement in ({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}):
            with self.assertRaises(NotUnderstood):
                grants("f", [{"Statement": [statement]}])

    def test_a_mapping_needs_what_lambda_does_to_feed_it(self) -> None:
        needed = of_mappings([("arn:aws:sqs:r:1:orders", None), ("arn:aws:dynamodb:r:1:table/T/stream/1", "arn:aws:sqs:r:1:failed")])
        self.assertIn(("sqs:ReceiveMessage", "arn:aws:sqs:r:1:orders"), needed)
        self.assertIn(("dynamodb:GetRecords", "arn:aws:dynamodb:r:1:table/T/stream/1"), needed)
        self.assertIn(("sqs:SendMessage", "arn:aws:sqs:r:1:failed"), needed)


class Guarding(unittest.TestCase):
    """Requests to an AWS that has everything, and is asked for an absent object in vain."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.journal = Path(directory.name) / "calls.jsonl"
        self.statements: list[dict[str, Any]] = [
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": _TABLE},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
        ]
        self.reached: list[bytes] = []
        self.guard = Guard(self.aws, Journal(self.journal), lambda name: [{"Statement": self.statements}] if name == _NAME else None)

    async def aws(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append((await receive())["body"])
        status = 404 if scope["path"].endswith("/absent") else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"there"})

    def ask(self, service: str, key: str = _NAME, target: str = "", body: bytes = b"", path: str = "/", query: str = "", signed: bool = True) -> tuple[int, bytes]:
        """Status and body of an answer."""
        headers = [(b"x-amz-target", target.encode())] if target else []
        if signed:
            headers.append((b"authorization", f"AWS4-HMAC-SHA256 Credential={key}/20261126/us-east-1/{service}/aws4_request, Signature=0".encode()))
        scope = {"type": "http", "method": "POST" if target else "GET", "path": path, "query_string": query.encode(), "headers": headers}
        pieces = iter([{"type": "http.request", "body": body[:5], "more_body": True}, {"type": "http.request", "body": body[5:]}])
        told: list[Any] = []

        async def receive() -> Any:
            return next(pieces)

        async def send(message: Any) -> None:
            told.append(message)

        asyncio.run(self.guard(scope, receive, send))
        self.assertEqual([message["type"] for message in told], ["http.response.start", "http.response.body"])
        return told[0]["status"], told[1]["body"]

    def get(self, key: str = _NAME, operation: str = "GetItem") -> tuple[int, bytes]:
        return self.ask("dynamodb", key, f"DynamoDB_20120810.{operation}", b'{"TableName":"App"}')

    def test_what_is_allowed_goes_through_as_it_was_sent(self) -> None:
        self.assertEqual(self.get(), (200, b"there"))
        self.assertEqual(self.reached, [b'{"TableName":"App"}'])
        self.get()
        lines = [json.loads(line) for line in self.journal.read_text().splitlines()]
        self.assertEqual([(line["used"]["function"], line["used"]["action"]) for line in lines], [(_NAME, "dynamodb:GetItem")])

    def test_what_is_not_allowed_is_refused_in_the_words_of_the_service(self) -> None:
        status, body = self.get(operation="DeleteItem")
        self.assertIn(status, (400, 403))
        self.assertEqual(json.loads(body)["__type"], "AccessDeniedException")
        self.assertIn("dynamodb:DeleteItem", json.loads(body)["message"])
        self.assertEqual(self.reached, [])
        self.assertEqual(json.loads(self.journal.read_text())["refused"]["action"], "dynamodb:DeleteItem")
        status, body = self.ask("s3", path="/other/k")
        self.assertEqual(status, 403)
        self.assertIn(b"<Code>AccessDenied</Code>", body)
        # Nobody has said what this is.
        self.assertGreaterEqual(self.ask("kms", target="TrentService.Decrypt", body=b"{}")[0], 400)

    def test_who_is_no_function_may_do_anything(self) -> None:
        self.assertEqual(self.get("test", "DeleteTable")[0], 200)
        self.assertEqual(self.ask("s3", path="/other/k", signed=False)[0], 200)
        self.assertFalse(self.journal.exists())

    def test_a_presigned_url_may_do_what_its_signer_may(self) -> None:
        query = f"X-Amz-Credential={_NAME}%2F20261126%2Fus-east-1%2Fs3%2Faws4_request"
        self.assertEqual(self.ask("s3", path="/b/k", query=query, signed=False)[0], 200)
        self.assertEqual(self.ask("s3", path="/other/k", query=query, signed=False)[0], 403)

    def test_absence_is_told_to_those_who_may_list(self) -> None:
        self.assertEqual(self.ask("s3", path="/b/absent")[0], 403)
        self.statements.append({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"})
        self.guard._policies.clear()
        self.assertEqual(self.ask("s3", path="/b/absent")[0], 404)

    def test_a_change_of_policies_is_seen(self) -> None:
        self.assertGreaterEqual(self.get(operation="PutItem")[0], 400)
        self.statements.append({"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": _TABLE})
        self.ask("iam", "test", path="/")
        self.assertEqual(self.get(operation="PutItem")[0], 200)

    def test_a_restart_forgets_nothing(self) -> None:
        self.get()
        self.guard = Guard(self.aws, Journal(self.journal), self.guard.documents)
        self.get()
        self.get(operation="DeleteItem")
        self.assertEqual(len(self.journal.read_text().splitlines()), 2)

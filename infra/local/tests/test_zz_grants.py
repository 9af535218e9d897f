"""After everything else: what the functions were allowed to do is what they have done, no more and no less.

The local AWS refuses to a function what its policies do not allow (`infra/local/iam`), so all other tests have run under them. That
nothing is missing holds for any run; that nothing is too much can be said of a whole one alone.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.local import aws, template
from infra.local.iam.policies import Grant, grants, of_mappings
from infra.local.settings import REGION
from infra.local.tests.harness import SETTINGS, STACK, StackTest

# Grants that no call here can use, by function (or the end of its name), action and the end of the resource, each with its reason.
_LOGS = "by Lambda itself, under the policy of AWS that SAM gives to every function"
_NOT_HERE: list[tuple[str, str, str, str]] = [
    ("", "logs:CreateLogGroup", "*", _LOGS),
    ("", "logs:CreateLogStream", "*", _LOGS),
    ("", "logs:PutLogEvents", "*", _LOGS),
    ("", "dynamodb:GetItem", "CustomersTable", "where a long history changed while it was read, its customer is read again"),
    ("-worker", "sqs:ChangeMessageVisibility", "", "workers give a message back for a while where storage or a service is out of order"),
    ("write-worker", "dynamodb:GetItem", "MessagesTable", "where DynamoDB does not send the old entry along, which AWS's does"),
    ("campaigns-api", "dynamodb:BatchGetItem", "AppTable", "with caps, while letters of another campaign are under way"),
    ("", "dynamodb:PutItem", "SuppressionsTable", "the first function that reads the list leaves the fingerprint of its key"),
    ("segment-worker", "s3:GetObject", "exports/*", "whether a file is there is asked only after a step that died once it was whole"),
    ("segment-worker", "s3:ListBucket", "", "as above"),
    ("import-worker", "s3:ListBucket", "", "where an erasure has deleted the file that was to be read"),
    ("import-worker", "sqs:SendMessage", ":mini-crm-imports", "files of more than one stretch, as `make scale` has them"),
    ("erasure-worker", "s3:AbortMultipartUpload", "exports/*", "while an export is being written"),
    ("clock", "dynamodb:BatchWriteItem", "TimersTable", "timers that are nobody's: whoever settles people takes theirs along"),
    ("", "dynamodb:BatchGetItem", "HistoriesTable", "of histories beyond some 2,500 orders; `test_history` has one for most of those who read them"),
]
# What this test itself tries.
_TRIED = {"action": "dynamodb:DeleteItem", "resource": "AuditTable"}


class Grants(StackTest):
    """Grants of the deployed roles beside the journal of the local AWS."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        deployed = aws.resources(SETTINGS)
        cls.resources = deployed
        cls.functions = {deployed[function.resource]: function.name for function in template.functions(template.load())}
        cls.roles = {name: cls.role(name) for name in cls.functions}

    @classmethod
    def role(cls, function: str) -> str:
        arn: str = aws.client(SETTINGS, "lambda").get_function_configuration(FunctionName=function)["Role"]
        return arn.rsplit("/", 1)[-1]

    def own(self, function: str) -> list[Grant]:
        """What the policies of a function's own grant it, as IAM tells them."""
        iam, role = self.aws("iam"), self.roles[function]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        return grants(function, [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names])

    def shared(self, function: str) -> list[Grant]:
        """What it is granted by policies that others have too."""
        iam, documents = self.aws("iam"), []
        for one in iam.list_attached_role_policies(RoleName=self.roles[function])["AttachedPolicies"]:
            # AWS's own, which SAM gives to whatever is traced and the local AWS does not know: Lambda writes traces by it.
            if one["PolicyArn"].endswith("/AWSXrayWriteOnlyAccess"):
                continue
            version = iam.get_policy(PolicyArn=one["PolicyArn"])["Policy"]["DefaultVersionId"]
            documents.append(iam.get_policy_version(PolicyArn=one["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"])
        return grants(function, documents)

    def granted(self) -> list[Grant]:
        """All grants of all functions."""
        return [grant for function in self.functions for grant in self.own(function) + self.shared(function)]

    def noted(self, kind: str) -> list[dict[str, Any]]:
        """What the local AWS has noted so far."""
        lines = [json.loads(line) for line in SETTINGS.calls.read_text().splitlines()]
        return [line[kind] for line in lines if kind in line]

    def feeding(self) -> set[tuple[str, str, str]]:
        """What Lambda needs of the functions' roles to feed them from queues and streams."""
        needed = set()
        for mapping in self.aws("lambda").list_event_source_mappings(MaxItems=1000)["EventSourceMappings"]:
            function = mapping["FunctionArn"].split(":function:")[1].split(":")[0]
            failures = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            needed |= {(function, *one) for one in of_mappings([(mapping["EventSourceArn"], failures)])}
        return needed

    def test_nothing_was_refused_but_what_is_not_allowed(self) -> None:
        self.assertIn("AccessDenied", self.tried(next(name for name, short in self.functions.items() if short == "clock")))
        # Whoever has a presigned URL may try with it what is no action of S3; the contract's run does.
        refused = [one for one in self.noted("refused") if not self.is_tried(one) and not re.match(r"s3:[A-Z]+ /", one["action"])]
        self.assertEqual([f"{one['function']}: {one['action']} on {one['resource']}" for one in refused], [], "grants are missing")
        self.assertTrue(any(self.is_tried(one) for one in self.noted("refused")), "policies are not enforced")

    def tried(self, function: str) -> str:
        """The answer to a function that would change the audit log."""
        as_function = boto3.client(
            "dynamodb", endpoint_url=SETTINGS.aws_url, region_name=REGION, aws_access_key_id=function, aws_secret_access_key="test"
        )  # fmt: skip
        with self.assertRaises(ClientError) as refused:
            as_function.delete_item(TableName=self.resources[_TRIED["resource"]], Key={"month": {"S": "2026-11"}, "id": {"S": "0"}})
        code: str = refused.exception.response["Error"]["Code"]
        return code

    def is_tried(self, refused: dict[str, Any]) -> bool:
        mine: bool = self.functions.get(refused["function"]) == "clock" and refused["action"] == _TRIED["action"]
        return mine and refused["resource"].endswith(self.resources[_TRIED["resource"]])

    def test_lambda_may_feed_the_functions(self) -> None:
        granted = {(grant.function, grant.action, grant.resource) for grant in self.granted()}
        self.assertEqual(sorted(self.feeding() - granted), [], "grants are missing")

    def test_no_action_is_a_pattern(self) -> None:
        self.assertEqual([str(grant) for grant in self.granted() if re.search(r"[*?]", grant.action)], [])

    def test_each_grant_is_used(self) -> None:
        granted, feeding = self.granted(), self.feeding()
        self.assertEqual(len(granted), len(set(granted)), "something is granted twice")
        used = {Grant(**one) for one in self.noted("used")}
        # One piece of code, one policy: what one of them does is done for all.
        by_anyone = {replace(grant, function="") for grant in used}
        used |= {grant for function in self.functions for grant in self.shared(function) if replace(grant, function="") in by_anyone}
        fed = {grant for grant in granted if (grant.function, grant.action, grant.resource) in feeding}
        excused = {grant for grant in granted if self.excuse(grant)} - used
        unused = [grant for grant in granted if grant not in used | fed | excused]
        report = f"{len(granted)} grants to {len(self.functions)} functions: {len(used & set(granted))} used by calls, "
        report += f"{len(fed - used)} by Lambda itself, {len(excused)} excused, {len(unused)} unused"
        print(f"\n{report}", flush=True)
        if not STACK.whole:
            print("  (part of the tests ran: unused ones are no fault)", flush=True)
            return
        self.assertEqual([f"{self.functions[grant.function]}{str(grant).removeprefix(grant.function)}" for grant in unused], [], report)

    def excuse(self, grant: Grant) -> str | None:
        """Why nothing here can use it."""
        for function, action, resource, reason in _NOT_HERE:
            resource = self.resources.get(resource, resource)
            if self.functions[grant.function].endswith(function) and grant.action == action and grant.resource.endswith(resource):
                return reason
        return None

"""What others build on: the example client, and the role of senders in other accounts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from dataclasses import replace

from infra.local import aws, deploy
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK, StackTest

_README = ROOT / "infra" / "examples" / "README.md"


class ExampleClient(StackTest):
    """`infra/examples`, as its README says."""

    def _run(self, script: str) -> None:
        environment = {**os.environ, **STACK.environment()}
        done = subprocess.run(["bash", "-euc", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("sent as", done.stdout)

    def test_an_order_that_is_sent_twice_is_applied_once(self) -> None:
        block = re.search(r"\*\*Here\*\*.*?```sh\n(.*?)```", _README.read_text(), re.DOTALL)
        assert block
        mark = uuid.uuid4().hex[:12]
        email = f"sender.{mark}@example.in"
        script = block[1].replace("asha@example.in", email).replace("INV-2026-0001", f"Q-{mark}")
        script = script.replace(".venv/bin/python", sys.executable)
        self._run(script)
        self._run(script)
        self.applied()
        (order,) = self.api.get(f"/api/orders/by-email/{email}")["items"]
        self.assertEqual((order["orderId"], order["total"]), (f"Q-{mark}", 1499))
        (customer,) = self.api.get(f"/api/customers?search={email}")["items"]
        self.assertEqual((customer["orderCount"], customer["totalSpend"]), (1, 1499))


class Senders(StackTest):
    """A stack that names accounts which may send."""

    def test_the_role_sends_to_the_four_write_queues_and_does_nothing_else(self) -> None:
        self.assertNotIn("SenderRoleArn", self.outputs())
        settings = replace(SETTINGS, stack_name=f"senders-{uuid.uuid4().hex[:8]}")
        self.addCleanup(self.aws("cloudformation").delete_stack, StackName=settings.stack_name)
        more = {"SenderAccounts": "111122223333,444455556666", "SenderExternalId": "one-that-was-made-up"}
        deploy.deploy(settings, {**deploy.parameters(SETTINGS), **more})
        outputs, resources = aws.outputs(settings), aws.resources(settings)
        role = self.aws("iam").get_role(RoleName=resources["SenderRole"])["Role"]
        self.assertEqual(outputs["SenderRoleArn"], role["Arn"])
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        self.assertEqual(trust["Principal"], {"AWS": ["111122223333", "444455556666"]})
        self.assertEqual(trust["Condition"], {"StringEquals": {"sts:ExternalId": "one-that-was-made-up"}})
        policies = self.aws("iam").list_role_policies(RoleName=resources["SenderRole"])["PolicyNames"]
        self.assertEqual(policies, ["send-events"])
        policy = self.aws("iam").get_role_policy(RoleName=resources["SenderRole"], PolicyName="send-events")["PolicyDocument"]
        (allowed,) = policy["Statement"]
        self.assertEqual(allowed["Action"], "sqs:SendMessage")
        sqs = self.aws("sqs")
        urls = [outputs[f"{name}QueueUrl"] for name in ("Customers", "Orders", "Activities", "Receipts")]
        arns = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"] for url in urls]
        self.assertEqual(sorted(allowed["Resource"]), sorted(arns))

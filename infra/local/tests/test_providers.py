"""Letters that really leave: by SES and SNS of the local AWS, and by a webhook whose gateway misbehaves.

The deployed delivery-worker is given another provider for the time of a test, and its own back afterwards.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
import urllib.request
import uuid
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from infra.local import aws, template
from infra.local.iam.policies import Grant, grants
from infra.local.settings import REGION
from infra.local.tests.harness import SETTINGS, StackTest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KEY = base64.b64encode(b"k" * 48).decode()


class Gateway(http.server.ThreadingHTTPServer):
    """Takes letters, and answers as it is told: a status, headers and a body, or `None` to hang up."""

    daemon_threads = True

    def __init__(self, act: Callable[[dict[str, Any], int], tuple[int, dict[str, str], dict[str, Any]] | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.act = act
        self.lock = threading.Lock()
        self.asked: Counter[str] = Counter()
        self.sent: dict[str, dict[str, Any]] = {}
        self.forged: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/send"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        identity, stamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = hmac.new(base64.b64decode(_KEY), f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
        letter = json.loads(body)
        with self.server.lock:
            good = f"v1,{base64.b64encode(signed).decode()}" in self.headers["webhook-signature"].split(" ")
            if not good or self.headers["idempotency-key"] != identity or letter["id"] != identity:
                self.server.forged.append(identity)
            before = self.server.asked[identity]
            self.server.asked[identity] += 1
        answer = self.server.act(letter, before)
        with self.server.lock:
            if answer is None or answer[0] < 300:
                # It has sent it, also when nobody hears of that.
                self.server.sent.setdefault(identity, letter)
        if answer is None:
            self.close_connection = True
            return
        status, headers, told = answer
        data = json.dumps(told).encode()
        # Who has waited too long is not there any more.
        with suppress(OSError):
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class Providers(StackTest):
    """Each test has people of its own, known by an attribute."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]

    @contextmanager
    def provider(self, policy: str, names: dict[str, str], **variables: str) -> Iterator[None]:
        """Gives the delivery-worker other settings, and the policy that the template has for them, all of which has to be used."""
        client, name = self.aws("lambda"), aws.resources(SETTINGS)["DeliveryWorkerFunction"]
        configuration = client.get_function_configuration(FunctionName=name)
        before = configuration["Environment"]["Variables"]
        role = configuration["Role"].rsplit("/", 1)[-1]
        names = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": "000000000000", **names}
        document = template.resolved(template.load()["Resources"][policy]["Properties"]["PolicyDocument"], names)
        self.aws("iam").put_role_policy(RoleName=role, PolicyName=self.mark, PolicyDocument=json.dumps(document))
        self.configure(name, {**before, **variables})
        try:
            yield
        finally:
            self.configure(name, before)
            self.aws("iam").delete_role_policy(RoleName=role, PolicyName=self.mark)
        noted = [json.loads(line) for line in SETTINGS.calls.read_text().splitlines()]
        used = {Grant(**line["used"]) for line in noted if "used" in line}
        self.assertEqual([str(grant) for grant in grants(name, [document]) if grant not in used], [], "unused grants")

    def configure(self, name: str, variables: dict[str, str]) -> None:
        client = self.aws("lambda")
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        self.eventually(lambda: client.get_function_configuration(FunctionName=name).get("LastUpdateStatus") != "InProgress", what="the update")

    def launch(self, channel: str, count: int) -> str:
        """A campaign to new people, up to its end; its path."""
        items = [
            {"email": f"{self.mark}-{n}@providers.example", "name": f"Person {n}", "phone": f"+91{int(self.mark[:7], 16):09d}{n:03d}",
             "smsConsent": True, "whatsappConsent": True, "attributes": {"mark": self.mark}}
            for n in range(count)
        ]  # fmt: skip
        self.api.post("/api/customers", {"items": items})
        self.applied()
        rules = {"combinator": "and", "rules": [{"field": "attributes.mark", "operator": "=", "value": self.mark}]}
        segment = self.api.post("/api/segments", {"name": f"Providers {self.mark}", "rules": rules})
        variant = {"body": f"Dear {{{{name}}}}: {self.mark}"} | ({"subject": f"Hello {self.mark}"} if channel == "email" else {})
        launch = {"name": "Providers", "segmentId": segment["id"], "channel": channel, "variants": [variant]}
        path = f"/api/campaigns/{self.api.post('/api/campaigns', launch)['id']}"
        self.eventually(lambda: self.api.get(path)["status"] == "sent", 180, "the campaign's end")
        return path

    def log(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.api.get(f"{path}/messages?limit=100{cursor}")
            items += page["items"]
            if page["nextCursor"] is None:
                return items
            cursor = f"&cursor={page['nextCursor']}"

    def counts(self, path: str) -> dict[str, Any]:
        """The campaign, whose counts must add up and be those of the log."""
        state: dict[str, Any] = self.api.get(path)
        self.assertEqual(state["audience"], sum(state[one] for one in ("queued", "sent", "failed", "skipped", "unknown")))
        log = self.log(path)
        self.assertEqual(len(log), state["audience"])
        for status in ("failed", "skipped", "unknown"):
            self.assertEqual(sum(entry["status"] == status for entry in log), state[status], status)
        return state

    def told(self, path: str) -> Any:
        """What MiniStack says of the letters that it took."""
        with urllib.request.urlopen(f"{SETTINGS.aws_url}{path}", timeout=10) as answer:
            return json.load(answer)

    def set_aside(self) -> int:
        """Dead letters of the receipts queue: other tests leave some."""
        queues = {one["name"]: one for one in self.api.get("/api/queues")["items"]}
        letters: int = queues["receipts"]["deadLetters"]
        return letters

    def test_emails_leave_by_ses_and_its_events_come_back(self) -> None:
        before = self.set_aside()
        ses = self.aws("sesv2")
        ses.create_email_identity(EmailIdentity="crm@providers.example")
        ses.create_configuration_set(ConfigurationSetName=self.mark)
        names = {"EmailSender": "crm@providers.example", "EmailConfigurationSet": self.mark}
        variables = {"EMAIL_SENDER": "crm@providers.example", "EMAIL_CONFIGURATION_SET": self.mark}
        with self.provider("SesPolicy", names, EMAIL_PROVIDER="ses", **variables):
            path = self.launch("email", 30)
        state = self.counts(path)
        self.assertEqual((state["sent"], state["unknown"], state["failed"]), (30, 0, 0))
        letters = [one for box in self.told("/_ministack/ses/messages")["messages"].values() for one in box if one["Subject"] == f"Hello {self.mark}"]
        self.assertEqual(Counter(one["To"][0] for one in letters), Counter({f"{self.mark}-{n}@providers.example": 1 for n in range(30)}))
        self.assertEqual({one["Source"] for one in letters}, {"crm@providers.example"})
        log = self.log(path)
        self.assertEqual({entry["providerId"] for entry in log}, {one["MessageId"] for one in letters})
        # As the template wires them: a topic, and the receipts queue, which gets its messages as they are.
        sns, queue = self.aws("sns"), self.outputs()["ReceiptsQueueUrl"]
        queue_arn = self.aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name=self.mark)["TopicArn"]
        self.addCleanup(sns.delete_topic, TopicArn=topic)
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})
        sns.publish(TopicArn=topic, Message="Successfully validated SNS topic for Amazon SES event publishing.")
        for entry in log:
            campaign, customer = entry["id"].split(".")
            mail = {"timestamp": entry["sentAt"], "messageId": entry["providerId"], "tags": {"campaign": [campaign], "customer": [customer]}}
            event = {"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": entry["sentAt"], "recipients": [entry["email"]]}}
            if entry["email"].startswith(f"{self.mark}-7@"):
                event = {"eventType": "Bounce", "mail": mail, "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": entry["sentAt"]}}
            for _ in range(2):
                sns.publish(TopicArn=topic, Message=json.dumps(event))
        self.eventually(lambda: [self.api.get(path)[what] for what in ("delivered", "bounced")] == [29, 1], 60, "the receipts")
        self.counts(path)
        self.assertEqual(self.set_aside(), before, "the greeting of SES, or a receipt, was set aside")

    def test_text_messages_leave_by_sns(self) -> None:
        with self.provider("SnsPolicy", {}, SMS_PROVIDER="sns"):
            path = self.launch("sms", 20)
        self.assertEqual(self.counts(path)["sent"], 20)
        boxes = self.told("/_ministack/sns/sms-messages")["sms_messages"].values()
        mine = [one for box in boxes for one in box if self.mark in one["Message"]]
        self.assertEqual(sorted(Counter(one["PhoneNumber"] for one in mine).values()), [1] * 20)

    def test_a_gateway_that_misbehaves_gets_everybody_once(self) -> None:
        def act(letter: dict[str, Any], before: int) -> tuple[int, dict[str, str], dict[str, Any]] | None:
            kind = int(letter["to"][-3:]) % 6
            if kind == 5:
                return 422, {}, {}
            if before == 0 and kind == 1:
                return 429, {"retry-after": "1"}, {}
            if before == 0 and kind == 2:
                return 500, {}, {}
            if before == 0 and kind == 3:
                return None
            if before == 0 and kind == 4:
                # Longer than anyone waits for one answer.
                time.sleep(7)
            return 200, {}, {"id": f"gw-{letter['id']}"}

        gateway = Gateway(act)
        self.addCleanup(gateway.server_close)
        self.addCleanup(gateway.shutdown)
        secrets = self.aws("secretsmanager")
        secret = secrets.create_secret(Name=f"providers-{self.mark}", SecretString=json.dumps({"signingKey": _KEY}))["ARN"]
        self.addCleanup(secrets.delete_secret, SecretId=secret, ForceDeleteWithoutRecovery=True)
        variables = {"WHATSAPP_WEBHOOK_URL": gateway.url, "WHATSAPP_WEBHOOK_SECRET_ID": secret}
        with self.provider("WhatsappWebhookPolicy", {"WhatsappWebhookSecret": secret}, WHATSAPP_PROVIDER="webhook", **variables):
            path = self.launch("whatsapp", 60)
        state = self.counts(path)
        self.assertEqual((state["sent"], state["failed"], state["unknown"]), (50, 10, 0))
        self.assertEqual(gateway.forged, [])
        self.assertEqual(len(gateway.sent), 50)
        self.assertGreater(sum(gateway.asked.values()), 60)
        refused = []
        for entry in self.log(path):
            if entry["status"] == "failed":
                self.assertEqual(entry["failedReason"], "answered 422")
                refused.append(gateway.asked[entry["id"]])
            else:
                self.assertEqual(entry["providerId"], f"gw-{entry['id']}")
        # Unless it came so late that nobody heard it.
        self.assertEqual(min(refused), 1, "a refusal is final")

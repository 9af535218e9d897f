"""Events to other systems: signed requests to a receiver that sometimes fails, and the bus."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.tests.harness import StackTest


class Receiver:
    """A small receiver on this machine: keeps what it gets, and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                receiver.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                if receiver.status == 302:
                    self.send_header("location", f"{receiver.url}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def events(self, kind: str, mark: str) -> list[dict[str, Any]]:
        """The events of a kind that say something of this test."""
        events = [json.loads(body) for _, _, body in self.received]
        return [event for event in events if event["type"] == kind and mark in json.dumps(event)]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the specification of Standard Webhooks has it, by nobody's library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and wanted in headers["webhook-signature"].split(" ")


class Webhooks(StackTest):
    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)

    def email(self, who: str) -> str:
        return f"{who}.{self.mark}@hooks.example"

    def webhook(self, *types: str) -> dict[str, Any]:
        """A webhook that is heard: the list of them is believed for some seconds, so orders are placed until one arrives."""
        made: dict[str, Any] = self.api.post("/api/webhooks", {"url": f"{self.receiver.url}/crm", "types": list(types)})
        self.addCleanup(self.api.call, "DELETE", f"/api/webhooks/{made['id']}")

        last = 0.0

        def heard() -> bool:
            nonlocal last
            if not self.receiver.received and time.monotonic() - last > 2:
                last = time.monotonic()
                self.order("first", 1)
            return bool(self.receiver.received)

        self.eventually(heard, 60, "the new webhook")
        # What was placed before is on its way no more.
        number = self.order("second", 1)
        if "crm.order.applied.v1" in types:
            self.eventually(lambda: bool(self.receiver.events("crm.order.applied.v1", number)), 60, "another order")
        return made

    def order(self, who: str, total: int) -> str:
        number = f"{who}-{uuid.uuid4().hex[:8]}-{self.mark}"
        self.api.post("/api/orders", {"email": self.email(who), "orderId": number, "total": total})
        return number

    def deliveries(self, webhook: str, outcome: str = "") -> list[dict[str, Any]]:
        query = f"?outcome={outcome}" if outcome else ""
        items: list[dict[str, Any]] = self.api.get(f"/api/webhooks/{webhook}/deliveries{query}")["items"]
        return items

    def test_an_order_and_its_customer_are_told_and_signed(self) -> None:
        made = self.webhook("crm.customer.created.v1", "crm.order.applied.v1", "crm.order.status-changed.v1")
        number = self.order("asha", 499)
        self.eventually(lambda: bool(self.receiver.events("crm.order.applied.v1", number)), 60, "the order")
        self.eventually(lambda: bool(self.receiver.events("crm.customer.created.v1", self.email("asha"))), 60, "the customer")
        event = self.receiver.events("crm.order.applied.v1", number)[0]
        self.assertEqual((event["specversion"], event["source"]), ("1.0", "/crm/local"))
        data = event["data"]
        self.assertEqual((data["email"], data["total"], data["status"]), (self.email("asha"), 499, "placed"))
        self.api.call("PATCH", f"/api/orders/{data['id']}", {"status": "cancelled"})
        self.eventually(lambda: bool(self.receiver.events("crm.order.status-changed.v1", number)), 60, "the status")
        for path, headers, body in self.receiver.received:
            self.assertEqual(path, "/crm")
            self.assertTrue(verified(made["secret"], headers, body))
            self.assertEqual(headers["webhook-id"], json.loads(body)["id"])
            self.assertFalse(verified(made["secret"], headers, body + b" "))
        self.eventually(lambda: event["id"] in [one["eventId"] for one in self.deliveries(made["id"], "delivered")], what="its place in the log")

    def test_a_receiver_that_fails_gets_it_later_and_redirects_are_not_followed(self) -> None:
        made = self.webhook("crm.order.applied.v1")
        self.receiver.status = 503
        number = self.order("ravi", 10)
        self.eventually(lambda: bool(self.receiver.events("crm.order.applied.v1", number)), 60, "the first attempt")
        event = self.receiver.events("crm.order.applied.v1", number)[0]["id"]
        self.eventually(lambda: self.delivery(made["id"], event).get("outcome") == "waiting", 60, "its place in the log")
        waiting = self.delivery(made["id"], event)
        self.assertEqual(waiting["status"], 503)
        # The second attempt follows after some ten seconds.
        self.receiver.status = 204
        self.eventually(lambda: self.delivery(made["id"], event).get("outcome") == "delivered", 120, "the second attempt")
        self.assertGreater(self.delivery(made["id"], event)["attempts"], waiting["attempts"])
        self.receiver.status = 302
        path = f"/api/webhooks/{made['id']}/deliveries/{waiting['id']}/resend"
        self.assertEqual(self.api.call("POST", path).status, 202)
        self.eventually(lambda: self.delivery(made["id"], event).get("status") == 302, 60, "the redirect")
        self.assertNotIn("/elsewhere", [path for path, _, _ in self.receiver.received])
        self.receiver.status = 410
        self.assertEqual(self.api.call("POST", path).status, 202)
        shown = lambda: self.api.get(f"/api/webhooks/{made['id']}")  # noqa: E731
        self.eventually(lambda: shown().get("disabledReason") == "gone", 60, "the webhook's end")

    def delivery(self, webhook: str, event: str) -> dict[str, Any]:
        return next((one for one in self.deliveries(webhook) if one["eventId"] == event), {})

    def test_a_webhook_can_be_tried_and_its_secret_rotated(self) -> None:
        made = self.webhook("crm.order.applied.v1")
        rotated = self.api.call("POST", f"/api/webhooks/{made['id']}/rotate")
        self.assertEqual(rotated.status, 200)
        tried = self.api.call("POST", f"/api/webhooks/{made['id']}/test").json()["eventId"]
        self.eventually(lambda: bool(self.receiver.events("crm.webhook.test.v1", tried)), 60, "the test")
        headers, body = next((headers, body) for _, headers, body in self.receiver.received if tried.encode() in body)
        self.assertTrue(verified(made["secret"], headers, body) and verified(rotated.json()["secret"], headers, body))

    def test_who_is_erased_leaves_the_log(self) -> None:
        made = self.webhook("crm.order.applied.v1", "crm.customer.erased.v1")
        number = self.order("gone", 10)
        self.eventually(lambda: bool(self.receiver.events("crm.order.applied.v1", number)), 60, "the order")
        event = self.receiver.events("crm.order.applied.v1", number)[0]
        self.eventually(lambda: bool(self.delivery(made["id"], event["id"])), 60, "its delivery")
        path = f"/api/webhooks/{made['id']}/deliveries/{self.delivery(made['id'], event['id'])['id']}"
        self.assertEqual(self.api.get(path)["event"]["data"]["email"], self.email("gone"))
        customer = event["data"]["customerId"]
        self.applied()
        self.assertEqual(self.api.call("DELETE", f"/api/customers/{customer}").status, 204)
        self.eventually(lambda: "event" not in self.api.get(path), 60, "the sweep")
        self.eventually(lambda: bool(self.receiver.events("crm.customer.erased.v1", customer)), 60, "the erasure")
        self.assertEqual(self.api.call("POST", f"{path}/resend").status, 409)

    def test_the_bus_has_the_same_event(self) -> None:
        sqs, events = self.aws("sqs"), self.aws("events")
        queue = sqs.create_queue(QueueName=f"bus-{self.mark}")["QueueUrl"]
        self.addCleanup(sqs.delete_queue, QueueUrl=queue)
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus, rule = self.outputs()["EventBusName"], f"orders-{self.mark}"
        pattern = json.dumps({"detail-type": ["crm.order.applied.v1"]})
        events.put_rule(Name=rule, EventBusName=bus, EventPattern=pattern)
        self.addCleanup(events.delete_rule, Name=rule, EventBusName=bus)
        events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        self.addCleanup(events.remove_targets, Rule=rule, EventBusName=bus, Ids=["queue"])
        number, found = self.order("bus", 77), []

        def arrived() -> bool:
            for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
                detail = json.loads(message["Body"])["detail"]
                found.extend([detail] if number in json.dumps(detail) else [])
            return bool(found)

        self.eventually(arrived, 60, "the event on the bus")
        self.assertEqual((found[0]["type"], found[0]["data"]["total"]), ("crm.order.applied.v1", 77))

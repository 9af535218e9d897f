"""What recipients do without signing in: unsubscribe, choose, open, click. The links are made as delivery-worker makes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from typing import Any
from urllib.parse import quote

from infra.local.tests.harness import StackTest

_PREFERENCES, _OPEN, _CLICK = 1, 2, 3
_PERSON = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0"}


class Recipients(StackTest):
    """Each test has a customer of its own."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]
        self.email = f"asha.{self.mark}@recipients.example"
        self.api.post("/api/customers", {"email": self.email, "name": "Asha", "phone": "+91 98450 12345", "attributes": {"mark": self.mark}})
        self.applied()
        rules = {"combinator": "and", "rules": [{"field": "attributes.mark", "operator": "=", "value": self.mark}]}
        segment = self.api.post("/api/segments", {"name": f"Recipient {self.mark}", "rules": rules})["id"]
        self.addCleanup(self.api.call, "DELETE", f"/api/segments/{segment}")
        variants = [{"subject": "For {{name}}", "body": '<a href="https://shop.example/">go</a>'}]
        launch = {"name": "Recipients", "segmentId": segment, "channel": "email", "variants": variants}
        self.campaign = self.api.post("/api/campaigns", launch)["id"]
        self.eventually(lambda: self.api.get(f"/api/campaigns/{self.campaign}")["status"] == "sent", 60, "the campaign")

    def message(self) -> dict[str, Any]:
        log: list[dict[str, Any]] = self.api.get(f"/api/campaigns/{self.campaign}/messages")["items"]
        return log[0]

    def token(self, purpose: int, target: str = "", key: str | None = None) -> str:
        secret = self.aws("secretsmanager").get_secret_value(SecretId=self.outputs()["AppSecretArn"])["SecretString"]
        derived = hmac.digest((key or json.loads(secret)["signingKey"]).encode(), b"links", hashlib.sha256)
        campaign, customer = (uuid.UUID(part).bytes for part in self.message()["id"].split("."))
        said = bytes([1, purpose]) + campaign + customer + target.encode()
        return base64.urlsafe_b64encode(said + hmac.digest(derived, said, hashlib.sha256)[:16]).decode().rstrip("=")

    def consents(self) -> dict[str, Any]:
        customer: dict[str, Any] = self.api.get(f"/api/customers?search={self.email}")["items"][0]
        return customer

    def reasons(self) -> list[str]:
        return [one["reason"] for one in self.api.get(f"/api/suppressions?address={quote(self.email)}")["items"]]

    def test_one_click_unsubscribes_and_looking_does_not(self) -> None:
        path, anyone = f"/api/unsubscribe/{self.token(_PREFERENCES)}", self.anonymous()
        page = anyone.call("GET", path)
        self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertNotIn(self.mark, page.body.decode())
        self.assertEqual(self.reasons(), [])
        form = {"content-type": "application/x-www-form-urlencoded"}
        for _ in range(2):
            self.assertEqual(anyone.call("POST", path, b"List-Unsubscribe=One-Click", headers=form).status, 200)
        self.assertEqual(self.reasons(), ["unsubscribed"])
        self.applied()
        self.assertFalse(self.consents()["emailConsent"])
        self.eventually(lambda: self.message()["status"] == "unsubscribed", 60, "the receipt")
        chosen = b"offered=email&offered=sms&wanted=email&wanted=sms"
        self.assertEqual(anyone.call("POST", path, chosen, headers=form).status, 200)
        self.assertEqual(self.reasons(), [])
        self.applied()
        self.assertEqual([self.consents()[name] for name in ("emailConsent", "smsConsent", "whatsappConsent")], [True, True, False])

    def test_forged_links_do_nothing(self) -> None:
        anyone = self.anonymous()
        forged = self.token(_PREFERENCES, key="wrong")
        for method, path in (("POST", f"/api/unsubscribe/{forged}"), ("GET", f"/api/unsubscribe/{self.token(_OPEN)}"), ("GET", "/api/c/x"), ("GET", "/api/o/x.gif")):
            self.assertEqual(anyone.call(method, path).status, 404, path)
        self.assertEqual(self.reasons(), [])

    def test_opens_and_clicks_are_noted_and_machines_apart(self) -> None:
        anyone = self.anonymous()
        scanner = {"user-agent": "Barracuda Sentinel (EE)"}
        self.assertEqual(anyone.call("GET", f"/api/o/{self.token(_OPEN)}.gif", headers=scanner).status, 200)
        self.eventually(lambda: "machineOpenedAt" in self.message(), 60, "the machine")
        target = "https://shop.example/?a=1"
        click = anyone.call("GET", f"/api/c/{self.token(_CLICK, target)}", headers=_PERSON)
        self.assertEqual((click.status, click.headers["location"]), (302, target))
        self.eventually(lambda: "clickedAt" in self.message(), 60, "the click")
        self.assertEqual(self.message()["body"], '<a href="https://shop.example/">go</a>')

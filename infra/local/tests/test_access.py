"""Who may enter and what they may do, over the whole product: sign-in, sessions, roles, keys, repeats, limits, logs."""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.local import aws
from infra.local.api import Answer, Api
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, StackTest

_ROLES = ("owner", "admin", "marketer", "analyst")
_DOCUMENT = json.loads((ROOT / "infra" / "openapi.json").read_text())
_NIL = "00000000-0000-0000-0000-000000000000"


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation of the document."""
    return [(verb.upper(), path, about) for path, verbs in _DOCUMENT["paths"].items() for verb, about in verbs.items()]


def filled(path: str) -> str:
    """The path with some id in the place of each parameter."""
    return "/".join(_NIL if part.startswith("{") else part for part in path.split("/"))


class Access(StackTest):
    """Each test brings people of its own."""

    def credential(self, email: str, **more: Any) -> str:
        answer = self.anonymous().call("POST", "/local/identity/token", {"email": email, **more})
        self.assertEqual(answer.status, 200, answer.body)
        token: str = answer.json()["credential"]
        return token

    def sign_in(self, email: str, **more: Any) -> Answer:
        return self.anonymous().call("POST", "/auth/google-jwt", {"credential": self.credential(email, **more)})

    def with_key(self, key: str) -> Api:
        api = self.anonymous()
        api.token = key
        return api

    def test_the_owner_signs_in_renews_and_signs_out(self) -> None:
        signed_in = self.sign_in("owner@example.com")
        self.assertEqual(signed_in.status, 200, signed_in.body)
        self.assertEqual(signed_in.json()["user"]["role"], "owner")
        cookie = signed_in.headers["set-cookie"].split(";")[0]
        self.assertNotIn("Secure", signed_in.headers["set-cookie"])
        me = self.with_key(signed_in.json()["token"]).get("/auth/user-jwt")["user"]
        self.assertEqual(me["email"], "owner@example.com")
        # `make token` means the same person.
        self.assertEqual(self.api.get("/auth/user-jwt")["user"]["id"], me["id"])
        renewed = self.anonymous().call("POST", "/auth/refresh", None, {"cookie": cookie})
        self.assertEqual(renewed.status, 200, renewed.body)
        newer = renewed.headers["set-cookie"].split(";")[0]
        self.assertEqual(self.anonymous().call("POST", "/auth/logout", None, {"cookie": newer}).status, 204)
        self.assertEqual(self.anonymous().call("POST", "/auth/refresh", None, {"cookie": newer}).status, 401)
        self.assertEqual(self.anonymous().call("POST", "/auth/refresh").status, 204)

    def test_a_stranger_stays_out_until_invited_and_goes_when_disabled(self) -> None:
        refused = self.sign_in("stranger@elsewhere.example")
        self.assertEqual((refused.status, refused.json()["code"]), (403, "not_invited"))
        self.api.post("/api/users", {"email": "stranger@elsewhere.example", "role": "analyst"})
        entered = self.sign_in("stranger@elsewhere.example").json()
        guest = self.with_key(entered["token"])
        self.assertEqual(guest.call("GET", "/api/stats").status, 200)
        self.assertEqual(guest.call("POST", "/api/segments", {}).status, 403)
        user = f"/api/users/{entered['user']['id']}"
        self.assertEqual(self.api.call("PATCH", user, {"role": "marketer"}).status, 200)
        self.eventually(lambda: guest.call("POST", "/api/segments", {}).status == 422, 60, "the new role")
        self.assertEqual(self.api.call("PATCH", user, {"disabled": True}).status, 200)
        self.eventually(lambda: guest.call("GET", "/api/stats").status == 401, 60, "the end of a disabled user")
        again = self.sign_in("stranger@elsewhere.example")
        self.assertEqual((again.status, again.json()["code"]), (403, "user_disabled"))
        told = self.api.get(f"/api/audit?object=users/{entered['user']['id']}")["items"]
        self.assertEqual([entry["action"] for entry in told], ["change_user", "change_user", "enter"])
        self.assertEqual(told[0]["after"], {"status": "disabled"})
        self.assertNotIn("stranger@", json.dumps([entry.get("after") for entry in told]))

    def test_an_invitation_that_is_withdrawn_is_told_of_who_withdrew_it(self) -> None:
        invited = self.api.post("/api/users", {"email": "regret@elsewhere.example", "role": "analyst"})
        self.assertEqual(self.api.call("DELETE", f"/api/users/{invited['id']}").status, 204)
        self.assertEqual(self.sign_in("regret@elsewhere.example").json()["code"], "not_invited")
        told = self.api.get(f"/api/audit?object=users/{invited['id']}")["items"]
        self.assertEqual([entry["action"] for entry in told], ["withdraw_invitation", "invite_user"])
        # Invited and withdrawn by the same person, whose list of deeds has both.
        actor = told[0]["actor"]["id"]
        self.assertEqual(told[1]["actor"]["id"], actor)
        mine = self.api.everything(f"/api/audit?actor={actor}")
        self.assertLessEqual({entry["id"] for entry in told}, {entry["id"] for entry in mine})

    def test_tokens_of_the_provider_that_are_not_as_they_should_be(self) -> None:
        now = int(time.time())
        for claims in (
            {"aud": "other"}, {"iss": "https://evil.example"}, {"exp": now - 1}, {"nbf": now + 600}, {"email_verified": False}, {"sub": None},
        ):
            refused = self.sign_in("owner@example.com", claims=claims)
            self.assertEqual((refused.status, refused.json()["code"]), (401, "unauthorized"), claims)
        good = self.credential("owner@example.com")
        header, body, _ = good.split(".")
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        signature = stranger.sign(f"{header}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        forged = f"{header}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        self.assertEqual(self.anonymous().call("POST", "/auth/google-jwt", {"credential": forged}).status, 401)

    def test_every_route_lets_in_whom_the_document_says(self) -> None:
        keys = {scope: self.api.post("/api/keys", {"name": f"walk {scope}", "scopes": [scope]})["key"] for scope in ("ingest", "read")}
        clients: list[tuple[str | None, Api]] = [(role, self.as_role(role, f"walk-{role}@example.com")) for role in _ROLES]
        clients += [(f"key:{scope}", self.with_key(key)) for scope, key in keys.items()]
        clients.append((None, self.anonymous()))
        walked = 0
        for method, path, about in operations():
            if about.get("security") == []:
                answer = self.anonymous().call(method, filled(path), b"{}" if method == "POST" else None)
                self.assertNotEqual(answer.status, 403, f"{method} {path}")
                walked += 1
                continue
            for who, client in clients:
                body = b"{}" if method in ("POST", "PATCH") else None
                answer = client.call(method, filled(path), body)
                let_in = who in about["x-roles"] or (who is not None and who == f"key:{about['x-scope']}")
                expected = "in" if let_in else "out"
                found = "out" if answer.status == (401 if who is None else 403) else "in"
                self.assertEqual(found, expected, f"{who} {method} {path}: {answer.status} {answer.body[:200]!r}")
                self.assertLess(answer.status, 500, f"{who} {method} {path}")
                walked += 1
        print(f"{len(operations())} routes, {walked} requests ... ", end="", flush=True)

    def test_a_token_of_another_role_leaves_the_owner_alone(self) -> None:
        analyst = self.as_role("analyst", "owner@example.com")
        self.assertEqual(analyst.get("/auth/user-jwt")["user"]["role"], "analyst")
        self.assertEqual(self.as_role("owner", "owner@example.com").get("/auth/user-jwt")["user"]["role"], "owner")

    def test_a_key_is_revoked_within_a_minute(self) -> None:
        made = self.api.post("/api/keys", {"name": "shop", "scopes": ["ingest"]})
        shop = self.with_key(made["key"])
        self.assertEqual(shop.call("POST", "/api/customers", {"email": "by-key@access.example"}).status, 202)
        self.assertEqual(shop.call("GET", "/api/customers").status, 403)
        listed = next(key for key in self.api.get("/api/keys?limit=100")["items"] if key["id"] == made["id"])
        self.assertIn("lastUsedAt", listed)
        self.assertNotIn("key", listed)
        self.assertEqual(self.api.call("DELETE", f"/api/keys/{made['id']}").status, 204)
        self.eventually(lambda: shop.call("POST", "/api/customers", {"email": "x@access.example"}).status == 401, 60, "revocation")

    def test_the_same_request_again_is_one_request(self) -> None:
        rules = {"combinator": "and", "rules": []}
        for path, body, other in (
            ("/api/segments", {"name": "Once", "rules": rules}, {"name": "Twice", "rules": rules}),
            ("/api/keys", {"name": "once", "scopes": ["read"]}, {"name": "twice", "scopes": ["read"]}),
            ("/api/imports", {"kind": "orders"}, {"kind": "customers"}),
            ("/api/orders", {"email": "once@access.example", "total": 7}, {"email": "once@access.example", "total": 8}),
        ):
            key = {"idempotency-key": str(uuid.uuid4())}
            self.assertGreaterEqual(self.api.call("POST", path, {}, key).status, 400)
            first, again = self.api.call("POST", path, body, key), self.api.call("POST", path, body, key)
            self.assertLess(first.status, 300, f"{path} {first.body!r}")
            self.assertEqual((first.status, first.json()["id"]), (again.status, again.json()["id"]), path)
            # Where to put a file is said anew: an address is good for an hour only.
            if path != "/api/imports":
                self.assertEqual(first.body, again.body, path)
            refused = self.api.call("POST", path, other, key)
            self.assertEqual((refused.status, refused.json()["code"]), (422, "idempotency_key_reused"), path)
        named = [segment for segment in self.api.get("/api/segments?limit=100")["items"] if segment["name"] == "Once"]
        self.assertEqual(len(named), 1)

    def test_an_order_without_a_number_sent_again_stands_as_it_was_first_sent(self) -> None:
        key = {"idempotency-key": str(uuid.uuid4())}
        customer = {"email": "replayed@access.example", "city": "Pune"}
        self.api.post("/api/customers", customer, key)
        self.applied()
        self.api.post("/api/customers", {**customer, "city": "Delhi"})
        self.applied()
        self.api.post("/api/customers", customer, key)
        self.applied()
        found = self.api.get("/api/customers?search=replayed@access.example")["items"][0]
        self.assertEqual(found["city"], "Delhi", "the late repeat is the old event")

    def test_what_a_person_changes_by_hand_is_told(self) -> None:
        marketer = self.as_role("marketer", "hands@access.example")
        made = marketer.post("/api/customers", {"email": "told@access.example", "smsConsent": True})
        order = self.api.post("/api/orders", {"email": "told@access.example", "total": 3, "orderId": "told-1"})
        self.applied()
        self.assertEqual(marketer.call("PATCH", f"/api/orders/{order['id']}", {"status": "refunded"}).status, 202)
        changed = self.api.get(f"/api/audit?object=orders/{order['id']}")["items"]
        self.assertEqual([(one["actor"]["name"], one["before"], one["after"]) for one in changed], [("hands@access.example", {"status": "placed"}, {"status": "refunded"})])
        edited = self.api.get(f"/api/audit?object=customers/{made['id']}")["items"]
        self.assertEqual([one["after"] for one in edited], [{"fields": ["smsConsent"]}])

    def test_launches_run_out_and_say_when_to_come_back(self) -> None:
        limited: list[Answer] = []

        def ask(somebody: Api) -> None:
            refused = 0
            # Far more than the burst: a launch comes back each second, while a slow machine is asking.
            for _ in range(500):
                answer = somebody.call("POST", "/api/campaigns", {})
                refused = refused + 1 if answer.status == 429 else 0
                # Once may be because the others were at the bucket too.
                if refused == 3:
                    limited.append(answer)
                if limited:
                    return

        # One user, at several desks.
        desks = [threading.Thread(target=ask, args=(self.as_role("marketer", "eager@access.example"),)) for _ in range(4)]
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.join()
        self.assertTrue(limited, "no limit")
        self.assertEqual(limited[0].json()["code"], "too_many_requests")
        self.assertGreaterEqual(int(limited[0].headers["retry-after"]), 1)
        self.assertEqual(self.as_role("marketer", "calm@access.example").call("POST", "/api/campaigns", {}).status, 422)

    def test_headers_keep_browsers_careful(self) -> None:
        for path in ("/api/stats", "/api/nothing", "/auth/user-jwt"):
            headers = self.api.call("GET", path).headers
            if path != "/api/nothing":
                self.assertEqual(headers["cache-control"], "no-store", path)
                self.assertEqual(headers["x-content-type-options"], "nosniff", path)
                self.assertIn("max-age=63072000", headers["strict-transport-security"], path)
        page = self.anonymous().call("GET", "/").headers
        self.assertIn("default-src 'none'", page["content-security-policy"])
        self.assertNotIn("${", page["content-security-policy"])
        asked = {"access-control-request-method": "POST"}
        allowed = self.anonymous().call("OPTIONS", "/api/orders", None, {"origin": SETTINGS.url, **asked})
        self.assertEqual((allowed.status, allowed.headers["access-control-allow-origin"]), (204, SETTINGS.url))
        for origin in ("null", "https://evil.example", f"{SETTINGS.url}.evil.example"):
            refused = self.anonymous().call("OPTIONS", "/api/orders", None, {"origin": origin, **asked})
            self.assertNotIn("access-control-allow-origin", refused.headers, origin)
            read = self.api.call("GET", "/api/stats", None, {"origin": origin})
            self.assertNotIn("access-control-allow-origin", read.headers, origin)

    def test_no_log_holds_what_requests_bring(self) -> None:
        canary = f"canary{uuid.uuid4().hex[:12]}"
        email = f"{canary}@access.example"
        bodies: dict[str, Any] = {
            "/api/customers": {"email": email, "name": canary},
            "/api/orders": {"email": email, "orderId": canary, "total": 1},
            "/api/activities": {"email": email, "type": canary, "at": "2026-01-01"},
            "/api/users": {"email": email, "role": "analyst"},
            "/api/segments": {"name": canary, "rules": {"combinator": "and", "rules": [{"field": "email", "operator": "=", "value": email}]}},
        }
        for method, path, _ in operations():
            if method == "DELETE" and "users" in path:
                continue
            for body in (bodies.get(path, {"email": email, "credential": canary, canary: canary}), canary.encode()):
                sent = body if method in ("POST", "PATCH") else None
                headers = {"idempotency-key": f"{canary}{uuid.uuid4()}", "cookie": f"mini_crm_session={canary}", "x-odd": canary}
                self.api.call(method, path.replace("{id}", canary).replace("{email}", email) + f"?search={canary}&email={email}", sent, headers)
                self.anonymous().call(method, filled(path), sent, {"authorization": f"Bearer {canary}"})
        self.applied()
        secret = aws.client(SETTINGS, "secretsmanager").get_secret_value(SecretId=self.outputs()["AppSecretArn"])
        key = json.loads(secret["SecretString"])["signingKey"]
        token = self.api.token or ""
        for log in SETTINGS.logs.iterdir():
            text = log.read_text(errors="replace")
            for what in (canary, key, token.split(".")[2]):
                self.assertNotIn(what, text, f"in {log.name}")
        groups = self.aws("logs").describe_log_groups()["logGroups"]
        for group in groups:
            events = self.aws("logs").filter_log_events(logGroupName=group["logGroupName"]).get("events", [])
            self.assertFalse([one for one in events if canary in one["message"]], group["logGroupName"])

"""The gateway answers as API Gateway and CloudFront would."""

from __future__ import annotations

import fnmatch
import json
import socket
import subprocess
from typing import Any

from infra.local import aws, identity, template
from infra.local.build import VENV
from infra.local.settings import REGION
from infra.local.tests.harness import SETTINGS, StackTest


class Gateway(StackTest):
    """Routes, limits, odd requests."""

    def test_every_route_of_the_template_reaches_its_function(self) -> None:
        for route in template.routes(template.load()):
            path = route.path.replace("{", "").replace("}", "")
            answer = self.anonymous().call(route.method, path)
            self.assertNotIn(answer.status, (405, 502, 504), f"{route.method} {path}: {answer.body!r}")
            # Recipients of messages are answered by pages.
            if answer.status == 404 and answer.headers["content-type"] == "application/problem+json":
                self.assertNotEqual(answer.json()["code"], "route_not_found", f"{route.method} {path}")

    def test_unknown_api_path_is_a_problem_and_never_the_page(self) -> None:
        for path in ("/api", "/api/nothing", "/auth/nothing", "/api/customers/1/2/3"):
            answer = self.api.call("GET", path)
            self.assertEqual((answer.status, answer.json()["code"]), (404, "route_not_found"), path)
            self.assertEqual(answer.headers["content-type"], "application/problem+json")

    def test_known_path_with_another_method_names_its_methods(self) -> None:
        answer = self.api.call("DELETE", "/api/orders")
        self.assertEqual((answer.status, answer.json()["code"], answer.headers["allow"]), (405, "method_not_allowed", "GET, POST"))

    def test_oversized_body_is_refused(self) -> None:
        for size in (1024 * 1024 + 1, 11 * 1024 * 1024):
            answer = self.api.call("POST", "/api/orders", b"x" * size, {"content-type": "application/json"})
            self.assertEqual((answer.status, answer.json()["code"]), (413, "body_too_large"), size)

    def test_odd_requests_do_no_harm(self) -> None:
        for raw in (
            b"GET /api/health HTTP/1.1\r\nHost: a b/#\r\n\r\n",
            b"GET /api/customers/%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /api/customers?search=%ff&search=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /api/customers?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /api/health HTTP/1.1\r\nHost: x\r\nX-Odd: \xff\xfe\r\n\r\n",
            b"POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        ):
            with socket.create_connection(("127.0.0.1", SETTINGS.port), 10) as connection:
                connection.sendall(raw)
                status = int(connection.recv(4096).split()[1])
            self.assertLess(status, 500, raw[:60])
        self.assertEqual(self.api.call("GET", "/api/health").status, 200)


class Distribution(StackTest):
    """What CloudFront does on AWS, as it was deployed here, and the gateway does alike."""

    def test_pages_and_api_are_one_origin(self) -> None:
        cloudfront = aws.client(SETTINGS, "cloudfront")
        (distribution,) = cloudfront.list_distributions()["DistributionList"]["Items"]
        config = cloudfront.get_distribution_config(Id=distribution["Id"])["DistributionConfig"]
        behaviors = {one["PathPattern"]: one["TargetOriginId"] for one in config["CacheBehaviors"]["Items"]}
        self.assertEqual(config["DefaultCacheBehavior"]["TargetOriginId"], "pages")
        for route in template.routes(template.load()):
            matching = [behaviors[pattern] for pattern in behaviors if fnmatch.fnmatchcase(route.path, pattern)]
            self.assertEqual(matching, ["api"], f"{route.path} does not reach the API")

    def test_addresses_of_the_app_are_its_page_and_files_are_files(self) -> None:
        code = aws.client(SETTINGS, "cloudfront").get_function(Name=f"{SETTINGS.stack_name}-web-{REGION}", Stage="LIVE")["FunctionCode"].read()
        for address, becomes in {
            "/": "/index.html",
            "/customers/0190-ab": "/index.html",
            "/assets/index-1.js": "/assets/index-1.js",
            "/mark.svg": "/mark.svg",
        }.items():
            self.assertEqual(_addressed(code.decode(), address)["uri"], becomes, address)
        answer = _addressed(code.decode(), "/config.json")
        told = json.loads(answer["body"]["data"])
        self.assertEqual((answer["statusCode"], told), (200, {"localIdentity": False, "googleClientId": identity.CLIENT}))
        self.assertEqual(self.anonymous().call("GET", "/config.json").json().keys(), told.keys())


def _addressed(code: str, address: str) -> dict[str, Any]:
    """What the function of the distribution makes of a request."""
    script = f"{code}\nconsole.log(JSON.stringify(handler({{request: {{uri: {json.dumps(address)}}}}})))"
    done = subprocess.run([str(VENV / "node"), "-e", script], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found

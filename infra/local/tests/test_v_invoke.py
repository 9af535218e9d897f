"""`cargo lambda invoke` and `cargo lambda watch`, as the README has them: every function, with every file of `events/`.

Runs late: events change what is set for everybody, and suppress addresses."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra.local import template, tokens
from infra.local.build import VENV
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK, StackTest
from infra.local.waiting import wait_until

_ENVIRONMENT = {**os.environ, **STACK.environment(), "PATH": f"{VENV}{os.pathsep}{os.environ['PATH']}"}
# The segment and the customer that events of campaigns name.
_SEGMENT = "01900000-0000-7000-8000-000000000001"
_CUSTOMER = "a@x.in"
_AT_ONCE = 4


def block(number: int) -> str:
    """A block of commands of the README's section, on the ports of the test stack."""
    section = (ROOT / "README.md").read_text().split("## One function by itself")[1].split("\n## ")[0]
    commands = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[number]
    commands = commands.replace(".local/env", str(SETTINGS.directory / "env")).replace("-P 9001", f"-P {SETTINGS.lambda_port + 40}")
    return re.sub(r"-A 127\.0\.0\.1 (?!-P)", f"-A 127.0.0.1 -P {SETTINGS.lambda_port} ", commands)


def run(script: str) -> subprocess.CompletedProcess[str]:
    """A script, as somebody types it in the checkout."""
    return subprocess.run(["bash", "-euc", script], cwd=ROOT, env=_ENVIRONMENT, capture_output=True, text=True, timeout=600, check=False)


class Invocations(StackTest):
    """Every event is answered as its name says."""

    def test_every_event_of_every_function(self) -> None:
        self.api.post("/api/customers", {"email": _CUSTOMER, "name": "Asha"})
        rules = {"combinator": "and", "rules": [{"field": "email", "operator": "=", "value": _CUSTOMER}]}
        segment = self.api.post("/api/segments", {"name": "Of the events", "rules": rules})["id"]
        self.applied()
        self.addCleanup(self._reset, {one["id"] for one in self.api.get("/api/webhooks")["items"]})
        token = tokens.token(SETTINGS)

        def invoke(case: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
            event = case.read_text().replace("Bearer TOKEN", f"Bearer {token}")
            # The bad ones name what nobody has.
            if not case.name.startswith("bad-"):
                event = event.replace(_SEGMENT, segment)
            command = ["cargo", "lambda", "invoke", "-A", "127.0.0.1", "-P", str(SETTINGS.lambda_port), case.parent.name, "--data-ascii", event]
            return case, subprocess.run(command, cwd=ROOT, env=_ENVIRONMENT, capture_output=True, text=True, timeout=600, check=False)

        cases = [case for one in template.functions(template.load()) for case in sorted((ROOT / "events" / one.name).glob("*.json"))]
        self.assertGreater(len(cases), 100)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for case, done in pool.map(invoke, cases):
                with self.subTest(str(case.relative_to(ROOT))):
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self._is_as_named(case, json.loads(done.stdout))

    def _reset(self, webhooks: set[str]) -> None:
        for one in self.api.get("/api/webhooks")["items"]:
            if one["id"] not in webhooks:
                self.assertEqual(self.api.call("DELETE", f"/api/webhooks/{one['id']}").status, 204)
        unset = dict.fromkeys(("caps", "timeZone", "quietHours", "attributionDays"))
        self.assertEqual(self.api.call("PATCH", "/api/settings", unset).status, 200)

    def _is_as_named(self, case: Path, answer: Any) -> None:
        bad = case.name.startswith("bad-")
        if case.parent.name.endswith("-api"):
            self.assertEqual(answer["statusCode"] // 100, 4 if bad else 2, answer)
            if bad and answer["headers"]["content-type"] == "application/problem+json":
                self.assertEqual(json.loads(answer["body"])["status"], answer["statusCode"])
            elif bad:
                # Recipients of messages get pages and pictures.
                self.assertEqual(case.parent.name, "public-api")
        elif case.parent.name.endswith("-stream"):
            self.assertIsNone(answer)
        elif case.parent.name == "clock":
            self.assertTrue(answer["sound"], answer)
        else:
            # What cannot be done is set aside: it does not come again with its batch.
            self.assertEqual(answer, {"batchItemFailures": []})

    def test_an_event_as_it_is_in_the_folder_is_answered(self) -> None:
        done = run(f"cargo lambda invoke -A 127.0.0.1 -P {SETTINGS.lambda_port} orders-api --data-file events/orders-api/list.json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["statusCode"]), (0, 401), done.stderr)

    def test_the_commands_of_the_readme(self) -> None:
        for number in (0, 1):
            done = run(block(number))
            self.assertEqual(done.returncode, 0, done.stderr)
            answers = [json.loads(line) for line in done.stdout.splitlines()]
            for answer in answers:
                self.assertNotIn("errorType", answer)
        self.assertEqual(answers[-1]["statusCode"], 200)


class Watched(StackTest):
    """`cargo lambda watch` by itself, beside the product."""

    def test_a_function_that_cargo_lambda_builds_and_runs_sees_the_data_of_the_product(self) -> None:
        # make env, cargo lambda watch, cargo lambda invoke.
        environment, watch, invoke = block(2).strip().splitlines()
        self.assertEqual(run(environment).returncode, 0)
        log = SETTINGS.directory / "watch.log"
        with log.open("wb") as output:
            watching = subprocess.Popen(
                shlex.split(watch), cwd=ROOT, env=_ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        try:
            wait_until(lambda: "starting Runtime server" in log.read_text(), 60, "the server of cargo lambda watch")
            self.assertEqual(self._answer(invoke)["statusCode"], 200)
            event = (ROOT / "events" / "orders-api" / "list.json").read_text().replace("TOKEN", tokens.token(SETTINGS))
            answer = self._answer(invoke.split("--data-file")[0].replace("public-api", "orders-api") + f"--data-ascii {shlex.quote(event)}")
            self.assertEqual(answer["statusCode"], 200)
            query = json.loads(event)["rawQueryString"]
            self.assertEqual(json.loads(answer["body"])["items"], self.api.get(f"/api/orders?{query}")["items"])
        finally:
            os.killpg(watching.pid, signal.SIGINT)
            deadline = time.monotonic() + 20
            while watching.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            if watching.poll() is None:
                os.killpg(watching.pid, signal.SIGKILL)
                watching.wait()

    def _answer(self, command: str) -> Any:
        """The first call waits for cargo, which has nothing to build here."""
        done = run(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

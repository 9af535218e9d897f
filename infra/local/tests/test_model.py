"""The model's stand-in in a local stack: it listens where the template says, and the secret holds a key for it."""

from __future__ import annotations

import dataclasses
import json
import urllib.request
from typing import Any

from infra.local import aws, deploy, gemini, ports
from infra.local.tests.harness import SETTINGS, StackTest


class Model(StackTest):
    """What `make dev GEMINI=fake` adds to a stack."""

    def test_the_stand_in_answers_where_functions_look_for_it(self) -> None:
        base = deploy.parameters(SETTINGS)["GeminiBaseUrl"]
        body = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
        request = urllib.request.Request(
            f"{base}/v1beta/models/gemini-flash-latest:generateContent",
            json.dumps(body).encode(),
            {"x-goog-api-key": gemini.KEY, "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            answer = json.load(response)
        self.assertEqual(answer["candidates"][0]["finishReason"], "STOP")

    def test_its_port_is_looked_at_before_a_start(self) -> None:
        self.assertTrue(any(str(SETTINGS.gemini_port) in line for line in ports.taken(SETTINGS)))
        real = dataclasses.replace(SETTINGS, gemini="")
        self.assertFalse(any(str(SETTINGS.gemini_port) in line for line in ports.taken(real)))
        self.assertNotIn("GeminiBaseUrl", deploy.parameters(real))

    def test_the_key_comes_and_goes_and_nothing_else_of_the_secret(self) -> None:
        with_it = self.secret()
        self.assertEqual(with_it["geminiApiKey"], gemini.KEY)
        self.addCleanup(gemini.keep_key, SETTINGS)
        gemini.keep_key(dataclasses.replace(SETTINGS, gemini=""))
        without = self.secret()
        self.assertEqual({**without, "geminiApiKey": gemini.KEY}, with_it)
        self.assertIn("signingKey", without)

    def test_a_key_of_somebody_else_stays(self) -> None:
        theirs = {"signingKey": "s", "geminiApiKey": "real"}
        self.assertEqual((gemini.with_key(theirs, True), gemini.with_key(theirs, False)), (theirs, theirs))
        self.assertEqual(gemini.with_key({"signingKey": "s", "geminiApiKey": ""}, False), {"signingKey": "s"})

    def secret(self) -> dict[str, Any]:
        name = aws.resources(SETTINGS)["AppSecret"]
        held: dict[str, Any] = json.loads(self.aws("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
        return held

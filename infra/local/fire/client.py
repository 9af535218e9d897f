"""A client as good clients are: each write has a key, and is sent again under it until it has been answered."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from typing import Any

from infra.local.api import Answer, Api
from infra.local.settings import Settings

# API Gateway gives up after as many seconds; who waits for an answer may do so sooner.
_ANSWERED_WITHIN = 30.0
# Longer than any outage here; who still has no answer then gives up, and that is a fault.
_PATIENCE = 240.0
_TOO_MANY = 429
_RUNNING = "409 still_running"


class GaveUp(Exception):
    """There was no answer for minutes, or one that no client can do anything about."""


class Tally:
    """What all clients together have seen."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.took: dict[str, list[float]] = {}
        self.errors: dict[str, Counter[str]] = {}
        self.throttled = 0

    def answered(self, kind: str, seconds: float) -> None:
        """A request that came to something."""
        with self.lock:
            self.took.setdefault(kind, []).append(seconds)

    def failed(self, kind: str, what: str) -> None:
        """An attempt that came to nothing."""
        with self.lock:
            self.errors.setdefault(kind, Counter())[what] += 1

    def refused_for_haste(self) -> None:
        """An honest 429."""
        with self.lock:
            self.throttled += 1

    def error_count(self) -> int:
        """All attempts that came to nothing."""
        return sum(sum(counts.values()) for counts in self.errors.values())


class Client:
    """One person or program in front of the API."""

    def __init__(
        self, settings: Settings, tally: Tally, email: str = "owner@example.com", role: str = "owner", answered_within: float = _ANSWERED_WITHIN
    ) -> None:
        self.api = Api(settings, email, role, answered_within)
        self.tally = tally

    def ask(self, kind: str, path: str) -> Any:
        """The JSON of a GET."""
        return self.send(kind, "GET", path).json()

    def write(self, kind: str, method: str, path: str, body: Any = None) -> Any:
        """A write under a key of its own; the JSON of its answer, if it has one."""
        answer = self.send(kind, method, path, body, str(uuid.uuid4()))
        return answer.json() if answer.body else None

    def send(self, kind: str, method: str, path: str, body: Any = None, key: str | None = None, also: tuple[int, ...] = ()) -> Answer:
        """Asks until there is an answer; `also` are refusals that are one."""
        headers = {"idempotency-key": key} if key else {}
        deadline = time.monotonic() + _PATIENCE
        pause = 0.1
        while True:
            started = time.monotonic()
            try:
                answer = self.api.call(method, path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self.api.connection = None
                what = type(error).__name__
            else:
                what = _named(answer)
                if answer.status < 400 or (answer.status in also and what != _RUNNING):
                    self.tally.answered(kind, time.monotonic() - started)
                    return answer
                if answer.status == _TOO_MANY:
                    self.tally.refused_for_haste()
                    pause = max(pause, float(answer.headers.get("retry-after", 1)))
                elif answer.status < 500 and what != _RUNNING:
                    self.tally.failed(kind, what)
                    raise GaveUp(f"{method} {path}: {what}: {answer.body[:500].decode(errors='replace')}")
            if not what.startswith(str(_TOO_MANY)):
                self.tally.failed(kind, what)
            if time.monotonic() > deadline:
                raise GaveUp(f"{method} {path}: nothing but {what} for {_PATIENCE:.0f} s")
            time.sleep(pause)
            pause = min(2 * pause, 2.0)


def _named(answer: Answer) -> str:
    """The status, with the code of the problem where there is one."""
    try:
        return f"{answer.status} {json.loads(answer.body)['code']}"
    except (ValueError, KeyError, TypeError):
        return str(answer.status)

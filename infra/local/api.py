"""A small client of the product's own HTTP API."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from infra.local import tokens
from infra.local.settings import Settings


@dataclass(frozen=True)
class Answer:
    """A response, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class ApiError(Exception):
    """The API answered with something else than success."""


# Seconds between the attempts of one request: a function that was killed under load needs some to be there again.
_PAUSES = (0.2, 0.5, 1, 2, 4, 8, 8, 8, 0)


class Api:
    """Keeps one token, and one connection for each thread."""

    def __init__(self, settings: Settings, email: str = "owner@example.com", role: str = "owner", patience: float = 60) -> None:
        self.settings = settings
        self.patience = patience
        self.token: str | None = tokens.token(settings, email, role)
        self._kept = threading.local()

    @property
    def connection(self) -> http.client.HTTPConnection | None:
        """This thread's."""
        kept: http.client.HTTPConnection | None = getattr(self._kept, "connection", None)
        return kept

    @connection.setter
    def connection(self, connection: http.client.HTTPConnection | None) -> None:
        self._kept.connection = connection

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """One request. A dict or list travels as JSON, bytes as they are."""
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        # A connection that was kept may have been closed meanwhile: then once more on a new one.
        for attempt in (1, 2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.settings.port, timeout=self.patience)
                self.connection.request(method, path, body, sent)
                response = self.connection.getresponse()
                found = {name.lower(): value for name, value in response.getheaders()}
                return Answer(response.status, found, response.read())
            except (http.client.HTTPException, ConnectionError):
                self.connection = None
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def get(self, path: str) -> Any:
        """The JSON of a GET that succeeds."""
        return self._expect("GET", path)

    def everything(self, path: str, pages_of: int = 100) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        items: list[dict[str, Any]] = []
        joint, cursor = "&" if "?" in path else "?", ""
        while True:
            page = self.get(f"{path}{joint}limit={pages_of}{cursor}")
            items += page["items"]
            if page["nextCursor"] is None:
                return items
            cursor = f"&cursor={page['nextCursor']}"

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        """The JSON of a POST that succeeds; a throttled or broken one is tried again for a while."""
        return self._expect("POST", path, body, headers)

    def _expect(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        for wait in _PAUSES:
            try:
                answer = self.call(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                # Whether a write was taken is not known then.
                if method != "GET" or not wait:
                    raise
                self.connection = None
                time.sleep(wait)
                continue
            if answer.status < 300:
                return answer.json()
            if answer.status not in (429, 502, 503, 504) or not wait:
                raise ApiError(f"{method} {path}: {answer.status} {answer.body[:500].decode(errors='replace')}")
            time.sleep(wait)
        raise AssertionError("unreachable")

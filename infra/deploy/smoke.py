"""Asks what has just been deployed for what a person needs first: the pages, the API behind them, and a way to sign in."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Message
    body: str


@dataclass(frozen=True)
class Deployed:
    """What is asked: the addresses of pages and API, and what is said there."""

    web: str
    api: str
    version: str
    # The parameter AllowedOrigin: from which pages a session may be asked for.
    origin: str
    # Whether there is an OriginKey, without which the API's own address answers nobody.
    closed: bool


class Unexpected(Exception):
    """An answer that should have been another."""


def check(deployed: Deployed, patience: float, say: Callable[[str], None]) -> list[str]:
    """One sentence for each thing that is not as it should be within `patience` seconds: a new address takes a while to be known."""
    faults = []
    deadline = time.monotonic() + patience
    for name, holds in _CHECKS.items():
        while True:
            try:
                holds(deployed)
                say(f"  ok      {name}")
                break
            except (Unexpected, OSError, ValueError) as reason:
                if time.monotonic() >= deadline:
                    say(f"  FAILED  {name}: {reason}")
                    faults.append(f"{name}: {reason}")
                    break
                time.sleep(min(5.0, max(0.2, patience / 20)))
    return faults


def _page(it: Deployed) -> None:
    for path in ("/", "/login"):
        page = _get(it.web + path, 200)
        _need(page.headers.get_content_type() == "text/html" and 'id="root"' in page.body, f"{path} is not the page")
        _need(page.headers.get("Cache-Control") is None or "max-age" not in page.headers["Cache-Control"], f"{path} would be kept")


def _headers(it: Deployed) -> None:
    headers = _get(it.web + "/", 200).headers
    wanted = {"content-security-policy": "default-src 'none'", "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "strict-origin"}
    if it.web.startswith("https:"):
        wanted["strict-transport-security"] = "max-age="
    for name, part in wanted.items():
        _need(part in (headers.get(name) or ""), f"{name} is {headers.get(name)!r}")


def _scripts(it: Deployed) -> None:
    named = re.findall(r'(?:src|href)="(/assets/[^"]+)"', _get(it.web + "/login", 200).body)
    _need(any(path.endswith(".js") for path in named), "the page names no script of its own")
    for path in named:
        file = _get(it.web + path, 200)
        kind = "text/css" if path.endswith(".css") else "text/javascript" if path.endswith(".js") else file.headers.get_content_type()
        _need(file.headers.get_content_type() == kind, f"{path} comes as {file.headers.get_content_type()}")
        _need("immutable" in (file.headers.get("Cache-Control") or ""), f"{path} would not be kept")


def _configuration(it: Deployed) -> None:
    _need(isinstance(json.loads(_get(it.web + "/config.json", 200).body).get("googleClientId"), str), "/config.json names no Google client")


def _health(it: Deployed) -> None:
    for origin in (it.web,) if it.closed else (it.web, it.api):
        health = json.loads(_get(origin + "/api/health", 200).body)
        _need(health["status"] == "ok", f"{origin} is {health}")
        _need(health["version"] == it.version, f"{origin} runs {health['version']}, not {it.version}")
    if it.closed:
        refused = _get(it.api + "/api/health", 403)
        _need("not_through_the_web" in refused.body, f"{it.api} refuses for another reason than OriginKey: {refused.body[:200]}")


def _gate(it: Deployed) -> None:
    for path in ("/auth/user-jwt", "/api/customers"):
        for origin, status in ((it.web, 401), (it.api, 403 if it.closed else 401)):
            answer = _get(origin + path, status)
            _need(answer.headers.get_content_type() == "application/problem+json", f"{path} refuses as {answer.headers.get_content_type()}")


def _sign_in(it: Deployed) -> None:
    # As the page asks whether there is a session; with a domain of one's own, that is where it comes from.
    _get(it.web + "/auth/refresh", 204, method="POST", headers={"Origin": it.origin})


_CHECKS: dict[str, Callable[[Deployed], None]] = {
    "the page, at its own address and at those of its router": _page,
    "its security headers": _headers,
    "its scripts and styles": _scripts,
    "what it is told of its deployment": _configuration,
    "health, through the distribution and of the API itself": _health,
    "who is not signed in is refused": _gate,
    "the page may ask for a session": _sign_in,
}


def _get(url: str, status: int, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
    request = urllib.request.Request(url, method=method, headers=headers or {}, data=b"" if method == "POST" else None)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = Answer(response.status, response.headers, response.read().decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        answer = Answer(error.code, error.headers, error.read().decode("utf-8", "replace"))
    _need(answer.status == status, f"{method} {url} answers {answer.status}, not {status}: {answer.body[:200]}")
    return answer


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unexpected(otherwise)

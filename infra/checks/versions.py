"""There is one version, that of the workspace; everything else that names one agrees with it."""

from __future__ import annotations

import json
import re
import tomllib

from infra.checks.steps import ROOT

# https://semver.org, without build metadata: a release has one build.
_SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?")


def current() -> str:
    """The version that is being worked on, or that is released by the tag of its name."""
    version: str = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    return version


def check() -> list[str]:
    """Whoever says otherwise, one sentence each."""
    version = current()
    faults = [] if _SEMANTIC.fullmatch(version) else [f"Cargo.toml: {version} is no semantic version"]
    for manifest in sorted(ROOT.glob("functions/*/Cargo.toml")) + sorted(ROOT.glob("shared/*/Cargo.toml")):
        if tomllib.loads(manifest.read_text())["package"].get("version") != {"workspace": True}:
            faults.append(f"{manifest.relative_to(ROOT)} has a version of its own")
    said = {
        "frontend/package.json": json.loads((ROOT / "frontend" / "package.json").read_text())["version"],
        "frontend/package-lock.json": json.loads((ROOT / "frontend" / "package-lock.json").read_text())["version"],
        "infra/openapi.json": json.loads((ROOT / "infra" / "openapi.json").read_text())["info"]["version"],
        "the newest release in CHANGELOG.md": _released(),
    }
    return faults + [f"{where} is {other}, not {version}" for where, other in said.items() if other != version]


def notes(version: str) -> str:
    """What CHANGELOG.md says of a release."""
    text = (ROOT / "CHANGELOG.md").read_text()
    found = re.search(rf"^## \[{re.escape(version)}\][^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def _released() -> str | None:
    found = re.search(r"^## \[(\d[^\]]*)\] - \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    return found[1] if found else None

"""The layers of DESIGN: the domain knows no one, adapters and edges know the domain alone, and only `main.rs` wires."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from infra.checks.steps import ROOT

_IO = re.compile(r"^(aws-.*|tokio|reqwest|lambda_.*|hyper|hyper-.*|axum|http|ureq|std-net)$")
_OURS = re.compile(r"^crm-")
# Who may know whom, in ordinary dependencies. Tests may use the builders of crm-testing anywhere.
_ALLOWED = {
    "crm-domain": set(),
    "crm-aws": {"crm-domain"},
    "crm-lambda": {"crm-domain"},
    "crm-words": {"crm-domain"},
    "crm-ai": {"crm-domain", "crm-words"},
    "crm-testing": {"crm-domain", "crm-aws", "crm-lambda", "crm-words", "crm-ai"},
}


def check() -> list[str]:
    """What breaks the layers, one sentence each."""
    faults = []
    for manifest in sorted(ROOT.glob("shared/*/Cargo.toml")) + sorted(ROOT.glob("functions/*/Cargo.toml")):
        faults += _manifest(manifest)
    for source in sorted(ROOT.glob("functions/*/src/**/*.rs")):
        if source.name != "main.rs" and re.search(r"\bcrm_aws\b", _without_comments(source.read_text())):
            faults.append(f"{source.relative_to(ROOT)} names crm_aws: adapters are wired in main.rs alone")
    for source in sorted(ROOT.glob("functions/*/src/main.rs")):
        lines = len(source.read_text().splitlines())
        if lines > 60:
            faults.append(f"{source.relative_to(ROOT)} has {lines} lines: it wires, the rest handles")
    return faults


def _manifest(path: Path) -> list[str]:
    manifest: dict[str, Any] = tomllib.loads(path.read_text())
    name = manifest["package"]["name"]
    where = path.relative_to(ROOT)
    faults = []
    if name != path.parent.name:
        faults.append(f"{where}: the crate is called {name}, its directory is not")
    needed = set(manifest.get("dependencies", {}))
    for target in manifest.get("target", {}).values():
        needed |= set(target.get("dependencies", {}))
    ours = {one for one in needed if _OURS.match(one)}
    if name in _ALLOWED:
        for one in sorted(ours - _ALLOWED[name]):
            faults.append(f"{where}: {name} must not depend on {one}")
    elif "crm-testing" in ours:
        faults.append(f"{where}: crm-testing is for tests")
    if name in ("crm-domain", "crm-words"):
        for one in sorted(needed):
            if _IO.match(one):
                faults.append(f"{where}: {name} does no I/O, so it has no use for {one}")
    return faults


def _without_comments(source: str) -> str:
    return re.sub(r"//.*", "", source)

"""The top level holds what DESIGN says and no more; every function has its crate, its events and its place in the template."""

from __future__ import annotations

import json
import subprocess

from infra.checks.steps import ROOT
from infra.fuzz.__main__ import TARGETS
from infra.local import template

_REQUIRED = {"Cargo.toml", "functions", "shared", "infra", "template.yaml", "events", "README.md"}
_ALSO = {
    "Cargo.lock", "Makefile", "frontend", "ARCHITECTURE.md", "BENCHMARKS.md", "DECISIONS.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
    "SECURITY.md", "clippy.toml", "deny.toml", "rustfmt.toml", "samconfig.toml", "typos.toml",
    "rust-toolchain.toml",
}  # fmt: skip


def check() -> list[str]:
    """What is missing or does not belong, one sentence each."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    top = {path.split("/", 1)[0] for path in listed if path}
    faults = [f"{name} is missing at the top level" for name in sorted(_REQUIRED - top)]
    faults += [f"{name} does not belong at the top level" for name in sorted(top - _REQUIRED - _ALSO) if not name.startswith(".")]

    wanted = {function.name for function in template.functions(template.load())}
    crates = {path.parent.name for path in ROOT.glob("functions/*/Cargo.toml")}
    faults += [f"template.yaml names {name}, but functions/{name} is no crate" for name in sorted(wanted - crates)]
    faults += [f"functions/{name} is not in template.yaml" for name in sorted(crates - wanted)]
    for name in sorted(wanted):
        cases = sorted(ROOT.glob(f"events/{name}/*.json"))
        if len(cases) < 2:
            faults.append(f"events/{name} needs a good and a bad case at least")
        for case in cases:
            try:
                json.loads(case.read_text())
            except ValueError as error:
                faults.append(f"{case.relative_to(ROOT)} is not JSON: {error}")
    return faults + _fuzzing()


def _fuzzing() -> list[str]:
    """Targets of `make fuzz` whose test is nowhere: a crate may have become a library, or a test may have been renamed."""
    faults = []
    for target, ((package, *kind), test) in TARGETS.items():
        crate = next(path.parent for path in ROOT.glob(f"*/{package}/Cargo.toml"))
        places = [crate / "tests" / kind[1], crate / "tests" / f"{kind[1]}.rs"] if kind[0] == "--test" else [crate / "src"]
        sources = [source for place in places for source in (place.rglob("*.rs") if place.is_dir() else [place]) if source.is_file()]
        if not any(f"fn {test.rsplit('::', 1)[-1]}()" in source.read_text() for source in sources):
            faults.append(f"make fuzz TARGET={target} runs {test}, which {package} does not have")
    return faults

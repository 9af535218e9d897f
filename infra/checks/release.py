"""What a release consists of besides its functions can be put together, says the truth, and is the same the second time."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from infra.checks import versions
from infra.release.__main__ import assemble


def check() -> list[str]:
    """One complaint each."""
    with tempfile.TemporaryDirectory() as scratch:
        web, first, second = (Path(scratch) / name for name in ("web", "first", "second"))
        for directory in (web, first, second):
            directory.mkdir()
        (web / "index.html").write_text("page")
        (first / "clock-arm64.zip").write_bytes(b"zip")
        (second / "clock-arm64.zip").write_bytes(b"zip")
        for directory in (first, second):
            assemble(directory, versions.current(), web)
        return _sums(first) + _bills(first) + ([] if _sums_of(first) == _sums_of(second) else ["two releases of the same differ"])


def _sums(directory: Path) -> list[str]:
    summed = dict(reversed(line.split("  ")) for line in _sums_of(directory).splitlines())
    there = {path.name for path in directory.iterdir()} - {"SHA256SUMS"}
    faults = [f"{name} has no sum" for name in sorted(there - summed.keys())]
    return faults + [f"the sum of {name} is wrong" for name, sum_ in summed.items() if hashlib.sha256((directory / name).read_bytes()).hexdigest() != sum_]


def _bills(directory: Path) -> list[str]:
    faults = []
    for name, wanted in (("sbom-functions.cdx.json", "pkg:cargo/tokio@"), ("sbom-web.cdx.json", "pkg:npm/react@")):
        bill = json.loads((directory / name).read_text())
        parts = bill["components"]
        references = [part["bom-ref"] for part in parts]
        if len(parts) < 100 or not any(reference.startswith(wanted) for reference in references):
            faults.append(f"{name} lacks most of what is built")
        if len(set(references)) != len(references):
            faults.append(f"{name} names a part twice")
        faults += [f"{name}: {part['bom-ref']} has no sum" for part in parts if not (part.get("hashes") or part.get("properties"))]
        known = {*references, bill["metadata"]["component"]["bom-ref"]}
        faults += [f"{name}: {one['ref']} needs what is not listed" for one in bill["dependencies"] if not {one["ref"], *one["dependsOn"]} <= known]
    return faults


def _sums_of(directory: Path) -> str:
    return (directory / "SHA256SUMS").read_text()

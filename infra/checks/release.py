"""What a release consists of besides its functions can be put together, says the truth, and is the same the second time."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

from infra.checks import versions
from infra.local import template
from infra.release.__main__ import assemble


def check() -> list[str]:
    """One complaint each."""
    with tempfile.TemporaryDirectory() as scratch:
        web, first, second = (Path(scratch) / name for name in ("web", "first", "second"))
        web.mkdir()
        (web / "index.html").write_text("page")
        for directory in (first, second):
            directory.mkdir()
            for function in template.functions(template.load()):
                (directory / f"{function.name}-arm64.zip").write_bytes(b"zip")
            assemble(directory, versions.current(), web, ["arm64"])
        return _sums(first) + _bills(first) + _templates(first) + ([] if _sums_of(first) == _sums_of(second) else ["two releases of the same differ"])


def _sums(directory: Path) -> list[str]:
    summed = dict(reversed(line.split("  ")) for line in _sums_of(directory).splitlines())
    there = {path.name for path in directory.iterdir()} - {"SHA256SUMS"}
    faults = [f"{name} has no sum" for name in sorted(there - summed.keys())]
    return faults + [f"the sum of {name} is wrong" for name, sum_ in summed.items() if hashlib.sha256((directory / name).read_bytes()).hexdigest() != sum_]


def _templates(directory: Path) -> list[str]:
    """What is deployed from there is what is deployed from here, and all that it names lies beside it."""
    ours, theirs = template.load(), template.load(directory / "template-arm64.yaml")
    faults = []
    for name, body in theirs["Resources"].items():
        key = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::Application": "Location"}.get(body["Type"])
        if key:
            named = body["Properties"][key]
            if "/" in named or not (directory / named).is_file():
                faults.append(f"template-arm64.yaml: {named}, of {name}, is not beside it")
            body["Properties"][key] = ours["Resources"][name]["Properties"][key]
    architecture = theirs["Parameters"]["Architecture"]
    if (architecture["Default"], architecture["AllowedValues"]) != ("arm64", ["arm64"]):
        faults.append("template-arm64.yaml may be deployed for another architecture than its functions are built for")
    theirs["Parameters"]["Architecture"] = ours["Parameters"]["Architecture"]
    return faults + ([] if ours == theirs else ["template-arm64.yaml says something else than template.yaml"])


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

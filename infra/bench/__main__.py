"""`make bench`: builds what is deployed, as it is deployed, and measures what it costs.

ROWS picks lines by how they begin; RECIPIENTS says how many a campaign goes to; FUNCTIONS names a directory of built functions to measure,
instead of building them.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.deploy import sam
from infra.deploy.account import ROOT, Refused
from infra.local import template
from infra.local.tokens import sign

# Those of the stub: infra/bench/src/aws.rs.
_SIGNING_KEY = "0123456789abcdef0123456789abcdef"
_OWNER = "bench"
_ARCHITECTURE = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
# Apart from what `make deploy` leaves, which may be for other machines.
_BUILT = ROOT / "target" / "bench"


def main() -> None:
    """Builds, and hands over to the harness."""
    given = os.environ.get("FUNCTIONS")
    functions = Path(given) if given else _BUILT / "functions"
    if not given:
        # The harness is built beside them, so that nothing is compiled twice.
        sam.build(_ARCHITECTURE, "--lambda-dir", str(functions), "--bin", "bench")
    with TemporaryDirectory(prefix="bench-") as directory:
        floor = Path(directory) / "floor"
        source = ROOT / "infra" / "bench" / "floor.rs"
        sam.run(["rustc", "-O", "--edition=2024", "-C", "target-feature=+crt-static", "-o", str(floor), str(source)], "no empty program")
        settings = Path(directory) / "settings.json"
        settings.write_text(json.dumps(described(functions, floor, Path(directory))))
        harness = program(functions, "bench")
        if harness is None:
            raise Refused(f"{functions} has no bench")
        command = [str(harness), str(settings), *os.environ.get("ROWS", "").split()]
        sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


def described(functions: Path, floor: Path, scratch: Path) -> dict[str, Any]:
    """What the harness is told."""
    loaded = template.load()
    now = int(time.time())
    claims = {"iss": "mini-crm", "aud": "mini-crm-api", "sub": _OWNER, "iat": now, "exp": now + 12 * 3600}
    built = [(one.name, path) for one in template.functions(loaded) if (path := program(functions, one.name))]
    return {
        "functions": [{"name": name, "program": str(path), "zip": zipped(path, scratch)} for name, path in built],
        "floor": str(floor),
        "token": sign(_SIGNING_KEY, claims),
        "variables": variables(loaded),
        "events": str(ROOT / "events"),
        "recipients": int(os.environ.get("RECIPIENTS") or 1_000_000),
    }


def program(functions: Path, name: str) -> Path | None:
    """A function's program, as cargo-lambda leaves it, or cargo; none where it is not built."""
    paths = (functions / name / "bootstrap", functions / name)
    return next((path for path in paths if path.is_file()), None)


def zipped(path: Path, scratch: Path) -> int:
    """Bytes of the zip that sam makes of a program."""
    archive = scratch / "function.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(path, "bootstrap")
    return archive.stat().st_size


def variables(loaded: dict[str, Any]) -> dict[str, str]:
    """The variables of all functions, as a deployment with the parameters' defaults has them; resources are named as in the template."""
    rendered = template.rendered(loaded, {"FirstOwner": "owner@example.com"})
    bodies = [rendered["Globals"]["Function"], *(rendered["Resources"][one.resource]["Properties"] for one in template.functions(loaded))]
    found: dict[str, str] = {}
    for body in bodies:
        for name, value in body.get("Environment", {}).get("Variables", {}).items():
            found.setdefault(name, _said(name, value))
    return found


def _said(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    named = value.get("Ref", name) if isinstance(value, dict) else name
    return f"https://{named}.example.com" if name.endswith("_URL") else named


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        sys.exit(str(refusal))

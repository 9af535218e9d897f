"""Journeys through the web app in a real browser, on a running stack: `python -m infra.local.journeys [NAME...]`.

A journey is a file of frontend/e2e/journeys, which node runs as it is. It passes when it ends without an error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from infra.local import aws, tokens
from infra.local.build import VENV
from infra.local.settings import ROOT, Settings

_FRONTEND = ROOT / "frontend"
_DIRECTORY = _FRONTEND / "e2e" / "journeys"
# A journey takes seconds; what takes minutes hangs.
_PATIENCE = 1200


def names() -> list[str]:
    """All journeys there are."""
    return sorted(path.stem for path in _DIRECTORY.glob("*.ts"))


def run(settings: Settings, name: str) -> tuple[bool, str]:
    """Whether it passed, and what it said."""
    people = {}
    for role in tokens.ROLES:
        # Other tests change what the usual people may do.
        email = f"{role}@journeys.example"
        people[role] = {"email": email, "token": tokens.token(settings, email, role)}
    env = {
        **os.environ,
        "PATH": f"{VENV}{os.pathsep}{os.environ['PATH']}",
        "CRM_URL": settings.url,
        "CRM_PEOPLE": json.dumps(people),
        # What other systems put in, they put here.
        "CRM_ORDERS_QUEUE": aws.outputs(settings)["OrdersQueueUrl"],
    }
    command = [str(VENV / "node"), str(_DIRECTORY / f"{name}.ts")]
    with subprocess.Popen(
        command, cwd=_FRONTEND, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            # Not SIGKILL: it is to take its browser along.
            process.terminate()
            said, _ = process.communicate()
            return False, f"{said}\nnot over after {_PATIENCE} s"
    return process.returncode == 0, said


def main() -> int:
    """Runs the named journeys, or all; the exit code."""
    settings = Settings.from_environment()
    failed = 0
    for name in sys.argv[1:] or names():
        passed, said = run(settings, name)
        print(f"{'ok    ' if passed else 'FAILED'} {name}\n{said}".rstrip(), flush=True)
        failed += not passed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""`make chaos MINUTES=10 SEED=7`: a shop at work while processes are killed at random, on a stack of its own that is thrown away.

Prints what was accepted, who was killed, and every invariant that does not hold; fails if one does not.
"""

from __future__ import annotations

import os
import random
import sys

os.environ.setdefault("TEST_PORTS", "28180,29100,24666")
os.environ.setdefault("TEST_STATE_DIR", ".local-chaos")

from infra.local.fire.burn import burn
from infra.local.tests.harness import SETTINGS, STACK

# The local AWS is stopped about so often.
_OUTAGE_EVERY = 60.0


def main() -> int:
    """The exit code."""
    seconds = 60 * float(os.environ.get("MINUTES") or 10)
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    with STACK.fresh():
        print(f"seed {seed}, {seconds:.0f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
        assert STACK.process
        burnt = burn(SETTINGS, STACK.process.pid, seed, seconds, max(1, round(seconds / _OUTAGE_EVERY)))
    for line in burnt.told():
        print(line, flush=True)
    if burnt.faults:
        print(f"seed {seed}; logs: {os.path.relpath(SETTINGS.logs)}")
        return 1
    STACK.wipe()
    return 0


if __name__ == "__main__":
    sys.exit(main())

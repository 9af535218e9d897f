"""Kills processes of a running stack with SIGKILL, by seeded choice, and stops the local AWS so that it saves and comes back.

Who is killed when is chosen by the seed; what they are in the middle of is up to the machine, so a seed repeats the choice and
not the history. The local AWS itself is never killed: it stands for services that do not lose what they have acknowledged.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

from infra.local import processes, template
from infra.local.build import BINARIES
from infra.local.settings import Settings

# How often each kind is chosen; the first have most of the work in hand.
_WEIGHTS = {"worker": 50, "function": 35, "gateway": 10, "Lambda API": 5}
# Who writes what was accepted, and who sends: killed more often than others.
_WORKHORSES = ("write-worker", "delivery-worker", "orders-api", "customers-api")
_BUSY = 4
_COMES_BACK_WITHIN = 120.0


class Killer:
    """Knows the processes below one supervisor."""

    def __init__(self, settings: Settings, supervisor: int, seed: int) -> None:
        self.settings = settings
        self.supervisor = supervisor
        self.chance = random.Random(f"{seed} killer")
        self.over = threading.Event()
        self.killed: Counter[str] = Counter()
        loaded = template.load()
        behind_http = {route.function for route in template.routes(loaded)}
        # Workers beside the Lambda API are there for people to call; nothing calls them here.
        self.functions = {str((BINARIES / name).resolve()): name for name in behind_http}

    def work(self, least: float, most: float) -> None:
        """Kills one after the other, with pauses of so many seconds, until told to stop."""
        while not self.over.wait(self.chance.uniform(least, most)):
            self.kill_one()

    def kill_one(self) -> None:
        """Kills somebody."""
        found = self.running()
        kinds = [kind for kind in _WEIGHTS if found.get(kind)]
        if not kinds:
            return
        kind = self.chance.choices(kinds, [_WEIGHTS[one] for one in kinds])[0]
        # By name first: a seed chooses the same function, whatever process it is this time.
        names = sorted(found[kind])
        name = self.chance.choices(names, [_BUSY if one.endswith(_WORKHORSES) else 1 for one in names])[0]
        victim = self.chance.choice(sorted(found[kind][name]))
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.killed[name] += 1

    def running(self) -> dict[str, dict[str, list[int]]]:
        """Processes by kind and name."""
        found: dict[str, dict[str, list[int]]] = {}
        prefix = str(self.settings.temporary.resolve()) + os.sep
        for pid in processes.descendants(self.supervisor):
            try:
                program = os.readlink(f"/proc/{pid}/exe")
                if program.startswith(prefix):
                    kind, name = "worker", _function(pid)
                elif program in self.functions:
                    kind, name = "function", self.functions[program]
                elif program == str((BINARIES / "local-gateway").resolve()):
                    kind, name = "gateway", "gateway"
                elif program.endswith("/cargo-lambda"):
                    kind, name = "Lambda API", "Lambda API"
                else:
                    continue
            except OSError:
                continue
            found.setdefault(kind, {}).setdefault(name, []).append(pid)
        return found

    def aws(self) -> int | None:
        """The local AWS, and not a copy of it that saves."""
        for pid in processes.descendants(self.supervisor):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if b"infra.local.emulator" in command and parent == self.supervisor:
                return pid
        return None

    def stop_aws(self) -> float:
        """Stops the local AWS, and waits until it is there again; the seconds without it."""
        before = self.aws()
        if before is None:
            raise AssertionError("the local AWS does not run")
        started = time.monotonic()
        os.kill(before, signal.SIGTERM)
        self.killed["local AWS, stopped"] += 1
        while self.aws() in (None, before) or not self._answers():
            if time.monotonic() - started > _COMES_BACK_WITHIN:
                raise AssertionError("the local AWS did not come back")
            time.sleep(0.1)
        return time.monotonic() - started

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.settings.aws_url}/_ministack/health", timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _function(pid: int) -> str:
    """Which function of the stack a worker is."""
    for pair in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
        name, _, value = pair.partition(b"=")
        if name == b"AWS_LAMBDA_FUNCTION_NAME":
            return value.decode()
    return "worker"

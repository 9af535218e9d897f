"""One local stack for all end-to-end tests, on ports and in a directory of its own.

    from infra.local.tests.harness import StackTest

    class Orders(StackTest):
        def test_replayed_order_counts_once(self):
            self.api.post("/api/orders", {...})
            self.eventually(lambda: self.api.get("/api/stats")["orders"] == 1)

`python -m infra.local.tests [PATTERN]` starts the stack from nothing, runs `test_*.py` in the order of their names,
stops the stack, and asserts that nothing is left of it. Tests that wait for the clock are begun first (`waits`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import unittest
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Any

from infra.local import aws, processes
from infra.local.api import Api
from infra.local.reset import let_go
from infra.local.settings import ROOT, Settings
from infra.local.waiting import wait_until

# TEST_PORTS moves it, for two runs at a time on one machine. The model's stand-in is never far from the local AWS.
_PORT, _LAMBDA_PORT, _AWS_PORT = (int(port) for port in os.environ.get("TEST_PORTS", "18080,19000,14566").split(","))
SETTINGS = Settings(
    port=_PORT,
    lambda_port=_LAMBDA_PORT,
    aws_port=_AWS_PORT,
    directory=ROOT / os.environ.get("TEST_STATE_DIR", ".local-test"),
    demo_customers=0,
    gemini="fake",
    gemini_port=_AWS_PORT + 1000,
)


class Stack:
    """`make dev` as a test sees it: a process, its output, its signals."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self.output = ROOT / "target" / f"{settings.directory.name.removeprefix('.')}.log"
        # Whether all tests run on it.
        self.whole = False

    def start(self, patience: float = 1500, command: Sequence[str] = (sys.executable, "-m", "infra.local", "dev")) -> float:
        """Starts it and waits for the line `ready:`; the seconds that it took."""
        started = time.monotonic()
        self.output.parent.mkdir(exist_ok=True)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Not even one that is killed leaves a stack behind.
                preexec_fn=processes.with_parent(signal.SIGTERM),
            )
        while f"ready: {self.settings.url}" not in self.said():
            if self.process.poll() is not None:
                raise AssertionError(f"the stack ended instead of being ready:\n{self.said()}")
            if time.monotonic() - started > patience:
                self.kill()
                raise AssertionError(f"not ready after {patience:.0f} s:\n{self.said()}")
            time.sleep(0.1)
        return time.monotonic() - started

    def environment(self) -> dict[str, str]:
        """The variables that move a stack here."""
        return {
            "PORT": str(self.settings.port),
            "LAMBDA_PORT": str(self.settings.lambda_port),
            "AWS_PORT": str(self.settings.aws_port),
            "STATE_DIR": str(self.settings.directory),
            "DEMO_CUSTOMERS": str(self.settings.demo_customers),
            "GEMINI": self.settings.gemini,
            "GEMINI_PORT": str(self.settings.gemini_port),
        }

    def said(self) -> str:
        """Everything printed since the start."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def pids(self) -> list[int]:
        """The supervisor and all that it started."""
        assert self.process
        return [self.process.pid, *processes.descendants(self.process.pid)]

    def stop(self, sig: int = signal.SIGTERM, patience: float = 300) -> int:
        """Sends the signal and waits for the end, for longer than the local AWS is given to save its state; the exit code."""
        assert self.process
        self.process.send_signal(sig)
        return self.process.wait(patience)

    def kill(self) -> None:
        """`kill -9` to the supervisor alone."""
        assert self.process
        self.process.kill()
        self.process.wait()

    @contextmanager
    def fresh(self) -> Iterator[float]:
        """Runs from nothing, and stops whatever happens; the seconds that its start took."""
        self.wipe()
        try:
            yield self.start()
        finally:
            if self.process and self.process.poll() is None:
                self.stop()

    def wipe(self) -> None:
        """Removes its state."""
        if not let_go(self.settings.directory / "lock"):
            raise SystemExit(f"a stack runs in {self.settings.directory} already")
        shutil.rmtree(self.settings.directory, ignore_errors=True)


STACK = Stack()


def waits(test: Callable[[Any], None]) -> Callable[[Any], None]:
    """Marks a test that does little but wait for the product's own clock, with data of its own: it is run beside the first others."""
    vars(test)["waits"] = True
    return test


# Those that run.
BESIDE: list[Future[Any]] = []


def alone() -> None:
    """Returns once no other test runs beside."""
    wait(BESIDE)


class StackTest(unittest.TestCase):
    """A test case with a client of the running stack, as owner, and AWS clients."""

    api: Api

    @classmethod
    def setUpClass(cls) -> None:
        cls.api = Api(SETTINGS)

    def as_role(self, role: str, email: str | None = None) -> Api:
        """A client of somebody else."""
        return Api(SETTINGS, email or f"{role}@example.com", role)

    def anonymous(self) -> Api:
        """A client without a token."""
        api = Api(SETTINGS)
        api.token = None
        return api

    def aws(self, service: str) -> Any:
        """A boto3 client."""
        return aws.client(SETTINGS, service)

    def outputs(self) -> dict[str, str]:
        """The outputs of the deployed stack."""
        return aws.outputs(SETTINGS)

    def eventually(self, holds: Callable[[], bool], seconds: float = 60, what: str = "the condition") -> None:
        """See `wait_until`."""
        wait_until(holds, seconds, what)

    def applied(self, seconds: float = 60) -> None:
        """Waits until all writes are applied; delivery has steps that wait by themselves."""
        names = ("customers", "orders", "activities", "receipts")
        wait_until(lambda: not any(sum(aws.queues(SETTINGS)[name]) for name in names), seconds, "applied writes")

"""The stack stops, starts again with its data, and survives a `kill -9`. Runs last: it takes the stack down."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

from botocore.exceptions import ClientError

from infra.local import aws, processes
from infra.local.settings import ROOT
from infra.local.snapshots import saved_at
from infra.local.tests.harness import SETTINGS, STACK, StackTest
from infra.local.waiting import wait_until


class Restart(StackTest):
    """Each test leaves a running stack behind."""

    def test_a_second_stack_says_which_ports_are_taken(self) -> None:
        environment = {**os.environ, **STACK.environment(), "STATE_DIR": str(SETTINGS.directory / "other")}
        command = [sys.executable, "-m", "infra.local", "dev"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
        self.assertNotEqual(done.returncode, 0)
        for port in (SETTINGS.port, SETTINGS.lambda_port, SETTINGS.aws_port):
            self.assertIn(f"port {port} ", done.stdout)

    def test_data_survives_an_interrupt(self) -> None:
        self._remember("interrupted")
        self.assertEqual(STACK.stop(signal.SIGINT), 0)
        STACK.start(command=("make", "dev"))
        self.assertIn("starting from the state saved", STACK.said())
        self.assertEqual(self._remembered(), "interrupted")

    def test_killed_supervisor_takes_everything_along(self) -> None:
        self._remember("supervisor killed")
        pids = STACK.pids()
        STACK.kill()
        # The local AWS still saves its state on the way out.
        wait_until(lambda: not any(processes.running(pid) for pid in pids), 130, "the end of all children")
        STACK.start()
        self.assertEqual(self._remembered(), "supervisor killed")

    def test_killed_stack_starts_from_its_last_save(self) -> None:
        self._remember("all killed")
        aws_pid = next(pid for pid in STACK.pids() if b"infra.local.emulator" in _command(pid))
        moment = time.time()

        def is_saved() -> bool:
            # One that began before may hold the first of these already, and nothing is saved twice.
            self._remember("all killed")
            os.kill(aws_pid, signal.SIGUSR1)
            return saved_at((SETTINGS.state / "current").resolve()) > moment

        wait_until(is_saved, 60, "the save")
        for pid in STACK.pids():
            # Whoever the supervisor takes along is gone already.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert STACK.process
        STACK.process.wait()
        for port in (SETTINGS.port, SETTINGS.lambda_port, SETTINGS.aws_port):
            wait_until(lambda port=port: not _answers(port), 60, f"the end of port {port}")  # type: ignore[misc]
        STACK.start()
        self.assertRegex(STACK.said(), re.compile(r"starting from the state saved \d+ seconds ago"))
        self.assertEqual(self._remembered(), "all killed")

    def test_reset_stops_the_stack_and_wipes_it(self) -> None:
        self._remember("wiped")
        pids = STACK.pids()
        # What functions were seen to do is looked at after this.
        calls = SETTINGS.calls.read_bytes()
        environment = {**os.environ, **STACK.environment()}
        subprocess.run(["make", "reset"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, timeout=600, check=True)
        # It has let go of its directory; its process may have a moment to live yet.
        wait_until(lambda: not any(processes.running(pid) for pid in pids), what="the end of all processes")
        self.assertFalse(SETTINGS.directory.exists())
        STACK.start()
        with SETTINGS.calls.open("ab") as file:
            file.write(calls)
        with self.assertRaises(ClientError):
            self._remembered()

    def _remember(self, value: str) -> None:
        self.aws("ssm").put_parameter(Name="/test/remembered", Value=value, Type="String", Overwrite=True)

    def _remembered(self) -> str:
        found: str = aws.client(SETTINGS, "ssm").get_parameter(Name="/test/remembered")["Parameter"]["Value"]
        return found


def _answers(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _command(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""

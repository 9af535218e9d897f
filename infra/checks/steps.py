"""Runs named steps one after another and keeps the score."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Score:
    """Steps passed and failed so far; tests count one each where their runner says how many there were."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0
        self.faults: list[str] = []

    def run(self, name: str, command: list[str], where: Path = ROOT, env: dict[str, str] | None = None) -> bool:
        """Runs a program; its output is shown only when it fails or is long in coming."""
        started = time.monotonic()
        print(f"-- {name}", flush=True)
        done = subprocess.run(command, cwd=where, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, check=False)
        return self._note(name, done.returncode == 0, started)

    def begin(self, name: str, command: list[str], where: Path = ROOT) -> Callable[[], bool]:
        """Runs a program beside those that follow, which go first; the answer waits for it and shows its output."""
        started = time.monotonic()
        output = tempfile.TemporaryFile()
        going = subprocess.Popen(["nice", "-n", "5", *command], cwd=where, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

        def end() -> bool:
            code = going.wait()
            print(f"-- {name}", flush=True)
            output.seek(0)
            sys.stdout.buffer.write(output.read())
            output.close()
            return self._note(name, code == 0, started)

        return end

    def hold(self, name: str, check: Callable[[], list[str]]) -> bool:
        """Runs a check that returns its complaints."""
        started = time.monotonic()
        print(f"-- {name}", flush=True)
        complaints = check()
        for complaint in complaints:
            print(f"   {complaint}")
        return self._note(name, not complaints, started)

    def close(self) -> int:
        """Prints the closing line; the exit code."""
        for fault in self.faults:
            print(f"FAILED: {fault}")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0

    def _note(self, name: str, good: bool, started: float) -> bool:
        print(f"   {'ok' if good else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True)
        if good:
            self.passed += 1
        else:
            self.failed += 1
            self.faults.append(name)
        sys.stdout.flush()
        return good

"""Child processes that cannot outlive their parent, and listeners that cannot leave the machine."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


class Child:
    """One process of the stack, with its log. It has its own process group, so Ctrl-C reaches the supervisor alone."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], logs: Path, death: int = signal.SIGKILL) -> None:
        self.name = name
        self.command = command
        self.env = env
        self.log = logs / f"{name}.log"
        self.death = death
        self.restarts = 0
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        _children.append(self)

    def start(self) -> None:
        """Starts it. To be called by the main thread only (`with_parent`)."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=with_parent(self.death),
            )
        self.started = time.monotonic()

    @property
    def pid(self) -> int:
        """Its process id, or 0."""
        return self.process.pid if self.process else 0

    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def ended_well(self) -> bool:
        """Whether it has ended by itself or as asked, and says that all is well."""
        return self.process is not None and self.process.poll() == 0

    def terminate(self) -> None:
        """Asks it to stop."""
        if self.alive():
            assert self.process
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Waits for its end, then insists."""
        if self.process is None:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def with_parent(death: int) -> Callable[[], None]:
    """For `preexec_fn`: a child that gets a signal when we die. The kernel ties it to the *thread* that made it."""
    return lambda: _libc.prctl(_PR_SET_PDEATHSIG, death, 0, 0, 0)


def adopt_orphans() -> None:
    """Makes this process the parent of whatever its descendants leave behind, so that it can end them."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """All processes below `pid`."""
    children: dict[int, list[int]] = {}
    for one, parent in _processes():
        children.setdefault(parent, []).append(one)
    found: list[int] = []
    open_ = [pid]
    while open_:
        below = children.get(open_.pop(), [])
        found += below
        open_ += below
    return found


def end(pids: list[int], patience: float = 2.0) -> None:
    """Ends these processes: politely, then not."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, sig)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            reap()
            pids = [pid for pid in pids if running(pid)]
            if not pids:
                return
            time.sleep(0.05)


def reap() -> None:
    """Takes leave of adopted processes that have ended; our own children are left to their `Child`."""
    own = {child.pid for child in _children}
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in own:
            return
        os.waitpid(ended.si_pid, os.WNOHANG)


def running(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    return _state(pid) not in ("", "Z", "X")


def executing_below(directory: Path) -> list[int]:
    """Processes whose program lies below `directory`: what a killed stack unpacked there and left running."""
    prefix = str(directory.resolve()) + os.sep
    found = []
    for pid, _ in _processes():
        try:
            if os.readlink(f"/proc/{pid}/exe").startswith(prefix):
                found.append(pid)
        except OSError:
            pass
    return found


def exposed_listeners(pids: list[int]) -> list[str]:
    """Listening TCP sockets of these processes that are not bound to loopback."""
    sockets = set()
    for pid in pids:
        try:
            for entry in os.scandir(f"/proc/{pid}/fd"):
                target = os.readlink(entry.path)
                if target.startswith("socket:["):
                    sockets.add(target[8:-1])
        except OSError:
            continue
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            address, port = fields[1].split(":")
            if fields[3] == "0A" and fields[9] in sockets and not _loopback(address):
                found.append(f"{address}:{int(port, 16)}")
    return found


def _loopback(address: str) -> bool:
    # The kernel writes words of four bytes, each in the machine's (little endian) order.
    if len(address) == 8:
        return address.endswith("7F")
    return address == "0" * 24 + "01000000" or (address.startswith("0" * 16 + "FFFF0000") and address.endswith("7F"))


_children: list[Child] = []


def _processes() -> Iterator[tuple[int, int]]:
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            yield int(entry), int(stat.rsplit(")", 1)[1].split()[1])


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""

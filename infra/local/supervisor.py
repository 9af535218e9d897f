"""Starts the parts of the product in their order, keeps them running, and stops them in the opposite order."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType
from typing import IO, Any

from infra.local import aws, build, deploy, emulator, functions, gemini, identity, ports, processes, seed, template
from infra.local.make_parent import Parent
from infra.local.processes import Child
from infra.local.settings import ROOT, Settings
from infra.local.snapshots import Generations


# Who has run for so many seconds can start: that it ended later is no reason to wait with the next start.
_STEADY = 5.0


class StartFailed(Exception):
    """Why the product does not run; one line for the person at the terminal."""


class Stopped(Exception):
    """A signal came, or make was interrupted."""


class Supervisor:
    """One run of one local stack."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.children: list[Child] = []
        self.retry_at: dict[str, float] = {}
        self.parent = Parent()
        self.stopping = False
        self.lock: IO[str] | None = None

    def run(self) -> int:
        """Runs until stopped; the exit code."""
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._on_signal)
        processes.adopt_orphans()
        started = time.monotonic()
        try:
            self._prepare()
            self._start()
            say(f"ready: {self.settings.url}")
            say(f"  (after {time.monotonic() - started:.0f} s; logs in {self._shown(self.settings.logs)}, Ctrl-C stops)")
            while True:
                self._watch()
                time.sleep(0.25)
        except Stopped:
            return 0
        except (StartFailed, build.BuildFailed, deploy.DeployFailed) as failure:
            say(f"make dev: {failure}")
            return 1
        finally:
            self._stop()

    # -- start ---------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        if self.settings.gemini not in ("", "fake"):
            raise StartFailed(f"GEMINI={self.settings.gemini}: only fake is known")
        self._take_lock()
        self._clear_remains()
        if taken := ports.taken(self.settings):
            raise StartFailed("\n  ".join(["cannot start:", *taken]))
        say("building (the first time takes minutes) ...")
        build.binaries()
        build.web_app()
        if missing := build.missing():
            say(f"not built, and so not served: {', '.join(missing)}")

    def _start(self) -> None:
        settings = self.settings
        shutil.rmtree(settings.temporary, ignore_errors=True)
        shutil.rmtree(settings.logs, ignore_errors=True)
        for directory in (settings.state, settings.logs, settings.temporary):
            directory.mkdir(parents=True, exist_ok=True)

        age = Generations(settings.state).age()
        say("starting from nothing" if age is None else f"starting from the state saved {_ago(age)} ago")
        command = [sys.executable, "-m", "infra.local.emulator"]
        # SIGTERM, and not SIGKILL, when we die: it then still saves its state.
        self._spawn(Child("aws", command, {**os.environ, **emulator.environment(settings)}, settings.logs, signal.SIGTERM))
        self._until("the local AWS", 180, lambda: _answers(f"{settings.aws_url}/_ministack/health"))

        say("deploying template.yaml ...")
        deploy.deploy(settings, deploy.parameters(settings))
        gemini.keep_key(settings)
        if model := gemini.child(settings):
            self._spawn(model)
            self._until("the model's stand-in", 120, lambda: _listens(settings.gemini_port))
        elif settings.gemini == "fake":
            raise StartFailed("the model's stand-in is not built")

        self._spawn(functions.lambda_api(settings))
        self._until("the Lambda API", 120, lambda: _listens(settings.lambda_port))
        for child in functions.children(settings):
            self._spawn(child)
        self._spawn(self._gateway())
        self._until("the product", 180, lambda: _answers(f"{settings.url}/api/health"))
        self._check_listeners()

        first = settings.demo_customers > 0 and seed.is_first_time(settings)
        if first:
            say(f"loading demo data ({settings.demo_customers} customers) ...")
            seed.seed(settings, settings.demo_customers, say=lambda line: None, meanwhile=self._watch)
        # Later, a message that fails and waits for its next delivery may be left from the last run: that is no reason
        # to keep anyone waiting.
        seed.drained(settings, seed.PATIENCE if first else 8, say, self._watch)
        self._save()

    def _gateway(self) -> Child:
        settings = self.settings
        configuration = settings.directory / "gateway.json"
        configuration.write_text(json.dumps(self._gateway_configuration()))
        program = build.binary("local-gateway")
        if program is None:
            raise StartFailed("the gateway is not built")
        command = [str(program), "--configuration", str(configuration), "--web", str(build.WEB)]
        command += ["--lambda", settings.lambda_url, "--port", str(settings.port)]
        return Child("gateway", command, {}, settings.logs)

    def _gateway_configuration(self) -> dict[str, Any]:
        settings = self.settings
        uploads = f"http://localhost:{settings.aws_port} http://127.0.0.1:{settings.aws_port}"
        key_file = identity.key_file(settings.directory)
        return {
            **template.gateway(template.load(), deploy.parameters(settings), uploads),
            "identity": {"keyFile": str(key_file), "certificates": identity.certificates(key_file)},
        }

    def _spawn(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def _until(self, what: str, seconds: float, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            self._watch()
            if time.monotonic() > deadline:
                raise StartFailed(f"{what} did not answer within {seconds:.0f} s; see {self._shown(self.settings.logs)}")
            time.sleep(0.1)

    def _check_listeners(self) -> None:
        exposed = processes.exposed_listeners([os.getpid(), *processes.descendants(os.getpid())])
        if exposed:
            raise StartFailed(f"something listens beyond this machine: {', '.join(exposed)}")

    def _save(self) -> None:
        os.kill(self.children[0].pid, signal.SIGUSR1)

    # -- while it runs -------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        if self.stopping or self.parent.wants_us_to_stop():
            raise Stopped
        processes.reap()
        now = time.monotonic()
        for child in self.children:
            if child.alive():
                continue
            # Who was asked to end has saved everything and goes on from there; after any other end something may be lost.
            if child.name == "aws" and not child.ended_well():
                raise StartFailed(f"the local AWS ended:\n{child.tail()}")
            if child.name not in self.retry_at:
                # Longer and longer, so that a binary which cannot start does not eat the machine.
                child.restarts = 1 if now - child.started > _STEADY else child.restarts + 1
                self.retry_at[child.name] = now + min(0.2 * 2 ** min(child.restarts, 6), 10)
                if child.restarts in (1, 5) and not child.name.endswith(("-2", "-3", "-4")):
                    say(f"{child.name} ended; starting it again (see {self._shown(child.log)})")
            elif now >= self.retry_at[child.name]:
                del self.retry_at[child.name]
                child.start()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    # -- stop ----------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, signal.SIG_IGN)
        if self.children:
            say("stopping ...")
        # Who takes requests goes first, who keeps the data last and with time to save it.
        first = [child for child in self.children if child.name != "aws"]
        for child in reversed(first):
            child.terminate()
        for child in first:
            child.wait(5)
        for child in self.children:
            child.terminate()
            child.wait(120)
        processes.end(processes.descendants(os.getpid()))
        if self.lock:
            (self.settings.directory / "running.json").unlink(missing_ok=True)
            self.lock.close()

    # -- one stack per directory ---------------------------------------------------------------------------------

    def _take_lock(self) -> None:
        self.settings.directory.mkdir(parents=True, exist_ok=True)
        self.lock = (self.settings.directory / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.lock = None
            raise StartFailed(f"it is running already, on {self._shown(self.settings.directory)}") from None
        facts = {"pid": os.getpid(), "port": self.settings.port, "awsPort": self.settings.aws_port}
        (self.settings.directory / "running.json").write_text(json.dumps(facts | {"lambdaPort": self.settings.lambda_port}))

    def _clear_remains(self) -> None:
        """After a `kill -9`: the old local AWS may still be saving, and functions that it ran may be left."""
        self.settings.state.mkdir(parents=True, exist_ok=True)
        with (self.settings.state / "lock").open("w") as lock:
            deadline = time.monotonic() + 60
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise StartFailed("the local AWS of the last run does not end") from None
                    time.sleep(0.1)
        if left := processes.executing_below(self.settings.temporary):
            processes.end(left)

    def _shown(self, path: os.PathLike[str]) -> str:
        return os.path.relpath(path, ROOT)


def say(line: str) -> None:
    """To the person at the terminal, at once."""
    print(line, flush=True)


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds < 172800 else f"{seconds / 86400:.0f} days"


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0

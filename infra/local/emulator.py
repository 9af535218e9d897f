"""The local AWS: MiniStack, run in this process with what it lacks.

- It saves its state every half minute while there is something new (`snapshots`), not only when it is stopped; less
  often where the state is so large that saving it would take most of the time.
- SQS mappings get batches of their real size: MiniStack hands out ten messages at most, and knows no 6 MB limit.
- A page of a scan costs what it reads, not what the table holds (`scans`).
- What statements in PartiQL write is on the streams of its tables, and is counted by its size (`statements`).
- A lease on a message ends with the process that held it, so that a restart does not wait for its visibility timeout.
- Functions may do what their policies in template.yaml allow, and nothing else (`iam`).
- Streams are read on a thread of their own, so that a batch of theirs holds up no queue; what every reader has seen is
  forgotten at once instead of after a day, and what some reader has not is saved.
- The last line of an invocation belongs to it: MiniStack waits some milliseconds for it, and less than a busy machine needs.
- A stop lets batches in work finish.
- A stack can take secrets in that are there already.

Run as `python -m infra.local.emulator` with the environment of `environment()`; SIGUSR1 saves at once, SIGTERM ends it.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import hashlib
import json
import logging
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from infra.local import scans, statements
from infra.local.iam.guard import Guard, Journal, deployed
from infra.local.settings import REGION, Settings
from infra.local.snapshots import Generations

SAVE_EVERY = 30.0
# So many times as long as the last save took passes before the next.
_REST = 3.0
# What AWS hands to a function at most, less some room for the envelope.
BATCH_BYTES = 6 * 1024 * 1024 - 256 * 1024
_LAST_LINE = '"invocation ended"'
_LAST_LINE_WITHIN = 10.0
_READS = ("Get", "BatchGet", "Query", "Scan", "Describe", "List", "TransactGet", "ReceiveMessage", "Head")

log = logging.getLogger("emulator")
_stopping = threading.Event()


def environment(settings: Settings) -> dict[str, str]:
    """What MiniStack has to be told, on top of the supervisor's own environment."""
    settings.temporary.mkdir(parents=True, exist_ok=True)
    return {
        # Without these two it listens on every address.
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # In queue addresses. 127.0.0.1 here would break the functions' HTTP layer.
        "MINISTACK_HOST": "localhost",
        "GATEWAY_PORT": str(settings.aws_port),
        "MINISTACK_REGION": REGION,
        # What it gives to the functions that it runs.
        "AWS_ENDPOINT_URL": settings.aws_url,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(settings.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(settings.directory / "s3"),
        "LOG_LEVEL": "INFO",
        # Unpacked functions and its pid file.
        "TMPDIR": str(settings.temporary),
        "CALLS": str(settings.calls),
        # It looks for Docker otherwise.
        "DOCKER_HOST": "unix:///nonexistent",
        "LAMBDA_EXECUTOR": "local",
        # Processes of the workers stay warm for the whole session.
        "LAMBDA_WARM_TTL_SECONDS": "3600",
    }


class _Saver:
    """Decides when to save, and does it."""

    def __init__(self, generations: Generations) -> None:
        self.generations = generations
        self.writes = 0
        self.saved_writes = 0
        self.child = 0
        self.next = time.monotonic() + SAVE_EVERY
        self.forked = 0.0

    def tick(self) -> None:
        """Called by the event loop: no request is half done, so what a fork sees is consistent."""
        if self.child:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            if pid == 0:
                return
            self.child = 0
            # Of a large state a save takes long, and a core with it; whoever works here is to have most of the time.
            if self.next:
                self.next = max(self.next, time.monotonic() + _REST * (time.monotonic() - self.forked))
            if status == 0:
                log.info("saved the state in %.1f s", time.monotonic() - self.forked)
            else:
                log.warning("saving the state failed (status %d); trying again", status)
                self.saved_writes = -1
        if time.monotonic() >= self.next and self.writes != self.saved_writes:
            self._unless_unpacking()

    def soon(self) -> None:
        """Does not wait for the half minute to pass."""
        self.next = 0.0

    def now(self) -> None:
        """Saves in this process; for the end."""
        if self.child:
            os.waitpid(self.child, 0)
            self.child = 0
        self.generations.write(_save)

    def _unless_unpacking(self) -> None:
        """A fork while a function's code is being unpacked would hold that file open for writing, and the function could
        not be started ("text file busy") before the save is done."""
        from ministack.services import lambda_svc

        if not lambda_svc._provided_code_lock.acquire(blocking=False):
            return
        try:
            self.saved_writes = self.writes
            self.next = time.monotonic() + SAVE_EVERY
            self._fork()
        finally:
            lambda_svc._provided_code_lock.release()

    def _fork(self) -> None:
        from ministack.services import sqs

        started = time.monotonic()
        with sqs._queues_lock:
            pid = os.fork()
        if pid == 0:
            code = 1
            try:
                # Never hang on a lock that some other thread held at the fork.
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(300)
                gc.disable()
                os.nice(10)
                self.generations.write(_save)
                code = 0
            finally:
                os._exit(code)
        self.child = pid
        self.forked = started
        log.info("saving the state; paused for %.0f ms", (time.monotonic() - started) * 1000)


def _save(directory: Path) -> None:
    """Writes every service's state. Only ever called where the state is not needed any more: copies would be a waste."""
    import copy

    from ministack import app
    from ministack.core import persistence

    original = copy.deepcopy
    copy.deepcopy = lambda value, memo=None: value
    try:
        services = app._build_persistence_save_dict()
        # Lines of logs are in .local/logs too, and would grow without end here.
        services.pop("cloudwatch_logs", None)
        services.pop("cloudwatch", None)
        for name, get_state in services.items():
            state = get_state()
            if state is None:
                continue
            wrapped = {"__ministack_format__": persistence._state_format_version(name), "payload": state}
            # dumps, not dump: the latter goes through the slow encoder.
            (directory / f"{name}.json").write_text(json.dumps(wrapped, default=persistence._json_default))
    finally:
        copy.deepcopy = original


def _patch(state: Path) -> None:
    """Bends MiniStack where this module's text says so."""
    from ministack.services import lambda_svc, sqs

    # Code is named by its hash, so all generations share it; what is unreferenced goes at the next start.
    lambda_svc.CODE_BLOB_DIR = str(state / "code")
    lambda_svc._prune_orphan_code_blobs = lambda referenced: None

    ten_at_most = sqs._receive_messages_for_esm

    def receive(queue_url: str, wanted: int) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        size = 0
        while len(batch) < wanted and size < BATCH_BYTES:
            room = BATCH_BYTES - size
            largest = 1024 * 1024
            some = ten_at_most(queue_url, max(1, min(wanted - len(batch), 10, room // largest)))
            batch += some
            size += sum(len(message["body"]) for message in some)
            if not some:
                break
        return batch

    sqs._receive_messages_for_esm = receive

    concurrency = lambda_svc._sqs_esm_concurrency

    def allowed(esm: dict[str, Any], *rest: Any) -> int:
        # A template's parameter is a string; CloudFormation knows the property's type, MiniStack does not.
        scaling = {name: int(value) for name, value in (esm.get("ScalingConfig") or {}).items()}
        at_once: int = concurrency({**esm, "ScalingConfig": scaling}, *rest)
        return at_once

    lambda_svc._sqs_esm_concurrency = allowed

    credentials = lambda_svc.execution_credentials

    def named(configuration: dict[str, Any]) -> dict[str, str]:
        # By its access key the guard knows who calls.
        return {**credentials(configuration), "AWS_ACCESS_KEY_ID": configuration["FunctionName"]}

    lambda_svc.execution_credentials = named
    scans.install()
    statements.install()
    _patch_logs()
    _patch_streams()
    _patch_imports()


def _patch_imports() -> None:
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import changesets, provisioners

    kind = "AWS::SecretsManager::Secret"

    def missing(name: str) -> str | None:
        return None if name in secretsmanager._secrets else f"Resource of type '{kind}' with identifier '{name}' was not found."

    def imported(identifier: dict[str, str]) -> tuple[str, dict[str, str]]:
        arn = secretsmanager._secrets[identifier["Id"]]["ARN"]
        return identifier["Id"], {"Id": arn, "Arn": arn}

    changesets._IMPORT_LOOKUPS[kind] = (("Id",), missing)
    provisioners._RESOURCE_HANDLERS[kind]["import"] = imported


def _patch_logs() -> None:
    from ministack.core.lambda_runtime import ProvidedWorker

    some = ProvidedWorker._drain_stderr_bounded

    def whole(self: Any, *rest: Any, **named: Any) -> str:
        lines: list[str] = [some(self, *rest, **named)]
        until = time.monotonic() + _LAST_LINE_WITHIN
        # A function writes it when it has answered and before it asks for more; who died or cannot start never does.
        while _LAST_LINE not in lines[-1] and time.monotonic() < until and self._proc is not None and self._proc.poll() is None:
            time.sleep(0.005)
            if more := self._drain_stderr():
                lines.append(more)
        return "\n".join(line for line in lines if line)

    ProvidedWorker._drain_stderr_bounded = whole


def _patch_streams() -> None:
    from ministack.services import dynamodb, lambda_svc

    poll = lambda_svc._poll_dynamodb_streams
    lambda_svc._poll_dynamodb_streams = lambda: False

    def loop() -> None:
        while not _stopping.is_set():
            try:
                processed = poll()
                _forget_read(dynamodb, lambda_svc)
            except Exception:
                log.exception("reading streams failed")
                processed = False
            if not processed:
                _stopping.wait(0.05)

    threading.Thread(target=loop, name="streams", daemon=True).start()

    saved = dynamodb.get_state
    restored = dynamodb.load_persisted_state

    def get_state() -> dict[str, Any]:
        return {**saved(), "stream_records": dynamodb._stream_records, "stream_trimmed": dynamodb._stream_trimmed}

    def load_persisted_state(data: Any) -> None:
        restored(data)
        if data:
            for name, held in (("stream_records", dynamodb._stream_records), ("stream_trimmed", dynamodb._stream_trimmed)):
                held._data.update(getattr(data.get(name), "_data", {}))

    dynamodb.get_state, dynamodb.load_persisted_state = get_state, load_persisted_state


def _forget_read(dynamodb: Any, lambda_svc: Any) -> None:
    """Drops the records of each stream that all of its readers have seen."""
    positions: dict[tuple[Any, ...], int] = {}
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = mapping.get("EventSourceArn", "")
        if ":dynamodb:" in arn:
            table = (account, region, arn.split("/")[1])
            position = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"]) or 0
            positions[table] = min(position, positions.get(table, position))
    for table, position in positions.items():
        records = dynamodb._stream_records.get_scoped(*table)
        trimmed = dynamodb._stream_trimmed.get_scoped(*table) or 0
        if records and position > trimmed:
            del records[: position - trimmed]
            dynamodb._stream_trimmed.set_scoped(*table, position)


def _void_leases() -> None:
    """Nobody who received a message before the restart is still there to delete it."""
    from ministack.services import sqs

    now = time.time()
    for queue in sqs._queues._data.values():
        for message in queue.get("messages", []):
            if message.get("receive_count", 0) > 0 and message.get("visible_at", 0) > now:
                message["visible_at"] = now


def _prune_code(state: Path) -> None:
    from ministack.services import lambda_svc

    code = state / "code"
    if not code.is_dir():
        return
    used = {hashlib.sha256(f["code_zip"]).hexdigest() for f in lambda_svc._functions._data.values() if f.get("code_zip")}
    for path in code.glob("*.zip"):
        if path.stem not in used:
            path.unlink()


async def _drain() -> None:
    """No new batches; those in work have some seconds to end."""
    from ministack.services import lambda_svc

    lambda_svc._poll_sqs = lambda: False
    _stopping.set()
    deadline = time.monotonic() + 8
    while lambda_svc._esm_inflight and time.monotonic() < deadline:
        await asyncio.sleep(0.05)


async def _serve(state: Path) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app

    saver = _Saver(Generations(state))
    # The lifespan's own saving goes through ours.
    app.save_all = lambda services: saver.now()

    guard = Guard(app.app, Journal(Path(os.environ["CALLS"])), deployed)

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not _is_read(scope):
            saver.writes += 1
        await guard(scope, receive, send)

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sig, stop.set)

    loop.add_signal_handler(signal.SIGUSR1, saver.soon)

    async def until_stopped() -> None:
        await stop.wait()
        await _drain()

    async def save_now_and_then() -> None:
        while True:
            await asyncio.sleep(0.5)
            saver.tick()

    config = Config()
    config.bind = [f"127.0.0.1:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.shutdown_timeout = 120
    config.loglevel = "WARNING"
    saving = asyncio.create_task(save_now_and_then())
    try:
        await serve(counted, config, shutdown_trigger=until_stopped)  # type: ignore[arg-type]
    finally:
        saving.cancel()


def _is_read(scope: Any) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    for name, value in scope["headers"]:
        if name == b"x-amz-target":
            return value.decode("latin-1").rsplit(".", 1)[-1].startswith(_READS)
    return False


def main() -> None:
    """Runs until SIGTERM."""
    root = Path(os.environ["STATE_DIR"])
    generations = Generations(root)
    lock = (root / "lock").open("w")
    # A stack that is being stopped may still be saving.
    fcntl.flock(lock, fcntl.LOCK_EX)
    generations.clean()
    current = generations.current()
    if current is None:
        # Files without the state that knows of them: what a stack left that was killed before its first save.
        shutil.rmtree(os.environ["S3_DATA_DIR"], ignore_errors=True)
    os.environ["STATE_DIR"] = str(current or root / "nothing")

    from ministack import app
    from ministack.core import lambda_runtime

    _patch(root)
    load = app._load_persisted_state

    def load_all() -> None:
        load()
        _void_leases()
        _prune_code(root)

    app._load_persisted_state = load_all
    logging.getLogger("emulator").setLevel(logging.INFO)
    code = 1
    try:
        asyncio.run(_serve(root))
        code = 0
    except Exception:
        log.exception("the local AWS failed")
    finally:
        lambda_runtime.reset()
        sys.stdout.flush()
        # Threads of services that never end by themselves. Whoever started it goes on only from what has been saved.
        os._exit(code)


if __name__ == "__main__":
    main()

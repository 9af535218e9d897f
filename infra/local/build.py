"""Builds what the local stack runs: all functions and the gateway with one `cargo build`, the web app with vite.

Plain `cargo build` and not `cargo lambda build`: the binaries are the same for this machine, and tests, clippy and the
running stack share one target directory and one profile, so that nothing is compiled twice.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from infra.local.settings import ROOT
from infra.local.template import functions, load

BINARIES = ROOT / "target" / "debug"
WEB = ROOT / "frontend" / "dist"
VENV = ROOT / ".venv" / "bin"


class BuildFailed(Exception):
    """A compiler said no; it has already said why."""


def binaries() -> None:
    """Builds every function, the gateway and the model's stand-in. Cargo knows what has changed."""
    # SKIP_BUILD=1 runs what is built, while the sources are in the middle of a change.
    if os.environ.get("SKIP_BUILD"):
        return
    _run(["cargo", "build", "--workspace", "--bins", *(["--locked"] if os.environ.get("CI") else [])])


def binary(name: str) -> Path | None:
    """The built binary, if there is one."""
    path = BINARIES / name
    return path if path.is_file() else None


def web_app() -> None:
    """Builds the web app when its sources changed since the last time."""
    frontend = ROOT / "frontend"
    # SKIP_WEB=1 is for work on the functions alone.
    if not (frontend / "package.json").is_file() or os.environ.get("SKIP_WEB"):
        return
    lock = frontend / "package-lock.json"
    if _changed("npm", [frontend / "package.json", lock], frontend / "node_modules"):
        install_web_tools()
    sources = [path for path in sorted(frontend.rglob("*")) if path.is_file() and not _generated(path, frontend)]
    sources += [path for path in sorted((ROOT / "infra").glob("openapi*")) if path.is_file()]
    if _changed("web", sources, WEB / "index.html"):
        _run([str(VENV / "npm"), "run", "build"], frontend)
        _remember("web", sources)


def install_web_tools() -> None:
    """Installs what package-lock.json names. Not by `npm ci`, which refuses a lock without the builds for foreign
    platforms, and those cannot be locked where the registry at hand does not carry them."""
    frontend = ROOT / "frontend"
    _run([str(VENV / "npm"), "install", "--no-save", "--no-audit", "--no-fund"], frontend)
    _remember("npm", [frontend / "package.json", frontend / "package-lock.json"])


def _generated(path: Path, frontend: Path) -> bool:
    # Journeys and pictures are no part of the app either.
    return path.relative_to(frontend).parts[0] in ("node_modules", "dist", "coverage", "test-results", "e2e", "pictures")


def _run(command: list[str], where: Path = ROOT) -> None:
    env = {**os.environ, "PATH": f"{VENV}{os.pathsep}{os.environ['PATH']}"}
    if subprocess.run(command, cwd=where, env=env, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        raise BuildFailed(f"`{' '.join(command)}` failed in {where}")


def _stamp(name: str) -> Path:
    return ROOT / "target" / f".{name}-inputs"


def _digest(inputs: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in inputs:
        if path.is_file():
            digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _changed(name: str, inputs: list[Path], product: Path) -> bool:
    stamp = _stamp(name)
    return not product.exists() or not stamp.is_file() or stamp.read_text() != _digest(inputs)


def _remember(name: str, inputs: list[Path]) -> None:
    _stamp(name).parent.mkdir(exist_ok=True)
    _stamp(name).write_text(_digest(inputs))


def missing() -> list[str]:
    """Functions of the template that have no crate yet."""
    return [one.name for one in functions(load()) if binary(one.name) is None]


if __name__ == "__main__":
    try:
        binaries()
        web_app()
    except BuildFailed as failure:
        sys.exit(str(failure))

"""The commands behind the Makefile: `python -m infra.backup export|restore --dir PATH [--stack NAME]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.backup.deployment import BackupError, Deployment
from infra.backup.export import export
from infra.backup.restore import restore


def main() -> int:
    """Runs one command; the exit code."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("export", "restore"):
        command = commands.add_parser(name)
        command.add_argument("--dir", required=True, type=Path)
        command.add_argument("--stack", default="")
        if name == "restore":
            command.add_argument("--asleep", action="store_true")
    options = parser.parse_args()
    if options.dir == Path():
        print(f"make {options.command}: DIR=path is missing", file=sys.stderr)
        return 1

    def say(line: str) -> None:
        print(line, flush=True)

    deployment = Deployment.of(options.stack)
    try:
        if options.command == "export":
            export(deployment, options.dir, say)
        else:
            restore(deployment, options.dir, say, options.asleep)
    except BackupError as error:
        print(f"make {options.command}: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, OSError) as error:
        hint = "" if options.stack else " (is `make dev` running?)"
        print(f"make {options.command}: {error}{hint}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The commands behind the Makefile: `python -m infra.backup export|restore --dir PATH [--stack NAME]`."""

from __future__ import annotations

import argparse
import shlex
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
        if name == "export":
            command.add_argument("--tables", default="", help="Name=physical-name of tables that are read instead of the stack's own")
        else:
            command.add_argument("--asleep", action="store_true")
            command.add_argument("--erasures", default="", help="a later export, of which the list of erasures is loaded too")
    options = parser.parse_args()
    if options.dir == Path():
        print(f"make {options.command}: DIR=path is missing", file=sys.stderr)
        return 1

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        if options.command == "export":
            export(Deployment.of(options.stack, elsewhere=elsewhere(options.tables)), options.dir, say)
        else:
            later = Path(options.erasures) if options.erasures else None
            restore(Deployment.of(options.stack), options.dir, say, options.asleep, later)
    except BackupError as error:
        print(f"make {options.command}: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError, OSError) as error:
        hint = "" if options.stack else " (is `make dev` running?)"
        print(f"make {options.command}: {error}{hint}", file=sys.stderr)
        return 1
    return 0


def elsewhere(text: str) -> dict[str, str]:
    """Of TABLES: which table of the template is read under which other name.

    Raises:
        BackupError: it is not said so.
    """
    found = {}
    for pair in shlex.split(text):
        name, _, physical = pair.partition("=")
        if not name or not physical or name in found:
            raise BackupError(f"TABLES: {pair} is not Name=physical-name, each name once")
        found[name] = physical
    return found


if __name__ == "__main__":
    sys.exit(main())

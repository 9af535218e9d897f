"""The commands behind the Makefile: `python -m infra.local dev|token|env|seed|import|reset`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.local import functions, imports, reset, seed, tokens
from infra.local.api import ApiError
from infra.local.settings import Settings
from infra.local.supervisor import Supervisor


def main() -> int:
    """Runs one command; the exit code."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dev")
    commands.add_parser("reset")
    token = commands.add_parser("token")
    token.add_argument("--email", default="owner@example.com")
    token.add_argument("--role", default="owner", choices=tokens.ROLES)
    commands.add_parser("env")
    seeding = commands.add_parser("seed")
    seeding.add_argument("--customers", type=int, default=500)
    importing = commands.add_parser("import")
    importing.add_argument("--kind", required=True)
    importing.add_argument("--file", required=True, type=Path)
    importing.add_argument("--mapping", default="")
    options = parser.parse_args()
    settings = Settings.from_environment()

    try:
        match options.command:
            case "dev":
                return Supervisor(settings).run()
            case "reset":
                return reset.reset(settings)
            case "token":
                print(tokens.token(settings, options.email, options.role))
            case "env":
                for name, value in functions.environment(settings).items():
                    print(f"{name}={value}")
            case "seed":
                seed.seed(settings, options.customers)
                if not seed.drained(settings, seed.PATIENCE):
                    return 1
                print("applied")
            case "import":
                return imports.run(settings, options.kind, options.file, options.mapping or None)
    except (BotoCoreError, ClientError, ConnectionError):
        print(f"make {options.command}: the local product does not answer; is `make dev` running?", file=sys.stderr)
        return 1
    except (ApiError, RuntimeError) as error:
        print(f"make {options.command}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

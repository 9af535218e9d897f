"""Checks, before anything is built, that the ports are free."""

from __future__ import annotations

import errno
import socket

from infra.local.settings import Settings


def taken(settings: Settings) -> list[str]:
    """One sentence per port that is in use: which, what for, and what to do."""
    wanted = [
        (settings.port, "the web app and the API", "choose another with PORT=8081"),
        (settings.lambda_port, "the Lambda API", "stop what uses it (another `make dev`?)"),
        (settings.aws_port, "the local AWS", "stop what uses it (another `make dev`?), or choose another with AWS_PORT=4567"),
    ]
    if settings.gemini == "fake":
        wanted.append((settings.gemini_port, "the model's stand-in", "choose another with GEMINI_PORT=9101"))
    return [f"port {port} ({use}) is taken: {remedy}" for port, use, remedy in wanted if not _free(port)]


def _free(port: int) -> bool:
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            # A machine without IPv6 is none of our business.
            if error.errno == errno.EADDRINUSE:
                return False
    return True

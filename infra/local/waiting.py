"""Waiting for what becomes true by itself."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.api import ApiError

# What a look at something that is still coming may meet: it is not there, has not all of its fields, or who is asked is not back yet.
PASSING = (ApiError, LookupError, StopIteration, TypeError, OSError, http.client.HTTPException, BotoCoreError, ClientError)


def wait_until(holds: Callable[[], bool], seconds: float = 60, what: str = "the condition", every: float = 0.1) -> None:
    """Waits for something that becomes true by itself, looking every so many seconds, and fails when it does not: after three times
    as long as it may take here, since a bound is for what never comes. A fault of one look is none while the next may be better."""
    deadline = time.monotonic() + 3 * seconds
    while True:
        fault: Exception | None = None
        try:
            if holds():
                return
        except PASSING as error:
            fault = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {3 * seconds:.0f} s, last: {fault!r}") from fault
        time.sleep(every)

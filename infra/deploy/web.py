"""Puts the built web app into its bucket, and makes the distribution forget what it holds of it.

A page that is open keeps asking for the files of its own version, so files that a new version has replaced stay for a
month. When one was replaced is noted on itself: no list is kept beside the bucket.
"""

from __future__ import annotations

import mimetypes
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from infra.deploy.account import Account, Refused

KEEP_REPLACED = timedelta(days=30)
_FOREVER = "public, max-age=31536000, immutable"
_ASSETS = "assets/"
_PAGE = "index.html"
# What the machine's own tables may lack or say otherwise.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


def upload(account: Account, bucket: str, built: Path, now: datetime | None = None) -> tuple[int, int]:
    """Puts every file below `built` into the bucket; how many were put there and how many old ones removed.

    Raises:
        Refused: there is no built app.
    """
    if not (built / _PAGE).is_file():
        raise Refused(f"{built} holds no built web app")
    now = now or datetime.now(UTC)
    s3 = account.client("s3")
    files = {path.relative_to(built).as_posix(): path for path in sorted(built.rglob("*")) if path.is_file() and not _private(path, built)}
    there = {one["Key"]: one for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket) for one in page.get("Contents", [])}
    put = 0
    # The page comes last: whoever gets the new one finds all that it names.
    for key in sorted(files, key=lambda key: (key == _PAGE, not key.startswith(_ASSETS), key)):
        if key.startswith(_ASSETS) and key in there and not _replaced(s3, bucket, key):
            continue  # Its name says what it holds.
        cache = _FOREVER if key.startswith(_ASSETS) else "no-cache"
        s3.put_object(Bucket=bucket, Key=key, Body=files[key].read_bytes(), ContentType=content_type(key), CacheControl=cache)
        put += 1
    return put, _forget(s3, bucket, [key for key in there if key not in files], now)


def invalidate(account: Account, distribution: str) -> None:
    """Makes every edge ask for everything anew, and waits until all of them know."""
    cloudfront = account.client("cloudfront")
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())}
    invalidation = cloudfront.create_invalidation(DistributionId=distribution, InvalidationBatch=batch)["Invalidation"]["Id"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=distribution, Id=invalidation, WaiterConfig={"Delay": 5, "MaxAttempts": 240})


def content_type(key: str) -> str:
    """What the file is, by its name."""
    ending = Path(key).suffix.lower()
    return _TYPES.get(ending) or mimetypes.types_map.get(ending, "application/octet-stream")


def _private(path: Path, built: Path) -> bool:
    """The build's own notes."""
    return any(part.startswith(".") for part in path.relative_to(built).parts)


def _replaced(s3: Any, bucket: str, key: str) -> str:
    """Since when it is of no current version; empty while it is."""
    since: str = s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("replaced", "")
    return since


def _forget(s3: Any, bucket: str, stale: list[str], now: datetime) -> int:
    removed = 0
    for key in stale:
        since = _replaced(s3, bucket, key)
        if not since:
            # Metadata cannot be changed in place.
            source = {"Bucket": bucket, "Key": key}
            cache = _FOREVER if key.startswith(_ASSETS) else "no-cache"
            about = {"ContentType": content_type(key), "CacheControl": cache, "Metadata": {"replaced": now.isoformat()}}
            s3.copy_object(Bucket=bucket, Key=key, CopySource=source, MetadataDirective="REPLACE", **about)
        elif datetime.fromisoformat(since) < now - KEEP_REPLACED:
            s3.delete_object(Bucket=bucket, Key=key)
            removed += 1
    return removed

"""Where a deployment goes: its stage, its stack, and the AWS account that the caller's own credentials lead to.

`infra.local` has clients that never leave this machine; these are the opposite, and obey what every AWS tool obeys:
AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parents[2]
# S3's limit, and what the name of the bucket of all files has besides those of stack and region: `-uploads-`, an account, a hyphen.
_BUCKET, _BUCKET_REST = 63, 9 + 12 + 1
CONFIGURATION = ROOT / "samconfig.toml"


class Refused(Exception):
    """Why nothing was done, or what went wrong; one message for the person at the terminal."""


def longest_name(region: str) -> int:
    """How long the name of a stack may be there."""
    return _BUCKET - _BUCKET_REST - len(region)


def stages() -> dict[str, dict[str, Any]]:
    """What samconfig.toml says of each stage."""
    loaded = tomllib.loads(CONFIGURATION.read_text())
    return {name: section["deploy"]["parameters"] for name, section in loaded.items() if isinstance(section, dict)}


@dataclass(frozen=True)
class Account:
    """One stage in one account and region."""

    stage: str
    # Another name than that of samconfig.toml: a second deployment of the same stage.
    named: str = ""
    said: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        known = stages()
        if self.stage not in known:
            raise Refused(f"STAGE={self.stage}? samconfig.toml knows {', '.join(known)}")
        object.__setattr__(self, "said", known[self.stage])

    @property
    def stack_name(self) -> str:
        """What CloudFormation calls it."""
        return self.named or str(self.said["stack_name"])

    def check_name(self) -> None:
        """Whether buckets can be named after the stack.

        Raises:
            Refused: they cannot, and why.
        """
        longest = longest_name(self.session.region_name)
        if len(self.stack_name) > longest:
            raise Refused(
                f"{self.stack_name} is too long for the name of a stack: in {self.session.region_name} it has {longest} characters at most, "
                f"since the name of its uploads bucket ends in account and region and has {_BUCKET}"
            )
        if not re.fullmatch("[a-z][a-z0-9-]*", self.stack_name):
            raise Refused(f"{self.stack_name} cannot be the name of a stack: buckets are called after it, so lower-case letters, digits and hyphens")

    @cached_property
    def session(self) -> Any:
        """The caller's own."""
        # boto3 alone reads AWS_DEFAULT_REGION only.
        return boto3.Session(region_name=os.environ.get("AWS_REGION"))

    def client(self, service: str) -> Any:
        """A boto3 client of one service."""
        return self.session.client(service)

    def check(self) -> str:
        """The number of the account, once region and credentials are known to be good.

        Raises:
            Refused: what is missing, and how it is given.
        """
        if not self.session.region_name:
            raise Refused("which region? Say AWS_REGION=ap-south-1, or `aws configure set region ap-south-1`")
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except (BotoCoreError, ClientError) as error:
            profile = os.environ.get("AWS_PROFILE")
            which = f"those of AWS_PROFILE={profile}" if profile else "the default ones"
            raise Refused(f"AWS does not take these credentials ({which}): {error}\n  `aws sso login` or AWS_PROFILE=NAME gives others") from error

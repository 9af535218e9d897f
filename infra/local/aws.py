"""Clients of the local AWS. They never look at the caller's own credentials, nor can they reach a real account."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

from infra.local.settings import REGION, Settings

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}


def client(settings: Settings, service: str) -> Any:
    """A boto3 client of one service."""
    return boto3.client(
        service,
        endpoint_url=settings.aws_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=120),
    )


def outputs(settings: Settings) -> dict[str, str]:
    """The outputs of the deployed stack."""
    stacks = client(settings, "cloudformation").describe_stacks(StackName=settings.stack_name)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stacks[0].get("Outputs", [])}


def resources(settings: Settings) -> dict[str, str]:
    """The names of the deployed stack's resources, by those of the template."""
    pages = client(settings, "cloudformation").get_paginator("list_stack_resources")
    summaries = [one for page in pages.paginate(StackName=settings.stack_name) for one in page["StackResourceSummaries"]]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in summaries if one.get("PhysicalResourceId")}


def queues(settings: Settings, delayed: bool = True) -> dict[str, tuple[int, int]]:
    """Waiting and in-flight messages of every queue, by the name of its output; dead-letter queues are no part. Those that
    wait for their hour, as passes of an erasure do, are left out where `delayed` is false."""
    sqs = client(settings, "sqs")
    depths = {}
    for name, url in outputs(settings).items():
        if name.endswith("QueueUrl"):
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            waiting = int(found["ApproximateNumberOfMessages"])
            if delayed:
                waiting += int(found.get("ApproximateNumberOfMessagesDelayed", 0))
            depths[name.removesuffix("QueueUrl").lower()] = (waiting, int(found["ApproximateNumberOfMessagesNotVisible"]))
    return depths


def streams_are_read(settings: Settings) -> bool:
    """Whether all readers have seen all that is on the tables' streams: the local AWS drops what they have seen."""
    streams = client(settings, "dynamodbstreams")

    def has_records(arn: str, shard: str) -> bool:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        try:
            return bool(streams.get_records(ShardIterator=iterator, Limit=1)["Records"])
        except streams.exceptions.TrimmedDataAccessException:
            # Read a moment ago, so there may be more.
            return True

    for arn in (one["StreamArn"] for one in streams.list_streams()["Streams"]):
        shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        if any(has_records(arn, shard["ShardId"]) for shard in shards):
            return False
    return True

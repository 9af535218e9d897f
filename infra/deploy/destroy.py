"""Takes a deployment down. Data stay unless they are asked to go; what was accepted and not applied yet is not thrown away unasked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from infra.deploy import stack as stacks
from infra.deploy.account import Account, Refused
from infra.deploy.stack import Resource, Stack

# Dollars a month in us-east-1, by the list of 2026-11: for a GB, and for a secret.
_STORED = {"AWS::DynamoDB::Table": Decimal("0.25"), "AWS::S3::Bucket": Decimal("0.023")}
_SECRET = Decimal("0.40")


def destroy(account: Account, confirmed: Callable[[], bool], with_data: bool, say: Callable[[str], None]) -> None:
    """Deletes the stack; with the data, also what it and earlier stacks of its name have left.

    Raises:
        Refused: it was not confirmed, messages are waiting, or AWS refused.
    """
    stack = stacks.find(account)
    if stack is None and not stacks.kept(account):
        raise Refused(f"{account.stack_name} is not deployed in {account.session.region_name}, and has left nothing")
    if stack and not with_data:
        _need_empty_queues(account, stack)
    what = "with all its data" if with_data else "and keep its data"
    say(f"about to delete {account.stack_name} in {account.session.region_name} {what}")
    if not confirmed():
        raise Refused(f"not confirmed: CONFIRM={account.stack_name} says yes")
    if stack and not with_data:
        # Something may have come while somebody was asked.
        _need_empty_queues(account, stack)
    if stack:
        # A bucket must be empty to be deleted; this one holds what a build makes again.
        if bucket := stack.outputs.get("WebBucketName"):
            empty_bucket(account, bucket)
        say("deleting; a distribution takes some minutes ...")
        stacks.delete(account, stack)
    left = stacks.kept(account)
    if with_data:
        for resource in left:
            _delete(account, resource)
        left = stacks.kept(account)
    report(account, left, say)


def report(account: Account, left: list[Resource], say: Callable[[str], None]) -> None:
    """What is left and what it costs."""
    if not left:
        say("nothing is left")
        return
    month = Decimal(0)
    say("kept:")
    for resource in sorted(left, key=lambda one: (one.type, one.logical)):
        size, cost = _costs(account, resource)
        month += cost
        say(f"  {resource.type.removeprefix('AWS::'):24} {resource.id}{size}")
    say(f"together about ${month:.2f} a month at the list prices of us-east-1, backups not counted; DATA=delete removes it")


def empty_bucket(account: Account, bucket: str) -> None:
    """Removes every object, and every version of it."""
    s3 = account.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        every = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
        if every:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": every, "Quiet": True})
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for one in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"])


def _need_empty_queues(account: Account, stack: Stack) -> None:
    sqs = account.client("sqs")
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible")
    waiting = {}
    for resource in stacks.resources(account, stack):
        if resource.type == "AWS::SQS::Queue":
            counts = sqs.get_queue_attributes(QueueUrl=resource.id, AttributeNames=list(names))["Attributes"]
            if held := sum(int(counts.get(name, 0)) for name in names):
                waiting[resource.logical] = held
    if waiting:
        held = ", ".join(f"{name} {count}" for name, count in waiting.items())
        raise Refused(f"messages would be lost with their queues: {held}. Wait, redrive or discard them, or say DATA=delete")


def _delete(account: Account, resource: Resource) -> None:
    match resource.type:
        case "AWS::DynamoDB::Table":
            dynamodb = account.client("dynamodb")
            if dynamodb.describe_table(TableName=resource.id)["Table"].get("DeletionProtectionEnabled"):
                dynamodb.update_table(TableName=resource.id, DeletionProtectionEnabled=False)
                dynamodb.get_waiter("table_exists").wait(TableName=resource.id)
            dynamodb.delete_table(TableName=resource.id)
            dynamodb.get_waiter("table_not_exists").wait(TableName=resource.id, WaiterConfig={"Delay": 2, "MaxAttempts": 150})
        case "AWS::S3::Bucket":
            empty_bucket(account, resource.id)
            account.client("s3").delete_bucket(Bucket=resource.id)
        case "AWS::SecretsManager::Secret":
            account.client("secretsmanager").delete_secret(SecretId=resource.id, ForceDeleteWithoutRecovery=True)


def _costs(account: Account, resource: Resource) -> tuple[str, Decimal]:
    """Its size in words, and dollars a month."""
    match resource.type:
        case "AWS::DynamoDB::Table":
            size = account.client("dynamodb").describe_table(TableName=resource.id)["Table"].get("TableSizeBytes", 0)
        case "AWS::S3::Bucket":
            pages = account.client("s3").get_paginator("list_object_versions").paginate(Bucket=resource.id)
            size = sum(one["Size"] for page in pages for one in page.get("Versions", []))
        case "AWS::SecretsManager::Secret":
            return "", _SECRET
        case _:
            return "", Decimal(0)
    return f", {size / 1_000_000:.1f} MB", _STORED[resource.type] * size / 1_000_000_000

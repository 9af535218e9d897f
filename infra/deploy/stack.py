"""What CloudFormation knows of a deployment, now and after it was destroyed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.deploy.account import Account, Refused


@dataclass(frozen=True)
class Stack:
    """A stack that is there."""

    id: str
    status: str
    parameters: dict[str, str]
    outputs: dict[str, str]


@dataclass(frozen=True)
class Resource:
    """One of its resources; `id` is what its own service calls it."""

    logical: str
    type: str
    id: str


def find(account: Account) -> Stack | None:
    """The stack; none where nothing was deployed yet, or only a change set was asked for."""
    try:
        found = account.client("cloudformation").describe_stacks(StackName=account.stack_name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    if found["StackStatus"] in ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE"):
        return None
    return Stack(
        found["StackId"],
        found["StackStatus"],
        {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])},
        {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
    )


def resources(account: Account, stack: Stack) -> list[Resource]:
    """All that belongs to it."""
    pages = account.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack.id)
    return [
        Resource(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if one.get("PhysicalResourceId")
    ]


def delete(account: Account, stack: Stack) -> None:
    """Deletes it and waits; what the template says to keep is kept.

    Raises:
        Refused: what could not be deleted, and why.
    """
    cloudformation = account.client("cloudformation")
    cloudformation.update_termination_protection(EnableTerminationProtection=False, StackName=stack.id)
    cloudformation.delete_stack(StackName=stack.id)
    try:
        # A distribution takes minutes to be gone.
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.id, WaiterConfig={"Delay": 5, "MaxAttempts": 480})
    except WaiterError as error:
        raise Refused(f"{account.stack_name} is not deleted: {_reasons(account, stack.id) or error}") from error


def kept(account: Account) -> list[Resource]:
    """What deleted stacks of this name have left behind and is still there. CloudFormation remembers them for 90 days."""
    found = {}
    for page in account.client("cloudformation").get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"]):
        for summary in page["StackSummaries"]:
            if summary["StackName"] == account.stack_name:
                for event in _events(account, summary["StackId"]):
                    if event["ResourceStatus"] == "DELETE_SKIPPED":
                        one = Resource(event["LogicalResourceId"], event["ResourceType"], event["PhysicalResourceId"])
                        found[one.id] = one
    current = find(account)
    owned = {one.id for one in resources(account, current)} if current else set()
    return [one for one in found.values() if one.id not in owned and _is_there(account, one)]


def _is_there(account: Account, resource: Resource) -> bool:
    try:
        match resource.type:
            case "AWS::DynamoDB::Table":
                account.client("dynamodb").describe_table(TableName=resource.id)
            case "AWS::S3::Bucket":
                account.client("s3").head_bucket(Bucket=resource.id)
            case "AWS::SecretsManager::Secret":
                return "DeletedDate" not in account.client("secretsmanager").describe_secret(SecretId=resource.id)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ResourceNotFoundException", "404", "NoSuchBucket"):
            return False
        raise
    return True


def _events(account: Account, stack: str) -> list[dict[str, Any]]:
    pages = account.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack)
    return [event for page in pages for event in page["StackEvents"]]


def _reasons(account: Account, stack: str) -> str:
    failed = [event for event in _events(account, stack) if event.get("ResourceStatus", "").endswith("FAILED")]
    return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '?')}" for event in failed)

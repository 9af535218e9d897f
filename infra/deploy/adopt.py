"""Takes back what `make destroy` has kept: the next deployment goes on with the data instead of beside them.

CloudFormation imports resources into a stack that may hold nothing else at that moment. So a stack is made of these alone,
from their own part of template.yaml, and the deployment that follows is an update of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import WaiterError

from infra.deploy.account import Account, Refused
from infra.deploy.stack import Resource
from infra.local import template

_NAMED_BY = {"AWS::DynamoDB::Table": "TableName", "AWS::S3::Bucket": "BucketName", "AWS::SecretsManager::Secret": "Id"}


def adopt(account: Account, kept: list[Resource], values: dict[str, str]) -> None:
    """Makes a stack of what is kept.

    Raises:
        Refused: two of a kind are kept, or AWS does not take them.
    """
    loaded = template.load()
    twice = sorted({one.logical for one in kept if [other.logical for other in kept].count(one.logical) > 1})
    if twice:
        raise Refused(f"more than one {', '.join(twice)} is kept: which of them is to go on, nobody but you can say; delete the others first")
    if strange := sorted(one.logical for one in kept if one.logical not in loaded["Resources"] or one.type not in _NAMED_BY):
        raise Refused(f"this version knows no {', '.join(strange)}: deploy the version that made them, then this one")
    cloudformation = account.client("cloudformation")
    # One that has failed keeps its name.
    name = f"take-back-{time.time_ns()}"
    cloudformation.create_change_set(
        StackName=account.stack_name,
        ChangeSetName=name,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(part(loaded, {one.logical for one in kept}), separators=(",", ":")),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        ResourcesToImport=[
            {"ResourceType": one.type, "LogicalResourceId": one.logical, "ResourceIdentifier": {_NAMED_BY[one.type]: one.id}} for one in kept
        ],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(StackName=account.stack_name, ChangeSetName=name, WaiterConfig={"Delay": 2})
        cloudformation.execute_change_set(StackName=account.stack_name, ChangeSetName=name)
        cloudformation.get_waiter("stack_import_complete").wait(StackName=account.stack_name, WaiterConfig={"Delay": 2})
    except WaiterError as error:
        said = cloudformation.describe_change_set(StackName=account.stack_name, ChangeSetName=name).get("StatusReason")
        raise Refused(f"AWS does not take back what was kept: {said or error}") from error


def part(loaded: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """These resources alone, without what leads to others: that comes with the deployment that follows."""
    resources = {}
    for name in sorted(names):
        body = {key: value for key, value in loaded["Resources"][name].items() if key != "DependsOn"}
        outside = set(loaded["Resources"]) - names
        body["Properties"] = {key: value for key, value in body["Properties"].items() if not outside & set(_named(value))}
        resources[name] = body
    return {**{key: loaded[key] for key in ("AWSTemplateFormatVersion", "Parameters", "Conditions")}, "Resources": resources}


def _named(value: Any) -> Iterator[str]:
    """The resources and parameters to which a value refers; a text of `Sub` only names its own."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0]
            else:
                yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)
    elif isinstance(value, str):
        yield from (piece.split("}")[0].split(".")[0] for piece in value.split("${")[1:])

"""What a function is told by environment variables is never more than Lambda takes, whatever a deployment is called and given.

CloudFormation finds out only in the account: of a stack with a long name, or once the telemetry of somebody has a long
token. So every function's variables are made here as that deployment would make them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra.checks.deploying import REGION
from infra.deploy.account import longest_name
from infra.local import template

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, of the JSON object of all of them.
LIMIT = 4_096
# As many letters as a parameter has at most: where its pattern says so by that, or else by what is given in practice.
_LENGTHS = {
    "Stage": 12,
    "Currency": 3,
    "OriginKey": 128,
    "SmsSender": 11,
    "EmailConfigurationSet": 64,
    "GeminiModel": 100,
    "GeminiDailyTokens": 12,
    "OpenTelemetryEndpoint": 80,
    "OpenTelemetryAuthorization": 300,
    # Addresses of pages, of people, of gateways; a client of Google; several domains.
    "AllowedOrigin": 72,
    "PublicUrl": 72,
    "FirstOwner": 64,
    "EmailSender": 64,
    "EmailWebhookUrl": 200,
    "SmsWebhookUrl": 200,
    "WhatsappWebhookUrl": 200,
    "GeminiBaseUrl": 100,
    "GoogleJwksUrl": 100,
    "GoogleClientId": 72,
    "GoogleHostedDomain": 64,
    "AllowedDomains": 200,
}
_ACCOUNT = "0" * 12
_PSEUDO = {"AWS::StackName": "s" * longest_name(REGION), "AWS::AccountId": _ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
# What CloudFormation, and then Secrets Manager, puts behind a name of its own making.
_RANDOM, _SUFFIX = "r" * 13, "r" * 6


def check() -> list[str]:
    """One complaint for each function that could be told too much."""
    loaded = template.load()
    try:
        sizes = measured(loaded)
    except KeyError as missing:
        return [f"infra/checks/environment.py knows no longest value of {missing}"]
    few = [] if sizes else ["template.yaml has no functions"]
    large = [f"template.yaml: {name} has up to {size} bytes of variables, and Lambda takes {LIMIT}" for name, size in sizes.items() if size > LIMIT]
    return few + large + _dead_letters(loaded)


def measured(loaded: dict[str, Any]) -> dict[str, int]:
    """For each function, the bytes of its variables where all options have their longest values at once."""
    names = dict(_names(loaded))
    usual = loaded["Globals"]["Function"]["Environment"]["Variables"]
    found = {}
    for function in template.functions(loaded):
        own = loaded["Resources"][function.resource]["Properties"].get("Environment", {}).get("Variables", {})
        told = {name: _longest(value, names) for name, value in {**usual, **own}.items()}
        found[function.resource] = len(json.dumps(told, separators=(",", ":")).encode())
    return found


def _dead_letters(loaded: dict[str, Any]) -> list[str]:
    """Who is told of a queue alone finds its dead-letter queue by its name (shared/crm-aws/src/sqs.rs)."""
    queues = {name: body["Properties"] for name, body in loaded["Resources"].items() if body["Type"] == "AWS::SQS::Queue"}
    dead = {name: about["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for name, about in queues.items() if "RedrivePolicy" in about}
    return [
        f"template.yaml: {other} is not called as {name} is, with -dead behind it"
        for name, other in dead.items()
        if queues[other]["QueueName"]["Fn::Sub"] != queues[name]["QueueName"]["Fn::Sub"] + "-dead"
    ]


def _longest(value: Any, names: dict[str, str]) -> str:
    """What a variable says, of both ways that a condition leaves the longer one."""
    if isinstance(value, dict) and "Fn::If" in value:
        return max((_longest(one, names) for one in value["Fn::If"][1:]), key=len)
    return str(template.resolved(value, names))


def _names(loaded: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What references stand for: parameters at their longest, resources as their services name them."""
    yield from _PSEUDO.items()
    # A variable that is not there is shorter than any.
    yield "AWS::NoValue", ""
    for name, about in loaded["Parameters"].items():
        if "AllowedValues" in about:
            yield name, max(map(str, about["AllowedValues"]), key=len)
        elif name in _LENGTHS:
            yield name, "x" * _LENGTHS[name]
    for name, body in loaded["Resources"].items():
        match body["Type"]:
            case "AWS::DynamoDB::Table":
                yield name, f"{_PSEUDO['AWS::StackName']}-{name}-{_RANDOM}"
            case "AWS::SQS::Queue":
                yield name, f"https://sqs.{REGION}.amazonaws.com/{_ACCOUNT}/{_given(body, 'QueueName')}"
            case "AWS::SecretsManager::Secret":
                yield name, f"arn:aws:secretsmanager:{REGION}:{_ACCOUNT}:secret:{name}-{_RANDOM}-{_SUFFIX}"
            case "AWS::SNS::Topic":
                yield name, f"arn:aws:sns:{REGION}:{_ACCOUNT}:{_given(body, 'TopicName')}"
            case "AWS::S3::Bucket":
                yield name, _given(body, "BucketName")
            case "AWS::Events::EventBus" | "AWS::SES::ConfigurationSet":
                yield name, _given(body, "Name")
            case "AWS::Serverless::HttpApi":
                yield name, "i" * 10


def _given(body: dict[str, Any], key: str) -> str:
    return str(template.resolved(body["Properties"][key], _PSEUDO))

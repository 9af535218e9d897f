"""What deployments are told is what the template knows, and the role that deploys reaches every service in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from infra.checks.steps import ROOT
from infra.deploy import adopt
from infra.deploy.account import stages
from infra.local import template

# By what IAM calls a service, where it is not the name in a resource's type.
_SERVICES = {"ApiGatewayV2": "apigateway", "Serverless": "cloudformation"}
# What an ARN calls a resource, of services that have more than one kind.
_KINDS = {
    "AWS::CloudWatch::Alarm": "alarm:",
    "AWS::CloudWatch::Dashboard": "dashboard/",
    "AWS::DynamoDB::Table": "table/",
    "AWS::Events::EventBus": "event-bus/",
    "AWS::IAM::ManagedPolicy": "policy/",
    "AWS::IAM::Role": "role/",
    "AWS::Logs::LogGroup": "log-group:",
    "AWS::Serverless::Application": "stack/",
}


def check() -> list[str]:
    """One complaint each."""
    loaded = template.load()
    return _configuration(loaded) + _role(loaded) + _kept(loaded)


def _configuration(loaded: dict[str, Any]) -> list[str]:
    faults = []
    if set(stages()) != {"dev", "staging", "prod"}:
        faults.append(f"samconfig.toml has the stages {', '.join(stages())}")
    for stage, said in stages().items():
        values = dict(pair.split("=", 1) for pair in said["parameter_overrides"])
        faults += [f"samconfig.toml, {stage}: the template has no {name}" for name in values if name not in loaded["Parameters"]]
        if values.get("Stage") != stage or said["stack_name"] != f"mini-crm-{stage}" or f"stage={stage}" not in said["tags"]:
            faults.append(f"samconfig.toml, {stage}: its stack, parameter and tag do not all say so")
    return faults


def _role(loaded: dict[str, Any]) -> list[str]:
    role = template.load(ROOT / "infra" / "github-role.yaml")
    allowed: dict[str, str] = {}
    for one in role["Resources"]["Deploying"]["Properties"]["PolicyDocument"]["Statement"]:
        if one["Effect"] == "Allow":
            for action in [one["Action"]] if isinstance(one["Action"], str) else one["Action"]:
                service = action.split(":")[0]
                allowed[service] = allowed.get(service, "") + json.dumps(one["Resource"])
    faults = []
    for kind in sorted(set(_types(loaded))):
        name = kind.split("::")[1]
        resources = allowed.get(_SERVICES.get(name, name.lower()), "")
        if not resources or f":{_KINDS.get(kind, '')}" not in resources and kind in _KINDS:
            faults.append(f"infra/github-role.yaml cannot deploy {kind}")
    return faults


def _types(loaded: dict[str, Any]) -> Iterator[str]:
    """Of all resources, those of nested stacks too."""
    for body in loaded["Resources"].values():
        yield body["Type"]
        if body["Type"] == "AWS::Serverless::Application":
            yield from _types(template.load(ROOT / body["Properties"]["Location"]))


def _kept(loaded: dict[str, Any]) -> list[str]:
    """Whatever holds data outlives its stack, and can be taken back by another."""
    faults = []
    names = set()
    for name, body in loaded["Resources"].items():
        holds = body["Type"] in ("AWS::DynamoDB::Table", "AWS::SecretsManager::Secret") or name == "UploadsBucket"
        if holds:
            names.add(name)
        if holds and not str(body.get("DeletionPolicy", "")).startswith("Retain"):
            faults.append(f"template.yaml: {name} would go with its stack")
        if body["Type"] == "AWS::DynamoDB::Table" and "DeletionProtectionEnabled" not in body["Properties"]:
            faults.append(f"template.yaml: {name} is not protected in production")
    alone = adopt.part(loaded, names)
    # What CloudFormation takes within a request.
    if len(json.dumps(alone, separators=(",", ":"))) > 51_200:
        faults.append("infra/deploy/adopt.py: what is kept has become too large for one request")
    return faults

"""What deployments are told is what the template knows, and the role that deploys reaches every service in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from infra.checks.steps import ROOT
from infra.deploy import adopt
from infra.deploy.account import longest_name, stages
from infra.local import template

# By what IAM calls a service, where it is not the name in a resource's type.
_SERVICES = {"ApiGatewayV2": "apigateway", "Serverless": "cloudformation"}
# What an account has once, whatever the region: names of CloudFront, of dashboards, of budgets and of buckets. And how long they may be.
_GLOBAL = {
    "AWS::Budgets::Budget": ("BudgetName", 100),
    "AWS::CloudFront::CachePolicy": ("Name", 128),
    "AWS::CloudFront::Function": ("Name", 64),
    "AWS::CloudFront::OriginAccessControl": ("Name", 64),
    "AWS::CloudFront::OriginRequestPolicy": ("Name", 128),
    "AWS::CloudFront::ResponseHeadersPolicy": ("Name", 128),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", 128),
    "AWS::IAM::Role": ("RoleName", 64),
    "AWS::S3::Bucket": ("BucketName", 63),
}
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
# The longest name of a region that is usual.
REGION = "ap-southeast-2"
# What an address of the web app may hold, and what the common rules of AWS WAF let pass of a query.
_FILTER = ROOT / "frontend" / "src" / "features" / "customers" / "components" / "filter.ts"
_QUERY = 2_048


def check() -> list[str]:
    """One complaint each."""
    loaded = template.load()
    return _configuration(loaded) + _role(loaded) + _kept(loaded) + _everywhere(loaded) + _firewall()


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


def _everywhere(loaded: dict[str, Any]) -> list[str]:
    """Stacks of one name in two regions have nothing of one name, and what is named after a stack is not too long for it."""
    faults = []
    stack = "s" * longest_name(REGION)
    names = {"AWS::StackName": stack, "Stack": stack, "AWS::AccountId": "0" * 12, "AWS::Region": REGION}
    for name, body in _resources(loaded):
        key, longest = _GLOBAL.get(body["Type"], ("", 0))
        # A budget holds its description, and so do those of CloudFront.
        said = next((about[key] for about in (body["Properties"], *body["Properties"].values()) if isinstance(about, dict) and key in about), None)
        if said is None:
            continue
        if "${AWS::Region}" not in json.dumps(said):
            faults.append(f"{name}: its {key} is the same in every region, and an account has it once")
        elif len(template.resolved(said, names)) > longest:
            faults.append(f"{name}: its {key} is longer than {longest} characters for a stack of the longest name in {REGION}")
    return faults


def _firewall() -> list[str]:
    """A rule that would refuse what the pages themselves ask for only counts."""
    rules = template.load(ROOT / "infra" / "waf.yaml")["Resources"]["WebAcl"]["Properties"]["Rules"]
    common = next(rule for rule in rules if rule["Name"] == "common")["Statement"]["ManagedRuleGroupStatement"]
    counting = {one["Name"] for one in common["RuleActionOverrides"] if one["ActionToUse"] == {"Count": {}}}
    found = re.search(r"^const LONGEST = ([0-9_]+);", _FILTER.read_text(), re.MULTILINE)
    if not found:
        return [f"{_FILTER.relative_to(ROOT)} no longer says how long an address may be"]
    if int(found[1]) > _QUERY and "SizeRestrictions_QUERYSTRING" not in counting:
        return [f"infra/waf.yaml blocks queries of more than {_QUERY} bytes, and addresses of the list of customers have up to {found[1]}"]
    return []


def _resources(loaded: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All, those of nested stacks too."""
    for name, body in loaded["Resources"].items():
        yield name, body
        if body["Type"] == "AWS::Serverless::Application":
            yield from _resources(template.load(ROOT / body["Properties"]["Location"]))


def _types(loaded: dict[str, Any]) -> Iterator[str]:
    return (body["Type"] for _, body in _resources(loaded))


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

"""Reads template.yaml: the only list of functions and routes that there is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.local.settings import ROOT

TEMPLATE = ROOT / "template.yaml"
_CODE = "target/lambda/"


@dataclass(frozen=True)
class Route:
    """One route of the HTTP API and the binary that answers it."""

    method: str
    path: str
    function: str


@dataclass(frozen=True)
class Function:
    """A function of the template. `name` is that of its crate, its binary and its events."""

    resource: str
    name: str


def load(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template with intrinsic functions in their long form (`!Ref X` becomes `{"Ref": "X"}`)."""
    loaded: dict[str, Any] = yaml.load(path.read_text(), Loader=_Loader)
    return loaded


def functions(template: dict[str, Any]) -> list[Function]:
    """All functions, in the order of the template."""
    return [
        Function(resource, _binary(body))
        for resource, body in template["Resources"].items()
        if body["Type"] == "AWS::Serverless::Function"
    ]


def routes(template: dict[str, Any]) -> list[Route]:
    """All routes of the HTTP API."""
    found = []
    for body in template["Resources"].values():
        if body["Type"] != "AWS::Serverless::Function":
            continue
        for event in body["Properties"].get("Events", {}).values():
            if event["Type"] == "HttpApi":
                where = event["Properties"]
                found.append(Route(where["Method"].upper(), where["Path"], _binary(body)))
    return found


def gateway(template: dict[str, Any], parameters: dict[str, str], uploads: str) -> dict[str, Any]:
    """What the local gateway needs to stand in for API Gateway and CloudFront. `uploads` replaces the bucket's origin."""
    cors = template["Globals"]["HttpApi"]["CorsConfiguration"]
    headers = template["Resources"]["WebHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    return {
        "routes": [asdict(route) for route in routes(template)],
        "cors": {**cors, "AllowOrigins": [parameters[one["Ref"]] for one in cors["AllowOrigins"]]},
        # Without Strict-Transport-Security: there is no TLS here, and `localhost` belongs to other projects too.
        "webHeaders": {
            "content-security-policy": policy.replace("https://${UploadsBucket.RegionalDomainName}", uploads),
            "x-content-type-options": "nosniff",
            "x-frame-options": headers["FrameOptions"]["FrameOption"],
            "referrer-policy": headers["ReferrerPolicy"]["ReferrerPolicy"],
        },
    }


def resolved(value: Any, names: dict[str, str], holds: frozenset[str] = frozenset()) -> Any:
    """A part of the template with its references replaced by what is given, where only the conditions `holds` hold."""
    if isinstance(value, list):
        return [resolved(one, names, holds) for one in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return names[value["Ref"]]
    if "Fn::GetAtt" in value:
        return names[".".join(value["Fn::GetAtt"])]
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        return resolved(then if condition in holds else otherwise, names, holds)
    if "Fn::Split" in value:
        separator, text = value["Fn::Split"]
        return resolved(text, names, holds).split(separator)
    if "Fn::Select" in value:
        index, of = value["Fn::Select"]
        return resolved(of, names, holds)[int(index)]
    if "Fn::Sub" in value:
        text, own = value["Fn::Sub"] if isinstance(value["Fn::Sub"], list) else (value["Fn::Sub"], {})
        known = {**names, **resolved(own, names, holds)}
        return re.sub(r"\$\{([^}!]+)\}", lambda found: known[found[1]], text)
    return {name: resolved(one, names, holds) for name, one in value.items()}


def rendered(template: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    """The template as it is deployed with these parameters: no conditions are left, references to resources are."""
    given = {name: str(about.get("Default", "")) for name, about in template.get("Parameters", {}).items()} | parameters
    conditions = template.get("Conditions", {})

    def holds(name: str) -> bool:
        return _holds(conditions[name], given, holds)

    def chosen(value: Any) -> Any:
        if isinstance(value, list):
            return [one for one in map(chosen, value) if one is not _NOTHING]
        if not isinstance(value, dict):
            return value
        if value == {"Ref": "AWS::NoValue"}:
            return _NOTHING
        if value.keys() == {"Ref"} and value["Ref"] in given:
            return given[value["Ref"]]
        if "Fn::If" in value:
            condition, then, otherwise = value["Fn::If"]
            return chosen(then if holds(condition) else otherwise)
        parts = {name: chosen(one) for name, one in value.items()}
        return {name: one for name, one in parts.items() if one is not _NOTHING}

    there = {
        section: {name: body for name, body in template.get(section, {}).items() if "Condition" not in body or holds(body["Condition"])}
        for section in ("Resources", "Outputs")
    }
    found: dict[str, Any] = chosen({name: body for name, body in template.items() if name not in ("Conditions", "Rules")} | there)
    return found


_NOTHING = object()


def _holds(condition: dict[str, Any], given: dict[str, str], named: Callable[[str], bool]) -> bool:
    [(kind, of)] = condition.items()
    if kind == "Condition":
        return named(of)
    if kind == "Fn::Equals":
        one, other = resolved(of, given)
        return bool(one == other)
    parts = [_holds(part, given, named) for part in of]
    if kind == "Fn::Not":
        return not parts[0]
    return all(parts) if kind == "Fn::And" else any(parts)


def _binary(function: dict[str, Any]) -> str:
    code: str = function["Properties"]["CodeUri"]
    if not code.startswith(_CODE):
        raise ValueError(f"CodeUri is {code}, not {_CODE}NAME/")
    return code.removeprefix(_CODE).strip("/")


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's short forms."""


def _intrinsic(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _intrinsic)

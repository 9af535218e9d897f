"""The queues' contract: infra/asyncapi.yaml is AsyncAPI 3, its examples fit its schemas and those of openapi.json, what it
calls refused does not, and the queues that it names are those of template.yaml. What the code makes of them is tested in
shared/crm-domain/tests/asyncapi.rs."""

from __future__ import annotations

import json
from typing import Any

import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from infra.checks.steps import ROOT
from infra.local import template

DOCUMENT = ROOT / "infra" / "asyncapi.yaml"
_SCHEMA = ROOT / "frontend" / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
_HERE = "file:///infra/asyncapi.yaml"


def check() -> list[str]:
    """What is wrong, one sentence each."""
    document = yaml.safe_load(DOCUMENT.read_text())
    published = Draft7Validator(json.loads(_SCHEMA.read_text()))
    faults = [f"asyncapi.yaml: {_place(error)}: {error.message[:200]}" for error in published.iter_errors(document)]
    # Pointers into the document mean nothing while it is not sound.
    return faults or [*_examples(document), *_queues(document)]


def _examples(document: dict[str, Any]) -> list[str]:
    openapi = json.loads((ROOT / "infra" / "openapi.json").read_text())
    registry: Registry[Any] = Registry().with_resources(
        (uri, Resource(contents=contents, specification=DRAFT202012))
        for uri, contents in ((_HERE, document), ("file:///infra/openapi.json", openapi))
    )
    faults = []
    for name, message in document["components"]["messages"].items():
        schema = {"$ref": f"{_HERE}#/components/messages/{name}/payload"}
        validator = Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())
        for example in message["examples"]:
            faults += [f"asyncapi.yaml: example {example['name']} of {name}: {error.message[:200]}" for error in validator.iter_errors(example["payload"])]
        for refused in message.get("x-refused", []):
            if validator.is_valid(refused["payload"]):
                faults.append(f"asyncapi.yaml: the schema of {name} takes what is refused: {refused['reason']}")
    return faults


def _queues(document: dict[str, Any]) -> list[str]:
    """Each channel is a queue that an output names, and others may send to all of them and nowhere else."""
    loaded = template.load()
    role = loaded["Resources"]["SenderRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {arn["Fn::GetAtt"][0] for statement in role for arn in statement["Resource"]}
    faults, queues = [], set()
    taken = {operation["channel"]["$ref"].rsplit("/", 1)[1] for operation in document["operations"].values() if operation["action"] == "receive"}
    for name in taken:
        output = loaded["Outputs"].get(document["channels"][name]["x-stack-output"])
        if output is None:
            faults.append(f"asyncapi.yaml: channel {name} is no output of template.yaml")
            continue
        queues.add(output["Value"]["Ref"])
    if queues != allowed:
        faults.append(f"template.yaml: SenderRole may send to {sorted(allowed)}, and asyncapi.yaml has {sorted(queues)}")
    return faults


def _place(error: Any) -> str:
    return "/".join(str(step) for step in error.absolute_path) or "the document"

"""Deploys template.yaml to the local AWS, the way `sam deploy` does: code and nested templates to a bucket, then a change set."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import time
import zipfile
from typing import Any

from botocore.exceptions import ClientError

from infra.local import aws, identity, template
from infra.local.build import binary
from infra.local.settings import ROOT, Settings

_BUCKET = "mini-crm-artifacts"
# What a stack without its code does: it fails, and says why.
_MISSING = b"#!/bin/sh\necho 'this function is not built yet' >&2\nexit 1\n"


class DeployFailed(Exception):
    """CloudFormation refused the template; the text is its reason."""


def deploy(settings: Settings, parameters: dict[str, str]) -> bool:
    """Creates or updates the stack; false when there was nothing to do."""
    cloudformation = aws.client(settings, "cloudformation")
    body = _packaged(settings)
    existing = _status(cloudformation, settings.stack_name)
    if existing and existing.endswith(("_FAILED", "ROLLBACK_COMPLETE")) and not existing.startswith("UPDATE"):
        cloudformation.delete_stack(StackName=settings.stack_name)
        existing = None
    digest = _digest(body + json.dumps(parameters, sort_keys=True))
    if existing and _deployed(cloudformation, settings.stack_name) == digest:
        return False
    name = f"local-{digest}-{time.time_ns()}"
    cloudformation.create_change_set(
        StackName=settings.stack_name,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if existing else "CREATE",
        TemplateURL=_uploaded(settings, digest, body),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        Tags=[{"Key": "digest", "Value": digest}],
    )
    change = _await(lambda: cloudformation.describe_change_set(StackName=settings.stack_name, ChangeSetName=name))
    if change["Status"] == "FAILED":
        raise DeployFailed(change.get("StatusReason", "change set failed"))
    cloudformation.execute_change_set(StackName=settings.stack_name, ChangeSetName=name)
    status = _await(lambda: cloudformation.describe_stacks(StackName=settings.stack_name)["Stacks"][0], "StackStatus")
    if status["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeployFailed(_reasons(cloudformation, settings.stack_name) or status["StackStatus"])
    return True


def _packaged(settings: Settings) -> str:
    """The template with each `CodeUri` replaced by the object that holds the built binary, and so the templates within it."""
    loaded = copy.deepcopy(template.load())
    s3 = aws.client(settings, "s3")
    if _BUCKET not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=_BUCKET)
    known = {item["Key"] for item in s3.list_objects_v2(Bucket=_BUCKET).get("Contents", [])}
    keys = {}
    for function in template.functions(loaded):
        code = binary(function.name)
        content = code.read_bytes() if code else _MISSING
        key = f"{function.name}-{hashlib.sha256(content).hexdigest()[:32]}.zip"
        if key not in known:
            s3.put_object(Bucket=_BUCKET, Key=key, Body=_zipped(content))
        keys[key] = True
        loaded["Resources"][function.resource]["Properties"]["CodeUri"] = f"s3://{_BUCKET}/{key}"
    for body in loaded["Resources"].values():
        if body["Type"] == "AWS::Serverless::Application":
            nested = json.dumps(template.load(ROOT / body["Properties"]["Location"]))
            # Named by its content: a stack within a stack is updated when its address changes.
            body["Properties"]["Location"] = url = _uploaded(settings, _digest(nested), nested)
            keys[url.rsplit("/", 1)[1]] = True
    for stale in known - keys.keys():  # Templates of earlier runs among them.
        s3.delete_object(Bucket=_BUCKET, Key=stale)
    return json.dumps(loaded)


def _uploaded(settings: Settings, digest: str, body: str) -> str:
    """Puts the template where CloudFormation fetches it: a request takes no more than 51,200 bytes of it."""
    key = f"template-{digest}.json"
    aws.client(settings, "s3").put_object(Bucket=_BUCKET, Key=key, Body=body.encode())
    return f"{settings.aws_url}/{_BUCKET}/{key}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
    return buffer.getvalue()


def _status(cloudformation: Any, stack: str) -> str | None:
    try:
        status: str = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except ClientError:
        return None
    return None if status in ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS") else status


def _deployed(cloudformation: Any, stack: str) -> str | None:
    tags = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Tags", [])
    return next((tag["Value"] for tag in tags if tag["Key"] == "digest"), None)


def _await(describe: Any, field: str = "Status", patience: float = 120) -> dict[str, Any]:
    deadline = time.monotonic() + patience
    while True:
        found: dict[str, Any] = describe()
        if not found[field].endswith(("_PROGRESS", "_PENDING")):
            return found
        if time.monotonic() > deadline:
            raise DeployFailed(f"still {found[field]} after {patience:.0f} s")
        time.sleep(0.1)


def _reasons(cloudformation: Any, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("FAILED")]
    return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '?')}" for event in failed)


def parameters(settings: Settings) -> dict[str, str]:
    """What differs here from the template's defaults."""
    model = {"GeminiBaseUrl": settings.gemini_url} if settings.gemini == "fake" else {}
    return {
        "Stage": "local",
        "AllowedOrigin": settings.url,
        "PublicUrl": settings.url,
        "WriteConcurrency": "2",
        "FirstOwner": "owner@example.com",
        "GoogleClientId": identity.CLIENT,
        "PublishEvents": "on",
        "WebhookTargets": "any",
        "GoogleJwksUrl": f"http://127.0.0.1:{settings.port}/local/identity/certs",
        **model,
    }


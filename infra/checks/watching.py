"""Alarms, dashboard and runbook say the same: each alarm has its paragraph, and every metric is one that somebody counts."""

from __future__ import annotations

import json
import re
from typing import Any

from infra.checks.steps import ROOT
from infra.local import template

_TEMPLATE = ROOT / "infra" / "observability.yaml"
_RUNBOOK = ROOT / "infra" / "RUNBOOK.md"
_METRICS = ROOT / "shared" / "crm-domain" / "src" / "telemetry.rs"
_NAMESPACE = "MiniCrm"
# What a filter on the logs counts; everything else is counted by the functions.
_FILTERED = "invocations.failed"


def check() -> list[str]:
    """What does not fit together, one sentence each."""
    loaded = template.load(_TEMPLATE)
    alarms = {name: body["Properties"] for name, body in loaded["Resources"].items() if body["Type"] == "AWS::CloudWatch::Alarm"}
    names = {_name(about): about for about in alarms.values()}
    runbook = _RUNBOOK.read_text()
    faults = _paragraphs(set(names), runbook)
    for name, about in names.items():
        if f"See {name} in infra/RUNBOOK.md." not in about["AlarmDescription"]:
            faults.append(f"the description of the alarm {name} does not name its paragraph")
    shown = _dashboard(loaded)
    on_dashboard = set(re.findall(r":alarm:STACK-([a-z-]+)", json.dumps(shown)))
    faults += [f"the alarm {name} is not on the dashboard" for name in sorted(set(names) - on_dashboard)]
    faults += [f"the dashboard shows an alarm {name} that there is not" for name in sorted(on_dashboard - set(names))]
    return faults + _counted(list(names.values()), shown)


def _paragraphs(alarms: set[str], runbook: str) -> list[str]:
    headings = re.findall(r"^### ([a-z-]+)$", runbook, re.MULTILINE)
    faults = [f"infra/RUNBOOK.md has no paragraph for the alarm {name}" for name in sorted(alarms - set(headings))]
    faults += [f"infra/RUNBOOK.md has a paragraph for {name}, which is no alarm" for name in sorted(set(headings) - alarms)]
    faults += [f"infra/RUNBOOK.md says {name} twice" for name in sorted({one for one in headings if headings.count(one) > 1})]
    for name, text in zip(headings, re.split(r"^### [a-z-]+$", runbook, flags=re.MULTILINE)[1:], strict=True):
        if len(text.split("\n#", 1)[0].strip()) < 80:
            faults.append(f"infra/RUNBOOK.md says next to nothing about {name}")
    return faults


def _counted(alarms: list[dict[str, Any]], dashboard: dict[str, Any]) -> list[str]:
    counted = set(re.findall(r'(?:count\(|name: )"([a-z.]+)"', _METRICS.read_text().split("#[cfg(test)]")[0])) | {"errors"}
    asked = {about["MetricName"] for about in alarms if about["Namespace"] == _NAMESPACE}
    shown = {
        metric[1]
        for widget in dashboard["widgets"]
        for metric in widget["properties"].get("metrics", [])
        if metric[0] == _NAMESPACE
    }
    faults = [f"infra/observability.yaml asks for the metric {name}, which nobody counts" for name in sorted((asked | shown) - counted)]
    return faults + [f"the metric {name} is counted, and shown nowhere" for name in sorted(counted - shown - {_FILTERED})]


def _name(alarm: dict[str, Any]) -> str:
    name: str = alarm["AlarmName"]["Fn::Sub"]
    return name.removeprefix("${Stack}-")


def _dashboard(loaded: dict[str, Any]) -> dict[str, Any]:
    """As CloudWatch reads it."""
    body = loaded["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    read: dict[str, Any] = json.loads(re.sub(r"\$\{(?:AWS::)?(\w+)\}", lambda found: found[1].upper(), body))
    return read

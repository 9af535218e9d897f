"""The workflows of GitHub: each says what it may do, takes actions by commit, keeps user input out of shells, and runs targets of the Makefile."""

from __future__ import annotations

import re
from typing import Any

import yaml

from infra.checks.steps import ROOT

_MAKE = re.compile(r"\bmake ([a-z-]+)")
_PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}")


def check() -> list[str]:
    """One complaint each."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    found = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    faults = [] if found else ["there are no workflows"]
    for path in found:
        text = path.read_text()
        try:
            # YAML 1.1 reads the key `on` as true.
            workflow = yaml.safe_load(text)
        except yaml.YAMLError as error:
            faults.append(f"{path.name}: {error}")
            continue
        faults += [f"{path.name}: {fault}" for fault in _faults(workflow, targets)]
        for used in re.findall(r"^\s*(?:- )?uses: (\S+@\S+)(.*)$", text, re.MULTILINE):
            if not re.search(r"# v\d+\.\d+\.\d+$", used[1]):
                faults.append(f"{path.name}: {used[0]} does not say which version it is")
    return faults


def _faults(workflow: dict[Any, Any], targets: set[str]) -> list[str]:
    faults = []
    if True not in workflow or not isinstance(workflow.get("jobs"), dict):
        return ["it has no triggers or no jobs"]
    if workflow.get("permissions") != {"contents": "read"}:
        faults.append("its jobs may do more than read unless they say so")
    if "concurrency" not in workflow:
        faults.append("it does not say what runs beside it")
    runs = []
    for name, job in workflow["jobs"].items():
        if "uses" in job:
            continue
        if "timeout-minutes" not in job:
            faults.append(f"job {name} may run for hours")
        for step in job["steps"]:
            if "uses" in step and not _PINNED.fullmatch(step["uses"]):
                faults.append(f"{step['uses']} is not taken by commit")
            if "run" in step:
                runs.append(step["run"])
                if "${{" in step["run"]:
                    faults.append(f"an expression within a script is executed as a part of it: {step['run']}")
    called = [target for run in runs for target in _MAKE.findall(run)]
    faults += [f"the Makefile has no target {target}" for target in called if target not in targets]
    if runs and not called:
        faults.append("it runs nothing of the Makefile")
    return faults

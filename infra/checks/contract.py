"""The routes of template.yaml are those of the API's document, function by function."""

from __future__ import annotations

import json

from infra.checks.steps import ROOT
from infra.local import template


def check() -> list[str]:
    """One complaint per route that only one of them knows."""
    document = json.loads((ROOT / "infra" / "openapi.json").read_text())
    described = {
        (verb.upper(), path, about["x-function"]) for path, verbs in document["paths"].items() for verb, about in verbs.items()
    }
    deployed = {(route.method, route.path, route.function) for route in template.routes(template.load())}
    complaints = [f"{method} {path} of {function} is in template.yaml alone" for method, path, function in sorted(deployed - described)]
    complaints += [f"{method} {path} of {function} is in infra/openapi.json alone" for method, path, function in sorted(described - deployed)]
    return complaints

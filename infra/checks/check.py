"""`make check`: format, lints, documentation, layers, layout, templates, runbook, dependencies, spelling, front end."""

from __future__ import annotations

from infra.checks import contract, deploying, documents, environment, layers, layout, messages, posture, release, versions, watching, workflows
from infra.checks.steps import ROOT, Score
from infra.local import build

_SAM = ROOT / ".venv" / "sam" / "bin"
_TEMPLATES = ("template.yaml", "infra/observability.yaml", "infra/github-role.yaml", "infra/key.yaml", "infra/waf.yaml")
_REGION = {"AWS_DEFAULT_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0"}


def run(score: Score) -> None:
    """All checks; what fails is noted, and the rest still runs."""
    score.hold("layers", layers.check)
    score.hold("layout", layout.check)
    score.hold("routes: template and document", contract.check)
    score.hold("alarms, dashboard and runbook", watching.check)
    score.hold("commands of documents", documents.check)
    score.hold("versions: one everywhere", versions.check)
    score.hold("workflows", workflows.check)
    score.hold("deployments: configuration, role, what outlives a stack", deploying.check)
    score.hold("variables of functions: within Lambda's limit", environment.check)
    score.hold("releases: sums and bills of materials", release.check)
    score.run("format", ["cargo", "fmt", "--all", "--", "--check", "-l"])
    score.run("templates: cfn-lint", [str(_SAM / "cfn-lint"), *_TEMPLATES])
    score.hold("templates: checkov", posture.check)
    score.run("template: sam validate", [str(_SAM / "sam"), "validate", "--lint", "-t", "template.yaml"], env=_REGION)
    score.run("spelling", ["typos"])
    score.run("dependencies: bans, licences, sources", ["cargo-deny", "check", "bans", "licenses", "sources"])
    score.run("dependencies: unused", ["cargo-shear"])
    score.run("clippy", ["cargo", "clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])
    score.run("documentation", ["cargo", "doc", "--workspace", "--no-deps", "--quiet"], env={"RUSTDOCFLAGS": "-D warnings"})
    frontend = ROOT / "frontend"
    if (frontend / "package.json").is_file():
        score.hold("front end: install", _install)
        score.run("front end: lint", ["npm", "run", "--silent", "lint"], frontend)
    # The schema of AsyncAPI comes with the front end's tools.
    score.hold("queues: document, examples, template", messages.check)


def _install() -> list[str]:
    try:
        build.install_web_tools()
    except build.BuildFailed as failure:
        return [str(failure)]
    return []

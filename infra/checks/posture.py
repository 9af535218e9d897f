"""checkov on the templates, as they are deployed for production with every option that protects more.

It reads no conditions: of `!If [IsProduction, true, false]` it would say that nothing is ever true. So it gets a rendering. What is
refused for everything is in `infra/checkov.yaml` with its reason, what is refused for one resource beside that resource.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.checks.steps import ROOT
from infra.local import template

_CHECKOV = ROOT / ".venv" / "checkov" / "bin" / "checkov"
_OPTIONS = {
    "Stage": "prod",
    "KmsKeyArn": "arn:aws:kms:us-east-1:000000000000:key/0",
    "WebDomain": "crm.example.com",
    "WebCertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/0",
    "WebAclArn": "arn:aws:wafv2:us-east-1:000000000000:global/webacl/mini-crm/0",
    "MonthlyBudget": "100",
    "BudgetEmail": "owner@example.com",
    "EmailProvider": "ses",
    "EmailSender": "crm@example.com",
    "SmsProvider": "sns",
    "WhatsappProvider": "webhook",
}


def check() -> list[str]:
    """What it finds, one sentence each."""
    # Not below the checkout: checkov notes a file's path among the variables of each function, and takes forty letters and slashes in
    # a row for a secret key. A checkout in the wrong place would have one.
    with TemporaryDirectory(prefix="posture-") as directory:
        return _judged(Path(directory))


def _judged(directory: Path) -> list[str]:
    for path in [template.TEMPLATE, *sorted((ROOT / "infra").glob("*.yaml"))]:
        loaded = template.load(path)
        if "Resources" in loaded:
            (directory / f"{path.stem}.json").write_text(json.dumps(template.rendered(loaded, _OPTIONS), indent=1))
    command = [str(_CHECKOV), "--directory", str(directory), "--config-file", str(ROOT / "infra" / "checkov.yaml"), "--output", "json"]
    done = subprocess.run(command, cwd=directory, env=dict(os.environ), capture_output=True, text=True, check=False)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
        passed, unread = found["summary"]["passed"], found["summary"]["parsing_errors"]
    except (ValueError, KeyError, TypeError):
        return [f"checkov judged nothing: {done.stdout[-500:]} {done.stderr[-500:]}"]
    failed = found["results"]["failed_checks"]
    errors = [f"checkov cannot read {unread} files"] if unread else []
    # Some hundreds; none would mean that it read nothing.
    few = [] if passed > 100 else [f"only {passed} checks of checkov passed"]
    return errors + few + [f"{one['check_id']} {one['resource']}: {one['check_name']}" for one in failed]

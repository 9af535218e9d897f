"""Commands in documents: each is run by a test, or is listed here with the reason why not.

A block of `sh` is run as it stands (`infra/local/tests/test_documents.py`), unless a comment `<!-- not run: REASON -->`
stands above it. Of commands within the text, this file says which test runs what begins like them. DECISIONS.md and CHANGELOG.md tell what was, and ask
nobody to type anything.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from infra.checks.steps import ROOT

_TESTS = "infra/local/tests/"
_CHECKS = "infra/checks/"
# How a command begins: the file that runs it, and what is to be found there.
RUN: dict[str, tuple[str, str]] = {
    "make check": (_CHECKS + "test.py", "check.run(score)"),
    "make dev": (_TESTS + "test_z_restart.py", '"make", "dev"'),
    "make eval-nl": (_TESTS + "test_documents.py", "make eval-nl"),
    "make env": (_TESTS + "test_v_invoke.py", "make env"),
    "make export": (_TESTS + "test_v_export.py", 'make("export"'),
    "make import": (_TESTS + "test_documents.py", "make import"),
    "make openapi": (_TESTS + "test_documents.py", "make openapi"),
    "make reset": (_TESTS + "test_z_restart.py", '"make", "reset"'),
    "make restore": (_TESTS + "test_v_export.py", 'make("restore"'),
    "make seed": (_TESTS + "test_documents.py", "make seed"),
    "make test": (".ci/run", "make test"),
    "make token": (_TESTS + "test_documents.py", "make token"),
    ".venv/bin/python -m infra.local.journeys": (_TESTS + "test_w_browser.py", "journeys"),
    "cargo run -p crm-domain --example costs": ("shared/crm-domain/tests/costs.rs", "examples/costs.rs"),
    "cargo test -p crm-domain": (_CHECKS + "test.py", '"cargo", "nextest", "run", "--workspace"'),
    "cargo lambda invoke": (_TESTS + "test_v_invoke.py", "invoke"),
    "make deploy": (_TESTS + "test_deploy.py", '"deploy"'),
    "make destroy": (_TESTS + "test_deploy.py", '"destroy"'),
    "sam deploy": ("infra/deploy/sam.py", '"sam", "deploy"'),
    "npm run messages": ("frontend/src/lib/text.test.ts", "messages"),
}
# What no test runs, and why.
NOT_RUN: dict[str, str] = {
    "make build": "`make dev` builds the same, and so do the tests",
    "make fmt": "changes files; `make check` says whether it would",
    "make scale": "measures for minutes; nothing is asserted",
    "make sending": "measures for minutes; what it asserts, `test_results.py` does too",
    "make cost": "measures for minutes; `test_costs.py` holds the same budgets with less",
    "make chaos": "kills for minutes; `test_z_under_fire.py` does the same for half a minute",
    "make soak": "runs as long as one likes; `infra/simulator/tests` run histories of the same kind",
    "make load": "measures for half an hour",
    "aws": "asks an account of AWS",
    "make bench": "compiles everything with all optimisations; `test_bench.py` runs it on what is built for development",
    "make fuzz": "runs for as long as one likes; the tests run each harness briefly",
    "make storage": "needs Java 17 and a network of its own; the tests run the same suite on two other DynamoDBs",
    "make release": "compiles everything twice; `make check` puts the rest together",
}
_BLOCK = re.compile(r"(?:<!-- not run: (?P<reason>[^>]+) -->\n+)?```sh\n(?P<text>.*?)```", re.DOTALL)
_INLINE = re.compile(r"`((?:make|cargo|npm|sam|aws|\.venv/bin/python) [^`\n]+)`")


def documents() -> list[Path]:
    """All that tell people what to type."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / path for path in listed.split() if path not in ("DECISIONS.md", "CHANGELOG.md")]


def blocks(text: str) -> list[str]:
    """Those that are run, in their order."""
    return [found["text"] for found in _BLOCK.finditer(text) if not found["reason"]]


def check() -> list[str]:
    """What is neither run nor excused, and what is listed in vain."""
    faults: list[str] = []
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used: set[str] = set()
    for path in documents():
        text = path.read_text()
        where = path.relative_to(ROOT)
        for command in [*_INLINE.findall(text), *_made(text)]:
            target = re.match(r"make ([a-z-]+)", command)
            if target and target[1] not in targets:
                faults.append(f"{where}: `{command}`: the Makefile has no such target")
            begins = [begin for begin in (*RUN, *NOT_RUN) if re.match(re.escape(begin) + r"(?![a-z-])", command)]
            used.update(begins)
            if not begins:
                faults.append(f"{where}: `{command}` is run by no test, and nothing says why")
    for begin, (place, literal) in RUN.items():
        if not (ROOT / place).is_file() or literal not in (ROOT / place).read_text():
            faults.append(f"`{begin}` is said to be run by {place}, where there is no {literal}")
    readme = (ROOT / "README.md").read_text()
    faults += [f"README.md does not say that no test runs `{begin}`" for begin in NOT_RUN if f"`{begin}`: " not in readme]
    # Make itself says whether it could, without doing it: what no test runs is to begin at least.
    for target in sorted(targets):
        tried = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        if tried.returncode:
            faults.append(f"`make {target}`: {tried.stderr.strip()}")
    faults += [f"`{begin}` is in no document" for begin in sorted({*RUN, *NOT_RUN} - used)]
    return faults


def _made(text: str) -> list[str]:
    """What blocks ask of make, run or not."""
    return [line[1] for found in _BLOCK.finditer(text) for line in re.finditer(r"(?:^|\$\()(make [a-z-]+)", found["text"], re.MULTILINE)]

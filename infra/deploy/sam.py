"""Builds once and hands the template to `sam deploy`, with the values that the caller gave, the first time also those of samconfig.toml.

A value that was given once is kept by the stack, so it is given once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.deploy.account import CONFIGURATION, ROOT, Account, Refused
from infra.deploy.stack import Stack
from infra.local import template

ARCHITECTURES = {"arm64": "--arm64", "x86_64": "--x86-64"}
# What nobody but the caller can know, asked for at the first deployment.
_FIRST = ("FirstOwner", "GoogleClientId")
# What is not asked for, since something else decides.
_DECIDED = ("Stage", "Architecture", "AllowedOrigin", "GoogleJwksUrl", "GeminiBaseUrl")


def need_tools() -> None:
    """Raises `Refused` with all that is missing."""
    missing = [name for name in ("cargo", "cargo-lambda", "npm", "sam") if not shutil.which(name)]
    if missing:
        raise Refused(f"not found: {', '.join(missing)}; `make deploy` installs all but cargo, which is rustup's")


def build(architecture: str, *more: str) -> None:
    """All functions, for Lambda, into target/lambda unless told otherwise."""
    names = [function.name for function in template.functions(template.load())]
    command = ["cargo-lambda", "lambda", "build", "--release", "--locked", ARCHITECTURES[architecture], *more]
    run([*command, *(part for name in names for part in ("--bin", name))], "the functions cannot be built")


def parameters(account: Account, stack: Stack | None, given: dict[str, str], architecture: str) -> dict[str, str]:
    """What the stack is told beyond what it knows already.

    Raises:
        Refused: a name that the template does not have, or another stage.
    """
    known = _described()
    if unknown := sorted(set(given) - set(known)):
        raise Refused(f"PARAMETERS: template.yaml has no {', '.join(unknown)}")
    if given.get("Stage", account.stage) != account.stage:
        raise Refused("PARAMETERS: the Stage is said by STAGE")
    usual = dict(pair.split("=", 1) for pair in account.said["parameter_overrides"])
    if stack:
        usual = {"Stage": account.stage}
    return {**usual, "Architecture": architecture, **given}


def architecture(stack: Stack | None, said: str) -> str:
    """What the functions are built for: as was said, or else as the stack has it."""
    return said or (stack.parameters.get("Architecture") if stack else None) or default("Architecture")


def asked(stack: Stack | None, given: dict[str, str], everything: bool, ask: Callable[[str], str] | None) -> dict[str, str]:
    """What is missing for a first deployment, or everything that can be chosen, as the person at the terminal says.

    Raises:
        Refused: nobody is there to ask.
    """
    names = [name for name in _described() if name not in _DECIDED] if everything else list(_FIRST if stack is None else ())
    names = [name for name in names if name not in given]
    if names and ask is None:
        if everything or "FirstOwner" in names:
            raise Refused('a first deployment needs to know its owner: PARAMETERS="FirstOwner=you@example.com GoogleClientId=..."')
        return {}
    answers = {}
    for name in names:
        assert ask
        about = _described()[name]
        current = stack.parameters.get(name, "") if stack else "" if name in _FIRST else str(about.get("Default", ""))
        answer = ask(f"{name}: {about['Description']}\n  [{current}] ").strip()
        if answer:
            answers[name] = answer
    if stack is None and not {**given, **answers}.get("FirstOwner"):
        raise Refused("nobody could enter: FirstOwner is needed")
    return answers


def default(name: str) -> str:
    """What the template says where nobody says anything."""
    return str(_described()[name]["Default"])


def deploy(account: Account, values: dict[str, str], directory: Path = ROOT, confirmed: bool = False, dry: bool = False) -> None:
    """Packages what `directory` holds (template.yaml, target/lambda) and brings the stack in line with it; no change is no fault."""
    command = ["sam", "deploy", "--config-file", str(CONFIGURATION), "--config-env", account.stage]
    command += ["--template-file", str(directory / "template.yaml"), "--stack-name", account.stack_name, "--s3-prefix", account.stack_name]
    command += ["--region", account.session.region_name]
    if confirmed:
        command.append("--no-confirm-changeset")
    if dry:
        command.append("--no-execute-changeset")
    command += ["--parameter-overrides", *(override(name, value) for name, value in sorted(values.items()))]
    run(command, f"{account.stack_name} is not deployed")


def override(name: str, value: str) -> str:
    """A parameter as sam reads it: by a pattern, for which a bare value ends at a space.

    Raises:
        Refused: sam does not undo the escape of a backslash, so none can be handed over.
    """
    if "\\" in value:
        raise Refused(f"PARAMETERS: {name} has a backslash, which sam would change")
    quoted = value.replace('"', '\\"')
    return f'{name}="{quoted}"'


def run(command: list[str], otherwise: str) -> None:
    """Runs a program before the person's eyes.

    Raises:
        Refused: it failed, and has said why.
    """
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "SAM_CLI_TELEMETRY": "0"}, check=False)
    if done.returncode:
        raise Refused(f"{otherwise} (see above)")


def _described() -> dict[str, Any]:
    described: dict[str, Any] = template.load()["Parameters"]
    return described

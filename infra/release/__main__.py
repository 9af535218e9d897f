"""`python -m infra.release`: what stands behind `make release`.

target/release-VERSION/ holds a zip of each function for each architecture, as Lambda takes it, a template for each that names
them, and the template within it, the web app, both bills of materials, and SHA256SUMS over all of them. All lie side by side,
as GitHub publishes them: `sam deploy` works from there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from infra.checks import versions
from infra.deploy import sam
from infra.deploy.account import ROOT, Refused
from infra.local import build, template
from infra.release import sbom


def main() -> int:
    """The exit code."""
    version = versions.current()
    try:
        if faults := versions.check():
            raise Refused("; ".join(faults))
        # In CI the tag is what is asked for.
        tag = os.environ.get("GITHUB_REF_NAME", "") if os.environ.get("GITHUB_REF_TYPE") == "tag" else ""
        if tag and tag != f"v{version}":
            raise Refused(f"the tag is {tag}, the version {version}")
        directory = ROOT / "target" / f"release-{version}"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        architectures = (os.environ.get("ARCH") or " ".join(sam.ARCHITECTURES)).split()
        for architecture in architectures:
            functions(directory, architecture)
        build.web_app()
        assemble(directory, version, build.WEB, architectures)
    except (Refused, build.BuildFailed) as reason:
        print(f"make release: {reason}", file=sys.stderr)
        return 1
    print(f"{directory.relative_to(ROOT)}: {len(list(directory.iterdir()))} files")
    return 0


def functions(directory: Path, architecture: str) -> None:
    """One zip for each function."""
    built = ROOT / "target" / f"lambda-{architecture}"
    sam.build(architecture, "--output-format", "zip", "--lambda-dir", str(built))
    for function in template.functions(template.load()):
        shutil.copyfile(built / function.name / "bootstrap.zip", directory / f"{function.name}-{architecture}.zip")


def assemble(directory: Path, version: str, web: Path, architectures: Sequence[str]) -> None:
    """Everything but the functions, and the sums of all that is there by then."""
    # The same files give the same archive: no owner, no time of this machine.
    with tarfile.open(directory / "web.tar", "w") as archive:
        for path in sorted(path for path in web.rglob("*") if path.is_file() and not path.relative_to(web).parts[0].startswith(".")):
            entry = tarfile.TarInfo(path.relative_to(web).as_posix())
            entry.size, entry.mode = path.stat().st_size, 0o644
            with path.open("rb") as content:
                archive.addfile(entry, content)
    for architecture in architectures:
        (directory / f"template-{architecture}.yaml").write_text(released(template.TEMPLATE.read_text(), architecture))
    # What that nests, what a deployment may have besides, and what each stage is.
    for name in ("infra/observability.yaml", "infra/key.yaml", "infra/waf.yaml", "samconfig.toml"):
        shutil.copyfile(ROOT / name, directory / Path(name).name)
    for name, bill in (
        ("sbom-functions.cdx.json", sbom.of_cargo(ROOT / "Cargo.lock", version)),
        ("sbom-web.cdx.json", sbom.of_npm(ROOT / "frontend" / "package-lock.json", version)),
    ):
        (directory / name).write_text(json.dumps(bill, indent=1) + "\n")
    (directory / "NOTES.md").write_text(versions.notes(version) + "\n")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(directory.iterdir())]
    (directory / "SHA256SUMS").write_text("\n".join(sums) + "\n")


def released(text: str, architecture: str) -> str:
    """The template for one architecture, beside what it names: its functions' zips, and the template that it nests.

    Raises:
        ValueError: it does not name them as it did.
    """
    for found, instead in (
        (r"^( +CodeUri: )target/lambda/([a-z-]+)/$", rf"\g<1>\g<2>-{architecture}.zip"),
        (r"^( +Location: )infra/([a-z-]+\.yaml)$", r"\g<1>\g<2>"),
        # The zips beside it are of no other.
        (r"^(  Architecture:\n    Type: String\n    Default: )\S+(\n    AllowedValues: )\[.*\]$", rf"\g<1>{architecture}\g<2>[{architecture}]"),
    ):
        text, count = re.subn(found, instead, text, flags=re.MULTILINE)
        if not count:
            raise ValueError(f"template.yaml has nothing like {found}")
    return text


if __name__ == "__main__":
    sys.exit(main())

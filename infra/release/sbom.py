"""Bills of materials in CycloneDX 1.6, read from the two lock files and nothing else.

A lock file names every package that a build takes, with its sum; no tool that asks a registry can know more of what is
built here. Packages that only tests or builds use are marked so where the lock file says it (npm); Cargo.lock does not.
"""

from __future__ import annotations

import base64
import json
import tomllib
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

_CRATES = "registry+https://github.com/rust-lang/crates.io-index"


def of_cargo(lock: Path, version: str) -> dict[str, Any]:
    """What the functions are made of."""
    packages = tomllib.loads(lock.read_text())["package"]
    found = [package for package in packages if package.get("source")]
    strange = [package["name"] for package in found if package["source"] != _CRATES]
    if strange:
        raise ValueError(f"not from crates.io: {', '.join(strange)}")
    names = {(package["name"], package["version"]): _cargo(package) for package in found}
    components = [
        {
            "type": "library",
            "bom-ref": names[package["name"], package["version"]],
            "name": package["name"],
            "version": package["version"],
            "purl": names[package["name"], package["version"]],
            "hashes": [{"alg": "SHA-256", "content": package["checksum"]}],
        }
        for package in found
    ]
    dependencies = [{"ref": _cargo(package), "dependsOn": _needed(package, found)} for package in found]
    return _bill("mini-crm", version, components, dependencies)


def of_npm(lock: Path, version: str) -> dict[str, Any]:
    """What the web app is made of, and what made it."""
    components: dict[str, dict[str, Any]] = {}
    for path, package in json.loads(lock.read_text())["packages"].items():
        if not path or package.get("link"):
            continue
        name = package.get("name") or path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
        component: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": package["version"], "purl": purl}
        component["scope"] = "excluded" if package.get("dev") else "optional" if package.get("optional") else "required"
        if licence := package.get("license"):
            component["licenses"] = [{"expression": licence}]
        if integrity := package.get("integrity"):
            algorithm, _, sum_ = integrity.partition("-")
            component["hashes"] = [{"alg": f"SHA-{algorithm.removeprefix('sha')}", "content": base64.b64decode(sum_).hex()}]
        if package.get("inBundle"):
            # It comes within another package, whose sum covers it.
            component["properties"] = [{"name": "cdx:npm:package:bundled", "value": "true"}]
        # The same version twice in the tree: it is needed if either is.
        if purl not in components or component["scope"] == "required":
            components[purl] = component
    return _bill("mini-crm-web", version, list(components.values()), [])


def _bill(name: str, version: str, components: list[dict[str, Any]], dependencies: list[dict[str, Any]]) -> dict[str, Any]:
    components.sort(key=lambda component: component["bom-ref"])
    # Of what it says, and not of when it was made: the same lock file gives the same bill.
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([name, version, components], sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": name, "name": name, "version": version, "licenses": [{"license": {"id": "ISC"}}]}},
        "components": components,
        "dependencies": sorted(dependencies, key=lambda one: one["ref"]),
    }


def _cargo(package: dict[str, Any]) -> str:
    return f"pkg:cargo/{package['name']}@{package['version']}"


def _needed(package: dict[str, Any], found: list[dict[str, Any]]) -> list[str]:
    """A dependency is named with its version only where there are several."""
    needed = []
    for text in package.get("dependencies", []):
        name, *version = text.split(" ")
        needed += [_cargo(one) for one in found if one["name"] == name and (not version or one["version"] == version[0])]
    return sorted(needed)

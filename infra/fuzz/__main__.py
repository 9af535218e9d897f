"""`make fuzz TARGET=rules MINUTES=10`: a harness of the tests, with coverage counters, handed over to libFuzzer.

The counters are LLVM's own pass, which stable Rust has. The tests' corpus (`infra/fuzz/corpus`) gets the fewest inputs that
reach everything that was reached; an input that breaks something is kept in `target/fuzz/TARGET/crashes`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _own(function: str) -> tuple[str, ...]:
    """Where a function's own tests are: some are libraries too, since the simulator runs them."""
    return (function, "--lib") if (ROOT / "functions" / function / "src" / "lib.rs").exists() else (function, "--bin", function)


# Which test binary has a target, and under what name.
TARGETS: dict[str, tuple[tuple[str, ...], str]] = {
    "rules": (("crm-domain", "--test", "fuzz_domain"), "rules::rules_of_any_form"),
    "templates": (("crm-domain", "--test", "fuzz_domain"), "templates::templates_of_any_form"),
    "csv": (("crm-domain", "--test", "fuzz_domain"), "csv::files_of_any_form"),
    "messages": (("crm-domain", "--test", "fuzz_domain"), "messages::queue_bodies_of_any_form"),
    "links": (("crm-domain", "--test", "fuzz_domain"), "links::links_of_any_form"),
    "words": (("crm-words", "--test", "words"), "fuzz::prompts_of_any_form"),
    "cursors": (("crm-lambda", "--test", "fuzz_edge"), "cursors_of_any_form"),
    "access-tokens": (("crm-lambda", "--test", "fuzz_edge"), "access_tokens_of_any_form"),
    "id-tokens": (_own("auth-api"), "tests::fuzz::id_tokens_of_any_form"),
    "calls": (_own("import-worker"), "call::tests::calls_of_any_form_are_read_or_refused"),
    **{
        function: (_own(function), "tests::requests_of_any_form_get_an_answer_that_can_be_read")
        for function in (
            *("admin-api", "ai-api", "auth-api", "campaigns-api", "customers-api"),
            *("dashboard-api", "orders-api", "public-api", "segments-api"),
        )
    },
}
# https://clang.llvm.org/docs/SanitizerCoverage.html
_COUNTED = (
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    # One unit: with several, counters of functions that are thrown away are laid out apart from their table.
    "-Ccodegen-units=1",
)


def main() -> int:
    """The exit code: not 0 when something broke."""
    target, minutes = os.environ.get("TARGET", ""), float(os.environ.get("MINUTES") or 10)
    if target not in TARGETS:
        print(f"TARGET is one of {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    selection, test = TARGETS[target]
    folder = ROOT / "target" / "fuzz" / target
    for part in ("corpus", "crashes", "fewest"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    again = folder / "again"
    # libFuzzer starts itself anew to merge, with other arguments.
    again.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/arguments\nexec {_build(selection)} {test} --exact --nocapture\n')
    again.chmod(0o755)
    options = [f"-max_total_time={int(minutes * 60)}", "-timeout=20", "-max_len=8192", f"-dict={folder}/words", "-print_final_stats=1"]
    (folder / "words").touch()
    code, said = _run(folder, again, [*options, f"-artifact_prefix={folder}/crashes/", str(folder / "corpus")])
    print(_summary(target, said))
    if code == 0:
        for kept in (folder / "fewest").iterdir():
            kept.unlink()
        code, _ = _run(folder, again, ["-set_cover_merge=1", "-use_counters=0", "-max_len=8192", str(folder / "fewest"), str(folder / "corpus")])
        _pack(target, folder / "fewest")
    return code


def _build(selection: tuple[str, ...]) -> Path:
    """The test binary, built with counters apart from everything else."""
    host = re.search(r"host: (\S+)", subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout)
    assert host
    package, *kind = selection
    command = ["cargo", "test", "-p", package, "-p", "fuzzing", "--features", "fuzzing/libfuzzer", "--profile", "fuzz", *kind, "--no-run"]
    # With a target given, macros and build scripts are built without the flags.
    command += ["--target", host[1], "--target-dir", "target/fuzz", "--message-format", "json-render-diagnostics"]
    built = subprocess.run(command, cwd=ROOT, env={**os.environ, "RUSTFLAGS": " ".join(_COUNTED)}, stdout=subprocess.PIPE, text=True, check=True)
    told = [json.loads(line) for line in built.stdout.splitlines()]
    return next(Path(one["executable"]) for one in told if one.get("executable") and f"/{package}#" in one["package_id"])


def _run(folder: Path, again: Path, arguments: list[str]) -> tuple[int, str]:
    """Runs libFuzzer; its exit code, and what it said."""
    environment = {**os.environ, "FUZZ_FOLDER": str(folder)}
    process = subprocess.Popen([again, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if not re.match(r"#\d+\s+(NEW|REDUCE|RELOAD)", line):
            print(line, end="", flush=True)
    return process.wait(), "".join(lines)


def _summary(target: str, said: str) -> str:
    """How much was tried, and how far coverage grew: edges of the code, and how often they were taken."""
    executions = re.search(r"number_of_executed_units:\s+(\d+)", said)
    reached = re.findall(r"cov: (\d+) ft: (\d+)", said)
    grown = f"edges {reached[0][0]} to {reached[-1][0]}, features {reached[0][1]} to {reached[-1][1]}" if reached else "no coverage"
    return f"{target}: {executions[1] if executions else '?'} executions, {grown}"


def _pack(target: str, fewest: Path) -> None:
    """Writes what the tests begin with."""
    inputs = sorted({path.read_bytes() for path in fewest.iterdir()}, key=lambda one: (len(one), one))
    lines = [json.dumps(one.decode("latin-1"), ensure_ascii=True) + "\n" for one in inputs]
    (ROOT / "infra" / "fuzz" / "corpus" / f"{target}.jsonl").write_text("".join(lines))
    print(f"{target}: {len(inputs)} inputs kept, {sum(map(len, inputs))} bytes")


if __name__ == "__main__":
    sys.exit(main())

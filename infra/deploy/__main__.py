"""`python -m infra.deploy deploy|destroy`: what stands behind `make deploy` and `make destroy`.

make hands its variables over by the environment, so that no shell ever reads what somebody has put into one.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.checks import versions
from infra.deploy import destroy as taking_down
from infra.deploy import adopt, sam, smoke, web
from infra.deploy import stack as stacks
from infra.deploy.account import ROOT, Account, Refused
from infra.deploy.stack import Stack
from infra.local import build

_VARIABLES = ("STAGE", "STACK", "ARCH", "PARAMETERS", "DATA", "CONFIRM")
_SWITCHES = ("GUIDED", "DRY", "YES", "ADOPT")
# A new distribution's name is known everywhere after some minutes.
_PATIENCE = 600.0


def main(arguments: list[str]) -> int:
    """The exit code."""
    # Each command leaves the other's variables alone.
    options, _ = _parser().parse_known_args([*arguments[:1], *_of_make(), *arguments[1:]])
    try:
        if options.command == "destroy":
            account = Account(options.stage, options.stack)
            account.check()
            taking_down.destroy(account, lambda: _confirmed(account, options.confirm), options.data == "delete", say)
        else:
            deploy(options)
    except Refused as reason:
        print(f"make {options.command}: {reason}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"make {options.command}: AWS says: {error}", file=sys.stderr)
        return 1
    return 0


def deploy(options: argparse.Namespace) -> None:
    """Builds, deploys, uploads, asks for what matters, and prints where it is."""
    account = Account(options.stage, options.stack)
    sam.need_tools()
    number = account.check()
    account.check_name()
    given = dict(_pair(pair) for pair in shlex.split(options.parameters))
    if options.dry and (failed := stacks.find(account)) and _is_of_no_use(failed):
        # Nothing can be changed in it, so there is nothing to show either.
        say("its first deployment failed and left nothing of use: a deployment would delete that, and begin anew")
        say("nothing is changed")
        return
    stack = _ready_for_it(account)
    architecture = sam.architecture(stack, options.arch)
    say(f"{account.stack_name} to account {number}, {account.session.region_name}, for {architecture}")
    left = stacks.kept(account) if stack is None else []
    if left and not options.adopt:
        # Beginning anew beside them would strand them, and the uploads bucket has its name already.
        names = "".join(f"\n  {one.type.removeprefix('AWS::')} {one.id}" for one in left)
        raise Refused(f"an earlier {account.stack_name} has left data:{names}\nADOPT=1 goes on with them; `make destroy DATA=delete` removes them; STACK=name deploys beside them")
    given |= sam.asked(stack, given, options.guided, input if sys.stdin.isatty() else None)
    values = sam.parameters(account, stack, given, architecture)
    if not options.built:
        started = time.monotonic()
        sam.build(architecture)
        build.web_app()
        say(f"built in {time.monotonic() - started:.0f} s")

    if left and not options.dry:
        say("taking back what an earlier deployment has left ...")
        adopt.adopt(account, left, values)
    sam.deploy(account, values, options.directory, options.yes, options.dry)
    if options.dry:
        say("nothing is changed")
        return
    stack = _deployed(account)
    if stack.parameters.get("AllowedOrigin") == sam.default("AllowedOrigin"):
        say("its own address is known now; once more, so that its pages may sign people in and upload files ...")
        sam.deploy(account, {**values, "AllowedOrigin": stack.outputs["WebUrl"]}, options.directory, confirmed=True)
        stack = _deployed(account)
    protected = stack.parameters["Stage"] == "prod"
    account.client("cloudformation").update_termination_protection(EnableTerminationProtection=protected, StackName=stack.id)

    put, removed = web.upload(account, stack.outputs["WebBucketName"], options.web)
    say(f"web app: {put} files uploaded, {removed} old ones removed")
    web.invalidate(account, stack.outputs["WebDistributionId"])
    say("asking what was deployed:")
    deployed = smoke.Deployed(
        web=options.web_url or stack.outputs["WebUrl"],
        api=options.api_url or stack.outputs["ApiUrl"],
        version=versions.current(),
        origin=options.web_url or stack.parameters["AllowedOrigin"],
        # The parameter itself reads **** with and without a value.
        closed="ApiClosed" in stack.outputs,
    )
    faults = smoke.check(deployed, options.patience, say)
    _print(stack)
    if faults:
        raise Refused(f"{account.stack_name} is deployed, but {len(faults)} of what was asked for is not as it should be")


def say(line: str) -> None:
    """To the person at the terminal, at once."""
    print(line, flush=True)


def _ready_for_it(account: Account) -> Stack | None:
    """The stack as it is, if there is one that can be changed."""
    stack = stacks.find(account)
    if stack and _is_of_no_use(stack):
        say("its first deployment failed and left nothing of use: deleting that")
        stacks.delete(account, stack)
        stack = None
    if stack and stack.status.endswith("_IN_PROGRESS"):
        raise Refused(f"{account.stack_name} is {stack.status}: somebody else is at it")
    if stack and stack.parameters["Stage"] != account.stage:
        raise Refused(f"{account.stack_name} is of STAGE={stack.parameters['Stage']}, not {account.stage}")
    return stack


def _is_of_no_use(stack: Stack) -> bool:
    # A stack that took nothing back has no outputs; all that it was to hold stays.
    return stack.status == "ROLLBACK_COMPLETE" or stack.status == "IMPORT_ROLLBACK_COMPLETE" and not stack.outputs


def _deployed(account: Account) -> Stack:
    stack = stacks.find(account)
    if stack is None:
        raise Refused(f"{account.stack_name} is not there after its deployment")
    return stack


def _print(stack: Stack) -> None:
    say("outputs:")
    for name, value in sorted(stack.outputs.items()):
        say(f"  {name:24} {value}")
    # Where the pages are for people: with a domain of one's own, not the distribution's address.
    address = stack.parameters["AllowedOrigin"]
    if stack.parameters.get("GoogleClientId"):
        say(f"open {address} and sign in as {stack.parameters['FirstOwner']}; the Google client needs {address} among its JavaScript origins")
    else:
        say(f'nobody can sign in yet: PARAMETERS="GoogleClientId=..." with {address} among its JavaScript origins')


def _confirmed(account: Account, said: str) -> bool:
    if not said and sys.stdin.isatty():
        said = input(f"type {account.stack_name} to go on: ").strip()
    return said == account.stack_name


def _pair(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals:
        raise Refused(f"PARAMETERS: {pair} is not Name=value")
    return name, value


def _of_make() -> list[str]:
    given = [f"--{name.lower()}={os.environ[name]}" for name in _VARIABLES if os.environ.get(name)]
    return given + [f"--{name.lower()}" for name in _SWITCHES if os.environ.get(name)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    deploying, destroying = (commands.add_parser(name, allow_abbrev=False) for name in ("deploy", "destroy"))
    for command in (deploying, destroying):
        command.add_argument("--stage", default="")
        command.add_argument("--stack", default="", help="another name than samconfig.toml gives")
    deploying.add_argument("--arch", default="", choices=sam.ARCHITECTURES, help="as the stack has it unless said")
    deploying.add_argument("--parameters", default="", help="Name=value, as many as are to be changed")
    deploying.add_argument("--guided", action="store_true", help="ask for every parameter")
    deploying.add_argument("--yes", action="store_true", help="do not ask whether to go on")
    deploying.add_argument("--dry", action="store_true", help="show what would change, and change nothing")
    deploying.add_argument("--adopt", action="store_true", help="go on with the data that an earlier deployment has left")
    # What a test puts in other places.
    deploying.add_argument("--built", action="store_true")
    deploying.add_argument("--directory", type=Path, default=ROOT)
    deploying.add_argument("--web", type=Path, default=build.WEB)
    deploying.add_argument("--web-url", default="")
    deploying.add_argument("--api-url", default="")
    deploying.add_argument("--patience", type=float, default=_PATIENCE)
    destroying.add_argument("--data", default="keep", choices=("keep", "delete"))
    destroying.add_argument("--confirm", default="")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make deploy` and `make destroy`, up to the call to AWS: the same code with the local AWS in its place, into a stack of its own.

It is the real `sam deploy`. Of the functions only the one that says how it is has its binary; what the others do is the other
tests' subject. The distribution is the local gateway, since nothing here serves cloudfront.net.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest import mock

from infra.checks import versions
from infra.deploy import __main__ as commands
from infra.deploy import sam, smoke, web
from infra.deploy.account import Account, Refused, longest_name
from infra.deploy.destroy import destroy
from infra.deploy.stack import Resource, Stack
from infra.local import aws, build, template
from infra.local.settings import REGION, ROOT
from infra.local.tests.harness import SETTINGS, StackTest
from infra.release.__main__ import assemble

_STACK = "mini-crm-second"
_OWNER = "owner@second.example"


class Deployment(StackTest):
    """One deployment from nothing to nothing, in the order of the tests' names."""

    scratch: Path
    first: subprocess.CompletedProcess[str]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if not (build.WEB / "index.html").is_file():
            raise unittest.SkipTest("the web app is not built")
        cls.scratch = Path(tempfile.mkdtemp(dir=SETTINGS.directory))
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        _lay_out(cls.scratch)
        cls.addClassCleanup(_run, "destroy", "--data", "delete", "--confirm", _STACK)
        cls.first = cls.deployed("--parameters", f"FirstOwner={_OWNER} GoogleClientId=second.example")

    @classmethod
    def deployed(cls, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A deployment of what is laid out."""
        where = ["--built", "--directory", str(cls.scratch), "--web", str(cls.scratch / "dist")]
        return _run("deploy", *where, "--web-url", SETTINGS.url, "--api-url", SETTINGS.url, "--patience", "60", *arguments)

    def test_1_a_first_deployment_is_asked_for_what_a_person_needs_and_is_told_its_own_address(self) -> None:
        self.assertEqual(self.first.returncode, 0, self.first.stdout + self.first.stderr)
        self.assertEqual(self.first.stdout.count("  ok      "), 7, self.first.stdout)
        parameters, outputs, tags = self.stack()
        self.assertEqual(parameters["AllowedOrigin"], outputs["WebUrl"])
        self.assertIn(f"open {outputs['WebUrl']} and sign in as {_OWNER}", self.first.stdout)
        self.assertEqual((parameters["Stage"], parameters["Architecture"]), ("dev", "x86_64"))
        self.assertEqual((tags["project"], tags["stage"]), ("mini-crm", "dev"))
        rules = self.aws("s3").get_bucket_cors(Bucket=outputs["UploadsBucketName"])["CORSRules"]
        self.assertEqual(rules[0]["AllowedOrigins"], [outputs["WebUrl"]])

    def test_2_a_deployed_function_runs(self) -> None:
        event = json.loads((ROOT / "events" / "public-api" / "health.json").read_text())
        answer = self.aws("lambda").invoke(FunctionName=f"{_STACK}-public-api", Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        self.assertEqual(said["statusCode"], 200, said)
        body = base64.b64decode(said["body"]).decode() if said.get("isBase64Encoded") else said["body"]
        self.assertEqual(json.loads(body)["version"], versions.current())

    def test_3_files_come_as_what_they_are_and_are_kept_as_long_as_their_names_allow(self) -> None:
        for key, kind, cache in (("index.html", "text/html; charset=utf-8", "no-cache"), ("mark.svg", "image/svg+xml", "no-cache")):
            self.assertEqual(self.held(key), (kind, cache))
        scripts = [path for path in self.keys() if path.startswith("assets/") and path.endswith(".js")]
        self.assertGreater(len(scripts), 5)
        self.assertEqual(self.held(scripts[0]), ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable"))
        self.assertFalse([key for key in self.keys() if key.startswith(".")], "the build's own notes")

    def test_4_deploying_again_keeps_what_was_said_and_the_files_of_open_pages(self) -> None:
        dist = self.scratch / "dist"
        old, new = dist / "assets" / "old-1.js", dist / "assets" / "new-1.js"
        self.assertIn("assets/old-1.js", self.keys())
        old.rename(new)
        before = self.stack()[0]
        again = self.deployed()
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertIn("No changes to deploy", again.stdout + again.stderr)
        self.assertEqual(self.stack()[0], before)
        self.assertLessEqual({"assets/old-1.js", "assets/new-1.js"}, self.keys())

        account, bucket = self.account(), self.stack()[1]["WebBucketName"]
        later = datetime.now(UTC) + web.KEEP_REPLACED
        self.assertEqual(web.upload(account, bucket, dist, later - timedelta(hours=1))[1], 0)
        self.assertEqual(self.held("assets/old-1.js")[0], "text/javascript; charset=utf-8", "noting its age lost what it is")
        # Whatever comes back is of the current version again.
        new.rename(old)
        web.upload(account, bucket, dist, later)
        self.assertEqual(web.upload(account, bucket, dist, later + web.KEEP_REPLACED + timedelta(hours=1))[1], 1)
        self.assertNotIn("assets/new-1.js", self.keys())
        self.assertIn("assets/old-1.js", self.keys())

    def test_5_what_does_not_answer_as_it_should_is_named(self) -> None:
        said: list[str] = []
        deployed = smoke.Deployed(SETTINGS.url, SETTINGS.url, "99.0.0", SETTINGS.url, closed=False)
        faults = smoke.check(deployed, 30, said.append)
        self.assertEqual(len(faults), 1, said)
        self.assertIn("99.0.0", faults[0])

    def test_6_what_cannot_be_meant_is_refused_before_anything_is_built(self) -> None:
        for arguments, reason in (
            (["--stage", "moon"], "samconfig.toml knows dev, staging, prod"),
            (["--parameters", "FirstOwner"], "is not Name=value"),
            (["--parameters", "Colour=red"], "template.yaml has no Colour"),
            (["--parameters", "Stage=prod"], "the Stage is said by STAGE"),
            (["--stack", "mini-crm-of-a-name-without-an-end"], "is too long for the name of a stack"),
            (["--stage", "prod"], f"{_STACK} is of STAGE=dev, not prod"),
            (["--stack", "mini-crm-third"], "a first deployment needs to know its owner"),
        ):
            done = _run("deploy", *arguments)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(reason, done.stderr)
        nowhere = _run("deploy", without=("AWS_REGION",))
        self.assertIn("which region?", nowhere.stderr)

    def test_7_destroying_loses_nothing_unasked_and_what_is_kept_can_be_taken_back(self) -> None:
        resources = {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for page in self.aws("cloudformation").get_paginator("list_stack_resources").paginate(StackName=_STACK)
            for one in page["StackResourceSummaries"]
        }
        self.aws("dynamodb").put_item(TableName=resources["AccessTable"], Item={"pk": {"S": "user"}, "sk": {"S": "kept"}})
        self.aws("s3").put_object(Bucket=resources["UploadsBucket"], Key="attachments/kept", Body=b"x")
        secret = self.aws("secretsmanager").get_secret_value(SecretId=resources["AppSecret"])["SecretString"]
        # S3 has said that it will tell of files, and no worker is there to hear it.
        self.aws("sqs").purge_queue(QueueUrl=resources["ImportsQueue"])
        self.aws("sqs").send_message(QueueUrl=resources["CustomersDeadQueue"], MessageBody="{}")
        waiting = _run("destroy", "--confirm", _STACK)
        self.assertEqual(waiting.returncode, 1)
        self.assertIn("CustomersDeadQueue 1", waiting.stderr)
        self.aws("sqs").purge_queue(QueueUrl=resources["CustomersDeadQueue"])
        unconfirmed = _run("destroy", "--confirm", "mini-crm-dev")
        self.assertEqual(unconfirmed.returncode, 1)
        self.assertIn(f"CONFIRM={_STACK}", unconfirmed.stderr)
        self.assertIn("mark.svg", self.keys(), "nothing may be gone before it is confirmed")

        destroyed = _run("destroy", "--confirm", _STACK)
        self.assertEqual(destroyed.returncode, 0, destroyed.stdout + destroyed.stderr)
        kept = {name for name in resources if name.endswith("Table")} | {"UploadsBucket", "AppSecret"}
        for name in kept:
            self.assertIn(resources[name], destroyed.stdout)
        item = self.aws("dynamodb").get_item(TableName=resources["AccessTable"], Key={"pk": {"S": "user"}, "sk": {"S": "kept"}})
        self.assertIn("Item", item)
        self.aws("s3").head_object(Bucket=resources["UploadsBucket"], Key="attachments/kept")
        names = [one["Name"] for one in self.aws("s3").list_buckets()["Buckets"]]
        self.assertNotIn(resources["WebBucket"], names)
        self.assertFalse([name for name in self.functions() if name.startswith(_STACK)])

        anew = self.deployed("--parameters", f"FirstOwner={_OWNER}")
        self.assertEqual(anew.returncode, 1)
        self.assertIn("has left data", anew.stderr)

        adopted = self.deployed("--parameters", f"FirstOwner={_OWNER}", "--adopt")
        self.assertEqual(adopted.returncode, 0, adopted.stdout + adopted.stderr)
        pages = self.aws("cloudformation").get_paginator("list_stack_resources").paginate(StackName=_STACK)
        again = {one["LogicalResourceId"]: one["PhysicalResourceId"] for page in pages for one in page["StackResourceSummaries"]}
        self.assertEqual({name: again[name] for name in kept}, {name: resources[name] for name in kept})
        self.assertEqual(self.aws("secretsmanager").get_secret_value(SecretId=again["AppSecret"])["SecretString"], secret)
        variables = self.aws("lambda").get_function_configuration(FunctionName=f"{_STACK}-public-api")["Environment"]["Variables"]
        self.assertEqual(variables["ACCESS_TABLE"], resources["AccessTable"])

        gone = _run("destroy", "--data", "delete", "--confirm", _STACK)
        self.assertEqual(gone.returncode, 0, gone.stdout + gone.stderr)
        self.assertIn("nothing is left", gone.stdout)
        tables = [name for page in self.aws("dynamodb").get_paginator("list_tables").paginate() for name in page["TableNames"]]
        buckets = [one["Name"] for one in self.aws("s3").list_buckets()["Buckets"]]
        self.assertFalse([name for name in (*tables, *buckets) if name.startswith(_STACK)])

    def stack(self) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """Its parameters, outputs and tags."""
        found = self.aws("cloudformation").describe_stacks(StackName=_STACK)["Stacks"][0]
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in found["Parameters"]}
        outputs = {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}
        return parameters, outputs, {one["Key"]: one["Value"] for one in found["Tags"]}

    def keys(self) -> set[str]:
        """What the web app's bucket holds."""
        pages = self.aws("s3").get_paginator("list_objects_v2").paginate(Bucket=self.stack()[1]["WebBucketName"])
        return {one["Key"] for page in pages for one in page.get("Contents", [])}

    def held(self, key: str) -> tuple[str, str]:
        """What one of its files is said to be, and for how long it may be kept."""
        head = self.aws("s3").head_object(Bucket=self.stack()[1]["WebBucketName"], Key=key)
        return head["ContentType"], head["CacheControl"]

    def functions(self) -> list[str]:
        """All that are deployed anywhere."""
        pages = self.aws("lambda").get_paginator("list_functions").paginate()
        return [one["FunctionName"] for page in pages for one in page["Functions"]]

    def account(self) -> Account:
        """The local AWS as the code under test sees it."""

        class Local(Account):
            def client(self, service: str) -> Any:
                return aws.client(SETTINGS, service)

        return Local("dev", _STACK)


class Telling(unittest.TestCase):
    """What a stack is told, without one."""

    def test_sam_reads_each_value_as_it_was_given(self) -> None:
        values = {"A": "b c", "B": "", "C": 'x "q" y', "D": "it's", "E": "https://a.example/?b=c,d", "F": "G=h I=j", "H": "a@b.example"}
        reading = "import json, sys; from samcli.cli.types import CfnParameterOverridesType as T; print(json.dumps(T().convert(tuple(sys.argv[1:]), None, None)))"
        command = [str(ROOT / ".venv" / "sam" / "bin" / "python"), "-c", reading, *(sam.override(name, value) for name, value in values.items())]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout), values)

    def test_what_sam_would_change_is_refused(self) -> None:
        with self.assertRaisesRegex(Refused, "A has a backslash"):
            sam.override("A", "b\\c")

    def test_a_stage_s_own_values_are_the_first_ones_and_the_stack_keeps_what_it_has(self) -> None:
        account = Account("dev")
        stack = Stack("id", "UPDATE_COMPLETE", {"Stage": "dev", "Architecture": "arm64", "LogRetentionDays": "90"}, {})
        self.assertEqual(sam.architecture(None, ""), "x86_64")
        self.assertEqual(sam.architecture(stack, ""), "arm64")
        self.assertEqual(sam.architecture(stack, "x86_64"), "x86_64")
        first = sam.parameters(account, None, {"LogLevel": "warn"}, "x86_64")
        self.assertEqual(first, {"Stage": "dev", "LogRetentionDays": "7", "Architecture": "x86_64", "LogLevel": "warn"})
        self.assertEqual(sam.parameters(account, stack, {}, "arm64"), {"Stage": "dev", "Architecture": "arm64"})


class Releasing(unittest.TestCase):
    """What is published, without what it came from."""

    def test_sam_packages_a_release_from_where_it_lies(self) -> None:
        there: dict[str, bytes] = {}

        class Bucket(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.answer(200 if self.path in there else 404)

            def do_PUT(self) -> None:
                there[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(200)

            def answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        directory, web_app = (Path(scratch.name) / name for name in ("release", "web"))
        directory.mkdir()
        web_app.mkdir()
        functions = template.functions(template.load())
        for function in functions:
            with zipfile.ZipFile(directory / f"{function.name}-arm64.zip", "w") as archive:
                archive.writestr("bootstrap", function.name)
        assemble(directory, versions.current(), web_app, ["arm64"])
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {**aws.CREDENTIALS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_CONFIG_FILE": "/dev/null", "SAM_CLI_TELEMETRY": "0"}
        command = [str(ROOT / ".venv" / "sam" / "bin" / "sam"), "package", "--template-file", "template-arm64.yaml", "--s3-bucket", "bucket"]
        command += ["--region", REGION, "--output-template-file", "packaged.yaml"]
        done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        packaged = template.load(directory / "packaged.yaml")["Resources"]
        uris = [packaged[function.resource]["Properties"]["CodeUri"] for function in functions]
        self.assertTrue(all(uri.startswith("s3://bucket/") for uri in uris), uris)
        # As they were built: not a zip within a zip.
        self.assertLessEqual({(directory / f"{function.name}-arm64.zip").read_bytes() for function in functions}, set(there.values()))
        self.assertTrue(packaged["Observability"]["Properties"]["Location"].startswith("http"))


class Minding(unittest.TestCase):
    """What is not done to a stack, without one."""

    def account(self, stack: str = _STACK) -> Any:
        """Of an account in which nothing is asked of AWS."""
        session = mock.Mock(region_name="ap-southeast-2")
        patched = mock.patch.object(Account, "session", session), mock.patch.object(Account, "check", return_value="0" * 12)
        for one in patched:
            one.start()
            self.addCleanup(one.stop)
        return Account("dev", stack)

    def test_a_dry_run_deletes_nothing(self) -> None:
        self.account()
        options = commands._parser().parse_args(["deploy", "--stage=dev", f"--stack={_STACK}", "--dry", "--built"])
        failed = Stack("id", "ROLLBACK_COMPLETE", {"Stage": "dev"}, {})
        with (
            mock.patch.object(commands.stacks, "find", return_value=failed),
            mock.patch.object(commands.stacks, "delete") as delete,
            mock.patch.object(commands.sam, "need_tools"),
            mock.patch.object(commands.sam, "deploy") as deploy,
            mock.patch.object(commands, "say") as say,
        ):
            commands.deploy(options)
        self.assertEqual((delete.call_count, deploy.call_count), (0, 0))
        self.assertEqual(say.call_args_list[-2:], [mock.call(said) for said in (
            "its first deployment failed and left nothing of use: a deployment would delete that, and begin anew", "nothing is changed"
        )])

    def test_messages_that_came_while_somebody_was_asked_are_not_lost(self) -> None:
        account = self.account()
        counts = {"ApproximateNumberOfMessages": "0"}
        account.session.client.return_value.get_queue_attributes = lambda **_: {"Attributes": counts}

        def confirmed() -> bool:
            counts["ApproximateNumberOfMessages"] = "1"
            return True

        with (
            mock.patch.object(commands.stacks, "find", return_value=Stack("id", "CREATE_COMPLETE", {}, {})),
            mock.patch.object(commands.stacks, "resources", return_value=[Resource("OrdersQueue", "AWS::SQS::Queue", "url")]),
            mock.patch.object(commands.stacks, "delete") as delete,
            self.assertRaisesRegex(Refused, "messages would be lost with their queues: OrdersQueue 1"),
        ):
            destroy(account, confirmed, False, lambda line: None)
        self.assertEqual(delete.call_count, 0)

    def test_a_stack_is_called_so_that_its_buckets_can_be(self) -> None:
        longest = longest_name("ap-southeast-2")
        for name, reason in (("m" * longest, ""), ("m" * (longest + 1), "27 characters at most"), ("mini-CRM", "lower-case letters")):
            with self.subTest(name):
                account = self.account(name)
                if reason:
                    self.assertRaisesRegex(Refused, reason, account.check_name)
                else:
                    account.check_name()
        bucket = template.load()["Resources"]["UploadsBucket"]["Properties"]["BucketName"]
        names = {"AWS::StackName": "m" * longest, "AWS::AccountId": "0" * 12, "AWS::Region": "ap-southeast-2"}
        self.assertEqual(len(template.resolved(bucket, names)), 63)


class Asking(unittest.TestCase):
    """What is asked of a deployment, of one that is played: its API refuses what has not come through its distribution."""

    web: str
    api: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.web, cls.api = cls.serving(_Distribution), cls.serving(_ClosedApi)

    @classmethod
    def serving(cls, handler: type[BaseHTTPRequestHandler]) -> str:
        """The address of a server that answers so."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def faults(self, api: str, origin: str, closed: bool) -> list[str]:
        """What is found wrong."""
        return smoke.check(smoke.Deployed(self.web, api, "1.0.0", origin, closed), 0, lambda _: None)

    def test_an_api_behind_its_distribution_is_to_refuse_and_an_open_one_is_not(self) -> None:
        self.assertEqual(self.faults(self.api, _ORIGIN, closed=True), [])
        self.assertEqual(self.faults(self.web, _ORIGIN, closed=False), [])
        for api, closed in ((self.web, True), (self.api, False)):
            found = self.faults(api, _ORIGIN, closed)
            self.assertEqual([fault.split(":")[0] for fault in found], ["health, through the distribution and of the API itself", "who is not signed in is refused"])

    def test_a_session_is_asked_for_from_where_the_pages_are(self) -> None:
        (fault,) = self.faults(self.api, self.web, closed=True)
        self.assertTrue(fault.startswith("the page may ask for a session"), fault)


_ORIGIN = "https://crm.example.com"


class _Distribution(BaseHTTPRequestHandler):
    """Pages, and the API behind them, as far as they are asked for."""

    def do_GET(self) -> None:
        match self.path:
            case "/" | "/login":
                self.answer(200, "text/html", '<script src="/assets/a.js"></script><div id="root"></div>')
            case "/assets/a.js":
                self.answer(200, "text/javascript", "")
            case "/config.json":
                self.answer(200, "application/json", '{"googleClientId": ""}')
            case "/api/health":
                self.answer(200, "application/json", '{"status": "ok", "version": "1.0.0"}')
            case _:
                self.answer(401, "application/problem+json", "{}")

    def do_POST(self) -> None:
        self.answer(204 if self.headers["Origin"] == _ORIGIN else 403, "application/problem+json", "")

    def answer(self, status: int, kind: str, body: str) -> None:
        """One answer, with what pages are sent with."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "immutable" if self.path.startswith("/assets/") else "no-cache")
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Referrer-Policy", "strict-origin")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _ClosedApi(_Distribution):
    """The API with an OriginKey, at its own address."""

    def do_GET(self) -> None:
        self.answer(403, "application/problem+json", '{"code": "not_through_the_web"}')


def _lay_out(scratch: Path) -> None:
    """What a build leaves: the template, a directory for each function, the web app."""
    shutil.copy(template.TEMPLATE, scratch)
    (scratch / "infra").symlink_to(ROOT / "infra")
    for function in template.functions(template.load()):
        code = scratch / "target" / "lambda" / function.name / "bootstrap"
        code.parent.mkdir(parents=True)
        program = build.binary(function.name) if function.name == "public-api" else None
        code.write_bytes(program.read_bytes() if program else b"#!/bin/sh\nexit 1\n")
        code.chmod(0o755)
    shutil.copytree(build.WEB, scratch / "dist")
    (scratch / "dist" / "assets" / "old-1.js").write_text("export {}")


def _run(command: str, *arguments: str, without: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The command as make runs it, with the local AWS for AWS and nobody at the terminal."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {**aws.CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": SETTINGS.aws_url, "AWS_CONFIG_FILE": "/dev/null"}
    environment["PATH"] = os.pathsep.join([str(build.VENV), str(ROOT / ".venv" / "sam" / "bin"), environment["PATH"]])
    if "--stage" not in arguments:
        arguments = ("--stage", "dev", *arguments)
    if "--stack" not in arguments:
        arguments = (*arguments, "--stack", _STACK)
    return subprocess.run(
        [sys.executable, "-m", "infra.deploy", command, *arguments],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if name not in without},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )

"""The functions' own binaries beside the Lambda API, configured by the deployed stack and nothing else."""

from __future__ import annotations

import os

from infra.local import aws, template
from infra.local.build import VENV, binary
from infra.local.processes import Child
from infra.local.settings import Settings

# Each instance answers one request at a time, as on AWS. Workers are here for `cargo lambda invoke` alone: their
# queues are served by the local AWS itself.
_INSTANCES = 4
_INSTANCES_OF_WORKERS = 1


def children(settings: Settings) -> list[Child]:
    """One child per instance of every function that is built."""
    loaded = template.load()
    behind_http = {route.function for route in template.routes(loaded)}
    deployed = aws.resources(settings)
    lambda_ = aws.client(settings, "lambda")
    found = []
    for function in template.functions(loaded):
        program = binary(function.name)
        if program is None:
            continue
        physical = deployed[function.resource]
        configuration = lambda_.get_function_configuration(FunctionName=physical)
        variables = configuration.get("Environment", {}).get("Variables", {})
        count = _INSTANCES if function.name in behind_http else _INSTANCES_OF_WORKERS
        for number in range(1, count + 1):
            env = {**_runtime(settings, function.name, configuration["MemorySize"]), "AWS_ACCESS_KEY_ID": physical, **variables}
            found.append(Child(f"{function.name}-{number}", [str(program)], env, settings.logs))
    return found


def environment(settings: Settings) -> dict[str, str]:
    """What any function needs to run outside of `make dev`, on its data: the variables of all of them, and its AWS. Where
    two differ (in how long the model may take), the one that comes first in the template is heard."""
    deployed = aws.resources(settings)
    lambda_ = aws.client(settings, "lambda")
    found: dict[str, str] = {}
    for function in template.functions(template.load()):
        configuration = lambda_.get_function_configuration(FunctionName=deployed[function.resource])
        for name, value in configuration.get("Environment", {}).get("Variables", {}).items():
            found.setdefault(name, value)
    # Python's and the command line's clients know the region by another name.
    return {**_aws(settings), "AWS_DEFAULT_REGION": aws.CREDENTIALS["AWS_REGION"], **dict(sorted(found.items()))}


def lambda_api(settings: Settings) -> Child:
    """`cargo lambda watch`, which hands events to whoever polls for them. It starts no function itself."""
    command = [str(VENV / "cargo-lambda"), "lambda", "watch", "-A", "127.0.0.1", "-P", str(settings.lambda_port), "--only-lambda-apis"]
    return Child("lambda-api", command, dict(os.environ), settings.logs)


def _runtime(settings: Settings, name: str, memory: int) -> dict[str, str]:
    """What the Lambda service sets. The developer's own environment, with their AWS account in it, stays out."""
    return {
        **_aws(settings),
        "AWS_LAMBDA_RUNTIME_API": f"{settings.lambda_url}/.rt/{name}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "RUST_BACKTRACE": "1",
    }


def _aws(settings: Settings) -> dict[str, str]:
    return {**aws.CREDENTIALS, "AWS_ENDPOINT_URL": settings.aws_url, "AWS_EC2_METADATA_DISABLED": "true"}

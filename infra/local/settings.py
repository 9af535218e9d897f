"""Where one local stack lives: its ports, its state, its name. Two stacks differ in nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"


@dataclass(frozen=True)
class Settings:
    """One local stack. The environment overrides each value (see `from_environment`)."""

    port: int = 8080
    lambda_port: int = 9000
    aws_port: int = 4566
    directory: Path = ROOT / ".local"
    stack_name: str = "mini-crm"
    demo_customers: int = 500
    # "fake" for the stand-in; else the real service, where the secret holds a key.
    gemini: str = ""
    gemini_port: int = 9100

    @staticmethod
    def from_environment() -> Settings:
        """PORT, LAMBDA_PORT, AWS_PORT, STATE_DIR, DEMO_CUSTOMERS, GEMINI and GEMINI_PORT, where set and not empty."""
        env = {name: value for name, value in os.environ.items() if value}
        return Settings(
            port=int(env.get("PORT", 8080)),
            lambda_port=int(env.get("LAMBDA_PORT", 9000)),
            aws_port=int(env.get("AWS_PORT", 4566)),
            directory=(ROOT / env.get("STATE_DIR", ".local")).resolve(),
            demo_customers=int(env.get("DEMO_CUSTOMERS", 500)),
            gemini=env.get("GEMINI", ""),
            gemini_port=int(env.get("GEMINI_PORT", 9100)),
        )

    @property
    def url(self) -> str:
        """Where people and programs find the product."""
        return f"http://localhost:{self.port}"

    @property
    def aws_url(self) -> str:
        """The endpoint of the local AWS."""
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def lambda_url(self) -> str:
        """The Lambda API that `cargo lambda watch` serves."""
        return f"http://127.0.0.1:{self.lambda_port}"

    @property
    def gemini_url(self) -> str:
        """The base URL of the model's stand-in."""
        return f"http://127.0.0.1:{self.gemini_port}"

    @property
    def state(self) -> Path:
        """Saved state of the local AWS."""
        return self.directory / "state"

    @property
    def calls(self) -> Path:
        """Which grants of their policies the functions have used, and what was refused to them."""
        return self.directory / "calls.jsonl"

    @property
    def logs(self) -> Path:
        """One log per child process."""
        return self.directory / "logs"

    @property
    def temporary(self) -> Path:
        """What the running stack unpacks; worthless once it has stopped."""
        return self.directory / "tmp"

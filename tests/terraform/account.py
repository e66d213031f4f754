"""An emulated AWS account for one test story: started on a free port, killed at the end."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from tests.terraform.processes import stop
from tests.terraform.terraform import CREDENTIALS

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Account:
    """The emulator's address, and calls that it could not answer."""

    endpoint: str
    report: Path
    project: str
    # Ended with the account.
    processes: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def client(self, service: str) -> Any:
        """Return a boto3 client of this account."""
        make: Any = boto3.client  # any service, so no service's own type
        return make(
            service,
            endpoint_url=self.endpoint,
            region_name=CREDENTIALS["AWS_REGION"],
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def want(self, state: str) -> None:
        """Write dev's wanted state, as terraform/bin/sleep and wake do."""
        self.client("ssm").put_parameter(Name=f"/{self.project}/dev/wanted-state", Value=state, Overwrite=True)

    def called(self) -> list[str]:
        """Return the IAM action of every call so far, in order."""
        calls = self.report.with_name("calls")
        return calls.read_text().split() if calls.exists() else []

    def unanswered(self) -> str:
        """Return the calls that nothing could answer, a line each."""
        return self.report.read_text() if self.report.exists() else ""


@contextmanager
def emulated(folder: Path, *, project: str = "todo", vanilla: bool = False) -> Iterator[Account]:
    """Start an account without anything in it; `project` starts the names in it, `vanilla` leaves moto's gaps open."""
    report = folder / "unanswered.jsonl"
    command = [sys.executable, "-m", "tests.terraform.emulator", "0", str(report), *(["--vanilla"] if vanilla else [])]
    with (folder / "emulator.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
        processes = [process]
        try:
            assert process.stdout
            # The child ends the wait in either case: it prints its port, or it dies and the pipe closes.
            port = process.stdout.readline().strip()
            assert port.isdigit(), (folder / "emulator.log").read_text()
            yield Account(f"http://127.0.0.1:{port}", report, project, processes)
        finally:
            for each in processes:
                stop(each)
                if each.stdout:
                    each.stdout.close()

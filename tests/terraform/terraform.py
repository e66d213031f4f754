"""Terraform as tests run it: a copy of the tree, the provider from a mirror where there is one, no real credentials."""

import functools
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.terraform.processes import Finished, run
from tests.terraform.requirements_of_tests import missing

SOURCE = Path(__file__).parents[2] / "terraform"
ACCOUNT = "123456789012"
# The folders that are environments, read from what is there; the bootstrap has no settings.
ENVIRONMENTS = sorted(path.parent.name for path in SOURCE.glob("envs/*/settings.auto.tfvars"))
PROVIDER = "registry.terraform.io/hashicorp/aws"

# Dummies: the provider insists on credentials, and these are worth nothing anywhere.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def mirror() -> Path | None:
    """Find an unpacked provider mirror: $TF_PLUGIN_MIRROR, Terraform's own implicit folders, /opt/*/."""
    named = os.environ.get("TF_PLUGIN_MIRROR")
    implicit = [Path.home() / ".terraform.d" / "plugins", Path("/usr/local/share/terraform/plugins")]
    candidates = [*([Path(named)] if named else []), *implicit, *sorted(Path("/opt").glob("*/"))]
    return next((folder for folder in candidates if (folder / PROVIDER).is_dir()), None)


@functools.cache
def executable() -> str:
    """Return the path of terraform; skip (in CI: fail) when the machine has none."""
    found = shutil.which("terraform")
    if not found:
        missing("terraform is not on this machine", "https://developer.hashicorp.com/terraform/install (1.11 or newer)")
    return found


class Terraform:
    """One root or module in a copied tree."""

    def __init__(self, tree: Path, folder: str, endpoint: str | None = None) -> None:
        self.folder = tree / folder
        configuration = tree / "terraformrc"
        _write_configuration(configuration)
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
        quiet = {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "TF_CLI_CONFIG_FILE": str(configuration)}
        self.environment = own | quiet | {"CHECKPOINT_DISABLE": "1"} | CREDENTIALS
        self.attached: dict[str, str] = {}
        if endpoint:
            self.environment["AWS_ENDPOINT_URL"] = endpoint

    def __call__(self, *arguments: str, timeout: float = 600) -> Finished:
        """Run one command; its status is the caller's to judge."""
        command, *rest = arguments
        flags = [] if command in {"show", "output", "state"} else ["-no-color"]
        words = [*_nice(), executable(), command, *flags, *rest]
        attached = {} if command == "init" else self.attached
        return run(words, timeout=timeout, folder=self.folder, environment=self.environment | attached)

    def serve_provider(self) -> "subprocess.Popen[str]":
        """Start the provider that `init` has installed, for all commands of these roots, and attach this root to it.

        Each command starts it two to four times otherwise, and each start costs a second of CPU.
        """
        (program,) = (self.folder / ".terraform" / "providers" / PROVIDER).glob("*/*/terraform-provider-aws*")
        process = subprocess.Popen(
            [*_nice(), program.absolute(), "-debug"],
            cwd=self.folder,  # files are named from a root's folder, and all roots lie at the same depth
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert process.stdout
        line = next(line for line in process.stdout if "TF_REATTACH_PROVIDERS=" in line)
        self.attached = {"TF_REATTACH_PROVIDERS": line.partition("=")[2].strip().strip("'")}
        return process

    def succeed(self, *arguments: str, timeout: float = 600) -> str:
        """Run one command that must end with 0 and return its output."""
        finished = self(*arguments, timeout=timeout)
        assert finished.status == 0, (
            f"terraform {' '.join(arguments)} in {self.folder.name}:\n{finished.output[-4000:]}"
        )
        return finished.output

    def init(self, *arguments: str) -> None:
        """Install the provider; skip (in CI: fail) when neither mirror nor registry has it."""
        finished = self("init", *arguments, timeout=900)
        if "Failed to query available provider packages" in finished.output:
            missing("the AWS provider is not on this machine", "terraform providers mirror (or network access)")
        assert finished.status == 0, finished.output

    def json(self, *arguments: str) -> Any:
        """Return what `show` or `output` prints as JSON."""
        return json.loads(self.succeed(*arguments))


def copy_tree(target: Path) -> Path:
    """Copy modules, roots and Lambda package; neither local state nor provider links come along."""
    ignored = shutil.ignore_patterns(".terraform", "*.tfstate*", "terraform.tfvars", "backend.hcl", "backend.tf")
    shutil.copytree(SOURCE, target, ignore=ignored)
    shutil.copy(SOURCE.parent / "project.json", target.parent)
    return target


def _write_configuration(path: Path) -> None:
    lines = ["disable_checkpoint = true"]
    if folder := mirror():
        include = f'["{PROVIDER}"]'
        lines += [
            "provider_installation {",
            f'  filesystem_mirror {{\n    path    = "{folder}"\n    include = {include}\n  }}',
            f"  direct {{\n    exclude = {include}\n  }}",
            "}",
        ]
    path.write_text("\n".join(lines) + "\n")


def _nice() -> list[str]:
    return ["nice", "-n", "19"] if shutil.which("nice") else []

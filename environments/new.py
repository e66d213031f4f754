"""`make environment NAME=staging LIKE=prod`: makes one more environment, as another one is.

Copies the folders and files of the other one, with its name put in, and writes what follows from environments.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from environments import NAME, ROOT, EnvironmentFilesError, with_account
from environments.__main__ import write

RESERVED = {"ci", "bootstrap", "local"}
# The files of an environment; {} is its name.
PARTS = (
    "environments/{}.ini",
    "kustomize/overlays/{}",
    "terraform/envs/{}",
    "tests/cost/plans/{}.json",
    "tests/cost/plans/{}-awake.json",
    "tests/cost/plans/{}-asleep.json",
)
# Files of this machine alone, or of the other environment's account.
LEFT_OUT = shutil.ignore_patterns(".terraform", "*.tfstate*", "backend.hcl", "terraform.tfvars", "__pycache__")
# Files that name the environment; main.tf is the same in each.
NAMING = {".ini", ".env", ".tfvars", ".example", ".json"}
FOLLOWING = ("monitoring.generate",), ("cost", "--plans", "tests/cost/plans", "--output", "docs/cost")
GOLDEN = ("tests.kustomize.test_golden",)
NEXT = """{name} is like {like}. Write its own values:
  environments/{name}.ini                          which environment it comes after, who is told, what it costs
  terraform/envs/{name}/settings.auto.tfvars       sizes; terraform.tfvars.example lists the account's values
  kustomize/overlays/{name}/configuration, sizes   settings, pods
then `make generate`, and in the account: apply terraform/envs/bootstrap again (roles, GitHub's environments), then
terraform/bin/apply {name}, `make values ENV={name}`, and commit.
"""


def copy(name: str, like: str, root: Path) -> None:
    """Copy the parts of `like` as `name`; raise EnvironmentFilesError, before a file is written, where it cannot be."""
    known = [each.name for each in with_account(root)]
    if not NAME.fullmatch(name) or name in RESERVED:
        raise EnvironmentFilesError(
            f"NAME={name}: an environment is named by 2 to 10 lower-case letters or digits, a letter first, and not "
            f"{', '.join(sorted(RESERVED))}"
        )
    if like not in known:
        raise EnvironmentFilesError(f"LIKE={like} must be one of {', '.join(known)}")
    if taken := [part.format(name) for part in PARTS if (root / part.format(name)).exists()]:
        raise EnvironmentFilesError(f"{taken[0]} is there already")
    for part in PARTS:
        source, target = root / part.format(like), root / part.format(name)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=LEFT_OUT)
        elif source.exists():
            shutil.copy(source, target)
        for path in target.rglob("*") if target.is_dir() else [target]:
            if path.is_file() and not path.is_symlink() and path.suffix in NAMING:
                path.write_text(re.sub(rf"\b{like}\b", name, path.read_text(encoding="utf-8")), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Copy, write what follows, say what is next; return the exit status."""
    name = os.environ.get("NAME", "")
    if len(arguments) != 1 or not name:
        sys.stderr.write("which? make environment NAME=staging LIKE=prod\n")
        return 2
    (like,) = arguments
    try:
        copy(name, like, ROOT)
        write(ROOT)
    except EnvironmentFilesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for module, *words in (*FOLLOWING, GOLDEN):
        subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, timeout=300, check=True)  # noqa: S603  ours
    sys.stdout.write(NEXT.format(name=name, like=like))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The command line: `python -m pattern.new_service NAME [PLURAL]`, which is `make service NAME=invoice`."""

import subprocess
import sys
from pathlib import Path

from local.output import say
from local.refusal import Refusal
from local.state import ROOT
from pattern.new_service.files import rename, tracked
from pattern.new_service.names import require_no_collision, require_usable
from pattern.new_service.regenerate import regenerate
from pattern.new_service.words import OLD, plural_of, replacing

NEXT = """\
This is the {name} service now: {changed} files changed, staged and not committed (`git reset --hard` takes them back).

  git diff --cached --stat -M      look at it
  make quick                       the cheap checks and the fast tests, under the new name
  make run                         the service with demo data, at /{plural}
  git commit -m 'Name the service {name}'

Then your own fields, and what may go: pattern/docs/your-own-service.md. AWS: terraform/README.md.
"""


def main(words: list[str]) -> int:
    """Rename the service; return the exit code."""
    name, plural = (*words, "", "")[:2]
    try:
        say(new_service(ROOT, name, plural or plural_of(name)))
    except Refusal as refusal:
        say(str(refusal))
        return 1
    return 0


def new_service(root: Path, name: str, plural: str) -> str:
    """Rename the example and what follows from it, and return what to do next.

    Raises Refusal, with nothing changed, where the repository or the name is not fit for it.
    """
    _require_the_example(root)
    paths = tracked(root)
    require_usable(paths, name, plural)
    require_no_collision(root, paths, name, plural)
    rename(root, paths, replacing(name, plural))
    _git(root, "add", "--all")
    regenerate(root)
    _git(root, "add", "--all")
    changed = len(_git(root, "diff", "--cached", "--name-only", "-M").splitlines())
    return NEXT.format(name=name, plural=plural, changed=changed)


def _require_the_example(root: Path) -> None:
    project = (root / "terraform/project").read_text().strip()
    if project != OLD:
        raise Refusal(f"This is the {project} service already (terraform/project): a service is named once.")
    for path in sorted((*root.glob("terraform/envs/*/backend.hcl"), *root.glob("terraform/**/*.tfstate"))):
        raise Refusal(
            f"{path.relative_to(root)} says that AWS has this project: a new name would replace everything there "
            "(docs/adr/0026-one-word-names-the-project.md)."
        )
    if not (root / ".git").exists():
        raise Refusal("This is no git repository, so that nothing could be taken back: git clone it, or git init it.")
    if _git(root, "status", "--porcelain"):
        raise Refusal("There are changes that are not committed (`git status`): commit, stash or reset them first.")


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=60).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

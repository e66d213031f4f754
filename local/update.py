"""The command behind `make update`: merges newer versions of the repository that this service was made from.

usage: python -m local.update

project.json names that repository (`upstream`) and the commit that this service has (`upstream_commit`), the base of
the merge. The merge and its tests run in `.local/update`. Your branch moves only at the end, if all tests pass. Files
that this service removed stay removed; its README, CHANGELOG and LICENSE stay as they are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from local import naming
from local.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
OURS = ("README.md", "CHANGELOG.md", "LICENSE", "project.json")
GENERATED = ("docs/openapi.yaml", "docs/cost", "monitoring/dashboards", "monitoring/rules", "tests/kustomize/golden")
GENERATORS = ("environment", "openapi", "golden", "cost", "monitoring")
LOCKED = ("requirements/main.txt", "requirements/local.txt", "requirements/dev.txt")
PLACE = Path(".local/update")
START = "refs/update/start"  # our commit that an update begins with
# For commits that only the merge needs; they run no hooks.
PLUMBING = ("-c", "core.hooksPath=/dev/null", "-c", "user.name=make update", "-c", "user.email=update@localhost")
WAY_ON = f"""\
Your branch and your files are unchanged. To continue, work in {PLACE}, then run `make update` again.
To drop the update: git worktree remove --force {PLACE}"""


def main(words: list[str]) -> int:
    """Merge and return the exit code."""
    if words:
        print(__doc__)
        return int(words != ["--help"])
    try:
        Update(ROOT).run()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


class Update:
    """Merges upstream into the clone at `root`, in a worktree that stays until the update is finished or dropped."""

    def __init__(self, root: Path) -> None:
        self.root, self.place = root, root / PLACE

    def run(self) -> None:
        """Merge, regenerate files, run the tests, and move the branch; raise Refusal before it moves."""
        self._require_usable()
        if not self.place.exists() and not self._merged():
            return
        if self._git("rev-parse", "HEAD") != self._git("rev-parse", START):
            raise Refusal(f"{PLACE} has an update of an older commit of yours: git worktree remove --force {PLACE}")
        self._require_resolved()
        self._give_environment()
        self._make(*GENERATORS)
        self._make("quick")
        self._finish()

    def _require_usable(self) -> None:
        self._git("var", "GIT_COMMITTER_IDENT", own=True, failure="git is missing, or has no user.name and user.email")
        if self._git("status", "--porcelain"):
            raise Refusal("There are uncommitted changes or new files (git status). Commit or remove them.")
        project = _project(self.root)
        if not {"upstream", "upstream_commit"} <= project.keys():
            raise Refusal(
                "project.json names no upstream. Add `upstream`, the address of the repository that you cloned, and "
                "`upstream_commit`, the commit that you cloned. Commit, and run `make update` again."
            )

    def _merged(self) -> bool:
        """Merge in a new worktree and return True, or return False if there is nothing newer."""
        project = _project(self.root)
        base, theirs = self._commits(project["upstream"], project["upstream_commit"])
        if base == theirs:
            print(f"Nothing newer: you have upstream's newest commit, {theirs[:12]}.")
            return False
        print(f"Merging {base[:12]}..{theirs[:12]} of {project['upstream']} in {PLACE} …", flush=True)
        try:
            self._merge(base, theirs, project)
        except BaseException:
            self._drop()
            raise
        return True

    def _merge(self, base: str, theirs: str, project: dict[str, Any]) -> None:
        self._git("update-ref", START, "HEAD")
        self._git("worktree", "prune")
        self._git("worktree", "add", "--quiet", "--detach", str(self.place), "HEAD")
        gone = self._gone(base)
        skipped = {path for path in gone if self._git("diff", "--name-only", base, theirs, "--", path)}
        start = self._commit(self._prepared(base, project, gone))
        ours = self._commit(self._git("rev-parse", "HEAD^{tree}"), start)
        upstream = self._commit(self._prepared(theirs, project, gone), start)
        self._git("checkout", "--quiet", "--force", "--detach", ours, at=self.place)
        self._git("merge", "--quiet", "--no-ff", "--no-commit", upstream, at=self.place, allowed=(0, 1))
        newer = json.loads(self._git("show", f"{theirs}:project.json")) | project | {"upstream_commit": theirs}
        text = json.dumps(newer, indent=2, ensure_ascii=False) + "\n"
        (self.place / "project.json").write_text(text, encoding="utf-8")
        self._git("add", "project.json", at=self.place)
        if skipped:
            print("Upstream changed files that you removed or moved; they stay removed:", *sorted(skipped), sep="\n  ")

    def _commits(self, address: str, recorded: str) -> tuple[str, str]:
        """Return the base of the merge and upstream's newest commit."""
        self._git("fetch", "--quiet", "--no-tags", address, "HEAD", failure=f"{address} cannot be fetched")
        theirs = self._git("rev-parse", "FETCH_HEAD")
        lost = f"{address} has no commit {recorded[:12]}: correct upstream_commit in project.json"
        self._git("merge-base", "--is-ancestor", recorded, theirs, failure=lost)
        common = self._git("merge-base", "HEAD", theirs, allowed=(0, 1))  # newer than recorded after a `git merge`
        if common and not self._git("rev-list", "--max-count=1", f"{common}..{recorded}"):
            return common, theirs
        return recorded, theirs

    def _gone(self, base: str) -> set[str]:
        """Return the files of the base that this service lacks, or their folder (with a slash) if it is gone."""
        has = {part for path in self._files("HEAD") for part in _ways(path)}
        return {next(part for part in _ways(path) if part not in has) for path in self._files(base) if path not in has}

    def _prepared(self, commit: str, project: dict[str, Any], gone: set[str]) -> str:
        """Return the tree of upstream's commit with our names and our files, without those that we removed."""
        self._git("checkout", "--quiet", "--force", "--detach", commit, at=self.place)
        files = self._files(commit)
        away = [path for path in files if gone.intersection(_ways(path))]
        naming.rename(self.place, _project(self.place)["name"], project["name"])
        self._git("add", "--update", at=self.place)
        kept = [path for path in self._files("HEAD", *OURS, *GENERATED, naming.VALUES) if self._is_ours(path)]
        for path in {*away, *self._files(commit, *OURS)}:
            (self.place / path).unlink()
        self._git("add", "--all", at=self.place)
        self._git("checkout", self._git("rev-parse", "HEAD"), "--", *kept, at=self.place)
        return self._git("write-tree", at=self.place)

    def _is_ours(self, path: str) -> bool:
        """Return whether our version of a file replaces upstream's; of values.env only if an account wrote it."""
        return not path.endswith("values.env") or naming.EXAMPLE not in (self.root / path).read_text(encoding="utf-8")

    def _require_resolved(self) -> None:
        left = {line.split("\t")[1] for line in self._git("ls-files", "-u", at=self.place).splitlines()}
        if left:
            raise Refusal(
                "You and upstream changed the same lines:\n  " + "\n  ".join(sorted(left)) + f"\n{WAY_ON}\n"
                "There, edit each file and `git add` it, or `git rm` it. In a lock take one side, then `make lock`."
            )
        self._git("add", "--all", at=self.place)
        marked = self._git("grep", "--cached", "-l", "-E", "^(<<<<<<<|>>>>>>>) ", at=self.place, allowed=(0, 1))
        if marked:
            raise Refusal(f"These files still have conflict markers:\n{marked}\n{WAY_ON}")

    def _give_environment(self) -> None:
        """Share .venv with the worktree if the merge changes no lock; otherwise make installs one there."""
        lent, own = self.root / ".venv", self.place / ".venv"
        if own.exists() or not (lent / "test").exists():
            return
        if any((self.root / path).read_bytes() != (self.place / path).read_bytes() for path in LOCKED):
            return
        own.mkdir()
        for entry in lent.iterdir():
            if entry.name not in ("run", "test"):
                (own / entry.name).symlink_to(entry)
        for stamp in ("run", "test"):
            (own / stamp).touch()

    def _make(self, *targets: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        done = subprocess.run(["make", "--no-print-directory", *targets], cwd=self.place, env=kept, check=False)
        if done.returncode:
            raise Refusal(f"The merged version fails: make {' '.join(targets)}, see above.\n{WAY_ON}")

    def _finish(self) -> None:
        """Commit, with upstream as second parent if the histories are related, and move the branch forward."""
        self._git("add", "--all", at=self.place)
        theirs = _project(self.place)["upstream_commit"]
        related = self._git("merge-base", "HEAD", theirs, allowed=(0, 1))
        parents = ["-p", self._git("rev-parse", "HEAD"), *(("-p", theirs) if related else ())]
        message = f"Merge upstream's {theirs[:12]}"
        made = self._git("commit-tree", self._git("write-tree", at=self.place), *parents, "-m", message, own=True)
        self._git("merge", "--quiet", "--ff-only", made, failure=f"Your files changed meanwhile. {WAY_ON}")
        self._drop()
        print(self._git("diff", "--shortstat", "HEAD~1", "HEAD"))
        print(f"{message}: all tests pass, and the merge is committed. To undo it: git reset --keep HEAD~1")
        if self._git("diff", "--name-only", "HEAD~1", "HEAD", "--", "docs/changes.md"):
            print("Read what you must change by hand: git diff HEAD~1 docs/changes.md")

    def _drop(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        self._git("worktree", "prune")
        self._git("update-ref", "-d", START)

    def _commit(self, tree: str, *parents: str) -> str:
        return self._git("commit-tree", tree, "-m", "make update", *(word for each in parents for word in ("-p", each)))

    def _files(self, commit: str, *only: str) -> list[str]:
        """Return the files of a commit, all or those that match a pattern."""
        listed = self._git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).rstrip("\0").split("\0")
        return [
            path
            for path in listed
            if any(fnmatch(way.rstrip("/"), each) for each in only or "*" for way in _ways(path))
        ]

    def _git(
        self, *words: str, at: Path | None = None, allowed: tuple[int, ...] = (0,), failure: str = "", own: bool = False
    ) -> str:
        command = ["git", "--literal-pathspecs", *(() if own else PLUMBING), *words]
        done = subprocess.run(command, cwd=at or self.root, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode not in allowed:
            raise Refusal(f"{failure or 'git ' + ' '.join(words[:2]) + ' failed'}.\n{done.stderr.strip()}")
        return done.stdout.strip()


def _project(root: Path) -> dict[str, Any]:
    return dict(json.loads((root / "project.json").read_text(encoding="utf-8")))


def _ways(path: str) -> list[str]:
    """Return the folders above a file, outermost first, each with a slash, and the file."""
    parts = path.split("/")
    return ["/".join(parts[:n]) + "/" for n in range(1, len(parts))] + [path]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

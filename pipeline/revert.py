"""python -m pipeline.revert COMMIT "why"

Opens a pull request that takes COMMIT back. A rollback moves traffic, not the code: without the revert the next merge
would release the same mistake again. Needs a clean clone of main with the right to push, and `gh`. It may be given
again: an open pull request stays as it is; a branch that got none (GitHub refuses them until the repository allows
workflows to open some: terraform/README.md, step 3) is pushed again.
"""

import sys

from pipeline.command import CommandError, exit_on_failure, output

AUTHOR = (
    "-c",
    "user.name=github-actions[bot]",
    "-c",
    "user.email=41898282+github-actions[bot]@users.noreply.github.com",
)
BODY = """{reason}

Traffic is back on the release before {commit}; this takes its code back as well.
If the migration of {commit} has run, it stays: the code before it works with it (expand/contract).

GitHub starts no checks for what a workflow pushed: close and reopen this pull request to have them run.
"""


def revert(commit: str, reason: str) -> str:
    """Push the branch and open the pull request, unless it is open; return its address, raise CommandError."""
    commit = _git("rev-parse", "--verify", "--end-of-options", f"{commit}^{{commit}}")
    branch = f"revert-{commit[:12]}"
    if opened := _said(["gh", "pr", "list", "--head", branch, "--json", "url", "--jq", ".[].url"]):
        return opened
    subject = _git("show", "--no-patch", "--format=%s", commit)
    parents = _git("show", "--no-patch", "--format=%P", commit).split()
    _git("switch", "--force-create", branch)
    _git(*AUTHOR, "revert", "--no-edit", *(["--mainline", "1"] if len(parents) > 1 else []), commit)
    _git("push", "--force", "--set-upstream", "origin", branch)
    body = BODY.format(reason=reason, commit=commit[:12])
    return _said(["gh", "pr", "create", "--head", branch, "--title", f'Revert "{subject}"', "--body", body])


def _git(*words: str) -> str:
    return _said(["git", *words])


def _said(command: list[str]) -> str:
    return output(command, seconds=120)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        sys.stdout.write(revert(sys.argv[1], sys.argv[2]) + "\n")
    except CommandError as error:
        sys.exit(exit_on_failure(error))

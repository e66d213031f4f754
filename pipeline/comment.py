"""python -m pipeline.comment NUMBER NAME < page.md

Keeps one comment called NAME on a pull request: the second call changes it instead of adding another. Speaks to GitHub
through `gh`, which knows repository and token.
"""

import json
import sys

from pipeline.command import CommandError, exit_on_failure, output

LIMIT = 65_000  # GitHub refuses a body of more than 65,536 characters


def comment(number: str, name: str, page: str) -> None:
    """Make or change the comment; raise CommandError when GitHub refuses."""
    marker = f"<!-- {name} -->"
    body = f"{marker}\n{page}"
    if len(body) > LIMIT:
        body = body[:LIMIT] + "\n\n… cut here; the whole page is in the summary of the run.\n"
    listing = f"repos/{{owner}}/{{repo}}/issues/{number}/comments"
    pages = json.loads(_gh(listing, "--paginate", "--slurp"))
    ours = [each["id"] for page in pages for each in page if each["body"].startswith(marker)]
    if ours:
        _gh(f"repos/{{owner}}/{{repo}}/issues/comments/{ours[0]}", "--method", "PATCH", body=body)
    else:
        _gh(listing, "--method", "POST", body=body)


def _gh(path: str, *options: str, body: str = "") -> str:
    given = ["--input", "-"] if body else []
    return output(["gh", "api", path, *options, *given], given=json.dumps({"body": body}) if body else "", seconds=60)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        comment(sys.argv[1], sys.argv[2], sys.stdin.read())
    except CommandError as error:
        sys.exit(exit_on_failure(error))

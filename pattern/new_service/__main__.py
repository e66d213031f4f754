"""The command behind `make service`: `python -m pattern.new_service [check]`, with NAME, OWNER … as variables.

Names this clone in project.json (docs/adr/0026), in the examples of an account's values and in the documents, removes
pattern/, and writes again what is generated. Everything is staged and nothing committed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from local.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
#: The limit of terraform/modules/state/variables.tf; names in AWS grow from it.
LONGEST = 15
EXAMPLE = "# An example until then"  # says a values.env that no account has written
VALUES, TFVARS = "kustomize/overlays/*/values/values.env", "terraform/envs/*/terraform.tfvars.example"
#: The notice that every copy keeps.
OURS = r"^Copyright .* The todo-service authors$"
#: The variables that may be given, how each looks, and what to type.
FORMS = {
    "WORD": (rf"(?!aws|ssm|xn--|sthree-)[a-z](?!.*--)[a-z0-9-]{{0,{LONGEST - 2}}}[a-z0-9]", "acme-orders"),
    "OWNER": (r"(?!.*--)[A-Za-z0-9][A-Za-z0-9-]{0,37}[A-Za-z0-9]", "acme-inc, as GitHub has it"),
    "REPOSITORY": (r"(?!\.+$)[A-Za-z0-9._-]{1,100}", "work-orders, as GitHub has it"),
    "REGION": (r"[a-z]{2}(-[a-z]+)+-[0-9]", "us-east-1"),
    "ACCOUNT": (r"[0-9]{12}", "the twelve digits of `aws sts get-caller-identity`"),
    "DOMAIN": (r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.){2,}[a-z]{2,}", "orders.acme.com"),
}
GENERATORS = (
    ("-m", "local.no_database", "manage.py", "spectacular", "--file", "docs/openapi.yaml"),
    ("-m", "tests.kustomize.golden_files"),
)
NEXT = """\
This is {title} now: `{word}` starts its names in AWS. All is staged; `git reset --hard` takes it back.

  git diff --cached --stat                     what changed
  git commit -m 'Name the service {title}'
  make run                                     the service with demo data
  make resource NAME=… FIELDS='…'              your own resource; make resource NAME=todo REMOVE=1: without the example

Then AWS: terraform/README.md.{left}
"""


def main(words: list[str]) -> int:
    """Check what is asked for, and do it unless `words` say "check"; return the exit code."""
    try:
        asked = wanted(ROOT, os.environ)
        if words != ["check"]:
            name(ROOT, asked)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def wanted(root: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return what was given, with the word and the repository that follow from the title; raise Refusal."""
    asked = {key: variables.get(key, "") for key in ("NAME", *FORMS)}
    title = asked["NAME"] = " ".join(asked["NAME"].split())
    if not re.fullmatch(r"[^\W_](?:[\w .,&'+-]{0,58}\w)?", title):
        raise Refusal(f'NAME={title}: a title of 1 to 60 letters, digits and spaces, as in NAME="Acme work orders".')
    parts = re.findall(r"[a-z0-9]+", title.lower())
    while len("-".join(parts)) > LONGEST and len(parts) > 1:
        parts.pop()
    asked["WORD"] = asked["WORD"] or "-".join(parts)
    if not re.fullmatch(FORMS["WORD"][0], asked["WORD"]):
        raise Refusal(
            f"{asked['WORD'] or title} cannot start names in AWS: give WORD=acme-orders, for example. It has 2 to "
            f"{LONGEST} lower-case letters, digits and single hyphens, a letter first, and starts with no aws or ssm."
        )
    for key, (form, example) in FORMS.items():
        if asked[key] and not re.fullmatch(form, asked[key]):
            raise Refusal(f"{key}={asked[key]} will not do: give {example}.")
    if asked["REGION"] and f"[{asked['REGION']}." not in (root / "cost/prices.toml").read_text(encoding="utf-8"):
        raise Refusal(f"REGION={asked['REGION']} has no prices: add them to cost/prices.toml, commit, and ask again.")
    asked["REPOSITORY"] = asked["REPOSITORY"] or "-".join(re.findall(r"[a-z0-9]+", title.lower()))
    _require_usable(root, asked["WORD"])
    return asked


def _require_usable(root: Path, word: str) -> None:
    if not (root / ".git").exists():
        raise Refusal("This is no git repository, so nothing could be taken back: git clone it, or git init it.")
    if _git(root, "status", "--porcelain"):
        raise Refusal("There are changes that are not committed (git status): commit, stash or reset them first.")
    former = json.loads((root / "project.json").read_text(encoding="utf-8"))["name"]
    for path in sorted(root.glob(VALUES)):
        text = path.read_text(encoding="utf-8")
        if word != former and EXAMPLE not in text and "AWS_ACCOUNT_ID" in text:
            raise Refusal(
                f"{path.relative_to(root)} comes from an account that calls this {former}: another word would make "
                f"everything in AWS again (docs/adr/0026). Give WORD={former} and only the title changes."
            )
        if word != former and re.search(rf"(?<![\w-]){word}(?!\w)", text):
            raise Refusal(f"WORD={word} is taken: {path.relative_to(root)} says it of something else.")


def name(root: Path, asked: Mapping[str, str]) -> None:
    """Write the names, remove pattern/, write again what is generated, and say what is next."""
    project = json.loads((root / "project.json").read_text(encoding="utf-8"))
    former, former_title, title, word = project["name"], project["title"], asked["NAME"], asked["WORD"]
    project |= {"name": word, "title": title}
    if asked["OWNER"]:
        project["repository"] = f"https://github.com/{asked['OWNER']}/{asked['REPOSITORY']}"
    text = json.dumps(project, indent=2, ensure_ascii=False) + "\n"
    (root / "project.json").write_text(text, encoding="utf-8")
    _edit(root, "README.md", {rf"\A# {re.escape(former_title)}$": f"# {title}"})
    remove_pattern(root)
    if f"The {title} authors" not in (root / "LICENSE").read_text(encoding="utf-8"):
        notice = f"Copyright (c) {time.gmtime().tm_year} The {title} authors"
        _edit(root, "LICENSE", {OURS: rf"\g<0>\n{notice}"})
    environments = "|".join(path.parts[-3] for path in root.glob(VALUES))
    in_account = rf"(?<![\w-]){former}(?=-(?:{environments}|ci|state|account)\b|/(?:{environments})/)"
    for path in root.glob("docs/**/*.md"):
        if "evidence" not in path.parts:
            _edit(root, str(path.relative_to(root)), {in_account: word})
    given = _given(asked)
    for path in root.glob(VALUES):
        if EXAMPLE in path.read_text(encoding="utf-8"):
            _edit(root, str(path.relative_to(root)), {rf"(?<![\w-]){former}(?!\w)": word} | given)
    for path in root.glob(TFVARS):
        _edit(root, str(path.relative_to(root)), given)
    for command in GENERATORS:
        done = subprocess.run(
            [sys.executable, *command], cwd=root, capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            raise Refusal(f"python {' '.join(command)} failed, git reset --hard takes all back:\n{done.stderr}")
    _git(root, "add", "--all")
    missing = ", ".join(key for key in ("OWNER", "REGION", "ACCOUNT", "DOMAIN") if not asked[key])
    print(NEXT.format(title=title, word=word, left=f" Examples stand for {missing}." if missing else ""))


def remove_pattern(root: Path) -> None:
    """Remove the folder of this module, and what README says of the command."""
    _git(root, "rm", "-r", "--quiet", "pattern")
    shutil.rmtree(root / "pattern", ignore_errors=True)  # compiled modules
    _edit(root, "README.md", {r"^(\$ make service .*|`make service` .*(\n.+)*\n)\n": ""})


def _given(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what replaces the examples of an account's values; of a domain the zone is what follows its first dot."""
    found = {}
    if asked["REGION"]:
        found[r"\bus-east-1\b"] = asked["REGION"]
    if asked["ACCOUNT"]:
        found[r"\b111122223333\b"] = asked["ACCOUNT"]
    if asked["DOMAIN"]:
        found[r'^(DOMAIN=|  domain    = ")[\w.-]+'] = rf"\g<1>{asked['DOMAIN']}"
        found[r'^(  zone_name = ")[\w.-]+'] = rf"\g<1>{asked['DOMAIN'].partition('.')[2]}"
    if asked["OWNER"]:
        found[r'^(  owner    = ")[\w-]+'] = rf"\g<1>{asked['OWNER']}"
        found[r'^(  name     = ")[\w.-]+'] = rf"\g<1>{asked['REPOSITORY']}"
    return found


def _edit(root: Path, path: str, changes: Mapping[str, str]) -> None:
    before = after = (root / path).read_text(encoding="utf-8")
    for pattern, text in changes.items():
        after = re.sub(pattern, text, after, flags=re.MULTILINE)
    if after != before:
        (root / path).write_text(after, encoding="utf-8")


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=60).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

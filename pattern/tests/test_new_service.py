"""`make service` checks everything first, refuses in one sentence, and then has changed nothing."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.naming import EXAMPLE
from local.refusal import Refusal
from pattern.new_service.__main__ import after, main
from pattern.new_service.answers import FORMER, LONGEST, ask, given, wanted
from pattern.new_service.changes import PAGES, bill, make, origin, start_history
from pattern.new_service.parts import PARTS
from tests.postgresql_plugin import ROOT

ACCOUNT = "AWS_ACCOUNT_ID=111122223333\nCLUSTER_NAME=ledger-dev\nWEB_ROLE_ARN=arn:aws:iam::1:role/ledger-dev-web\n"
VALUES = f"{EXAMPLE}\n{ACCOUNT}"


README = """\
# Ledger

The Ledger.

## Start

Run it.

## See it

![The admin](list.png)

## Make it yours

`make service` names the service.

## Where things are

    docs/      documents
    pattern/   ours

"""


def git(root: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The least that is a clone: a committed repository with a name and the example of an account."""
    root = tmp_path_factory.mktemp("committed") / "clone"
    values = root / "kustomize/overlays/dev/values/values.env"
    for path, text in (
        (root / "project.json", json.dumps({"name": "ledger", "title": "Ledger", "repository": "https://git.test/l"})),
        (root / "README.md", README),
        (
            root / "docs/adr/README.md",
            "# Decisions\n\n| question | decision |\n|---|---|\n| Why? | [0001](0001.md) |\n",
        ),
        (root / "LICENSE", "MIT License\n\nCopyright (c) 2026 The todo-service authors\n\nPermission\n"),
        (root / "docs/runbooks/wake.md", "`aws rds start-db-instance --db-instance-identifier ledger-dev`, a ledger\n"),
        (root / "terraform/envs/dev/terraform.tfvars.example", '  region          = "us-east-1"\n'),
        (root / "pattern/README.md", "Ours\n"),
        *((root / page, "make service\n") for page in PAGES),
        (root / "docs/site.toml", '  { "Own" = "docs/your-own-service.md" },\n  { "API" = "docs/api.md" },\n'),
        (root / "cost/prices.toml", "[us-east-1]\n[eu-central-1]\n"),
        (values, VALUES),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(root.parent, "init", "--quiet", str(root))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "a clone")
    return root


@pytest.fixture
def clone(committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("pattern.new_service.changes.GENERATORS", ())
    monkeypatch.setattr("pattern.new_service.changes.COST", ("true",))
    return shutil.copytree(committed, tmp_path / "clone")


def refusal(clone: Path, **variables: str) -> str:
    status = git(clone, "status", "--porcelain")
    with pytest.raises(Refusal) as refused:
        wanted(clone, {"NAME": "Acme work orders"} | variables)
    assert git(clone, "status", "--porcelain") == status
    return str(refused.value)


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Acme work orders", "acme-work"),
        ("Invoices", "invoices"),
        ("  Bob's   bills ", "bob-s-bills"),
        ("Order & Go 24", "order-go-24"),
    ],
)
def test_the_word_is_the_title_as_far_as_aws_has_room(clone: Path, title: str, word: str) -> None:
    asked = wanted(clone, {"NAME": title})
    assert asked["WORD"] == word
    assert len(word) <= LONGEST


@pytest.mark.parametrize("title", ["", "???", "x" * 61, "-dash", 'a"b', "line\x00"])
def test_a_title_that_documents_cannot_carry_is_refused(clone: Path, title: str) -> None:
    assert 'as in NAME="Acme work orders"' in refusal(clone, NAME=title)


@pytest.mark.parametrize("title", ["Überweisungsverwaltungen", "24 hours", "AWS bills", "Incomprehensibilities", "X"])
def test_a_title_that_gives_no_word_asks_for_one(clone: Path, title: str) -> None:
    assert "give WORD=" in refusal(clone, NAME=title)
    assert wanted(clone, {"NAME": title, "WORD": "orders"})["WORD"] == "orders"


@pytest.mark.parametrize("word", ["a", "Orders", "2go", "a--b", "orders-", "x" * 16, "work_orders", "ssm-x", "dé"])
def test_a_word_is_what_every_name_in_aws_allows(clone: Path, word: str) -> None:
    assert f"{word} cannot start names in AWS" in refusal(clone, WORD=word)


def test_the_limit_is_the_one_that_terraform_sets() -> None:
    assert f"^[a-z][a-z0-9-]{{1,{LONGEST - 1}}}$" in (ROOT / "terraform/modules/state/variables.tf").read_text()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("OWNER", "acme inc"),
        ("OWNER", "-acme"),
        ("REPOSITORY", "a/b"),
        ("REPOSITORY", ".."),
        ("REGION", "Frankfurt"),
        ("ACCOUNT", "1234"),
        ("DOMAIN", "https://acme.com"),
        ("DOMAIN", "acme"),
    ],
)
def test_a_value_of_another_form_is_refused_with_an_example(clone: Path, key: str, value: str) -> None:
    assert refusal(clone, **{key: value}).startswith(f"{key}={value} is not valid: give ")


def test_a_region_without_prices_is_refused(clone: Path) -> None:
    assert "REGION=us-west-2 has no prices" in refusal(clone, REGION="us-west-2")


def test_what_is_not_committed_could_not_be_told_from_the_renaming(clone: Path) -> None:
    (clone / "new.py").write_text("new\n")
    assert "uncommitted" in refusal(clone)


def test_a_downloaded_folder_without_git_could_not_be_taken_back(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="not a git repository"):
        wanted(tmp_path, {"NAME": "Invoices"})


def test_after_the_first_apply_the_word_stays_and_the_title_may_change(clone: Path) -> None:
    values = clone / "kustomize/overlays/dev/values/values.env"
    values.write_text(ACCOUNT)
    git(clone, "commit", "--quiet", "--all", "--message", "make values")
    assert "has values of an account that uses the name ledger" in refusal(clone)
    make(clone, wanted(clone, {"NAME": "Big ledger", "WORD": "ledger"}))
    assert json.loads((clone / "project.json").read_text())["title"] == "Big ledger"
    assert values.read_text() == ACCOUNT


def test_a_word_that_the_account_already_says_of_something_else_is_refused(clone: Path) -> None:
    assert "WORD=arn is in use" in refusal(clone, WORD="arn")


def test_the_name_goes_where_the_account_and_people_read_it_and_nowhere_else(
    clone: Path,
) -> None:
    commit = git(clone, "rev-parse", "HEAD").strip()
    (clone / "pattern/__pycache__").mkdir()
    (clone / "pattern/__pycache__/new_service.pyc").touch()
    (clone / ".git/info/exclude").write_text("__pycache__\n")
    make(clone, wanted(clone, {"NAME": "Acme work orders", "OWNER": "acme", "REGION": "eu-central-1"}))
    read = {path: (clone / path).read_text() for path in git(clone, "ls-files").split()}
    assert json.loads(read["project.json"]) == {
        "name": "acme-work",
        "title": "Acme work orders",
        "repository": "https://github.com/acme/acme-work-orders",
        "upstream": "https://git.test/l",
        "upstream_commit": commit,
    }
    assert read["README.md"].startswith("# Acme work orders\n")
    assert read["README.md"].endswith("\n## Start\n\nRun it.\n\n## Where things are\n\n    docs/      documents\n")
    assert read["CHANGELOG.md"].endswith(f"- Acme work orders starts from https://git.test/l at {commit[:12]}.\n")
    assert "|---|---|\n| **Acme work orders** | |\n" in read["docs/adr/README.md"]
    assert read["docs/adr/1001-a-clone-of-the-reference.md"].startswith("# 1001. Acme work orders is a clone")
    assert "The todo-service authors\nCopyright (c) 20" in read["LICENSE"]
    assert read["docs/runbooks/wake.md"].endswith("acme-work-dev`, a ledger\n")
    assert "CLUSTER_NAME=acme-work-dev\nWEB_ROLE_ARN=arn:aws:iam::1:role/acme-work-dev-web" in "".join(read.values())
    assert '"eu-central-1"' in read["terraform/envs/dev/terraform.tfvars.example"]
    assert not {"pattern/README.md", *PAGES} & read.keys()
    assert read["docs/site.toml"] == '  { "API" = "docs/api.md" },\n'
    assert not (clone / "pattern").exists(), "with the compiled modules of this very command"


def test_awake_hours_fall_where_a_region_costs_more_than_the_ceiling_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "environments/dev.ini"
    file.parent.mkdir()
    file.write_text("ceiling = 50\n# 9 h on 21 working days\nawake_hours = 190\nnext = 1\n")
    said = "grep -q 180 environments/dev.ini || { echo 'dev exceeds $50; 183 awake hours would fit' >&2; exit 1; }"
    monkeypatch.setattr("pattern.new_service.changes.COST", ("sh", "-c", said))
    bill(tmp_path, "eu-central-1")
    assert file.read_text() == "ceiling = 50\n# the ceiling allows this in eu-central-1\nawake_hours = 180\nnext = 1\n"
    assert "below its ceiling for 180 awake hours: environments/dev.ini" in capsys.readouterr().out


def test_what_is_left_names_the_values_that_are_still_examples(clone: Path) -> None:
    shown = after(wanted(clone, {"NAME": "Invoices", "OWNER": "acme", "REGION": "eu-central-1"}))
    assert "replace example values                 ACCOUNT, DOMAIN\n" in shown
    assert "git remote set-url origin https://github.com/acme/invoices\n" in shown
    assert "git reset --hard" in shown
    assert f"git checkout --force {FORMER}" in after(wanted(clone, {"NAME": "Invoices", "HISTORY": "fresh"}))


def test_a_fresh_history_starts_with_the_service_and_keeps_the_former_one_as_a_branch(clone: Path) -> None:
    before, branch = git(clone, "rev-parse", "HEAD"), git(clone, "branch", "--show-current")
    make(clone, wanted(clone, {"NAME": "Invoices", "HISTORY": "fresh"}))
    start_history(clone)
    git(clone, "commit", "--quiet", "--message", "Name the service")
    assert git(clone, "rev-list", "--count", "HEAD") == "1\n"
    assert (git(clone, "branch", "--show-current"), git(clone, "rev-parse", FORMER)) == (branch, before)
    assert "CHANGELOG.md" in git(clone, "ls-files").split()
    (clone / "pattern").mkdir()
    assert f"the branch {FORMER}, which exists" in refusal(clone, HISTORY="fresh")


def test_a_clone_records_where_it_came_from_without_a_login_and_not_its_own_commits(
    clone: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(clone), "second")
    second = tmp_path / "second"
    (second / "own.py").write_text("own\n")
    git(second, "add", "--all")
    git(second, "commit", "--quiet", "--message", "of the client")
    git(second, "remote", "set-url", "origin", "https://ada:secret@git.test/ledger")
    assert origin(second, "https://git.test/l") == (
        "https://git.test/ledger",
        git(clone, "rev-parse", "HEAD").strip(),
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [("HISTORY", "new"), ("EXAMPLE", "yes"), ("WITHOUT", "blue-green"), ("WITHOUT", "composeevidence")],
)
def test_an_unknown_choice_is_refused_with_those_there_are(clone: Path, key: str, value: str) -> None:
    assert refusal(clone, **{key: value}).startswith(f"{key}={value} is not valid: give ")


def test_answers_come_from_a_file_and_what_is_typed_is_stronger(tmp_path: Path) -> None:
    file = tmp_path / "answers"
    file.write_text("# of Acme\nNAME = Acme work orders\n\nOWNER=acme\nDOMAIN=\n")
    known = given({"ANSWERS": str(file), "OWNER": "acme-inc", "NAME": "", "HOME": "/home"})
    assert known == {"NAME": "Acme work orders", "OWNER": "acme-inc", "DOMAIN": ""}


@pytest.mark.parametrize("line", ["TITLE=Acme", "Acme work orders"])
def test_a_line_that_is_no_answer_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "answers"
    file.write_text(f"OWNER=acme\n{line}\n")
    with pytest.raises(Refusal, match=f"{line}: a line is NAME=value, and the names are NAME, WORD"):
        given({"ANSWERS": str(file)})
    with pytest.raises(Refusal, match="there is no such file"):
        given({"ANSWERS": str(tmp_path / "nothing")})


def test_a_terminal_is_asked_until_an_answer_fits_and_an_empty_one_takes_the_default(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    word, choices = ["a_b", ""], ["new", "fresh", "", "compose"]
    typed = iter(["???", "Acme work orders", *word, "acme", "", "mars", "eu-central-1", "", *choices])
    questions = []

    def read(question: str) -> str:
        questions.append(question)
        return next(typed)

    answers = ask(clone, {"ACCOUNT": "111122223333"}, read)
    assert answers["ACCOUNT"] == "111122223333"
    assert "First part of its names in AWS [acme-work]: " in questions
    assert "Repository on GitHub [acme-work-orders]: " in questions
    refused = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 1)[0] for line in refused] == ["NAME=???:", "a_b", "REGION=mars", "HISTORY=new"]
    asked = wanted(clone, answers)
    assert (asked["WORD"], asked["OWNER"], asked["REPOSITORY"]) == ("acme-work", "acme", "acme-work-orders")
    assert (asked["REGION"], asked["DOMAIN"], asked["HISTORY"]) == ("eu-central-1", "", "fresh")
    assert (asked["EXAMPLE"], asked["WITHOUT"]) == ("keep", "compose")


def test_a_part_names_what_is_there() -> None:
    for part in PARTS.values():
        assert [path for path in part.paths if not (ROOT / path).exists()] == []
        for path, changes in part.lines.items():
            text = (ROOT / path).read_text()
            assert [pattern for pattern in changes if not re.search(pattern, text, re.MULTILINE)] == [], path


def test_a_refusal_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NAME", "???")
    assert main(["check"]) == 1
    shown = capsys.readouterr()
    assert len(shown.err.strip().splitlines()) == 1
    assert not shown.out

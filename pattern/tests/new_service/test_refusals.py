"""`make service` refuses in one sentence, and then nothing has changed."""

import subprocess
from pathlib import Path

import pytest

from local.refusal import Refusal
from pattern.new_service.__main__ import main, new_service
from pattern.new_service.files import tracked
from pattern.new_service.names import require_no_collision, require_usable
from pattern.new_service.words import plural_of
from pattern.tests.new_service.renaming import EXAMPLE_ONLY
from tests.postgresql_plugin import ROOT


def git(root: Path, *words: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    return subprocess.run(
        ["git", *identity, *words], cwd=root, capture_output=True, text=True, check=True, timeout=60
    ).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The least that is a clone: a committed repository with the project's word."""
    root = tmp_path / "clone"
    (root / "terraform/envs/dev").mkdir(parents=True)
    (root / "terraform/project").write_text("todo\n")
    (root / "views.py").write_text("def todo_view(todo): ...\n")
    git(tmp_path, "init", "--quiet", str(root))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "a clone")
    return root


def refusal_of(clone: Path, name: str = "invoice", plural: str = "invoices") -> str:
    """Return what is said, after a look that nothing has changed."""
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts}
    with pytest.raises(Refusal) as refused:
        new_service(clone, name, plural)
    assert before == {
        path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts
    }
    return str(refused.value)


def refusal_of_words(name: str, plural: str) -> str:
    with pytest.raises(Refusal) as refused:
        require_usable(["clusters/README.md"], name, plural)
    return str(refused.value)


def test_what_is_not_committed_could_not_be_told_from_the_renaming(clone: Path) -> None:
    (clone / "views.py").write_text("changed\n")
    assert "not committed" in refusal_of(clone)


def test_a_word_that_will_not_do_changes_nothing(clone: Path) -> None:
    assert "is taken" in refusal_of(clone, "deploy", "deploys")


def test_a_file_that_git_does_not_know_yet_counts_as_a_change(clone: Path) -> None:
    (clone / "new.py").write_text("new\n")
    assert "not committed" in refusal_of(clone)


def test_a_service_is_named_once(clone: Path) -> None:
    (clone / "terraform/project").write_text("ledger\n")
    git(clone, "commit", "--quiet", "--all", "--message", "named")
    assert "This is the ledger service already" in refusal_of(clone)


@pytest.mark.parametrize("file", ["terraform/envs/dev/backend.hcl", "terraform/envs/bootstrap/terraform.tfstate"])
def test_after_the_first_apply_it_is_too_late(clone: Path, file: str) -> None:
    (clone / file).parent.mkdir(exist_ok=True)
    (clone / file).write_text("")
    assert file in refusal_of(clone)


def test_a_downloaded_folder_without_git_could_not_be_taken_back(tmp_path: Path) -> None:
    (tmp_path / "terraform").mkdir()
    (tmp_path / "terraform/project").write_text("todo\n")
    assert "no git repository" in refusal_of(tmp_path)


@pytest.mark.parametrize(
    "name", ["", "i", "2nd", "Invoice", "credit-note", "credit_note", "sixteencharacter", "façade", "a\n"]
)
def test_a_name_is_a_lower_case_word_that_aws_has_room_for(name: str) -> None:
    assert "2 to 15 lower-case letters and digits" in refusal_of_words(name, "invoices")


def test_the_limit_is_the_one_that_terraform_sets() -> None:
    text = (ROOT / "terraform/modules/state/variables.tf").read_text()
    assert "^[a-z][a-z0-9-]{1,14}$" in text
    require_usable([], "a" * 15, "a" * 14 + "es")


@pytest.mark.parametrize("plural", ["invoice", "Invoices", "in-voices", "x" * 21])
def test_a_plural_is_another_word_of_the_same_kind(plural: str) -> None:
    assert "PLURAL=" in refusal_of_words("invoice", plural)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("todo", "the example's own"),
        ("todoproject", "the example's own"),
        ("class", "a word of Python's"),
        ("object", "a word of Python's"),
        ("order", "a reserved word of PostgreSQL's"),
        ("calendar", "a Python module"),
        ("request", "a Python module"),  # its plural is a package that is installed
        ("deploy", "a Python module"),
        ("cluster", "a folder of this repository"),
        ("account", "a part of todoproject/"),
        ("session", "an app of Django's"),
    ],
)
def test_a_name_that_something_else_has_is_taken(name: str, reason: str) -> None:
    message = refusal_of_words(name, plural_of(name))
    assert reason in message
    assert "is taken" in message


def test_a_folder_that_another_branch_left_with_compiled_modules_takes_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zebras/__pycache__").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    require_usable([], "zebra", "zebras")


@EXAMPLE_ONLY
def test_what_a_client_may_well_call_its_service_is_free_here() -> None:
    paths = tracked(ROOT)
    for name in ("invoice", "subscription", "booking", "ticket", "customer", "payment", "item", "event"):
        require_usable(paths, name, plural_of(name))
        require_no_collision(ROOT, paths, name, plural_of(name))


def test_two_names_of_a_function_do_not_become_one(clone: Path) -> None:
    (clone / "views.py").write_text("def view(zebra, todo): ...\n")
    git(clone, "commit", "--quiet", "--all", "--message", "a second name")
    assert "The name zebra is taken: views.py has it beside todo" in refusal_of(clone, "zebra", "zebras")


def test_names_of_different_functions_do_not_meet(clone: Path) -> None:
    (clone / "views.py").write_text("def one(zebra): ...\ndef other(todo): ...\n")
    require_no_collision(clone, ["views.py"], "zebra", "zebras")


def test_a_refusal_is_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["credit-note", ""]) == 1
    shown = capsys.readouterr()
    assert len(shown.err.strip().splitlines()) == 1
    assert not shown.out

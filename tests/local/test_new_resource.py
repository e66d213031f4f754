"""`make resource` refuses mistakes within a second, says what to type instead, and leaves nothing half done."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.new_resource.asked import asked
from local.new_resource.changes import Changes
from local.new_resource.existing import existing
from local.new_resource.names import LABELS, MODELS, Names, names_of
from local.refusal import Refusal
from tests.patience import patient
from tests.postgresql_plugin import ROOT

TITLE = "title:str(200)"

#: NAME, FIELDS, and a part of the sentence that names the mistake and the remedy.
REFUSED = [
    ("user", TITLE, "the service has a user already. Type another word, for example NAME=member"),
    ("session", TITLE, "NAME=training-session"),
    ("message", TITLE, "an app messages. Type another word, for example NAME=chat-message"),
    ("error", TITLE, "/errors is an address of the service. Type another word, for example NAME=fault-report"),
    ("test", TITLE, "the folder tests is taken"),
    ("request", TITLE, "requests is a module of Python or of a package"),
    ("resource", TITLE, "Resource means something else in the files"),
    ("news", TITLE, "PLURAL=news"),
    ("orders", TITLE, "type the singular, NAME=order, or both, NAME=orders PLURAL=orders"),
    ("2nd", TITLE, "type NAME=work-order"),
    ("größe", TITLE, "English letters"),
    ("x" * 41, TITLE, "more than 40 letters"),
    ("job", "", "FIELDS is missing: make resource NAME=work-order FIELDS="),
    ("job", "count:int", "FIELDS needs a text that every row has"),
    ("job", "title", "write name:type, for example title:str(200)"),
    ("job", "title:str", "say how many characters"),
    ("job", "title:str(200", "a bracket without its partner"),
    ("job", f"{TITLE} cost:decimal(2,2)", "for example decimal(10,2)"),
    ("job", f"{TITLE} count:int(5)", "write count:int"),
    ("job", f"{TITLE} class:int", "is a word of Python"),
    ("job", f"{TITLE} userName:int", "for example user_name"),
    ("job", f"{TITLE} id:int", "id belongs to every resource"),
    ("job", f"{TITLE} site:building", "there is no type or resource building"),
    ("job", f"{TITLE} done:bool?", "a bool is true or false"),
    ("job", f"{TITLE} state:choice(a)", "at least two different values"),
    ("job", f"{TITLE} state:choice(a,b)=c", "the default c is none of a, b"),
    ("job", f"{TITLE} count:int=many", "a whole number of 32 bits"),
    ("job", f"{TITLE} cost:decimal(4,2)=100", "the default of a decimal(4,2)"),
    ("job", f"{TITLE} day:date=today", "leave =today out"),
    ("job", f"{TITLE} notes:text^", "^ is for short values"),
    ("job", f"{TITLE} code:str(7)!", "code:str(20)!"),
    ("job", f"{TITLE} count:int!=1", "two rows would have the same default. Leave =1 out"),
    ("job", f"{TITLE} done:bool!", "a bool cannot be unique. Leave ! out"),
    ("job", f"{TITLE} chief:user!", "Leave ! out"),
    ("job", f"{TITLE} title:int", "would share a column"),
]
NAMES = {
    "work-order": ("WorkOrder", "work_orders", "work-orders"),
    "MaintenanceInspectionAnalysis": (
        "MaintenanceInspectionAnalysis",
        "maintenance_inspection_analyses",
        "maintenance-inspection-analyses",
    ),
    "select": ("Select", "selects", "selects"),
    "status": ("Status", "statuses", "statuses"),
    "company": ("Company", "companies", "companies"),
    "sales person": ("SalesPerson", "sales_people", "sales-people"),
}


def refusal(**variables: str) -> str:
    with pytest.raises(Refusal) as refused:
        asked(variables)
    return str(refused.value)


@pytest.mark.parametrize(("name", "fields", "sentence"), REFUSED)
def test_what_cannot_be_written_is_refused_with_what_to_type_instead(name: str, fields: str, sentence: str) -> None:
    assert sentence in refusal(NAME=name, FIELDS=fields)


@pytest.mark.parametrize("name", NAMES)
def test_one_name_gives_all_others(name: str) -> None:
    names = names_of(name, "")
    assert (names.model, names.app, names.path) == NAMES[name]


def test_a_plural_that_is_given_is_taken_and_a_class_that_would_be_two_gets_another_name() -> None:
    assert names_of("news", "news") == Names(("news",), ("news",))
    assert (names_of("news", "news").model, names_of("news", "news").resource) == ("News", "NewsResource")


def test_numbers_times_and_short_texts_may_be_unique() -> None:
    unique = ("code:str(8)!", "count:int!", "cost:decimal(10,2)!?", "day:date!", "starts_at:datetime^!")
    fields = asked({"NAME": "job", "FIELDS": f"{TITLE} {' '.join(unique)}"}).fields
    assert [each.unique for each in fields] == [False, True, True, True, True, True]


@pytest.mark.skipif("todo" not in existing(), reason="the example is gone")
def test_what_is_there_cannot_be_written_again_and_can_be_led_to() -> None:
    assert "there is a resource of that name in todos/" in refusal(NAME="todo", FIELDS=TITLE)
    found = asked({"NAME": "job", "FIELDS": f"{TITLE} todo:todo!"}).fields[1]
    assert (found.target, found.unique) == (existing()["todo"], True)


def test_only_a_resource_that_is_there_can_be_removed() -> None:
    assert "there is no such resource" in refusal(NAME="building", REMOVE="1")


@pytest.mark.parametrize(
    ("scope", "sentence"), [("shared", "steps 5 to 9 change what SCOPE=owned writes"), ("mine", "SCOPE=everyone")]
)
def test_a_scope_that_cannot_be_written_is_refused(scope: str, sentence: str) -> None:
    assert sentence in refusal(NAME="job", FIELDS=TITLE, SCOPE=scope)


def test_the_names_that_are_taken_are_those_of_the_installed_apps() -> None:
    from django.apps import apps  # noqa: PLC0415  of this test alone

    own = {each.app for each in existing().values()}
    configs = [config for config in apps.get_app_configs() if config.label not in own]
    assert {config.label for config in configs} <= LABELS
    models = {
        model._meta.model_name for config in configs if config.label != "conformance" for model in config.get_models()
    }
    assert models <= MODELS


def test_a_mistake_is_named_within_a_second_by_a_python_without_packages() -> None:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-S", "-m", "local.new_resource", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "NAME": "user", "FIELDS": TITLE},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    assert time.monotonic() - started < patient(1)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"NAME=user cannot be used: .*\n", done.stderr)


def test_changes_that_end_by_an_exception_leave_every_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "models.py").write_text("rows")
    (tmp_path / "settings.py").write_text("before")

    def change() -> None:
        with Changes(tmp_path) as changes:
            changes.made.append(tmp_path / "new")
            (tmp_path / "new").mkdir()
            (tmp_path / "new" / "api.py").write_text("half")
            changes.edit("settings.py", "after")
            changes.remove("app")
            assert not (tmp_path / "app").exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {"app", "app/models.py", "settings.py"}
    assert (tmp_path / "settings.py").read_text() == "before"
    assert (tmp_path / "app" / "models.py").read_text() == "rows"

"""The environment is read strictly: each refusal names the variable and the right values. And a laptop's is made."""

import json
import re
import socket
import traceback
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from local import ports
from local.environment import service_environment
from todoproject.postgresql import options
from todoproject.secrets import environment
from todoproject.secrets.django_key import key_list


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DB_HOST", "DB_PORT", "DB_NAME", "DB_SSLMODE", "X", "X_FILE", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("DB_USERNAME", "DB_PASSWORD"):
        monkeypatch.delenv(f"{name}_FILE", raising=False)
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("False", False), ("0", False)])
def test_a_switch_is_true_or_false(monkeypatch: pytest.MonkeyPatch, text: str, value: bool) -> None:  # noqa: FBT001
    monkeypatch.setenv("X", text)
    assert environment.switch("X", default=not value) is value


@pytest.mark.parametrize("text", ["ture", "yes", "", "2"])
def test_a_misspelt_switch_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured, match=r"^X='.*' is not a switch: give true or false\.$"):
        environment.switch("X", default=False)


@pytest.mark.parametrize("text", ["", "-1", "11", "1.0", "ten", "٣"])
def test_a_number_out_of_its_range_is_refused_with_the_range(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured, match=r"is not a whole number from 0 to 10\."):
        environment.whole_number("X", default=5, maximum=10)


def test_a_list_has_no_empty_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "a.example, b.example,,")
    assert environment.words("X") == ["a.example", "b.example"]


@pytest.mark.parametrize("text", ["10", "0/minute", "10/fortnight", "ten/minute", "10/minute "])
def test_a_malformed_rate_is_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured, match="for example 100/minute"):
        environment.rate("X")


def test_a_missing_secret_is_refused_with_both_ways_to_give_it() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^X is not set: give X, or X_FILE=/mnt/secrets-store/x\.$"):
        environment.secret("X", debug_default="only in debug")


def test_a_secret_has_a_default_only_in_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "true")
    assert environment.secret("X", debug_default="only in debug").value() == "only in debug"


def test_a_secret_comes_from_the_file_that_the_file_variable_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "x").write_text("from the file\n")
    monkeypatch.setenv("X_FILE", str(tmp_path / "x"))
    assert environment.secret("X").value() == "from the file"


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("X", "text")
    monkeypatch.setenv("X_FILE", str(tmp_path / "x"))
    with pytest.raises(ImproperlyConfigured, match=r"^X and X_FILE are both set: keep one\.$"):
        environment.secret("X")


def test_a_list_of_secrets_may_be_absent() -> None:
    assert environment.secret("X", default="[]").value() == "[]"


@pytest.mark.parametrize("text", ["{}", "[1]", "no json at all", "[" * 100_000])
def test_a_list_of_secrets_that_is_no_json_array_of_texts_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("X", text)
    with pytest.raises(ImproperlyConfigured, match=r"^X must hold a JSON array of texts") as caught:
        environment.secret("X", default="[]", check=key_list)
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", ["", "changeme", "weak"])
def test_a_list_of_secrets_with_one_that_is_none_is_refused_by_its_number(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("X", json.dumps(["a good former key " * 3, text]))
    with pytest.raises(ImproperlyConfigured, match=r"^X, entry 2[: ]"):
        environment.secret("X", default="[]", check=key_list)


def test_an_unknown_choice_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "twisted")
    with pytest.raises(ImproperlyConfigured, match=r"^X='twisted' is not known: give wsgi or asgi\.$"):
        environment.choice("X", default="wsgi", among=["wsgi", "asgi"])


def test_a_database_address_alone_gives_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ada:p%40ss-word@db.example:6432/todos")
    found = options.database()
    credentials = found.pop("USERNAME_SECRET").value(), found.pop("PASSWORD_SECRET").value()
    assert credentials == ("ada", "p@ss-word")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", 6432, "todos")


def test_a_database_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ada:pass-word@db.example/todos")
    monkeypatch.setenv("DB_HOST", "elsewhere")
    with pytest.raises(ImproperlyConfigured, match=re.escape("DATABASE_URL is set, and so is DB_HOST: keep one way.")):
        options.database()


@pytest.mark.parametrize("address", ["mysql://u:p@h/n", "sqlite:///db.sqlite3", "nonsense"])
def test_another_kind_of_database_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(ImproperlyConfigured, match="must be postgres://user:password@host:port/name"):
        options.database()


@pytest.mark.parametrize(
    "password", ["s3cret?leak", "12?leak", "s3cret#leak", "s3cret/leak", "leak]", "[leak", "leak:9x@y", "1/le@ak"]
)
@pytest.mark.parametrize("rest", ["@db.example/todos", "@db.example:5432/todos", "@db.example", ""])
def test_a_database_address_that_cannot_be_read_shows_no_part_of_itself(
    monkeypatch: pytest.MonkeyPatch, password: str, rest: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://ada:{password}{rest}")
    said = "DATABASE_URL must be postgres://user:password@host:port/name"  # some can be read after all
    try:
        options.database()
    except ImproperlyConfigured as error:
        said = "".join(traceback.format_exception(error))
    assert "DATABASE_URL must be postgres://user:password@host:port/name" in said
    for piece in (password, "leak", "s3cret", "db.example", "ada"):
        assert piece not in said


# ── On a laptop ──────────────────────────────────────────────────────────────────────────────────────────────────────
def on_a_laptop(monkeypatch: pytest.MonkeyPatch, name: str, **variables: str) -> str:
    monkeypatch.delenv("METRICS_PORT", raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return service_environment(Path(), database={})[name]


def test_metrics_have_the_port_1000_above_that_of_the_service_or_a_free_one_where_that_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    while not (port := ports.any_free()) <= 64535 or not ports.is_free(port + 1000):
        pass
    assert int(on_a_laptop(monkeypatch, "METRICS_PORT", PORT=str(port))) == port + 1000
    with closing(socket.create_server(("127.0.0.1", port + 1000))):
        other = int(on_a_laptop(monkeypatch, "METRICS_PORT", PORT=str(port)))
    assert other not in {0, port, port + 1000}
    assert 0 < int(on_a_laptop(monkeypatch, "METRICS_PORT", PORT="65000")) <= 65535


@pytest.mark.parametrize(("name", "value"), [("METRICS_PORT", "0"), ("METRICS_PORT", "9123"), ("SERVER", "asgi")])
def test_a_person_may_choose_another_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert on_a_laptop(monkeypatch, name, **{name: value}) == value

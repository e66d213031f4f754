"""A secret in a file is strict at the start and forgiving afterwards."""

import logging
import os
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from todoproject.metrics.secrets import failed_looks
from todoproject.secrets.files import SecretError, SecretFile, SecretText


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "db_password"
    file.write_text("first-value\n")
    return file


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("todoproject.secrets.files.time.monotonic", lambda: now[0])
    return now


def test_one_trailing_newline_is_cut_and_no_more(path: Path) -> None:
    path.write_text("value\n\n")
    assert SecretFile("DB_PASSWORD", str(path)).value() == "value\n"


def test_a_new_value_is_seen_after_five_seconds_and_not_before(path: Path, clock: list[float]) -> None:
    secret = SecretFile("DB_PASSWORD", str(path))
    path.write_text("second-value\n")
    clock[0] += 4.9
    assert (secret.value(), secret.version) == ("first-value", 0)
    clock[0] += 0.1
    assert (secret.value(), secret.version) == ("second-value", 1)


def test_a_file_swapped_through_a_symbolic_link_as_the_kubelet_does_it_is_seen(tmp_path: Path) -> None:
    for version in ("one", "two"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "key").write_text(f"value-{version}")
    (tmp_path / "data").symlink_to("one")
    (tmp_path / "key").symlink_to("data/key")
    secret = SecretFile("X", str(tmp_path / "key"))
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").rename(tmp_path / "data")
    assert secret.value(fresh=True) == "value-two"


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n", b"changeme\n", b"\xff\xfe"])
def test_the_last_good_value_stays_while_the_file_is_broken(path: Path, content: bytes) -> None:
    secret = SecretFile("DB_PASSWORD", str(path))
    path.write_bytes(content)
    assert secret.value(fresh=True) == "first-value"


def test_a_broken_file_is_one_error_in_the_log_until_it_is_good_again(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = SecretFile("DB_PASSWORD", str(path))
    path.unlink()
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            secret.value(fresh=True)
        path.write_text("second-value")
        secret.value(fresh=True)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", f"DB_PASSWORD_FILE={path}: there is no such file. The last good value stays in use."),
        ("INFO", f"DB_PASSWORD_FILE={path} can be read again."),
    ]


def test_every_look_at_a_broken_file_is_counted(path: Path) -> None:
    secret = SecretFile("DB_PASSWORD", str(path))
    counted = failed_looks.labels("DB_PASSWORD")
    before = counted._value.get()
    path.write_text("")
    for _ in range(3):
        secret.value(fresh=True)
    assert counted._value.get() - before == 3


def test_a_text_that_does_not_pass_the_check_is_broken_too(path: Path) -> None:
    def longer_than_five(text: str, name: str) -> None:
        if len(text) <= 5:
            raise SecretError(f"{name} is short.")

    secret = SecretFile("DB_PASSWORD", str(path), longer_than_five)
    path.write_text("half")
    assert secret.value(fresh=True) == "first-value"
    with pytest.raises(SecretError, match=r"^DB_PASSWORD_FILE=.* is short\.$"):
        SecretFile("DB_PASSWORD", str(path), longer_than_five)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("nowhere", r": there is no such file\."),
        ("empty", r" exists, but is empty\."),
        ("folder", r" cannot be read \(IsADirectoryError\)\."),
    ],
)
def test_a_file_without_a_secret_stops_the_start_with_variable_and_path(tmp_path: Path, name: str, wrong: str) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SecretError, match=f"^DB_PASSWORD_FILE=.*/{name}{wrong}$"):
        SecretFile("DB_PASSWORD", str(tmp_path / name))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file: run as an ordinary user")
def test_an_unreadable_file_stops_the_start(path: Path) -> None:
    path.chmod(0)
    with pytest.raises(SecretError, match=r"cannot be read \(PermissionError\)"):
        SecretFile("DB_PASSWORD", str(path))


@pytest.mark.parametrize("text", ["changeme", "CHANGE-ME", " secret ", "django-insecure-4711"])
def test_a_placeholder_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(SecretError) as caught:
        SecretText("DJANGO_SECRET_KEY", text)
    assert str(caught.value) == "DJANGO_SECRET_KEY is set, but holds a placeholder, not a secret."


def test_when_the_file_was_last_written_is_told_for_its_age(path: Path) -> None:
    os.utime(path, (1_000_000, 1_000_000))
    secret = SecretFile("A_TEST_PASSWORD", str(path))
    labels = {"variable": "A_TEST_PASSWORD"}
    assert REGISTRY.get_sample_value("service_secret_changed_timestamp_seconds", labels) == 1_000_000
    path.write_text("second-value\n")
    os.utime(path, (2_000_000, 2_000_000))
    secret.value(fresh=True)
    assert REGISTRY.get_sample_value("service_secret_changed_timestamp_seconds", labels) == 2_000_000

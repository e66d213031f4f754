"""The Django key changes while the process runs: signatures follow it, and nobody is logged out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.test import Client
from pytest_django import Settings

from tests.postgresql_plugin import ROOT
from todoproject.accounts.models import User
from todoproject.secrets import django_key, environment
from todoproject.secrets.files import LOOK_SECONDS, ForcedLooks, SecretError, SecretFile

pytestmark = pytest.mark.usefixtures("quick_hasher")

FORMER, NEW = "the former key " * 4, "the new key " * 5


class Keys:
    """The two files, and a clock to move."""

    def __init__(self, folder: Path, now: list[float]) -> None:
        self.key, self.fallbacks, self.now = folder / "key", folder / "fallbacks", now
        self.write(FORMER)

    def write(self, key: str, *fallbacks: str) -> None:
        self.key.write_text(key)
        self.fallbacks.write_text(json.dumps(fallbacks))

    def wait(self) -> None:
        self.now[0] += LOOK_SECONDS


@pytest.fixture
def keys(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Keys:
    now = [1000.0]
    monkeypatch.setattr("todoproject.secrets.files.time.monotonic", lambda: now[0])
    keys = Keys(tmp_path, now)
    settings.DJANGO_SECRET_KEY = SecretFile("DJANGO_SECRET_KEY", str(keys.key), django_key.strong)
    settings.DJANGO_SECRET_KEY_FALLBACKS = SecretFile(
        "DJANGO_SECRET_KEY_FALLBACKS", str(keys.fallbacks), django_key.key_list
    )
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = FORMER, []
    monkeypatch.setitem(django_key._taken, "versions", (0, 0))
    monkeypatch.setattr(django_key, "_forced_looks", ForcedLooks())
    return keys


def superuser() -> User:
    return User.objects.create_superuser("operator", password="a password of some length")


def in_use() -> tuple[str, list[str]]:
    return django_settings.SECRET_KEY, list(django_settings.SECRET_KEY_FALLBACKS)


@pytest.mark.parametrize("weak", ["a", "changethis", "0" * 64, "abcd" * 16, NEW[:49]])
def test_a_weak_or_half_written_key_is_refused_at_the_start_and_kept_out_while_running(
    keys: Keys, client: Client, monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    monkeypatch.delenv("DJANGO_SECRET_KEY_FILE")
    monkeypatch.setenv("DJANGO_SECRET_KEY", weak)
    with pytest.raises(SecretError, match=r"^DJANGO_SECRET_KEY: the key (has \d+ characters|repeats)") as refusal:
        environment.secret("DJANGO_SECRET_KEY", check=django_key.strong)
    assert weak not in str(refusal.value).removeprefix("DJANGO_SECRET_KEY: the key ") or len(weak) == 1
    keys.write(weak)
    keys.wait()
    client.get("/healthz"), client.get("/docs")
    assert in_use() == (FORMER, [])


def test_the_settings_check_the_strength_of_the_key() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SECRET_KEY_FILE"}
        | {"DJANGO_SECRET_KEY": "leaked"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "DJANGO_SECRET_KEY: the key has 6 characters, fewer than 50." in done.stderr
    assert "leaked" not in done.stdout + done.stderr


def test_a_new_key_is_in_use_at_the_first_request_after_five_seconds(keys: Keys, client: Client) -> None:
    keys.write(NEW, FORMER)
    client.get("/nothing")
    assert in_use() == (FORMER, [])
    keys.wait()
    client.get("/nothing")
    assert in_use() == (NEW, [FORMER])


def test_signatures_of_the_former_key_are_valid_until_it_is_removed(keys: Keys) -> None:
    signed = {signer: signer().sign("text") for signer in (signing.Signer, signing.TimestampSigner)}
    cookie = signing.get_cookie_signer(salt="a").sign("text")
    keys.write(NEW, FORMER)
    keys.wait()
    django_key.refresh()
    assert [signer().unsign(text) for signer, text in signed.items()] == ["text", "text"]
    assert signing.get_cookie_signer(salt="a").unsign(cookie) == "text"
    keys.write(NEW)
    keys.wait()
    django_key.refresh()
    with pytest.raises(signing.BadSignature):
        signing.Signer().unsign(signed[signing.Signer])


@pytest.mark.django_db
def test_a_change_of_password_still_ends_the_sessions(keys: Keys, client: Client) -> None:
    user = superuser()
    client.force_login(user)
    user.set_password("another password altogether")
    user.save()
    assert client.get("/admin/", secure=True).status_code == 302


def test_an_unknown_signature_causes_one_look_at_the_files_a_second(keys: Keys) -> None:
    keys.write(NEW, FORMER)
    django_key.refresh_now()
    assert in_use() == (NEW, [FORMER])
    keys.write("a third key " * 5, NEW)
    django_key.refresh_now()
    assert in_use() == (NEW, [FORMER])
    keys.now[0] += 1
    django_key.refresh_now()
    assert in_use() == ("a third key " * 5, [NEW])


@pytest.mark.parametrize("fallbacks", ["", '["half', "{}", '["changeme"]'])
def test_fallbacks_that_are_broken_leave_the_last_good_ones_in_use(keys: Keys, fallbacks: str) -> None:
    keys.write(NEW, FORMER)
    keys.wait()
    django_key.refresh()
    keys.fallbacks.write_text(fallbacks)
    keys.wait()
    django_key.refresh()
    assert in_use() == (NEW, [FORMER])

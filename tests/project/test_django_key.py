"""A Django key that changes while the process runs: what Django signs follows it, and nobody is logged out."""

import json
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import Client
from pytest_django import Settings

from todoproject.accounts.models import User
from todoproject.secrets import django_key
from todoproject.secrets.files import LOOK_SECONDS, ForcedLooks, SecretFile

pytestmark = pytest.mark.usefixtures("quick_hasher")

FORMER, NEW = "the former key " * 4, "the new key " * 4


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
    settings.DJANGO_SECRET_KEY = SecretFile("DJANGO_SECRET_KEY", str(keys.key))
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


def test_a_new_key_is_in_use_at_the_first_request_after_five_seconds(keys: Keys, client: Client) -> None:
    keys.write(NEW, FORMER)
    client.get("/nothing")
    assert in_use() == (FORMER, [])
    keys.wait()
    client.get("/nothing")
    assert in_use() == (NEW, [FORMER])


def test_what_the_former_key_has_signed_is_good_until_that_key_is_dropped(keys: Keys) -> None:
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


def test_djangos_own_token_generator_follows(keys: Keys) -> None:
    user = User(pk=1, password="hash")
    token = default_token_generator.make_token(user)
    keys.write(NEW, FORMER)
    keys.wait()
    django_key.refresh()
    assert default_token_generator.check_token(user, token)
    assert default_token_generator.make_token(user) != token


@pytest.mark.django_db
def test_a_session_outlives_ten_rotations_under_the_same_name(keys: Keys, client: Client) -> None:
    client.force_login(superuser())
    session = client.cookies["sessionid"].value
    history = [FORMER]
    for number in range(10):
        history.append(f"key {number} " * 10)
        keys.write(history[-1], *history[:-1])
        keys.wait()
        assert client.get("/admin/", secure=True).status_code == 200
    assert client.cookies["sessionid"].value == session


@pytest.mark.django_db
def test_a_change_of_password_still_ends_the_sessions(keys: Keys, client: Client) -> None:
    user = superuser()
    client.force_login(user)
    user.set_password("another password altogether")
    user.save()
    assert client.get("/admin/", secure=True).status_code == 302


def test_a_signature_of_a_quicker_process_makes_us_look_once_a_second(keys: Keys) -> None:
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

"""The ring of signing keys: strict at the start, forgiving while running, rotated without a restart."""

import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.postgresql_plugin import ROOT
from todoproject.accounts.tokens import TokenError, issue_access, read_access
from todoproject.secrets.files import SecretError, SecretFile, SecretText
from todoproject.secrets.key_ring import KeyRing, parsed


def key(letter: str, *, size: int = 32) -> str:
    return urlsafe_b64encode((letter.encode() + bytes(range(64)))[:size]).rstrip(b"=").decode()


OLD, NEW = {"kid": "old", "key": key("o")}, {"kid": "new", "key": key("n")}


class Ring:
    """A ring in a file, and a clock to move."""

    def __init__(self, path: Path, now: list[float]) -> None:
        self.path, self.now = path, now

    def write(self, *entries: object) -> None:
        self.path.write_text(json.dumps(entries))

    def secret(self) -> SecretFile:
        return SecretFile("JWT_SIGNING_KEYS", str(self.path), parsed)

    def wait(self, seconds: float) -> None:
        self.now[0] += seconds


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ring:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    ring = Ring(tmp_path / "jwt_signing_keys", now)
    ring.write(OLD)
    return ring


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every read of a secret's file."""
    seen: list[Path] = []
    original = SecretFile._read

    def counting(self: SecretFile) -> str:
        seen.append(self.path)
        return original(self)

    monkeypatch.setattr(SecretFile, "_read", counting)
    return seen


# ── Rotation ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_rotation_needs_no_restart_and_logs_nobody_out(ring: Ring, settings: Settings) -> None:
    settings.JWT_SIGNING_KEYS = ring.secret()
    before = issue_access(1)

    ring.write(OLD, NEW)  # the new key verifies only
    ring.wait(5)
    during = issue_access(2)
    assert [read_access(before), read_access(during)] == [1, 2]

    ring.write(NEW, OLD)  # the new key signs
    ring.wait(5)
    after = issue_access(3)
    assert [read_access(before), read_access(during), read_access(after)] == [1, 2, 3]

    ring.write(NEW)  # the old key is gone
    ring.wait(5)
    assert read_access(after) == 3
    with pytest.raises(TokenError):
        read_access(before)


def test_a_token_signed_by_a_pod_that_saw_the_new_key_first_is_read_at_once(ring: Ring, settings: Settings) -> None:
    settings.JWT_SIGNING_KEYS = ring.secret()
    issue_access(1)
    ring.write(NEW, OLD)
    quicker_pod = KeyRing(ring.secret())
    assert quicker_pod.signing_key()[0] == "new"
    settings.JWT_SIGNING_KEYS, slower = quicker_pod._secret, settings.JWT_SIGNING_KEYS
    token = issue_access(7)
    settings.JWT_SIGNING_KEYS = slower
    assert read_access(token) == 7


def test_unknown_kids_cost_one_look_at_the_file_a_second(ring: Ring, reads: list[Path]) -> None:
    keys = KeyRing(ring.secret())
    reads.clear()
    for number in range(1000):
        assert keys.verifying_key(f"unknown-{number}") is None
    assert len(reads) == 1
    ring.wait(1)
    keys.verifying_key("unknown")
    assert len(reads) == 2


def test_half_a_ring_and_a_weak_one_are_kept_out_while_running(ring: Ring) -> None:
    keys, whole = KeyRing(ring.secret()), json.dumps([NEW, OLD])
    for text in (*(whole[:length] for length in range(len(whole))), json.dumps([{"kid": "new", "key": "A" * 43}])):
        ring.path.write_text(text)
        ring.wait(5)
        assert keys.signing_key()[0] == "old"
    ring.path.write_text(whole)
    ring.wait(5)
    assert keys.signing_key()[0] == "new"


# ── The start ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("leaked", " is not JSON."),
        ("[" * 100_000, " is not JSON."),
        ("[]", " must hold a JSON array of one or more"),
        ('["leaked"]', ', entry 1 must be an object with "kid" and "key", both texts.'),
        ('[{"kid": 1, "key": "leaked"}]', ', entry 1 must be an object with "kid" and "key", both texts.'),
        ('[{"kid": "", "key": "leaked"}]', ', entry 1 must be an object with "kid" and "key", both texts.'),
        (json.dumps([OLD, {"kid": "leaked", "key": "leaked+/"}]), ", entry 2: the key is not base64url."),
        (json.dumps([{"kid": "leaked", "key": "leaked\n"}]), ", entry 1: the key is not base64url."),
        (json.dumps([{"kid": "leaked", "key": "leake"}]), ", entry 1: the key is not base64url."),
        (
            json.dumps([OLD, {"kid": "leaked", "key": key("l", size=31)}]),
            ", entry 2: the key has 31 bytes, fewer than 32.",
        ),
        (
            json.dumps([{"kid": "leaked", "key": urlsafe_b64encode(b"ssh-rsa " + b"leaked" * 6).decode()}]),
            ", entry 1: the key is not random bytes but a key file of another kind.",
        ),
        (
            json.dumps([{"kid": "leaked", "key": urlsafe_b64encode(b"leaked" * 6).decode()}]),
            ", entry 1: the key repeats a few bytes; make one of random bytes.",
        ),
        (json.dumps([OLD, NEW, OLD]), ", entry 3: an earlier entry has the same kid."),
    ],
)
def test_a_ring_that_cannot_be_used_is_refused_without_being_quoted(ring: Ring, content: str, wrong: str) -> None:
    ring.path.write_text(content)
    with pytest.raises(SecretError) as caught:
        KeyRing(ring.secret())
    sentence = str(caught.value)
    assert sentence.startswith(f"JWT_SIGNING_KEYS_FILE={ring.path}{wrong}")
    assert "leaked" not in sentence
    assert OLD["key"] not in sentence


def test_a_ring_in_the_environment_is_named_by_its_variable() -> None:
    with pytest.raises(SecretError, match=r"^JWT_SIGNING_KEYS is not JSON\.$"):
        KeyRing(SecretText("JWT_SIGNING_KEYS", "[{"))


@pytest.mark.parametrize("padding", ["", "="])
def test_padding_of_base64url_may_stand_or_not(padding: str) -> None:
    text = json.dumps([{"kid": "one", "key": key("k") + padding}])
    assert KeyRing(SecretText("JWT_SIGNING_KEYS", text)).signing_key()[0] == "one"


@pytest.mark.slow
def test_nothing_starts_with_a_ring_that_cannot_be_used(ring: Ring) -> None:
    ring.path.write_text('[{"kid": "leaked", "key": "bGVha2Vk"}]')
    done = subprocess.run(
        [sys.executable, "-c", "from todoproject.server.wsgi import application; application()"],  # as gunicorn does
        cwd=ROOT,
        env={**os.environ, "JWT_SIGNING_KEYS_FILE": str(ring.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert f"JWT_SIGNING_KEYS_FILE={ring.path}, entry 1: the key has 6 bytes, fewer than 32." in done.stderr
    assert "bGVha2Vk" not in done.stdout + done.stderr

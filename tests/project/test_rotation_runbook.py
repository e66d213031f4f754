"""The steps of docs/runbooks/rotate-secrets.md make valid values, and old signatures still verify."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

from tests.postgresql_plugin import ROOT
from todoproject.secrets.django_key import key_list, strong
from todoproject.secrets.key_ring import parsed

PROGRAMS = re.findall(r"<<'END'\n(.*?)\nEND\n", (ROOT / "docs/runbooks/rotate-secrets.md").read_text(), re.DOTALL)
MIGRATE, *STEPS = PROGRAMS
RING, DJANGO = STEPS[:3], STEPS[3:]


def stepped(program: str, folder: Path, **secrets: str) -> object:
    """Run a program of the page where `kubectl` has put these secrets, and return the value that it wrote."""
    data = {name: base64.b64encode(text.encode()).decode() for name, text in secrets.items()}
    (folder / "web-secrets.json").write_text(json.dumps({"data": data}))
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, timeout=60, process_group=0)
    (written,) = re.findall(r'open\("(\w+\.json)", "w"\)', program)
    return json.loads((folder / written).read_text())


def test_the_ring_s_new_key_verifies_then_signs_then_stands_alone(tmp_path: Path) -> None:
    rings = [[{"kid": "old", "key": base64.urlsafe_b64encode(bytes(range(32))).decode()}]]
    for program in RING:
        rings.append(stepped(program, tmp_path, jwt_signing_keys=json.dumps(rings[-1])))  # type: ignore[arg-type]
    new = rings[-1][0]["kid"]
    assert [list(parsed(json.dumps(ring), "X")) for ring in rings] == [["old"], ["old", new], [new, "old"], [new]]


def test_django_s_new_key_verifies_then_signs_then_stands_alone(tmp_path: Path) -> None:
    old, key, fallbacks, seen = "o1" + "ld-key" * 10, "", "[]", []
    key = old
    for program in DJANGO:
        value = stepped(program, tmp_path, django_secret_key=key, django_secret_key_fallbacks=fallbacks)
        assert isinstance(value, dict)
        key, fallbacks = strong(value["key"], "X"), json.dumps(value["fallbacks"])
        seen.append((key == old, [each == old for each in key_list(fallbacks, "X")]))
    assert seen == [(True, [False, True]), (False, [False, True]), (False, [])]


def test_the_migrate_login_keeps_its_user(tmp_path: Path) -> None:
    value = stepped(MIGRATE, tmp_path)
    assert isinstance(value, dict)
    assert value["username"] == "service_migrate"
    assert len(value["password"]) > 40

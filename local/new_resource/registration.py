"""The lines outside of an app's folders that name it."""

from __future__ import annotations

import re

from local.new_resource.changes import Changes
from local.refusal import Refusal

#: Lists of import-linter and coverage in pyproject.toml that name every app.
LISTS = re.compile(r"^(?P<list>(?:root_packages|forbidden_modules|source) = \[[^\]\n]*)\]", re.MULTILINE)

#: What urls.py imports without a resource, and with one.
WITHOUT, WITH = "from django.urls import path, re_path", "from django.urls import include, path, re_path"


def register(changes: Changes, app: str) -> None:
    """Add the lines for an app; raise Refusal if the place for one is not found."""
    settings = _text(changes, "todoproject/settings.py")
    installed = re.search(r"^INSTALLED_APPS = \[\n(.*?)^\]", settings, re.MULTILINE | re.DOTALL)
    _edit(changes, "todoproject/settings.py", settings, installed and installed.end(1), f'    "{app}",\n')
    urls = _text(changes, "todoproject/urls.py").replace(WITHOUT, WITH)
    place = re.search(r'(?:^    path\("", .*\),\n)+', urls, re.MULTILINE)
    _edit(changes, "todoproject/urls.py", urls, place and place.end(), f'    path("", include("{app}.api")),\n')
    changes.edit("pyproject.toml", LISTS.sub(rf'\g<list>, "{app}"]', _text(changes, "pyproject.toml")))
    docker = _text(changes, "Dockerfile")
    place = re.search(r"^COPY todoproject todoproject/\n", docker, re.MULTILINE)
    _edit(changes, "Dockerfile", docker, place and place.end(), f"COPY {app} {app}/\n")
    ignore = _text(changes, ".dockerignore")
    place = re.search(r"^!todoproject\n", ignore, re.MULTILINE)
    _edit(changes, ".dockerignore", ignore, place and place.end(), f"!{app}\n")


def unregister(changes: Changes, app: str) -> None:
    """Remove the lines for an app."""
    for file, line in {
        "todoproject/settings.py": rf'^    "{app}",\n',
        "todoproject/urls.py": rf'^    path\("", include\("{app}\.api"\)\),\n',
        "Dockerfile": rf"^COPY {app} {app}/\n",
        ".dockerignore": rf"^!{app}\n",
    }.items():
        changes.edit(file, re.sub(line, "", _text(changes, file), flags=re.MULTILINE))
    urls = _text(changes, "todoproject/urls.py")
    if "include(" not in urls:
        changes.edit("todoproject/urls.py", urls.replace(WITH, WITHOUT))
    text = _text(changes, "pyproject.toml")
    changes.edit("pyproject.toml", LISTS.sub(lambda found: found[0].replace(f', "{app}"', ""), text))


def _text(changes: Changes, file: str) -> str:
    return (changes.root / file).read_text(encoding="utf-8")


def _edit(changes: Changes, file: str, text: str, place: int | None, line: str) -> None:
    if place is None:
        raise Refusal(f"{file} has no place for the line {line.strip()}: compare the file with upstream's.")
    changes.edit(file, text[:place] + line + text[place:])

"""Rendered manifests equal the reviewed ones: `make golden` accepts a change, and `git diff` shows it.

One environment is kept whole, the others by what differs, object by object. An account's value is shown as its name in
values.env. Left out are green (test_colours.py holds it to be blue under another name), files inside ConfigMaps, and
the labels and namespace of every object (object_policies.py).
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from environments import load
from tests.kustomize.conftest import Renderings
from tests.kustomize.rendering import ENVIRONMENTS, SAMPLE, SOURCE, Rendering, render

FOLDER = Path(__file__).with_name("golden")
PARTS = ("shared", "migrate", "blue", "smoke-blue", "traffic-blue", "prune")
DISTINCT = 12
EVERYWHERE = re.compile(
    r"^ +(app\.kubernetes\.io/(part-of|name): service|service/environment: \w+|namespace: service)\n", re.MULTILINE
)
FILES = re.compile(r"(?m)^(  \S+): \|\n(?:    .*\n|\n)+")
HASH = re.compile(r"-[a-z0-9]{10}$")


def test_the_renderings_are_the_golden_ones(renderings: Renderings) -> None:
    written = golden(renderings)
    assert set(FOLDER.iterdir()) == set(written), "make golden"
    for path, text in written.items():
        difference = difflib.unified_diff(
            path.read_text().splitlines(), text.splitlines(), "golden", "rendered", lineterm="", n=2
        )
        lines = "\n".join(list(difference)[:60])
        assert not lines, f"{path.stem} renders otherwise. If that is meant: make golden\n{lines}"


def golden(renderings: Mapping[tuple[str, str], Rendering]) -> dict[Path, str]:
    """Return every golden file with its text."""
    objects = {name: shown(name, renderings) for name in ENVIRONMENTS}
    sample = objects.pop(SAMPLE)
    return {
        FOLDER / f"{SAMPLE}.txt": "".join(f"# {name}\n{text}" for name, text in sample.items()),
        **{FOLDER / f"{name}.diff": "".join(differences(sample, each)) for name, each in objects.items()},
    }


def shown(environment: str, renderings: Mapping[tuple[str, str], Rendering]) -> dict[str, str]:
    """Return the objects of an environment by part, kind and name, without what the module's docstring names."""
    objects = {}
    # Longer ones first, since a value may be part of another; short ones are words that stand elsewhere too.
    account = sorted(load()[environment].account().items(), key=lambda pair: -len(pair[1]))
    for part in PARTS:
        rendering = renderings[environment, part]
        for manifest, whole in zip(rendering.objects, re.split(r"(?m)^---\n", rendering.text), strict=True):
            text = EVERYWHERE.sub("", whole)
            if manifest["kind"] == "ConfigMap":
                text = FILES.sub(r"\1: …\n", text)
            for key, value in account:
                if len(value) >= DISTINCT:
                    text = text.replace(value, f"${{{key}}}")
            objects[f"{part}: {manifest['kind']} {HASH.sub('', manifest['metadata']['name'])}"] = text
    return objects


def differences(sample: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    """Yield the differences: an object that one side lacks, and the lines that differ in the others."""
    yield from (f"# {name}: not here\n" for name in sample if name not in other)
    for name, text in other.items():
        if name not in sample:
            yield f"# {name}: only here\n{text}"
        elif text != sample[name]:
            yield f"# {name}\n"
            lines = difflib.unified_diff(sample[name].splitlines(), text.splitlines(), lineterm="", n=1)
            # Without places: they move with every change of the whole.
            yield from ("@@\n" if line.startswith("@@") else f"{line}\n" for line in list(lines)[2:])


def main() -> None:
    renderings = {(name, part): render(SOURCE / "overlays" / name / part) for name in ENVIRONMENTS for part in PARTS}
    written = golden(renderings)
    for path in set(FOLDER.iterdir()) - set(written):
        path.unlink()
    for path, text in written.items():
        path.write_text(text)


if __name__ == "__main__":
    main()

"""A rule: a sentence, its reason, and the code that finds breaches."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.kustomize.rendering import Manifest

Objects = tuple[Manifest, ...]


class Policy(NamedTuple):
    """`violations` yields one sentence for each object of a rendering that breaks the rule."""

    rule: str
    reason: str
    violations: Callable[[Objects], Iterator[str]]

"""Reads the environments: environments/NAME.ini, kustomize/overlays/NAME and, with an account, terraform/envs/NAME.

Every list of environments elsewhere is read from here, or written from here by `make environment`.
"""

import configparser
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Terraform names roles and buckets by it: terraform/modules/environment/variables.tf says the same.
NAME = re.compile(r"[a-z][a-z0-9]{1,9}")


class EnvironmentFilesError(ValueError):
    """The files of an environment do not fit together; the message names the file and the remedy."""


@dataclass(frozen=True)
class Environment:
    """One environment; `root` is the repository that it was read from."""

    name: str
    root: Path
    values: configparser.ConfigParser

    @property
    def overlay(self) -> Path:
        """Folder of its manifests."""
        return self.root / "kustomize" / "overlays" / self.name

    @property
    def has_account(self) -> bool:
        """Whether Terraform makes it; overlays/local runs on any cluster."""
        return self._terraform.exists()

    @property
    def after(self) -> str:
        """Name of the environment in which a digest must have held before; "" for the first."""
        return self.values.get("delivery", "after", fallback="")

    @property
    def reviewed(self) -> bool:
        """Whether people approve a delivery: the GitHub environment has reviewers."""
        return self.values.getboolean("delivery", "reviewed")

    @property
    def pages(self) -> bool:
        """Whether its alerts reach people."""
        people = self.values.get("alerts", "people")
        if people not in {"page", "look"}:
            raise EnvironmentFilesError(f"environments/{self.name}.ini: people = {people} must be page or look")
        return people == "page"

    @property
    def production(self) -> bool:
        """Whether real users depend on it."""
        return self._setting("production", "false") == "true"

    @property
    def sleeps(self) -> bool:
        """Whether it may be put to sleep."""
        return self._setting("sleeps", "false") == "true"

    @property
    def time_zone(self) -> str:
        """Return its people's time zone, as the tz database names it."""
        return self._setting("time_zone", "Etc/UTC")

    def folders(self, section: str, key: str) -> list[str]:
        """Return the words of a value: names of folders."""
        return self.values.get(section, key, fallback="").split()

    def account(self) -> dict[str, str]:
        """Return the values that Terraform wrote into values.env; raise where there is no such file."""
        file = self.overlay / "values.env"
        if not file.exists():
            raise EnvironmentFilesError(
                f"{file} is missing: make values ENV={self.name} writes it from Terraform's outputs"
            )
        lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
        return dict(line.split("=", 1) for line in lines)

    @property
    def _terraform(self) -> Path:
        return self.root / "terraform" / "envs" / self.name / "settings.auto.tfvars"

    def _setting(self, name: str, default: str) -> str:
        found = re.search(rf'^ *{name} *= *"?([\w/+-]+)"?$', self._terraform.read_text(), re.MULTILINE)
        return found[1] if found else default


def load(root: Path = ROOT) -> dict[str, Environment]:
    """Return every environment by name, each behind the one that it comes after; raise where files are missing."""
    files = {path.stem: path for path in sorted((root / "environments").glob("*.ini"))}
    overlays = {path.name for path in (root / "kustomize" / "overlays").iterdir() if path.is_dir()}
    roots = {path.parent.name for path in (root / "terraform" / "envs").glob("*/settings.auto.tfvars")}
    if odd := sorted((set(files) ^ overlays) | (roots - set(files))):
        raise EnvironmentFilesError(
            f"{', '.join(odd)}: an environment needs environments/NAME.ini and kustomize/overlays/NAME, "
            "and terraform/envs/NAME where it has an account: make environment NAME=… LIKE=…"
        )
    found = {name: Environment(name, root, _values(path)) for name, path in files.items()}
    return _in_order(found)


def with_account(root: Path = ROOT) -> list[Environment]:
    """Return the environments that Terraform makes, in the order of delivery."""
    return [each for each in load(root).values() if each.has_account]


def _values(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the bill shows names as they are written
    parser.read_string(path.read_text(encoding="utf-8"), str(path))
    return parser


def _in_order(found: dict[str, Environment]) -> dict[str, Environment]:
    ordered: dict[str, Environment] = {}
    while len(ordered) < len(found):
        ready = [each for name, each in found.items() if name not in ordered and each.after in {"", *ordered}]
        if not ready:
            left = ", ".join(sorted(set(found) - set(ordered)))
            raise EnvironmentFilesError(f"{left}: `after` names no environment, or goes round in a circle")
        ordered |= {each.name: each for each in ready}
    return ordered

"""Environments are folders: what follows from them is fresh, and files that do not fit together are refused."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

import environments
from deploy.checkout import Settings
from environments import EnvironmentFilesError, load, new, overlays, with_account
from environments.__main__ import files, left_over, write
from tests.kustomize.rendering import kubectl
from tests.terraform.processes import run

ROOT = environments.ROOT
NAMES = list(load())


def copied(folder: Path) -> Path:
    """Copy what says which environments there are, and what is written from that."""
    for name in ("environments", "kustomize/overlays", ".github/workflows", "terraform/envs"):
        shutil.copytree(
            ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns(".terraform", "__pycache__")
        )
    return folder


def test_everything_that_is_written_from_environments_is_fresh() -> None:
    written = files()
    stale = [
        str(path.relative_to(ROOT)) for path, text in written.items() if not path.exists() or path.read_text() != text
    ]
    assert stale == [], "make environment"
    assert left_over(ROOT, written) == [], "make environment"


def test_an_edit_in_a_written_file_is_undone_and_what_follows_from_nothing_goes(tmp_path: Path) -> None:
    root = copied(tmp_path)
    before = files(root)
    edited = root / "kustomize/overlays" / NAMES[0] / "blue/kustomization.yaml"
    edited.write_text(edited.read_text().replace("base/web", "base/other"))
    left = root / "kustomize/overlays" / NAMES[0] / "purple/kustomization.yaml"
    left.parent.mkdir()
    left.write_text(before[edited])
    write(root)
    assert {path: path.read_text() for path in before} == before
    assert not left.exists()


def test_no_overlay_has_a_folder_that_is_neither_written_nor_by_hand() -> None:
    for each in load().values():
        by_hand = {"sizes", "namespace", *each.folders("manifests", "own")}
        made = {path.parent.name for path in overlays.files(each)}
        there = {path.name for path in each.overlay.iterdir() if path.is_dir() and path.name != "__pycache__"}
        assert there <= made | by_hand, each.name


@pytest.mark.parametrize(("missing", "named"), [("environments/{}.ini", "{}"), ("kustomize/overlays/{}", "{}")])
def test_an_environment_without_one_of_its_parts_is_named(tmp_path: Path, missing: str, named: str) -> None:
    root, name = copied(tmp_path), with_account()[0].name
    gone = root / missing.format(name)
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    with pytest.raises(EnvironmentFilesError, match=named.format(name)):
        load(root)


def test_an_environment_comes_after_one_that_is_there_and_not_after_itself(tmp_path: Path) -> None:
    root, last = copied(tmp_path), with_account()[-1]
    file = root / "environments" / f"{last.name}.ini"
    text = file.read_text()
    for wrong in ("nowhere", last.name):
        file.write_text(text.replace(f"after = {last.after}", f"after = {wrong}"))
        with pytest.raises(EnvironmentFilesError, match=f"{last.name}: `after`"):
            load(root)


def test_people_who_are_neither_paged_nor_left_to_look_are_refused(tmp_path: Path) -> None:
    root, name = copied(tmp_path), with_account()[0].name
    file = root / "environments" / f"{name}.ini"
    file.write_text(file.read_text().replace("people = look", "people = nobody"))
    with pytest.raises(EnvironmentFilesError, match=f"environments/{name}.ini: people = nobody must be page or look"):
        _ = load(root)[name].pages


@pytest.fixture(scope="module")
def with_one_more(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A copy of this repository with one more environment, and the files that are not as they were."""
    root = tmp_path_factory.mktemp("clone")
    listed = run(["git", "ls-files", "-z"], timeout=60, folder=ROOT).output.split("\0")
    for name in filter(None, listed):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, root / name, follow_symlinks=False)
    (root / ".venv").symlink_to(ROOT / ".venv")  # what make render runs
    made = run(
        [sys.executable, "-m", "environments.new", LIKE.name],
        timeout=300,
        folder=root,
        environment=os.environ | {"NAME": NEW},
    )
    assert made.status == 0, made.output
    of_tools = {"__pycache__", ".venv", ".local"}
    paths = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    there = {str(path) for path in paths if not of_tools & {*path.parts}}
    same = {
        name for name in there if (ROOT / name).exists() and (ROOT / name).read_bytes() == (root / name).read_bytes()
    }
    return root, there - same


NEW, LIKE = "staging", next(each for each in with_account() if each.production)


@pytest.mark.ci
def test_one_command_makes_an_environment_without_an_edit_elsewhere(with_one_more: tuple[Path, set[str]]) -> None:
    root, changed = with_one_more
    written = {str(path.relative_to(root)) for path in files(root)} | {"monitoring/alertmanager/alertmanager.yaml"}
    assert {name for name in changed if NEW not in name} <= written
    assert "terraform/envs/staging/main.tf" in changed
    assert (root / "terraform/envs/staging/main.tf").read_bytes() == (
        ROOT / f"terraform/envs/{LIKE.name}/main.tf"
    ).read_bytes()


@pytest.mark.ci
def test_workflows_routes_prices_and_manifests_know_it(with_one_more: tuple[Path, set[str]]) -> None:
    root, _ = with_one_more
    cd = yaml.safe_load((root / ".github/workflows/cd.yml").read_text())["jobs"]
    assert cd[NEW]["needs"] == ["image", LIKE.after]
    for name in ("ci.yml", "drift.yml"):
        assert f"vars.AWS_PLAN_ROLE_{NEW.upper()}" in (root / ".github/workflows" / name).read_text()
    assert f"# What {NEW} costs a month" in (root / f"docs/cost/{NEW}.md").read_text()
    rendered = run([kubectl(), "kustomize", root / f"kustomize/overlays/{NEW}/blue"], timeout=60)
    assert f"service/environment: {NEW}" in rendered.output
    assert "people = page" in (root / f"environments/{NEW}.ini").read_text()


@pytest.mark.ci
@pytest.mark.timeout(1000)
def test_the_fast_tests_hold_with_one_more_environment(with_one_more: tuple[Path, set[str]]) -> None:
    """Those that list environments: manifests, platform, monitoring, workflows, cost."""
    root, _ = with_one_more
    suites = ["test_environments.py", "kustomize", "platform", "monitoring", "workflows", "cost"]
    words = ["-q", "-p", "no:cacheprovider", "-m", "not slow and not ci and not cluster", "-n", "2"]
    paths = [f"tests/{name}" for name in suites]
    done = run([sys.executable, "-m", "pytest", *words, *paths], timeout=900, folder=root)
    assert done.status == 0, done.output[-6000:]


@pytest.mark.parametrize(
    ("name", "like", "said"),
    [
        ("Staging", "prod", "2 to 10 lower-case letters"),
        ("local", "prod", "2 to 10 lower-case letters"),
        ("staging", "nowhere", "LIKE=nowhere must be one of"),
        (LIKE.name, LIKE.name, "is there already"),
    ],
)
def test_a_new_environment_that_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, name: str, like: str, said: str
) -> None:
    root = copied(tmp_path)
    before = set(root.rglob("*"))
    with pytest.raises(EnvironmentFilesError, match=said):
        new.copy(name, like if like != "prod" else LIKE.name, root)
    assert set(root.rglob("*")) == before


@pytest.mark.parametrize("each", with_account(), ids=lambda each: each.name)
def test_an_alarm_that_a_release_requires_is_one_that_terraform_makes(each: environments.Environment) -> None:
    made = set()
    for file in (ROOT / "terraform/modules").glob("*/*.tf"):
        made |= set(re.findall(r'alarm_name +=\s"\$\{var\.name\}-([a-z0-9-]+)"', file.read_text()))
    asked = Settings.read(ROOT / "deploy/release.ini", each.name).alarms
    assert asked == "watched" or set(asked.split()) <= made
    assert asked != "watched" or not each.production, "who has real users names the alarms that must be there"

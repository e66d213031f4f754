"""Environments are folders: what follows from them is fresh, and files that do not fit together are refused."""

import shutil
from pathlib import Path

import pytest

import environments
from environments import EnvironmentFilesError, load, overlays, with_account
from environments.__main__ import files, left_over, write

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
    assert stale == [], "make environments"
    assert left_over(ROOT, written) == [], "make environments"


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

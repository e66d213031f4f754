"""`pytest -n auto` begins with long modules, keeps a module on one worker, and gives each worker its own database."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.postgresql_plugin import (
    MOST_WORKERS,
    ByModule,
    Session,
    pytest_collection_modifyitems,
    pytest_xdist_auto_num_workers,
    session,
)


def item(module: str, mark: str = "") -> Any:
    return SimpleNamespace(path=module, nodeid=f"{module}::test_it", get_closest_marker=lambda name: name == mark)


def test_long_folders_begin_first_then_long_modules() -> None:
    items = [item("a.py"), item("y.py", "slow"), item("y.py"), item("z.py", "ci"), item("tests/image/test_it.py")]
    pytest_collection_modifyitems(items)
    assert [each.path for each in items] == ["tests/image/test_it.py", "z.py", "y.py", "y.py", "a.py"]


def test_a_module_stays_on_one_worker_and_so_does_a_folder_that_shares_what_takes_minutes() -> None:
    scheduler = ByModule.__new__(ByModule)
    names = ["tests/api/test_a.py::test_it[b]", "tests/image/test_a.py::test_it", "tests/image/test_b.py::test_it"]
    assert [scheduler._split_scope(name) for name in names] == ["tests/api/test_a.py", "tests/image/", "tests/image/"]


def test_two_sessions_in_one_clone_have_a_server_each() -> None:
    other = Session()
    try:
        assert other.server.directory != session.server.directory
    finally:
        other.stop()


def test_there_are_more_workers_than_cores_where_tests_wait_but_not_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def workers(expression: str) -> int:
        config: Any = SimpleNamespace(option=SimpleNamespace(markexpr=expression))
        return pytest_xdist_auto_num_workers(config)

    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert (workers("not ci and not cluster"), workers("not slow and not ci and not cluster")) == (3, 2)
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    assert workers("not ci and not cluster") == MOST_WORKERS

"""The demo data is what somebody sees first: the people beside each other, and phrases that mean something."""

from pathlib import Path

import pytest
from django.core.management import call_command

from todos.models import Todo

pytestmark = pytest.mark.usefixtures("quick_hasher")


def test_the_first_rows_of_the_admin_belong_to_all_and_a_second_time_changes_nothing(db: None, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("a long passphrase")
    call_command("demo", password_file=password)
    todos = list(Todo.objects.order_by("-id").select_related("owner"))
    assert [todo.created_at for todo in todos] == sorted((todo.created_at for todo in todos), reverse=True)
    assert {todo.owner.username for todo in todos[:45]} == {"ada", "grace", "linus"}
    call_command("demo", password_file=password)
    assert list(Todo.objects.order_by("-id")) == todos

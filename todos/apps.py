from django.apps import AppConfig

from todoproject.operations import figures


class TodosConfig(AppConfig):
    name = "todos"

    def ready(self) -> None:
        """Show our counts on the admin's start page."""
        from todos.figures import todo_figures  # noqa: PLC0415  models come first

        figures.register("todos.view_todo", todo_figures)

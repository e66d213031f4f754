from django.apps import AppConfig

from todoproject.admin import figures, roles


class TodosConfig(AppConfig):
    name = "todos"

    def ready(self) -> None:
        """Let operations staff see and edit what is here, and show our counts on the admin's start page."""
        from todos.figures import todo_figures  # noqa: PLC0415  models come first

        roles.register(self.label)
        figures.register("todos.view_todo", todo_figures)

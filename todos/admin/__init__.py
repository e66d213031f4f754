"""Todos in the admin, for operations staff: found, changed one by one or by the thousand, exported, never uncounted."""

from todos.admin import todos

__all__ = ["todos"]

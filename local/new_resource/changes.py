"""Makes all changes of files, or none of them."""

from __future__ import annotations

import shutil
from pathlib import Path


class Changes:
    """Remembers the files, and restores them if the block ends by an exception, Ctrl-C included."""

    def __init__(self, root: Path) -> None:
        self.root = root
        #: Folders that were not there.
        self.made: list[Path] = []
        self.before: dict[Path, bytes] = {}

    def __enter__(self) -> Changes:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            return
        for folder in self.made:
            shutil.rmtree(folder, ignore_errors=True)
        for path, content in self.before.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def keep(self, name: str) -> None:
        """Remember a file that another program is about to write."""
        path = self.root / name
        if path.is_file():
            self.before.setdefault(path, path.read_bytes())

    def edit(self, name: str, text: str) -> None:
        """Write an existing file, if its text differs."""
        path = self.root / name
        if path.read_text(encoding="utf-8") != text:
            self.keep(name)
            path.write_text(text, encoding="utf-8")

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all its files."""
        path = self.root / name
        for file in [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]:
            self.before.setdefault(file, file.read_bytes())
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    @property
    def edited(self) -> list[str]:
        """Return the files that existed before and have changed."""
        return sorted(str(path.relative_to(self.root)) for path in self.before if path.is_file())

"""Programs on PATH that write down how they were called and answer what a test gives them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.stand_ins import beginning

# Answers by the longest prefix of the call; what is read from stdin is kept beside the call.
PROGRAM = """{beginning}import json, os, pathlib, sys
call = " ".join([pathlib.Path(sys.argv[0]).name, *sys.argv[1:]])
given = sys.stdin.read() if "--input -" in call else ""
with open("{folder}/calls", "a") as calls:
    calls.write(json.dumps([call, given]) + "\\n")
answers = json.loads(pathlib.Path("{folder}/answers").read_text())
for prefix in sorted(answers, key=len, reverse=True):
    if call.startswith(prefix):
        said = answers[prefix].pop(0) if len(answers[prefix]) > 1 else answers[prefix][0]
        pathlib.Path("{folder}/answers").write_text(json.dumps(answers))
        failed = said.startswith("error")
        print(said, file=sys.stderr if failed else sys.stdout)
        sys.exit(1 if failed else 0)
"""


@dataclass(frozen=True)
class Scripted:
    """A folder for PATH."""

    folder: Path

    def provide(self, *names: str, answers: dict[str, list[str]]) -> dict[str, str]:
        """Make the programs; return an environment in which they are found. Each answer is given once, the last on."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "answers").write_text(json.dumps(answers))
        for name in names:
            (self.folder / name).write_text(PROGRAM.format(beginning=beginning(), folder=self.folder))
            (self.folder / name).chmod(0o755)
        return os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}"}

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Every call and its input, in order."""
        lines = (self.folder / "calls").read_text().splitlines() if (self.folder / "calls").exists() else []
        return [tuple(json.loads(line)) for line in lines]

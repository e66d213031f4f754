"""Build the Lambda package: the code in terraform/lambda and hash-locked psycopg for Lambda's Linux.

python terraform/build_lambda.py [TARGET.zip]       (make lambda)
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "lambda"
DEFAULT_TARGET = HERE / ".build" / "database_access.zip"


def install(folder: Path) -> None:
    """Install the locked wheels of Lambda's platform, whatever machine this is; raise CalledProcessError."""
    platforms = []
    for glibc in ("2_28", "2014", "2_17"):
        platforms += ["--platform", f"manylinux{glibc}_x86_64"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--python-version", "3.12", "--implementation", "cp", *platforms]
    command += ["--target", str(folder), "--requirement", str(SOURCE / "requirements.txt")]
    subprocess.run(command, check=True, timeout=300)  # noqa: S603 (our own arguments)


def pack(folders: list[Path], target: Path) -> None:
    """Zip the folders' files, sorted, dated 1980 and stored as they are: the same input gives the same bytes.

    A plan compares the hash. Compressed, it would change with the machine: zlib and zlib-ng make different bytes of the
    same input.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for folder in folders:
            for file in sorted(folder.rglob("*")):
                if (
                    file.is_file()
                    and "__pycache__" not in file.parts
                    and file.suffix in {".py", ".so", ".typed"} | _libraries(file)
                ):
                    entry = zipfile.ZipInfo(str(file.relative_to(folder)))
                    entry.external_attr = 0o644 << 16
                    archive.writestr(entry, file.read_bytes())


def _libraries(file: Path) -> set[str]:
    """Shared libraries end in a version: libpq.so.5.17."""
    return {file.suffix} if ".so." in file.name else set()


def build(target: Path = DEFAULT_TARGET) -> Path:
    """Write the package and return its path."""
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        pack([SOURCE, Path(folder)], target)
    return target


if __name__ == "__main__":
    built = build(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_TARGET)
    sys.stdout.write(f"{built} ({built.stat().st_size / 1e6:.1f} MB)\n")

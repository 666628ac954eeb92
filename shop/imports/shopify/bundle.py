"""The CSV files of a Shopify export: in a directory, in zip archives in it, or in one zip archive."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from shop.errors import ImportFileError
from shop.imports.reading import opened

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One CSV file; `member` is its name inside the archive `path`, empty for a plain file."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"{self.path.name}/{PurePosixPath(self.member).name}" if self.member else self.path.name

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Its bytes, streamed; nothing is unpacked to disk. Raises ImportFileError."""
        if not self.member:
            with opened(self.path) as file:
                yield file
            return
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise ImportFileError(f"{self.name} cannot be unpacked: {error}; download it again") from error
        except RuntimeError as error:  # zipfile's word for a password
            raise ImportFileError(f"{self.name} cannot be unpacked: {error}") from error


def export_files(path: Path) -> list[ExportFile]:
    """All CSV files of a directory, a zip archive or a single CSV, sorted by name; raises ImportFileError."""
    if path.is_dir():
        found = [file for entry in sorted(path.iterdir()) for file in _files_in(entry)]
    elif path.exists():
        found = _files_in(path) or [ExportFile(path)]
    else:
        raise ImportFileError(f"there is no file or directory {path}")
    if not found:
        raise ImportFileError(f"{path} holds no CSV file and no zip archive with one")
    return found


def _files_in(path: Path) -> list[ExportFile]:
    if path.name.startswith(".") or not path.is_file():
        return []
    if path.name.lower().endswith((".csv", ".csv.gz")):
        return [ExportFile(path)]
    if not path.name.lower().endswith(".zip"):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(info.filename for info in archive.infolist() if not info.is_dir())
    except (zipfile.BadZipFile, OSError) as error:
        raise ImportFileError(
            f"{path.name} is not a whole zip archive ({error}); download it again"
        ) from error
    return [ExportFile(path, member) for member in members if _is_csv(PurePosixPath(member))]


def _is_csv(member: PurePosixPath) -> bool:
    return (
        member.suffix.lower() == ".csv" and not member.name.startswith(".") and "__MACOSX" not in member.parts
    )

"""Where a file of a source stands and whether it is still the same file."""

from pathlib import Path

from connectors.sources.errors import SourceError


def find_file(base_folder: Path, written: str) -> Path:
    """Return the file that a mapping names, relative to the data folder; links are followed first.

    Raises:
        SourceError: `path_outside_folder`, `file_missing`.
    """
    base = base_folder.resolve()
    path = (base / written).resolve()
    if not path.is_relative_to(base):
        raise SourceError("path_outside_folder")
    if not path.is_file():
        raise SourceError("file_missing")
    return path


def file_version(path: Path) -> str:
    """Return size and time of the last change, to the nanosecond.

    Raises:
        SourceError: `file_missing`.
    """
    try:
        state = path.stat()
    except OSError:
        raise SourceError("file_missing") from None
    return f"{state.st_size}-{state.st_mtime_ns}"

"""What a backup consists of: every file's SHA-256, so that a copy that is cut short or altered is not restored.

    {"made_at": "2026-11-22T08:00:00+00:00", "program": "gateway", "files": {"keys.json": "9f86…"}}

It proves nothing against somebody who can write the backup; keep backups where only their owner can.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MANIFEST_FILE: Final = "backup.json"
MAX_MANIFEST_BYTES: Final = 256 * 1024

FileName = Annotated[str, Field(pattern=r"^(holidays/)?[A-Za-z0-9][A-Za-z0-9._-]{0,100}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BackupError(Exception):
    """A backup can't be made, or is not what was made; the sentence says why."""


class Manifest(BaseModel):
    """The manifest. `files` are paths below the backup's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    program: Literal["gateway", "connector"]
    made_at: datetime
    files: dict[FileName, Sha256]


def write_manifest(folder: Path, program: Literal["gateway", "connector"], made_at: datetime) -> None:
    """Write down the digests of all files in the backup `folder`."""
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(_files_in(folder))}
    manifest = Manifest(program=program, made_at=made_at, files=files)
    target = folder / MANIFEST_FILE
    target.touch(mode=0o600)
    target.write_text(json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n", encoding="ascii")


def verify_backup(folder: Path, program: Literal["gateway", "connector"]) -> Manifest:
    """Return the manifest of a backup whose files are all there, and as they were written.

    Raises:
        BackupError: no backup of this program, a file is missing, altered, or was added.
    """
    manifest = _read(folder / MANIFEST_FILE)
    if manifest.program != program:
        raise BackupError("这不是本程序的备份 / this is not a backup of this program")
    found = {path.relative_to(folder).as_posix() for path in _files_in(folder)} - {MANIFEST_FILE}
    if found != set(manifest.files) or any(_digest(folder / name) != stated for name, stated in manifest.files.items()):
        raise BackupError("备份不完整或被改动，请用另一份 / the backup is incomplete or was altered: use another one")
    return manifest


def _read(file: Path) -> Manifest:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_MANIFEST_BYTES + 1)
        if len(data) <= MAX_MANIFEST_BYTES:
            return Manifest.model_validate_json(data)
    except (OSError, ValidationError):
        pass
    raise BackupError(f"读不了 {file.name}，这里没有备份 / {file.name} can't be read: there is no backup here")


def _files_in(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

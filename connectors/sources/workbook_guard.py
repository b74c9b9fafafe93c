"""Look at an .xlsx file (ECMA-376, ISO/IEC 29500) before it is parsed: kind, sizes, stray far-away cells."""

import copy
import io
import re
import zipfile
import zlib
from typing import Final

from connectors.sources.errors import SourceError

MAX_FILE_BYTES: Final = 128 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
MAX_PARTS: Final = 2000
MAX_ROWS: Final = 200_000
"""Rows of a sheet, titles included; the parser holds the whole rectangle up to the last filled cell in memory."""

MAX_COLUMNS: Final = 128
"""Columns of a sheet; the widest published roster has 53."""

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGIC = b"PK\x03\x04"
_ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
_MAIN_PART = "xl/workbook.xml"
_CHUNK = 1024 * 1024
_OVERLAP = 256
_FLAG_ENCRYPTED = 0x1

_FAR_COLUMN = rb"""r\s*+=\s*+["'](?:[A-Z]{3}|[E-Z][A-Z]|D[Y-Z])[0-9]"""
"""A reference beyond column DX, the 128th."""

_FAR_ROW = rb"""r\s*+=\s*+["'][A-Z]{1,3}(?:[0-9]{7}|[2-9][0-9]{5})"""
"""A reference beyond row 199,999."""

_FAR = re.compile(_FAR_COLUMN + b"|" + _FAR_ROW)
# Cells that are only formatted close themselves ("/>"), or at once ("></c>"), and take no memory.
_FILLED_FAR_COLUMN = re.compile(rb"[<:]c\s[^<>]{0,80}?" + _FAR_COLUMN + rb"[^<>]*(?<!/)>(?=<[^/]|[^<])")
_FILLED_FAR_ROW = re.compile(rb"[<:]c\s[^<>]{0,80}?" + _FAR_ROW + rb"[^<>]*(?<!/)>(?=<[^/]|[^<])")


def check_workbook(data: bytes, *, max_unpacked_bytes: int = MAX_UNPACKED_BYTES) -> None:
    """Refuse what is not an .xlsx workbook of bearable size.

    Raises:
        SourceError: `file_too_large`, `workbook_old_format`, `workbook_encrypted`, `workbook_not_xlsx`,
            `workbook_other_format`, `workbook_too_many_parts`, `workbook_unpacks_too_large`,
            `workbook_broken`, `too_many_columns`, `too_many_rows`.
    """
    if len(data) > MAX_FILE_BYTES:
        raise SourceError("file_too_large")
    if data.startswith(_OLE_MAGIC):
        raise SourceError("workbook_encrypted" if _ENCRYPTED_PART in data else "workbook_old_format")
    if not data.startswith(_ZIP_MAGIC):
        raise SourceError("workbook_not_xlsx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive, max_unpacked_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise SourceError("workbook_broken") from None


def _check_parts(archive: zipfile.ZipFile, left: int) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise SourceError("workbook_too_many_parts")
    if sum(part.file_size for part in parts) > left:
        raise SourceError("workbook_unpacks_too_large")
    if any(part.flag_bits & _FLAG_ENCRYPTED for part in parts):
        raise SourceError("workbook_encrypted")
    if _MAIN_PART not in archive.namelist():
        raise SourceError("workbook_other_format")
    for part in parts:
        left -= _scan_part(archive, part, left)


def _scan_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part piece by piece, look for far-away cells, and return how many bytes came out."""
    honest = copy.copy(part)
    # The size in the directory is a claim: with a larger one the reader runs to the true end of the data.
    honest.file_size = left + _CHUNK + 1
    unpacked = 0
    tail = b""
    with archive.open(honest) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > left:
                raise SourceError("workbook_unpacks_too_large")
            window = tail + chunk
            _check_window(window)
            tail = window[-_OVERLAP:]
    return unpacked


def _check_window(window: bytes) -> None:
    if not _FAR.search(window):
        return
    if _FILLED_FAR_COLUMN.search(window):
        raise SourceError("too_many_columns")
    if _FILLED_FAR_ROW.search(window):
        raise SourceError("too_many_rows")

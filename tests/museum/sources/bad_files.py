"""A museum of files that a source must refuse: each is named by what is wrong with it and says its code.

The files are made here and not kept, since an archive in the repository would hide what is in it.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from openpyxl import Workbook

HEADER = ("姓名", "性别", "身份证号")
CANARY = "金丝雀"
"""Stands in the data of the files; no error may quote it."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class BadFile:
    """One file: its name (the ending chooses the reader), what is in it, and why it is refused."""

    name: str
    make: Callable[[], bytes]
    code: str
    row: int | None = None


def workbook(rows: Iterable[Iterable[object]] = (HEADER, (CANARY, "女", "x"))) -> bytes:
    """Return a good workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _with_part(name: str, content: bytes | None) -> bytes:
    """Return a good workbook with one part replaced, added, or taken out (None)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        if content is not None:
            new.writestr(name, content)
    return buffer.getvalue()


def _far_cell(at: str) -> bytes:
    book = Workbook()
    book.active.append(HEADER)
    book.active[at] = CANARY
    return _saved(book)


def _all_hidden() -> bytes:
    book = zipfile.ZipFile(io.BytesIO(workbook()))
    part = book.read("xl/workbook.xml").replace(b'state="visible"', b'state="hidden"')
    return _with_part("xl/workbook.xml", part)


def _many_parts() -> bytes:
    buffer = io.BytesIO(workbook())
    with zipfile.ZipFile(buffer, "a") as archive:
        for number in range(2100):
            archive.writestr(f"xl/media/{number}.txt", b"")
    return buffer.getvalue()


def _claimed_size(claimed: int) -> bytes:
    """Return a workbook with a part whose directory entry claims this size."""
    data = bytearray(_with_part("xl/filler.bin", b"\0" * 5000))
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/filler.bin"))
    struct.pack_into("<I", data, entry + 24, claimed)
    return bytes(data)


def hidden_bomb() -> bytes:
    """Return a workbook with 8 MiB of zeros in a part that claims 10 bytes."""
    size = 8 * 1024 * 1024
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(1024 * 1024)
    packed = b"".join(packer.compress(zeros) for _ in range(size // len(zeros))) + packer.flush()
    data = bytearray(_with_part("xl/filler.bin", b""))
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/filler.bin"))
    local = data.rindex(b"PK\x03\x04", 0, data.index(b"xl/filler.bin"))
    body = local + 30 + len(b"xl/filler.bin")
    old = struct.unpack_from("<I", data, entry + 20)[0]
    for place, offset in ((local, 8), (entry, 10)):
        struct.pack_into("<H", data, place + offset, 8)
        struct.pack_into("<III", data, place + offset + 6, 0, len(packed), 10)
    grown = len(packed) - old
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<I", data, end + 16, struct.unpack_from("<I", data, end + 16)[0] + grown)
    return bytes(data[:body]) + packed + bytes(data[body + old :])


def _encrypted_part() -> bytes:
    data = bytearray(workbook())
    entry = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, entry + 8, struct.unpack_from("<H", data, entry + 8)[0] | 1)
    return bytes(data)


def _flipped() -> bytes:
    data = bytearray(workbook())
    data[len(data) // 3] ^= 0xFF
    return bytes(data)


def _csv(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


_CSV_HEADER = ",".join(HEADER) + "\n"

BAD_FILES = (
    BadFile("empty.xlsx", lambda: b"", "workbook_not_xlsx"),
    BadFile("text_named_xlsx.xlsx", _CSV_HEADER.encode, "workbook_not_xlsx"),
    BadFile(
        "html_table_named_xlsx.xlsx", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "workbook_not_xlsx"
    ),
    BadFile("old_xls.xlsx", lambda: OLE + b"\0" * 2000 + "Workbook".encode("utf-16-le"), "workbook_old_format"),
    BadFile("wps_et.xlsx", lambda: OLE + b"\0" * 2000 + "ETExtData".encode("utf-16-le"), "workbook_old_format"),
    BadFile("encrypted_with_password.xlsx", lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "workbook_encrypted"),
    BadFile("encrypted_zip_part.xlsx", _encrypted_part, "workbook_encrypted"),
    BadFile("zip_without_workbook.xlsx", lambda: _with_part("xl/workbook.xml", None), "workbook_other_format"),
    BadFile("truncated.xlsx", lambda: workbook()[:-500], "workbook_broken"),
    BadFile("flipped_byte.xlsx", _flipped, "workbook_broken"),
    BadFile("no_content_in_main_part.xlsx", lambda: _with_part("xl/workbook.xml", b""), "workbook_broken"),
    BadFile(
        "sheet_is_not_xml.xlsx",
        lambda: _with_part("xl/worksheets/sheet1.xml", b'<worksheet><sheetData><row r="1"><c r="A1"'),
        "workbook_broken",
    ),
    BadFile("sheet_part_missing.xlsx", lambda: _with_part("xl/worksheets/sheet1.xml", None), "workbook_broken"),
    BadFile("all_sheets_hidden.xlsx", _all_hidden, "no_visible_sheet"),
    BadFile("too_many_parts.xlsx", _many_parts, "workbook_too_many_parts"),
    BadFile("claims_to_unpack_to_4_gigabytes.xlsx", lambda: _claimed_size(0xFFFFFFF0), "workbook_unpacks_too_large"),
    BadFile("stray_cell_in_last_column.xlsx", lambda: _far_cell("XFD2"), "too_many_columns"),
    BadFile("stray_cell_in_last_row.xlsx", lambda: _far_cell("A1048576"), "too_many_rows"),
    BadFile("no_header.xlsx", lambda: workbook([(CANARY, "女", "x")]), "header_not_found"),
    BadFile("empty_sheet.xlsx", lambda: workbook([]), "header_not_found"),
    BadFile("two_columns_of_one_name.xlsx", lambda: workbook([(*HEADER, "姓名"), (CANARY,)]), "column_ambiguous"),
    BadFile("cell_of_5000_characters.xlsx", lambda: workbook([HEADER, (CANARY * 5000,)]), "cell_too_long", 2),
    BadFile("workbook_named_csv.csv", workbook, "csv_is_workbook"),
    BadFile("utf16.csv", _csv("\ufeff" + _CSV_HEADER, "utf-16-le"), "csv_is_workbook"),
    BadFile("gb18030_declared_utf8.csv", _csv(_CSV_HEADER, "gb18030"), "encoding_wrong", 1),
    BadFile("nul_bytes.csv", _csv(_CSV_HEADER + f"{CANARY}\0,女,x\n"), "encoding_wrong", 2),
    BadFile("half_character_at_the_end.csv", lambda: (_CSV_HEADER + CANARY).encode()[:-1], "encoding_wrong", 2),
    BadFile("quote_never_closed.csv", _csv(_CSV_HEADER + f'"{CANARY},女,x\n'), "csv_malformed", 2),
    BadFile("text_after_closing_quote.csv", _csv(_CSV_HEADER + f'"{CANARY}"x,女,x\n'), "csv_malformed", 2),
    BadFile("endless_line.csv", _csv(_CSV_HEADER + CANARY * 400_000), "line_too_long", 2),
    BadFile("endless_cell.csv", _csv(_CSV_HEADER + '"' + f"{CANARY}\n" * 50_000), "csv_malformed", 2),
    BadFile("cell_of_5000_characters.csv", _csv(_CSV_HEADER + CANARY * 5000 + ",女,x\n"), "cell_too_long", 2),
    BadFile("too_many_columns.csv", _csv(_CSV_HEADER + f"{CANARY}," * 300 + "\n"), "too_many_columns", 2),
    BadFile("other_delimiter.csv", _csv(_CSV_HEADER.replace(",", ";")), "header_not_found"),
    BadFile("empty.csv", _csv(""), "header_not_found"),
)

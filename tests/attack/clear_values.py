"""Everything about people that goes into a scene, in each form in which it could leak, and a search for all of it."""

import base64
import csv
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import openpyxl

from connectors.register import open_register
from connectors.state.questions import RowResult
from demo.province.absences import ORIGINALS_PATH
from demo.scenario.cast import PARTS, PLANS
from schemas.identity import ChildIdentity, GuardianIdentity
from schemas.linkage_keys import KeyType, linkage_keys, relation_keys_of_record
from tests.attack.attacker import roster_rows
from tests.scene import Scene

_PREFIX_BYTES = 6
"""No pattern is shorter: random bytes of a database hit one of ten thousand such about once in 10 GB."""

_NAME_COLUMNS = frozenset({"姓名", "学生姓名", "监护人姓名", "name", "guardian_name"})
_NUMBER = re.compile(r"(?:G|J|L)?[0-9]{10,}[0-9Xx]?")
_CITIZEN_ID = re.compile(r"99[0-9]{15}[0-9Xx]")
_PUBLIC = "".join(part.name_zh for part in PARTS.values())


@dataclass(frozen=True)
class Secrets:
    """Patterns by their first bytes, each with a word for what it is; neither its repr nor a find shows a value."""

    by_prefix: dict[bytes, list[tuple[str, bytes]]] = field(default_factory=dict, repr=False)

    def add(self, kind: str, texts: Iterable[str]) -> None:
        """Take in some texts, in every form that is long enough to be told from chance."""
        for text in texts:
            for form, pattern in _forms(text):
                if len(pattern) >= _PREFIX_BYTES:
                    self.by_prefix.setdefault(pattern[:_PREFIX_BYTES], []).append((f"{kind} as {form}", pattern))

    def find(self, data: bytes) -> set[str]:
        """Return which kinds of patterns stand in `data`."""
        found: set[str] = set()
        prefixes, size = self.by_prefix, _PREFIX_BYTES
        for place in range(len(data) - size + 1):
            if (prefix := data[place : place + size]) in prefixes:
                found |= {kind for kind, pattern in prefixes[prefix] if data.startswith(pattern, place)}
        return found


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        yield encoding, text.encode(encoding)
    encoded = text.encode()
    yield "hex", encoded.hex().encode("ascii")
    yield "escaped JSON", json.dumps(text)[1:-1].encode("ascii")
    yield "percent-encoded", quote(text, safe="").encode("ascii")
    for skipped in range(3):
        # Whatever stands before and behind it, one of three alignments of base64 shows all of the text but some bits.
        packed = base64.urlsafe_b64encode(bytes(skipped) + encoded)
        settled = packed[-(-skipped * 4 // 3) : (skipped + len(encoded)) * 4 // 3]
        yield "base64", settled if len(settled) >= 10 else b""


def secrets_of(scene: Scene) -> Secrets:
    """Return all names, numbers, linkage keys and birth dates in the agencies' registers and rosters.

    Names and numbers stand there as they are written, and as connectors read them: plain characters, 18 digits.
    """
    secrets = Secrets()
    cells = list(_cells(scene.stage.province))
    secrets.add("a name", {text for column, text in cells if column in _NAME_COLUMNS and text not in _PUBLIC})
    identities = _identities(scene)
    guardians = [identity.guardian for identity in identities]
    people: list[ChildIdentity | GuardianIdentity] = [*identities, *guardians]
    secrets.add("a name", {person.name for person in people if person.name})
    read = {person.citizen_id.text for person in people if person.citizen_id is not None}
    phones = {guardian.phone for guardian in guardians if guardian.phone}
    numbers = {found for _, text in cells for found in _NUMBER.findall(text)} | read | phones
    secrets.add("a number", numbers)
    ids = {found for number in numbers for found in _CITIZEN_ID.findall(number)}
    secrets.add("a core of a number", {found[:6] + found[8:17] for found in ids})
    secrets.add("a linkage key", {text for text in _linkage_texts(scene, identities) if len(text) >= 10})
    secrets.add("a birth date", _birth_dates(scene, identities))
    return secrets


def add_released(secrets: Secrets, results: Iterable[RowResult]) -> None:
    """Take in the released values, as they stand in an answer that is open."""
    values = {(name, json.dumps(value)) for result in results for name, value in result.values.items()}
    secrets.add("an answer", {f'"{name}":{value}' for name, value in values})


def _cells(province: Path) -> Iterator[tuple[str, str]]:
    """Yield column and text of every filled cell of the agencies' files."""
    originals = province / ORIGINALS_PATH
    with originals.open(encoding="utf-8", newline="") as file:
        yield from ((column, text) for _, column, text in csv.reader(file))
    for path in sorted(province.rglob("*")):
        for table in _tables(path) if path != originals and "truth" not in path.parts else ():
            heading: tuple[str, ...] = ()
            for row in table:
                if not _NAME_COLUMNS.isdisjoint(row):
                    heading = row
                yield from ((column, text) for column, text in zip(heading, row, strict=False) if text)


def _tables(path: Path) -> Iterator[list[tuple[str, ...]]]:
    if path.suffix == ".xlsx":
        with closing(openpyxl.load_workbook(path, read_only=True)) as workbook:
            for sheet in workbook:
                rows = sheet.iter_rows(values_only=True)
                yield [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
    elif path.suffix == ".csv":
        with path.open(encoding="gb18030", newline="") as file:
            yield [tuple(row) for row in csv.reader(file)]
    elif path.suffix == ".sqlite3":
        with closing(sqlite3.connect(path)) as database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                cursor = database.execute(f'SELECT * FROM "{name}"')
                found = [tuple("" if cell is None else str(cell) for cell in row) for row in cursor]
                yield [tuple(column[0] for column in cursor.description), *found]


def _identities(scene: Scene) -> list[ChildIdentity]:
    sessions = scene.stage.sessions.values()
    return [record.identity for session in sessions for record in open_register(session.connector).records()]


def _linkage_texts(scene: Scene, identities: Iterable[ChildIdentity]) -> Iterator[str]:
    for identity in identities:
        yield from (key.text for key in (*linkage_keys(identity), *relation_keys_of_record(identity)))
    for plan in PLANS:
        for row in roster_rows(scene, plan, scene.agreements[plan.purpose]):
            yield from (key.text for key in row.keys if key.key_type is not KeyType.ID)


def _birth_dates(scene: Scene, identities: Iterable[ChildIdentity]) -> set[str]:
    """Return birth dates in the form of the interface; not of this year, whose days stand in the log's times."""
    dates = {on for identity in identities for on in identity.birth_dates}
    return {on.isoformat() for on in dates if on.year < scene.stage.today.year}

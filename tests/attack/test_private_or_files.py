"""What the real files of all seven connectors and of the gateway tell of who said yes: nothing.

Two epochs are played over HTTP in which the same child has the same class, but another office is why. What every agency
whose own list is the same has in its database, its key file and its log afterwards must be of the same shape; and no
part of a board can be opened, nor one row be told from another, without both halves of its key.
"""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from connectors.private_or.opening_shares import get_share
from demo.scenario.parents_cast import KEEPER, OTHER_OFFICES, REQUESTER, RESOLVER, SEATS
from demo.scenario.parents_data import STORY, Grounds
from keys.crypto.ristretto255 import IDENTITY, Scalar, multiply_base
from keys.private_or.ciphertext import Ciphertext, remove_share
from keys.private_or.marks import RowMarks
from schemas.agency_kinds import AgencyKind
from schemas.formats import MARKS_BYTES
from tests.circle import Circle

ZERO, ONE = IDENTITY, multiply_base(Scalar(bytes([1]) + bytes(31)))
FATHER, MOTHER = STORY[1].father or "", STORY[1].mother or ""
SAID_BY_JUSTICE: Grounds = {AgencyKind.JUSTICE: [(FATHER, "C4")], AgencyKind.COURT: [(MOTHER, "C7")]}
SAID_BY_HEALTH: Grounds = {AgencyKind.HEALTH: [(FATHER, "C2")], AgencyKind.COURT: [(MOTHER, "C7")]}
UNCHANGED = {AgencyKind.CIVIL_AFFAIRS, AgencyKind.WOMENS_FEDERATION, AgencyKind.PUBLIC_SECURITY}
UNCHANGED |= {AgencyKind.DISABLED_FEDERATION, AgencyKind.COURT}


def tables(database: Path) -> Counter[tuple[Any, ...]]:
    """Return what the rows of a database look like: counts, and the length of all that is sealed or encrypted."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        seen = Counter[tuple[Any, ...]]()
        for (name,) in names:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                seen[name, *(len(value) for value in row if isinstance(value, bytes) and name != "audit_leaf")] += 1
        return seen


def entries(circle: Circle) -> list[tuple[Any, ...]]:
    """Return what each entry of the gateway's log says, but for times and digests."""
    rows = circle.rows("SELECT entry FROM audit_leaf ORDER BY shard, idx")
    read = [json.loads(row[0]) for row in rows]
    members = ("type", "actor", "peer", "purpose", "decision", "reason", "fields", "records")
    return [tuple(json.dumps(entry.get(member)) for member in members) for entry in read]


def play(circle: Circle, grounds: Grounds) -> tuple[dict[str, Counter[tuple[Any, ...]]], list[tuple[Any, ...]], str]:
    """Play an epoch and one question; return what every database gained or lost, the new entries, and the class."""
    circle.write(grounds)
    databases = {seat.agency: circle.stage.connector_folder(seat) / "connector.sqlite3" for seat in SEATS}
    databases["gateway"] = circle.gateway_database
    before = {name: tables(path) for name, path in databases.items()}
    first = len(entries(circle))
    circle.stage.make_board()
    circle.stage.advance(*SEATS)
    (told,) = circle.ask(STORY[1:2])
    changed = {name: tables(path) for name, path in databases.items()}
    for name, seen in changed.items():
        seen.subtract(before[name])
    own = [entry for entry in entries(circle)[first:] if not json.loads(entry[0]).startswith("log.")]
    return changed, own, str(told.values["parental_status_class"])


@pytest.fixture(scope="module")
def played(circle: Circle) -> tuple[Any, Any]:
    play(circle, SAID_BY_JUSTICE)  # the first epoch destroys no board, each other one does
    return play(circle, SAID_BY_JUSTICE), play(circle, SAID_BY_HEALTH)


def test_the_same_class_leaves_the_same_traces_whichever_office_said_yes(circle: Circle, played):
    (by_justice, first_entries, first_class), (by_health, second_entries, second_class) = played
    assert first_class == second_class == "de_facto_unattended"
    assert first_entries == second_entries
    steady = {seat.agency for seat in SEATS if seat.kind in UNCHANGED} | {"gateway"}
    for agency in steady:
        assert told_apart(by_justice[agency]) == told_apart(by_health[agency]), agency


def told_apart(seen: Counter[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    """Return what changed, without the log's own tables and what a console notes when its clock says so."""
    by_time = ("audit_", "job_", "sqlite_", "witness", "cosigned_", "seen_", "promise", "registry", "own_seen")
    by_time += ("item_count_basis",)
    return {shape: count for shape, count in seen.items() if count and not str(shape[0]).startswith(by_time)}


def test_the_lists_that_offices_have_evaluated_are_of_one_length(played):
    (_, log, _), _ = played
    asked = [entry for entry in log if json.loads(entry[0]) == "evaluate.query"]
    assert {json.loads(entry[1])["org"] for entry in asked} == {seat.agency for seat in OTHER_OFFICES}
    assert len({entry[-1] for entry in asked}) == 1


@pytest.fixture(scope="module")
def boards(circle: Circle) -> list[list[RowMarks]]:
    """The marks in the gateway's database after each turn of an epoch."""
    circle.write(SAID_BY_JUSTICE)
    board = circle.stage.open_board()
    found = []
    for seat in (RESOLVER, *OTHER_OFFICES):
        circle.stage.advance(seat)
        rows = circle.rows("SELECT marks FROM board_part ORDER BY number")
        packed = b"".join(row[0] for row in rows[-1:])
        found.append([RowMarks.from_bytes(packed[at : at + MARKS_BYTES]) for at in range(0, len(packed), MARKS_BYTES)])
    circle.stage.office.activate(board.board)
    return found


def test_each_turn_changes_each_element_of_each_row(boards):
    for before, after in pairwise(boards):
        elements = [{*old.either, *old.dead} & {*new.either, *new.dead} for old, new in zip(before, after, strict=True)]
        assert not any(elements)


def test_no_element_stands_twice_in_the_files(boards):
    seen = [element for rows in boards for row in rows for hidden in row for element in hidden]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("holder", [KEEPER, REQUESTER], ids=["keeper", "requester"])
def test_one_half_of_the_key_opens_no_mark(circle: Circle, boards, holder):
    secrets = [get_share(circle.stage.sessions[holder.kind].connector, live(circle))]
    assert opened(boards[-1], secrets).isdisjoint({ZERO, ONE})


def test_both_halves_open_all_of_them(circle: Circle, boards):
    secrets = [get_share(circle.stage.sessions[seat.kind].connector, live(circle)) for seat in (KEEPER, REQUESTER)]
    assert opened(boards[-1], secrets) == {ZERO, ONE}


def live(circle: Circle) -> str:
    (row,) = circle.rows("SELECT board FROM board WHERE state = 'live'")
    return str(row[0])


def opened(rows: list[RowMarks], secrets: list[Scalar]) -> set[bytes]:
    """Return what the marks are once these shares are removed."""
    found = set()
    for hidden in (one for row in rows for one in row):
        left: Ciphertext = hidden
        for secret in secrets:
            left = remove_share(left, secret)
        found.add(bytes(left.masked))
    return found


def test_nobody_but_its_own_agency_has_a_persons_number_or_a_ground(circle: Circle, played):
    numbers = [number for family in STORY for number in (family.child, family.father, family.mother) if number]
    secrets = [form.encode() for number in numbers for form in (number, number[:6] + number[8:17])]
    for folder in (circle.stage.stage.gateway_folder, circle.stage.folder / "connectors"):
        for file in (one for one in folder.rglob("*") if one.is_file()):
            data = file.read_bytes()
            assert not any(secret in data for secret in secrets), file.name
    for log in circle.stage.folder.glob("*.log"):
        assert not any(secret in log.read_bytes() for secret in secrets), log.name

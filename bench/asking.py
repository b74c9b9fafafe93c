"""Whole questions through a running gateway and provider, and what each party's processes spent on them."""

import csv
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import yaml

from bench.load import LoadError
from bench.machine import processor_seconds
from bench.scene import REQUESTER
from connectors.identifiers import new_uuid
from connectors.requester.ask import Questioner
from connectors.state.questions import Question, RowResult
from connectors.state.roster_ref import MappingFile
from demo.province.record import Record
from demo.scenario.cast import APPROVER, CASE, OFFICER, PROVINCE
from demo.scenario.stage import Stage
from gateway.settings import DATABASE_FILE
from schemas.agreement import Agreement
from schemas.messages.match import Outcome

PARTIES: Final = ("gateway", "provider", "requester")
_COUNTS: Final = {
    "entries of the log": "SELECT count(*) FROM audit_leaf",
    "subject tags": "SELECT count(*) FROM audit_subject_index",
}
_ALMOST_ALL: Final = 0.9
_COLUMNS: Final = (
    "name",
    "sex",
    "birth_date",
    "citizen_id",
    "hukou_region",
    "guardian_name",
    "guardian_id",
    "guardian_phone",
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What questions used up, by name: processor seconds of each party, entries of the log, subject tags."""

    amounts: Mapping[str, float]

    def per_row_beyond(self, single: "Spent", rows: int) -> "Spent":
        """Return what each row costs more, where `self` had `rows` and `single` one; never less than nothing."""
        return self._each(single, lambda mine, other: max(0.0, (mine - other) / max(1, rows - 1)))

    def without(self, row: "Spent") -> "Spent":
        """Return what a question of one row costs beside its row; never less than nothing."""
        return self._each(row, lambda mine, other: max(0.0, mine - other))

    def at_most(self, other: "Spent") -> "Spent":
        """Return the smaller of each: of the same work done twice, what else the machine did is in the larger."""
        return self._each(other, min)

    def at_least(self, other: "Spent") -> "Spent":
        """Return the larger of each."""
        return self._each(other, max)

    def _each(self, other: "Spent", join: Callable[[float, float], float]) -> "Spent":
        return Spent({name: join(mine, other.amounts[name]) for name, mine in self.amounts.items()})


@dataclass(frozen=True)
class AskingScene:
    """Gateway and both connectors serve; this process asks."""

    stage: Stage
    agreement: Agreement
    processes: Mapping[str, int]

    def ask(self, rosters: Sequence[Path], *, are_held: bool) -> Spent:
        """Ask about each roster, whose children are all held by the provider or none; return a question's mean cost.

        Raises:
            LoadError: rows were matched that should not, or the reverse: their cost would be that of something else.
        """
        counts, before, own = self._counts(), self._processor_seconds(), time.process_time()
        matched = [row.outcome == Outcome.MATCH for roster in rosters for row in self._results(roster)]
        spent = {name: seconds - before[name] for name, seconds in self._processor_seconds().items()}
        spent["requester"] = time.process_time() - own
        spent |= {name: count - counts[name] for name, count in self._counts().items()}
        if matched.count(are_held) < _ALMOST_ALL * len(matched):
            raise LoadError("rows were matched that should not, or the reverse")
        return Spent({name: amount / len(rosters) for name, amount in spent.items()})

    def _results(self, roster: Path) -> list[RowResult]:
        session = self.stage.sessions[REQUESTER]
        question = Question(
            id=new_uuid(session.connector.random),
            agreement=self.agreement.digest(),
            attributes=self.agreement.attributes,
            region=PROVINCE,
            case=CASE,
            officer=OFFICER,
            approver=APPROVER,
            roster=MappingFile(str(roster)),
            roster_version=None,
            asked_at=session.connector.seconds(),
        )
        return Questioner(session.connector, session.client, session.trust).ask(question, lambda *_: None)

    def _processor_seconds(self) -> dict[str, float]:
        return {name: processor_seconds(process) for name, process in self.processes.items()}

    def _counts(self) -> dict[str, int]:
        database = self.stage.gateway_folder / DATABASE_FILE
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return {name: int(connection.execute(query).fetchone()[0]) for name, query in _COUNTS.items()}


def write_rosters(folder: Path, name: str, rows: Iterator[Record], count: int, rows_each: int) -> list[Path]:
    """Write `count` rosters as CSV files and return the paths of their mapping files."""
    return [_write_roster(folder, f"{name}-{number}", list(islice(rows, rows_each))) for number in range(count)]


def _write_roster(folder: Path, name: str, rows: Sequence[Record]) -> Path:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    mapping = {
        "data_set": "query_roster",
        "source": {"kind": "csv", "path": f"{name}.csv", "encoding": "utf-8"},
        "columns": {column: column for column in _COLUMNS},
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(mapping), encoding="utf-8")
    return path

"""The circle that tests of the private OR play in: a gateway, civil affairs, five offices and a keeper, all real."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.context import OFFICE_ZONE
from connectors.state.questions import RowResult
from demo.scenario.parents_data import STORY, STORY_GROUNDS, Family, Grounds, write_circle_data
from demo.scenario.parents_play import ask_roster
from demo.scenario.parents_stage import ParentsStage
from gateway.settings import DATABASE_FILE
from keys.custody.key_file_format import KdfCost

QUICK_KDF_COST = KdfCost(opslimit=1, memlimit=8192)


@dataclass(frozen=True)
class Circle:
    """The running stage, and its agreements."""

    stage: ParentsStage

    def write(self, grounds: Grounds) -> None:
        """Put other lists in the place of those that the offices have."""
        write_circle_data(self.stage.data, STORY, grounds)

    def ask(self, families: list[Family] | None = None) -> list[RowResult]:
        """Ask about children of the story as an officer does, by a roster; returns a result for each row."""
        return ask_roster(self.stage, STORY if families is None else families)

    def classes(self) -> list[tuple[object, object]]:
        """Return class and lacking kinds of office of each child of the story."""
        found = sorted(self.ask(), key=lambda result: result.row_number)
        return [(one.values["parental_status_class"], one.values["missing_provider_type"]) for one in found]

    @property
    def gateway_database(self) -> Path:
        """The gateway's SQLite file."""
        return self.stage.stage.gateway_folder / DATABASE_FILE

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in the gateway's database."""
        with closing(sqlite3.connect(f"file:{self.gateway_database}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()


def open_circle(folder: Path, stack: ExitStack, grounds: Grounds = STORY_GROUNDS) -> Circle:
    """Set a circle up below `folder`, with agreements and without a board; its servers run until `stack` is closed."""
    stage = ParentsStage(folder, datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST)
    circle = Circle(stage)
    circle.write(grounds)
    stage.found()
    stage.open(stack)
    stage.agree()
    return circle


@pytest.fixture(scope="session")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    """One circle for all tests of a process; each test makes the board that it needs."""
    with ExitStack() as stack:
        yield open_circle(tmp_path_factory.mktemp("circle"), stack)

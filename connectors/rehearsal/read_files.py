"""Reads and hashes both files at the same time, each in a process of its own, and tells how far it has come."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Final

from connectors.agencies import agency_of
from connectors.data_sets import DataSet, Record, read_records
from connectors.rehearsal.hash_records import HashedFile, hash_records
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.sources.identities import ReadingRules
from connectors.sources.mapping import load_mapping, open_source
from schemas.agency_kinds import AgencyKind
from schemas.messages.match import SubjectKind

ROWS_BETWEEN_REPORTS: Final = 500

Tell = Callable[[int, int | None], None]
"""Takes the rows done and, where it is known, how many there are."""

TellOfBoth = Callable[[int, int, int | None], None]
"""Takes 0 for the first file or 1 for the second, and what `Tell` takes."""


@dataclass(frozen=True, slots=True)
class FileToRead:
    """One file, and how it is to be read.

    Attributes:
        mapping_path: its mapping file.
        run_key: the key of both files of this run.
        rules: how its rows are judged.
        is_index: whether it is the file that is looked up in, of which each child stands once.
        looked_for: locators of rows that must be found again.
    """

    mapping_path: Path
    run_key: bytes = field(repr=False)
    rules: ReadingRules
    is_index: bool
    looked_for: frozenset[str] = field(repr=False)


class FileReadError(Exception):
    """One of the files can't be read; says which."""

    def __init__(self, mapping_path: Path, reason: str) -> None:
        super().__init__(f"{mapping_path}\n{reason}")


def read_file(wanted: FileToRead, tell: Tell) -> HashedFile:
    """Read and hash one file.

    Raises:
        SourceError: the mapping or the source can't be used.
    """
    mapping = load_mapping(wanted.mapping_path)
    source = open_source(mapping, wanted.mapping_path.parent, os.environ)
    data_set = get_data_set(mapping.data_set)
    records = read_records(
        source,
        mapping,
        data_set,
        today=wanted.rules.today,
        allow_test_regions=wanted.rules.allow_test_regions,
        max_age_years=wanted.rules.max_age_years,
    )
    told = _telling(records, source.count(), tell)
    return hash_records(
        told, data_set, source.notes, run_key=wanted.run_key, is_index=wanted.is_index, looked_for=wanted.looked_for
    )


def _telling(records: Iterator[Record], total: int | None, tell: Tell) -> Iterator[Record]:
    done = 0
    for done, record in enumerate(records, 1):
        if done % ROWS_BETWEEN_REPORTS == 0:
            tell(done, total)
        yield record
    tell(done, total)


def get_data_set(name: str) -> DataSet:
    """Return the data set of this name, whichever kind of agency holds it; its rows are about children.

    Raises:
        SourceError: `mapping_field_invalid`, there is none.
    """
    for kind in AgencyKind:
        # Of some kinds of agency nothing is known to hold.
        with suppress(SettingsError):
            for data_set in agency_of(kind.value).data_sets:
                if data_set.name == name and data_set.subject is SubjectKind.CHILD:
                    return data_set
    raise SourceError("mapping_field_invalid", column="data_set")


def read_both(a: FileToRead, b: FileToRead, tell: TellOfBoth) -> tuple[HashedFile, HashedFile]:
    """Read and hash both files side by side.

    Raises:
        FileReadError: one of them can't be read; the other one is given up.
    """
    # A fresh interpreter takes nothing along that a thread of this one may hold.
    context = multiprocessing.get_context("spawn")
    readings = {reading.messages: reading for reading in (_Reading(a, 0, context), _Reading(b, 1, context))}
    hashed: dict[int, HashedFile] = {}
    try:
        while len(hashed) < len(readings):
            open_ends = [end for end, reading in readings.items() if reading.place not in hashed]
            for reading in (readings[end] for end in wait(open_ends) if isinstance(end, Connection)):
                message = reading.receive()
                if isinstance(message, HashedFile):
                    hashed[reading.place] = message
                else:
                    tell(reading.place, *message)
    finally:
        for reading in readings.values():
            reading.stop()
    return hashed[0], hashed[1]


class _Reading:
    """A process that reads one file and sends how far it has come, then the file or the reason why not."""

    def __init__(self, wanted: FileToRead, place: int, context: SpawnContext) -> None:
        self._wanted = wanted
        self.place = place
        self.messages, sending = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(wanted, sending), daemon=True)
        self._process.start()
        sending.close()

    def receive(self) -> HashedFile | tuple[int, int | None]:
        try:
            message: HashedFile | tuple[int, int | None] | str = self.messages.recv()
        except EOFError:
            message = "读取中断 / reading broke off"
        if isinstance(message, str):
            raise FileReadError(self._wanted.mapping_path, message)
        return message

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()
        self.messages.close()


def _work(wanted: FileToRead, sending: Connection) -> None:
    try:
        hashed = read_file(wanted, lambda done, total: sending.send((done, total)))
    except SourceError as error:
        sending.send(str(error))
    else:
        sending.send(hashed)

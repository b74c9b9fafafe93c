"""Cuts the Parquet files that a mapping names into parts of so many rows, each for one worker at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from connectors.bulk.errors import BulkError
from connectors.data_sets import DataSet, Record, check_mapping, read_rows
from connectors.rehearsal.read_files import get_data_set
from connectors.sources.errors import SourceError
from connectors.sources.identities import ReadingRules
from connectors.sources.mapping import ParquetPlace, SourceMapping, load_mapping
from connectors.sources.parquet_file import ParquetSource
from schemas.faults import Wording

ROWS_A_PART: Final = 20_000
"""About a quarter of a minute's evaluations for one core."""

MAX_FILES: Final = 10_000

_NOT_PARQUET = Wording(
    "大批量作业只读 Parquet：映射文件的 source.kind 应为 parquet，path 为一个文件或放着若干文件的文件夹",
    "bulk jobs read Parquet: the mapping's source.kind is parquet, and its path a file or a folder of files",
)


@dataclass(frozen=True, slots=True)
class SourcePart:
    """Rows of one file.

    Attributes:
        file: place of the file among those of the set.
        path: the file.
        numbers: its rows, counted from 1.
    """

    file: int
    path: Path
    numbers: range


@dataclass(frozen=True, slots=True)
class Source:
    """What a worker needs to read parts of a set.

    Attributes:
        mapping: what the columns mean.
        rules: how the rows are judged.
    """

    mapping: SourceMapping = field(repr=False)
    rules: ReadingRules

    def read(self, part: SourcePart) -> Iterator[Record]:
        """Yield the records of a part, usable or not; raises SourceError."""
        data_set: DataSet = get_data_set(self.mapping.data_set)
        source = self.parquet(part.path)
        check_mapping(self.mapping, data_set, source.columns())
        return read_rows(
            source.rows_between(part.numbers),
            self.mapping,
            data_set,
            today=self.rules.today,
            allow_test_regions=self.rules.allow_test_regions,
            max_age_years=self.rules.max_age_years,
        )

    def parquet(self, path: Path) -> ParquetSource:
        """Return one file of the set."""
        return ParquetSource(path, list(self.mapping.columns.values()))


def find_parts(mapping_path: Path, rules: ReadingRules) -> tuple[Source, tuple[Path, ...], tuple[SourcePart, ...]]:
    """Return how a set is read, its files, and its parts in the order of the files' names and rows.

    Raises:
        BulkError: the mapping names no Parquet file.
        SourceError: the mapping or a file can't be used.
    """
    mapping = load_mapping(mapping_path)
    if not isinstance(mapping.source, ParquetPlace):
        raise BulkError(_NOT_PARQUET)
    source = Source(mapping, rules)
    files = _files(mapping_path.parent.resolve(), mapping.source.path)
    parts = [
        SourcePart(place, path, range(first, min(first + ROWS_A_PART, rows + 1)))
        for place, path in enumerate(files)
        for rows in [source.parquet(path).count() or 0]
        for first in range(1, rows + 1, ROWS_A_PART)
    ]
    return source, files, tuple(parts)


def _files(base: Path, written: str) -> tuple[Path, ...]:
    place = (base / written).resolve()
    if not place.is_relative_to(base):
        raise SourceError("path_outside_folder")
    files = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
    if not files or not all(path.is_file() for path in files):
        raise SourceError("file_missing")
    if len(files) > MAX_FILES:
        raise SourceError("file_too_large")
    return tuple(files)

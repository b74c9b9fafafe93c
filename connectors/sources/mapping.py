"""The YAML file in which an agency says where its rows are and what its columns mean."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from connectors.sources.csv_file import CsvSource, Delimiter, Encoding
from connectors.sources.errors import SourceError
from connectors.sources.files import find_file
from connectors.sources.mapping_text import line_of, read_mapping_text
from connectors.sources.read_only_engine import open_read_only, parse_url
from connectors.sources.source import Source
from connectors.sources.sql import SqlSource
from connectors.sources.sql_relation import SelectRelation, TableRelation
from connectors.sources.workbook import WorkbookSource

MAX_COLUMNS: Final = 128
MAX_NAMES: Final = 16

_Text = Annotated[str, Field(min_length=1, max_length=200)]


def _as_names(written: object) -> object:
    return (written,) if isinstance(written, str) else tuple(written) if isinstance(written, list) else written


_Names = Annotated[tuple[_Text, ...], BeforeValidator(_as_names), Field(min_length=1, max_length=MAX_NAMES)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class WorkbookPlace(_Strict):
    """An .xlsx file below the data folder."""

    kind: Literal["workbook"]
    path: _Text
    sheet: _Text | None = None


class CsvPlace(_Strict):
    """A CSV file below the data folder."""

    kind: Literal["csv"]
    path: _Text
    encoding: Encoding
    delimiter: Delimiter = ","


class ParquetPlace(_Strict):
    """A Parquet file below the data folder."""

    kind: Literal["parquet"]
    path: _Text


class SqlPlace(_Strict):
    """A database: its address stands here, or with a password in an environment variable."""

    kind: Literal["sql"]
    url: _Text | None = None
    url_environment: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")] | None = None
    table: _Text | None = None
    select: Annotated[str, Field(min_length=1, max_length=10_000)] | None = None
    key: _Text

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.url is None) == (self.url_environment is None) or (self.table is None) == (self.select is None):
            raise ValueError("exactly one of url and url_environment, and of table and select")
        return self

    def relation(self) -> TableRelation | SelectRelation:
        """Return what is read. Raises `SourceError` when it is not allowed."""
        return TableRelation(self.table) if self.table is not None else SelectRelation(self.select or "")


class SourceMapping(_Strict):
    """One data set of an agency.

    Attributes:
        data_set: name of the data set, such as `children_register`.
        source: where the rows are.
        columns: canonical field → the names its column may go by; the first that is there counts.
    """

    data_set: _Text
    source: Annotated[WorkbookPlace | CsvPlace | ParquetPlace | SqlPlace, Field(discriminator="kind")]
    columns: Annotated[Mapping[_Text, _Names], Field(min_length=1, max_length=MAX_COLUMNS)]


def load_mapping(path: Path) -> SourceMapping:
    """Return the mapping in the file.

    Raises:
        SourceError: with the line and the name of the field that is wrong.
    """
    text, written = read_mapping_text(path)
    try:
        return SourceMapping.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        # The path also names types and kinds that nobody wrote.
        field = tuple(p for p in map(str, first["loc"]) if _FIELD.fullmatch(p) and p not in _KINDS)
        code = _CODES.get(first["type"], "mapping_field_invalid")
        raise SourceError(code, row=line_of(text, field), column=".".join(field) or None) from None


_FIELD = re.compile(r"\w+")
_KINDS = frozenset({"workbook", "csv", "parquet", "sql"})
_CODES: Final = {"missing": "mapping_field_missing", "extra_forbidden": "mapping_field_unknown"}


def open_source(mapping: SourceMapping, base_folder: Path, environment: Mapping[str, str]) -> Source:
    """Return the source that a mapping describes; nothing is read yet.

    Args:
        mapping: from `load_mapping`.
        base_folder: every file of the mapping stands in or below it.
        environment: the process's environment variables.

    Raises:
        SourceError: the file is missing, the address is wrong, or the database can't be held to reading.
    """
    place = mapping.source
    wanted = list(mapping.columns.values())
    if isinstance(place, WorkbookPlace):
        return WorkbookSource(find_file(base_folder, place.path), wanted, sheet=place.sheet)
    if isinstance(place, CsvPlace):
        path = find_file(base_folder, place.path)
        return CsvSource(path, wanted, encoding=place.encoding, delimiter=place.delimiter)
    if isinstance(place, ParquetPlace):
        # Loading Arrow takes a quarter of a second, which only those who read Parquet should wait.
        from connectors.sources.parquet_file import ParquetSource

        return ParquetSource(find_file(base_folder, place.path), wanted)
    url = parse_url(_address(place, environment))
    return SqlSource(open_read_only(url, base_folder), place.relation(), wanted, key=place.key)


def _address(place: SqlPlace, environment: Mapping[str, str]) -> str:
    if place.url is not None:
        if parse_url(place.url).password is not None:
            raise SourceError("url_has_password", column="source.url")
        return place.url
    address = environment.get(place.url_environment or "")
    if not address:
        raise SourceError("url_missing", column="source.url_environment")
    return address

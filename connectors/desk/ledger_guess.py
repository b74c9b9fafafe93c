"""Which data set a ledger is and what its columns mean, guessed from the words of its header. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.data_sets import DataSet, Field
from connectors.desk.ledger_file import Sheet
from connectors.sources.errors import SourceError
from connectors.sources.header import Header, find_columns, find_header, read_labels
from connectors.sources.identity_parts import GUARDIAN_PARTS
from connectors.sources.source import ColumnNames
from schemas.base64url import encode_base64url
from schemas.messages.match import SubjectKind


@dataclass(frozen=True, slots=True)
class Guess:
    """Where the header of a ledger stands and what it says.

    Attributes:
        labels: the name of each column, each once.
        first_data_row: below the header, counted from 0.
        data_set: that fits best.
        columns: canonical field → position of its column; a field that nobody named is not in it.
    """

    sheet: Sheet
    labels: tuple[str, ...] = field(repr=False)
    first_data_row: int
    data_set: DataSet
    columns: Mapping[str, int]


def guess_ledger(sheets: Iterable[Sheet], data_sets: Sequence[DataSet]) -> Guess:
    """Return the first sheet with a header, and the data set that fits it best; of equals the first.

    Raises:
        SourceError: header_not_found on every sheet.
    """
    for sheet in sheets:
        guesses = [guess for data_set in data_sets if (guess := _guess(sheet, data_set)) is not None]
        if guesses:
            return max(guesses, key=_rank)
    raise SourceError("header_not_found")


def guess_columns(labels: Sequence[str], data_set: DataSet) -> dict[str, int]:
    """Return field → position for columns that offices give such names to, each column once.

    Data of guardians is not guessed in lists of children: it is read when somebody chooses it on purpose.
    """
    wanted = [names_of(one) for one in _guessed_fields(data_set)]
    positions = find_columns(labels, wanted)
    columns: dict[str, int] = {}
    for one in _guessed_fields(data_set):
        at = next((positions[name] for name in names_of(one) if name in positions), None)
        if at is not None and at not in columns.values():
            columns[one.name] = at
    return columns


def missing_fields(data_set: DataSet, columns: Mapping[str, int]) -> list[Field]:
    """Return the required fields that have no column."""
    return [one for one in data_set.fields if one.required and one.name not in columns]


def header_digest(labels: Sequence[str]) -> str:
    """Return what a header is remembered by."""
    return encode_base64url(hashlib.sha256("\n".join(labels).encode()).digest())


def names_of(one: Field) -> ColumnNames:
    """Return the names by which offices call a field."""
    return (one.name_zh, *one.aliases_zh)


def _guess(sheet: Sheet, data_set: DataSet) -> Guess | None:
    header = _find_header(sheet, data_set)
    if header is None:
        return None
    written = read_labels(sheet.top, header, sheet.merges)
    labels = _each_once([*written, *[""] * (sheet.width - len(written))], sheet.first_column)
    return Guess(sheet, labels, header.first_data_row, data_set, guess_columns(labels, data_set))


def _find_header(sheet: Sheet, data_set: DataSet) -> Header | None:
    """Find the header by all names, else by those of the columns without which nobody can be found."""
    fields = _guessed_fields(data_set)
    for wanted in (fields, _telling_fields(fields)):
        header = _find_unambiguous(sheet, [names_of(one) for one in wanted])
        if header is not None:
            return header
    return None


def _find_unambiguous(sheet: Sheet, wanted: list[ColumnNames]) -> Header | None:
    """Find a header, without names that several columns go by: somebody has to say which of them is meant."""
    while wanted:
        try:
            return find_header(sheet.top, wanted, sheet.merges)
        except SourceError as error:
            if error.code != "column_ambiguous":
                return None
            without = [tuple(name for name in names if name != error.column) for names in wanted]
            wanted = [names for names in without if names]
    return None


def _guessed_fields(data_set: DataSet) -> list[Field]:
    is_childrens = data_set.subject is SubjectKind.CHILD
    return [one for one in data_set.fields if not (is_childrens and one.part in GUARDIAN_PARTS)]


def _telling_fields(fields: Sequence[Field]) -> list[Field]:
    """Return the first name and the first number, or for guardians the number alone."""
    firsts = (next((one for one in fields if one.part == part), None) for part in ("name", "citizen_id", "guardian_id"))
    return [one for one in firsts if one is not None]


def _rank(guess: Guess) -> tuple[bool, int]:
    return not missing_fields(guess.data_set, guess.columns), len(guess.columns)


def _each_once(labels: Sequence[str], first_column: int) -> tuple[str, ...]:
    """Return labels of which none is empty or like another: those get the letter of their column."""
    named: list[str] = []
    for at, label in enumerate(labels):
        is_alone = label and labels.count(label) == 1
        named.append(label if is_alone else f"{label or '未命名'}({_letter(first_column + at)}列)")
    return tuple(named)


def _letter(position: int) -> str:
    """Return the letters of a column: A for 0, AA for 26."""
    high, low = divmod(position, 26)
    return (_letter(high - 1) if high else "") + chr(ord("A") + low)

"""Take in a ledger: the file, or one child that is typed in; find its header; keep what its columns mean."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Final

from connectors.agencies import Agency, agency_of
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.data_sets import DataSet
from connectors.desk.ledger_file import card_of_upload, open_sheets
from connectors.desk.ledger_guess import guess_ledger, header_digest, missing_fields
from connectors.desk.ledger_text import as_text
from connectors.identifiers import new_uuid
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.errors import SourceError
from connectors.sources.header import Grid
from connectors.state.database import writing
from connectors.state.ledgers import PART_BYTES, KeptLedger, LedgerCard, LedgerFault, LedgerState

LEDGER_DAYS: Final = 90
"""A ledger is destroyed after so many days, unless results that it was asked with are kept for longer."""

SAMPLE_ROWS: Final = 3
MAX_SAMPLE_CHARACTERS: Final = 40
MAX_TYPED_CHARACTERS: Final = 200


class ColumnsError(ValueError):
    """What was said about the columns can't be.

    Attributes:
        code: `required` (a field that must have a column has none), `twice` (one column for two fields) or `unknown`.
        field: canonical field that is meant.
    """

    def __init__(self, code: str, field: str) -> None:
        super().__init__(code)
        self.code = code
        self.field = field


class LedgerInUseError(RuntimeError):
    """The ledger can't be changed: a question was asked with it, or it is being checked, or destroyed."""

    def __init__(self) -> None:
        super().__init__("台账不能再改 / the ledger can't be changed any more")


def upload_ledger(console: Console, owner: str, name: str, file: bytes) -> str:
    """Keep a file sealed and return its ledger's id; its header is found afterwards, by `find_header_of`.

    Raises:
        SourceError: it is no file that a ledger may be; nothing is kept.
    """
    return _keep(console, owner, card_of_upload(name, file), file)


def enter_child(console: Console, owner: str, data_set: DataSet, typed: Mapping[str, str]) -> str:
    """Keep one child, typed in field by field, as a ledger of one row whose columns are known; returns its id.

    Raises:
        ColumnsError: a field that the data set does not have, or a required one without a word.
    """
    given = {name: text.strip()[:MAX_TYPED_CHARACTERS] for name, text in typed.items() if text.strip()}
    return keep_rows(console, owner, data_set, "单个儿童.csv", [given])


def keep_rows(console: Console, owner: str, data_set: DataSet, name: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Keep rows field by field as a ledger whose columns are known, in their order from row 2; returns its id.

    Raises:
        ColumnsError: a field that the data set does not have, or a required one that no row has.
    """
    fields = {one.name: one for one in data_set.fields}
    given = list(dict.fromkeys(name for row in rows for name in row))
    for unknown in set(given) - fields.keys():
        raise ColumnsError("unknown", unknown)
    for missing in missing_fields(data_set, dict.fromkeys(given, 0)):
        raise ColumnsError("required", missing.name)
    labels = tuple(fields[name].name_zh for name in given)
    buffer = io.StringIO()
    csv.writer(buffer).writerows([labels, *([row.get(name, "") for name in given] for row in rows)])
    card = LedgerCard(
        name=name,
        kind="csv",
        first_data_row=1,
        width=len(labels),
        labels=labels,
        columns={name: at for at, name in enumerate(given)},
    )
    id_ = _keep(console, owner, card, buffer.getvalue().encode())
    _begin_check(console, ledger_store_of(console.connector).get(id_), data_set, card, rows_total=len(rows))
    return id_


def find_header_of(connector: Connector, ledger_id: str) -> None:
    """Find header and columns of a ledger that was uploaded; what was chosen for the same header before counts."""
    store = ledger_store_of(connector)
    kept = store.get(ledger_id)
    agency = agency_of(connector.settings.agency_type)
    try:
        guess = guess_ledger(open_sheets(store.file(ledger_id), kept.card), agency.data_sets)
        card = replace(
            kept.card,
            sheet=guess.sheet.name,
            first_data_row=guess.first_data_row,
            first_column=guess.sheet.first_column,
            width=guess.sheet.width,
            labels=guess.labels,
            samples=_samples(guess.sheet.top[guess.first_data_row :]),
            columns=guess.columns,
        )
    except SourceError as error:
        fault = LedgerFault(error.code, error.row, error.column)
        store.change(ledger_id, card=replace(kept.card, fault=fault), state=LedgerState.FAULTY.value)
        return
    data_set, card = _as_chosen_before(connector, agency, guess.data_set, card)
    store.change(
        ledger_id,
        card=card,
        state=LedgerState.COLUMNS.value,
        data_set=data_set.name,
        subject=data_set.subject.value,
        rows_total=guess.sheet.height - card.first_data_row,
    )


def choose_columns(console: Console, ledger_id: str, data_set_name: str, columns: Mapping[str, int]) -> None:
    """Keep what the columns mean, also for the next file with the same header, and let the rows be checked.

    Raises:
        ColumnsError: what was chosen can't be.
        LedgerInUseError: the ledger can't be changed.
        SourceError: there is no such data set.
    """
    store = ledger_store_of(console.connector)
    kept = store.get(ledger_id)
    if kept.is_asked or kept.state in {LedgerState.READING, LedgerState.DESTROYED} or not kept.card.labels:
        raise LedgerInUseError
    data_set = agency_of(console.connector.settings.agency_type).data_set(data_set_name)
    _check_columns(data_set, columns, len(kept.card.labels))
    store.keep_choice(header_digest(kept.card.labels), data_set.name, columns, console.seconds())
    _begin_check(console, kept, data_set, replace(kept.card, columns=dict(columns), fault=None), kept.rows_total)


def _keep(console: Console, owner: str, card: LedgerCard, file: bytes) -> str:
    connector = console.connector
    id_ = new_uuid(connector.random)
    parts = (file[start : start + PART_BYTES] for start in range(0, len(file), PART_BYTES))
    expires_on = connector.today() + timedelta(days=LEDGER_DAYS)
    ledger_store_of(connector).add(id_, owner, card, parts, connector.seconds(), expires_on)
    with writing(connector.state) as connection:
        record_in(connection, connector.seconds(), owner, Action.LEDGER_UPLOADED, id_, f"bytes={len(file)}")
    return id_


def _begin_check(console: Console, kept: KeptLedger, data_set: DataSet, card: LedgerCard, rows_total: int) -> None:
    ledger_store_of(console.connector).change(
        kept.id,
        card=card,
        state=LedgerState.CHECKING.value,
        data_set=data_set.name,
        subject=data_set.subject.value,
        rows_done=0,
        rows_total=rows_total,
        begun_at=console.seconds(),
        revision=kept.revision + 1,
    )


def _check_columns(data_set: DataSet, columns: Mapping[str, int], width: int) -> None:
    known = {one.name for one in data_set.fields}
    taken: set[int] = set()
    for name, at in columns.items():
        if name not in known or not 0 <= at < width:
            raise ColumnsError("unknown", name)
        if at in taken:
            raise ColumnsError("twice", name)
        taken.add(at)
    for missing in missing_fields(data_set, columns):
        raise ColumnsError("required", missing.name)


def _as_chosen_before(
    connector: Connector, agency: Agency, data_set: DataSet, card: LedgerCard
) -> tuple[DataSet, LedgerCard]:
    choice = ledger_store_of(connector).find_choice(header_digest(card.labels))
    if choice is None:
        return data_set, card
    name, columns = choice
    known = next((one for one in agency.data_sets if one.name == name), None)
    return (data_set, card) if known is None else (known, replace(card, columns=columns))


def _samples(rows: Grid) -> tuple[tuple[str, ...], ...]:
    """Return the first rows below the header that are not empty, as text."""
    filled = (row for row in rows if any(cell not in {None, ""} for cell in row))
    texts = (tuple(as_text(cell)[:MAX_SAMPLE_CHARACTERS] for cell in row) for row in filled)
    return tuple(islice(texts, SAMPLE_ROWS))

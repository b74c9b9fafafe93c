"""The uploaded workbook with what was found wrong: coloured cells, and a last column that says it in words."""

from collections.abc import Mapping
from typing import Final

from openpyxl.styles import PatternFill

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.ledger_workbook import FAULT_FILL, WARNING_FILL, Additions, add_to_workbook
from connectors.requester.ledger_roster import ledger_store_of
from connectors.sources.errors import SourceError
from connectors.sources.findings import FINDINGS
from connectors.state.database import writing
from connectors.state.ledger_rows import LedgerRowStore, RowFinding
from connectors.state.ledgers import LedgerState

REMARKS: Final = "核查意见"


def mark_workbook(console: Console, account: str, ledger_id: str) -> bytes:
    """Return the workbook that was uploaded, marked; the download is recorded.

    Raises:
        LedgerUnknownError: there is no such ledger.
        SourceError: file_missing where it is destroyed.
    """
    store = ledger_store_of(console.connector)
    kept = store.get(ledger_id)
    if kept.state is LedgerState.DESTROYED:
        raise SourceError("file_missing")
    rows = LedgerRowStore(store, ledger_id)
    findings = rows.findings()
    remarks = {number: [_remark(of_row, kept.card.labels)] for number, of_row in findings.items()}
    fills = {number: _fills(of_row) for number, of_row in findings.items()}
    marked = add_to_workbook(store.file(ledger_id), kept.card, Additions([REMARKS], remarks, rows.repairs(), fills))
    with writing(console.connector.state) as connection:
        detail = f"rows={kept.rows}"
        record_in(connection, console.seconds(), account, Action.LEDGER_DOWNLOADED, ledger_id, detail)
    return marked


def _remark(findings: tuple[RowFinding, ...], labels: tuple[str, ...]) -> str:
    """Say in one cell what is wrong with a row, in Chinese: the workbook goes on through offices."""
    return "；".join(
        (f"“{labels[one.position]}”" if one.position is not None else "") + FINDINGS[one.code].zh for one in findings
    )


def _fills(findings: tuple[RowFinding, ...]) -> Mapping[int, PatternFill]:
    """Return the colours of a row's cells; an error's counts before a warning's."""
    fills: dict[int, PatternFill] = {}
    for severity, fill in (("warning", WARNING_FILL), ("error", FAULT_FILL)):
        fills |= {one.position: fill for one in findings if one.severity == severity and one.position is not None}
    return fills

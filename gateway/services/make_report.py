"""Makes the reports that were asked for, in the background.

The file's digest stands in `report.make`, so whoever has a file can find out that it is the one that was made.
"""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

from sqlalchemy import Connection

from gateway.domain.budgets import LEGAL_ZONE
from gateway.domain.report_kinds import ReportKind
from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.report_queries import (
    MadeFile,
    ReportState,
    StoredReport,
    list_reports,
    set_failed,
    set_made,
)
from gateway.services.agency_names import agency_names
from gateway.services.console_events import CONSOLE_CLIENT
from gateway.services.context import Gateway
from gateway.services.export_log import export_log
from gateway.services.report_facts import gather_figures, gather_yearly
from schemas.base64url import decode_base64url, encode_base64url

REPORTS_FOLDER: Final = "reports"
REPORTS_CLIENT: Final = "reports"
SUFFIXES: Final[Mapping[ReportKind, str]] = MappingProxyType(
    {ReportKind.MONTHLY: "xlsx", ReportKind.STATISTICS: "xlsx", ReportKind.YEARLY: "zip"}
)


def make_waiting_reports(gateway: Gateway) -> None:
    """Make every report that is waited for, the oldest first; where one fails, the rest waits for the next time."""
    with read_transaction(gateway.engine) as connection:
        waiting = list_reports(connection, ReportState.WAITING)[::-1]
    for asked in waiting:
        _make(gateway, asked)


def digest_of_file(path: Path) -> str:
    """Return the digest of a file (`schemas.formats.Digest`); raises OSError."""
    with path.open("rb") as stream:
        return encode_base64url(hashlib.file_digest(stream, "sha256").digest())


def reports_folder(gateway: Gateway) -> Path:
    """Return the folder of the reports' files, beside the gateway's other ones."""
    return gateway.public_folder.with_name(REPORTS_FOLDER)


def _make(gateway: Gateway, asked: StoredReport) -> None:
    """Make one report; where that fails nobody waits for it any longer."""
    try:
        made = _write(gateway, asked)
    except BaseException:
        with write_transaction(gateway.engine) as connection:
            set_failed(connection, asked.id, gateway.now())
        raise
    gateway.journal.write(partial(_note, gateway, asked, made))


def _write(gateway: Gateway, asked: StoredReport) -> MadeFile:
    """Write the file beside its place first; its name holds its digest, so no other attempt can take it."""
    folder = reports_folder(gateway)
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as unfinished:
        path = Path(unfinished) / "report"
        with path.open("wb") as sink:
            _WRITERS[asked.kind](gateway, asked, gateway.now(), sink)
        digest, size = digest_of_file(path), path.stat().st_size
        name = f"{asked.id}-{asked.kind.value}-{digest[:8]}.{SUFFIXES[asked.kind]}"
        path.replace(folder / name)
    return MadeFile(name, size, digest)


def _note(gateway: Gateway, asked: StoredReport, made: MadeFile, connection: Connection) -> Draft[None]:
    is_mine = set_made(connection, asked.id, made, gateway.now())
    return Draft(None, (_event(gateway, asked, made),) if is_mine else ())


def _event(gateway: Gateway, asked: StoredReport, made: MadeFile) -> Event:
    by_calendar = asked.account is None
    return Event(
        type=EventType.REPORT_MAKE,
        actor=Actor(
            org=asked.agency_of_account or gateway.id, client=REPORTS_CLIENT if by_calendar else CONSOLE_CLIENT
        ),
        peer=asked.agency,
        reason=asked.kind.value,
        content=made.digest,
        correlation_id=asked.id,
        personal={} if asked.account is None else {PersonalField.OFFICER: asked.account},
    )


def _monthly(gateway: Gateway, asked: StoredReport, now: datetime, sink: BinaryIO) -> None:
    from gateway.reports.monthly_workbook import agency_words, write_monthly  # so that gateways start without it

    figures = gather_figures(gateway, asked.from_on, asked.to_on, asked.agency)
    write_monthly(sink, figures, agency_words(agency_names(gateway), asked.agency), now)


def _statistics(gateway: Gateway, asked: StoredReport, now: datetime, sink: BinaryIO) -> None:
    from gateway.reports.statistics_workbook import write_statistics

    figures = gather_figures(gateway, asked.from_on, asked.to_on, None)
    write_statistics(sink, figures, agency_names(gateway), now)


def _yearly(gateway: Gateway, asked: StoredReport, now: datetime, sink: BinaryIO) -> None:
    """Write the document and the log of its year as one archive; the log's file is logged as an export of its own."""
    from gateway.reports.yearly_document import write_yearly

    year = asked.from_on.year
    with tempfile.TemporaryDirectory() as folder:
        log, document = Path(folder) / f"log-{year}.zip", Path(folder) / f"evidence-{year}.docx"
        export_log(gateway, log, shard=year)
        figures = gather_figures(gateway, asked.from_on, asked.to_on, None)
        made_on = now.astimezone(LEGAL_ZONE).date()
        with document.open("wb") as opened:
            write_yearly(
                opened,
                gather_yearly(gateway, figures, made_on, (log.name, decode_base64url(digest_of_file(log)).hex())),
            )
        with zipfile.ZipFile(sink, "w") as archive:
            archive.write(document, document.name)
            archive.write(log, log.name)


_WRITERS: Final[Mapping[ReportKind, Callable[[Gateway, StoredReport, datetime, BinaryIO], None]]] = MappingProxyType(
    {ReportKind.MONTHLY: _monthly, ReportKind.STATISTICS: _statistics, ReportKind.YEARLY: _yearly}
)

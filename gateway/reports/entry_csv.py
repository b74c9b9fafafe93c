"""Entries as CSV (RFC 4180), UTF-8 with a byte order mark so that office programs read the Chinese."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from gateway.log.logged_entry import LoggedEntry
from gateway.reports.entry_columns import AgencyNames, cells, headings


def write_csv(sink: BinaryIO, entries: Iterable[LoggedEntry], names: AgencyNames) -> None:
    """Write a line each, of which nothing is taken for a formula.

    Raises:
        LeafError: an entry is none of an audit log.
    """
    text = io.TextIOWrapper(sink, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(headings())
    for entry in entries:
        writer.writerow(cells(entry, names))
    text.detach()  # flushes, and leaves the sink open

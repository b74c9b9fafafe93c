"""Reading and writing the searches that an account keeps, and large exports that wait for a second person."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from gateway.persistence.saved_search_tables import export_request, saved_search


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A kept search: its name, and the query string of its filter."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A large export that was asked for. Times are POSIX seconds; `approver` is None until somebody approves."""

    id: str
    account: str
    query: str
    format: str
    records: int
    reason: str
    reason_text: str = field(repr=False)
    case_ref: str = field(repr=False)
    nonce: bytes = field(repr=False)
    requested_at: int
    expires_at: int
    approver: str | None = None
    approved_at: int | None = None


def list_saved_searches(connection: Connection, account: str) -> list[SavedSearch]:
    """Return the searches that an account keeps, by name."""
    columns = saved_search.c
    query = select(columns.name, columns.query).where(columns.account == account).order_by(columns.name)
    return [SavedSearch(row.name, row.query) for row in connection.execute(query)]


def count_saved_searches(connection: Connection, account: str) -> int:
    """Return how many searches an account keeps."""
    return (
        connection.scalar(select(func.count()).select_from(saved_search).where(saved_search.c.account == account)) or 0
    )


def replace_saved_search(connection: Connection, account: str, search: SavedSearch, created_at: int) -> None:
    """Keep a search, in the place of one of the same name."""
    delete_saved_search(connection, account, search.name)
    connection.execute(
        insert(saved_search).values(account=account, name=search.name, query=search.query, created_at=created_at)
    )


def delete_saved_search(connection: Connection, account: str, name: str) -> bool:
    """Delete a search; return whether there was one."""
    gone = connection.execute(
        delete(saved_search).where(saved_search.c.account == account, saved_search.c.name == name)
    )
    return gone.rowcount == 1


def add_export_request(connection: Connection, request: ExportRequest) -> None:
    """Store a request for a large export."""
    names = [column.name for column in export_request.columns]
    connection.execute(insert(export_request).values({name: getattr(request, name) for name in names}))


def find_export_request(connection: Connection, request_id: str) -> ExportRequest | None:
    """Return the request, or None."""
    row = connection.execute(select(export_request).where(export_request.c.id == request_id)).one_or_none()
    return None if row is None else _request(row)


def list_export_requests(connection: Connection, now: int) -> list[ExportRequest]:
    """Return the requests that still hold, the newest first."""
    query = select(export_request).where(export_request.c.expires_at > now)
    return [_request(row) for row in connection.execute(query.order_by(export_request.c.requested_at.desc()))]


def approve_export_request(connection: Connection, request_id: str, approver: str, approved_at: int) -> bool:
    """Note who approved; return whether nobody had before."""
    noted = connection.execute(
        update(export_request)
        .where(export_request.c.id == request_id, export_request.c.approver.is_(None))
        .values(approver=approver, approved_at=approved_at)
    )
    return noted.rowcount == 1


def delete_export_request(connection: Connection, request_id: str) -> bool:
    """Delete a request that was used or withdrawn; return whether there was one."""
    return connection.execute(delete(export_request).where(export_request.c.id == request_id)).rowcount == 1


def delete_expired_export_requests(connection: Connection, now: int) -> None:
    """Delete requests whose time is over, and with them what they state."""
    connection.execute(delete(export_request).where(export_request.c.expires_at <= now))


def _request(row: Row[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any]) -> ExportRequest:
    return ExportRequest(**{**row._mapping, "nonce": bytes(row.nonce)})  # noqa: SLF001 - SQLAlchemy's public name

"""Reading and writing members, their key statements and the signed registry."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from gateway.persistence.member_tables import key_statement, member, registry_version
from hosting.database.prepared import Prepared
from schemas.messages.registry import Member

LATEST_VERSION = select(func.max(registry_version.c.version))
_LATEST_VERSION = Prepared(LATEST_VERSION)


def add_member(connection: Connection, entry: Member, root: str, enrolled_at: int) -> None:
    """Store a member and its first statements; raises IntegrityError if there is one of this id."""
    connection.execute(
        insert(member).values(**entry.model_dump(exclude={"statements"}), root=root, enrolled_at=enrolled_at)
    )
    connection.execute(
        insert(key_statement),
        [{"agency": entry.agency, "place": place, "token": token} for place, token in enumerate(entry.statements)],
    )


def add_statement(connection: Connection, agency: str, token: str) -> None:
    """Append a statement to those of `agency`."""
    place = count_statements(connection, agency)
    connection.execute(insert(key_statement).values(agency=agency, place=place, token=token))


def count_statements(connection: Connection, agency: str) -> int:
    """Return how many statements `agency` has made."""
    return connection.scalar(select(func.count()).where(key_statement.c.agency == agency)) or 0


def list_members(connection: Connection) -> tuple[Member, ...]:
    """Return all members with their statements, by id."""
    statements: dict[str, list[str]] = {}
    for row in connection.execute(select(key_statement).order_by(key_statement.c.agency, key_statement.c.place)):
        statements.setdefault(row.agency, []).append(row.token)
    return tuple(
        Member(
            agency=row.agency,
            agency_type=row.agency_type,
            name_zh=row.name_zh,
            name_en=row.name_en,
            region=row.region,
            endpoint=row.endpoint,
            statements=tuple(statements[row.agency]),
        )
        for row in connection.execute(select(member).order_by(member.c.agency))
    )


def list_roots(connection: Connection) -> dict[str, str]:
    """Return for each member the thumbprint that was accepted at its enrolment."""
    return {row.agency: row.root for row in connection.execute(select(member.c.agency, member.c.root))}


@dataclass(frozen=True, slots=True)
class SignedRegistry:
    """A registry as it was signed; times are POSIX seconds."""

    version: int
    token: str
    issued_at: int
    expires_at: int


def latest_registry(connection: Connection) -> SignedRegistry | None:
    """Return the newest registry, or None before the first."""
    columns = registry_version.c
    row = connection.execute(
        select(columns.version, columns.token, columns.issued_at, columns.expires_at)
        .order_by(columns.version.desc())
        .limit(1)
    ).first()
    return None if row is None else SignedRegistry(row.version, row.token, row.issued_at, row.expires_at)


def latest_registry_version(connection: Connection) -> int:
    """Return the newest registry's version, 0 before the first."""
    return _LATEST_VERSION.scalar(connection, {}) or 0


def replace_registry(connection: Connection, version: int, token: str, issued_at: int, expires_at: int) -> None:
    """Store a registry in the place of all earlier ones: the log keeps when each was published."""
    connection.execute(
        insert(registry_version).values(version=version, token=token, issued_at=issued_at, expires_at=expires_at)
    )
    connection.execute(delete(registry_version).where(registry_version.c.version < version))

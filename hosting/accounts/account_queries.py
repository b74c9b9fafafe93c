"""Reading and writing accounts, their roles and credentials."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hosting.accounts.book import AccountRow
from hosting.accounts.tables import AccountTables


@dataclass(frozen=True, slots=True)
class Credential:
    """How somebody proves who they are: a PHC string, a sealed TOTP secret, the last step used."""

    password_hash: str = field(repr=False)
    password_set_at: int
    is_one_time: bool
    totp_secret: bytes = field(repr=False)
    totp_step: int


def list_rows(connection: Connection, tables: AccountTables) -> list[AccountRow]:
    """Return all accounts, by id."""
    roles: dict[str, set[str]] = {}
    for row in connection.execute(select(tables.role)):
        roles.setdefault(row.account, set()).add(row.role)
    kept = connection.execute(select(tables.account, tables.office.label("office")).order_by(tables.account.c.id))
    return [_row(row, roles.get(row.id, ())) for row in kept]


def find_row(connection: Connection, tables: AccountTables, account_id: str) -> AccountRow | None:
    """Return the account, or None."""
    asked = select(tables.account, tables.office.label("office")).where(tables.account.c.id == account_id)
    row = connection.execute(asked).first()
    if row is None:
        return None
    return _row(row, connection.scalars(select(tables.role.c.role).where(tables.role.c.account == account_id)))


def add_row(connection: Connection, tables: AccountTables, row: AccountRow, credential: Credential) -> None:
    """Store a new account; raises IntegrityError if there is one of this id."""
    values = {"id": row.id, "name": row.name, "is_disabled": row.is_disabled, "created_at": row.created_at}
    connection.execute(insert(tables.account).values({**values, tables.office.name: row.office}))
    _insert_roles(connection, tables, row.id, row.roles)
    connection.execute(insert(tables.credential).values(account=row.id, **_members(credential)))


def replace_roles(connection: Connection, tables: AccountTables, account_id: str, roles: Iterable[str]) -> None:
    """Let an account have these roles and no others."""
    connection.execute(delete(tables.role).where(tables.role.c.account == account_id))
    _insert_roles(connection, tables, account_id, roles)


def set_disabled(connection: Connection, tables: AccountTables, account_id: str, *, is_disabled: bool) -> None:
    """Disable an account, or give it back."""
    connection.execute(update(tables.account).where(tables.account.c.id == account_id).values(is_disabled=is_disabled))


def find_credential(connection: Connection, tables: AccountTables, account_id: str) -> Credential | None:
    """Return how the account's owner proves who they are, or None where there is no such account."""
    row = connection.execute(select(tables.credential).where(tables.credential.c.account == account_id)).first()
    if row is None:
        return None
    return Credential(row.password_hash, row.password_set_at, row.is_one_time, row.totp_secret, row.totp_step)


def replace_credential(connection: Connection, tables: AccountTables, account_id: str, credential: Credential) -> None:
    """Put another credential in the place of the one that is there."""
    connection.execute(
        update(tables.credential).where(tables.credential.c.account == account_id).values(**_members(credential))
    )


def remove_identity(connection: Connection, tables: AccountTables, account_id: str) -> None:
    """Bind the account to nobody at an identity provider."""
    connection.execute(delete(tables.identity).where(tables.identity.c.account == account_id))


def _row(row: Row[Any], roles: Iterable[str]) -> AccountRow:
    return AccountRow(row.id, row.name, frozenset(roles), row.office, row.is_disabled, row.created_at)


def _insert_roles(connection: Connection, tables: AccountTables, account_id: str, roles: Iterable[str]) -> None:
    rows = [{"account": account_id, "role": str(role)} for role in sorted(roles)]
    if rows:
        connection.execute(insert(tables.role), rows)


def _members(credential: Credential) -> dict[str, object]:
    return {
        "password_hash": credential.password_hash,
        "password_set_at": credential.password_set_at,
        "is_one_time": credential.is_one_time,
        "totp_secret": credential.totp_secret,
        "totp_step": credential.totp_step,
    }

"""Reading and writing accounts, their roles and credentials."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.persistence.account_tables import console_account, console_credential, console_role


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as it is kept."""

    account: Account
    is_disabled: bool
    created_at: int
    """POSIX seconds."""


@dataclass(frozen=True, slots=True)
class Credential:
    """How somebody proves who they are: a PHC string, a sealed TOTP secret, the last step used."""

    password_hash: str = field(repr=False)
    password_set_at: int
    is_one_time: bool
    totp_secret: bytes = field(repr=False)
    totp_step: int


def list_accounts(connection: Connection) -> list[StoredAccount]:
    """Return all accounts, by id."""
    roles: dict[str, set[Role]] = {}
    for row in connection.execute(select(console_role)):
        roles.setdefault(row.account, set()).add(Role(row.role))
    return [
        StoredAccount(
            Account(row.id, row.name, frozenset(roles.get(row.id, ())), row.agency), row.is_disabled, row.created_at
        )
        for row in connection.execute(select(console_account).order_by(console_account.c.id))
    ]


def find_account(connection: Connection, account_id: str) -> StoredAccount | None:
    """Return the account, or None."""
    row = connection.execute(select(console_account).where(console_account.c.id == account_id)).first()
    if row is None:
        return None
    roles = connection.scalars(select(console_role.c.role).where(console_role.c.account == account_id))
    account = Account(row.id, row.name, frozenset(Role(role) for role in roles), row.agency)
    return StoredAccount(account, row.is_disabled, row.created_at)


def add_account(connection: Connection, account: Account, credential: Credential, created_at: int) -> None:
    """Store a new account; raises IntegrityError if there is one of this id."""
    connection.execute(
        insert(console_account).values(
            id=account.id, name=account.name, agency=account.agency, is_disabled=False, created_at=created_at
        )
    )
    _insert_roles(connection, account.id, account.roles)
    connection.execute(insert(console_credential).values(account=account.id, **_members(credential)))


def replace_roles(connection: Connection, account_id: str, roles: Iterable[Role]) -> None:
    """Let an account have these roles and no others."""
    connection.execute(delete(console_role).where(console_role.c.account == account_id))
    _insert_roles(connection, account_id, roles)


def set_disabled(connection: Connection, account_id: str, *, is_disabled: bool) -> None:
    """Disable an account, or give it back."""
    connection.execute(
        update(console_account).where(console_account.c.id == account_id).values(is_disabled=is_disabled)
    )


def find_credential(connection: Connection, account_id: str) -> Credential | None:
    """Return how the account's owner proves who they are, or None where there is no such account."""
    row = connection.execute(select(console_credential).where(console_credential.c.account == account_id)).first()
    if row is None:
        return None
    return Credential(row.password_hash, row.password_set_at, row.is_one_time, row.totp_secret, row.totp_step)


def replace_credential(connection: Connection, account_id: str, credential: Credential) -> None:
    """Put another credential in the place of the one that is there."""
    connection.execute(
        update(console_credential).where(console_credential.c.account == account_id).values(**_members(credential))
    )


def _insert_roles(connection: Connection, account_id: str, roles: Iterable[Role]) -> None:
    rows = [{"account": account_id, "role": role.value} for role in sorted(roles)]
    if rows:
        connection.execute(insert(console_role), rows)


def _members(credential: Credential) -> dict[str, object]:
    return {
        "password_hash": credential.password_hash,
        "password_set_at": credential.password_set_at,
        "is_one_time": credential.is_one_time,
        "totp_secret": credential.totp_secret,
        "totp_step": credential.totp_step,
    }

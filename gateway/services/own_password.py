"""Replacing one's own password: it ends all sessions, and the next one begins with another token."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.password_rules import PasswordError, PasswordFault, check_new_password
from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.persistence.account_queries import find_credential, replace_credential
from gateway.persistence.engine import read_transaction
from gateway.persistence.session_queries import delete_sessions_of
from gateway.services.console_events import CONSOLE_CLIENT
from gateway.services.console_sessions import begin_session_in
from gateway.services.context import Gateway
from gateway.services.credentials import is_right_password
from gateway.services.sign_in_throttle import charge_attempt, forgive_attempt
from keys.crypto.password import STANDARD_PASSWORD_COST, hash_password


def replace_password(gateway: Gateway, account: Account, current: str, new: str, address: str, token: str) -> None:
    """Replace the password of `account`, end its sessions, and begin one for `token`.

    Raises:
        PasswordError: the current one is wrong, or the new one can't be taken.
        SignInLockedError: the current one was wrong too often.
        AuditUnavailableError: it could not be logged; nothing was changed.
    """
    check_new_password(account.id, current, new)
    charge_attempt(gateway, account.id, address)
    with read_transaction(gateway.engine) as connection:
        credential = find_credential(connection, account.id)
    if credential is None or not is_right_password(gateway, credential, current):
        raise PasswordError(PasswordFault.WRONG)
    now = gateway.seconds()
    hashed = hash_password(new, STANDARD_PASSWORD_COST, gateway.random)
    replaced = replace(credential, password_hash=hashed, password_set_at=now, is_one_time=False)
    event = Event(
        type=EventType.AUTH_SUCCEED,
        actor=Actor(org=account.agency or gateway.id, client=CONSOLE_CLIENT),
        reason="password_replaced",
        personal={PersonalField.ACCOUNT: account.id, PersonalField.IP: address},
    )

    def change(connection: Connection) -> Draft[None]:
        if find_credential(connection, account.id) != credential:
            raise PasswordError(PasswordFault.WRONG)  # it was reset since it was looked at
        replace_credential(connection, account.id, replaced)
        delete_sessions_of(connection, account.id)
        begin_session_in(connection, token, account.id, now)
        return Draft(None, (event,))

    gateway.journal.write(change)
    forgive_attempt(gateway, account.id, address)

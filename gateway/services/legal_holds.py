"""Setting and lifting legal holds; both are in the log, with who did it and why."""

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.legal_hold import HoldScope
from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.erasure_holds import find_hold, insert_hold, lift_hold
from gateway.services.console_events import console_event
from gateway.services.context import Gateway


class HoldNotStandingError(LookupError):
    """There is no such hold, or it was lifted before."""


def set_legal_hold(gateway: Gateway, account: Account, scope: HoldScope, reason: str, case_ref: str | None) -> int:
    """Hold the entries of `scope` from now on, and return the hold's number.

    Raises:
        AuditUnavailableError: it could not be logged; nothing is held.
    """
    event = console_event(
        gateway,
        account,
        EventType.AUDIT_HOLD,
        peer=scope.agency,
        correlation_id=scope.corr,
        note=_note(reason, scope),
        case_ref=case_ref,
    )

    def change(connection: Connection) -> Draft[int]:
        return Draft(insert_hold(connection, scope, reason, case_ref, account.id, gateway.seconds()), (event,))

    return gateway.journal.write(change).value


def lift_legal_hold(gateway: Gateway, account: Account, number: int, reason: str) -> None:
    """Lift a hold.

    Raises:
        HoldNotStandingError: there is none of this number that stands.
        AuditUnavailableError: it could not be logged; the hold stands.
    """

    def change(connection: Connection) -> Draft[None]:
        hold = find_hold(connection, number)
        if hold is None or not lift_hold(connection, number, reason, account.id, gateway.seconds()):
            raise HoldNotStandingError("no such hold stands")
        event = console_event(
            gateway,
            account,
            EventType.AUDIT_UNHOLD,
            peer=hold.scope.agency,
            correlation_id=hold.scope.corr,
            note=_note(reason, hold.scope),
            case_ref=hold.case_ref,
        )
        return Draft(None, (event,))

    gateway.journal.write(change)


def _note(reason: str, scope: HoldScope) -> str:
    parts = {"agreement": scope.agreement, "from": scope.from_on, "to": scope.to_on}
    stated = "; ".join(f"{name} {value}" for name, value in parts.items() if value is not None)
    return f"{reason} ({stated})" if stated else reason

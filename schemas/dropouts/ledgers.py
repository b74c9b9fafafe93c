"""The ledgers that a county and its schools keep of dropouts, by the states of workflow W1; each state is in one."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.codes import DropoutStatus
from schemas.faults import Wording


class DropoutLedger(StrEnum):
    """One of the ledgers. The county's first one, of all school-age children, is its student register."""

    SUSPECTED = "suspected"
    DROPPED_OUT = "dropped_out"
    RETURNED = "returned"


LEDGER_NAMES: Final[Mapping[DropoutLedger, Wording]] = MappingProxyType(
    {
        DropoutLedger.SUSPECTED: Wording("疑似辍学台账", "Suspected dropouts"),
        DropoutLedger.DROPPED_OUT: Wording("辍学台账", "Dropouts"),
        DropoutLedger.RETURNED: Wording("复学与销号台账", "Returned and closed"),
    }
)

LEDGER_STATES: Final[Mapping[DropoutLedger, tuple[str, ...]]] = MappingProxyType(
    {
        # Until the county has verified a report, nobody has said that the child has dropped out.
        DropoutLedger.SUSPECTED: ("noticed", "suspected", "reported", "verifying"),
        DropoutLedger.DROPPED_OUT: ("persuading", "referred", "danger_reported"),
        DropoutLedger.RETURNED: ("returned", "placed", "observation", "attending", "closed", "closed_elsewhere"),
    }
)

_CLOSED: Final = frozenset({"attending", "closed", "closed_elsewhere"})
_STATUS: Final[Mapping[DropoutLedger, DropoutStatus]] = MappingProxyType(
    {
        DropoutLedger.SUSPECTED: DropoutStatus.SUSPECTED,
        DropoutLedger.DROPPED_OUT: DropoutStatus.DROPPED_OUT,
        DropoutLedger.RETURNED: DropoutStatus.RETURNED,
    }
)


def ledger_of(state: str) -> DropoutLedger:
    """Return the ledger in which an item of this state stands; raises KeyError for a state that W1 does not have."""
    for ledger, states in LEDGER_STATES.items():
        if state in states:
            return ledger
    raise KeyError(state)


def status_of(state: str) -> DropoutStatus:
    """Return the status that the printed ledger writes for a state of W1."""
    return DropoutStatus.CLOSED if state in _CLOSED else _STATUS[ledger_of(state)]

"""Steps of the sharing office, each recorded before it is taken, and again when it could not be taken."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from connectors.agreements import SharingOffice
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.publisher.refresh_indexes import failure_code
from connectors.state.agreement_drafts import remove_prepared
from connectors.state.database import writing
from schemas.problem import ProblemError


class StepNotTakenError(Exception):
    """The gateway refused a step, or can't be told of it.

    Attributes:
        code: of the problem, or `gateway_unreachable` or `answer_not_believed`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OfficeStep(StrEnum):
    """A step that one person takes for the agency."""

    ACCEPT = "accept_complete"
    RETURN = "return_incomplete"
    EXTEND = "extend"
    REFUSE = "refuse"
    DISPUTE = "dispute"
    SETTLE_REOPEN = "settle_reopen"
    SETTLE_REFUSE = "settle_refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says with a step: closed reasons, and a note without names and numbers."""

    reasons: tuple[str, ...] = ()
    note: str | None = None


_Take = Callable[[SharingOffice, str, Said], object]

_STEPS: Final[Mapping[OfficeStep, tuple[Action, _Take]]] = MappingProxyType(
    {
        OfficeStep.ACCEPT: (Action.AGREEMENT_ACCEPTED, lambda office, digest, _: office.accept_complete(digest)),
        OfficeStep.RETURN: (
            Action.AGREEMENT_RETURNED,
            lambda office, digest, said: office.return_incomplete(digest, said.reasons, said.note),
        ),
        OfficeStep.EXTEND: (Action.AGREEMENT_EXTENDED, lambda office, digest, _: office.extend_review(digest)),
        OfficeStep.REFUSE: (
            Action.AGREEMENT_REFUSED,
            lambda office, digest, said: office.refuse(digest, said.reasons[0], said.note),
        ),
        OfficeStep.DISPUTE: (
            Action.AGREEMENT_DISPUTED,
            lambda office, digest, said: office.dispute(digest, said.note),
        ),
        OfficeStep.SETTLE_REOPEN: (
            Action.AGREEMENT_SETTLED,
            lambda office, digest, said: office.settle(digest, reopen=True, note=said.note),
        ),
        OfficeStep.SETTLE_REFUSE: (
            Action.AGREEMENT_SETTLED,
            lambda office, digest, said: office.settle(digest, reopen=False, note=said.note),
        ),
        OfficeStep.SUSPEND: (Action.AGREEMENT_SUSPENDED, lambda office, digest, _: office.suspend(digest)),
        OfficeStep.RESUME: (Action.AGREEMENT_RESUMED, lambda office, digest, _: office.resume(digest)),
        OfficeStep.REVOKE: (Action.AGREEMENT_REVOKED, lambda office, digest, _: office.revoke(digest)),
    }
)

_UNDOES_PREPARING: Final = frozenset({OfficeStep.REFUSE, OfficeStep.REVOKE})
"""Whoever wanted to sign before has to want it anew, should the agreement ever come back."""


def take_step(console: Console, account: str, step: OfficeStep, digest: str, said: Said) -> None:
    """Take a step for the agency.

    Raises:
        StepNotTakenError: the gateway refused or is silent. A suspension holds here all the same, and what a
            revocation destroys here is destroyed.
    """
    action, take = _STEPS[step]
    detail = ",".join((step.value, *said.reasons))
    with taking(console, account, action, digest, detail) as office:
        take(office, digest, said)
    if step in _UNDOES_PREPARING:
        with writing(console.connector.state) as connection:
            remove_prepared(connection, digest)


@contextmanager
def taking(console: Console, account: str, action: Action, digest: str, detail: str) -> Iterator[SharingOffice]:
    """Record what is about to be done, and what kept it from being done.

    Raises:
        StepNotTakenError: the gateway refused or is silent.
    """
    _record(console, account, action, digest, detail)
    try:
        yield SharingOffice(console.connector, console.client, console.trust)
    except (ProblemError, AnswerError, GatewayUnreachableError) as error:
        code = failure_code(error)
        _record(console, account, Action.AGREEMENT_STEP_FAILED, digest, code)
        raise StepNotTakenError(code) from None


def _record(console: Console, account: str, action: Action, digest: str, detail: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account, action, digest, detail)

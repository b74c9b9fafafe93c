"""What would have become of logged requests under a draft agreement: pure, and decided by `decide` itself.

The log states of a request who asked whom, for what purpose, the message, attributes and number of records. It does
not state region, case number, officer or approver: those are digests with salt. So each request is decided once for
every way in which it can have been: what all of them agree on is sure, and the rest the log cannot know.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from itertools import product
from types import MappingProxyType
from typing import Final

from gateway.domain.budgets import BudgetExhaustedError, BudgetKind, budget_day, charge, limit_of, officer_limit_of
from gateway.domain.draft_comparison import is_no_wider
from schemas.agreement import Agreement, AgreementState, Approval
from schemas.emergency import EmergencyClaim, EmergencyReason
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.policy import Clause, Deny, Permit, PolicyRequest, Standing, decide
from schemas.purpose_catalogue import Purpose
from schemas.regions import covers

_STATED: Final = "stated"
_OTHER: Final = "other"
_NAMED: Final = "named"
"""Stands for the digest of the agreement that is looked at: a draft's is named by no envelope yet."""

_EMERGENCY: Final = EmergencyClaim.model_construct(call=_STATED, reason=EmergencyReason.UNATTENDED)
"""What a request under an emergency's purpose stated, and no other."""

_BUDGETS: Final[Mapping[MessageType, BudgetKind]] = MappingProxyType(
    {MessageType.EVALUATE: BudgetKind.EVALUATIONS, MessageType.EXCHANGE: BudgetKind.RELEASES}
)


class Fate(StrEnum):
    """What a draft would do with a request."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """What the log states of one request between the draft's parties for its purpose.

    Attributes:
        at: when it was logged. Requests that differ in nothing else are equal: they meet the same fate.
        under: the agreement under which was asked, where the gateway still holds it.
        refused: the reason of a refusal; None for what was permitted. The log states nothing more of refused ones.
        message: what was asked; None for a refusal.
        attributes: those asked for.
        records: how many.
    """

    at: datetime = field(compare=False)
    under: Agreement | None
    refused: str | None = None
    message: MessageType | None = None
    attributes: tuple[str, ...] = ()
    records: int = 0


@dataclass(frozen=True, slots=True)
class Simulated:
    """What became of a request, what would under the draft, and the clause that decides or that nobody can tell."""

    was: str | None
    fate: Fate
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An agreement, draft or signed, and the catalogues that it is read with: as if it were active and in force."""

    agreement: Agreement
    purpose: Purpose | None
    never_released: frozenset[str]

    def decide(self, claims: EnvelopeClaims, asked: LoggedRequest) -> Permit | Deny:
        """Decide on a logged request as if these had been its claims."""
        is_emergency = self.purpose is not None and self.purpose.approvals.emergency is not None
        request = PolicyRequest(
            claims=claims.model_copy(update={"emergency": _EMERGENCY if is_emergency else None}),
            provider=self.agreement.provider.agency,
            records=asked.records,
            attributes=asked.attributes,
        )
        standing = Standing(self.agreement, _NAMED, AgreementState.ACTIVE)
        in_force = datetime.fromtimestamp(self.agreement.valid_from, UTC)
        return decide(request, standing, self.purpose, self.never_released, in_force)


def simulate_draft(draft: Reading, requests: Iterable[LoggedRequest]) -> Counter[Simulated]:
    """Return how many requests, in the order of the log, would have met which fate.

    Daily budgets are charged with what surely passes; the request that would exceed them is refused by them. Once the
    day's use exceeds what one officer may ask, nobody can tell: the log hides who asked.
    """
    used: Counter[tuple[str, BudgetKind]] = Counter()
    fate_of = cache(partial(_simulated, draft))
    return Counter(_charged(draft, request, fate_of(request), used) for request in requests)


def trace_permit(reading: Reading, request: LoggedRequest) -> tuple[Clause, ...]:
    """Return the clauses that a permitted request fulfilled under the agreement under which it was asked.

    None are returned where it would not be permitted today: the catalogue has changed since.
    """
    if request.message is None:
        return ()
    favourable = next(_possible(reading.agreement, reading.agreement, request.message))
    decision = reading.decide(favourable, request)
    return decision.clauses if isinstance(decision, Permit) else ()


def _simulated(draft: Reading, request: LoggedRequest) -> Simulated:
    if request.message is not None:
        return _decided(draft, request, request.message)
    is_still_refused = is_no_wider(request.refused or "", draft.agreement, request.under)
    return Simulated(request.refused, Fate.REFUSED if is_still_refused else Fate.UNKNOWN)


def _decided(draft: Reading, request: LoggedRequest, message: MessageType) -> Simulated:
    decisions = [draft.decide(claims, request) for claims in _possible(draft.agreement, request.under, message)]
    refusing = [decision.clause for decision in decisions if isinstance(decision, Deny)]
    if not refusing:
        return Simulated(None, Fate.PERMITTED)
    # The most favourable possibility stands first: what refuses even that one refuses for sure.
    fate = Fate.UNKNOWN if len(refusing) < len(decisions) else Fate.REFUSED
    return Simulated(None, fate, refusing[0].value)


def _possible(draft: Agreement, under: Agreement | None, message: MessageType) -> Iterator[EnvelopeClaims]:
    """Yield the claims that a permitted request can have had, the most favourable first."""
    cases = (_STATED,) if under is not None and under.case_number_required else (_STATED, None)
    approvers = (_OTHER,) if under is not None and under.approval is Approval.SECOND_PERSON else (_OTHER, None)
    for region, case, approver in product(_regions(draft, under), cases, approvers):
        yield EnvelopeClaims.model_construct(
            type=message,
            issuer=draft.requester.agency,
            agreement=_NAMED,
            purpose=draft.purpose,
            region=region,
            case=case,
            officer=_STATED,
            approver=approver,
        )


def _regions(draft: Agreement, under: Agreement | None) -> Iterator[str | None]:
    """Yield a region that the draft covers, and one that it does not, if the request can have named such a one.

    What can have been named lies in the old agreement; where one subtree lies in the other, the narrower one decides.
    """
    if under is None:
        yield draft.regions[0]
        yield None
        return
    covered = (
        *(region for region in draft.regions if covers(under.regions, region)),
        *(region for region in under.regions if covers(draft.regions, region)),
    )
    yield from covered[:1]
    yield from [region for region in under.regions if not covers(draft.regions, region)][:1]


def _charged(
    draft: Reading, request: LoggedRequest, simulated: Simulated, used: Counter[tuple[str, BudgetKind]]
) -> Simulated:
    kind = None if request.message is None else _BUDGETS.get(request.message)
    if kind is None or simulated.fate is not Fate.PERMITTED:
        return simulated
    place = (budget_day(request.at), kind)
    try:
        used[place] = charge(kind, used[place], request.records, limit_of(draft.agreement, kind))
    except BudgetExhaustedError:
        return Simulated(None, Fate.REFUSED, f"{kind.value}_per_day")
    if used[place] > officer_limit_of(draft.agreement, kind):
        return Simulated(None, Fate.UNKNOWN, f"officer_{kind.value}_per_day")
    return simulated

"""One agreement as a sharing office sees it: the agency's part in it, what waits for it, what it may do: pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from connectors.console.account import Account
from connectors.console.roles import Permission
from connectors.desk.agreement_steps import OfficeStep
from connectors.state.agreement_drafts import PreparedSignature
from connectors.state.agreements import AgreementCopy
from schemas.agreement import Agreement, AgreementState
from schemas.agreement_steps import AgreementStep
from schemas.faults import Wording
from schemas.purpose_catalogue import Purpose
from schemas.working_days import WorkingCalendar

_S = AgreementState


class Part(StrEnum):
    """What an agency is in an agreement."""

    REQUESTER = "requester"
    PROVIDER = "provider"
    LEAD = "lead"


class SigningStep(StrEnum):
    """How an agency binds itself: two persons together."""

    SIGN = "sign"
    COUNTERSIGN = "countersign"


class Waits(StrEnum):
    """What waits for this agency, the most pressing first."""

    CONFIRM = "confirm"
    SETTLE = "settle"
    CHECK = "check"
    DECIDE = "decide"
    COUNTERSIGN = "countersign"
    PUBLISH = "publish"
    REVISE = "revise"


class Group(StrEnum):
    """In which list an agreement stands."""

    OURS = "ours"
    THEIRS = "theirs"
    IN_FORCE = "in_force"
    ENDED = "ended"


STEPS: Final[Mapping[tuple[Part, AgreementState], tuple[OfficeStep, ...]]] = MappingProxyType(
    {
        (Part.PROVIDER, _S.PROPOSED): (OfficeStep.ACCEPT, OfficeStep.RETURN, OfficeStep.REFUSE),
        (Part.PROVIDER, _S.IN_REVIEW): (OfficeStep.EXTEND, OfficeStep.REFUSE),
        (Part.PROVIDER, _S.AGREED): (OfficeStep.REVOKE,),
        (Part.PROVIDER, _S.ACTIVE): (OfficeStep.SUSPEND, OfficeStep.REVOKE),
        (Part.PROVIDER, _S.SUSPENDED): (OfficeStep.SUSPEND, OfficeStep.RESUME, OfficeStep.REVOKE),
        (Part.REQUESTER, _S.PROPOSED): (OfficeStep.REVOKE,),
        (Part.REQUESTER, _S.IN_REVIEW): (OfficeStep.REVOKE,),
        (Part.REQUESTER, _S.AGREED): (OfficeStep.REVOKE,),
        (Part.REQUESTER, _S.REFUSED): (OfficeStep.DISPUTE,),
        (Part.REQUESTER, _S.DISPUTED): (OfficeStep.REVOKE,),
        (Part.REQUESTER, _S.ACTIVE): (OfficeStep.SUSPEND, OfficeStep.REVOKE),
        (Part.REQUESTER, _S.SUSPENDED): (OfficeStep.SUSPEND, OfficeStep.RESUME, OfficeStep.REVOKE),
        (Part.LEAD, _S.DISPUTED): (OfficeStep.SETTLE_REOPEN, OfficeStep.SETTLE_REFUSE),
        (Part.LEAD, _S.ACTIVE): (OfficeStep.SUSPEND,),
        (Part.LEAD, _S.SUSPENDED): (OfficeStep.SUSPEND, OfficeStep.RESUME),
    }
)
"""What the pages offer; whether a step may be taken is the gateway's and the other agencies' decision."""

_SIGNING: Final = MappingProxyType(
    {(Part.PROVIDER, _S.IN_REVIEW): SigningStep.SIGN, (Part.LEAD, _S.AGREED): SigningStep.COUNTERSIGN}
)
_WAITS: Final = MappingProxyType(
    {
        (Part.LEAD, _S.DISPUTED): Waits.SETTLE,
        (Part.PROVIDER, _S.PROPOSED): Waits.CHECK,
        (Part.PROVIDER, _S.IN_REVIEW): Waits.DECIDE,
        (Part.LEAD, _S.AGREED): Waits.COUNTERSIGN,
        (Part.REQUESTER, _S.INCOMPLETE): Waits.REVISE,
    }
)
_PARTIES: Final = (Part.REQUESTER, Part.PROVIDER)
_UNDER_WAY: Final = frozenset({_S.PROPOSED, _S.IN_REVIEW, _S.AGREED, _S.DISPUTED})
_IN_FORCE: Final = frozenset({_S.ACTIVE, _S.SUSPENDED})
CAN_BE_SUCCEEDED: Final = _IN_FORCE | {_S.INCOMPLETE, _S.REFUSED, _S.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementView:
    """One agreement with what the office needs to know of it.

    Attributes:
        copy: the agency's own copy.
        own: this agency's id.
        part: what it is in the agreement.
        purpose: the catalogue's entry.
        names: full names of those who sign, by agency.
        prepared: who wants the agency to sign, if somebody does.
        published_at: when the index was published last (POSIX seconds), None where it was not or is not ours.
        working_days_left: to the day on which the answer to the proposal is due; negative where it is overdue.
        is_succeeded: whether a newer version may still become active or is, or is being drafted.
        was_returned: whether the version before was returned as incomplete; what is missing is told once.
    """

    copy: AgreementCopy
    own: str
    part: Part
    purpose: Purpose
    names: Mapping[str, Wording]
    prepared: PreparedSignature | None
    published_at: int | None
    working_days_left: int | None
    is_succeeded: bool
    was_returned: bool

    @property
    def digest(self) -> str:
        """The agreement's digest."""
        return self.copy.standing.digest

    @property
    def terms(self) -> Agreement:
        """The agreement itself."""
        return self.copy.agreement

    @property
    def state(self) -> AgreementState:
        """Where it stands."""
        return self.copy.standing.state

    @property
    def signing(self) -> SigningStep | None:
        """How the agency is to bind itself now, or None."""
        return _SIGNING.get((self.part, self.state))

    @property
    def waits(self) -> Waits | None:
        """What waits for the agency, or None."""
        if self.prepared is not None and self.signing is not None:
            return Waits.CONFIRM
        is_unpublished = self.purpose.has_index and self.published_at is None
        if self.part is Part.PROVIDER and self.state is _S.ACTIVE and is_unpublished:
            return Waits.PUBLISH
        found = _WAITS.get((self.part, self.state))
        return None if found is Waits.REVISE and self.is_succeeded else found

    @property
    def group(self) -> Group:
        """In which list it stands."""
        if self.waits is not None:
            return Group.OURS
        if self.state in _UNDER_WAY:
            return Group.THEIRS
        return Group.IN_FORCE if self.state in _IN_FORCE else Group.ENDED

    def waits_for(self, account: Account) -> bool:
        """Return whether what waits is this person's to do."""
        match self.waits:
            case None:
                return False
            case Waits.CONFIRM:
                is_other = self.prepared is not None and self.prepared.officer != account.id
                return is_other and account.may(Permission.SIGN_AGREEMENTS)
            case Waits.SETTLE:
                return account.may(Permission.SIGN_AGREEMENTS)
        return account.may(Permission.PREPARE_AGREEMENTS)

    def offers(self, step: OfficeStep) -> bool:
        """Return whether the agency may take a step, as far as it can tell itself."""
        if step not in STEPS.get((self.part, self.state), ()):
            return False
        told = {one.step for one in self.copy.history}
        holders = suspended_by(self.copy)
        conditions = {
            OfficeStep.RETURN: not self.was_returned,
            OfficeStep.EXTEND: AgreementStep.EXTEND not in told and (self.working_days_left or 0) >= 0,
            OfficeStep.DISPUTE: AgreementStep.DISPUTE not in told and len(self.terms.signers) > len(_PARTIES),
            OfficeStep.SUSPEND: self.state is _S.ACTIVE or (bool(holders) and self.own not in holders),
            # Nobody told the others: it is withheld here alone, since the gateway could not be reached.
            OfficeStep.RESUME: not holders or self.own in holders,
        }
        return conditions.get(step, True)

    @property
    def can_be_succeeded(self) -> bool:
        """Whether a newer version can be drafted."""
        return self.part is Part.REQUESTER and self.state in CAN_BE_SUCCEEDED and not self.is_succeeded


def suspended_by(copy: AgreementCopy) -> frozenset[str]:
    """Return which agencies suspended an agreement and have not resumed it, as far as the others were told."""
    holders: set[str] = set()
    for told in copy.history:
        if told.step is AgreementStep.SUSPEND:
            holders.add(told.agency)
        elif told.step is AgreementStep.RESUME:
            holders.discard(told.agency)
    return frozenset(holders)


def count_working_days(calendar: WorkingCalendar, today: date, due_on: date) -> int:
    """Return how many working days are left after `today`, the due day included; negative once it is over."""
    first, last, sign = (today, due_on, 1) if due_on >= today else (due_on, today, -1)
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sign * sum(calendar.is_working_day(day) for day in days)


def part_of(agency: str, terms: Agreement) -> Part:
    """Return what an agency is in one of its agreements; a lead body that is a party has that party's part alone."""
    if agency == terms.requester.agency:
        return Part.REQUESTER
    return Part.PROVIDER if agency == terms.provider.agency else Part.LEAD

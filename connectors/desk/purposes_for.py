"""What this agency may ask: the active agreements under which it is the requester, in the words of their purposes."""

from dataclasses import dataclass
from enum import StrEnum

from connectors.console.context import Console
from connectors.state.agreements import AgreementCopy, find_agreement, list_agreements
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, AgreementState, Approval
from schemas.faults import Wording
from schemas.problem import ProblemError
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import Approver, MatchProfile, PurposeOutput
from schemas.rule_packs.parental_rules import rules_on


class NotAskableError(LookupError):
    """There is no active agreement with this digest under which this agency asks."""

    def __init__(self) -> None:
        super().__init__("没有这项有效协议 / there is no such agreement in force")


@dataclass(frozen=True, slots=True)
class Askable:
    """An agreement under which this agency asks, its purpose, and what the provider is called.

    Attributes:
        digest: of the agreement.
        agreement: the terms.
        purpose: the catalogue's entry.
        provider: the provider's full name.
        outputs: what the agreement lets the provider answer, in the catalogue's order.
    """

    digest: str
    agreement: Agreement
    purpose: Purpose
    provider: Wording
    outputs: tuple[PurposeOutput, ...]

    def approver_wanted(self, children: int) -> Approver | None:
        """Return who must approve a question about so many children before it is asked, or None.

        The purpose says who approves one child and who a batch; an agreement may want a second person besides.
        """
        approvals = self.purpose.approvals
        wanted = approvals.batch if children > 1 else approvals.single
        if wanted is None and self.agreement.approval is Approval.SECOND_PERSON:
            return Approver.SECTION_HEAD
        return wanted


class AskedBy(StrEnum):
    """What an agreement lets this agency do: each has pages of its own."""

    QUESTION = "question"
    EMERGENCY = "emergency"
    TABLE = "table"
    BOARD = "board"
    """Taking part in a board of the private OR: questions are asked under the agreement with the resolver alone."""


def list_askable(console: Console, by: AskedBy = AskedBy.QUESTION) -> list[Askable]:
    """Return what may be asked now in this way, by purpose and provider, the newest agreement first."""
    found = [_askable(console, copy) for copy in list_agreements(console.connector.state) if _is_open(console, copy)]
    fitting = [one for one in found if asked_by(console, one.agreement) is by]
    return sorted(fitting, key=_by_purpose_and_provider)


def _by_purpose_and_provider(one: Askable) -> tuple[str, str, int, str]:
    terms = one.agreement
    return one.purpose.id, terms.provider.agency, -terms.valid_from, terms.id


def get_askable(console: Console, digest: str, by: AskedBy = AskedBy.QUESTION) -> Askable:
    """Return what may be asked in this way under an agreement; raises NotAskableError."""
    copy = find_agreement(console.connector.state, digest)
    if copy is None or not _is_open(console, copy) or asked_by(console, copy.agreement) is not by:
        raise NotAskableError
    return _askable(console, copy)


def asked_by(console: Console, terms: Agreement) -> AskedBy:
    """Return what an agreement lets its requester do."""
    purpose = load_purposes()[terms.purpose]
    if purpose.approvals.emergency is not None:
        return AskedBy.EMERGENCY
    if purpose.match_on is MatchProfile.NONE:
        return AskedBy.TABLE
    if purpose.match_on is MatchProfile.PARENTS_INSIDE_POLICE:
        rules = rules_on(console.connector.today(), console.connector.settings.region)
        is_resolver = _kind_of(console, terms.provider.agency) is rules.resolver
        return AskedBy.QUESTION if is_resolver else AskedBy.BOARD
    return AskedBy.QUESTION


def find_asked_under(console: Console, digest: str) -> Askable | None:
    """Return the terms under which something was asked, in force or not, or None if they are not here."""
    copy = find_agreement(console.connector.state, digest)
    is_ours = copy is not None and copy.agreement.requester.agency == console.connector.agency
    return _askable(console, copy) if copy is not None and is_ours else None


def name_agency(console: Console, agency: str) -> Wording:
    """Return an agency's full name as registered; its id where the registry does not name it or has expired."""
    try:
        member = console.trust.registry(console.connector.now()).find_member(agency)
    except ProblemError:
        member = None
    return Wording(agency, agency) if member is None else Wording(member.name_zh, member.name_en)


def _is_open(console: Console, copy: AgreementCopy) -> bool:
    terms = copy.agreement
    return (
        terms.requester.agency == console.connector.agency
        and copy.standing.state is AgreementState.ACTIVE
        and terms.valid_from <= console.connector.seconds() < terms.valid_until
    )


def _askable(console: Console, copy: AgreementCopy) -> Askable:
    terms = copy.agreement
    purpose = load_purposes()[terms.purpose]
    kind = _kind_of(console, terms.provider.agency)
    outputs = purpose.outputs if kind is None else purpose.outputs_of(kind)
    agreed = tuple(output for output in outputs if output.attribute in terms.attributes)
    return Askable(copy.standing.digest, terms, purpose, name_agency(console, terms.provider.agency), agreed)


def _kind_of(console: Console, agency: str) -> AgencyKind | None:
    try:
        member = console.trust.registry(console.connector.now()).find_member(agency)
    except ProblemError:
        return None
    return None if member is None else AgencyKind(member.agency_type)

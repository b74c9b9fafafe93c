"""What a decision is made of: the clauses, the request, the agreement's standing, and the two answers."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.agreement import Agreement, AgreementState
from schemas.envelope import EnvelopeClaims
from schemas.problem import ProblemCode


class Clause(StrEnum):
    """The clauses, in the order in which they are checked; most bear the name of the agreement's member that they read.

    `agreement`, `message`, `state`, `officer` and `emergency` bind every agreement and stand in none.
    """

    AGREEMENT = "agreement"
    PURPOSE = "purpose"
    MESSAGE = "message"
    PARTIES = "parties"
    STATE = "state"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    PURPOSE_VERSION = "purpose_version"
    OFFICER = "officer"
    CASE_NUMBER = "case_number_required"
    APPROVAL = "approval"
    EMERGENCY = "emergency"
    REGIONS = "regions"
    ATTRIBUTES = "attributes"
    MAX_BATCH = "max_batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRequest:
    """What is to be decided on: the verified envelope and what its body asks for.

    `attributes` is empty where a message asks for none; `counties` are those of single records, where stated.
    """

    claims: EnvelopeClaims
    provider: str
    records: int
    attributes: tuple[str, ...] = ()
    counties: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An agreement and where it stands, as the decider's own signed copy says."""

    agreement: Agreement
    digest: str
    state: AgreementState


@dataclass(frozen=True, slots=True)
class Permit:
    """The request may pass under the agreement with this digest; it fulfilled `clauses`, in the order of checking.

    A clause that asks nothing of this request is not among them: `approval` where the agreement wants none.
    """

    agreement: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Deny:
    """The request is refused: the stable code, the deciding clause and the place in the body at fault."""

    code: ProblemCode
    clause: Clause
    pointer: str = ""

"""Problem documents (RFC 9457): every refusal has a stable code, a status and a sentence for people, zh first.

A problem names a row and a column at most, never a value.
"""

from enum import StrEnum
from importlib.resources import files
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from schemas.message import Message
from schemas.own_yaml import parse_own_yaml

PROBLEM_MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:tongxin:problem:"
MAX_PROBLEM_BYTES = 16 * 1024


class ProblemCode(StrEnum):
    """Every reason for which something is refused. Sentences stand in `problems.yaml`."""

    # the message itself
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    NOT_CANONICAL = "not_canonical"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    # who asks
    ENVELOPE_MISSING = "envelope_missing"
    ENVELOPE_MALFORMED = "envelope_malformed"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_MESSAGE_TYPE = "wrong_message_type"
    WRONG_AUDIENCE = "wrong_audience"
    ENVELOPE_EXPIRED = "envelope_expired"
    BODY_DIGEST_DIFFERS = "body_digest_differs"
    REPLAYED = "replayed"
    RELAY_NOT_PROVEN = "relay_not_proven"
    # may it
    NO_AGREEMENT = "no_agreement"
    AGREEMENT_NOT_ACTIVE = "agreement_not_active"
    AGREEMENT_STEP_REFUSED = "agreement_step_refused"
    AGREEMENT_NOT_STARTED = "agreement_not_started"
    AGREEMENT_EXPIRED = "agreement_expired"
    NOT_A_PARTY = "not_a_party"
    PURPOSE_DIFFERS = "purpose_differs"
    PURPOSE_UNKNOWN = "purpose_unknown"
    ATTRIBUTE_NOT_AGREED = "attribute_not_agreed"
    ATTRIBUTE_NEVER_RELEASED = "attribute_never_released"
    REGION_MISSING = "region_missing"
    REGION_NOT_AGREED = "region_not_agreed"
    CASE_NUMBER_MISSING = "case_number_missing"
    OFFICER_MISSING = "officer_missing"
    APPROVAL_MISSING = "approval_missing"
    EMERGENCY_REASON_MISSING = "emergency_reason_missing"
    EMERGENCY_NOT_AGREED = "emergency_not_agreed"
    EMERGENCY_CALL_OVER = "emergency_call_over"
    EMERGENCY_REVIEWED = "emergency_reviewed"
    OFFICER_SUSPENDED = "officer_suspended"
    OFFICER_BUDGET_EXHAUSTED = "officer_budget_exhausted"
    RELATION_NOT_AGREED = "relation_not_agreed"
    BATCH_TOO_LARGE = "batch_too_large"
    BUDGET_EXHAUSTED = "budget_exhausted"
    EPOCH_UNKNOWN = "epoch_unknown"
    GRANT_INVALID = "grant_invalid"
    GRANT_EXPIRED = "grant_expired"
    GRANT_EXCEEDED = "grant_exceeded"
    AGREEMENT_INVALID = "agreement_invalid"
    ITEM_REFUSED = "item_refused"
    # is it there
    NO_ACTIVE_INDEX = "no_active_index"
    INDEX_CONFLICT = "index_conflict"
    INDEX_INCOMPLETE = "index_incomplete"
    STATISTICS_UNKNOWN = "statistics_unknown"
    STATISTICS_NOT_MADE = "statistics_not_made"
    STATISTICS_SET_REFUSED = "statistics_set_refused"
    RUN_UNKNOWN = "run_unknown"
    RUN_CONFLICT = "run_conflict"
    RUN_INCOMPLETE = "run_incomplete"
    RUN_CLOSED = "run_closed"
    NOT_REVIEWABLE = "not_reviewable"
    NO_ITEM = "no_item"
    ITEM_CHANGED = "item_changed"
    TOO_FEW_OFFICES = "too_few_offices"
    NO_LIVE_BOARD = "no_live_board"
    BOARD_CHANGED = "board_changed"
    BOARD_INVALID = "board_invalid"
    REGISTRY_EXPIRED = "registry_expired"
    REGISTRY_NOT_TRUSTED = "registry_not_trusted"
    # does it work
    PROVIDER_UNREACHABLE = "provider_unreachable"
    PROVIDER_ANSWER_INVALID = "provider_answer_invalid"
    AUDIT_UNAVAILABLE = "audit_unavailable"
    LOG_NOT_WITNESSED = "log_not_witnessed"
    OVERLOADED = "overloaded"
    SOURCE_UNAVAILABLE = "source_unavailable"
    INTERNAL = "internal"


class ProblemText(Message):
    """The status and the two languages of a code: what is wrong, and what to do next."""

    status: Annotated[int, Field(ge=400, le=599)]
    title_zh: str
    title_en: str
    next_zh: str
    next_en: str


class Problem(Message):
    """The document on the wire, in the language that the reader asked for (zh unless en)."""

    type: str
    code: ProblemCode
    status: int
    title: str
    detail: str
    pointer: Annotated[str, Field(pattern=r"^(?:/[A-Za-z0-9_()]{1,40}){0,8}$")] | None = None


class ProblemError(Exception):
    """A refusal on its way to the reader.

    Attributes:
        code: the stable reason.
        pointer: JSON pointer to the member at fault, or ''.
        clause: the agreement's clause that decided, e.g. `attributes`, or ''.
    """

    def __init__(self, code: ProblemCode, pointer: str = "", clause: str = "") -> None:
        super().__init__(f"{code.value}{' at ' + pointer if pointer else ''}")
        self.code = code
        self.pointer = pointer
        self.clause = clause

    def diagnostics(self, language: str = "zh") -> str:
        """Return the sentence for people: what is wrong and what to do next."""
        return describe(self.code, language, self.pointer)

    def as_problem(self, language: str = "zh") -> Problem:
        """Return the document for the wire."""
        text = text_of(self.code)
        return Problem(
            type=TYPE_PREFIX + self.code.value,
            code=self.code,
            status=text.status,
            title=text.title_en if language == "en" else text.title_zh,
            detail=self.diagnostics(language),
            pointer=self.pointer or None,
        )


def _load_texts() -> dict[ProblemCode, ProblemText]:
    raw: Any = parse_own_yaml(files("schemas").joinpath("problems.yaml").read_bytes())
    texts = TypeAdapter(dict[ProblemCode, ProblemText]).validate_python(
        {ProblemCode(code): text for code, text in raw.items()}
    )
    missing = set(ProblemCode) - set(texts)
    if missing:
        raise ValueError(f"problem codes without a text: {sorted(missing)}")
    return texts


_TEXTS = _load_texts()


def text_of(code: ProblemCode) -> ProblemText:
    """Return the status and sentences of `code`."""
    return _TEXTS[code]


def describe(code: ProblemCode, language: str = "zh", pointer: str = "") -> str:
    """Return what is wrong and what to do next, in `language` (`zh` or `en`)."""
    text = text_of(code)
    if language == "en":
        return f"{text.title_en}{f' ({pointer})' if pointer else ''}. {text.next_en}"
    return f"{text.title_zh}{f'（{pointer}）' if pointer else ''}。{text.next_zh}"

"""What entries say in words: events from the catalogue, purposes, attributes, decisions, reasons of refusals."""

from typing import Final

from gateway.domain.item_reasons import item_reason_words
from gateway.domain.stated_reason import REASON_NAMES, ReasonCode
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.event_names import EventType
from schemas.attribute_catalogue import load_attributes
from schemas.faults import Wording
from schemas.problem import ProblemCode, text_of
from schemas.purpose_catalogue import load_purposes

DECISION_WORDS: Final = {
    "permit": Wording("准许", "permitted"),
    "partial": Wording("部分准许", "partly permitted"),
    "deny": Wording("拒绝", "refused"),
}
_PROBLEM_CODES: Final = frozenset(code.value for code in ProblemCode)
_REASON_CODES: Final = frozenset(code.value for code in ReasonCode)


def event_words(event_type: EventType) -> Wording:
    """Return the sentence of an event type."""
    declaration = DECLARATIONS[event_type]
    return Wording(declaration.zh, declaration.en)


def purpose_words(purpose: str) -> Wording:
    """Return a purpose's name, or its code where the catalogue does not know it (any more)."""
    known = load_purposes().get(purpose)
    return Wording(purpose, purpose) if known is None else Wording(known.name_zh, known.name_en)


def attribute_words(attribute: str) -> Wording:
    """Return an attribute's name, or its code where it is none of the catalogue."""
    known = load_attributes().get(attribute)
    return Wording(attribute, attribute) if known is None else Wording(known.name_zh, known.name_en)


def reason_words(reason: str) -> Wording:
    """Return what a reason code says: why it was refused, why somebody looked, which step it was; else the code."""
    if reason in _PROBLEM_CODES:
        text = text_of(ProblemCode(reason))
        return Wording(text.title_zh, text.title_en)
    if reason in _REASON_CODES:
        return REASON_NAMES[ReasonCode(reason)]
    return item_reason_words(reason) or Wording(reason, reason)


def both(words: Wording) -> str:
    """Return both languages in one text, for files: Chinese first."""
    return words.zh if words.zh == words.en else f"{words.zh} / {words.en}"

"""Compares an entry of the log with this agency's own copy of the request that it is about: pure functions.

A request leaves an intent (`asked`), what became of it (`answered`), or a refusal; a step in the life of an agreement,
an index, a key or an item leaves its own event (`registered`).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from connectors.own_log.entry import Disclosed, Entry
from connectors.own_log.evidence_document import AgreementRecord, Fault, ItemRecord
from connectors.own_log.messages import OwnMessage
from keys.protocol.envelopes import envelope_digest, signature_digest
from schemas.envelope import MAX_CLOCK_SKEW, MessageType
from schemas.problem import ProblemCode

ANSWER_WAIT = timedelta(seconds=150)
"""How long after a request's expiry it may still be under way, where no answer came back."""


class Stage(StrEnum):
    """Which step of a message an entry tells of."""

    ASKED = "asked"
    ANSWERED = "answered"
    REGISTERED = "registered"
    REFUSED = "refused"


_QUERIES: Final[Mapping[MessageType, tuple[str, str]]] = MappingProxyType(
    {
        MessageType.EVALUATE: ("evaluate.query", "evaluate.result"),
        MessageType.MATCH_PART: ("part.query", "part.result"),
        MessageType.MATCH: ("match.query", "match.result"),
        MessageType.MATCH_REVIEW: ("review.query", "review.result"),
        MessageType.EXCHANGE: ("field.query", "field.release"),
        MessageType.RECEIPT: ("field.receipt", "field.receipt"),
        MessageType.BOARD_EVALUATE: ("evaluate.query", "evaluate.result"),
        MessageType.PARENTS_RESOLVE: ("match.query", "match.result"),
        MessageType.PARENTS_OPEN: ("field.query", "field.release"),
        MessageType.STATISTICS: ("statistics.query", "statistics.release"),
        MessageType.EMERGENCY_REVIEW: ("emergency.review", "emergency.review"),
    }
)
_REGISTERED: Final[Mapping[MessageType, frozenset[str]]] = MappingProxyType(
    {
        MessageType.MATCH: frozenset({"model.change"}),
        MessageType.MATCH_PART: frozenset({"model.change"}),
        MessageType.INDEX_BEGIN: frozenset({"index.begin"}),
        MessageType.INDEX_ACTIVATE: frozenset({"index.activate"}),
        MessageType.AGREEMENT_PROPOSE: frozenset({"agreement.propose"}),
        MessageType.AGREEMENT_SIGN: frozenset({"agreement.sign", "agreement.activate"}),
        MessageType.AGREEMENT_COUNTERSIGN: frozenset({"agreement.countersign", "agreement.activate"}),
        MessageType.AGREEMENT_REVIEW: frozenset({"agreement.review"}),
        MessageType.AGREEMENT_END: frozenset(
            {"agreement.suspend", "agreement.resume", "agreement.activate", "agreement.revoke", "index.destroy"}
        ),
        MessageType.KEY_PUBLISH: frozenset({"key.change", "registry.publish"}),
        MessageType.ITEM_SUBMIT: frozenset({"item.open", "item.act"}),
        MessageType.ITEM_READ: frozenset({"item.read"}),
        MessageType.BOARD_OPEN: frozenset({"board.open", "board.destroy"}),
        MessageType.BOARD_SHARE: frozenset({"board.share"}),
        MessageType.BOARD_READ: frozenset({"board.read"}),
        MessageType.BOARD_TURN: frozenset({"board.turn"}),
        MessageType.BOARD_ACTIVATE: frozenset({"board.activate", "board.destroy"}),
    }
)
RELAYED: Final = frozenset(
    {
        MessageType.EVALUATE,
        MessageType.EXCHANGE,
        MessageType.RECEIPT,
        MessageType.EMERGENCY_REVIEW,
        MessageType.STATISTICS,
    }
)
_STATED_STEPS: Final = frozenset({"agreement.propose", "agreement.sign", "agreement.countersign", "agreement.review"})
"""Events that tell what an agency itself said, and not what came of it."""
_REVIEWS: Final = frozenset({MessageType.MATCH_REVIEW, MessageType.EMERGENCY_REVIEW})
RELAYED_ANSWERS: Final = frozenset({"evaluate.result", "field.release", "statistics.release"})
_UNKNOWN_OUTCOME: Final = frozenset({ProblemCode.AUDIT_UNAVAILABLE.value})
"""After this refusal the outcome may still have been logged, and the refusal may not."""


def is_about_item(entry: Entry) -> bool:
    """Return whether the entry tells of an item, whose id all entries about it share."""
    return entry.type.startswith("item.")


def stage_of(entry: Entry, message_type: MessageType) -> Stage | None:
    """Return which step of a message of this type the entry tells of, or None if it can't be about one."""
    if entry.type == "refusal":
        return Stage.REFUSED
    if entry.type in _REGISTERED.get(message_type, ()):
        return Stage.REGISTERED
    query, result = _QUERIES.get(message_type, ("", ""))
    if entry.type == query and entry.ref is None:
        return Stage.ASKED
    return Stage.ANSWERED if entry.type == result else None


def compare(entry: Entry, message: OwnMessage) -> tuple[str, ...]:
    """Return the names of the members in which the entry differs from the message that it says it is about.

    `time` is not among them; see `time_fault`.
    """
    stage = stage_of(entry, message.type)
    if stage is None:
        return ("type",)
    expected = {**_common(entry, message), **_EXPECTED[stage](entry, message)}
    return tuple(name for name, is_as_expected in expected.items() if not is_as_expected)


def compare_disclosures(entry: Entry, message: OwnMessage, disclosed: Iterable[Disclosed]) -> tuple[str, ...]:
    """Return the names of the personal fields that this agency stated and the entry does not, or not so."""
    found = {one.name: one for one in disclosed}
    stated = _stated_personal(entry, message)
    names = {name for name, value in stated.items() if value is not None} | found.keys()
    return tuple(
        name
        for name in sorted(names)
        if name not in found or found[name].value != stated.get(name) or found[name].digest not in entry.personal
    )


def _stated_personal(entry: Entry, message: OwnMessage) -> dict[str, str | None]:
    """Return the personal fields that this agency stated, as an entry of this stage is to disclose them."""
    claims, item, step = message.claims, message.asked.item, message.asked.agreement_step
    if stage_of(entry, message.type) in {Stage.ASKED, Stage.REFUSED}:
        stated = {"officer": claims.officer, "approver": claims.approver}
        return stated if entry.type == "field.receipt" else {**stated, "case_ref": claims.case}
    if item is not None:
        return {"officer": item.officer}
    if step is None or entry.type not in _STATED_STEPS:
        return {}
    return {"officer": step.officer, "approver": step.approver}


def time_fault(entry: Entry, message: OwnMessage, agency: str) -> Fault | None:
    """Return `entry_backdated` or `entry_postdated` where the entry's time can't be the request's; `agency` looks.

    It must lie between the request's issue and the receipt of its answer, but for the clocks' possible difference; who
    answered a request itself does not see when the gateway was done.
    """
    claims = message.claims
    if entry.at < _moment(claims.issued_at) - MAX_CLOCK_SKEW:
        return Fault.ENTRY_BACKDATED
    if message.answered_at is None or agency != claims.issuer:
        over = _moment(claims.expires_at) + ANSWER_WAIT
    else:
        over = _moment(message.answered_at + 1)
    return Fault.ENTRY_POSTDATED if entry.at > over + MAX_CLOCK_SKEW else None


def _common(entry: Entry, message: OwnMessage) -> dict[str, bool]:
    claims = message.claims
    return {
        "actor": entry.actor == claims.issuer and entry.client is None,
        "kid": entry.key_id == message.key_id,
        "corr": entry.correlation == (claims.id if entry.type == "refusal" else message.correlation),
    }


def _request(entry: Entry, token: str) -> dict[str, bool]:
    return {
        "req.digest": entry.envelope == envelope_digest(token),
        "req.sig": entry.signature == signature_digest(token),
    }


def _as_asked(entry: Entry, message: OwnMessage) -> dict[str, bool]:
    is_review = message.type in _REVIEWS
    return {
        **_request(entry, message.token),
        **_under_agreement(entry, message),
        "decision": entry.decision == "permit",
        "reason": is_review or entry.reason is None,
        "fields": entry.fields == message.asked.fields,
        "records": entry.records == message.asked.records,
    }


def _as_answered(entry: Entry, message: OwnMessage) -> dict[str, bool]:
    known = message.answer is not None
    return {
        **(_request(entry, message.answer) if message.answer is not None else {}),
        **_under_agreement(entry, message),
        "decision": _is_decided(entry, message),
        "reason": entry.reason is None,
        "fields": entry.fields == message.asked.fields,
        "records": not known or entry.records == message.answered_records,
    }


def _is_decided(entry: Entry, message: OwnMessage) -> bool:
    if message.answer is None:  # a request that was refused was not answered
        return message.refused is None or message.refused in _UNKNOWN_OUTCOME
    asked, answered = message.asked.records, message.answered_records
    if message.type is not MessageType.EXCHANGE or answered == asked:
        return entry.decision == "permit"
    return entry.decision == ("partial" if answered else "deny")


def _under_agreement(entry: Entry, message: OwnMessage) -> dict[str, bool]:
    return {
        "peer": entry.peer == message.peer,
        "purpose": entry.purpose == message.claims.purpose,
        "policy": entry.policy == message.asked.policy,
    }


def _as_registered(entry: Entry, message: OwnMessage) -> dict[str, bool]:
    asked = message.asked
    return {
        **_request(entry, message.token),
        "peer": asked.item is not None or entry.peer in {message.peer, message.claims.audience},
        "policy": entry.policy in {asked.policy, None},
        "decision": entry.decision is None,
        **({} if asked.item is None else _about_item(entry, asked.item)),
        **({} if asked.agreement_step is None else _about_step(entry, asked.agreement_step)),
        "records": entry.type != "index.begin" or entry.records == asked.records,
    }


def _stated_code(entry: Entry) -> str | None:
    """Return the code of a refusal; a workflow's own stands behind it."""
    code, _, _of_workflow = (entry.reason or "").partition(":")
    return code if code == ProblemCode.ITEM_REFUSED.value else entry.reason


def _about_item(entry: Entry, item: ItemRecord) -> dict[str, bool]:
    """An item's entry names the event, and labels it with workflow and step; whom it concerns, the gateway derives."""
    workflow, _, step = (entry.reason or "").partition(".")
    return {
        "content": entry.content == item.content,
        "reason": item.step in ({None, workflow} if entry.type != "item.act" else {step}),
    }


def _about_step(entry: Entry, step: AgreementRecord) -> dict[str, bool]:
    return {"reason": entry.type not in _STATED_STEPS or entry.reason == step.code}


def _as_refused(entry: Entry, message: OwnMessage) -> dict[str, bool]:
    is_known = message.answer is not None or (message.refused is not None and message.refused not in _UNKNOWN_OUTCOME)
    return {
        **_request(entry, message.token),
        "peer": entry.peer in {message.peer, message.claims.audience},
        "purpose": entry.purpose == message.claims.purpose,
        "policy": entry.policy in {message.asked.policy, None},
        "decision": entry.decision == "deny",
        "reason": not is_known or _stated_code(entry) == message.refused,
    }


_EXPECTED: Final = MappingProxyType(
    {
        Stage.ASKED: _as_asked,
        Stage.ANSWERED: _as_answered,
        Stage.REGISTERED: _as_registered,
        Stage.REFUSED: _as_refused,
    }
)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""One example of every message about items: a referral from education to civil affairs."""

from docs.generation.made_up import digest, identifier, packed, token
from schemas.message import Message
from schemas.messages.items import (
    ActClaims,
    EscalatedClaims,
    HeldPaper,
    ItemChange,
    ItemDocument,
    ItemEventClaims,
    ItemFeedAnswer,
    ItemFeedRequest,
    ItemReadRequest,
    ItemSubmit,
    ItemSubmitAnswer,
    OpenedClaims,
    PaperRef,
)
from schemas.workflows.clock import Above
from schemas.workflows.roles import WorkflowRole

_EDUCATION, _CIVIL_AFFAIRS = "education.990101", "civil_affairs.990101"
_ITEM = identifier("item")
_ACT = ActClaims(transition="send", next_office=_CIVIL_AFFAIRS)
_PAPER = PaperRef(to=_CIVIL_AFFAIRS, content=digest("sealed paper"))
_CHANGE = ItemChange(item=_ITEM, events=2, change=108)
_HELD = HeldPaper(event=1, sealed=packed("sealed paper", 48))

ITEM_EXAMPLES: tuple[Message, ...] = (
    ItemSubmit(event=token("send"), papers=(packed("sealed paper", 48),)),
    ItemSubmitAnswer(item=_ITEM, events=2),
    ItemFeedRequest(after=96),
    _CHANGE,
    ItemFeedAnswer(items=(_CHANGE,), more=False),
    ItemReadRequest(item=_ITEM),
    _HELD,
    ItemDocument(item=_ITEM, events=(token("open"), token("send")), papers=(_HELD,)),
    OpenedClaims(workflow="W6", version=1, region="00", seats={}),
    _ACT,
    EscalatedClaims(clock="acknowledge", step="superior", run=1, to=Above.SUPERIOR, agency=_CIVIL_AFFAIRS),
    _PAPER,
    ItemEventClaims(
        issuer=_EDUCATION,
        item=_ITEM,
        number=1,
        prior=digest("open"),
        at=1_772_668_800,
        role=WorkflowRole.CASE_OWNER,
        officer="o-17",
        act=_ACT,
        papers=(_PAPER,),
    ),
)

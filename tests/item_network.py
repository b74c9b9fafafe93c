"""Offices that pass items on through a real gateway: signs events, seals nothing, sends what a test wants sent."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from gateway.api.app import create_app
from gateway.services.context import Gateway
from gateway.services.enrol_member import enrol_member, read_enrolment
from hosting.certificates import trusted_authorities
from keys.crypto.signing import SigningKey
from keys.protocol.envelopes import envelope_digest
from keys.protocol.item_events import sign_item_event
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_HEADER, MessageType
from schemas.formats import digest_of
from schemas.message import Message
from schemas.messages.items import (
    MAX_ITEM_DOCUMENT_BYTES,
    MAX_ITEM_FEED_BYTES,
    ActClaims,
    ItemDocument,
    ItemEventClaims,
    ItemFeedAnswer,
    ItemFeedRequest,
    ItemReadRequest,
    ItemSubmit,
    OpenedClaims,
    PaperRef,
)
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode
from schemas.workflows.roles import WorkflowRole
from tests.scenario.gateway_simulator import GATEWAY_ID, PATHS, Agency, Answer, Clock, opened_gateway, serving

BUREAU, CIVIL, OTHER_CIVIL, CITY = (
    "education.990101",
    "civil_affairs.990101",
    "civil_affairs.990102",
    "civil_affairs.9901",
)
TOWNSHIP, POLICE, LEAD_BODY = "civil_affairs.990101003", "public_security.990101", "lead_body.9901"
OFFICES = (BUREAU, CIVIL, OTHER_CIVIL, CITY, TOWNSHIP, POLICE, LEAD_BODY)
THURSDAY = datetime(2026, 3, 5, 8, tzinfo=UTC)
"""When all begins: what is due after working days is due on the same day in every run."""
SEATS: dict[str, dict[str, str]] = {"W6": {}, "W2": {"police": POLICE, "township": TOWNSHIP, "civil_affairs": CIVIL}}

Papers = Mapping[str, bytes]
"""Sealed bytes by recipient."""


@dataclass
class Network:
    """One gateway and its offices; `tokens` are the events that were accepted, by item."""

    gateway: Gateway
    url: str
    clock: Clock
    http: httpx.Client
    offices: Mapping[str, Agency]
    tokens: dict[str, list[str]] = field(default_factory=dict)

    def post(self, office: str, message_type: MessageType, message: Message, **claims: object) -> Answer:
        sender, body = self.offices[office], message.to_bytes()
        token = sender.sign(sender.claims(message_type, body, GATEWAY_ID, **claims))
        headers = {ENVELOPE_HEADER: token, "Content-Type": "application/json"}
        response = self.http.post(self.url + PATHS[message_type], content=body, headers=headers)
        return Answer(response.status_code, response.headers, response.content)

    def claims(self, office: str, item: str, **changes: object) -> ItemEventClaims:
        """Return the claims of the item's next event by an officer of `office`."""
        known = self.tokens.get(item, [])
        stated = {
            "issuer": office,
            "item": item,
            "number": len(known),
            "prior": envelope_digest(known[-1]) if known else None,
            "at": self.clock.seconds(),
            "role": WorkflowRole.CASE_OWNER,
            "officer": "o-17",
        }
        return ItemEventClaims.model_validate({**stated, **changes})

    def sign(self, claims: ItemEventClaims, key: SigningKey | None = None) -> str:
        return sign_item_event(key or self.offices[claims.issuer].key, claims)

    def submit(self, office: str, token: str, papers: tuple[bytes, ...] = ()) -> Answer:
        message = ItemSubmit(event=token, papers=tuple(encode_base64url(paper) for paper in papers))
        return self.post(office, MessageType.ITEM_SUBMIT, message)

    def accept(self, claims: ItemEventClaims, papers: tuple[bytes, ...] = ()) -> str:
        """Submit an event, expect it to be taken, and return its token."""
        token = self.sign(claims)
        answer = self.submit(claims.issuer, token, papers)
        assert answer.status == 200, answer.body
        self.tokens.setdefault(claims.item, []).append(token)
        return token

    def open(self, office: str, workflow: str = "W6", **changes: object) -> str:
        """Open an item and return its id."""
        opened = OpenedClaims(workflow=workflow, version=1, region="00", seats=SEATS[workflow])
        item = str(uuid.UUID(bytes=os.urandom(16), version=4))
        self.accept(self.claims(office, item, opened=opened, **changes))
        return item

    def act(
        self, office: str, item: str, transition: str, papers: Papers | None = None, **more: object
    ) -> ItemEventClaims:
        """Return the claims of a step."""
        changes = {name: more.pop(name) for name in ("role", "at", "number", "prior") if name in more}
        refs = tuple(PaperRef(to=to, content=digest_of(sealed)) for to, sealed in (papers or {}).items())
        act = ActClaims.model_validate({"transition": transition, **more})
        return self.claims(office, item, act=act, papers=refs, **changes)

    def take(self, office: str, item: str, transition: str, papers: Papers | None = None, **more: object) -> str:
        """Take a step and expect it to be accepted."""
        return self.accept(self.act(office, item, transition, papers, **more), tuple((papers or {}).values()))

    def refuse(self, claims: ItemEventClaims, papers: tuple[bytes, ...] = ()) -> tuple[ProblemCode, str | None]:
        """Submit an event and return why it was refused."""
        return refusal(self.submit(claims.issuer, self.sign(claims), papers))

    def sent_referral(self, papers: Papers | None = None) -> str:
        """Open a referral at the education bureau and send it to civil affairs."""
        item = self.open(BUREAU)
        self.take(BUREAU, item, "send", papers, next_office=CIVIL)
        return item

    def read(self, office: str, item: str) -> Answer:
        return self.post(office, MessageType.ITEM_READ, ItemReadRequest(item=item))

    def document(self, office: str, item: str) -> ItemDocument:
        return ItemDocument.from_bytes(self.read(office, item).body, MAX_ITEM_DOCUMENT_BYTES)

    def feed(self, office: str, after: int = 0) -> ItemFeedAnswer:
        answer = self.post(office, MessageType.ITEM_FEED, ItemFeedRequest(after=after))
        return ItemFeedAnswer.from_bytes(answer.body, MAX_ITEM_FEED_BYTES)

    def hears(self, office: str, item: str) -> bool:
        return item in {one.item for one in self.feed(office).items}


def refusal(answer: Answer) -> tuple[ProblemCode, str | None]:
    """Return the code and place of a refusal."""
    assert answer.status != 200
    problem = Problem.from_bytes(answer.body, MAX_PROBLEM_BYTES)
    return problem.code, problem.pointer


@contextmanager
def open_network(folder: Path, database: str | None = None) -> Iterator[Network]:
    """Give a running gateway with its offices enrolled."""
    clock = Clock(THURSDAY - datetime.now(UTC))
    with opened_gateway(folder, clock, database) as opened, httpx.Client(verify=trusted_authorities()) as http:
        gateway = replace(opened, settings=opened.settings.model_copy(update={"lead_body": LEAD_BODY}))
        offices = {office: Agency(office, clock, region=office.partition(".")[2]) for office in OFFICES}
        for agency in offices.values():
            enrol_member(gateway, read_enrolment(agency.enrolment()))
        with serving(create_app(gateway)) as url:
            yield Network(gateway, url, clock, http, offices)

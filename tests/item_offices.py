"""Offices that pass items on: real connectors, and between them a gateway of the pure rules alone, in memory.

It judges each event by the workflow's engine, as the product's gateway does, and knows no content.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from connectors.console.context import Console
from connectors.context import Connector, open_connector
from connectors.enrolment import create_connector_folder
from connectors.gateway_client import PATHS, GatewayClient
from connectors.key_statements import first_statements
from connectors.settings import ConnectorSettings
from connectors.trust import TrustStore
from keys.crypto.signing import SigningKey, VerificationKey, generate_signing_key
from keys.custody.key_file_format import KdfCost
from keys.protocol.envelopes import envelope_digest, read_unverified, sign_envelope, sign_message, sign_relay
from keys.protocol.item_events import ItemEvent, history_of, sign_item_event, verify_item_event
from keys.protocol.key_chain import encode_verification_key, state_key
from schemas.envelope import ANSWER_TO, ENVELOPE_HEADER, RELAY_HEADER, EnvelopeClaims, MessageType, RelayClaims
from schemas.formats import MAX_ENVELOPE_CHARACTERS, digest_of
from schemas.key_statement import KeyStatement, KeyUse
from schemas.message import Message
from schemas.messages.items import (
    MAX_ITEM_SUBMIT_BYTES,
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
)
from schemas.messages.registry import (
    REGISTRY_TOKEN_TYPE,
    GatewayIdentity,
    GatewayPin,
    Member,
    Registry,
    RegistryDocument,
)
from schemas.problem import PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError
from schemas.workflows.advance import advance, open_item
from schemas.workflows.events import Act, History, Opened
from schemas.workflows.load import load_workflows
from schemas.workflows.position import position_of
from schemas.workflows.refusal import Refusal
from schemas.workflows.running import due_escalations
from schemas.workflows.visibility import visible_to
from schemas.working_days import working_calendar
from tests.migrated_database import place_state

PASSPHRASE = "an office's own passphrase"
NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
GATEWAY = "gateway.990101"
LOG_KEY = "gateway.example/log+00000000+AQ=="
NAMES = {
    "education.990101": ("童安县教育局", "Tong'an County Education Bureau"),
    "civil_affairs.990101": ("童安县民政局", "Tong'an County Civil Affairs Bureau"),
    "civil_affairs.9901": ("青禾市民政局", "Qinghe City Civil Affairs Bureau"),
    "disabled_federation.990101": ("童安县残疾人联合会", "Tong'an County Disabled Persons' Federation"),
    "public_security.990101": ("童安县公安局", "Tong'an County Public Security Bureau"),
}
ABOVE = {"civil_affairs.990101": "civil_affairs.9901"}


@dataclass
class Course:
    """One item as the gateway holds it: its events, and the sealed papers as (event, to whom, sealed)."""

    events: list[ItemEvent] = field(default_factory=list)
    papers: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass
class ItemRelay:
    """The gateway in memory. While it `is_away` nobody reaches it; `now` is everybody's clock."""

    key: SigningKey
    now: datetime = NOW
    is_away: bool = False
    offices: dict[str, Console] = field(default_factory=dict)
    items: dict[str, Course] = field(default_factory=dict)
    changes: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    _members: dict[str, Member] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def escalate(self) -> None:
        """Record what is due, as the gateway's clock does."""
        for item, course in self.items.items():
            history = self._history(course.events)
            workflow = load_workflows()[history.workflow]
            for told in due_escalations(workflow, history, self.now, working_calendar()):
                claims = EscalatedClaims(clock=told.clock, step=told.step, run=told.run, to=told.to, agency=told.agency)
                last = course.events[-1]
                event = ItemEventClaims(
                    issuer=GATEWAY,
                    item=item,
                    number=len(course.events),
                    prior=last.digest,
                    at=max(int(self.now.timestamp()), last.claims.at),
                    escalated=claims,
                )
                course.events.append(verify_item_event(sign_item_event(self.key, event), self._find_key))
                self._note_change(item, ())

    def registry(self) -> str:
        """Return the registry with all offices."""
        seconds = int(self.now.timestamp())
        identity = GatewayIdentity(
            agency=GATEWAY, name_zh="网关", name_en="gateway", statements=(self._own(),), log_verifier_key=LOG_KEY
        )
        registry = Registry(
            gateway=identity,
            members=tuple(self._member(office.connector) for office in self.offices.values()),
            version=seconds,
            issued_at=seconds,
            expires_at=seconds + 3600,
        )
        return sign_message(self.key, REGISTRY_TOKEN_TYPE, registry)

    def refresh(self) -> None:
        """Let every office fetch the registry, as their clocks do."""
        for office in self.offices.values():
            office.client.refresh_registry()

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer what a connector sends."""
        if self.is_away:
            raise httpx.ConnectError("away")
        if request.method == "GET":
            return httpx.Response(200, content=RegistryDocument(registry=self.registry()).to_bytes())
        token = request.headers[ENVELOPE_HEADER]
        claims = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)
        assert request.url.path == PATHS[claims.type]
        try:
            with self._lock:
                answer = self._answer(claims, request.read())
        except ProblemError as error:
            problem = error.as_problem()
            headers = {"Content-Type": PROBLEM_MEDIA_TYPE}
            return httpx.Response(problem.status, headers=headers, content=problem.to_bytes())
        return self._signed(claims, token, answer.to_bytes())

    def _answer(self, claims: EnvelopeClaims, body: bytes) -> Message:
        match claims.type:
            case MessageType.ITEM_SUBMIT:
                return self._submit(ItemSubmit.from_bytes(body, MAX_ITEM_SUBMIT_BYTES))
            case MessageType.ITEM_FEED:
                return self._feed(claims.issuer, ItemFeedRequest.from_bytes(body, 4096).after)
            case MessageType.ITEM_READ:
                return self._read(claims.issuer, ItemReadRequest.from_bytes(body, 4096).item)
        raise AssertionError(claims.type)

    def _submit(self, message: ItemSubmit) -> ItemSubmitAnswer:
        event = verify_item_event(message.event, self._find_key)
        item, number = event.claims.item, event.claims.number
        course = self.items.get(item, Course())
        if number < len(course.events) and course.events[number].token == message.event:
            return ItemSubmitAnswer(item=item, events=len(course.events))
        last = course.events[-1].digest if course.events else None
        if (number, event.claims.prior) != (len(course.events), last):
            raise ProblemError(ProblemCode.ITEM_CHANGED)
        judged = self._judge(course.events, event)
        if isinstance(judged, Refusal):
            raise ProblemError(ProblemCode.ITEM_REFUSED, f"/act/{judged.code}")
        before = self._seats(course.events)
        course.events.append(event)
        papers = zip(event.claims.papers, message.papers, strict=True)
        course.papers += [(number, ref.to, sealed) for ref, sealed in papers]
        self.items[item] = course
        self._note_change(item, before)
        return ItemSubmitAnswer(item=item, events=len(course.events))

    def _judge(self, events: list[ItemEvent], event: ItemEvent) -> History | Refusal:
        told = history_of([*events, event], GATEWAY)
        workflow, last = load_workflows()[told.workflow], told.events[-1]
        if isinstance(last, Opened):
            return open_item(workflow, last, last.at)
        assert isinstance(last, Act)
        before = told.model_copy(update={"events": told.events[:-1]})
        return advance(workflow, before, last, last.at, working_calendar())

    def _feed(self, agency: str, after: int) -> ItemFeedAnswer:
        last = {item: place for place, (item, seen) in enumerate(self.changes, 1) if agency in seen and place > after}
        found = sorted((place, item) for item, place in last.items())
        rows = [ItemChange(item=item, events=len(self.items[item].events), change=place) for place, item in found]
        return ItemFeedAnswer(items=tuple(rows), more=False)

    def _read(self, agency: str, item: str) -> ItemDocument:
        course = self.items.get(item)
        if course is None or agency not in self._readers(course):
            raise ProblemError(ProblemCode.NO_ITEM)
        held = [HeldPaper(event=number, sealed=sealed) for number, to, sealed in course.papers if to == agency]
        return ItemDocument(item=item, events=tuple(event.token for event in course.events), papers=tuple(held))

    def _readers(self, course: Course) -> set[str]:
        history = self._history(course.events)
        viewers = visible_to(load_workflows()[history.workflow], history, self.now, working_calendar())
        own = {viewer.agency for viewer in viewers if viewer.office == "self"}
        return own | {ABOVE[one.agency] for one in viewers if one.office == "superior" and one.agency in ABOVE}

    def _note_change(self, item: str, before: tuple[str, ...]) -> None:
        course = self.items[item]
        concerned = {*before, *self._seats(course.events), *self._readers(course)}
        self.changes.append((item, frozenset(concerned)))

    def _seats(self, events: list[ItemEvent]) -> tuple[str, ...]:
        if not events:
            return ()
        history = self._history(events)
        return tuple(position_of(load_workflows()[history.workflow], history).seats.values())

    def _history(self, events: list[ItemEvent]) -> History:
        return history_of(events, GATEWAY)

    def _find_key(self, agency: str, key_id: str, at: float) -> VerificationKey:
        del key_id, at
        key = self.key if agency == GATEWAY else self.offices[agency].connector.signing_key()
        return key.verification_key

    def _member(self, connector: Connector) -> Member:
        """Return what an office stated when it was registered: nothing of it is taken back later."""
        return self._members.setdefault(connector.agency, _member(connector))

    def _own(self) -> str:
        seconds = int(NOW.timestamp())
        public = self.key.verification_key
        statement = KeyStatement(
            agency=GATEWAY,
            use=KeyUse.SIGNING,
            key_id=public.key_id,
            public_key=encode_verification_key(public),
            issued_at=seconds,
            active_from=seconds - 60,
        )
        return state_key(self.key, statement)

    def _signed(self, claims: EnvelopeClaims, token: str, body: bytes) -> httpx.Response:
        seconds = int(self.now.timestamp())
        answer = EnvelopeClaims(
            type=ANSWER_TO[claims.type],
            issuer=GATEWAY,
            audience=claims.issuer,
            id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0e",
            issued_at=seconds,
            expires_at=seconds + 60,
            body=digest_of(body),
            agreement=claims.agreement,
            answers=envelope_digest(token),
        )
        envelope = sign_envelope(self.key, answer)
        relay = RelayClaims(
            issuer=GATEWAY,
            audience=claims.issuer,
            envelope=envelope_digest(envelope),
            leaf=digest_of(envelope.encode()),
            shard=2026,
            leaf_index=len(self.changes),
            issued_at=seconds,
            expires_at=seconds + 60,
        )
        headers = {ENVELOPE_HEADER: envelope, RELAY_HEADER: sign_relay(self.key, relay)}
        return httpx.Response(200, headers=headers, content=body)


@contextmanager
def opened_offices(
    folder: Path, names: Mapping[str, tuple[str, str]] = NAMES, made: type[ItemRelay] = ItemRelay
) -> Iterator[ItemRelay]:
    """Set the offices up below `folder`, all registered and with each other's keys."""
    relay = made(generate_signing_key(os.urandom))
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(transport=httpx.MockTransport(relay.handle)))
        for agency in names:
            connector = _open_connector(folder / agency, agency, relay, names[agency])
            stack.callback(connector.state.dispose)
            trust = TrustStore(connector.state, connector.gateway)
            relay.offices[agency] = Console(connector, trust, GatewayClient(connector, trust, http))
        relay.refresh()
        yield relay


def later(relay: ItemRelay, span: timedelta) -> None:
    """Let time pass, and what every office does by the clock."""
    relay.now += span
    relay.refresh()


def _open_connector(folder: Path, agency: str, relay: ItemRelay, name: tuple[str, str]) -> Connector:
    kind, _, region = agency.partition(".")
    settings = ConnectorSettings(
        agency=agency,
        agency_type=kind,
        name_zh=name[0],
        name_en=name[1],
        region=region,
        endpoint="http://127.0.0.1:9",
        gateway=GatewayPin(
            url="http://127.0.0.1:9",
            gateway=GATEWAY,
            signing_key=relay.key.verification_key.key_id,
            log_name="gateway.example/log",
            log_verifier_key=LOG_KEY,
        ),
        allow_test_regions=True,
        workers=1,
    )
    place_state(folder)
    create_connector_folder(folder, settings, PASSPHRASE, KdfCost(1, 8192), NOW, os.urandom)
    return replace(open_connector(folder, PASSPHRASE), now=lambda: relay.now)


def _member(connector: Connector) -> Member:
    settings = connector.settings
    return Member(
        agency=connector.agency,
        agency_type=settings.agency_type,
        name_zh=settings.name_zh,
        name_en=settings.name_en,
        region=settings.region,
        endpoint="http://127.0.0.1:9",
        statements=first_statements(connector),
    )
